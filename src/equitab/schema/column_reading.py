"""Arrays of single columns of a frame: text, labels, numbers, groups, favorable outcomes.

These functions know columns and values, no schema; `equitab.schema.reading` reads a frame through one.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equitab.dataframe import Frame, date_spelling, parse_dates
from equitab.errors import Problem, TableError
from equitab.schema.parts import MISSING_GROUP, Column, MissingSensitive, SensitiveFeature, Threshold, Value

_COMPARISONS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}


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


def has_value(frame: Frame, name: str, *, missing_tokens: tuple[str, ...] = ()) -> np.ndarray:
    """Return which rows have a value in a column, shape (n_rows,), bool."""
    return ~np.asarray(texts(frame, name, missing_tokens=missing_tokens).is_null())


def favorable_rows(
    frame: Frame,
    target: Column,
    *,
    outcome: tuple[Value, ...],
    threshold: Threshold | None,
    missing_tokens: tuple[str, ...] = (),
) -> np.ndarray:
    """Return which rows are favorable by some values or a threshold, shape (n_rows,), bool."""
    if threshold is not None:
        values = numbers(frame, target, missing_tokens=missing_tokens)
        with np.errstate(invalid="ignore"):
            return np.asarray(_COMPARISONS[threshold.sign](values, threshold.bound))
    names = tuple(value_name(value) for value in outcome)
    return codes_of(frame, target.name, names, missing_tokens=missing_tokens) >= 0


def feature_labels(
    frame: Frame,
    column: Column,
    feature: SensitiveFeature,
    *,
    missing_tokens: tuple[str, ...] = (),
    missing_sensitive: MissingSensitive = "group",
) -> Labels:
    """Return codes and names of the groups of one sensitive feature, binned where it has bins."""
    if feature.bins:
        values = numbers(frame, column, missing_tokens=missing_tokens)
        codes = np.searchsorted(np.array(feature.bins), values, side="right").astype(np.int64)
        found = Labels(np.where(np.isnan(values), -1, codes), feature.bin_labels)
    else:
        found = labels(frame, feature.name, missing_tokens=missing_tokens)
    if missing_sensitive == "exclude" or not (found.codes < 0).any():
        return found
    return Labels(np.where(found.codes < 0, len(found.names), found.codes), (*found.names, MISSING_GROUP))


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
