"""From what was said about a table to its schema: said things are checked, the rest is inferred."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from equitab.dataframe import Frame
from equitab.errors import Problem, SchemaError, closest
from equitab.pipeline.recipe import Recipe
from equitab.pipeline.schema_choice import read_schema_keys
from equitab.schema import SensitiveFeature, TableSchema

SchemaSource = TableSchema | Mapping[str, Any] | str | Path | None
"""A schema, its keys, the path of a file with them, or nothing: then all of it is guessed."""

_KEYS = (
    "target",
    "favorable_outcome",
    "favorable_threshold",
    "sensitive_features",
    "references",
    "bins",
    "control_features",
    "weight",
    "identifier",
    "ignore",
    "split",
    "missing_tokens",
    "missing_sensitive",
    "columns",
)


def resolve_schema(frame: Frame, schema: SchemaSource) -> TableSchema:
    """Return the schema of a table.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema, mapping, path or None
        A schema is taken as it is (`equitab.schema.validate_table` compares the two). Keys (those of
        ``schema.yaml``) are checked, and what they leave out is guessed; a list of all columns means that
        nothing about columns is.

    Returns
    -------
    TableSchema
        Its `notes` say what was guessed.

    Raises
    ------
    SchemaError
        If a key is unknown, something said does not fit the table, or what must be known cannot be guessed.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> people = frame_from_columns({"sex": ["F", "M"] * 30, "hired": ["no", "yes", "yes"] * 20})
    >>> resolve_schema(people, {"target": "hired", "sensitive_features": ["sex"]}).favorable_outcome
    ('yes',)
    """
    if isinstance(schema, TableSchema):
        return schema
    keys = read_schema_keys(schema) if isinstance(schema, str | Path) else dict(schema or {})
    _check_keys(keys)
    return TableSchema.infer(frame, **_arguments(keys))


def recipe_schema_keys(recipe: Recipe) -> dict[str, Any]:
    """Return the schema keys of a recipe: its own, or those of the file that it names."""
    return read_schema_keys(recipe.schema) if isinstance(recipe.schema, str) else dict(recipe.schema)


def _check_keys(keys: Mapping[str, Any]) -> None:
    problems = [
        Problem(f"schema key {key!r}", "a known key", "an unknown one", closest(key, _KEYS))
        for key in keys
        if key not in _KEYS
    ]
    for key in ("sensitive_features", "columns"):
        problems += _check_items(key, keys.get(key) or ())
    problems += _check_types(keys)
    if problems:
        raise SchemaError(problems)


def _check_items(key: str, items: Any) -> list[Problem]:
    """Check that a list holds names, or mappings with a name and known keys."""
    known = (
        ("name", "reference", "bins")
        if key == "sensitive_features"
        else ("name", "kind", "has_missing", "missing_token")
    )
    if isinstance(items, str | Mapping):
        return [Problem(f"schema key {key!r}", "a list", "one item", f"write it as {key}: [...]")]
    problems = []
    for place, item in enumerate(items):
        if isinstance(item, str) and key == "sensitive_features":
            continue
        if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
            problems.append(
                Problem(f"schema key '{key}[{place}]'", "a mapping with a name", "something else")
            )
            continue
        problems += [
            Problem(
                f"schema key '{key}[{place}].{inner}'", "a known key", "an unknown one", closest(inner, known)
            )
            for inner in item
            if inner not in known
        ]
    return problems


def _check_types(keys: Mapping[str, Any]) -> list[Problem]:
    single = ("target", "weight", "identifier", "split", "favorable_threshold")
    problems = [
        Problem(f"schema key {key!r}", "text", f"a {type(keys[key]).__name__}", "quote it")
        for key in single
        if keys.get(key) is not None and not isinstance(keys[key], str)
    ]
    kind = keys.get("missing_sensitive", "group")
    if kind not in {"group", "exclude"}:
        problems.append(Problem("schema key 'missing_sensitive'", "'group' or 'exclude'", repr(kind)))
    return problems


def _arguments(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `TableSchema.infer`."""
    arguments = {key: value for key, value in keys.items() if value is not None and key != "columns"}
    if "sensitive_features" in arguments:
        arguments["sensitive_features"] = [_feature(item) for item in arguments["sensitive_features"]]
    if keys.get("columns"):
        arguments["kinds"] = {item["name"]: item["kind"] for item in keys["columns"] if "kind" in item}
        # Whoever lists the columns has looked at the table: nothing more is guessed about its values.
        arguments.setdefault("missing_tokens", ())
        arguments.setdefault("sensitive_features", ())
    return arguments


def _feature(item: Any) -> SensitiveFeature:
    if isinstance(item, str):
        return SensitiveFeature(item)
    bins = tuple(float(cut) for cut in item.get("bins") or ())
    return SensitiveFeature(item["name"], reference=item.get("reference"), bins=bins)
