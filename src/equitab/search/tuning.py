"""The strength at which a model that learns from the table, judged on real validation rows, is as fair as asked.

One draft is drawn, and its outcomes are mapped at a few strengths. At each a model is trained and judged; what they
say together (`rate_curves`) tells the next strength to try, and in the end the weakest one that serves. Where more
than two groups are compared, groups whose rates stay apart get strengths of their own, as far as the number of
validation rows speaks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from equitab.errors import ConstraintError, Problem
from equitab.evaluation import Learner, RealRows, learner
from equitab.generators.fairness import PARTS, ConstraintCells, Draft
from equitab.schema import FairnessConstraint, TableSchema, check_constraints
from equitab.search.points import FEWEST_ROWS, FrontierPoint, Judge, JudgedTable, grouped, judge_labelled
from equitab.search.rate_curves import RateCurves, best_strength

Floats = npt.NDArray[np.float64]
Progress = Callable[[float, str], None]

FIRST = (0.0, 0.6, 1.0)
BEYOND = (1.5, 2.2, 3.0)
MOST_CANDIDATES = 9
NEAR = 0.03
"""Strengths this near to each other are not worth another candidate."""

BESIDE = 0.1
"""A strength is chosen with candidates this near on either side of it."""

FARTHEST_GROUP = 0.6
"""A group's own strength stays this near to that of all."""


@dataclass(frozen=True)
class Tuned:
    """Constraints with the strength that was found.

    Attributes
    ----------
    constraints : tuple of FairnessConstraint
        With strengths: for ``draft.table`` and ``generator.sample``.
    points : tuple of FrontierPoint
        Every candidate, in the order in which they were tried, judged on validation rows; the last one is chosen.
    is_reached : bool
        Whether the tolerances hold on the validation rows, as the candidates together say.
    remarks : tuple of str
    """

    constraints: tuple[FairnessConstraint, ...]
    points: tuple[FrontierPoint, ...]
    is_reached: bool
    remarks: tuple[str, ...] = field(default=())

    @property
    def chosen(self) -> FrontierPoint:
        """The candidate that was chosen."""
        return self.points[-1]


def tune_to_model(
    draft: Draft,
    constraints: Sequence[FairnessConstraint],
    described: str | Learner,
    *,
    schema: TableSchema,
    validation: RealRows,
    use_sensitive_features: bool = True,
    seed: int,
    progress: Progress | None = None,
) -> Tuned:
    """Find the strength at which models of one kind are as fair as asked on real validation rows.

    Parameters
    ----------
    draft : Draft
        Drawn rows: the more, the less the luck of the draw counts.
    constraints : sequence of FairnessConstraint
        On the outcome, with the aim ``model``.
    described : str or Learner
        Which models; other models may need another strength.
    schema : TableSchema
    validation : RealRows
        Real rows that neither the generator nor the models learned from.
    use_sensitive_features : bool, default True
        Whether the models see the sensitive features.
    seed : int
        Of the learner.
    progress : callable, optional
        Told of every candidate: share done, and words.

    Returns
    -------
    Tuned

    Raises
    ------
    ConstraintError
        If the constraints contradict each other or the real rows, or cannot be judged.
    """
    check_constraints(constraints, schema)
    _refuse_unsuitable(constraints)
    judge = Judge(
        learner(described),
        schema,
        validation,
        use_sensitive_features=use_sensitive_features,
        seed=seed,
    )
    trials = _Trials(draft, tuple(constraints), judge, progress)
    for strength in FIRST:
        trials.at(strength)
    trials.refuse_arithmetic()
    chosen, excess = trials.search()
    trials.at(chosen)
    by_group = trials.refined(chosen)
    if by_group:
        excess = largest(trials.points[-1]) - constraints[0].tolerance
    if not by_group and trials.points[-1].strength != chosen:
        trials.repeat(chosen)
    return Tuned(
        tuple(replace(one, strength=round(chosen, 4), group_strengths=by_group) for one in constraints),
        tuple(trials.points),
        excess <= 0,
        trials.remarks(excess),
    )


class _Trials:
    """Candidates that were tried so far."""

    def __init__(
        self,
        draft: Draft,
        constraints: tuple[FairnessConstraint, ...],
        judge: Judge,
        progress: Progress | None,
    ) -> None:
        self._draft, self._constraints, self._judge, self._progress = draft, constraints, judge, progress
        self._cells: ConstraintCells = draft.reference(constraints).cells
        self._found: dict[float, JudgedTable] = {}
        self.points: list[FrontierPoint] = []

    def at(self, strength: float, by_group: tuple[tuple[str, float], ...] = ()) -> JudgedTable:
        """Try a strength, unless it was tried already."""
        strength = round(strength, 4)
        if strength in self._found and not by_group:
            return self._found[strength]
        if self._progress is not None:
            self._progress(min(len(self.points) / MOST_CANDIDATES, 0.99), f"strength {strength:g}")
        tried = [replace(one, strength=strength, group_strengths=by_group) for one in self._constraints]
        labelled = self._draft.table(tried)
        found = judge_labelled(
            labelled,
            self._constraints,
            self._cells,
            self._judge,
            strength=strength,
            group_strengths=by_group,
        )
        if not by_group:
            self._found[strength] = found
        self.points.append(found.point)
        return found

    def repeat(self, strength: float) -> None:
        """Put the point of a strength that was tried at the end of the list."""
        point = self._found[round(strength, 4)].point
        self.points = [held for held in self.points if held is not point] + [point]

    def search(self) -> tuple[float, float]:
        """Try strengths until the best one is among them; return it, and what it is beyond the tolerances."""
        further = list(BEYOND)
        while True:
            tried = sorted(self._found)
            low = -0.5 if self._may_be_negative() else 0.0
            grid = np.round(np.arange(low, tried[-1] + 1e-9, 0.01), 4)
            chosen, excess = best_strength(self.curves(), grid)
            at_end = tried[-1] - chosen < 0.05 and excess > 0
            if len(self.points) >= MOST_CANDIDATES:
                return chosen, excess
            if at_end and further:
                self.at(further.pop(0))
            elif min(abs(chosen - held) for held in tried) > NEAR:
                self.at(chosen)
            elif chosen and (beside := self._untried_beside(chosen)):
                self.at(beside[0])
            else:
                return chosen, excess

    def _untried_beside(self, chosen: float) -> list[float]:
        """Return the strengths on either side of the chosen one near which nothing was tried."""
        sides = [chosen + BESIDE, max(chosen - BESIDE, 0.0)]
        return [side for side in sides if min(abs(side - held) for held in self._found) > NEAR]

    def curves(self) -> list[RateCurves]:
        """Return the rates of each constraint over the strengths that were tried."""
        strengths = np.array(sorted(self._found))
        found = []
        for place, one in enumerate(self._constraints):
            held = [self._found[strength].rates[place] for strength in strengths.tolist()]
            rates = {part: np.stack([rate[part] for rate in held]) for part in PARTS[one.criterion]}
            counts = self._counts(place)
            is_large = np.stack([counts[part] for part in rates]).min(axis=0) >= FEWEST_ROWS / 2
            is_large &= counts["rate"] >= FEWEST_ROWS
            found.append(RateCurves(one, strengths, rates, counts, is_large))
        return found

    def refined(self, chosen: float) -> tuple[tuple[str, float], ...]:
        """Return strengths of single groups where these bring the groups nearer to each other; empty otherwise."""
        one = self._constraints[0]
        if len(self._constraints) > 1 or len(PARTS[one.criterion]) > 1 or one.criterion == "minimum_rate":
            return ()
        curve, part = self.curves()[0], PARTS[one.criterion][0]
        if curve.is_large.sum() < 3:
            return ()
        by_group = _own_strengths(curve, part, chosen, self._cells)
        if not by_group:
            return ()
        before = largest(self._found[round(chosen, 4)].point)
        after = largest(self.at(chosen, by_group).point)
        if after < before:
            return by_group
        self.repeat(chosen)
        return ()

    def refuse_arithmetic(self) -> None:
        """Refuse parity together with equal errors where base rates forbid that both hold."""
        parity = [one for one in self._constraints if one.criterion == "demographic_parity"]
        odds = [one for one in self._constraints if one.criterion == "equalized_odds"]
        for first in parity:
            for second in odds:
                problem = self._conflict(first, second)
                if problem is not None:
                    raise ConstraintError(problem)

    def remarks(self, excess: float) -> tuple[str, ...]:
        """Return what a reader should know about the search."""
        found = []
        for curve in self.curves():
            found += _unshowable(curve)
        if excess > 0:
            found.append(f"no strength brought all constraints within their tolerances: {excess:.3f} beyond")
        return tuple(found)

    def _may_be_negative(self) -> bool:
        return any(one.criterion == "predictive_parity" for one in self._constraints)

    def _counts(self, place: int) -> dict[str, Floats]:
        rows = self._judge.rows
        codes = self._cells.codes(rows.frame, self._judge.schema)
        groups, n_groups = grouped(self._cells, codes, len(self._constraints))[place]

        def count(mask: npt.NDArray[np.bool_]) -> Floats:
            return np.bincount(groups[(groups >= 0) & mask], minlength=n_groups).astype(np.float64)

        everybody = count(np.ones(len(groups), dtype=bool))
        good = count(rows.favorable)
        return {
            "rate": everybody,
            "true_positive_rate": good,
            "false_positive_rate": everybody - good,
            "precision": good,
        }

    def _conflict(self, parity: FairnessConstraint, odds: FairnessConstraint) -> Problem | None:
        place = self._constraints.index(odds)
        rates, counts = self._found[0.0].rates[place], self._counts(place)
        large = (counts["rate"] >= FEWEST_ROWS) & (counts["true_positive_rate"] > 0)
        if large.sum() < 2:
            return None
        base = counts["true_positive_rate"][large] / counts["rate"][large]
        skill = float(np.nanmean((rates["true_positive_rate"] - rates["false_positive_rate"])[large]))
        most = (parity.tolerance + odds.tolerance) / max(float(np.ptp(base)), 1e-9)
        if most >= skill / 2:
            return None
        received = (
            f"shares of favorable outcomes from {base.min():.3f} to {base.max():.3f}: both hold only for models whose "
            f"true positive rate is at most {most:.2f} above their false positive rate (untreated: {skill:.2f})"
        )
        return Problem(
            f"constraints {parity.name!r} and {odds.name!r}",
            "criteria that can hold together",
            received,
            "ask for one of them, or for larger tolerances",
        )


def _unshowable(curve: RateCurves) -> list[str]:
    """Return the remark that a tolerance is less than so many rows can show, with how many could."""
    noise, one = curve.noise(0.0), curve.constraint
    if one.criterion == "minimum_rate" or noise <= 0 or one.tolerance >= 1.96 * noise:
        return []
    start = (
        f"{one.name}: a tolerance of {one.tolerance:g} is less than so many validation rows can show "
        f"(standard error {noise:.3f}"
    )
    if not one.tolerance:
        return [f"{start})"]
    times = (1.96 * noise / one.tolerance) ** 2
    return [f"{start}; {times:.1f} times as many could)"]


def largest(point: FrontierPoint) -> float:
    """Return the largest gap of a point's model."""
    return max(point.model_gaps.values())


def _own_strengths(
    curve: RateCurves, part: str, chosen: float, cells: ConstraintCells
) -> tuple[tuple[str, float], ...]:
    """Return the strength at which each group would have everybody's rate, as far as its rows speak for it."""
    rates, counts = curve.at(chosen)[part], curve.counts[part]
    known = curve.is_large & ~np.isnan(rates)
    everybody = float(np.average(rates[known], weights=counts[known]))
    grid = np.round(np.arange(chosen - FARTHEST_GROUP, chosen + FARTHEST_GROUP + 1e-9, 0.02), 4)
    over_grid = np.stack([curve.at(float(strength))[part] for strength in grid])
    found = []
    for group in np.flatnonzero(known).tolist():
        apart = rates[group] - everybody
        noise = everybody * (1 - everybody) / counts[group]
        trust = apart**2 / (apart**2 + noise)
        own = float(grid[np.argmin(np.abs(over_grid[:, group] - everybody))])
        strength = round(float(chosen + trust * (own - chosen)), 3)
        if abs(strength - chosen) > NEAR:
            found.append((cells.groups.label(group), strength))
    return tuple(found)


def _refuse_unsuitable(constraints: Sequence[FairnessConstraint]) -> None:
    problems = []
    if not constraints:
        problems.append(Problem("constraints", "at least one", "none"))
    for one in constraints:
        where = f"constraint {one.name!r}"
        if one.criterion == "bounded_proxies":
            problems.append(Problem(where, "one on the outcome", "one on proxies", "use bound_proxies"))
        elif one.aim != "model":
            received = "'table'"
            problems.append(Problem(f"{where}, aim", "'model'", received, "a table's strength is arithmetic"))
        if one.mapping != "coupled":
            problems.append(Problem(f"{where}, mapping", "'coupled'", repr(one.mapping), "it has strengths"))
    if problems:
        raise ConstraintError(problems)
