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
from dataclasses import dataclass
from typing import Any

import numpy as np

from equitab.dataframe import Frame, as_frame, frame_from_columns, take_rows
from equitab.encoding import Beyond, TableEncoder, read_asked
from equitab.errors import ConstraintError, Problem, closest


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

    def replaced(self, columns: Mapping[str, Any]) -> GivenRows:
        """Return the rows with other values in some columns."""
        if self.frame is None:
            return self
        held = {name: self.frame[name].to_native() for name in self.frame.columns}
        return GivenRows(self.n_rows, frame_from_columns({**held, **columns}))

    def take(self, rows: np.ndarray) -> GivenRows:
        """Return some rows."""
        return GivenRows(len(rows), None if self.frame is None else take_rows(self.frame, rows))

    def apply(self, frame: Frame) -> Frame:
        """Return drawn rows with the given columns set to exactly the given values."""
        if self.frame is None:
            return frame
        both = {**frame.to_dict(), **self.frame.to_dict()}
        return frame_from_columns({name: both[name].to_native() for name in frame.columns})


def read_given(
    given: Any,
    n_rows: int | None,
    *,
    encoder: TableEncoder,
    conditionable: Sequence[str],
    generator: str,
    beyond: Beyond = "refuse",
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
    beyond : {"refuse", "keep", "nearest"}
        What becomes of numbers beyond the range seen in training; see `read_asked`.

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
        columns = {name: _one_value(name, value) for name, value in given.items()}
    else:
        table = as_frame(given)
        count = _table_count(n_rows, len(table))
        columns = {name: table.select(name) for name in table.columns}
    problems = _column_problems(list(columns), encoder, conditionable, generator)
    if problems:
        raise ConstraintError(problems)
    checked = frame_from_columns(_cast(columns, encoder, beyond))
    return GivenRows(
        count, take_rows(checked, np.zeros(count, dtype=np.int64)) if len(checked) < count else checked
    )


def _cast(columns: dict[str, Frame], encoder: TableEncoder, beyond: Beyond) -> dict[str, Any]:
    """Return each column's values in the types of the training table; all problems at once."""
    cast = {
        name: read_asked(encoder, name, column.to_native()[name].combine_chunks(), beyond=beyond)
        for name, column in columns.items()
    }
    problems = [problem for _, problem in cast.values() if problem is not None]
    if problems:
        raise ConstraintError(problems)
    return {name: values for name, (values, _) in cast.items()}


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


def _one_value(name: str, value: Any) -> Frame:
    """Return one value as a column of one row."""
    try:
        return frame_from_columns({name: [value]})
    except (TypeError, ValueError):  # Arrow's own errors derive from these
        received = f"an object of type {type(value).__name__}"
        problem = Problem(f"given {name!r}", "one text, number, date or None", received)
        raise ConstraintError(problem) from None


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
