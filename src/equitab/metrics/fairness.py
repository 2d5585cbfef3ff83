"""How fairly predictions, or labels, treat groups: every count-based fairness metric with its interval.

The rows are counted once; values and intervals then come from the small table of counts. What cannot be
computed comes back as *undefined*, with the reason; nothing is decided silently:

* A group with fewer than `min_group_size` rows is not compared with the reference group, and is left out of
  the metrics over all groups, which then name it in their reason.
* A rate that has nobody to be computed on (no truly favorable rows, say) makes a metric undefined.

References
----------
Bellamy et al. (2018), AI Fairness 360. Weerts et al. (2023), Fairlearn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy.typing as npt

from equitab.metrics.count_measures import measure_rate
from equitab.metrics.definitions import METRICS, definitions_with
from equitab.metrics.group_comparison import GroupComparison
from equitab.metrics.group_rates import RATES, GroupCounts, count_outcomes
from equitab.metrics.metric_definition import MetricDefinition
from equitab.metrics.results import MetricResult

__all__ = [
    "fairness_metrics",
    "fairness_metrics_of_counts",
    "group_rate_metrics",
    "group_rate_metrics_of_counts",
    "label_fairness_metrics",
    "label_fairness_metrics_of_counts",
]


def fairness_metrics(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    group_labels: Sequence[str],
    reference: int | None,
    sample_weight: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    n_replicates: int = 1000,
    min_group_size: int = 30,
    seed: int,
) -> list[MetricResult]:
    """Measure how fairly predictions treat groups.

    Parameters
    ----------
    y_true, y_pred : array-like of {0, 1}, shape (n_rows,)
        True and predicted outcome; 1 is the favorable one.
    groups : array-like of int, shape (n_rows,)
        Code of each row's group, an index into `group_labels`; -1 leaves the row out.
    group_labels : sequence of str
        Names of the groups, all different.
    reference : int or None
        Code of the reference (privileged) group. None leaves the metrics that need one undefined.
    sample_weight : array-like of float, shape (n_rows,), optional
        Weights of the rows.
    confidence : float, default 0.95
        Of the intervals, in (0, 1).
    n_replicates : int, default 1000
        Bootstrap replicates, at least 100.
    min_group_size : int, default 30
        Rows that a group needs to be compared, at least 1.
    seed : int
        Of the bootstrap. Same seed, same intervals.

    Returns
    -------
    list of MetricResult
        For each metric against the reference one result for each other group and one for `POOLED_GROUP`; for
        each metric over all groups, and the Theil index, one result.

    Raises
    ------
    InputError
        If arrays or settings cannot be used; all problems at once.

    Examples
    --------
    >>> y_true, groups = [1, 0] * 80, [0] * 100 + [1] * 60
    >>> y_pred = [1, 0] * 50 + [0, 0] * 30
    >>> results = fairness_metrics(y_true, y_pred, groups, group_labels=["m", "f"], reference=0, seed=0)
    >>> [(r.metric, r.group, r.value) for r in results][0]
    ('statistical_parity_difference', 'f', -0.5)
    """
    return fairness_metrics_of_counts(
        count_outcomes(y_true, y_pred, groups, n_groups=len(group_labels), sample_weight=sample_weight),
        group_labels=group_labels,
        reference=reference,
        confidence=confidence,
        n_replicates=n_replicates,
        min_group_size=min_group_size,
        seed=seed,
    )


def fairness_metrics_of_counts(
    counts: GroupCounts,
    *,
    group_labels: Sequence[str],
    reference: int | None,
    confidence: float = 0.95,
    n_replicates: int = 1000,
    min_group_size: int = 30,
    seed: int,
) -> list[MetricResult]:
    """Measure how fairly predictions treat groups, from counts taken elsewhere.

    Parameters
    ----------
    counts : GroupCounts
        Rows by group, true and predicted outcome.
    group_labels, reference, confidence, n_replicates, min_group_size, seed
        As in `fairness_metrics`.

    Returns
    -------
    list of MetricResult
        As `fairness_metrics`.

    Raises
    ------
    InputError
        If settings cannot be used.
    """
    definitions = (
        *definitions_with(family="group_fairness", from_counts=True),
        *definitions_with(family="individual_fairness", from_counts=True),
    )
    comparison = GroupComparison(
        counts, tuple(group_labels), reference, confidence, n_replicates, min_group_size, seed
    )
    return comparison.measure_all(definitions)


def label_fairness_metrics(
    y: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    group_labels: Sequence[str],
    reference: int | None,
    sample_weight: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    n_replicates: int = 1000,
    min_group_size: int = 30,
    seed: int,
) -> list[MetricResult]:
    """Measure how evenly an outcome is spread over groups, before anybody predicts.

    Parameters
    ----------
    y : array-like of {0, 1}, shape (n_rows,)
        Outcome; 1 is the favorable one.
    groups, group_labels, reference, sample_weight, confidence, n_replicates, min_group_size, seed
        As in `fairness_metrics`.

    Returns
    -------
    list of MetricResult
        Base rate of all rows and of each group; statistical parity difference and disparate impact of each
        other group and of `POOLED_GROUP`; demographic parity difference and ratio. In these the "selection"
        is the outcome itself.

    Raises
    ------
    InputError
        If arrays or settings cannot be used; all problems at once.

    Examples
    --------
    >>> results = label_fairness_metrics(
    ...     [1, 0] * 30 + [0] * 40, [0] * 60 + [1] * 40, group_labels=["m", "f"], reference=0, seed=0
    ... )
    >>> [(r.metric, r.group, r.value) for r in results][:3]
    [('base_rate', None, 0.3), ('base_rate', 'm', 0.5), ('base_rate', 'f', 0.0)]
    """
    return label_fairness_metrics_of_counts(
        count_outcomes(y, y, groups, n_groups=len(group_labels), sample_weight=sample_weight),
        group_labels=group_labels,
        reference=reference,
        confidence=confidence,
        n_replicates=n_replicates,
        min_group_size=min_group_size,
        seed=seed,
    )


def label_fairness_metrics_of_counts(
    counts: GroupCounts,
    *,
    group_labels: Sequence[str],
    reference: int | None,
    confidence: float = 0.95,
    n_replicates: int = 1000,
    min_group_size: int = 30,
    seed: int,
) -> list[MetricResult]:
    """Measure how evenly an outcome is spread over groups, from counts taken elsewhere.

    Parameters
    ----------
    counts : GroupCounts
        Rows by group and outcome, the outcome counted as both the true and the predicted one.
    group_labels, reference, confidence, n_replicates, min_group_size, seed
        As in `fairness_metrics`.

    Returns
    -------
    list of MetricResult
        As `label_fairness_metrics`.

    Raises
    ------
    InputError
        If settings cannot be used.
    """
    definitions = [
        definition
        for definition in definitions_with(family="group_fairness", from_counts=True)
        if definition.applies_to_labels
    ]
    comparison = GroupComparison(
        counts, tuple(group_labels), reference, confidence, n_replicates, min_group_size, seed
    )
    rates = [
        definition
        for definition in definitions_with(family="group_rate", from_counts=True)
        if definition.applies_to_labels
    ]
    return [*_measure_rates(rates, comparison), *comparison.measure_all(definitions)]


def group_rate_metrics(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    group_labels: Sequence[str],
    sample_weight: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> list[MetricResult]:
    """Measure the rates of all rows and of each group.

    However small the group: its interval says how little is known.

    Parameters
    ----------
    y_true, y_pred, groups, group_labels, sample_weight, confidence
        As in `fairness_metrics`.

    Returns
    -------
    list of MetricResult
        For each rate one result for all rows (group None) and one for each group, with Wilson's interval;
        under weights with the effective number of rows.

    Raises
    ------
    InputError
        If arrays or settings cannot be used; all problems at once.

    Examples
    --------
    >>> results = group_rate_metrics([1, 0, 1], [1, 0, 0], [0, 0, 1], group_labels=["m", "f"])
    >>> [(r.group, r.value) for r in results if r.metric == "selection_rate"]
    [(None, 0.3333333333333333), ('m', 0.5), ('f', 0.0)]
    """
    return group_rate_metrics_of_counts(
        count_outcomes(y_true, y_pred, groups, n_groups=len(group_labels), sample_weight=sample_weight),
        group_labels=group_labels,
        confidence=confidence,
    )


def group_rate_metrics_of_counts(
    counts: GroupCounts, *, group_labels: Sequence[str], confidence: float = 0.95
) -> list[MetricResult]:
    """Measure the rates of all rows and of each group, from counts taken elsewhere.

    Parameters
    ----------
    counts : GroupCounts
        Rows by group, true and predicted outcome.
    group_labels, confidence
        As in `fairness_metrics`.

    Returns
    -------
    list of MetricResult
        As `group_rate_metrics`.

    Raises
    ------
    InputError
        If settings cannot be used.
    """
    comparison = GroupComparison(counts, tuple(group_labels), None, confidence, 100, 1, 0)
    definitions = (*definitions_with(family="group_rate", from_counts=True), METRICS["accuracy"])
    return _measure_rates(definitions, comparison)


def _measure_rates(
    definitions: Iterable[MetricDefinition], comparison: GroupComparison
) -> list[MetricResult]:
    """Return each rate of all rows, then of each group."""
    counts, labels = comparison.counts, comparison.labels
    parts = [(None, counts), *((label, counts.select([code])) for code, label in enumerate(labels))]
    return [
        measure_rate(definition, RATES[definition.name], part, group=group, confidence=comparison.confidence)
        for definition in definitions
        for group, part in parts
    ]
