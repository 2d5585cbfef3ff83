"""Group fairness as functions of tables of counts.

Two families, never to be mixed:

* Against a *named reference* group, signed as in AIF360: the group minus the reference, so **negative means
  that the group is at a disadvantage**. They take the group's tables and the reference's.
* Over *all groups*, unsigned as in fairlearn: the largest minus the smallest rate (or their ratio). They take
  tables whose third axis from the end runs over the groups.

Every function takes tables of shape ``(..., 2, 2)`` indexed by true and predicted outcome (see
`equitab.metrics.group_rates`), with any leading axes, such as bootstrap replicates. Where a rate has an empty
base the result is NaN.

References
----------
Hardt, Price, Srebro (2016), Equality of opportunity in supervised learning.
Feldman, Friedler, Moeller, Scheidegger, Venkatasubramanian (2015), Certifying and removing disparate impact.
Speicher et al. (2018), A unified approach to quantifying algorithmic unfairness.
Bellamy et al. (2018), AI Fairness 360. Weerts et al. (2023), Fairlearn.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.metrics.group_rates import (
    FloatArray,
    Rate,
    divide_or_nan,
    false_positive_rate,
    positive_predictive_value,
    selection_rate,
    true_positive_rate,
)

__all__ = [
    "average_absolute_odds_difference",
    "average_odds_difference",
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "disparate_impact",
    "equal_opportunity_difference",
    "equal_opportunity_gap",
    "equalized_odds_difference",
    "equalized_odds_ratio",
    "false_positive_rate_difference",
    "predictive_parity_difference",
    "predictive_parity_gap",
    "statistical_parity_difference",
    "theil_index",
]


def _difference(rate: Rate, group: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Return the rate of the group minus that of the reference."""
    return np.asarray(rate(group) - rate(reference))


def statistical_parity_difference(group: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Return the selection rate of a group minus that of the reference.

    0 is parity; negative: the group is selected less often. Within ±0.1 is commonly called fair.

    Parameters
    ----------
    group, reference : array-like, shape (..., 2, 2)
        Tables of counts or weights, by true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [-1, 1].

    Notes
    -----
    ``P(predicted = 1 | group) - P(predicted = 1 | reference)``.

    Examples
    --------
    >>> float(statistical_parity_difference([[6, 2], [2, 0]], [[3, 3], [2, 2]]))
    -0.3
    """
    return _difference(selection_rate, group, reference)


def disparate_impact(group: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Return the selection rate of a group divided by that of the reference.

    1 is parity; below 0.8 fails the four-fifths rule. NaN where the reference is never selected.

    Parameters
    ----------
    group, reference : array-like, shape (..., 2, 2)
        Tables of counts or weights, by true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        At least 0.

    Notes
    -----
    ``P(predicted = 1 | group) / P(predicted = 1 | reference)``.

    Examples
    --------
    >>> float(disparate_impact([[6, 2], [2, 0]], [[3, 3], [2, 2]]))
    0.4
    """
    return divide_or_nan(selection_rate(group), selection_rate(reference))


def equal_opportunity_difference(group: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Return the true positive rate of a group minus that of the reference.

    0 is equal opportunity; negative: deserving members of the group are selected less often.

    Parameters
    ----------
    group, reference : array-like, shape (..., 2, 2)
        Tables of counts or weights, by true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [-1, 1].

    Notes
    -----
    ``P(predicted = 1 | true = 1, group) - P(predicted = 1 | true = 1, reference)``.

    Examples
    --------
    >>> float(equal_opportunity_difference([[5, 1], [3, 1]], [[3, 3], [2, 2]]))
    -0.25
    """
    return _difference(true_positive_rate, group, reference)


def false_positive_rate_difference(group: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Return the false positive rate of a group minus that of the reference.

    0 is equal; negative: undeserving members of the group are selected less often.

    Parameters
    ----------
    group, reference : array-like, shape (..., 2, 2)
        Tables of counts or weights, by true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [-1, 1].

    Notes
    -----
    ``P(predicted = 1 | true = 0, group) - P(predicted = 1 | true = 0, reference)``.

    Examples
    --------
    >>> float(false_positive_rate_difference([[3, 1], [3, 1]], [[2, 2], [2, 2]]))
    -0.25
    """
    return _difference(false_positive_rate, group, reference)


def predictive_parity_difference(group: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Return the positive predictive value of a group minus that of the reference.

    0 is predictive parity; negative: a favorable prediction is wrong more often in the group.

    Parameters
    ----------
    group, reference : array-like, shape (..., 2, 2)
        Tables of counts or weights, by true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [-1, 1].

    Notes
    -----
    ``P(true = 1 | predicted = 1, group) - P(true = 1 | predicted = 1, reference)``.

    Examples
    --------
    >>> float(predictive_parity_difference([[3, 3], [3, 1]], [[2, 2], [2, 2]]))
    -0.25
    """
    return _difference(positive_predictive_value, group, reference)


def average_odds_difference(group: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Return the mean of the differences in true and in false positive rate.

    0 is best, but the two differences can cancel: read it beside `average_absolute_odds_difference`.

    Parameters
    ----------
    group, reference : array-like, shape (..., 2, 2)
        Tables of counts or weights, by true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [-1, 1].

    Notes
    -----
    ``((FPR_group - FPR_reference) + (TPR_group - TPR_reference)) / 2``.

    Examples
    --------
    >>> float(average_odds_difference([[3, 1], [3, 1]], [[2, 2], [2, 2]]))
    -0.25
    """
    false = false_positive_rate_difference(group, reference)
    return np.asarray((false + equal_opportunity_difference(group, reference)) / 2)


def average_absolute_odds_difference(group: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Return the mean of the absolute differences in true and in false positive rate.

    0 is best, and only reached when both rates are equal.

    Parameters
    ----------
    group, reference : array-like, shape (..., 2, 2)
        Tables of counts or weights, by true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [0, 1].

    Notes
    -----
    ``(|FPR_group - FPR_reference| + |TPR_group - TPR_reference|) / 2``.

    Examples
    --------
    >>> float(average_absolute_odds_difference([[3, 1], [1, 3]], [[2, 2], [2, 2]]))
    0.25
    """
    false = np.abs(false_positive_rate_difference(group, reference))
    return np.asarray((false + np.abs(equal_opportunity_difference(group, reference))) / 2)


def _spread(rates: FloatArray) -> FloatArray:
    """Return the largest minus the smallest rate over the last axis."""
    return np.asarray(rates.max(-1) - rates.min(-1))


def _ratio(rates: FloatArray) -> FloatArray:
    """Return the smallest divided by the largest rate over the last axis."""
    return divide_or_nan(rates.min(-1), rates.max(-1))


def demographic_parity_difference(tables: npt.ArrayLike) -> FloatArray:
    """Return the largest minus the smallest selection rate over all groups.

    0 is parity. Never negative, and blind to which group is at a disadvantage.

    Parameters
    ----------
    tables : array-like, shape (..., n_groups, 2, 2)
        Counts or weights, by group, true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [0, 1].

    Notes
    -----
    ``max_g P(predicted = 1 | g) - min_g P(predicted = 1 | g)``.

    Examples
    --------
    >>> float(demographic_parity_difference([[[1, 1], [1, 1]], [[2, 1], [1, 0]]]))
    0.25
    """
    return _spread(selection_rate(tables))


def demographic_parity_ratio(tables: npt.ArrayLike) -> FloatArray:
    """Return the smallest divided by the largest selection rate over all groups.

    1 is parity. NaN when nobody is selected.

    Parameters
    ----------
    tables : array-like, shape (..., n_groups, 2, 2)
        Counts or weights, by group, true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [0, 1].

    Notes
    -----
    ``min_g P(predicted = 1 | g) / max_g P(predicted = 1 | g)``.

    Examples
    --------
    >>> float(demographic_parity_ratio([[[1, 1], [1, 1]], [[2, 1], [1, 0]]]))
    0.5
    """
    return _ratio(selection_rate(tables))


def equal_opportunity_gap(tables: npt.ArrayLike) -> FloatArray:
    """Return the largest minus the smallest true positive rate over all groups.

    0 is equal opportunity. fairlearn calls this one ``equal_opportunity_difference``.

    Parameters
    ----------
    tables : array-like, shape (..., n_groups, 2, 2)
        Counts or weights, by group, true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [0, 1].

    Notes
    -----
    ``max_g TPR_g - min_g TPR_g``.

    Examples
    --------
    >>> float(equal_opportunity_gap([[[1, 1], [1, 3]], [[1, 1], [2, 2]]]))
    0.25
    """
    return _spread(true_positive_rate(tables))


def equalized_odds_difference(tables: npt.ArrayLike) -> FloatArray:
    """Return the larger of the spreads of true and of false positive rates over all groups.

    0 is equalized odds.

    Parameters
    ----------
    tables : array-like, shape (..., n_groups, 2, 2)
        Counts or weights, by group, true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [0, 1].

    Notes
    -----
    ``max(max_g TPR_g - min_g TPR_g, max_g FPR_g - min_g FPR_g)``.

    Examples
    --------
    >>> float(equalized_odds_difference([[[1, 1], [1, 3]], [[4, 0], [2, 2]]]))
    0.5
    """
    return np.maximum(_spread(true_positive_rate(tables)), _spread(false_positive_rate(tables)))


def equalized_odds_ratio(tables: npt.ArrayLike) -> FloatArray:
    """Return the smaller of the ratios of true and of false positive rates over all groups.

    1 is equalized odds. NaN when one of the rates is 0 in every group.

    Parameters
    ----------
    tables : array-like, shape (..., n_groups, 2, 2)
        Counts or weights, by group, true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [0, 1].

    Notes
    -----
    ``min(min_g TPR_g / max_g TPR_g, min_g FPR_g / max_g FPR_g)``.

    Examples
    --------
    >>> float(equalized_odds_ratio([[[1, 1], [1, 3]], [[3, 1], [1, 3]]]))
    0.5
    """
    return np.minimum(_ratio(true_positive_rate(tables)), _ratio(false_positive_rate(tables)))


def predictive_parity_gap(tables: npt.ArrayLike) -> FloatArray:
    """Return the largest minus the smallest positive predictive value over all groups.

    0 is predictive parity: a favorable prediction is right equally often in every group.

    Parameters
    ----------
    tables : array-like, shape (..., n_groups, 2, 2)
        Counts or weights, by group, true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        In [0, 1].

    Notes
    -----
    ``max_g PPV_g - min_g PPV_g``.

    Examples
    --------
    >>> float(predictive_parity_gap([[[1, 1], [1, 3]], [[1, 2], [1, 2]]]))
    0.25
    """
    return _spread(positive_predictive_value(tables))


def theil_index(tables: npt.ArrayLike) -> FloatArray:
    """Return how unequally errors are spread over people, whatever their group.

    0 is best: everybody gets the same benefit. It rises with false negatives more than with false positives,
    and it can rise while every group difference falls.

    Parameters
    ----------
    tables : array-like, shape (..., 2, 2)
        Counts or weights, by true and predicted outcome.

    Returns
    -------
    ndarray of float, shape (...)
        At least 0; NaN when nobody has any benefit (every row a false negative).

    Notes
    -----
    ``mean((b / m) ln(b / m))`` with the benefit ``b = 1 + predicted - true`` and its mean ``m``; 0 ln 0 = 0.
    As the benefit is 0, 1 or 2, with shares p0, p1 and p2, ``m = p1 + 2 p2`` and the index is
    ``(2 p2 / m) ln 2 - ln m``.

    NOTE[DEPARTURE]: AIF360 leaves sample weights out of this metric; here they count as everywhere else.

    Examples
    --------
    >>> float(theil_index([[10, 0], [0, 10]]))
    0.0
    """
    array = np.asarray(tables, dtype=np.float64)
    total = array.sum((-2, -1))
    share_right = divide_or_nan(array[..., 0, 0] + array[..., 1, 1], total)
    share_double = divide_or_nan(array[..., 0, 1], total)
    mean = share_right + 2 * share_double
    log_mean = np.log(mean, out=np.full(mean.shape, np.nan), where=mean > 0)
    index = 2 * np.log(2.0) * divide_or_nan(share_double, mean) - log_mean
    return np.maximum(index, 0.0)  # rounding alone could leave a perfect table a hair below 0
