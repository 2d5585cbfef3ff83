"""YAML as people expect it: ``yes`` and ``no`` are words, and a key that stands twice is a mistake.

YAML 1.1, which PyYAML reads, turns an unquoted ``yes`` into true and ``12:30`` into a number. Both are
values of real tables, so only ``true`` and ``false`` are booleans here, and times stay text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from equitab.errors import Problem, RecipeError


class _Reader(yaml.SafeLoader):
    """Reads plain data only; booleans and numbers as in YAML 1.2."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
        if repeated:
            problem = f"the key {repeated[0]!r} stands twice in one mapping"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)


class _Writer(yaml.SafeDumper):
    """Writes lists inside mappings with an indent, as people do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def read_mapping(path: Path, *, what: str) -> dict[str, Any]:
    """Return the mapping that a YAML file holds.

    Parameters
    ----------
    path : Path
    what : str
        How to call the file in an error (``recipe``).

    Raises
    ------
    RecipeError
        If the file is missing, is no YAML, or holds something else than a mapping.
    """
    where = f"{what} {str(path)!r}"
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        received = "a folder" if path.is_dir() else "nothing"
        raise RecipeError(Problem(where, "a file", received, "make one: equitab init TABLE")) from None
    except UnicodeDecodeError:
        raise RecipeError(Problem(where, "text in UTF-8", "other bytes", "save it as UTF-8")) from None
    return parse_mapping(text, where=where)


def parse_mapping(text: str, *, where: str) -> dict[str, Any]:
    """Return the mapping that YAML text holds.

    Examples
    --------
    >>> parse_mapping("favorable_outcome: [yes, no, true]", where="recipe")
    {'favorable_outcome': ['yes', 'no', True]}
    """
    try:
        data = yaml.load(text, Loader=_Reader)
    except yaml.YAMLError as error:
        raise RecipeError(
            Problem(
                where, "YAML", _described(error), "check the indentation; put values such as '>50K' in quotes"
            )
        ) from None
    if not isinstance(data, dict):
        kind = "an empty file" if data is None else f"a {type(data).__name__}"
        raise RecipeError(Problem(where, "a mapping of keys to values", kind, "see the guide's recipe page"))
    return {str(key): value for key, value in data.items()}


def to_yaml(data: dict[str, Any]) -> str:
    """Return plain data as YAML text, keys in their order."""
    return yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)


def to_flow(value: Any) -> str:
    """Return a value as YAML on one line.

    Examples
    --------
    >>> to_flow({"name": "sex", "reference": "no"}), to_flow(None), to_flow([">50K"])
    ("{name: sex, reference: 'no'}", 'null', "['>50K']")
    """
    text = yaml.dump(
        value, Dumper=_Writer, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**9
    )
    return text.removesuffix("...\n").strip()


def _described(error: yaml.YAMLError) -> str:
    """Say what is wrong and on which line, without quoting the line."""
    mark = getattr(error, "problem_mark", None)
    place = f" on line {mark.line + 1}" if mark is not None else ""
    return f"{getattr(error, 'problem', None) or 'something else'}{place}"


def _whole_number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(str(loader.construct_scalar(node)))


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    return float(str(loader.construct_scalar(node)))


def _use_plain_words() -> None:
    """Drop YAML 1.1's yes/no/on/off, dates and base-60 numbers; keep what YAML 1.2 has."""
    import re

    kept = {
        "tag:yaml.org,2002:null": (r"^(?:~|null|Null|NULL|)$", "~nN\0"),
        "tag:yaml.org,2002:bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
        "tag:yaml.org,2002:int": (r"^[-+]?[0-9]+$", "-+0123456789"),
        "tag:yaml.org,2002:float": (
            r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$",
            "-+0123456789.",
        ),
        "tag:yaml.org,2002:merge": (r"^(?:<<)$", "<"),
    }
    _Reader.yaml_implicit_resolvers = {}
    for tag, (pattern, first) in kept.items():
        letters = ["" if letter == "\0" else letter for letter in first]
        _Reader.add_implicit_resolver(tag, re.compile(pattern), letters)
    _Reader.add_constructor("tag:yaml.org,2002:int", _whole_number)
    _Reader.add_constructor("tag:yaml.org,2002:float", _number)


_use_plain_words()
