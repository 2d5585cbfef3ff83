"""What is wrong with a recipe, worded for the person who wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from equitab.errors import Problem, closest

if TYPE_CHECKING:
    from pydantic import ValidationError

_DATABASES = ("postgresql", "postgres", "mysql", "sqlite", "duckdb", "trino", "mssql", "oracle", "snowflake")
_LATER = "not in this release"

_EXPECTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "dataclass_type": "a mapping",
}
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def parsing_problems(
    error: ValidationError, kind: type, unsupported: list[Problem], *, within: str = ""
) -> list[Problem]:
    """Return a parser's complaints as problems with key paths, each key once; unsupported keys come first.

    What was parsed may be a part of a recipe, whose own path is `within`.
    """
    found = {problem.where: problem for problem in unsupported}
    for item in error.errors(include_url=False):
        location = tuple(part for part in item["loc"] if not _is_branch(part))
        problem = _parsing_problem(item, location, kind, within)
        found.setdefault(problem.where, problem)
    return list(found.values())


def unsupported_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is asked for and belongs to a later release: refused, never left out silently."""
    yield from _generator_problems(data.get("generator"))
    yield from database_problems("recipe key 'table'", data.get("table"))


def _generator_problems(generator: object) -> Iterator[Problem]:
    """Yield a generator of an unknown name: it is said with everything else, not when the run gets there."""
    from equitab.generators import generator_names

    name = generator.get("name") if isinstance(generator, Mapping) else None
    if isinstance(name, str) and name not in generator_names():
        advice = closest(name, generator_names())
        yield Problem("recipe key 'generator.name'", "a generator's name", "an unknown one", advice)


def database_problems(where: str, location: object) -> Iterator[Problem]:
    """Yield a problem if a table is a database or a query, which this release does not read."""
    text = str(location).strip() if isinstance(location, str) else ""
    scheme = text.partition("://")[0].split("+")[0].lower() if "://" in text else ""
    if scheme in _DATABASES or text.lower().startswith(("select ", "with ")):
        yield Problem(where, "a file or URL", f"a database, {_LATER}", "export the table to Parquet or CSV")


def _parsing_problem(item: Mapping[str, Any], location: tuple[Any, ...], kind: type, within: str) -> Problem:
    where = f"recipe key '{_path((within, *location) if within else location)}'"
    if item["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        return Problem(
            where, "a known key", "an unknown one", closest(location[-1], _known_keys(kind, location))
        )
    if item["type"] in {"missing", "missing_argument"}:
        return Problem(where, "to be given", "nothing", "add it; equitab init TABLE writes a whole recipe")
    received = _received(item.get("input"))
    choices = _choices(item)
    if choices:
        return Problem(
            where, "one of " + ", ".join(map(repr, choices)), received, closest(item["input"], choices)
        )
    return Problem(where, _expected(item), received, "")


def _expected(item: Mapping[str, Any]) -> str:
    if item["type"] in _BOUNDS:
        key, words = _BOUNDS[item["type"]]
        return f"{words} {item['ctx'][key]}"
    if item["type"] == "none_required":
        return "nothing"
    return _EXPECTED.get(item["type"], str(item["msg"]).removeprefix("Input should be "))


def _choices(item: Mapping[str, Any]) -> list[str]:
    """Return the values that a fixed choice allows."""
    if item["type"] != "literal_error":
        return []
    return [part.strip(" '") for part in item["ctx"]["expected"].replace(" or ", ",").split(",")]


def _received(value: object) -> str:
    """Say what came; a recipe's own words are nobody's record."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return repr(value)


def _path(location: tuple[Any, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _is_branch(part: object) -> bool:
    """Return whether a part of a location is the parser's name of an alternative, not a key."""
    return isinstance(part, str) and (part in {"str", "float", "int"} or "[" in part)


def _known_keys(kind: type, location: tuple[Any, ...]) -> list[str]:
    """Return the keys that are known where the last part of a location stands."""
    level = kind
    for part in location[:-1]:
        if not isinstance(part, int):
            level = _dataclass_in(get_type_hints(level).get(part)) or level
    return [item.name for item in fields(level)] if is_dataclass(level) else []


def _dataclass_in(hint: Any) -> type | None:
    """Return the dataclass that an annotation speaks of (itself, or within a tuple or union)."""
    if isinstance(hint, type) and is_dataclass(hint):
        return hint
    return next((found for part in get_args(hint) if (found := _dataclass_in(part))), None)
