"""Threshold sweeps as curves: balanced accuracy and gaps between groups as the threshold moves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.evaluation.results import CurvePoint
from equitab.metrics import DEFAULT_THRESHOLDS, count_outcomes_by_threshold
from equitab.metrics.group_fairness import average_odds_difference, equalized_odds_difference
from equitab.metrics.performance import balanced_accuracy

FloatArray = npt.NDArray[np.float64]


def sweep_thresholds(
    score: FloatArray,
    favorable: npt.NDArray[np.bool_],
    groups: npt.NDArray[np.int64],
    *,
    n_groups: int,
    reference: int | None,
    figure: str,
    treatment: str,
    min_group_size: int,
    sample_weight: FloatArray | None = None,
) -> list[CurvePoint]:
    """Return the curves of a threshold sweep on test rows.

    Parameters
    ----------
    score : ndarray of float, shape (n_rows,)
        A row is predicted favorable where its score is at least the threshold.
    favorable : ndarray of bool, shape (n_rows,)
        The true outcomes.
    groups : ndarray of int, shape (n_rows,)
        Codes; -1 takes no part.
    n_groups : int
    reference : int or None
        Code of the reference group; without one there is no average odds difference.
    figure, treatment : str
        Names of the figure and of the series.
    min_group_size : int
        Smaller groups take no part in the equalized odds difference.
    sample_weight : ndarray of float, optional

    Returns
    -------
    list of CurvePoint
        Series ``<treatment>|balanced_accuracy``, ``<treatment>|average_odds_difference`` (all others, pooled,
        against the reference group) and ``<treatment>|equalized_odds_difference``; undefined points left out.

    Examples
    --------
    >>> score, favorable = np.array([0.2, 0.8, 0.4, 0.6]), np.array([False, True, False, True])
    >>> points = sweep_thresholds(score, favorable, np.array([0, 0, 1, 1]), n_groups=2, reference=1,
    ...     figure="threshold_sweep/sex/tree", treatment="original", min_group_size=1)
    >>> [(point.x, point.y) for point in points if point.series == "original|average_odds_difference"][49:61:11]
    [('0.50', 0.0), ('0.61', 0.5)]
    """
    counts = count_outcomes_by_threshold(
        favorable, score, groups, n_groups=n_groups, sample_weight=sample_weight
    )
    tables, sizes = np.stack([held.weights for held in counts]), counts[0].group_sizes
    values = _curves(tables, sizes >= min_group_size, reference)
    n = int(sizes.sum())
    return [
        CurvePoint(figure=figure, series=f"{treatment}|{metric}", x=f"{threshold:.2f}", y=float(y), n=n)
        for metric, curve in values.items()
        for threshold, y in zip(DEFAULT_THRESHOLDS, curve, strict=True)
        if np.isfinite(y)
    ]


def _curves(
    tables: FloatArray, is_large: npt.NDArray[np.bool_], reference: int | None
) -> dict[str, FloatArray]:
    """Return each metric at every threshold from tables (n_thresholds, n_groups, 2, 2)."""
    curves = {"balanced_accuracy": balanced_accuracy(tables.sum(axis=1))}
    if reference is not None:
        others = np.delete(tables, reference, axis=1).sum(axis=1)
        curves["average_odds_difference"] = average_odds_difference(others, tables[:, reference])
    if is_large.sum() > 1:
        curves["equalized_odds_difference"] = equalized_odds_difference(tables[:, is_large])
    return curves
