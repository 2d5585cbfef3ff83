r"""Gower distances of very many pairs, fast, in whole numbers: to choose whom to compare exactly.

Every number is rounded to one of some thousand steps of its range, so that a pair costs a few short whole-number
operations for each column. What is missing is taken out again afterwards: with :math:`p` 1 where a row has a value and
numbers :math:`x` set to 0 where it has none,

.. math:: \sum_{c \text{ in both}} |x_{ic} - x_{jc}|
          = \sum_c |x_{ic} - x_{jc}| - \sum_c x_{ic} (1 - p_{jc}) - \sum_c (1 - p_{ic}) x_{jc},

and the two sums, like the number of columns in which both rows have a value, are one matrix product for all pairs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from equitab.generators.similarity.gower import GowerTable

Floats = npt.NDArray[np.float32]
Shorts = npt.NDArray[np.int16]
Flags = npt.NDArray[np.bool_]

FARTHEST = 2**15 - 1
"""The distance of rows that cannot be compared; those unlike in every column are slightly nearer."""
MOST_COLUMNS = 4096
"""Of a table with more, numbers would have too few steps."""
THEIR_MISSING = -2
"""The code of a missing category on one side of a pair, unequal to that on the other side."""
MOST_COUNTED = 255
"""Columns that are counted in one byte."""


@dataclass(frozen=True, eq=False)
class WholeTable:
    """Rows in whole numbers.

    Parameters
    ----------
    numbers : ndarray of int16, shape (n_numeric, n_rows)
        From 0 to `levels`; -1 where missing.
    codes : ndarray of int8, int16 or int32, shape (n_categorical, n_rows)
        -1 where missing.
    levels : int
        The steps of a number's range.
    number_gaps, code_gaps : tuple of int
        The columns in which values may be missing.
    """

    numbers: Shorts
    codes: npt.NDArray[np.signedinteger]
    levels: int
    number_gaps: tuple[int, ...]
    code_gaps: tuple[int, ...]

    @classmethod
    def of(cls, table: GowerTable, other: GowerTable | None = None) -> WholeTable:
        """Return a table of at most `MOST_COLUMNS` in whole numbers, to be compared with itself or with another."""
        both = [table] if other is None else [table, other]
        levels = (FARTHEST - 1) // max(table.n_columns, 1)
        scaled = np.where(np.isnan(table.numbers), np.float32(-1), table.numbers * np.float32(levels))
        most = max(int(each.codes.max(initial=0)) for each in both)
        kind = np.int8 if most <= np.iinfo(np.int8).max else np.int16 if most <= FARTHEST else np.int32
        return cls(
            scaled.round().astype(np.int16),
            table.codes.astype(kind, copy=False),
            levels,
            _with_gaps(each.number_gaps for each in both),
            _with_gaps(each.code_gaps for each in both),
        )

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return int(self.numbers.shape[1])

    @property
    def n_columns(self) -> int:
        """The number of columns."""
        return len(self.numbers) + len(self.codes)

    @property
    def has_gaps(self) -> bool:
        """Whether any value may be missing."""
        return bool(self.number_gaps or self.code_gaps)

    @property
    def shared_columns(self) -> float:
        """The share of columns in which two rows drawn at random both have a value."""
        held = [*(self.numbers >= 0).mean(axis=1), *(self.codes >= 0).mean(axis=1)]
        return float(np.mean(np.square(held))) if held else 1.0

    def take(self, rows: npt.NDArray[np.integer]) -> WholeTable:
        """Return some rows, each column in one piece (an index array behind a slice would interleave them)."""
        numbers, codes = np.take(self.numbers, rows, axis=1), np.take(self.codes, rows, axis=1)
        return WholeTable(numbers, codes, self.levels, self.number_gaps, self.code_gaps)

    @cached_property
    def filled(self) -> Shorts:
        """The numbers, 0 where missing."""
        return np.maximum(self.numbers, np.int16(0)) if self.number_gaps else self.numbers

    @cached_property
    def their_codes(self) -> npt.NDArray[np.signedinteger]:
        """The codes as the other side of a pair has them: a missing category is unequal to all."""
        if not self.code_gaps:
            return self.codes
        return np.where(self.codes < 0, self.codes.dtype.type(THEIR_MISSING), self.codes)

    @cached_property
    def own_factors(self) -> tuple[Floats, Floats]:
        """Our side's factors of what is taken out and of how many columns count, each (n_rows, n_factors)."""
        values, has_number, has_code, one = self._parts
        n_complete = np.float32(self.n_columns - len(self.number_gaps) - len(self.code_gaps))
        taken = [values, 1 - has_number, np.float32(-self.levels) * has_code, one]
        counted = [has_number, has_code, n_complete * one]
        return np.concatenate(taken).T.copy(), np.concatenate(counted).T.copy()

    @cached_property
    def their_factors(self) -> tuple[Floats, Floats]:
        """The other side's factors, each (n_factors, n_rows)."""
        values, has_number, has_code, one = self._parts
        taken = [1 - has_number, values, has_code, np.float32(self.levels * len(self.code_gaps)) * one]
        return np.concatenate(taken), np.concatenate([has_number, has_code, one])

    @property
    def _parts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Of columns with gaps: numbers, where they are, where categories are; and ones."""
        numbers, codes = self.numbers[list(self.number_gaps)], self.codes[list(self.code_gaps)]
        one = np.ones((1, self.n_rows), dtype=np.float32)
        values = np.maximum(numbers, 0).astype(np.float32)
        return values, (numbers >= 0).astype(np.float32), (codes >= 0).astype(np.float32), one


class Desk:
    """Room for the distances of many pairs at once, used over and over.

    Parameters
    ----------
    n_pairs : int
    """

    def __init__(self, n_pairs: int) -> None:
        self._total, self._part = np.empty(n_pairs, dtype=np.int16), np.empty(n_pairs, dtype=np.int16)
        self._count, self._flag = np.empty(n_pairs, dtype=np.uint8), np.empty(n_pairs, dtype=np.bool_)
        self._taken, self._counted = np.empty(n_pairs, dtype=np.float32), np.empty(n_pairs, dtype=np.float32)

    def all_pairs(self, own: WholeTable, mine: slice, other: WholeTable, theirs: slice) -> Shorts:
        """Return the distances of some rows to some others, shape (n_mine, n_theirs), until the desk is used again.

        Parameters
        ----------
        own, other : WholeTable
            With the same gaps.
        mine, theirs : slice
            Of rows; as many pairs at most as there is room for.
        """
        shape = mine.stop - mine.start, theirs.stop - theirs.start
        total, part = _shaped(self._total, shape), _shaped(self._part, shape)
        total.fill(0)
        for left, right in zip(own.filled, other.filled, strict=True):
            np.subtract(left[mine, None], right[None, theirs], out=part)
            np.add(total, np.abs(part, out=part), out=total)
        flag, codes = _shaped(self._flag, shape), zip(own.codes, other.their_codes, strict=True)
        is_unequal = (np.not_equal(left[mine, None], right[None, theirs], out=flag) for left, right in codes)
        self._add_counts(is_unequal, own.levels, shape)
        if not own.has_gaps:
            return total
        taken, counted = _shaped(self._taken, shape), _shaped(self._counted, shape)
        np.matmul(own.own_factors[0][mine], other.their_factors[0][:, theirs], out=taken)
        np.matmul(own.own_factors[1][mine], other.their_factors[1][:, theirs], out=counted)
        np.subtract(total, taken, out=taken)
        return _divided(taken, counted, own.n_columns, total)

    def named_pairs(
        self, own: WholeTable, mine: slice, other: WholeTable, theirs: npt.NDArray[np.integer]
    ) -> Shorts:
        """Return the distances of some rows to rows named for each of them, until the desk is used again.

        Parameters
        ----------
        own, other : WholeTable
            With the same gaps.
        mine : slice
        theirs : ndarray of int, shape (n_mine, n_named)
        """
        shape = theirs.shape
        total, part, flag = (
            _shaped(self._total, shape),
            _shaped(self._part, shape),
            _shaped(self._flag, shape),
        )
        counted = _shaped(self._counted, shape)
        total.fill(0)
        counted.fill(own.n_columns)
        for place, (left, right) in enumerate(zip(own.numbers, other.numbers, strict=True)):
            here, there = left[mine, None], right[theirs]
            np.abs(np.subtract(here, there, out=part), out=part)
            if place in own.number_gaps:
                np.greater_equal(np.minimum(here, there, out=there), 0, out=flag)
                np.multiply(part, flag, out=part)
                counted -= ~flag
            np.add(total, part, out=total)

        def unequal() -> Iterable[Flags]:
            for place, (left, right) in enumerate(zip(own.codes, other.codes, strict=True)):
                here, there = left[mine, None], right[theirs]
                np.not_equal(here, there, out=flag)
                if place in own.code_gaps:
                    is_there = np.minimum(here, there, out=there) >= 0
                    np.logical_and(flag, is_there, out=flag)
                    np.subtract(counted, ~is_there, out=counted)
                yield flag

        self._add_counts(unequal(), own.levels, shape)
        if not own.has_gaps:
            return total
        np.copyto(_shaped(self._taken, shape), total)
        return _divided(_shaped(self._taken, shape), counted, own.n_columns, total)

    def _add_counts(self, flags: Iterable[Flags], levels: int, shape: tuple[int, ...]) -> None:
        """Add to the distances a full range for every column whose flag is set."""
        total, part, count = (_shaped(room, shape) for room in (self._total, self._part, self._count))
        n_counted = 0
        for flag in flags:
            if n_counted:
                np.add(count, flag.view(np.uint8), out=count)
            else:
                np.copyto(count, flag.view(np.uint8))
            n_counted += 1
            if n_counted == MOST_COUNTED:
                _add_ranges(total, part, count, levels)
                n_counted = 0
        if n_counted:
            _add_ranges(total, part, count, levels)


def _add_ranges(total: Shorts, part: Shorts, count: npt.NDArray[np.uint8], levels: int) -> None:
    np.copyto(part, count)
    np.multiply(part, np.int16(levels), out=part)
    np.add(total, part, out=total)


def _divided(taken: Floats, counted: Floats, n_columns: int, total: Shorts) -> Shorts:
    """Write into `total` the mean over the columns that count, times the number of all columns."""
    np.multiply(taken, np.float32(n_columns), out=taken)
    if counted.min(initial=1) < 1:
        np.copyto(taken, np.float32(FARTHEST), where=counted < 1)
        np.maximum(counted, np.float32(1), out=counted)
    np.divide(taken, counted, out=taken)
    np.copyto(total, taken, casting="unsafe")
    return total


def _shaped(room: npt.NDArray, shape: tuple[int, ...]) -> npt.NDArray:
    """Return the first places of some room as an array of a shape."""
    return room[: math.prod(shape)].reshape(shape)


def _with_gaps(gaps: Iterable[tuple[bool, ...]]) -> tuple[int, ...]:
    """Return the columns in which any table has a gap."""
    return tuple(place for place, found in enumerate(zip(*gaps, strict=True)) if any(found))
