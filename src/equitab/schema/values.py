"""Values that somebody wrote down (in a flag, a recipe, a call), as the values of a column."""

from __future__ import annotations

from typing import Any

from equitab.dataframe import Storage
from equitab.schema.parts import Value

_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no"}


def cast_to_column(value: Any, storage: Storage) -> Value:
    """Return a value as the Python type of a column; as text where it is none of that type.

    Parameters
    ----------
    value : str, int, float or bool
        A text such as ``"1"`` becomes a number for a column of numbers. For a column of text nothing is
        read into it: ``">50K"`` is a value, never a comparison.
    storage : {"text", "integer", "float", "boolean", "time"}
        How the column is stored (`equitab.dataframe.storage_of`).

    Examples
    --------
    >>> cast_to_column("1", "integer"), cast_to_column("true", "boolean"), cast_to_column(1, "text")
    (1, True, '1')
    """
    text = str(value).strip()
    if storage == "boolean" and text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    if storage in {"integer", "float"}:
        return _as_number(text)
    return str(value)


def _as_number(text: str) -> Value:
    try:
        number = float(text)
    except ValueError:
        return text
    is_whole = number.is_integer() and abs(number) < 2**53
    return int(number) if is_whole else number
