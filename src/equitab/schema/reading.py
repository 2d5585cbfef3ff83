"""Arrays of a frame, read through its schema: numbers, categories, outcomes, groups, weights.

Everything here is a function of a frame and a schema (or one of its columns). Missing means: missing in the
frame, or one of the schema's missing tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equitab.dataframe import Frame
from equitab.errors import Problem, TableError
from equitab.schema.dates import date_spelling, parse_dates
from equitab.schema.groups import IntersectionalGroups
from equitab.schema.table_schema import MISSING_GROUP, Column, SensitiveFeature, TableSchema, Value


@dataclass(frozen=True)
class Labels:
    """Codes of one column's values and their names.

    Attributes
    ----------
    codes : ndarray of int64, shape (n_rows,)
        Index into `names`; -1 for a missing value.
    names : tuple of str
        The values as text, sorted (numbers by size).
    """

    codes: np.ndarray
    names: tuple[str, ...]


def value_name(value: Value | float) -> str:
    """Return the text by which a value is called in groups, flags and reports.

    Examples
    --------
    >>> value_name(1.0), value_name(True), value_name(">50K")
    ('1', 'True', '>50K')
    """
    if isinstance(value, bool | np.bool_):
        return "True" if value else "False"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def texts(frame: Frame, name: str, *, missing_tokens: tuple[str, ...] = ()) -> pa.Array:
    """Return a column as text, missing where the value is missing or a missing token."""
    column: pa.Array = frame.to_native()[name].combine_chunks()
    if pa.types.is_boolean(column.type):
        column = pc.if_else(column, pa.scalar("True"), pa.scalar("False"))
    elif not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    if missing_tokens:
        is_token = pc.is_in(pc.utf8_trim_whitespace(column), pa.array(missing_tokens, pa.string()))
        column = pc.if_else(is_token, pa.scalar(None, pa.string()), column)
    return column


def labels(frame: Frame, name: str, *, missing_tokens: tuple[str, ...] = ()) -> Labels:
    """Return codes and names of a column's values.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> labels(frame_from_columns({"sex": ["M", None, "F"]}), "sex")
    Labels(codes=array([ 1, -1,  0]), names=('F', 'M'))
    """
    encoded = texts(frame, name, missing_tokens=missing_tokens).dictionary_encode()
    found = encoded.dictionary.to_pylist()
    order = sorted(range(len(found)), key=lambda position: _sort_key(found[position]))
    rank = np.empty(len(found) + 1, dtype=np.int64)
    rank[order] = np.arange(len(found))
    rank[-1] = -1
    codes = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    return Labels(rank[codes], tuple(found[position] for position in order))


def codes_of(
    frame: Frame, name: str, names: tuple[str, ...], *, missing_tokens: tuple[str, ...] = ()
) -> np.ndarray:
    """Return the positions of a column's values in `names`: -1 where missing, -2 where not among them."""
    column = texts(frame, name, missing_tokens=missing_tokens)
    found = pc.index_in(column, pa.array(names, pa.string())).fill_null(-2)
    codes = np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)
    return np.where(np.asarray(column.is_null()), -1, codes)


def numbers(frame: Frame, column: Column, *, missing_tokens: tuple[str, ...] = ()) -> np.ndarray:
    """Return a column as floating point, shape (n_rows,), NaN where missing.

    Booleans become 0 and 1; dates and times, also those written as text in a column of kind ``datetime``,
    microseconds since 1970.

    Raises
    ------
    TableError
        If a value is no number or no date; the count is named, not the value.
    """
    values: pa.Array = frame.to_native()[column.name].combine_chunks()
    if pa.types.is_temporal(values.type):
        values = values.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
    elif pa.types.is_string(values.type) and column.kind == "datetime":
        return _parsed_dates(texts(frame, column.name, missing_tokens=missing_tokens), column)
    elif pa.types.is_string(values.type):
        return _parsed(texts(frame, column.name, missing_tokens=missing_tokens), column)
    return np.asarray(
        values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64
    ).copy()


def favorable(frame: Frame, schema: TableSchema) -> np.ndarray:
    """Return which rows are favorable, shape (n_rows,), bool; False where the target is missing."""
    if schema.favorable_threshold is not None:
        return _beyond(
            numbers(frame, schema.column(schema.target), missing_tokens=schema.missing_tokens), schema
        )
    names = tuple(value_name(value) for value in schema.favorable_outcome)
    return codes_of(frame, schema.target, names, missing_tokens=schema.missing_tokens) >= 0


def has_target(frame: Frame, schema: TableSchema) -> np.ndarray:
    """Return which rows have a target, shape (n_rows,), bool."""
    return ~np.asarray(texts(frame, schema.target, missing_tokens=schema.missing_tokens).is_null())


def row_weights(frame: Frame, schema: TableSchema) -> np.ndarray | None:
    """Return the survey weights, shape (n_rows,), or None where the schema names no weight."""
    return None if schema.weight is None else numbers(frame, schema.column(schema.weight))


def sensitive_labels(frame: Frame, schema: TableSchema, feature: SensitiveFeature) -> Labels:
    """Return codes and names of one sensitive feature's groups.

    A missing value belongs to the group ``(missing)``, or has code -1 when the schema says ``exclude``.
    """
    found = (
        _binned(frame, schema, feature)
        if feature.bins
        else labels(frame, feature.name, missing_tokens=schema.missing_tokens)
    )
    if schema.missing_sensitive == "exclude" or not (found.codes < 0).any():
        return found
    return Labels(np.where(found.codes < 0, len(found.names), found.codes), (*found.names, MISSING_GROUP))


def sensitive_groups(
    frame: Frame, schema: TableSchema, features: tuple[str, ...] | None = None
) -> IntersectionalGroups:
    """Return the index of the intersectional groups of some sensitive features (all of them by default).

    The groups are those of the frame given: pass the whole table, so that every split shares the index.
    """
    names = schema.sensitive_names if features is None else features
    found = [sensitive_labels(frame, schema, schema.sensitive_feature(name)).names for name in names]
    return IntersectionalGroups(tuple(names), tuple(found))


def group_codes(frame: Frame, schema: TableSchema, groups: IntersectionalGroups) -> np.ndarray:
    """Return the code of every row's intersectional group, shape (n_rows,); -1 for a row left out.

    A value that the index does not hold (one that the table it was made from never had) is left out too.
    """
    if not groups.features:
        return np.zeros(len(frame), dtype=np.int64)
    columns = []
    for name, level in zip(groups.features, groups.levels, strict=True):
        found = sensitive_labels(frame, schema, schema.sensitive_feature(name))
        position = {label: code for code, label in enumerate(level)}
        table = np.array([*(position.get(label, -1) for label in found.names), -1], dtype=np.int64)
        columns.append(table[found.codes])
    return groups.encode(np.column_stack(columns))


def reference_code(groups: IntersectionalGroups, schema: TableSchema) -> int | None:
    """Return the code of the group in which every feature has its reference value; None if one has none."""
    references = [schema.sensitive_feature(name).reference for name in groups.features]
    if not references or any(reference is None for reference in references):
        return None
    names = tuple(value_name(reference) for reference in references if reference is not None)
    return (
        groups.code(names) if all(n in level for n, level in zip(names, groups.levels, strict=True)) else None
    )


def _sort_key(text: str) -> tuple[int, float, str]:
    try:
        return (0, float(text), text)
    except ValueError:
        return (1, 0.0, text)


def _parsed(column: pa.Array, which: Column) -> np.ndarray:
    try:
        parsed = pc.utf8_trim_whitespace(column).cast(pa.float64())
    except pa.ArrowInvalid:
        bad = sum(not _is_number(text) for text in column.to_pylist() if text is not None)
        received = f"text in {bad} of {len(column)} rows"
        advice = "name the text that stands for missing (--missing-token), or treat the column as categorical"
        raise TableError(Problem(f"column {which.name!r}", "numbers", received, advice)) from None
    return np.asarray(parsed.to_numpy(zero_copy_only=False), dtype=np.float64).copy()


def _parsed_dates(column: pa.Array, which: Column) -> np.ndarray:
    pattern = date_spelling(column)
    if pattern is None:
        advice = "write all dates in one pattern such as 2024-12-31, or treat the column as categorical"
        received = "other text, or several patterns"
        raise TableError(Problem(f"column {which.name!r}", "dates written in one pattern", received, advice))
    values = parse_dates(column, pattern).cast(pa.int64()).cast(pa.float64())
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64).copy()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _beyond(values: np.ndarray, schema: TableSchema) -> np.ndarray:
    import operator

    assert schema.favorable_threshold is not None
    compare = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
    with np.errstate(invalid="ignore"):
        return compare[schema.favorable_threshold.sign](values, schema.favorable_threshold.bound)


def _binned(frame: Frame, schema: TableSchema, feature: SensitiveFeature) -> Labels:
    values = numbers(frame, schema.column(feature.name), missing_tokens=schema.missing_tokens)
    codes = np.searchsorted(np.array(feature.bins), values, side="right")
    return Labels(np.where(np.isnan(values), -1, codes).astype(np.int64), feature.bin_labels)
