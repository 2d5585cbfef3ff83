"""The rates of groups, how far they spread, and how much of that is chance: rows of the tidy table.

Works on counts, so it serves the outcomes of a table as well as predictions of real rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from equitab.evaluation.fairness import Subject
from equitab.evaluation.results import Measurement
from equitab.metrics import (
    METRICS,
    GroupComparison,
    GroupCounts,
    GroupTests,
    MetricResult,
    ParitySpread,
    Rate,
    compare_with_overall,
    exact_parity_spread,
    lowest_rate,
    smallest_tolerance,
)
from equitab.metrics.count_measures import measure_rate, name_groups

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

SPREADS: dict[str, tuple[str, ...]] = {
    "demographic_parity": ("demographic_parity_difference", "demographic_parity_ratio"),
    "minimum_rate": ("demographic_parity_difference", "demographic_parity_ratio"),
    "equal_opportunity": ("equal_opportunity_gap",),
    "equalized_odds": ("equalized_odds_difference", "equalized_odds_ratio"),
    "predictive_parity": ("predictive_parity_gap",),
}
"""The metrics over all groups of each criterion; the first is the one that a tolerance is about."""


@dataclass(frozen=True, kw_only=True)
class SpreadSettings:
    """How sure, and for whom.

    Parameters
    ----------
    confidence : float, default 0.95
        Of intervals; family-wise for the tests of groups.
    n_replicates : int, default 1000
        Of bootstraps.
    min_group_size : int, default 50
        A group with fewer rows that a rate is computed on is too small to say: its rate is given, but it is
        not compared.
    large_group_size : int, default 700
        The spread is given a second time over the groups with so many rows.
    """

    confidence: float = 0.95
    n_replicates: int = 1000
    min_group_size: int = 50
    large_group_size: int = 700


@dataclass(frozen=True, kw_only=True, eq=False)
class JudgedRates:
    """The groups of one constraint, with what is counted in them.

    Parameters
    ----------
    criterion : str
        A key of `SPREADS`.
    name : str
        The sensitive features, joined by ``×``.
    labels : tuple of str
        Names of the groups, none of them empty.
    counts : GroupCounts
        By true and predicted outcome; the outcome counted as both for rates of a table.
    rates : tuple of Rate
        Those that are to be alike.
    min_group_size : int, default 50
        A group is compared if every rate rests on so many of its rows,
    min_rows : int, default 0
        and it has so many rows in all.
    """

    criterion: str
    name: str
    labels: tuple[str, ...]
    counts: GroupCounts
    rates: tuple[Rate, ...]
    min_group_size: int = 50
    min_rows: int = 0

    @property
    def n_rows(self) -> int:
        """Rows of all groups."""
        return int(self.counts.rows.sum())

    @cached_property
    def is_large(self) -> BoolArray:
        """Which groups have enough rows for each of the rates."""
        supported = np.min(self.trials(), axis=0) >= self.min_group_size
        return np.asarray(supported & (self.counts.group_sizes >= self.min_rows))

    @property
    def n_large(self) -> int:
        """How many groups are compared."""
        return int(self.is_large.sum())

    @property
    def small_note(self) -> str:
        """Which groups are not compared, and why; empty where all are."""
        small = [label for label, kept in zip(self.labels, self.is_large, strict=True) if not kept]
        if not small:
            return ""
        n_rows = int(self.counts.group_sizes[~self.is_large].sum())
        why = f"too small to say, a rate on fewer than {self.min_group_size} rows"
        if self.min_rows:
            why = f"left out, fewer than {self.min_rows} rows"
        return f"{why}: {name_groups(small)} ({n_rows} rows in all)"

    def trials(self) -> list[IntArray]:
        """Return, for each rate, the rows of each group that it is computed on."""
        return [rate.trials(self.counts.rows).astype(np.int64) for rate in self.rates]

    def overall(self) -> list[float]:
        """Return each rate over the groups that are compared."""
        pooled = self.counts.select(self.is_large).pool()
        return [float(rate(pooled.weights)[0]) for rate in self.rates]

    def smallest_tolerance(self, confidence: float) -> float:
        """Return the smallest tolerance that the compared groups could show; at least two are needed."""
        return max(
            smallest_tolerance(trials[self.is_large], overall, confidence=confidence)
            for trials, overall in zip(self.trials(), self.overall(), strict=True)
        )

    def exact_parity(self, *, confidence: float, seed: int) -> ParitySpread:
        """Return the spread of the compared groups at exact parity; at least two are needed."""
        sizes = np.stack([trials[self.is_large] for trials in self.trials()])
        return exact_parity_spread(sizes, self.overall(), confidence=confidence, seed=seed)

    def tests(self, confidence: float) -> list[GroupTests]:
        """Return, for each rate, which groups differ; together they hold the family-wise confidence."""
        level = 1 - (1 - confidence) / len(self.rates)
        return [
            compare_with_overall(
                rate.successes(self.counts.rows).astype(np.int64),
                trials,
                labels=self.labels,
                min_group_size=self.min_group_size,
                confidence=level,
            )
            for rate, trials in zip(self.rates, self.trials(), strict=True)
        ]


def measure_spread(
    judged: JudgedRates, *, subject: Subject, settings: SpreadSettings, seed: int
) -> list[Measurement]:
    """Measure the rates of groups, their spread, and what chance alone would give.

    Parameters
    ----------
    judged : JudgedRates
    subject : Subject
    settings : SpreadSettings
    seed : int

    Returns
    -------
    list of Measurement
        See `equitab.evaluation.measure_table_fairness`.

    Notes
    -----
    The tests of ``groups_off_parity`` count rows, also where rows have weights: there is no exact test for
    weighted rows, and the reason says so.
    """
    judged = replace(judged, min_group_size=settings.min_group_size)
    found = _rates_of_groups(judged, settings)
    spreads = _spreads(judged, settings, seed)
    found += spreads
    if judged.criterion == "minimum_rate":
        found.append(_lowest(judged, settings, seed))
    found += _against_chance(judged, spreads[0], settings, seed)
    rows = [subject.measurement(held, sensitive_features=judged.name) for held in found]
    rows += _large_groups(judged, settings, subject, seed)
    return rows + _parity_draws(judged, settings, subject, seed)


def _rates_of_groups(judged: JudgedRates, settings: SpreadSettings) -> list[MetricResult]:
    """Return every rate of everybody and of every group, the small ones with a remark."""
    found = []
    for rate, trials in zip(judged.rates, judged.trials(), strict=True):
        definition = METRICS[rate.name]
        found.append(
            measure_rate(definition, rate, judged.counts, group=None, confidence=settings.confidence)
        )
        for code, label in enumerate(judged.labels):
            held = measure_rate(
                definition, rate, judged.counts.select([code]), group=label, confidence=settings.confidence
            )
            note = f"fewer than {judged.min_group_size} rows: too small to say"
            small = trials[code] < judged.min_group_size and held.status == "ok"
            found.append(replace(held, reason=note) if small else held)
    return found


def _spreads(judged: JudgedRates, settings: SpreadSettings, seed: int) -> list[MetricResult]:
    """Return the metrics over all groups that are compared."""
    names = SPREADS[judged.criterion]
    if judged.n_large < 2:
        reason = "; ".join(filter(None, ("fewer than two groups are large enough", judged.small_note)))
        return [MetricResult.undefined(name, reason=reason, n=judged.n_rows) for name in names]
    comparison = GroupComparison(
        judged.counts.select(judged.is_large),
        tuple(label for label, large in zip(judged.labels, judged.is_large, strict=True) if large),
        None,
        settings.confidence,
        settings.n_replicates,
        1,
        seed,
    )
    results = comparison.measure_all([METRICS[name] for name in names])
    notes = [(held, "; ".join(filter(None, (held.reason, judged.small_note)))) for held in results]
    return [replace(held, reason=note) for held, note in notes]


def _large_groups(
    judged: JudgedRates, settings: SpreadSettings, subject: Subject, seed: int
) -> list[Measurement]:
    """Return the spread over the largest groups only, where that is another set of groups."""
    least = settings.large_group_size
    if least <= settings.min_group_size:
        return []
    point = ", ".join(filter(None, (subject.operating_point, f"groups of {least} or more")))
    held = _spreads(replace(judged, min_rows=least), settings, seed)[0]
    return [replace(subject, operating_point=point).measurement(held, sensitive_features=judged.name)]


def _lowest(judged: JudgedRates, settings: SpreadSettings, seed: int) -> MetricResult:
    return lowest_rate(
        judged.counts,
        group_labels=judged.labels,
        rate=judged.rates[0],
        min_group_size=settings.min_group_size,
        confidence=settings.confidence,
        n_replicates=settings.n_replicates,
        seed=seed,
    )


def _against_chance(
    judged: JudgedRates, spread: MetricResult, settings: SpreadSettings, seed: int
) -> list[MetricResult]:
    """Return the spread in units of chance, the groups that differ, and the smallest tolerance to show."""
    names = ("parity_spread_ratio", "groups_off_parity", "smallest_tolerance")
    if spread.value is None or judged.n_large < 2:
        return [MetricResult.undefined(name, reason=spread.reason, n=judged.n_rows) for name in names]
    expected = judged.exact_parity(confidence=settings.confidence, seed=seed).median
    least = judged.smallest_tolerance(settings.confidence)
    if expected > 0:
        ratio = _plain(names[0], spread.value / expected, spread.n)
    else:
        reason = "the rate is 0 or 1: exact parity has no spread"
        ratio = MetricResult.undefined(names[0], reason=reason, n=spread.n)
    return [ratio, _off_parity(judged, settings), _plain(names[2], least, spread.n)]


def _plain(metric: str, value: float, n: int, reason: str = "") -> MetricResult:
    """Return a result without an interval."""
    return MetricResult(metric, value, None, None, None, "none", n, reason=reason)


def _off_parity(judged: JudgedRates, settings: SpreadSettings) -> MetricResult:
    """Return how many groups differ from everybody else in any of the rates; the reason names them."""
    tests = judged.tests(settings.confidence)
    differing = [label for label in judged.labels if any(label in held.differing for held in tests)]
    compared = max(held.n_compared for held in tests)
    parts = [
        f"of {compared} groups, family-wise {settings.confidence:.0%}",
        f"differing: {name_groups(differing)}" if differing else "",
        judged.small_note,
        "rows counted without their weights" if judged.counts.is_weighted else "",
    ]
    n_rows = int(judged.counts.group_sizes[judged.is_large].sum())
    return _plain("groups_off_parity", float(len(differing)), n_rows, "; ".join(filter(None, parts)))


def _parity_draws(
    judged: JudgedRates, settings: SpreadSettings, subject: Subject, seed: int
) -> list[Measurement]:
    """Return the spread that exact parity gives, with the range of such samples."""
    if judged.n_large < 2:
        return []
    drawn = judged.exact_parity(confidence=settings.confidence, seed=seed)
    n_rows = int(judged.counts.group_sizes[judged.is_large].sum())
    held = _plain("exact_parity_spread", drawn.median, n_rows)
    return [
        replace(
            subject.measurement(held, sensitive_features=judged.name),
            low=drawn.low,
            high=drawn.high,
            confidence=drawn.confidence,
            interval_method="simulated samples",
        )
    ]
