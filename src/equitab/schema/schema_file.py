"""Schemas as YAML files that people read and edit."""

from __future__ import annotations

from pathlib import Path

from equitab.dataframe import write_text_atomically
from equitab.errors import SchemaError
from equitab.schema.table_schema import TableSchema
from equitab.schema.yaml_text import parse_mapping, read_mapping, to_flow, to_yaml

_ADVICE = "make one with equitab init"


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
    body = to_yaml(data)
    lines = "".join(f"  - {to_flow(column)}\n" for column in columns)
    return f"{head}{body}columns:\n{lines}"


def schema_from_yaml(text: str) -> TableSchema:
    """Return the schema that a YAML text describes.

    Raises
    ------
    SchemaError
        If the text is no YAML or no mapping, has keys that are unknown or stand twice, or says something
        that contradicts itself; all problems at once.
    """
    return TableSchema.from_dict(
        parse_mapping(text, where="schema file", error=SchemaError, help_page=_ADVICE)
    )


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
    data = read_mapping(Path(path), what="schema file", error=SchemaError, advice=_ADVICE, help_page=_ADVICE)
    return TableSchema.from_dict(data)


def _wrapped(note: str, width: int = 96) -> list[str]:
    import textwrap

    return textwrap.wrap(note, width) or [""]
