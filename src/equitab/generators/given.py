"""Values that drawn rows are asked to have: read, checked, and put in place exactly.

For the writer of a generator::

    asked = read_given(given, n_rows, encoder=..., conditionable=self.conditionable_columns_, generator=...)
    asked.n_rows                    # how many rows to draw
    asked.columns                   # the columns that are asked for; empty when nothing is
    asked.frame                     # a Frame of these columns, one row for each wanted row; None when empty
    encoder.encode(asked.frame, columns=asked.columns, seed=seed)   # the same as scores and codes
    asked.apply(frame)              # after decoding: sets these columns to exactly what was asked
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from equitab.dataframe import Frame, as_frame
from equitab.encoding import CategoricalColumn, NumericalColumn, TableEncoder
from equitab.errors import ConstraintError, InputError, Problem, closest
from equitab.schema import value_name


@dataclass(frozen=True)
class GivenRows:
    """How many rows are wanted, and which values they must have.

    Parameters
    ----------
    n_rows : int
    frame : Frame or None
        One row of values for each wanted row, in the types of the training table; None when nothing is given.
    """

    n_rows: int
    frame: Frame | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are given."""
        return () if self.frame is None else tuple(self.frame.columns)

    def apply(self, frame: Frame) -> Frame:
        """Return drawn rows with the given columns set to exactly the given values."""
        if self.frame is None:
            return frame
        table, values = frame.to_native(), self.frame.to_native()
        for name in self.columns:
            table = table.set_column(table.column_names.index(name), name, values[name])
        return nw.from_native(table)


def read_given(
    given: Any,
    n_rows: int | None,
    *,
    encoder: TableEncoder,
    conditionable: Sequence[str],
    generator: str,
) -> GivenRows:
    """Check what `sample` was asked for.

    Parameters
    ----------
    given : mapping, table or None
        A mapping of column to one value for all rows (None for a missing value), or a pandas, polars or
        pyarrow table with one row for each wanted row. Text is cast to the column's type, so that the
        command line's ``age=40`` works.
    n_rows : int or None
        Needed unless `given` is a table.
    encoder : TableEncoder
        Fitted on the training table: it knows types, categories and ranges.
    conditionable : sequence of str
        The columns that may be given.
    generator : str
        The generator's name, for messages.

    Returns
    -------
    GivenRows

    Raises
    ------
    ConstraintError
        With everything that is wrong: a column that is unknown or cannot be given, a category that was not
        seen in training, a number beyond the range seen in training, a number of rows that does not fit.
    """
    if given is None or (isinstance(given, Mapping) and not given):
        return GivenRows(_checked_count(n_rows))
    if isinstance(given, Mapping):
        count = _checked_count(n_rows)
        arrays = {name: _one_value(name, value) for name, value in given.items()}
    else:
        table = as_frame(given).to_native()
        count = _table_count(n_rows, table.num_rows)
        arrays = {name: table[name].combine_chunks() for name in table.column_names}
    problems = _column_problems(list(arrays), encoder, conditionable, generator)
    checked = {}
    for name, array in arrays.items() if not problems else ():
        values, problem = _cast(array, encoder, name)
        problems += [problem] if problem else []
        checked[name] = values
    if problems:
        raise ConstraintError(problems)
    if isinstance(given, Mapping):
        checked = {
            name: values.take(pa.array(np.zeros(count, dtype=np.int64))) for name, values in checked.items()
        }
    return GivenRows(count, nw.from_native(pa.table(checked)))


def _checked_count(n_rows: int | None) -> int:
    is_count = isinstance(n_rows, int | np.integer) and not isinstance(n_rows, bool)
    if n_rows is None or not is_count or n_rows < 1:
        received = "nothing" if n_rows is None else repr(n_rows)
        raise ConstraintError(
            Problem(
                "n_rows",
                "a whole number of at least 1",
                received,
                "say how many rows, or pass a table as given",
            )
        )
    return int(n_rows)


def _table_count(n_rows: int | None, n_given: int) -> int:
    if n_rows is not None and n_rows != n_given:
        advice = "leave n_rows out when given is a table"
        raise ConstraintError(
            Problem("n_rows", f"the {n_given} rows of the given table", repr(n_rows), advice)
        )
    if n_given == 0:
        raise ConstraintError(Problem("given", "a table with at least one row", "no rows"))
    return n_given


def _one_value(name: str, value: Any) -> pa.Array:
    if isinstance(value, np.generic):
        value = value.item()
    is_missing = value is None or (isinstance(value, float) and np.isnan(value))
    try:
        return pa.nulls(1, pa.string()) if is_missing else pa.array([value])
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        received = f"an object of type {type(value).__name__}"
        raise ConstraintError(
            Problem(f"given {name!r}", "one text, number, date or None", received)
        ) from None


def _column_problems(
    names: list[str], encoder: TableEncoder, conditionable: Sequence[str], generator: str
) -> list[Problem]:
    problems = []
    for name in names:
        if name in conditionable:
            continue
        if name not in encoder.column_names_:
            advice = closest(name, conditionable)
            problems.append(
                Problem(f"given {name!r}", "a learned column of the table", "no such column", advice)
            )
            continue
        listed = ", ".join(repr(column) for column in conditionable) or "none"
        received = "another column of the table"
        advice = f"fit {generator!r} with condition_on including {name!r}"
        problems.append(
            Problem(
                f"given {name!r}",
                f"a column that {generator!r} can be asked for ({listed})",
                received,
                advice,
            )
        )
    return problems


def _cast(array: pa.Array, encoder: TableEncoder, name: str) -> tuple[pa.Array, Problem | None]:
    """Return values in the type of the training table, or the problem with them."""
    column = encoder.column(name)
    if column is None:
        constant = next(found for found in encoder.determined_ if found.name == name)
        column = constant.values
    return _categories(array, column) if isinstance(column, CategoricalColumn) else _numbers(array, column)


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


def _numbers(array: pa.Array, column: NumericalColumn) -> tuple[pa.Array, Problem | None]:
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
    if n_beyond:
        received = f"beyond it in {n_beyond} of {len(array)} given rows"
        return array, Problem(where, "numbers within the range seen in training", received)
    return values, None
