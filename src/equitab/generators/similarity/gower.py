r"""Gower's similarity: how alike two rows are, over columns of any kind, with values missing.

.. math:: S_{ij} = \frac{\sum_c \delta_{ijc} \, s_{ijc}}{\sum_c \delta_{ijc}}

where :math:`\delta_{ijc}` is 1 if both rows have a value in column c, and :math:`s_{ijc}` is
:math:`1 - |x_{ic} - x_{jc}| / \mathrm{range}_c` for numbers and 1 or 0 (equal or not) for categories. The distance is
:math:`1 - S_{ij}`. Two rows without any column in which both have a value cannot be compared: their distance is
infinite, so that no kernel links them.

References
----------
Gower, A general coefficient of similarity and some of its properties, Biometrics 27, 1971.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.integer]

MISSING = -1
"""The code of a missing category; a missing number is not a number."""


@dataclass(frozen=True, eq=False)
class GowerTable:
    """Rows as Gower's similarity sees them, column by column.

    Parameters
    ----------
    numbers : ndarray of float32, shape (n_numeric, n_rows)
        Each column divided by its range (see `GowerScale`); NaN where missing.
    codes : ndarray of int, shape (n_categorical, n_rows)
        Codes from 0; `MISSING` where missing.
    """

    numbers: Floats
    codes: npt.NDArray[np.signedinteger]

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return int(self.numbers.shape[1])

    @property
    def n_columns(self) -> int:
        """The number of columns."""
        return len(self.numbers) + len(self.codes)

    @cached_property
    def number_gaps(self) -> tuple[bool, ...]:
        """For each numeric column whether any value is missing."""
        return tuple(bool(np.isnan(column).any()) for column in self.numbers)

    @cached_property
    def code_gaps(self) -> tuple[bool, ...]:
        """For each categorical column whether any value is missing."""
        return tuple(bool((column < 0).any()) for column in self.codes)

    def take(self, rows: Rows) -> GowerTable:
        """Return some rows."""
        return GowerTable(np.take(self.numbers, rows, axis=1), np.take(self.codes, rows, axis=1))

    def joined(self, more: GowerTable) -> GowerTable:
        """Return these rows, then those of another table of the same columns."""
        kind = np.promote_types(self.codes.dtype, more.codes.dtype)
        codes = np.concatenate([self.codes, more.codes], axis=1).astype(kind, copy=False)
        return GowerTable(np.concatenate([self.numbers, more.numbers], axis=1), codes)


@dataclass(frozen=True, eq=False)
class GowerScale:
    """The ranges of numeric columns, learned on real rows and kept for all that come later.

    Parameters
    ----------
    low : ndarray of float64, shape (n_numeric,)
        The smallest value of each column.
    span : ndarray of float64, shape (n_numeric,)
        The range of each column; 1 for a column of one value, in which all rows are alike.
    """

    low: npt.NDArray[np.float64]
    span: npt.NDArray[np.float64]

    @classmethod
    def of(cls, numbers: npt.NDArray[np.float64]) -> GowerScale:
        """Learn the ranges of numbers of shape (n_rows, n_numeric); NaN where missing.

        Examples
        --------
        >>> import numpy as np
        >>> GowerScale.of(np.array([[1.0, 5.0], [3.0, np.nan]])).span.tolist()
        [2.0, 1.0]
        """
        seen = np.where(np.isnan(numbers), np.inf, numbers).min(axis=0, initial=np.inf)
        top = np.where(np.isnan(numbers), -np.inf, numbers).max(axis=0, initial=-np.inf)
        low = np.where(np.isfinite(seen), seen, 0.0)
        span = np.where(np.isfinite(seen) & (top > seen), top - low, 1.0)
        return cls(low, span)

    def table(self, numbers: npt.NDArray[np.float64], codes: npt.NDArray[np.signedinteger]) -> GowerTable:
        """Return rows as Gower's similarity sees them; a number beyond the range is taken to its end.

        Parameters
        ----------
        numbers : ndarray of float64, shape (n_rows, n_numeric)
        codes : ndarray of int, shape (n_rows, n_categorical)
        """
        scaled = np.clip((numbers - self.low) / self.span, 0.0, 1.0).astype(np.float32)
        small = np.int16 if codes.size == 0 or codes.max() < np.iinfo(np.int16).max else np.int32
        return GowerTable(np.ascontiguousarray(scaled.T), np.ascontiguousarray(codes.T.astype(small)))


def gower_distances(own: GowerTable, own_rows: Rows, other: GowerTable, other_rows: Rows) -> Floats:
    """Return distances between rows of two tables.

    Parameters
    ----------
    own, other : GowerTable
        Of the same columns, on the same scale.
    own_rows, other_rows : ndarray of int
        Positions; the two shapes are broadcast. ``own_rows[:, None]`` and ``other_rows[None, :]`` give all pairs.

    Returns
    -------
    ndarray of float32, of the broadcast shape
        From 0 (alike in every column) to 1; infinite where no column has a value in both rows.

    Examples
    --------
    >>> import numpy as np
    >>> numbers, codes = np.array([[0.0], [10.0], [np.nan]]), np.array([[0], [0], [1]])
    >>> rows = GowerScale.of(numbers).table(numbers, codes)
    >>> gower_distances(rows, np.array([0, 0]), rows, np.array([1, 2])).tolist()
    [0.5, 1.0]
    """
    return _distances(own, own_rows, other, other_rows, gap=None)


def filled_distances(own: GowerTable, own_rows: Rows, other: GowerTable, other_rows: Rows) -> Floats:
    """Return distances in which a column that cannot be compared counts as half unlike, and every column counts.

    To tell which of two rows is nearer to a third: a gap of the third then plays no part, while in Gower's mean it
    would make the other columns weigh more.

    Parameters
    ----------
    own, other : GowerTable
    own_rows, other_rows : ndarray of int
        See `gower_distances`.
    """
    return _distances(own, own_rows, other, other_rows, gap=0.5)


def _distances(
    own: GowerTable, own_rows: Rows, other: GowerTable, other_rows: Rows, *, gap: float | None
) -> Floats:
    """Return distances; what is missing is left out, or counts as `gap`."""
    shape = np.broadcast_shapes(own_rows.shape, other_rows.shape)
    total = np.zeros(shape, dtype=np.float32)
    n_missing = np.zeros(shape, dtype=np.uint16)
    number_gaps, code_gaps = (
        _either(own.number_gaps, other.number_gaps),
        _either(own.code_gaps, other.code_gaps),
    )
    for mine, theirs, has_gaps in zip(own.numbers, other.numbers, number_gaps, strict=True):
        part = mine[own_rows] - theirs[other_rows]
        np.abs(part, out=part)
        if has_gaps:
            is_missing = np.isnan(part)
            part[is_missing] = 0
            n_missing += is_missing
        total += part
    n_unequal = np.zeros(shape, dtype=np.uint16)
    for codes, their_codes, has_gaps in zip(own.codes, other.codes, code_gaps, strict=True):
        left, right = codes[own_rows], their_codes[other_rows]
        is_unequal = left != right
        if has_gaps:
            is_missing = (left < 0) | (right < 0)
            is_unequal &= ~is_missing
            n_missing += is_missing
        n_unequal += is_unequal
    total += n_unequal
    if gap is not None:
        return np.asarray((total + np.float32(gap) * n_missing) / np.float32(max(own.n_columns, 1)))
    return _divided(total, n_missing if any((*number_gaps, *code_gaps)) else None, own.n_columns)


def _either(left: tuple[bool, ...], right: tuple[bool, ...]) -> list[bool]:
    return [one or other for one, other in zip(left, right, strict=True)]


def _divided(total: Floats, n_missing: npt.NDArray[np.uint16] | None, n_columns: int) -> Floats:
    """Divide by how many columns were compared; where none was, the distance is infinite."""
    if n_missing is None and n_columns:
        total /= np.float32(n_columns)
        return total
    n_compared = np.uint16(n_columns) - (0 if n_missing is None else n_missing)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (total / n_compared).astype(np.float32)
    return np.where(n_compared > 0, found, np.float32(np.inf))
