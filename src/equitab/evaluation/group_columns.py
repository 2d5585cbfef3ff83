"""How a column is shown group by group: as numbers over a common range, or as shares of classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.evaluation.comparisons import MIN_NAMED_RECORDS
from equitab.evaluation.distributions import MISSING, OTHER
from equitab.metrics import decile_codes
from equitab.schema import Column, TableSchema, codes_of, labels, numbers, value_name

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MAX_CLASSES = 6
_FEW_VALUES = 10
_SPIKE = 1 / 3


@dataclass(frozen=True, eq=False)
class NumberValues:
    """A column of numbers in the real and in the drawn table; NaN where missing."""

    real: FloatArray
    drawn: FloatArray
    is_whole: bool

    def distance(self, real: IntArray, drawn: IntArray) -> float:
        """Return how far some rows of both tables lie apart, beyond chance; see `excess_variation`."""
        return excess_variation(*decile_codes(self.real[real], self.drawn[drawn]))


@dataclass(frozen=True, eq=False)
class ClassValues:
    """A column of classes in the real and in the drawn table: codes of names, -1 for missing, -2 for unknown."""

    real: IntArray
    drawn: IntArray
    names: tuple[str, ...]

    def distance(self, real: IntArray, drawn: IntArray) -> float:
        """Return how far some rows of both tables lie apart, beyond chance; see `excess_variation`."""
        return excess_variation(self.real[real] + 2, self.drawn[drawn] + 2)

    def shares(self, real: IntArray, drawn: IntArray) -> dict[str, tuple[int, int]]:
        """Return how many of some rows of both tables have each class.

        A class that fewer than ten of the real rows have is not named: it counts as *(other)*.
        """
        held = np.bincount(self.real[real] + 2, minlength=len(self.names) + 2)
        found = np.bincount(self.drawn[drawn] + 2, minlength=len(self.names) + 2)
        frequent = np.argsort(-held, kind="stable")[:MAX_CLASSES]
        named = [
            code
            for code in sorted(frequent, key=lambda code: (code < 2, code))
            if held[code] >= MIN_NAMED_RECORDS
        ]
        bars = {self._name(code): (int(held[code]), int(found[code])) for code in named}
        rest = int(held.sum() - held[named].sum()), int(found.sum() - found[named].sum())
        return {**bars, OTHER: rest} if any(rest) else bars

    def _name(self, shifted: int) -> str:
        return self.names[shifted - 2] if shifted >= 2 else MISSING if shifted == 1 else OTHER


def read_column(
    real: Frame, drawn: Frame, schema: TableSchema, column: Column
) -> NumberValues | ClassValues | None:
    """Return a column of both tables as it is shown; None for dates, which have no place on an axis of numbers.

    Numbers of at most ten values are classes; so are those of which a third share one value: that value, what is
    below it and what is above it.
    """
    tokens = schema.missing_tokens
    if column.kind == "datetime":
        return None
    if column.kind in {"categorical", "boolean"}:
        names = labels(real, column.name, missing_tokens=tokens).names
        first, second = (
            codes_of(frame, column.name, names, missing_tokens=tokens) for frame in (real, drawn)
        )
        return ClassValues(first, second, names)
    first, second = (_finite(numbers(frame, column, missing_tokens=tokens)) for frame in (real, drawn))
    return _as_classes(first, second) or NumberValues(first, second, is_whole=column.kind == "integer")


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, np.nan)


def excess_variation(real: IntArray, drawn: IntArray) -> float:
    r"""Return the total variation distance of two samples of codes, less what chance alone would give.

    Notes
    -----
    Chance: :math:`\frac12 \sum_c \sqrt{\frac{2}{\pi} p_c (1 - p_c) (1/n + 1/m)}` with pooled shares :math:`p_c`.

    Examples
    --------
    >>> codes = np.repeat([0, 1], 500)
    >>> excess_variation(codes, codes) < 0 < excess_variation(codes, np.zeros(1000, dtype=int))
    True
    """
    size = int(max(real.max(initial=0), drawn.max(initial=0))) + 1
    first, second = (np.bincount(codes, minlength=size) for codes in (real, drawn))
    pooled = (first + second) / (len(real) + len(drawn))
    chance = np.sqrt(2 / np.pi * pooled * (1 - pooled) * (1 / len(real) + 1 / len(drawn))).sum() / 2
    return float(np.abs(first / len(real) - second / len(drawn)).sum() / 2 - chance)


def _as_classes(real: FloatArray, drawn: FloatArray) -> ClassValues | None:
    """Return numbers as classes, where they have few values or one value that a third of them share."""
    known, counts = np.unique(real[~np.isnan(real)], return_counts=True)
    if len(known) <= _FEW_VALUES:
        names = tuple(map(value_name, known))
        return ClassValues(_codes_among(real, known), _codes_among(drawn, known), names)
    if counts.max() < _SPIKE * counts.sum():
        return None
    spike = float(known[counts.argmax()])
    shown = value_name(spike)
    return ClassValues(
        _sides_of(real, spike), _sides_of(drawn, spike), (f"below {shown}", shown, f"above {shown}")
    )


def _sides_of(values: FloatArray, spike: float) -> IntArray:
    """Return 0 below a value, 1 at it, 2 above it, -1 for missing."""
    sides = 1 + np.sign(np.where(np.isnan(values), spike, values) - spike)
    return np.where(np.isnan(values), -1, sides).astype(np.int64)


def _codes_among(values: FloatArray, known: FloatArray) -> IntArray:
    if not len(known):
        return np.where(np.isnan(values), -1, -2)
    place = np.searchsorted(known, values).clip(max=len(known) - 1)
    return np.where(np.isnan(values), -1, np.where(known[place] == values, place, -2))
