r"""How far a clause is from being met, and how many rows would tell.

A condition ``at_most t`` is met where the upper end of its interval is at most *t*: the excess is what the end is
beyond. Halving an interval takes four times as many rows, so that a value *v* whose interval reaches *h* towards the
bound would be told from it by :math:`n (h / |v - t|)^2` rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from equitab.assurance import AllOf, Condition, ContractVerdict, Not, Requirement
from equitab.assurance.corrected_intervals import Intervals
from equitab.assurance.judging import Judge
from equitab.assurance.matching import Matches, find_matches
from equitab.assurance.measurement_table import MeasurementTable
from equitab.metrics import METRICS

Floats = npt.NDArray[np.float64]

MOST_TIMES = 1_000
"""With more than so many times the rows to decide, a value and its bound are as good as equal: no number is said."""


@dataclass(frozen=True, kw_only=True)
class Distance:
    """How far a requirement is from being what is wanted.

    Parameters
    ----------
    excess : float
        As a share of the metric's range; infinite where nothing was measured or it is undefined.
    rows_to_decide, rows_at_best : float or None
        See `ClauseStanding`.
    unmeasured : str
        Why no round measures it; empty where one does.
    """

    excess: float
    rows_to_decide: float | None = None
    rows_at_best: float | None = None
    unmeasured: str = ""


class Ruler:
    """Measures how far the clauses of one contract are from being met, by the measurements of one round.

    Parameters
    ----------
    table : MeasurementTable
        As the contract looks at it.
    verdict : ContractVerdict
        Of that table: intervals are compared at its confidence.
    chosen : dict of str to str
        Which model, treatment and operating point are meant where a clause does not say.
    n_rows : int
        Validation rows.
    has_added : bool
        Whether there are added rows that could be measured.
    """

    def __init__(
        self,
        table: MeasurementTable,
        verdict: ContractVerdict,
        *,
        chosen: dict[str, str],
        n_rows: int,
        has_added: bool,
    ) -> None:
        self.table, self.chosen, self.n_rows, self.has_added = table, chosen, n_rows, has_added
        self._judge = Judge(verdict.interval_confidence)
        self._normal_end = NormalDist().inv_cdf((1 + verdict.interval_confidence) / 2)

    def distance(self, requirement: Requirement, *, is_wanted: bool = True) -> Distance:
        """Return how far a requirement is from holding, or from failing to hold where that is wanted."""
        if isinstance(requirement, Condition):
            return self._of_condition(requirement, is_wanted=is_wanted)
        if isinstance(requirement, Not):
            return self.distance(requirement.part, is_wanted=not is_wanted)
        parts = [self.distance(part, is_wanted=is_wanted) for part in requirement.parts]
        return _worst(parts) if isinstance(requirement, AllOf) == is_wanted else _best(parts)

    def _of_condition(self, condition: Condition, *, is_wanted: bool) -> Distance:
        matches = find_matches(condition, self.table, chosen=self.chosen, before=None)
        if matches.reason:
            is_for_added_rows = METRICS[condition.metric].scope == "tables" and not self.has_added
            return Distance(excess=math.inf, unmeasured="" if is_for_added_rows else matches.reason)
        held = self._judge.compared(matches)
        if condition.needs_interval and not (held.has_interval | np.isnan(held.value)).all():
            why = f"{condition.metric} has no interval (needs_interval: false takes its value as it is)"
            return Distance(excess=math.inf, unmeasured=why)
        low, high = (np.where(held.has_interval, end, held.value) for end in (held.low, held.high))
        lacks = _lacks(condition, low, high) if is_wanted else _surplus(condition, low, high)
        lacks = np.where(np.isnan(lacks), np.inf, lacks) / _range(condition)
        if not is_wanted:  # one measurement that fails is enough
            return Distance(excess=float(lacks.min()))
        worst = int(np.argmax(lacks))
        return Distance(
            excess=float(lacks[worst]),
            rows_to_decide=self._rows_to_decide(condition, held, worst),
            rows_at_best=self._rows_at_best(matches, held, worst),
        )

    def _rows_to_decide(self, condition: Condition, held: Intervals, worst: int) -> float | None:
        """Return how many validation rows would tell the present value from the bound it is nearest to."""
        value = float(held.value[worst])
        if not held.has_interval[worst] or not _rests_on_validation_rows(condition):
            return None
        needed = [
            self.n_rows * (_reach(held, worst, is_up=bound > value) / abs(bound - value)) ** 2
            for bound in _bounds(condition)
            if bound != value
        ]
        rows = _beyond(needed, self.n_rows)
        return None if rows is None or rows > MOST_TIMES * self.n_rows else rows

    def _rows_at_best(self, matches: Matches, held: Intervals, worst: int) -> float | None:
        """Return how many would tell the best value there is from the bound.

        A difference of groups keeps the width that it has. A share of people has the interval of Wilson, whose width
        at the best value is known: from 0 to :math:`z^2/(n + z^2)`.
        """
        condition = matches.condition
        ideal = METRICS[condition.metric].ideal
        if condition.against or ideal is None or not held.has_interval[worst]:
            return None
        if not _rests_on_validation_rows(condition):
            return None
        needed = []
        for bound in _bounds(condition):
            room = abs(bound - ideal)
            if room == 0 or not _keeps(condition, ideal):
                return None
            if METRICS[condition.metric].family == "group_fairness":
                needed.append(self.n_rows * (_reach(held, worst, is_up=bound > ideal) / room) ** 2)
            else:
                share = min(room / _range(condition), 1.0)
                n_own = self._normal_end**2 * (1 - share) / share
                needed.append(self.n_rows * n_own / max(int(held.n[worst]), 1))
        return _beyond(needed, self.n_rows)


def _worst(parts: list[Distance]) -> Distance:
    """Return how far it is until every part is as wanted."""
    lead = max(parts, key=lambda part: part.excess)
    return Distance(
        excess=lead.excess,
        rows_to_decide=_most(part.rows_to_decide for part in parts),
        rows_at_best=_most(part.rows_at_best for part in parts),
        unmeasured="; ".join(dict.fromkeys(part.unmeasured for part in parts if part.unmeasured)),
    )


def _best(parts: list[Distance]) -> Distance:
    """Return how far it is until one part is as wanted: the others do not matter."""
    lead = min(parts, key=lambda part: (bool(part.unmeasured), part.excess))
    open_parts = [part for part in parts if not part.unmeasured]
    can_be_told = any(part.rows_at_best is None for part in open_parts)
    at_best = [part.rows_at_best for part in open_parts if part.rows_at_best is not None]
    return Distance(
        excess=lead.excess,
        rows_to_decide=lead.rows_to_decide,
        rows_at_best=None if can_be_told or not at_best else min(at_best),
        unmeasured=lead.unmeasured,
    )


def _most(counts: Iterator[float | None]) -> float | None:
    return max((count for count in counts if count is not None), default=None)


def _bounds(condition: Condition) -> list[float]:
    return [bound for bound in (condition.at_most, condition.at_least) if bound is not None]


def _keeps(condition: Condition, value: float) -> bool:
    above, below = condition.at_most, condition.at_least
    return (above is None or value <= above) and (below is None or value >= below)


def _rests_on_validation_rows(condition: Condition) -> bool:
    """Return whether more validation rows would make a metric's interval narrower."""
    return METRICS[condition.metric].family in ("performance", "group_rate", "group_fairness")


def _reach(held: Intervals, place: int, *, is_up: bool) -> float:
    """Return how far an interval reaches from its value, up or down."""
    value = float(held.value[place])
    return float(held.high[place]) - value if is_up else value - float(held.low[place])


def _lacks(condition: Condition, low: Floats, high: Floats) -> Floats:
    """Return by how much the end that counts is beyond its bound."""
    return _largest(condition, lambda bound: high - bound, lambda bound: bound - low, np.maximum)


def _surplus(condition: Condition, low: Floats, high: Floats) -> Floats:
    """Return by how much the other end is within the bound: what is missing to a violation."""
    return _largest(condition, lambda bound: bound - low, lambda bound: high - bound, np.minimum)


def _largest(
    condition: Condition,
    above: Callable[[float], Floats],
    below: Callable[[float], Floats],
    join: Callable[[Floats, Floats], Floats],
) -> Floats:
    found = [above(condition.at_most)] if condition.at_most is not None else []
    found += [below(condition.at_least)] if condition.at_least is not None else []
    joined = found[0] if len(found) == 1 else join(*found)
    return np.where(np.isnan(joined), np.nan, np.maximum(joined, 0.0))


def _range(condition: Condition) -> float:
    """Return the width of a metric's range; 1 where it has no end."""
    definition = METRICS[condition.metric]
    width = definition.highest - definition.lowest
    return width if math.isfinite(width) else 1.0


def _beyond(needed: list[float], n_rows: int) -> float | None:
    """Return the largest of some numbers of rows, if it is more than there are."""
    most = max(needed, default=0.0)
    return most if most > n_rows else None
