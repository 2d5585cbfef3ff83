"""Small steps between a column of an Arrow table and arrays of numbers."""

from __future__ import annotations

import base64

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equitab.errors import Problem, TableError


def type_to_text(kind: pa.DataType) -> str:
    """Return an Arrow type as text for JSON (its schema message in base 64)."""
    message = pa.schema([pa.field("", kind)]).serialize().to_pybytes()
    return base64.b64encode(message).decode("ascii")


def type_from_text(text: str) -> pa.DataType:
    """Return the Arrow type that `type_to_text` described.

    Examples
    --------
    >>> type_from_text(type_to_text(pa.timestamp("ms", "UTC")))
    TimestampType(timestamp[ms, tz=UTC])
    """
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(text))).field(0).type


def values_to_texts(values: pa.Array) -> list[str | None]:
    """Return category values as text for JSON; `values_from_texts` reads them back."""
    return [None if text is None else str(text) for text in values.cast(pa.string()).to_pylist()]


def values_from_texts(texts: list[str | None], kind: pa.DataType) -> pa.Array:
    """Return the category values that `values_to_texts` described."""
    return pa.array(texts, pa.string()).cast(kind)


def numbers_of(values: pa.Array, *, where: str) -> np.ndarray:
    """Return present values as int64 or float64.

    Parameters
    ----------
    values : pyarrow.Array
        Without missing values. Dates and times become whole units of their type; text is parsed.
    where : str
        The column's place, for errors.

    Raises
    ------
    TableError
        If text is no number, or a number is infinite; counted, not quoted.
    """
    if pa.types.is_string(values.type):
        values = _parsed(pc.utf8_trim_whitespace(values), where)
    elif pa.types.is_temporal(values.type):
        values = _time_units(values)
    if pa.types.is_boolean(values.type) or (
        pa.types.is_integer(values.type) and not pa.types.is_uint64(values.type)
    ):
        values = values.cast(pa.int64())
    elif not pa.types.is_int64(values.type):
        values = values.cast(pa.float64(), safe=False)
    numbers = np.asarray(values.to_numpy(zero_copy_only=False))
    n_infinite = int(np.isinf(numbers).sum())
    if n_infinite:
        raise TableError(
            Problem(
                where, "finite numbers", f"infinity in {n_infinite} rows", "replace it, or ignore the column"
            )
        )
    return numbers


def column_of_numbers(numbers: np.ndarray, missing: np.ndarray, kind: pa.DataType) -> pa.Array:
    """Return numbers as a column of an Arrow type that is not text, with missing values.

    Parameters
    ----------
    numbers : ndarray, shape (n_rows,)
        What `numbers_of` gave, with anything where the value is missing.
    missing : ndarray of bool, shape (n_rows,)
    kind : pyarrow.DataType
    """
    if pa.types.is_date32(kind) or pa.types.is_time32(kind):
        return pa.array(numbers.astype(np.int32), mask=missing).cast(kind)
    if pa.types.is_integer(kind) and np.issubdtype(numbers.dtype, np.floating):
        numbers = np.rint(numbers)
    return pa.array(numbers, mask=missing).cast(kind, safe=False)


def missing_mask(column: pa.Array, missing_tokens: tuple[str, ...]) -> np.ndarray:
    """Return where a column is missing or holds a text that stands for it, shape (n_rows,), bool."""
    is_missing = np.asarray(column.is_null())
    if missing_tokens and pa.types.is_string(column.type):
        is_token = pc.is_in(pc.utf8_trim_whitespace(column), pa.array(missing_tokens, pa.string()))
        is_missing = is_missing | np.asarray(is_token.fill_null(False))
    return is_missing


def _time_units(values: pa.Array) -> pa.Array:
    if values.type.bit_width == 32:
        return values.cast(pa.int32())
    return values.cast(pa.int64())


def _parsed(texts: pa.Array, where: str) -> pa.Array:
    try:
        return texts.cast(pa.float64())
    except pa.ArrowInvalid:
        numbers = [_number(text) for text in texts.to_pylist()]
    n_bad = sum(number is None for number in numbers)
    if n_bad:
        advice = "name the text that stands for missing (--missing-token), or treat the column as categorical"
        raise TableError(Problem(where, "numbers", f"text in {n_bad} of {len(texts)} rows", advice))
    return pa.array(numbers, pa.float64())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
