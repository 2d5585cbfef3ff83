"""How sure a metric is: score intervals for one rate, and the bootstrap of a table of counts.

Resampling rows with replacement and counting them again is the same as drawing the counts from a multinomial
distribution, so a thousand replicates of a million rows cost a few milliseconds.

References
----------
Wilson (1927), Probable inference, the law of succession, and statistical inference.
Clopper, Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the binomial.
Agresti, Caffo (2000), Simple and effective confidence intervals for proportions and their differences.
Efron, Tibshirani (1993), An introduction to the bootstrap.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from equitab.metrics.group_rates import FloatArray, GroupCounts, divide_or_nan
from equitab.metrics.results import IntervalMethod

__all__ = [
    "MAX_UNDEFINED_SHARE",
    "Interval",
    "clopper_pearson_interval",
    "effective_size",
    "normal_quantile",
    "percentile_interval",
    "resample_counts",
    "undefined_reason",
    "wilson_interval",
]

#: An interval is undefined when more than this share of its replicates is: they would fall into its tails.
MAX_UNDEFINED_SHARE = 0.005


@dataclass(frozen=True)
class Interval:
    """A confidence interval, or the reason why there is none.

    Parameters
    ----------
    low, high : float or None
        Ends; None when undefined.
    method : str
        How it was computed; "none" when undefined.
    reason : str
        Why it is undefined; else empty.

    Examples
    --------
    >>> Interval.undefined("no rows").method
    'none'
    """

    low: float | None
    high: float | None
    method: IntervalMethod
    reason: str = ""

    @classmethod
    def undefined(cls, reason: str) -> Interval:
        """Return an interval without ends.

        Parameters
        ----------
        reason : str
            Why there is none.

        Returns
        -------
        Interval
            With method "none".
        """
        return cls(None, None, "none", reason)


def normal_quantile(confidence: float) -> float:
    """Return z such that a standard normal variable lies within ±z with the given probability.

    Parameters
    ----------
    confidence : float
        In (0, 1).

    Returns
    -------
    float
        1.96 for 0.95.

    Examples
    --------
    >>> round(normal_quantile(0.95), 2)
    1.96
    """
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's score interval of a rate.

    Good coverage down to a handful of rows, and never empty at a rate of 0 or 1.

    Parameters
    ----------
    successes, trials : array-like of float
        Numbers of rows (or effective numbers, under weights), of shapes that broadcast.
    confidence : float, default 0.95
        In (0, 1).

    Returns
    -------
    low, high : ndarray of float
        In [0, 1]; NaN where there are no trials.

    Notes
    -----
    The rates p that a score test does not reject:
    ``(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)``.

    Examples
    --------
    >>> low, high = wilson_interval(0, 10)
    >>> round(float(low), 3), round(float(high), 3)
    (0.0, 0.278)
    """
    z, n = normal_quantile(confidence), np.asarray(trials, dtype=np.float64)
    rate = divide_or_nan(successes, n)
    spread = divide_or_nan(z * z, n)
    center = (rate + spread / 2) / (1 + spread)
    half = np.sqrt(spread * np.maximum(rate * (1 - rate), 0) + spread**2 / 4) / (1 + spread)
    # At a rate of 0 or 1 the end is exactly 0 or 1; rounding must not put it beside.
    low = np.where(rate == 0, 0.0, np.maximum(center - half, 0.0))
    return low, np.where(rate == 1, 1.0, np.minimum(center + half, 1.0))


def clopper_pearson_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return the exact interval of a rate: coverage is at least what is asked for, at any number of rows.

    Parameters
    ----------
    successes, trials : array-like of int
        Numbers of rows, of shapes that broadcast.
    confidence : float, default 0.95
        In (0, 1).

    Returns
    -------
    low, high : ndarray of float
        In [0, 1]; NaN where there are no trials.

    Notes
    -----
    Quantiles of the Beta(k, n-k+1) and Beta(k+1, n-k) distributions.

    Examples
    --------
    >>> low, high = clopper_pearson_interval(0, 10)
    >>> float(low), round(float(high), 4)
    (0.0, 0.3085)
    """
    from scipy.special import betaincinv  # scipy is not loaded by `import equitab`

    k, n = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(trials, np.float64))
    tail = (1 - confidence) / 2
    low = betaincinv(np.maximum(k, 1), n - np.maximum(k, 1) + 1, tail)
    high = betaincinv(np.minimum(k, n - 1) + 1, n - np.minimum(k, n - 1), 1 - tail)
    low, high = np.where(k == 0, 0.0, low), np.where(k == n, 1.0, high)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def effective_size(weight_sum: npt.ArrayLike, squared_weight_sum: npt.ArrayLike) -> FloatArray:
    """Return how many equally weighted rows would be as informative (Kish).

    Parameters
    ----------
    weight_sum, squared_weight_sum : array-like of float
        Sums of the weights and of their squares.

    Returns
    -------
    ndarray of float
        At most the number of rows, and equal to it when all weights are equal; 0 without weight.

    Notes
    -----
    ``(sum w)² / sum w²``.

    Examples
    --------
    >>> float(effective_size(4.0, 4.0)), float(effective_size(4.0, 10.0))
    (4.0, 1.6)
    """
    return np.nan_to_num(divide_or_nan(np.square(weight_sum), squared_weight_sum), nan=0.0)


def resample_counts(
    counts: GroupCounts, *, n_replicates: int, seed: int, pseudo_rows: float = 0.5
) -> FloatArray:
    """Return bootstrap replicates of a table of counts.

    Parameters
    ----------
    counts : GroupCounts
        The observed table.
    n_replicates : int
        How many tables to draw.
    seed : int
        Same seed, same tables.
    pseudo_rows : float, default 0.5
        Rows added to every cell of a group that is not empty, before drawing; 0 is the plain bootstrap.

    Returns
    -------
    ndarray of float, shape (n_replicates, n_groups, 2, 2)
        Counts, or sums of weights, of tables with as many rows as the observed one.

    Notes
    -----
    Row counts are multinomial over all cells, which is what drawing rows with replacement gives.

    NOTE[DEPARTURE]: the plain bootstrap takes a rate of 0 in 30 rows for certain, as no replicate can show
    anything else. Half a row is therefore added to each cell before drawing, that is one success and one
    failure to each selection rate, as Agresti and Caffo do for differences of rates. The value itself is not
    touched.

    With weights, the sum of the weights of the k rows drawn for a cell is drawn from the gamma distribution
    whose mean and variance are those of k draws from the cell's weights: only the first two moments of the
    weights are kept in the counts.

    Examples
    --------
    >>> from equitab.metrics.group_rates import count_outcomes
    >>> counts = count_outcomes([1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], n_groups=1)
    >>> replicates = resample_counts(counts, n_replicates=3, seed=0)
    >>> replicates.shape, replicates.sum((1, 2, 3)).tolist()
    ((3, 1, 2, 2), [4.0, 4.0, 4.0])
    """
    n_rows = int(counts.rows.sum())
    shape = (n_replicates, *counts.rows.shape)
    if n_rows == 0:
        return np.zeros(shape)
    occupied = counts.group_sizes[:, None, None] > 0
    expected = (counts.rows + pseudo_rows * occupied).ravel()
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_rows, expected / expected.sum(), size=n_replicates).reshape(shape)
    return _draw_weights(drawn, counts, rng) if counts.is_weighted else drawn.astype(np.float64)


def _draw_weights(drawn: npt.NDArray[np.int64], counts: GroupCounts, rng: np.random.Generator) -> FloatArray:
    """Return a sum of weights for each number of drawn rows, with the cell's mean and variance of weights."""
    mean, variance = _weight_moments(counts)
    varying = variance > 1e-12 * mean**2
    scale = np.divide(variance, mean, out=np.zeros_like(mean), where=varying)
    shape = np.divide(mean**2, variance, out=np.zeros_like(mean), where=varying)
    return np.where(varying, rng.standard_gamma(drawn * shape) * scale, drawn * mean)


def _weight_moments(counts: GroupCounts) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of the weights in each cell; an empty cell has those of its group."""
    sizes = counts.rows.sum((-2, -1), keepdims=True)
    sums = counts.weights.sum((-2, -1), keepdims=True)
    squares = counts.squared_weights.sum((-2, -1), keepdims=True)
    empty = counts.rows == 0
    rows = np.maximum(np.where(empty, sizes, counts.rows), 1)
    mean = np.where(empty, sums, counts.weights) / rows
    mean_square = np.where(empty, squares, counts.squared_weights) / rows
    return mean, np.maximum(mean_square - mean**2, 0.0)


def percentile_interval(value: float, replicates: FloatArray, *, confidence: float = 0.95) -> Interval:
    """Return the percentile bootstrap interval of a metric.

    Parameters
    ----------
    value : float
        The metric on the observed table.
    replicates : ndarray of float, shape (n_replicates,)
        The metric on each replicate; NaN where undefined.
    confidence : float, default 0.95
        In (0, 1).

    Returns
    -------
    Interval
        Quantiles of the replicates, widened to hold `value`; undefined, with the reason, when over 0.5% of
        the replicates are.

    Examples
    --------
    >>> round(percentile_interval(0.5, np.linspace(0, 1, 1001), confidence=0.9).low, 3)
    0.05
    """
    defined = replicates[np.isfinite(replicates)]
    reason = undefined_reason(defined.size, replicates.size)
    if reason:
        return Interval.undefined(reason)
    tail = (1 - confidence) / 2
    low, high = (float(end) for end in np.quantile(defined, (tail, 1 - tail)))
    return Interval(min(low, value), max(high, value), "percentile_bootstrap")


def undefined_reason(n_defined: int, n_replicates: int) -> str:
    """Return why there is no interval when too many replicates are undefined; else an empty text.

    Parameters
    ----------
    n_defined, n_replicates : int
        Replicates with a value, and all replicates.

    Returns
    -------
    str
        The reason, or "".

    Examples
    --------
    >>> undefined_reason(999, 1000)
    ''
    """
    n_undefined = n_replicates - n_defined
    if n_undefined <= MAX_UNDEFINED_SHARE * n_replicates:
        return ""
    return f"no interval: undefined in {n_undefined} of {n_replicates} bootstrap replicates, too few rows"
