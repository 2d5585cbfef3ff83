"""How good predictions are: functions of a table of counts, and functions of scores.

Functions of counts take tables of shape ``(..., 2, 2)`` by true and predicted outcome, as everywhere in this
room; accuracy, precision and recall are rates and stand in `equitab.metrics.group_rates`. Functions of scores
take rows.

References
----------
DeLong, DeLong, Clarke-Pearson (1988), Comparing the areas under two or more correlated ROC curves.
Sun, Xu (2014), Fast implementation of DeLong's algorithm.
Brodersen et al. (2010), The balanced accuracy and its posterior distribution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.metrics.array_checks import (
    length_problems,
    outcome_problems,
    raise_problems,
    score_problems,
    weight_problems,
)
from equitab.metrics.group_rates import FloatArray, divide_or_nan, true_negative_rate, true_positive_rate
from equitab.metrics.intervals import Interval, effective_size, normal_quantile
from equitab.metrics.results import IntervalMethod

__all__ = [
    "RocArea",
    "auroc",
    "balanced_accuracy",
    "brier_losses",
    "f1",
    "log_losses",
    "mean_interval",
    "roc_area",
]


def balanced_accuracy(tables: npt.ArrayLike) -> FloatArray:
    """Return the mean of true positive and true negative rate.

    Higher is better; 0.5 is what any constant prediction gets.

    Parameters
    ----------
    tables : array-like, shape (..., 2, 2)
        Counts or weights, by true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [0, 1]; NaN when only one true outcome occurs.

    Notes
    -----
    ``(TPR + TNR) / 2``.

    Examples
    --------
    >>> float(balanced_accuracy([[8, 2], [1, 1]]))
    0.65
    """
    return np.asarray((true_positive_rate(tables) + true_negative_rate(tables)) / 2)


def f1(tables: npt.ArrayLike) -> FloatArray:
    """Return the harmonic mean of precision and recall of the favorable outcome.

    Higher is better. It ignores the rows rightly predicted unfavorable.

    Parameters
    ----------
    tables : array-like, shape (..., 2, 2)
        Counts or weights, by true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [0, 1]; NaN when the favorable outcome is neither true nor predicted anywhere.

    Notes
    -----
    ``2 TP / (2 TP + FP + FN)``.

    Examples
    --------
    >>> float(f1([[5, 1], [1, 3]]))
    0.75
    """
    array = np.asarray(tables, dtype=np.float64)
    double = 2 * array[..., 1, 1]
    return divide_or_nan(double, double + array[..., 0, 1] + array[..., 1, 0])


@dataclass(frozen=True)
class RocArea:
    """Area under the ROC curve with the variance of its estimate.

    Parameters
    ----------
    value : float
        The area, in [0, 1]; NaN when only one true outcome occurs.
    variance : float
        DeLong's variance; NaN when an outcome has fewer than two rows.
    n_favorable, n_unfavorable : int
        Rows (with a weight above 0) of either true outcome.
    is_weighted : bool
        Whether weights were given.

    Examples
    --------
    >>> roc_area([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value
    0.75
    """

    value: float
    variance: float
    n_favorable: int
    n_unfavorable: int
    is_weighted: bool = False

    def interval(self, *, confidence: float = 0.95) -> Interval:
        """Return DeLong's interval, computed on the logit of the area so that it stays within 0 and 1.

        Parameters
        ----------
        confidence : float, default 0.95
            In (0, 1).

        Returns
        -------
        Interval
            Undefined, with the reason, when the area is exactly 0 or 1 or an outcome has fewer than two rows.
        """
        if math.isnan(self.variance):
            return Interval.undefined("no interval: fewer than two rows of one true outcome")
        if self.value in (0.0, 1.0) or self.variance == 0:
            return Interval.undefined(
                "no interval: the scores separate the outcomes so cleanly that DeLong's variance is 0"
            )
        logit = math.log(self.value / (1 - self.value))
        half = normal_quantile(confidence) * math.sqrt(self.variance) / (self.value * (1 - self.value))
        method: IntervalMethod = "weighted_delong_logit" if self.is_weighted else "delong_logit"
        return Interval(_logistic(logit - half), _logistic(logit + half), method)


def _logistic(logit: float) -> float:
    """Return the inverse of the logit, without overflow."""
    return 0.5 * (1 + math.tanh(logit / 2))


def auroc(
    y_true: npt.ArrayLike, score: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> float:
    """Return the area under the ROC curve.

    The chance that a row with a favorable outcome has a higher score than one without, ties counting half.
    Higher is better; 0.5 is chance.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_rows,)
        True outcome.
    score : array-like of float, shape (n_rows,)
        Higher for rows more likely to be favorable; any scale.
    sample_weight : array-like of float, shape (n_rows,), optional
        Weights of the rows.

    Returns
    -------
    float
        In [0, 1]; NaN when only one true outcome occurs.

    Raises
    ------
    InputError
        As `roc_area`.

    Examples
    --------
    >>> auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    return roc_area(y_true, score, sample_weight=sample_weight).value


def roc_area(
    y_true: npt.ArrayLike, score: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> RocArea:
    """Return the area under the ROC curve and the variance of its estimate, in one sort.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_rows,)
        True outcome.
    score : array-like of float, shape (n_rows,)
        Higher for rows more likely to be favorable; any scale.
    sample_weight : array-like of float, shape (n_rows,), optional
        Weights of the rows, taken as survey weights: a weight of 2 counts double in the value, but brings no
        more certainty than one row.

    Returns
    -------
    RocArea
        Value, variance and numbers of rows; its method `interval` gives the interval.

    Raises
    ------
    InputError
        If lengths differ, an outcome is not 0 or 1, a score is not finite or a weight is negative.

    Notes
    -----
    The placement of a favorable row is the share of unfavorable rows below it (ties half), that of an
    unfavorable row the share of favorable rows above it. The area is the mean placement of either kind, and
    its variance the sum over both kinds of ``m / (m - 1) * sum w² (placement - area)² / (sum w)²``, which
    without weights is DeLong's.

    Examples
    --------
    >>> area = roc_area([0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6])
    >>> round(area.value, 4), round(area.variance, 4)
    (0.8889, 0.0247)
    """
    true, values = np.asarray(y_true), np.asarray(score)
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    raise_problems(
        [
            *length_problems(y_true=true, score=values, sample_weight=weight),
            *outcome_problems("y_true", true),
            *score_problems("score", values),
            *weight_problems(weight),
        ]
    )
    order = np.argsort(values)
    starts = _tie_starts(values[order])
    favorable = true[order].astype(np.float64)
    ordered_weight = None if weight is None else weight[order]
    return _area_of_sides(
        _OutcomeSide.of(favorable, ordered_weight, starts),
        _OutcomeSide.of(1 - favorable, ordered_weight, starts),
    )


def _tie_starts(ordered: npt.NDArray[np.generic]) -> npt.NDArray[np.intp]:
    """Return where each run of equal values starts."""
    is_start = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_start[1:])
    return np.flatnonzero(is_start)


@dataclass(frozen=True, eq=False)
class _OutcomeSide:
    """The rows of one true outcome, summed over equal scores in ascending order."""

    mass: FloatArray
    squared_mass: FloatArray
    n_rows: int
    is_weighted: bool

    @classmethod
    def of(cls, member: FloatArray, weight: FloatArray | None, starts: npt.NDArray[np.intp]) -> _OutcomeSide:
        """Return the side whose ordered rows are marked by 1."""
        if len(starts) == len(member):  # no ties: nothing to sum
            weighted = member if weight is None else member * weight
            squared = weighted if weight is None else weighted * weight
            return cls(weighted, squared, int(np.count_nonzero(weighted)), weight is not None)
        if weight is None:
            mass = _sum_runs(member, starts)
            return cls(mass, mass, int(mass.sum()), is_weighted=False)
        weighted = member * weight
        mass, squared = _sum_runs(weighted, starts), _sum_runs(weighted * weight, starts)
        return cls(mass, squared, int(np.count_nonzero(weighted)), is_weighted=True)


def _sum_runs(values: FloatArray, starts: npt.NDArray[np.intp]) -> FloatArray:
    """Return the sum of each run of ties."""
    return np.asarray(np.add.reduceat(values, starts)) if len(starts) else np.zeros(0)


def _area_of_sides(favorable: _OutcomeSide, unfavorable: _OutcomeSide) -> RocArea:
    """Return area and variance from the masses at each score."""
    counts = (favorable.n_rows, unfavorable.n_rows, favorable.is_weighted)
    if min(favorable.n_rows, unfavorable.n_rows) == 0:
        return RocArea(math.nan, math.nan, *counts)
    below = _midrank_shares(unfavorable.mass)
    above = 1 - _midrank_shares(favorable.mass)
    value = float(np.dot(favorable.mass, below) / favorable.mass.sum())
    variance = _placement_variance(favorable, below, value) + _placement_variance(unfavorable, above, value)
    return RocArea(min(max(value, 0.0), 1.0), variance, *counts)


def _midrank_shares(mass: FloatArray) -> FloatArray:
    """Return, at each score, the share of the mass below it plus half of that at it."""
    cumulated = np.cumsum(mass)
    return np.asarray((cumulated - 0.5 * mass) / cumulated[-1])


def _placement_variance(side: _OutcomeSide, placements: FloatArray, value: float) -> float:
    """Return one side's part of the variance of the area."""
    if side.n_rows < 2:
        return math.nan
    squares = float(np.dot(side.squared_mass, np.square(placements - value)))
    return squares / float(side.mass.sum()) ** 2 * side.n_rows / (side.n_rows - 1)


def brier_losses(y_true: npt.ArrayLike, probability: npt.ArrayLike) -> FloatArray:
    """Return each row's squared distance between probability and outcome; its mean is the Brier score.

    Lower is better; 0 is perfect, 0.25 what a constant 0.5 gets.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_rows,)
        True outcome.
    probability : array-like of float, shape (n_rows,)
        Predicted probability of the favorable outcome, in [0, 1].

    Returns
    -------
    ndarray of float, shape (n_rows,)
        In [0, 1].

    Examples
    --------
    >>> float(brier_losses([1, 0], [0.5, 0.5]).mean())
    0.25
    """
    return np.square(np.asarray(probability, np.float64) - np.asarray(y_true, np.float64))


def log_losses(y_true: npt.ArrayLike, probability: npt.ArrayLike) -> FloatArray:
    """Return each row's negative log probability of its outcome; its mean is the log loss.

    Lower is better; 0 is perfect, 0.69 what a constant 0.5 gets.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_rows,)
        True outcome.
    probability : array-like of float, shape (n_rows,)
        Predicted probability of the favorable outcome, in [0, 1]; kept 1e-15 away from 0 and 1, so that one
        row cannot make the mean infinite.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        At least 0.

    Examples
    --------
    >>> round(float(log_losses([1, 0], [0.5, 0.5]).mean()), 4)
    0.6931
    """
    chance = np.clip(np.asarray(probability, np.float64), 1e-15, 1 - 1e-15)
    return -np.log(np.where(np.asarray(y_true) == 1, chance, 1 - chance))


def mean_interval(
    values: FloatArray, *, sample_weight: FloatArray | None = None, confidence: float = 0.95
) -> tuple[float, Interval]:
    """Return a (weighted) mean and its interval by the central limit theorem.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows,)
        One number for each row, such as its loss.
    sample_weight : ndarray of float, shape (n_rows,), optional
        Weights of the rows.
    confidence : float, default 0.95
        In (0, 1).

    Returns
    -------
    mean : float
        NaN without rows or weight.
    interval : Interval
        ``mean ± z * sd / sqrt(effective n)``; undefined with fewer than two rows.

    Examples
    --------
    >>> mean, interval = mean_interval(np.array([0.0, 1.0, 0.0, 1.0]))
    >>> mean, round(interval.high, 2)
    (0.5, 1.07)
    """
    weight = np.ones(len(values)) if sample_weight is None else sample_weight
    total = float(weight.sum())
    if total == 0:
        return math.nan, Interval.undefined("no interval: no rows")
    mean = float(np.dot(weight, values) / total)
    size = float(effective_size(total, np.dot(weight, weight)))
    if size <= 1:
        return mean, Interval.undefined("no interval: one row")
    variance = float(np.dot(weight, np.square(values - mean)) / total) * size / (size - 1)
    half = normal_quantile(confidence) * math.sqrt(variance / size)
    return mean, Interval(mean - half, mean + half, "normal")
