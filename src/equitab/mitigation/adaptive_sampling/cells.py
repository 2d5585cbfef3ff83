"""Cells: the rows of one outcome and one group, apart by where they come from.

Everything in this room is counted by cell. A cell is a pair of an outcome's code y and a group's code z, and in
each cell there may be real rows and generated ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.errors import InputError, Problem

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cells:
    """Which outcome, group and source every row has.

    Attributes
    ----------
    labels : ndarray of int, shape (n_rows,)
        Codes of the outcome, from 0 to `n_labels` - 1.
    groups : ndarray of int, shape (n_rows,)
        Codes of the group, from 0 to `n_groups` - 1.
    is_generated : ndarray of bool, shape (n_rows,)
    n_labels, n_groups : int
    """

    labels: IntArray
    groups: IntArray
    is_generated: BoolArray
    n_labels: int
    n_groups: int

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of outcomes and of groups."""
        return self.n_labels, self.n_groups

    @property
    def codes(self) -> IntArray:
        """The cell of every row as one number, ``y * n_groups + z``."""
        return self.labels * self.n_groups + self.groups

    @property
    def n_real(self) -> IntArray:
        """Real rows in each cell, shape (n_labels, n_groups)."""
        return self._count(~self.is_generated)

    @property
    def n_generated(self) -> IntArray:
        """Generated rows in each cell, shape (n_labels, n_groups)."""
        return self._count(self.is_generated)

    def _count(self, kept: BoolArray) -> IntArray:
        n_cells = self.n_labels * self.n_groups
        return np.bincount(self.codes[kept], minlength=n_cells).reshape(self.shape).astype(np.int64)


def make_cells(
    labels: Any,
    groups: Any,
    is_generated: Any = None,
    *,
    n_labels: int | None = None,
    n_groups: int | None = None,
    what: str = "training rows",
) -> Cells:
    """Return the cells of rows, checked.

    Parameters
    ----------
    labels, groups : array-like of int, shape (n_rows,)
        Codes from 0; a tensor will do.
    is_generated : array-like of bool, shape (n_rows,), optional
        All rows are real when not given.
    n_labels, n_groups : int, optional
        How many there are; one more than the largest code when not given.
    what : str
        What the rows are called in messages.

    Returns
    -------
    Cells

    Raises
    ------
    InputError
        If lengths differ, there are no rows, or a code is not one of 0 to the number less one.

    Examples
    --------
    >>> make_cells([0, 0, 1, 1], [0, 1, 1, 1], [False, False, False, True]).n_real.tolist()
    [[1, 1], [0, 1]]
    """
    y, z = np.asarray(labels), np.asarray(groups)
    made = np.zeros(len(y), dtype=bool) if is_generated is None else np.asarray(is_generated, dtype=bool)
    lengths = {"labels": len(y), "groups": len(z), "is_generated": len(made)}
    if len(set(lengths.values())) > 1:
        received = ", ".join(f"{n} {name}" for name, n in lengths.items())
        raise InputError(Problem(what, "as many labels as groups and sources", received))
    if len(y) == 0:
        raise InputError(Problem(what, "at least one row", "none"))
    problems = [
        *_code_problems(y, n_labels, f"labels of the {what}"),
        *_code_problems(z, n_groups, f"groups of the {what}"),
    ]
    if problems:
        raise InputError(problems)
    y, z = y.astype(np.int64), z.astype(np.int64)
    return Cells(y, z, made, n_labels or int(y.max()) + 1, n_groups or int(z.max()) + 1)


def _code_problems(codes: npt.NDArray[Any], n_codes: int | None, where: str) -> list[Problem]:
    """Return what is wrong with codes that should be whole numbers from 0."""
    highest = "" if n_codes is None else f" to {n_codes - 1}"
    expected = f"whole numbers from 0{highest}, one for each row"
    if codes.ndim != 1:
        return [Problem(where, expected, f"{codes.ndim} dimensions")]
    if not np.issubdtype(codes.dtype, np.number) and codes.dtype != np.bool_:
        return [Problem(where, expected, f"values of type {codes.dtype}", "give every value a code")]
    with np.errstate(invalid="ignore"):
        bad = ~np.isfinite(codes) | (codes < 0) | (codes != np.round(codes))
        if n_codes is not None:
            bad |= codes >= n_codes
    n_bad = int(np.count_nonzero(bad))
    advice = "leave out rows without a code, or give them one of their own"
    return [Problem(where, expected, f"others in {n_bad} of {len(codes)} rows", advice)] if n_bad else []
