"""Values that somebody wrote down (in a flag, a recipe, a call), as the values of a column."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from equitab.schema.table_schema import Value

_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no"}


def cast_to_column(value: Any, kind: pa.DataType) -> Value:
    """Return a value as the Python type of a column; as text where it is none of that type.

    Parameters
    ----------
    value : str, int, float or bool
        A text such as ``"1"`` becomes a number for a column of numbers. For a column of text nothing is
        read into it: ``">50K"`` is a value, never a comparison.
    kind : pyarrow.DataType
        The column's type.

    Examples
    --------
    >>> cast_to_column("1", pa.int64()), cast_to_column("true", pa.bool_()), cast_to_column(1, pa.string())
    (1, True, '1')
    """
    text = str(value).strip()
    if pa.types.is_boolean(kind) and text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _as_number(text)
    return str(value)


def _as_number(text: str) -> Value:
    try:
        number = float(text)
    except ValueError:
        return text
    is_whole = number.is_integer() and abs(number) < 2**53
    return int(number) if is_whole else number
