r"""Intervals of measurements at another confidence: what correcting for several comparisons needs.

Intervals come at a confidence of their own, :math:`c`. Their half-widths, on each side of the value, are multiplied
by :math:`z_{(1+c')/2} / z_{(1+c)/2}` for the confidence :math:`c'` that is needed, and cut at the ends of the metric's
range. That is exact for normal errors, and keeps a lopsided interval lopsided.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from equitab.assurance.measurement_table import BoolArray, FloatArray, IntArray, MeasurementTable
from equitab.metrics import METRICS

__all__ = ["Intervals", "corrected_intervals"]


@dataclass(frozen=True, eq=False)
class Intervals:
    """Values with their intervals, one entry for each measurement.

    Parameters
    ----------
    value, low, high : ndarray of float
        NaN where undefined, or where there is no interval.
    n : ndarray of int
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray

    @property
    def has_interval(self) -> BoolArray:
        """Which have one."""
        return ~np.isnan(self.low) & ~np.isnan(self.high)

    def at(self, rows: IntArray) -> Intervals:
        """Return the entries at some positions; nothing is known at -1."""
        is_there = rows >= 0
        if is_there.all():
            return Intervals(self.value[rows], self.low[rows], self.high[rows], self.n[rows])
        value, low, high = (
            np.where(is_there, held[rows], np.nan) for held in (self.value, self.low, self.high)
        )
        return Intervals(value, low, high, np.where(is_there, self.n[rows], 0))


def corrected_intervals(table: MeasurementTable, confidence: float) -> Intervals:
    """Return the intervals of a whole table at a confidence.

    Parameters
    ----------
    table : MeasurementTable
    confidence : float
        In (0, 1).

    Examples
    --------
    >>> from equitab.evaluation.results import Measurement
    >>> held = Measurement(metric="accuracy", value=0.8, low=0.7, high=0.85, confidence=0.95)
    >>> wider = corrected_intervals(MeasurementTable.of([held]), 0.99)
    >>> wider.low.round(3), wider.high.round(3)
    (array([0.669]), array([0.866]))
    """
    value = np.where(table.is_defined, table.number("value"), np.nan)
    factor = np.where(table.has_interval, _factors(table.number("confidence"), confidence), np.nan)
    lowest, highest = _ranges(table)
    with np.errstate(invalid="ignore"):
        below = np.maximum(value - table.number("low"), 0.0) * factor
        above = np.maximum(table.number("high") - value, 0.0) * factor
        low, high = np.maximum(value - below, lowest), np.minimum(value + above, highest)
    counts = np.nan_to_num(table.number("n")).astype(np.int64)
    return Intervals(value, np.minimum(low, value), np.maximum(high, value), counts)


def _factors(own: FloatArray, confidence: float) -> FloatArray:
    """Return by how much half-widths grow."""
    normal = NormalDist()
    wanted = normal.inv_cdf((1 + confidence) / 2)
    factors = np.full(own.size, np.nan)
    left = (own > 0) & (own < 1)
    while left.any():  # as many rounds as there are different confidences: nearly always one
        one = float(own[np.argmax(left)])
        is_one = own == one
        factors[is_one] = wanted / normal.inv_cdf((1 + one) / 2)
        left &= ~is_one
    return factors


def _ranges(table: MeasurementTable) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the range of each measurement's metric."""
    held = table.label("metric")
    known = [METRICS.get(name) for name in held.names]
    ends = [(-np.inf, np.inf) if one is None else (one.lowest, one.highest) for one in (*known, None)]
    lowest, highest = np.array(ends, dtype=np.float64).T
    return lowest[held.codes], highest[held.codes]
