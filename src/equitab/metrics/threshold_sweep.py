"""Counts at many decision thresholds from one pass over the rows: for sweeps, and to choose a threshold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from equitab.errors import InputError, Problem
from equitab.metrics.array_checks import (
    group_problems,
    length_problems,
    outcome_problems,
    raise_problems,
    score_problems,
    weight_problems,
)
from equitab.metrics.group_rates import FloatArray, GroupCounts
from equitab.metrics.performance import balanced_accuracy

__all__ = ["DEFAULT_THRESHOLDS", "choose_threshold", "count_outcomes_by_threshold"]

#: 0.01, 0.02, ..., 0.99.
DEFAULT_THRESHOLDS: tuple[float, ...] = tuple(percent / 100 for percent in range(1, 100))


def count_outcomes_by_threshold(
    y_true: npt.ArrayLike,
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    n_groups: int,
    thresholds: npt.ArrayLike = DEFAULT_THRESHOLDS,
    sample_weight: npt.ArrayLike | None = None,
) -> tuple[GroupCounts, ...]:
    """Count rows by group, true outcome and predicted outcome at each of many thresholds.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_rows,)
        True outcome; 1 is the favorable one.
    score : array-like of float, shape (n_rows,)
        A row is predicted favorable when its score is at least the threshold.
    groups : array-like of int, shape (n_rows,)
        Group code of each row, 0 to ``n_groups - 1``; -1 leaves the row out.
    n_groups : int
        Number of groups, at least 1.
    thresholds : array-like of float, shape (n_thresholds,)
        Ascending.
    sample_weight : array-like of float, shape (n_rows,), optional
        Weights of the rows.

    Returns
    -------
    tuple of GroupCounts
        One for each threshold, equal to `count_outcomes` of the predictions at that threshold.

    Raises
    ------
    InputError
        If arrays cannot be used or thresholds do not ascend.

    Examples
    --------
    >>> low, high = count_outcomes_by_threshold([1, 0], [0.7, 0.4], [0, 0], n_groups=1, thresholds=[0.4, 0.5])
    >>> low.rows.tolist(), high.rows.tolist()
    ([[[0, 1], [0, 1]]], [[[1, 0], [0, 1]]])
    """
    true, scores, codes = np.asarray(y_true), np.asarray(score, dtype=np.float64), np.asarray(groups)
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    cuts = np.asarray(thresholds, dtype=np.float64)
    raise_problems(
        [
            *length_problems(y_true=true, score=scores, groups=codes, sample_weight=weight),
            *outcome_problems("y_true", true),
            *score_problems("score", scores),
            *group_problems(codes, n_groups),
            *weight_problems(weight),
            *_threshold_problems(cuts),
        ]
    )
    # How many thresholds a score reaches says at which of them its row is predicted favorable.
    n_reached = np.searchsorted(cuts, scores, side="right")
    cells = (n_reached * (n_groups + 1) + codes + 1) * 2 + true.astype(np.int64)
    return _tables_by_threshold(cells, weight, n_groups, len(cuts))


def _threshold_problems(cuts: FloatArray) -> list[Problem]:
    """Return a problem unless there are thresholds, in ascending order."""
    if cuts.ndim == 1 and cuts.size > 0 and bool(np.all(np.diff(cuts) > 0)):
        return []
    return [Problem("thresholds", "at least one, in ascending order", f"shape {cuts.shape}, not ascending")]


def _tables_by_threshold(
    cells: npt.NDArray[np.int64], weight: FloatArray | None, n_groups: int, n_cuts: int
) -> tuple[GroupCounts, ...]:
    """Return the counts at each threshold from one cell number per row."""
    shape = (n_cuts + 1, n_groups + 1, 2)
    powers = [None] if weight is None else [None, weight, weight * weight]
    sums = [
        _split_at_cuts(np.bincount(cells, weights=power, minlength=int(np.prod(shape))).reshape(shape)[:, 1:])
        for power in powers
    ]
    rows = sums[0].astype(np.int64)
    weights, squares = sums[1:] if weight is not None else (sums[0], sums[0])
    is_weighted = weight is not None
    return tuple(GroupCounts(rows[cut], weights[cut], squares[cut], is_weighted) for cut in range(n_cuts))


def _split_at_cuts(histogram: npt.NDArray[np.generic]) -> FloatArray:
    """Return tables (n_cuts, n_groups, true, predicted) from sums by number of cuts reached."""
    amounts = histogram.astype(np.float64)
    selected = np.cumsum(amounts[::-1], axis=0)[::-1]
    return np.stack([selected[0] - selected[1:], selected[1:]], axis=-1)


def choose_threshold(
    y_true: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    thresholds: npt.ArrayLike = DEFAULT_THRESHOLDS,
    objective: Callable[[FloatArray], FloatArray] = balanced_accuracy,
) -> float:
    """Return the threshold with the best balanced accuracy, or another function of counts.

    To be called on validation rows: a threshold chosen on test rows makes the test optimistic.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_rows,)
        True outcome; 1 is the favorable one.
    score : array-like of float, shape (n_rows,)
        Higher for rows more likely to be favorable.
    sample_weight : array-like of float, shape (n_rows,), optional
        Weights of the rows.
    thresholds : array-like of float, shape (n_thresholds,)
        To choose from, ascending.
    objective : callable, default balanced accuracy
        Of tables of shape (n_thresholds, 2, 2); larger is better.

    Returns
    -------
    float
        The best threshold; of equally good ones the middle one.

    Raises
    ------
    InputError
        If arrays cannot be used, or the objective is undefined at every threshold.

    Examples
    --------
    >>> choose_threshold([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.9], thresholds=[0.3, 0.4, 0.5, 0.7])
    0.4
    """
    cuts = np.asarray(thresholds, dtype=np.float64)
    groups = np.zeros(np.shape(y_true), dtype=np.int64)
    counts = count_outcomes_by_threshold(
        y_true, score, groups, n_groups=1, thresholds=cuts, sample_weight=sample_weight
    )
    values = objective(np.stack([table.weights[0] for table in counts]))
    if np.all(np.isnan(values)):
        raise InputError(
            Problem(
                "y_true", "rows of both outcomes", "rows of one outcome", "choose on more validation rows"
            )
        )
    best = np.flatnonzero(values == np.nanmax(values))
    return float(cuts[best[(len(best) - 1) // 2]])
