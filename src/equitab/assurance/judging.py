"""Intervals against thresholds: the three states of one condition, and the measurement that decides.

A state is a number, so that Kleene's logic is arithmetic: violated -1, undetermined 0, met 1; *all of* is the
minimum, *any of* the maximum, *not* the change of sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from equitab.assurance.contract_words import interval_words, measurement_words
from equitab.assurance.corrected_intervals import Intervals, corrected_intervals
from equitab.assurance.matching import Matches
from equitab.assurance.measurement_table import BoolArray, FloatArray, IntArray, MeasurementTable
from equitab.assurance.requirement import Condition

__all__ = ["MET", "UNDETERMINED", "VIOLATED", "Judge", "Outcome", "count_intervals"]

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


class Judge:
    """Judges conditions at one confidence; the corrected intervals of a table are computed once.

    Parameters
    ----------
    confidence : float
        Of each single interval.
    """

    def __init__(self, confidence: float) -> None:
        self.confidence = confidence
        self._intervals: dict[int, tuple[MeasurementTable, Intervals]] = {}

    def intervals(self, table: MeasurementTable) -> Intervals:
        """Return a table's intervals at this confidence."""
        if id(table) not in self._intervals:
            self._intervals[id(table)] = table, corrected_intervals(table, self.confidence)
        return self._intervals[id(table)][1]

    def outcome(self, matches: Matches) -> Outcome:
        r"""Return what became of a condition: all of its measurements must keep it.

        Parameters
        ----------
        matches : Matches

        Returns
        -------
        Outcome
            With the worst measurement: the one furthest beyond its threshold, or nearest to it.

        Notes
        -----
        A difference of two measurements has the interval :math:`[l_1 - h_2,\; h_1 - l_2]`: wide enough however the
        two errors go together.
        """
        condition = matches.condition
        if matches.reason:
            return Outcome(state=UNDETERMINED, reason=matches.reason)
        compared = self.compared(matches)
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

    def compared(self, matches: Matches) -> Intervals:
        """Return values and intervals as they are compared: corrected, subtracted, absolute."""
        held = self.intervals(matches.table).at(matches.rows)
        if matches.other is not None and matches.other_rows is not None:
            second = self.intervals(matches.other).at(matches.other_rows)
            held = _difference(held, second, _is_itself(matches))
        return _absolute(held) if matches.condition.absolute else held


def count_intervals(found: Iterable[Matches]) -> int:
    """Return how many different intervals are compared; a difference of two counts as one."""
    seen: dict[int, BoolArray] = {}
    pairs: dict[tuple[int, int], list[IntArray]] = {}
    for matches in found:
        rows = matches.rows[matches.table.has_interval[matches.rows]]
        if matches.other is None:
            seen.setdefault(id(matches.table), np.zeros(len(matches.table), dtype=bool))[rows] = True
        else:
            pairs.setdefault((id(matches.table), id(matches.other)), []).append(_pairs(matches))
    n_different = sum(np.unique(np.concatenate(held)).size for held in pairs.values())
    return int(sum(one.sum() for one in seen.values())) + n_different


def _pairs(matches: Matches) -> IntArray:
    """Return one number for each pair of measurements that both have intervals."""
    assert matches.other is not None, "of differences only"
    assert matches.other_rows is not None, "as many as rows"
    rows, others = matches.rows, matches.other_rows
    both = (others >= 0) & matches.table.has_interval[rows] & matches.other.has_interval[others]
    return rows[both] * len(matches.other) + others[both]


def _difference(first: Intervals, second: Intervals, is_itself: BoolArray) -> Intervals:
    value, low, high = first.value - second.value, first.low - second.high, first.high - second.low
    zero = np.where(np.isnan(value), np.nan, 0.0)
    counts = np.minimum(first.n, second.n)
    return Intervals(value, np.where(is_itself, zero, low), np.where(is_itself, zero, high), counts)


def _is_itself(matches: Matches) -> BoolArray:
    """Return where a measurement would be subtracted from itself: the difference is zero, for sure."""
    assert matches.other_rows is not None, "only of differences"
    return (matches.rows == matches.other_rows) & (matches.other is matches.table)


def _absolute(held: Intervals) -> Intervals:
    ends = np.abs(np.stack([held.low, held.high]))
    crosses = (held.low <= 0) & (held.high >= 0)
    low = np.where(crosses, 0.0, ends.min(axis=0))
    return Intervals(np.abs(held.value), low, ends.max(axis=0), held.n)


def _ends(condition: Condition, held: Intervals) -> tuple[FloatArray, FloatArray]:
    """Return the ends that are compared: the value twice where no interval is asked for and none is there."""
    if condition.needs_interval:
        return held.low, held.high
    return np.where(held.has_interval, held.low, held.value), np.where(
        held.has_interval, held.high, held.value
    )


def _states(condition: Condition, held: Intervals) -> IntArray:
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


def _margins(condition: Condition, held: Intervals) -> FloatArray:
    """Return how far the worse end is from its threshold; negative beyond it."""
    low, high = _ends(condition, held)
    margins = np.full(low.size, np.inf)
    if condition.at_most is not None:
        margins = np.minimum(margins, condition.at_most - high)
    if condition.at_least is not None:
        margins = np.minimum(margins, low - condition.at_least)
    return margins


def _reason(matches: Matches, held: Intervals, states: IntArray, index: int) -> str:
    """Say why the worst measurement is what it is, and how the others did."""
    words = _why(matches, held, int(states[index]), index)
    remark = matches.table.reason(int(matches.rows[index])) if not np.isnan(held.value[index]) else ""
    parts = [words, _others(states, held), f"remark: {remark}" if remark else ""]
    return "; ".join(part for part in parts if part)


def _why(matches: Matches, held: Intervals, state: int, index: int) -> str:
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
        return f"insufficient evidence: the value {value:.3f} has no interval (needs_interval: false takes it as it is)"
    side = condition.bounds if state == MET else f"not {condition.bounds}"
    return f"the value {value:.3f}, which has no interval, is {side}"


def _beyond(condition: Condition, low: float) -> str:
    if condition.at_most is not None and low > condition.at_most:
        return f"above {condition.at_most:g}"
    return f"below {condition.at_least:g}"


def _contained(condition: Condition, held: Intervals, index: int) -> str:
    thresholds = (condition.at_least, condition.at_most)
    inside = [one for one in thresholds if one is not None and held.low[index] <= one <= held.high[index]]
    return " and ".join(f"{one:g}" for one in inside)


def _others(states: IntArray, held: Intervals) -> str:
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
