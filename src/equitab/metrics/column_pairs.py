"""One column of two tables, and how alike its distribution is in both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem

__all__ = ["ColumnPair", "column_problems"]


@dataclass(frozen=True, eq=False)
class ColumnPair:
    """One column in the real and in the synthetic table, as arrays.

    Parameters
    ----------
    name : str
        Of the column.
    kind : {"numeric", "categorical"}
        Numeric: numbers, NaN where missing. Categorical: integer codes of one code book for both tables, from
        0 up; a missing value has a code of its own.
    real, synthetic : ndarray, shape (n_rows,)
        The values; the two tables may differ in length.

    Examples
    --------
    >>> ColumnPair("age", "numeric", np.array([30.0, np.nan]), np.array([31.0])).name
    'age'
    """

    name: str
    kind: Literal["numeric", "categorical"]
    real: npt.NDArray[Any]
    synthetic: npt.NDArray[Any]


def column_problems(columns: Sequence[ColumnPair]) -> list[Problem]:
    """Return everything that is wrong with the columns."""
    if not columns:
        return [Problem("columns", "at least one", "none")]
    problems = []
    for table in ("real", "synthetic"):
        lengths = {len(getattr(column, table)) for column in columns}
        if len(lengths) > 1 or 0 in lengths:
            received = f"{min(lengths)} to {max(lengths)} rows"
            problems.append(Problem(f"{table} table", "as many rows in every column, at least one", received))
        problems += [problem for column in columns for problem in _value_problems(column, table)]
    return problems


def _value_problems(column: ColumnPair, table: str) -> Iterator[Problem]:
    """Yield what is wrong with the values of one column in one table."""
    values: npt.NDArray[Any] = getattr(column, table)
    where = f"column '{column.name}' of the {table} table"
    if column.kind == "categorical":
        if values.dtype.kind not in "iu":
            yield Problem(where, "integer codes", f"values of type {values.dtype}")
        elif values.size and values.min() < 0:
            yield Problem(where, "codes from 0 up", f"negative ones in {int((values < 0).sum())} rows")
    elif values.dtype.kind not in "iuf":
        yield Problem(where, "numbers", f"values of type {values.dtype}")
    elif np.isinf(values).any():
        yield Problem(where, "finite numbers or NaN", f"infinite ones in {int(np.isinf(values).sum())} rows")
