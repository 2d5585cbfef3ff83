"""A schema as plain data for JSON and YAML, and back; what people write by hand is checked key by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from equitab.errors import Problem, SchemaError, closest
from equitab.schema.parts import Column, SensitiveFeature, parse_threshold

_LISTS = ("favorable_outcome", "control_features", "ignore", "missing_tokens")
_NAMES = ("target", "weight", "identifier", "split", "missing_sensitive")
_KEYS = ("columns", "favorable_threshold", "sensitive_features", *_LISTS, *_NAMES)


def schema_to_dict(schema: Any) -> dict[str, Any]:
    """Return plain data of a `TableSchema`; empty fields are left out."""
    data: dict[str, Any] = {"target": schema.target}
    if schema.favorable_threshold:
        data["favorable_threshold"] = str(schema.favorable_threshold)
    else:
        data["favorable_outcome"] = list(schema.favorable_outcome)
    data["sensitive_features"] = [_without_defaults(feature) for feature in schema.sensitive_features]
    for name in ("control_features", "ignore", "missing_tokens"):
        if getattr(schema, name):
            data[name] = list(getattr(schema, name))
    for name in ("weight", "identifier", "split"):
        if getattr(schema, name):
            data[name] = getattr(schema, name)
    data["missing_sensitive"] = schema.missing_sensitive
    data["columns"] = [_without_defaults(column) for column in schema.columns]
    return data


def fields_from_dict(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the `TableSchema` that plain data describes.

    A single value may stand where a list is expected, and a bare name where a sensitive feature is.

    Raises
    ------
    SchemaError
        If a key is unknown or missing, or a value is of the wrong kind; all of them at once.
    """
    problems = [*_bad_keys(data), *_bad_values(data), *_bad_entries(data)]
    if problems:
        raise SchemaError(problems)
    known = {name: data[name] for name in _NAMES if data.get(name) is not None}
    known |= {name: tuple(_listed(data.get(name))) for name in _LISTS}
    if data.get("favorable_threshold") is not None:
        known["favorable_threshold"] = parse_threshold(str(data["favorable_threshold"]))
    columns = tuple(Column(**entry) for entry in data["columns"])
    features = tuple(_feature(entry) for entry in _listed(data.get("sensitive_features")))
    return {"columns": columns, "sensitive_features": features, **known}


def _without_defaults(value: Column | SensitiveFeature) -> dict[str, Any]:
    pairs = ((item.name, getattr(value, item.name), item.default) for item in fields(value))
    return {
        name: list(held) if isinstance(held, tuple) else held
        for name, held, default in pairs
        if held != default
    }


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _feature(entry: Any) -> SensitiveFeature:
    if not isinstance(entry, Mapping):
        return SensitiveFeature(str(entry))
    bins = tuple(float(cut) for cut in _listed(entry.get("bins")))
    return SensitiveFeature(str(entry["name"]), reference=entry.get("reference"), bins=bins)


def _bad_keys(data: Mapping[str, Any]) -> list[Problem]:
    problems = [
        Problem(f"schema key {key!r}", "a known key", "an unknown one", closest(key, _KEYS))
        for key in data
        if key not in _KEYS
    ]
    return problems + [
        Problem(f"schema key {key!r}", "to be given", "nothing", "make a schema with equitab init")
        for key in ("columns", "target")
        if data.get(key) is None
    ]


def _bad_values(data: Mapping[str, Any]) -> list[Problem]:
    """Find roles that are no single name, and list entries that are mappings or lists themselves."""
    problems = [
        Problem(f"schema key {name!r}", "one name", _kind_name(data[name]), "write a single text")
        for name in _NAMES
        if data.get(name) is not None and not isinstance(data[name], str)
    ]
    texts = ("control_features", "ignore", "missing_tokens")
    for name in _LISTS:
        allowed = str if name in texts else (str, int, float, bool)
        if any(not isinstance(value, allowed) for value in _listed(data.get(name))):
            what = "texts" if name in texts else "values"
            problems.append(
                Problem(f"schema key {name!r}", f"a list of {what}", "something else", "see equitab init")
            )
    return problems


def _bad_entries(data: Mapping[str, Any]) -> list[Problem]:
    columns, features = data.get("columns"), _listed(data.get("sensitive_features"))
    problems: list[Problem] = []
    if columns is not None and not isinstance(columns, list | tuple):
        problems.append(Problem("schema key 'columns'", "a list", _kind_name(columns), "see equitab init"))
        columns = []
    for position, entry in enumerate(columns or (), start=1):
        problems += _bad_entry(f"columns, entry {position}", entry, Column, ("name", "kind"))
    for position, entry in enumerate(features, start=1):
        if not isinstance(entry, str):
            problems += _bad_entry(
                f"sensitive_features, entry {position}", entry, SensitiveFeature, ("name",)
            )
            problems += _bad_bins(f"sensitive_features, entry {position}", entry)
    return problems


def _bad_entry(
    where: str, entry: Any, kind: type[Column | SensitiveFeature], needed: tuple[str, ...]
) -> list[Problem]:
    if not isinstance(entry, Mapping):
        return [
            Problem(where, "keys and values", _kind_name(entry), f"write {{name: ..., {needed[-1]}: ...}}")
        ]
    known = [item.name for item in fields(kind)]
    problems = [
        Problem(f"{where}, key {key!r}", "a known key", "an unknown one", closest(key, known))
        for key in entry
        if key not in known
    ]
    return problems + [
        Problem(
            f"{where}, key {key!r}",
            "a text",
            _kind_name(entry.get(key)),
            "quote it if it looks like a number",
        )
        for key in needed
        if not isinstance(entry.get(key), str)
    ]


def _bad_bins(where: str, entry: Any) -> list[Problem]:
    if not isinstance(entry, Mapping):
        return []
    bins = _listed(entry.get("bins"))
    if all(isinstance(cut, int | float) and not isinstance(cut, bool) for cut in bins):
        return []
    return [Problem(f"{where}, key 'bins'", "a list of numbers", "something else", "write bins: [25, 60]")]


def _kind_name(value: Any) -> str:
    names = {type(None): "nothing", bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "keys and values" if isinstance(value, Mapping) else type(value).__name__)
