"""Columns that another column determines: found, left out of what is learned, restored on decoding.

Adult's ``education-num`` is a function of ``education``, and a one-hot form repeats its column. A generator
that learns both wastes effort and produces rows in which they disagree; one that learns the first and
restores the second cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from equitab.encoding.categorical import CategoricalColumn, fit_categorical
from equitab.errors import Problem, TableError

ROWS_PER_VALUE = 5
MOST_VALUES = 1000
CHANCE = 1e-6
"""A dependence is believed where independent columns would show it with at most this probability."""


@dataclass(frozen=True)
class DeterminedColumn:
    """A column that is a function of another one, or constant.

    Parameters
    ----------
    name : str
        The column that is left out.
    by : str or None
        The column that determines it; None for a constant column.
    values : CategoricalColumn
        The values of the determined column.
    parent : CategoricalColumn or None
        The values of the determining one.
    table : ndarray of int64, shape (n_parent_values,)
        For each value of the parent the code of the determined value.
    """

    name: str
    by: str | None
    values: CategoricalColumn
    parent: CategoricalColumn | None
    table: np.ndarray

    def restore(self, parent: pa.Array | None, n_rows: int) -> pa.Array:
        """Return the determined column, given the determining one."""
        if self.parent is None or parent is None:
            return self.values.decode(np.zeros(n_rows, dtype=np.int64))
        return self.values.decode(self.table[self.parent.find(parent)])

    def check(self, column: pa.Array, parent: pa.Array | None) -> Problem | None:
        """Return the problem of rows that contradict the dependence, if there are any."""
        found, expected = self.values.find(column), np.zeros(len(column), dtype=np.int64)
        if self.parent is not None and parent is not None:
            codes = self.parent.find(parent)
            expected = np.where(codes < 0, found, self.table[codes])  # unseen parents are reported elsewhere
        n_other = int((found != expected).sum())
        if not n_other:
            return None
        rule = f"the value that {self.by!r} determines" if self.by else "its one value"
        received = f"another value in {n_other} of {len(column)} rows"
        advice = f"fit on rows that show it, or keep {self.name!r} as a column of its own"
        return Problem(f"column {self.name!r}", f"{rule}, as in all training rows", received, advice)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "name": self.name,
            "by": self.by,
            "values": self.values.to_dict(),
            "parent": self.parent.to_dict() if self.parent else None,
            "table": self.table.tolist(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DeterminedColumn:
        """Return what `to_dict` described."""
        parent = CategoricalColumn.from_dict(data["parent"]) if data["parent"] else None
        table = np.array(data["table"], dtype=np.int64)
        return cls(data["name"], data["by"], CategoricalColumn.from_dict(data["values"]), parent, table)


def find_determined(
    columns: Mapping[str, pa.Array], *, keep: Sequence[str] = (), parents: Sequence[str] | None = None
) -> tuple[DeterminedColumn, ...]:
    r"""Find the columns that are constant or a function of one other column.

    Parameters
    ----------
    columns : mapping of str to pyarrow.Array
        In the table's order. A missing value is a value like any other here.
    keep : sequence of str
        Columns that are never left out.
    parents : sequence of str, optional
        Columns that may determine others; all when not given.

    Returns
    -------
    tuple of DeterminedColumn
        No column of it determines another one of it. Of two columns that determine each other the later
        one is left out.

    Notes
    -----
    *B* is believed to be a function of *A* where every value *a* of *A*, held by :math:`n_a` rows, comes
    with one value of *B*; *A* has at least `ROWS_PER_VALUE` rows for each value on average; and independent
    columns would show the same with a probability of at most `CHANCE`, namely
    :math:`\prod_a \sum_b p_b^{n_a}` with :math:`p_b` the shares of the values of *B*.

    Examples
    --------
    >>> years = pa.array([9, 13, 9, 16, 13, 9] * 20)
    >>> names = pa.array(["HS", "BSc", "HS", "PhD", "BSc", "HS"] * 20)
    >>> [(found.name, found.by) for found in find_determined({"degree": names, "years": years})]
    [('years', 'degree')]
    """
    learned = {name: fit_categorical(name, column) for name, column in columns.items()}
    codes = {name: learned[name].find(column) for name, column in columns.items()}
    allowed = set(columns if parents is None else parents)
    by: dict[str, str | None] = {}
    for name in reversed([name for name in columns if name not in keep]):
        if learned[name].cardinality <= 1:
            by[name] = None
            continue
        possible = [other for other in columns if other != name and other in allowed and other not in by]
        found = next((other for other in possible if _determines(codes[other], codes[name])), None)
        if found is not None:
            by = {child: found if parent == name else parent for child, parent in by.items()}
            by[name] = found
    return tuple(_described(name, by[name], learned, codes) for name in columns if name in by)


def check_determined(determined: Sequence[DeterminedColumn], columns: Mapping[str, pa.Array]) -> None:
    """Refuse rows that contradict a dependence, since decoding could not bring them back."""
    problems = [
        found.check(columns[found.name], columns.get(found.by) if found.by else None)
        for found in determined
        if found.name in columns and (found.by is None or found.by in columns)
    ]
    if any(problems):
        raise TableError([problem for problem in problems if problem is not None])


def _determines(parent: np.ndarray, child: np.ndarray) -> bool:
    n_values = int(parent.max()) + 1
    if n_values > MOST_VALUES or n_values * ROWS_PER_VALUE > len(parent) or n_values <= int(child.max()):
        return False
    table = np.zeros(n_values, dtype=np.int64)
    table[parent] = child
    return bool((table[parent] == child).all()) and _chance(parent, child) <= np.log(CHANCE)


def _chance(parent: np.ndarray, child: np.ndarray) -> float:
    """Return the logarithm of the probability that independent columns would look dependent."""
    shares = np.bincount(child) / len(child)
    counts = np.bincount(parent)
    logs = np.log(shares[shares > 0])[None, :] * counts[counts > 0][:, None]
    return float(np.logaddexp.reduce(logs, axis=1).sum())


def _described(
    name: str, by: str | None, learned: Mapping[str, CategoricalColumn], codes: Mapping[str, np.ndarray]
) -> DeterminedColumn:
    if by is None:
        return DeterminedColumn(name, None, learned[name], None, np.zeros(0, dtype=np.int64))
    table = np.zeros(learned[by].cardinality, dtype=np.int64)
    table[codes[by]] = codes[name]
    return DeterminedColumn(name, by, learned[name], learned[by], table)
