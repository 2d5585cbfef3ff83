"""Which Arrow types the package works with, and how a column is brought from one to another.

Inside, a column is text, a 64-bit float, an integer, a boolean, a date or a timestamp. `plain_column` brings
what callers have to these; `cast_column` brings a plain column back to the type that the caller had.
"""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

MAX_DECIMAL_DIGITS = 15
"""A decimal with more digits than this cannot pass through floating point unharmed."""

_INDEX_TYPES = {"int8": pa.int8(), "int16": pa.int16(), "int32": pa.int32(), "int64": pa.int64()}
_INDEX_TYPES |= {"uint8": pa.uint8(), "uint16": pa.uint16(), "uint32": pa.uint32(), "uint64": pa.uint64()}


def advice_for(kind: pa.DataType) -> str | None:
    """Return what to do about a type that is not supported; None where it is.

    Examples
    --------
    >>> advice_for(pa.int8()) is None
    True
    >>> advice_for(pa.list_(pa.int8()))
    'give each element a column of its own, or drop it'
    """
    if pa.types.is_dictionary(kind):
        return _advice_for_labels(kind.value_type)
    if pa.types.is_nested(kind):
        return "give each element a column of its own, or drop it"
    if pa.types.is_decimal(kind):
        fits = kind.precision <= MAX_DECIMAL_DIGITS
        return (
            None
            if fits
            else f"cast it to floating point ({MAX_DECIMAL_DIGITS} digits at most are kept exactly)"
        )
    if pa.types.is_duration(kind):
        return "cast it to a number of seconds or days"
    if pa.types.is_time(kind):
        return "cast it to a number of seconds since midnight"
    return None if _is_plain(kind) else "cast it to text or numbers, or drop it"


def plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as text, 64-bit float, integer, boolean, date or timestamp; NaN becomes missing."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return plain_column(column.cast(kind.value_type))
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_null(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    if pa.types.is_floating(kind):
        return _without_nan(column.cast(pa.float64()))
    return column


def cast_column(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return a plain column as another type.

    Fractions are rounded (not cut) on the way to integers, and numbers that are too large for the wanted
    integer type raise `pyarrow.ArrowInvalid`.

    Examples
    --------
    >>> cast_column(pa.chunked_array([[1.0, 2.75, None]]), pa.int8()).to_pylist()
    [1, 3, None]
    """
    if column.type.equals(kind):
        return column
    if pa.types.is_null(kind):
        return column if column.null_count < len(column) else pa.chunked_array([pa.nulls(len(column))])
    if pa.types.is_integer(kind) and pa.types.is_floating(column.type):
        return pc.round(column).cast(kind)
    if pa.types.is_string(column.type) and pa.types.is_boolean(kind):
        return pc.utf8_lower(column).cast(kind)
    if pa.types.is_boolean(column.type) and pa.types.is_string(kind):
        return pc.if_else(column, pa.scalar("True"), pa.scalar("False"))
    if pa.types.is_boolean(kind) and pa.types.is_floating(column.type):
        return pc.not_equal(column, pa.scalar(0.0))
    return _cast_freely(column, kind)


def _cast_freely(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Cast where digits may be lost by design: floats to decimals or small floats, timestamps to dates."""
    if pa.types.is_temporal(kind) and pa.types.is_floating(column.type):
        column = pc.round(column).cast(pa.int64()).cast(pa.timestamp("us"))
    if pa.types.is_decimal(kind) and pa.types.is_floating(column.type):
        column = pc.round(column, ndigits=kind.scale)
    return column.cast(kind, safe=pa.types.is_integer(kind))


def type_from_text(text: str) -> pa.DataType | None:
    """Return the Arrow type that ``str(type)`` describes; None where it is not a supported one.

    Examples
    --------
    >>> type_from_text("timestamp[us, tz=Europe/Rome]")
    TimestampType(timestamp[us, tz=Europe/Rome])
    """
    if found := re.fullmatch(r"dictionary<values=(.+), indices=(\w+), ordered=(\d)>", text):
        values = type_from_text(found[1])
        return None if values is None else pa.dictionary(_INDEX_TYPES[found[2]], values, found[3] == "1")
    if found := re.fullmatch(r"timestamp\[(\w+)(?:, tz=(.+))?\]", text):
        return pa.timestamp(found[1], found[2])
    if found := re.fullmatch(r"decimal(32|64|128|256)\((\d+), (-?\d+)\)", text):
        maker = getattr(pa, f"decimal{found[1]}")
        return maker(int(found[2]), int(found[3]))
    try:
        return pa.type_for_alias(text)
    except ValueError:
        return None


def encode_labels(
    column: pa.ChunkedArray, kind: pa.DictionaryType, values: tuple[Any, ...]
) -> pa.ChunkedArray:
    """Return a column as a dictionary whose values keep their order; new ones are put behind the known."""
    plain = cast_column(column, kind.value_type)
    known = pa.array(values, kind.value_type)
    found = plain.unique().drop_null()
    new = found.filter(pc.invert(pc.is_in(found, known)))
    dictionary = pa.concat_arrays([known, new])
    positions = pc.index_in(plain, dictionary).cast(kind.index_type)
    if isinstance(positions, pa.ChunkedArray):
        positions = positions.combine_chunks()
    return pa.chunked_array([pa.DictionaryArray.from_arrays(positions, dictionary, ordered=kind.ordered)])


def _is_plain(kind: pa.DataType) -> bool:
    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_date,
        pa.types.is_timestamp,
        pa.types.is_null,
    )
    return any(test(kind) for test in tests)


def _advice_for_labels(kind: pa.DataType) -> str | None:
    is_time = pa.types.is_temporal(kind) or pa.types.is_decimal(kind)
    return None if _is_plain(kind) and not is_time else "make its categories text or numbers"


def _without_nan(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
