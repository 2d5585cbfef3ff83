r"""Weights under which rows have stated shares and means, and are otherwise as they were.

Of all weights that meet the targets, these are the closest to the weights at the start in the sense of the
smallest Kullback-Leibler divergence, found by meeting one target after the other until all are met.

References
----------
Deming, Stephan (1940), On a least squares adjustment of a sampled frequency table.
Csiszár (1975), I-divergence geometry of probability distributions and minimization problems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from equitab.errors import ConstraintError, Problem

FloatArray = npt.NDArray[np.float64]

MOST_ROUNDS = 2000
TOLERANCE = 1e-9
"""Shares, and means in standard deviations, are met to this."""
MOST_LISTED = 8


@dataclass(frozen=True, eq=False)
class ShareTarget:
    """Stated shares of the classes that rows belong to.

    Parameters
    ----------
    name : str
        For messages (``sex``).
    codes : ndarray of int, shape (n_rows,)
        The class of each row.
    shares : ndarray of float, shape (n_classes,)
        At least 0, with the sum 1.
    labels : tuple of str
        The names of the classes.
    """

    name: str
    codes: npt.NDArray[np.int64]
    shares: FloatArray
    labels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class MeanTarget:
    """A stated mean of numbers.

    Parameters
    ----------
    name : str
    values : ndarray of float, shape (n_rows,)
        NaN for a missing value: such rows keep their share.
    mean : float
    """

    name: str
    values: FloatArray
    mean: float


Target: TypeAlias = ShareTarget | MeanTarget


def rake(start: FloatArray, targets: Sequence[Target]) -> FloatArray:
    r"""Return the weights closest to some others that meet all targets.

    Parameters
    ----------
    start : ndarray of float, shape (n_rows,)
        Weights, at least 0.
    targets : sequence of ShareTarget or MeanTarget

    Returns
    -------
    ndarray of float, shape (n_rows,)
        With the sum 1.

    Raises
    ------
    ConstraintError
        If a class with a share above 0 has no row, a mean is outside the numbers, or the targets contradict
        each other; all problems of one kind at once.

    Notes
    -----
    A step for shares :math:`t_c` multiplies the weights of class *c* by :math:`t_c / \sum_{i \in c} w_i`, which
    leaves every odds ratio as it was. A step for a mean multiplies :math:`w_i` by :math:`e^{\theta x_i}`
    (exponential tilting), with the :math:`\theta` that meets it.

    Examples
    --------
    >>> sex = ShareTarget("sex", np.array([0, 0, 0, 1]), np.array([0.5, 0.5]), ("F", "M"))
    >>> rake(np.ones(4), [sex]).round(3).tolist()
    [0.167, 0.167, 0.167, 0.5]
    """
    weights = np.asarray(start, dtype=np.float64) / float(np.sum(start))
    problems = [problem for target in targets for problem in _support_problems(weights, target)]
    if problems:
        raise ConstraintError(problems)
    for _ in range(MOST_ROUNDS):
        for target in targets:
            weights = _met(weights, target)
        if all(_distance(weights, target) <= TOLERANCE for target in targets):
            return weights
    raise ConstraintError([_contradiction(weights, target) for target in targets if _is_far(weights, target)])


def effective_rows(weights: FloatArray) -> float:
    """Return how many equally weighted rows tell as much: the squared sum over the sum of squares.

    Examples
    --------
    >>> effective_rows(np.array([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    return float(weights.sum() ** 2 / np.square(weights).sum())


def _met(weights: FloatArray, target: Target) -> FloatArray:
    if isinstance(target, MeanTarget):
        return _tilted(weights, target)
    held = _class_shares(weights, target)
    factors = np.divide(target.shares, held, out=np.zeros_like(held), where=held > 0)
    return weights * factors[target.codes]


def _class_shares(weights: FloatArray, target: ShareTarget) -> FloatArray:
    return np.bincount(target.codes, weights=weights, minlength=len(target.shares)).astype(np.float64)


def _tilted(weights: FloatArray, target: MeanTarget) -> FloatArray:
    """Return weights with the mean: those of rows with a number tilted, their sum kept."""
    present = np.isfinite(target.values) & (weights > 0)
    centre, scale = _scale(target)
    standard = (target.values[present] - centre) / scale
    held = weights[present]
    factors = np.exp(_tilt(held, standard, (target.mean - centre) / scale) * standard)
    tilted = weights.copy()
    tilted[present] = held * factors * (held.sum() / np.dot(held, factors))
    return tilted


def _tilt(weights: FloatArray, values: FloatArray, mean: float) -> float:
    """Return the exponent under which the mean is met; the mean grows with it."""
    from scipy.optimize import brentq

    def miss(tilt: float) -> float:
        exponents = tilt * values
        tilted = weights * np.exp(exponents - exponents.max())
        return float(np.dot(tilted, values) / tilted.sum() - mean)

    low, high = -1.0, 1.0
    while miss(low) > 0 and low > -600:
        low *= 2
    while miss(high) < 0 and high < 600:
        high *= 2
    return float(brentq(miss, low, high, xtol=1e-14)) if miss(low) <= 0 <= miss(high) else 0.0


def _scale(target: MeanTarget) -> tuple[float, float]:
    values = target.values[np.isfinite(target.values)]
    return float(values.mean()), float(values.std()) or 1.0


def _distance(weights: FloatArray, target: Target) -> float:
    """Return how far a target is from being met."""
    if isinstance(target, ShareTarget):
        return float(np.abs(_class_shares(weights, target) - target.shares).max())
    return abs(_mean(weights, target) - target.mean) / _scale(target)[1]


def _is_far(weights: FloatArray, target: Target) -> bool:
    return _distance(weights, target) > TOLERANCE


def _mean(weights: FloatArray, target: MeanTarget) -> float:
    present = np.isfinite(target.values)
    return float(np.dot(weights[present], target.values[present]) / weights[present].sum())


def _support_problems(weights: FloatArray, target: Target) -> list[Problem]:
    if isinstance(target, MeanTarget):
        return _mean_problems(weights, target)
    empty = np.flatnonzero((_class_shares(weights, target) == 0) & (target.shares > 0))
    advice = "ask for no such rows, or for classes that occur"
    return [
        Problem(
            f"margin {target.name!r}, {target.labels[code]!r}",
            f"rows to start from, for the share {target.shares[code]:g}",
            "none",
            advice,
        )
        for code in empty[:MOST_LISTED]
    ]


def _mean_problems(weights: FloatArray, target: MeanTarget) -> list[Problem]:
    present = target.values[np.isfinite(target.values) & (weights > 0)]
    where = f"shift of {target.name!r}"
    if not present.size:
        return [Problem(where, "a column with numbers", "missing values only")]
    if present.min() < target.mean < present.max():
        return []
    advice = "shift less: a mean is met with numbers that occur"
    received = f"a mean of {target.mean:g}"
    return [Problem(where, "a mean within the column's range", received, advice)]


def _contradiction(weights: FloatArray, target: Target) -> Problem:
    advice = (
        "these margins contradict each other, or only rows that do not occur would meet all: ask for fewer"
    )
    if isinstance(target, MeanTarget):
        received = f"{_mean(weights, target):g} at best beside the others"
        return Problem(f"shift of {target.name!r}", f"a mean of {target.mean:g}", received, advice)
    held = _class_shares(weights, target)
    worst = int(np.abs(held - target.shares).argmax())
    received = f"{held[worst]:.4f} at best beside the others"
    where = f"margin {target.name!r}, {target.labels[worst]!r}"
    return Problem(where, f"the share {target.shares[worst]:.4f}", received, advice)
