"""What the Maghool study measured, in one form: a number or a difference, with its interval and what it is of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.studies.maghool import BEFORE_FOLDS, ORIGINAL, TRAINING_ONLY
from equitab.studies.maghool_complexity import MEASURES, change_of
from equitab.studies.maghool_folds import FoldScore
from equitab.studies.maghool_gaps import (
    GAP_METRICS,
    HEADLINES,
    RATES,
    Draws,
    Judges,
    measure_arm,
    middle,
)
from equitab.studies.mcrage_differences import Estimate, estimate
from equitab.studies.records import records_frame, records_from_frame

FloatArray = npt.NDArray[np.float64]

F1 = "f1_weighted"
F1_SPREAD = "f1_weighted_spread"
"""The standard deviation over folds, which the paper prints."""
SHARE, SPLIT, TOTAL = "shap_share", "shap_split", "shap_total"
"""The share of all mean absolute SHAP values that a feature has; the mean SHAP value of one side of a feature less the
other's; the sum of the mean absolute SHAP values of all columns: how much a model says at all."""
ALL_SENSITIVE = "all sensitive features"
COMPARED = (*(f"{name}_size" for name in GAP_METRICS), *HEADLINES)

CORRECTED_T = "corrected resampled t"
PEOPLE = "bootstrap of people and repeats"
HALVES = "halves of the people"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One number, or one difference.

    Parameters
    ----------
    part : str
        ``table 1``, ``table 2``, ``figure 3``, ``complexity``, ``adult`` or ``compas``.
    form : str
        Of the data, or where new rows were drawn.
    arm, control : str
        With a control, the value is the arm's less the control's.
    learner, metric : str
    group : str
        A feature, for SHAP values.
    value, low, high : float or None
        With the 95% interval; None where undefined.
    n, n_repeats : int
        Test rows, and how often they were scored; for complexity the people, and the grown tables.
    interval_method : str
    """

    part: str
    form: str = ""
    arm: str
    control: str = ""
    learner: str = ""
    metric: str
    group: str = ""
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_repeats: int
    interval_method: str


class Findings:
    """All findings, to be asked for one."""

    def __init__(self, found: Iterable[Finding]) -> None:
        self.all = tuple(found)
        self._held = {_key(one): one for one in self.all}

    def get(
        self,
        part: str,
        arm: str,
        metric: str,
        *,
        form: str = "",
        control: str = "",
        learner: str = "",
        group: str = "",
    ) -> Finding | None:
        """Return one finding; None where it was not measured or is undefined."""
        held = self._held.get((part, form, arm, control, learner, metric, group))
        return None if held is None or held.value is None else held

    def learners(self, part: str) -> list[str]:
        """Return the learners of a part, in the order of measuring."""
        return list(dict.fromkeys(one.learner for one in self.all if one.part == part and one.learner))

    def arms(self, part: str) -> list[str]:
        """Return the arms of a part, in the order of measuring."""
        return list(dict.fromkeys(one.arm for one in self.all if one.part == part))

    def parts(self) -> list[str]:
        """Return the parts that were measured."""
        return list(dict.fromkeys(one.part for one in self.all))


def _key(one: Finding) -> tuple[str, ...]:
    return (one.part, one.form, one.arm, one.control, one.learner, one.metric, one.group)


def findings_frame(found: Iterable[Finding]) -> Frame:
    """Return findings as a frame with the columns of `Finding`, in order."""
    return records_frame(found, Finding)


def findings_from_frame(frame: Frame) -> list[Finding]:
    """Return the findings that a frame holds: the inverse of `findings_frame`."""
    return records_from_frame(frame, Finding)


def fold_findings(scores: Sequence[FoldScore], *, n_people: int, n_folds: int) -> list[Finding]:
    """Return mean F1 of every arm, and how arms differ from the original rows.

    Parameters
    ----------
    scores : sequence of FoldScore
    n_people, n_folds : int

    Notes
    -----
    Within training folds, arms meet the same test rows and are paired by fold. Before the folds they do not: an arm is
    compared with itself within training folds, as if the two were independent.
    """
    held: dict[tuple[str, str, str], dict[tuple[int, int], float]] = defaultdict(dict)
    for one in scores:
        held[one.form, one.arm, one.learner][one.repeat, one.fold] = one.value
    found = []
    for (form, arm, learner), values in held.items():
        of = _FoldMeans(form, arm, learner, n_people, n_folds, len(values) // n_folds)
        found += [of.mean(values.values()), of.spread(values.values())]
        before = held.get((TRAINING_ONLY, ORIGINAL, learner), {})
        if form == TRAINING_ONLY and arm != ORIGINAL and before:
            found.append(of.mean([value - before[place] for place, value in values.items()], ORIGINAL))
        within = held.get((TRAINING_ONLY, arm, learner))
        if form == BEFORE_FOLDS and within:
            found.append(of.apart(values.values(), within.values()))
    return found


@dataclass(frozen=True)
class _FoldMeans:
    """Makes findings of values over folds."""

    form: str
    arm: str
    learner: str
    n_people: int
    n_folds: int
    n_repeats: int

    def mean(self, values: Iterable[float], control: str = "") -> Finding:
        """Return the mean over folds."""
        held = self._estimated(values)
        return self._finding(F1, held.mean, held.high - held.mean, control)

    def apart(self, values: Iterable[float], others: Iterable[float]) -> Finding:
        """Return the difference of two means that are taken to be independent."""
        first, second = self._estimated(values), self._estimated(others)
        half = float(np.hypot(first.high - first.mean, second.high - second.mean))
        return self._finding(F1, first.mean - second.mean, half, TRAINING_ONLY)

    def spread(self, values: Iterable[float]) -> Finding:
        """Return the standard deviation over folds."""
        return self._finding(F1_SPREAD, float(np.std(list(values), ddof=1)), None)

    def _estimated(self, values: Iterable[float]) -> Estimate:
        return estimate(np.array(list(values)), overlap=1 / (self.n_folds - 1))

    def _finding(self, metric: str, value: float, half: float | None, control: str = "") -> Finding:
        return Finding(
            part="table 1",
            form=self.form,
            arm=self.arm,
            control=control,
            learner=self.learner,
            metric=metric,
            value=value,
            low=None if half is None else value - half,
            high=None if half is None else value + half,
            n=self.n_people,
            n_repeats=self.n_repeats,
            interval_method="" if half is None else CORRECTED_T,
        )


def gap_findings(
    scores: Mapping[str, FloatArray],
    judges: Judges,
    *,
    part: str,
    form: str = "",
    learner: str,
    n_replicates: int,
    seed: int,
) -> list[Finding]:
    """Return rates, gaps and performance of every arm, and how arms differ from the original rows.

    Parameters
    ----------
    scores : mapping of str to ndarray of shape (n_rows, n_repeats)
        By arm.
    judges : Judges
    part, form, learner : str
    n_replicates : int
    seed : int
        Of the bootstrap.
    """
    n_rows, n_repeats = next(iter(scores.values())).shape
    draws = Draws.make(n_rows, n_repeats, n_replicates, seed=seed)
    measured = {arm: measure_arm(held, judges, draws) for arm, held in scores.items()}
    of = {"part": part, "form": form, "learner": learner}
    size = {"n": n_rows, "n_repeats": n_repeats}
    found = []
    for arm, held in measured.items():
        for metric in (*RATES, *GAP_METRICS, *COMPARED):
            found.append(_drawn(held[metric], metric, arm, "", **of, **size))
            if arm != ORIGINAL and metric in COMPARED:
                step = held[metric] - measured[ORIGINAL][metric]
                found.append(_drawn(step, metric, arm, ORIGINAL, **of, **size))
    return found


def _drawn(
    values: FloatArray, metric: str, arm: str, control: str, *, group: str = "", **of: str | int
) -> Finding:
    held = middle(values)
    return Finding(
        metric=metric,
        arm=arm,
        control=control,
        group=group,
        value=held.value,
        low=held.low,
        high=held.high,
        interval_method=PEOPLE,
        **of,  # type: ignore[arg-type]
    )


def reliance_findings(
    explained: Mapping[str, FloatArray],
    columns: Sequence[str],
    sides: Mapping[str, npt.NDArray[np.bool_]],
    *,
    sensitive: Sequence[str],
    form: str,
    learner: str,
    n_replicates: int,
    seed: int,
) -> list[Finding]:
    """Return how much models lean on sensitive features, by arm, and how arms differ from the original rows.

    Parameters
    ----------
    explained : mapping of str to ndarray of shape (n_rows, n_repeats, n_columns)
        SHAP values, by arm.
    columns : sequence of str
    sides : mapping of str to ndarray of bool
        For a feature, who stands on its one side.
    sensitive : sequence of str
    form, learner : str
    n_replicates : int
    seed : int
    """
    n_rows, n_repeats, _ = next(iter(explained.values())).shape
    draws = Draws.make(n_rows, n_repeats, n_replicates, seed=seed)
    measured = {
        arm: {**_shares(held, columns, sensitive, draws), **_splits(held, columns, sides, draws)}
        for arm, held in explained.items()
    }
    of = {"part": "figure 3", "form": form, "learner": learner, "n": n_rows, "n_repeats": n_repeats}
    found = []
    for arm, held in measured.items():
        for (metric, group), values in held.items():
            found.append(_drawn(values, metric, arm, "", group=group, **of))
            if arm != ORIGINAL:
                step = _size(values, metric) - _size(measured[ORIGINAL][metric, group], metric)
                found.append(_drawn(step, metric, arm, ORIGINAL, group=group, **of))
    return found


def _size(values: FloatArray, metric: str) -> FloatArray:
    """Return what is compared: a split by its size."""
    return np.abs(values) if metric == SPLIT else values


def _shares(
    values: FloatArray, columns: Sequence[str], sensitive: Sequence[str], draws: Draws
) -> dict[tuple[str, str], FloatArray]:
    """Return the sum of the mean absolute SHAP values, and the share of sensitive features, together and each."""
    sizes = np.einsum("bi,irc,br->bc", draws.people, np.abs(values), draws.repeats, optimize=True)
    shares = sizes / sizes.sum(axis=1, keepdims=True)
    found = {(SHARE, name): shares[:, list(columns).index(name)] for name in sensitive}
    together = np.sum(list(found.values()), axis=0)
    total = sizes.sum(axis=1) / draws.people.sum(axis=1)
    return {(TOTAL, ""): total, (SHARE, ALL_SENSITIVE): together, **found}


def _splits(
    values: FloatArray,
    columns: Sequence[str],
    sides: Mapping[str, npt.NDArray[np.bool_]],
    draws: Draws,
) -> dict[tuple[str, str], FloatArray]:
    """Return by how much a feature's SHAP values are higher on its one side than on the other."""
    found = {}
    for name, side in sides.items():
        held = np.einsum("ir,br->bi", values[:, :, list(columns).index(name)], draws.repeats)
        means = [_mean_of(held[:, rows], draws.people[:, rows]) for rows in (side, ~side)]
        found[SPLIT, name] = means[0] - means[1]
    return found


def _mean_of(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted mean of each row; NaN where nobody was drawn."""
    total = weights.sum(axis=1)
    return np.divide((values * weights).sum(axis=1), total, out=np.full(len(total), np.nan), where=total > 0)


def complexity_findings(
    whole: Mapping[str, FloatArray], halves: Mapping[str, FloatArray], *, arm: str, n_people: int
) -> list[Finding]:
    """Return the relative change of every measure, and its means before and after.

    Parameters
    ----------
    whole, halves : mapping of str to ndarray of shape (n, 2)
        By measure: before and after.
    arm : str
    n_people : int
    """
    found = []
    for metric in MEASURES:
        change = change_of(whole[metric], halves[metric])
        before, after = (float(np.mean(values)) for values in whole[metric].T)
        of = {"part": "complexity", "metric": metric, "n": n_people, "n_repeats": len(whole[metric])}
        ends = {"value": change.value, "low": change.low, "high": change.high, "interval_method": HALVES}
        found.append(Finding(arm=arm, control=ORIGINAL, **ends, **of))  # type: ignore[arg-type]
        for name, mean in ((ORIGINAL, before), (arm, after)):
            none = {"low": None, "high": None, "interval_method": ""}
            found.append(Finding(arm=name, form=arm, value=mean, **none, **of))  # type: ignore[arg-type]
    return found
