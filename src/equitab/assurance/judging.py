"""Intervals against thresholds: the three states of one condition, and the measurement that decides.

A state is a number, so that Kleene's logic is arithmetic: violated -1, undetermined 0, met 1; *all of* is the
minimum, *any of* the maximum, *not* the change of sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from equitab.assurance.contract_words import interval_words, measurement_words
from equitab.assurance.matching import Matches
from equitab.assurance.measurement_table import BoolArray, FloatArray, IntArray, MeasurementTable
from equitab.assurance.requirement import Condition
from equitab.metrics import METRICS

__all__ = ["MET", "UNDETERMINED", "VIOLATED", "Outcome", "interval_pairs", "judge"]

VIOLATED, UNDETERMINED, MET = -1, 0, 1
_ROUNDING = 1e-12
"""By so much a computed end may miss a threshold that it equals on paper."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a requirement at one time.

    Parameters
    ----------
    state : int
        -1 violated, 0 undetermined, 1 met.
    value, low, high : float or None
        Of the measurement that decided.
    n : int
    reason, shown : str
    """

    state: int
    reason: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    shown: str = ""


@dataclass(frozen=True, eq=False)
class _Compared:
    """What is compared with the thresholds, one entry for each matching measurement."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray

    @property
    def has_interval(self) -> BoolArray:
        return ~np.isnan(self.low) & ~np.isnan(self.high)


def interval_pairs(matches: Matches) -> tuple[IntArray, IntArray]:
    """Return the positions of the measurements that are compared by their interval, and what is subtracted.

    Parameters
    ----------
    matches : Matches

    Returns
    -------
    rows, other_rows : ndarray of int
        `other_rows` is -1 where a value is compared as it is.
    """
    none = np.full(matches.rows.size, -1, dtype=np.int64)
    others = none if matches.other_rows is None else matches.other_rows
    compared = _compared(matches, 0.95).has_interval
    return matches.rows[compared], others[compared]


def judge(matches: Matches, confidence: float) -> Outcome:
    r"""Return what became of a condition: all of its measurements must keep it.

    Parameters
    ----------
    matches : Matches
    confidence : float
        Of each single interval.

    Returns
    -------
    Outcome
        With the worst measurement: the one furthest beyond its threshold, or nearest to it.

    Notes
    -----
    Intervals come at a confidence of their own, :math:`c`. Their half-widths, on each side of the value, are
    multiplied by :math:`z_{(1+c')/2} / z_{(1+c)/2}` for the confidence :math:`c'` that is needed, and cut at the ends
    of the metric's range. A difference of two measurements has the interval
    :math:`[l_1 - h_2,\; h_1 - l_2]`: wide enough however the two errors go together.
    """
    condition = matches.condition
    if matches.reason:
        return Outcome(state=UNDETERMINED, reason=matches.reason)
    compared = _compared(matches, confidence)
    states = _states(condition, compared)
    worst = int(states.min())
    candidates = np.flatnonzero(states == worst)
    margins = _margins(condition, compared)[candidates]
    index = int(candidates[np.argmin(np.where(np.isnan(margins), np.inf, margins))])
    return Outcome(
        state=worst,
        reason=_reason(matches, compared, states, index),
        value=_number(compared.value[index]),
        low=_number(compared.low[index]),
        high=_number(compared.high[index]),
        n=int(compared.n[index]),
        shown=_shown(matches, index),
    )


def _compared(matches: Matches, confidence: float) -> _Compared:
    """Return values and intervals as they are compared: corrected, subtracted, absolute."""
    first = _corrected(matches.table, matches.rows, confidence, matches.condition.metric)
    if matches.other is not None and matches.other_rows is not None:
        metric = matches.condition.against.get("metric", matches.condition.metric)
        second = _corrected(matches.other, matches.other_rows, confidence, metric)
        first = _difference(first, second, _is_itself(matches))
    return _absolute(first) if matches.condition.absolute else first


def _corrected(table: MeasurementTable, rows: IntArray, confidence: float, metric: str) -> _Compared:
    """Return the intervals of some rows at another confidence; NaN for what is undefined or not there."""
    is_there = rows >= 0
    is_there[is_there] = table.is_defined[rows[is_there]]
    value, low, high, own = (
        np.where(is_there, table.number(name)[rows], np.nan)
        for name in ("value", "low", "high", "confidence")
    )
    factor = _factors(own, confidence)
    lowest, highest = _range(metric)
    with np.errstate(invalid="ignore"):
        below, above = np.maximum(value - low, 0.0) * factor, np.maximum(high - value, 0.0) * factor
        low, high = np.maximum(value - below, lowest), np.minimum(value + above, highest)
    counts = np.nan_to_num(np.where(is_there, table.number("n")[rows], 0)).astype(np.int64)
    return _Compared(value, np.minimum(low, value), np.maximum(high, value), counts)


def _factors(own: FloatArray, confidence: float) -> FloatArray:
    """Return by how much half-widths grow; NaN where an interval does not say its confidence."""
    normal = NormalDist()
    known, places = np.unique(own, return_inverse=True)
    wanted = normal.inv_cdf((1 + confidence) / 2)
    factors = [wanted / normal.inv_cdf((1 + one) / 2) if 0 < one < 1 else np.nan for one in known]
    return np.asarray(factors, dtype=np.float64)[places]


def _range(metric: str) -> tuple[float, float]:
    definition = METRICS.get(metric)
    return (-np.inf, np.inf) if definition is None else (definition.lowest, definition.highest)


def _difference(first: _Compared, second: _Compared, is_itself: BoolArray) -> _Compared:
    value, low, high = first.value - second.value, first.low - second.high, first.high - second.low
    zero = np.where(np.isnan(value), np.nan, 0.0)
    counts = np.minimum(first.n, second.n)
    return _Compared(value, np.where(is_itself, zero, low), np.where(is_itself, zero, high), counts)


def _is_itself(matches: Matches) -> BoolArray:
    """Return where a measurement would be subtracted from itself: the difference is zero, for sure."""
    assert matches.other_rows is not None, "only of differences"
    return (matches.rows == matches.other_rows) & (matches.other is matches.table)


def _absolute(held: _Compared) -> _Compared:
    ends = np.abs(np.stack([held.low, held.high]))
    crosses = (held.low <= 0) & (held.high >= 0)
    low = np.where(crosses, 0.0, ends.min(axis=0))
    return _Compared(np.abs(held.value), low, ends.max(axis=0), held.n)


def _ends(condition: Condition, held: _Compared) -> tuple[FloatArray, FloatArray]:
    """Return the ends that are compared: the value twice where no interval is asked for and none is there."""
    if condition.needs_interval:
        return held.low, held.high
    return np.where(held.has_interval, held.low, held.value), np.where(
        held.has_interval, held.high, held.value
    )


def _states(condition: Condition, held: _Compared) -> IntArray:
    low, high = _ends(condition, held)
    states = np.full(low.size, MET, dtype=np.int64)
    for threshold, keeps, breaks in (
        (condition.at_most, high, low),
        (condition.at_least, -low, -high),
    ):
        if threshold is not None:
            bound = threshold if keeps is high else -threshold
            one = np.where(keeps <= bound + _ROUNDING, MET, np.where(breaks > bound + _ROUNDING, VIOLATED, 0))
            states = np.minimum(states, one)
    return states


def _margins(condition: Condition, held: _Compared) -> FloatArray:
    """Return how far the worse end is from its threshold; negative beyond it."""
    low, high = _ends(condition, held)
    margins = np.full(low.size, np.inf)
    if condition.at_most is not None:
        margins = np.minimum(margins, condition.at_most - high)
    if condition.at_least is not None:
        margins = np.minimum(margins, low - condition.at_least)
    return margins


def _reason(matches: Matches, held: _Compared, states: IntArray, index: int) -> str:
    """Say why the worst measurement is what it is, and how the others did."""
    words = _why(matches, held, int(states[index]), index)
    remark = matches.table.reason(int(matches.rows[index])) if not np.isnan(held.value[index]) else ""
    parts = [words, _others(states, held), f"remark: {remark}" if remark else ""]
    return "; ".join(part for part in parts if part)


def _why(matches: Matches, held: _Compared, state: int, index: int) -> str:
    condition = matches.condition
    if np.isnan(held.value[index]):
        return _why_undefined(matches, index)
    if not held.has_interval[index]:
        return _why_without_interval(condition, held.value[index], state)
    interval = interval_words(held.low[index], held.high[index])
    if state == MET:
        return f"the whole interval {interval} is {condition.bounds}"
    if state == VIOLATED:
        return f"the whole interval {interval} is {_beyond(condition, held.low[index])}"
    return f"insufficient evidence: the interval {interval} contains {_contained(condition, held, index)}"


def _why_undefined(matches: Matches, index: int) -> str:
    row = int(matches.rows[index])
    if matches.table.is_defined[row]:
        return _why_no_partner(matches, index)
    return f"undefined: {matches.table.reason(row) or 'no value'}"


def _why_no_partner(matches: Matches, index: int) -> str:
    assert matches.other is not None, "the measurement itself is defined"
    assert matches.other_rows is not None, "as many as rows"
    row = int(matches.other_rows[index])
    if row < 0:
        return "there is no measurement to compare it with"
    return f"what it is compared with is undefined: {matches.other.reason(row) or 'no value'}"


def _why_without_interval(condition: Condition, value: float, state: int) -> str:
    if condition.needs_interval:
        return f"insufficient evidence: the value {value:.3f} has no interval"
    side = condition.bounds if state == MET else f"not {condition.bounds}"
    return f"the value {value:.3f}, which has no interval, is {side}"


def _beyond(condition: Condition, low: float) -> str:
    if condition.at_most is not None and low > condition.at_most:
        return f"above {condition.at_most:g}"
    return f"below {condition.at_least:g}"


def _contained(condition: Condition, held: _Compared, index: int) -> str:
    thresholds = (condition.at_least, condition.at_most)
    inside = [one for one in thresholds if one is not None and held.low[index] <= one <= held.high[index]]
    return " and ".join(f"{one:g}" for one in inside)


def _others(states: IntArray, held: _Compared) -> str:
    """Count the other measurements by what became of them."""
    if states.size == 1:
        return ""
    n_undefined = int(np.isnan(held.value).sum())
    counts = (
        (int((states == VIOLATED).sum()), "violated"),
        (int((states == UNDETERMINED).sum()) - n_undefined, "undetermined"),
        (n_undefined, "undefined"),
        (int((states == MET).sum()), "met"),
    )
    return f"of {states.size:,} measurements " + ", ".join(
        f"{count:,} {name}" for count, name in counts if count
    )


def _shown(matches: Matches, index: int) -> str:
    words = measurement_words(matches.table, int(matches.rows[index]))
    if matches.other_rows is None or matches.other is None or matches.other_rows[index] < 0:
        return words
    return f"{words}; minus {measurement_words(matches.other, int(matches.other_rows[index]))}"


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
