"""YAML as people expect it: ``yes`` and ``no`` are words, and a key that stands twice is a mistake.

YAML 1.1, which PyYAML reads, turns an unquoted ``yes`` into true and ``12:30`` into a number. Both are
values of real tables, so only ``true`` and ``false`` are booleans here, and times and dates stay text. Schemas,
recipes and contracts are all read here, so that a word means the same in each of them.

A file that a stranger wrote must not cost more than it weighs: what is nested deeper than any honest file is
refused before it is built, and so, where the reader asks for it, are aliases, by which ten short lines can name
a billion values.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from equitab.errors import InputError, Problem

MAX_DEPTH = 40
MAX_BYTES = 1_000_000
"""Of a file that a stranger may have written (`read_mapping` with ``is_strict``)."""


class _RefusedError(yaml.MarkedYAMLError):
    """YAML, but not the kind that is read here."""

    def __init__(self, problem: str, mark: Any, advice: str) -> None:
        super().__init__(problem=problem, problem_mark=mark)
        self.advice = advice


class _Reader(yaml.SafeLoader):
    """Reads plain data only; booleans and numbers as in YAML 1.2."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
        if repeated:
            problem = f"the key {repeated[0]!r}, which stands twice in one mapping"
            raise _RefusedError(problem, node.start_mark, "keep one of the two")
        return super().construct_mapping(node, deep)


class _Writer(yaml.SafeDumper):
    """Writes lists inside mappings with an indent, as people do; quotes what either YAML reads as no text."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def read_mapping(
    path: Path,
    *,
    what: str,
    error: type[InputError],
    advice: str = "",
    help_page: str = "",
    is_strict: bool = False,
) -> dict[str, Any]:
    """Return the mapping that a YAML file holds.

    Parameters
    ----------
    path : Path
    what : str
        How to call the file in an error (``recipe``).
    error : type of InputError
        What is raised.
    advice : str, optional
        What to do where the file is missing.
    help_page : str, optional
        Where a reader finds what the file should look like.
    is_strict : bool, default False
        Refuse aliases, and more than a megabyte.

    Raises
    ------
    InputError
        Of the kind `error`: if the file is missing, is no YAML, or holds something else than a mapping.
    """
    where = f"{what} {str(path)!r}"
    try:
        if is_strict and path.stat().st_size > MAX_BYTES:
            size = f"{path.stat().st_size:,} bytes"
            raise error(Problem(where, f"at most {MAX_BYTES:,} bytes", size, "split it"))
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise error(Problem(where, "a file", _instead(path), advice)) from None
    except UnicodeDecodeError:
        raise error(Problem(where, "text in UTF-8", "other bytes", "save it as UTF-8")) from None
    except OSError as problem:
        received = problem.strerror or type(problem).__name__
        raise error(Problem(where, "a file that can be read", received, advice)) from None
    return parse_mapping(text, where=where, error=error, help_page=help_page, is_strict=is_strict)


def parse_mapping(
    text: str, *, where: str, error: type[InputError], help_page: str = "", is_strict: bool = False
) -> dict[str, Any]:
    """Return the mapping that YAML text holds; parameters and errors as `read_mapping`.

    Examples
    --------
    >>> from equitab.errors import SchemaError
    >>> parse_mapping("favorable_outcome: [yes, no, true]", where="schema", error=SchemaError)
    {'favorable_outcome': ['yes', 'no', True]}
    """
    if is_strict and len(text) > MAX_BYTES:
        received = f"{len(text):,} characters"
        raise error(Problem(where, f"at most {MAX_BYTES:,} bytes", received, "split it"))
    try:
        _check_events(text, allow_aliases=not is_strict)
        data = yaml.load(text, Loader=_Reader)
    except (yaml.YAMLError, ValueError) as problem:  # a number of thousands of digits is a ValueError
        raise error(_refused(where, problem)) from None
    if not isinstance(data, dict):
        kind = "an empty file" if data is None else _kind_name(data)
        raise error(Problem(where, "a mapping of keys to values", kind, help_page))
    return {str(key): value for key, value in data.items()}


def to_yaml(data: dict[str, Any]) -> str:
    """Return plain data as YAML text, keys in their order."""
    return yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)


def to_flow(value: Any) -> str:
    """Return a value as YAML on one line.

    Examples
    --------
    >>> to_flow({"name": "sex", "reference": "no"}), to_flow(None), to_flow([">50K", "08"])
    ("{name: sex, reference: 'no'}", 'null', "['>50K', '08']")
    """
    text = yaml.dump(
        value, Dumper=_Writer, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**9
    )
    return text.removesuffix("...\n").strip()


def _check_events(text: str, *, allow_aliases: bool) -> None:
    """Walk through the text without building anything, and refuse what would be built without end."""
    depth = 0
    for event in yaml.parse(text, Loader=_Reader):
        if isinstance(event, yaml.AliasEvent) and not allow_aliases:
            raise _RefusedError("an alias (*name)", event.start_mark, "write the values out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                problem = f"lists and mappings more than {MAX_DEPTH} deep"
                raise _RefusedError(problem, event.start_mark, "write it with fewer levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _refused(where: str, error: Exception) -> Problem:
    """Return what is wrong, and on which line, without quoting the line."""
    problem = getattr(error, "problem", None) or "something else"
    tag = re.search(r"could not determine a constructor for the tag '([^']*)'", problem)
    if tag:
        return Problem(where, "plain YAML", f"the tag {tag[1]!r}{_place(error)}", "leave tags (!) out")
    advice = getattr(error, "advice", "check the indentation; put values such as '>50K' in quotes")
    expected = "plain YAML" if isinstance(error, _RefusedError) else "YAML"
    return Problem(where, expected, f"{problem}{_place(error)}", advice)


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f" on line {mark.line + 1}"


def _instead(path: Path) -> str:
    return "a folder" if path.is_dir() else "none of that name"


def _kind_name(value: Any) -> str:
    return {list: "a list", str: "a text", bool: "true or false"}.get(type(value), "a single value")


def _whole_number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(str(loader.construct_scalar(node)))


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    return float(str(loader.construct_scalar(node)))


_KEPT = {
    "tag:yaml.org,2002:null": (r"^(?:~|null|Null|NULL|)$", "~nN\0"),
    "tag:yaml.org,2002:bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    "tag:yaml.org,2002:int": (r"^[-+]?[0-9]+$", "-+0123456789"),
    "tag:yaml.org,2002:float": (
        r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$",
        "-+0123456789.",
    ),
    "tag:yaml.org,2002:merge": (r"^(?:<<)$", "<"),
}


def _use_plain_words() -> None:
    """Drop YAML 1.1's yes/no/on/off, dates and base-60 numbers; keep what YAML 1.2 has."""
    _Reader.yaml_implicit_resolvers = {}
    for tag, (pattern, first) in _KEPT.items():
        letters = ["" if letter == "\0" else letter for letter in first]
        _Reader.add_implicit_resolver(tag, re.compile(pattern), letters)
        _Writer.add_implicit_resolver(tag, re.compile(pattern), letters)
    _Reader.add_constructor("tag:yaml.org,2002:int", _whole_number)
    _Reader.add_constructor("tag:yaml.org,2002:float", _number)


_use_plain_words()
