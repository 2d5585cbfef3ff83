"""Schemas as YAML files that people read and edit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from equitab.dataframe import write_text_atomically
from equitab.errors import Problem, SchemaError
from equitab.schema.table_schema import TableSchema


class _Loader(yaml.SafeLoader):
    """YAML in which only true and false are booleans, and dates stay the text that they are."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in pairs
        if tag not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}
    ]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(true|True|false|False)$"), list("tTfF")
)


def _mapping_without_repetition(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
    if repeated:
        received = f"{repeated[0]!r} twice"
        raise SchemaError(
            Problem("schema file", "each key once", received, f"see line {node.start_mark.line + 1}")
        )
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_repetition)


def schema_to_yaml(schema: TableSchema) -> str:
    """Return a schema as YAML; what was guessed stands above it as comments.

    Examples
    --------
    >>> from equitab.schema import Column
    >>> schema = TableSchema(columns=(Column("y", "boolean"),), target="y", favorable_outcome=(True,))
    >>> print(schema_to_yaml(schema).splitlines()[0])
    target: y
    """
    comments = "".join(f"# {line}\n" for note in schema.notes for line in _wrapped(note))
    head = f"# Guessed, to be checked:\n{comments}\n" if comments else ""
    data = schema.to_dict()
    columns = data.pop("columns")
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
    lines = "".join(f"  - {_one_line(column)}\n" for column in columns)
    return f"{head}{body}columns:\n{lines}"


def schema_from_yaml(text: str) -> TableSchema:
    """Return the schema that a YAML text describes.

    Raises
    ------
    SchemaError
        If the text is no YAML or no mapping, has keys that are unknown or stand twice, or says something
        that contradicts itself; all problems at once.
    """
    try:
        data = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        received = "text that is not" + (f", near line {mark.line + 1}" if mark else "")
        raise SchemaError(Problem("schema file", "YAML", received, "check indentation and quotes")) from error
    if not isinstance(data, dict):
        advice = "make one with equitab init"
        raise SchemaError(Problem("schema file", "keys and values", type(data).__name__, advice))
    return TableSchema.from_dict(data)


def write_schema(schema: TableSchema, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a schema to a YAML file, whole or not at all.

    Raises
    ------
    OutputExistsError, StorageError
        As `equitab.dataframe.write_text_atomically`.
    """
    return write_text_atomically(path, schema_to_yaml(schema), overwrite=overwrite)


def read_schema(path: str | Path) -> TableSchema:
    """Read a schema from a YAML file; errors as `schema_from_yaml`."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        received = "none of that name" if isinstance(error, FileNotFoundError) else "one that cannot be read"
        advice = "make one with equitab init"
        raise SchemaError(Problem(f"schema file {path.name!r}", "a file", received, advice)) from error
    return schema_from_yaml(text)


def _one_line(column: dict[str, Any]) -> str:
    text = yaml.safe_dump(column, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10_000)
    return text.strip()


def _wrapped(note: str, width: int = 96) -> list[str]:
    import textwrap

    return textwrap.wrap(note, width) or [""]
