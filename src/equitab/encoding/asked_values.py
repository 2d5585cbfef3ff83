"""Values that somebody asks for, in the words of the training table: cast, looked up, checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from equitab.encoding.categorical import CategoricalColumn
from equitab.encoding.numerical import NumericalColumn
from equitab.encoding.table_encoder import TableEncoder
from equitab.errors import InputError, Problem
from equitab.schema import value_name

Beyond = Literal["refuse", "keep", "nearest"]


def read_asked(
    encoder: TableEncoder, name: str, array: pa.Array, *, beyond: Beyond = "refuse"
) -> tuple[pa.Array, Problem | None]:
    """Return values that rows are asked to have, in the type of the training table, or the problem with them.

    Parameters
    ----------
    encoder : TableEncoder
    name : str
        One of its columns.
    array : pyarrow.Array
        Values of any type; text is cast, a missing value is written in the column's own way.
    beyond : {"refuse", "keep", "nearest"}
        What becomes of a number beyond the range seen in training: a problem, the number itself (though nothing
        was learned there), or the end of the range.

    Returns
    -------
    values : pyarrow.Array
    problem : Problem or None
        A category that was not seen in training, a number beyond the range seen in training, a value that
        cannot be cast.
    """
    column = encoder.column(name)
    if column is None:
        constant = next(found for found in encoder.determined_ if found.name == name)
        column = constant.values
    if isinstance(column, CategoricalColumn):
        return _categories(array, column)
    return _numbers(array, column, beyond)


def _categories(array: pa.Array, column: CategoricalColumn) -> tuple[pa.Array, Problem | None]:
    """Look values up as they are, then by the text by which they are called (1, 1.0, '1', True, 'true')."""
    codes = column.find(array)
    if (codes < 0).any():
        names = {_called(value): code for code, value in reversed(list(enumerate(column.values.to_pylist())))}
        found = {value: names.get(_called(value), -1) for value in set(array.to_pylist())}
        codes = np.array([found[value] for value in array.to_pylist()], dtype=np.int64)
    n_unknown = int((codes < 0).sum())
    if n_unknown:
        received = f"another value in {n_unknown} of {len(array)} given rows"
        expected = f"one of the {column.cardinality} values seen in training"
        advice = "check the spelling: white space and capital letters count"
        return array, Problem(f"given {column.name!r}", expected, received, advice)
    return column.decode(codes), None


def _called(value: Any) -> str | None:
    if value is None:
        return None
    name = value_name(value)
    return name.capitalize() if name in {"true", "false"} else name


def _numbers(array: pa.Array, column: NumericalColumn, beyond: Beyond) -> tuple[pa.Array, Problem | None]:
    where = f"given {column.name!r}"
    missing = np.asarray(array.is_null())
    if missing.any() and not column.missing:
        received = f"a missing value in {int(missing.sum())} of {len(array)} given rows"
        return array, Problem(where, "numbers, as in training", received)
    try:
        values = column.cast(array)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError):
        kind = (
            "text that is a number or date"
            if pa.types.is_string(column.kind)
            else f"values of type {column.kind}"
        )
        return array, Problem(where, kind, f"values of type {array.type} that cannot be cast")
    try:
        n_beyond = column.count_beyond(values)
    except InputError as error:
        return array, replace(error.problems[0], where=where)
    if n_beyond and beyond == "nearest":
        return column.within_range(values), None
    if n_beyond and beyond == "refuse":
        received = f"beyond it in {n_beyond} of {len(array)} given rows"
        advice = (
            "ask within the range, or a generator that extrapolates (boosted_trees: unseen='extrapolate')"
        )
        return array, Problem(where, "numbers within the range seen in training", received, advice)
    return values, None
