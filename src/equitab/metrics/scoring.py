"""How good predictions are, over all rows and in each group: every performance metric with its interval.

Rates get Wilson's interval, other functions of counts a bootstrap of the table of counts, the area under the
ROC curve DeLong's, and losses of probabilities the normal one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.metrics.array_checks import (
    confidence_problems,
    length_problems,
    outcome_problems,
    raise_problems,
    score_problems,
)
from equitab.metrics.count_measures import measure_rate, measure_table, result_of
from equitab.metrics.definitions import definitions_with
from equitab.metrics.group_rates import FloatArray, GroupCounts, Rate, count_outcomes
from equitab.metrics.intervals import resample_counts
from equitab.metrics.metric_definition import MetricDefinition
from equitab.metrics.performance import brier_losses, log_losses, mean_interval, roc_area
from equitab.metrics.results import MetricResult

__all__ = ["group_performance_metrics", "performance_metrics"]


@dataclass(frozen=True, eq=False)
class _ScoredRows:
    """Rows with their outcome, score and weight; score and weight may be absent."""

    y_true: npt.NDArray[Any]
    score: FloatArray | None
    weight: FloatArray | None

    def __getitem__(self, mask: npt.NDArray[np.bool_]) -> _ScoredRows:
        """Return the rows of a mask."""
        score, weight = (None if array is None else array[mask] for array in (self.score, self.weight))
        return _ScoredRows(self.y_true[mask], score, weight)


def performance_metrics(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    score: npt.ArrayLike | None,
    *,
    sample_weight: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    n_replicates: int = 1000,
    seed: int,
) -> list[MetricResult]:
    """Measure how good predictions are.

    Parameters
    ----------
    y_true, y_pred : array-like of {0, 1}, shape (n_rows,)
        True and predicted outcome; 1 is the favorable one.
    score : array-like of float, shape (n_rows,), or None
        Higher for rows more likely to be favorable. Brier score and log loss need probabilities and are
        undefined for scores outside [0, 1]; without scores the area under the ROC curve is undefined as well.
    sample_weight : array-like of float, shape (n_rows,), optional
        Weights of the rows.
    confidence : float, default 0.95
        Of the intervals, in (0, 1).
    n_replicates : int, default 1000
        Bootstrap replicates, at least 100.
    seed : int
        Of the bootstrap. Same seed, same intervals.

    Returns
    -------
    list of MetricResult
        One for each metric of the family "performance".

    Raises
    ------
    InputError
        If arrays or settings cannot be used; all problems at once.

    Examples
    --------
    >>> results = performance_metrics([0, 0, 1, 1], [0, 1, 1, 1], [0.1, 0.6, 0.7, 0.9], seed=0)
    >>> [(result.metric, result.value) for result in results][:2]
    [('balanced_accuracy', 0.75), ('accuracy', 0.75)]
    """
    rows = _check(y_true, score, sample_weight, confidence, n_replicates)
    groups = np.zeros(len(rows.y_true), dtype=np.int8)
    counts = count_outcomes(rows.y_true, y_pred, groups, n_groups=1, sample_weight=rows.weight)
    return _measure_part(rows, counts, None, confidence, n_replicates, seed)


def group_performance_metrics(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    score: npt.ArrayLike | None,
    groups: npt.ArrayLike,
    *,
    group_labels: Sequence[str],
    sample_weight: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    n_replicates: int = 1000,
    seed: int,
) -> list[MetricResult]:
    """Measure how good predictions are in each group.

    Parameters
    ----------
    y_true, y_pred, score, sample_weight, confidence, n_replicates, seed
        As in `performance_metrics`.
    groups : array-like of int, shape (n_rows,)
        Code of each row's group, an index into `group_labels`; -1 leaves the row out.
    group_labels : sequence of str
        Names of the groups.

    Returns
    -------
    list of MetricResult
        For each group one for each metric of the family "performance".

    Raises
    ------
    InputError
        If arrays or settings cannot be used; all problems at once.

    Examples
    --------
    >>> results = group_performance_metrics(
    ...     [0, 1, 0, 1], [0, 1, 1, 1], None, [0, 0, 1, 1], group_labels=["m", "f"], seed=0
    ... )
    >>> [(result.group, result.value) for result in results if result.metric == "accuracy"]
    [('m', 1.0), ('f', 0.5)]
    """
    rows = _check(y_true, score, sample_weight, confidence, n_replicates)
    codes = np.asarray(groups)
    counts = count_outcomes(rows.y_true, y_pred, codes, n_groups=len(group_labels), sample_weight=rows.weight)
    return [
        result
        for code, label in enumerate(group_labels)
        for result in _measure_part(
            rows[codes == code], counts.select([code]), label, confidence, n_replicates, seed
        )
    ]


def _check(
    y_true: npt.ArrayLike,
    score: npt.ArrayLike | None,
    sample_weight: npt.ArrayLike | None,
    confidence: float,
    n_replicates: int,
) -> _ScoredRows:
    """Return the rows, or raise every problem of those arrays and settings that counting does not check."""
    scores, weight = (
        None if array is None else np.asarray(array, dtype=np.float64) for array in (score, sample_weight)
    )
    true = np.asarray(y_true)
    raise_problems(
        [
            *length_problems(y_true=true, score=scores),
            *outcome_problems("y_true", true),
            *([] if scores is None else score_problems("score", scores)),
            *confidence_problems(confidence, n_replicates),
        ]
    )
    return _ScoredRows(true, scores, weight)


def _measure_part(
    rows: _ScoredRows, counts: GroupCounts, group: str | None, confidence: float, n_replicates: int, seed: int
) -> list[MetricResult]:
    """Return all performance metrics of one set of rows."""
    replicates = resample_counts(counts, n_replicates=n_replicates, seed=seed)
    return [
        _measure_counts(definition, counts, replicates, group, confidence)
        if definition.is_function_of_counts
        else _measure_scores(definition.name, rows, group, confidence)
        for definition in definitions_with(family="performance")
    ]


def _measure_counts(
    definition: MetricDefinition,
    counts: GroupCounts,
    replicates: FloatArray,
    group: str | None,
    confidence: float,
) -> MetricResult:
    """Return a metric of counts: a rate with Wilson's interval, anything else with the bootstrap's."""
    if isinstance(definition.compute, Rate):
        return measure_rate(definition, definition.compute, counts, group=group, confidence=confidence)
    return measure_table(definition, counts, replicates, group=group, confidence=confidence)


def _measure_scores(metric: str, rows: _ScoredRows, group: str | None, confidence: float) -> MetricResult:
    """Return a metric of scores."""
    n = len(rows.y_true)
    if rows.score is None:
        return MetricResult.undefined(metric, reason="no scores were handed in", n=n, group=group)
    if n == 0:
        return MetricResult.undefined(metric, reason="no rows", n=0, group=group)
    if metric == "auroc":
        return _measure_auroc(rows, rows.score, group, confidence)
    if rows.score.min() < 0 or rows.score.max() > 1:
        reason = "the scores are not probabilities: some are outside 0 to 1"
        return MetricResult.undefined(metric, reason=reason, n=n, group=group)
    losses = _LOSSES[metric](rows.y_true, rows.score)
    value, interval = mean_interval(losses, sample_weight=rows.weight, confidence=confidence)
    if math.isnan(value):
        return MetricResult.undefined(metric, reason="the weights sum to 0", n=n, group=group)
    return result_of(metric, value, interval, confidence=confidence, n=n, group=group)


_LOSSES: Mapping[str, Callable[[npt.NDArray[Any], FloatArray], FloatArray]] = MappingProxyType(
    {"brier_score": brier_losses, "log_loss": log_losses}
)


def _measure_auroc(
    rows: _ScoredRows, score: FloatArray, group: str | None, confidence: float
) -> MetricResult:
    """Return the area under the ROC curve with DeLong's interval."""
    area = roc_area(rows.y_true, score, sample_weight=rows.weight)
    n = len(rows.y_true)
    if math.isnan(area.value):
        missing = "favorable" if area.n_favorable == 0 else "unfavorable"
        reason = f"no rows whose true outcome is {missing}"
        return MetricResult.undefined("auroc", reason=reason, n=n, group=group)
    interval = area.interval(confidence=confidence)
    return result_of("auroc", area.value, interval, confidence=confidence, n=n, group=group)
