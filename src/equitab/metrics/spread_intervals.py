"""Intervals for metrics that are the largest of many differences, such as the spread of a rate over groups.

The spread ``max_g r_g - min_g r_g`` is the largest of all pairwise differences. Noise can only widen it: with
equal groups it is above 0 in every sample, and more so in every bootstrap replicate, so percentiles of the
replicates never hold the true 0. Measured on simulated tables (twelve equal groups of 114 to 1,000 rows), the
95% percentile interval covered in 0 of 400 samples, the one below in 385.

For a metric ``m = max_c |d_c|`` over differences ``d_c`` with bootstrap mean ``e_c`` and standard deviation
``s_c``, at 95% confidence:

* low  = ``max_c (|e_c| - k s_c)``, where k is the 97.5% quantile of the *largest* standardised deviation in a
  replicate. All differences exceed their own bound at once, hence so does the largest.
* high = ``max_c (|e_c| + z s_c)``, with the ordinary normal quantile z = 1.96: the difference that is truly
  the largest is one fixed difference, and exceeds its own bound only as often as one difference does.

References
----------
Berger (1982), Multiparameter hypothesis testing and acceptance sampling (high end).
Romano, Wolf (2005), Exact and approximate stepdown methods for multiple hypothesis testing (low end).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from equitab.metrics.group_rates import FloatArray, Rate
from equitab.metrics.intervals import Interval, normal_quantile, percentile_interval, undefined_reason

__all__ = [
    "impact_interval",
    "largest_difference_bounds",
    "mean_absolute_interval",
    "ratio_interval",
    "spread_interval",
]


def largest_difference_bounds(differences: Iterable[FloatArray], *, confidence: float) -> tuple[float, float]:
    """Return bounds of the largest of many absolute differences.

    Parameters
    ----------
    differences : iterable of ndarray of float, each of shape (n_replicates, n_differences)
        Bootstrap replicates, in blocks, so that all pairs of many groups need not be held at once.
    confidence : float
        In (0, 1).

    Returns
    -------
    low, high : float
        The bounds in the module's docstring; low may be negative.

    Examples
    --------
    >>> replicates = 5 + np.random.default_rng(0).normal(size=(10_000, 1))
    >>> low, high = largest_difference_bounds([replicates], confidence=0.95)
    >>> round(low, 1), round(high, 1)
    (2.8, 7.0)
    """
    means, spreads, worst = [], [], np.zeros(1)
    for block in differences:
        mean, spread = block.mean(0), block.std(0)
        deviation = np.abs(block - mean)
        worst = np.maximum(
            worst, np.divide(deviation, spread, out=np.zeros_like(block), where=spread > 0).max(1)
        )
        means.append(np.abs(mean))
        spreads.append(spread)
    size, spread = np.concatenate(means), np.concatenate(spreads)
    k = float(np.quantile(worst, (1 + confidence) / 2))
    return float((size - k * spread).max()), float((size + normal_quantile(confidence) * spread).max())


def _pairwise_differences(rates: Sequence[FloatArray]) -> Iterator[FloatArray]:
    """Yield, for each rate and group, the differences of that group to the later ones."""
    for rate in rates:
        for group in range(rate.shape[1] - 1):
            yield rate[:, group : group + 1] - rate[:, group + 1 :]


def spread_interval(
    value: float, tables: FloatArray, *, bases: Sequence[Rate], confidence: float
) -> Interval:
    """Return the interval of the largest spread of some rates over groups.

    Parameters
    ----------
    value : float
        The spread in the observed table.
    tables : ndarray of float, shape (n_replicates, n_groups, 2, 2)
        Bootstrap replicates of the counts, of at least two groups.
    bases : sequence of Rate
        The rates whose spreads are compared; one for demographic parity, two for equalized odds.
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval
        Within [0, 1], widened to hold `value`.

    Examples
    --------
    >>> from equitab.metrics.group_rates import selection_rate
    >>> replicates = np.random.default_rng(0).multinomial(200, [0.4, 0.1, 0.1, 0.4], size=(1000, 2))
    >>> tables = replicates.reshape(1000, 2, 2, 2)
    >>> interval = spread_interval(0.01, tables, bases=[selection_rate], confidence=0.95)
    >>> interval.low, round(interval.high, 1)
    (0.0, 0.1)
    """
    rates = [rate(tables) for rate in bases]
    defined = np.asarray(np.isfinite(np.concatenate(rates, axis=1)).all(1))
    reason = undefined_reason(int(defined.sum()), defined.size)
    if reason:
        return Interval.undefined(reason)
    low, high = largest_difference_bounds(
        _pairwise_differences([rate[defined] for rate in rates]), confidence=confidence
    )
    return _holding(value, max(low, 0.0), min(high, 1.0))


def _holding(value: float, low: float, high: float) -> Interval:
    """Return the interval, widened to hold the value."""
    return Interval(min(low, value), max(high, value), "simultaneous_bootstrap")


def ratio_interval(value: float, tables: FloatArray, *, bases: Sequence[Rate], confidence: float) -> Interval:
    """Return the interval of the smallest ratio of some rates between groups.

    Parameters
    ----------
    value : float
        The ratio in the observed table.
    tables : ndarray of float, shape (n_replicates, n_groups, 2, 2)
        Bootstrap replicates of the counts, of at least two groups.
    bases : sequence of Rate
        The rates whose ratios are compared.
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval
        Within [0, 1], widened to hold `value`.

    Notes
    -----
    As `spread_interval`, on logarithms. A replicate without any success counts as one with half a row, since
    0 has no logarithm.
    """
    logs = [_log_rates(rate, tables) for rate in bases]
    defined = np.asarray(np.isfinite(np.concatenate(logs, axis=1)).all(1))
    reason = undefined_reason(int(defined.sum()), defined.size)
    if reason:
        return Interval.undefined(reason)
    low, high = largest_difference_bounds(
        _pairwise_differences([log[defined] for log in logs]), confidence=confidence
    )
    return _holding(value, float(np.exp(-max(high, 0.0))), float(np.exp(-max(low, 0.0))))


def _log_rates(rate: Rate, tables: FloatArray) -> FloatArray:
    """Return logarithms of a rate, NaN where its base is empty."""
    trials = rate.trials(tables)
    floored = np.maximum(rate.successes(tables), np.minimum(0.5, trials))
    return np.log(np.divide(floored, trials, out=np.full(trials.shape, np.nan), where=trials > 0))


def mean_absolute_interval(
    value: float, group: FloatArray, reference: FloatArray, *, bases: Sequence[Rate], confidence: float
) -> Interval:
    """Return the interval of a mean of absolute differences between a group and its reference.

    Parameters
    ----------
    value : float
        The mean in the observed table.
    group, reference : ndarray of float, shape (n_replicates, 2, 2)
        Bootstrap replicates of the counts.
    bases : sequence of Rate
        The rates whose absolute differences are averaged.
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval
        Within [0, 1], widened to hold `value`.

    Notes
    -----
    ``(|a| + |b|) / 2`` is the largest of ``(±a ± b) / 2``: the bounds of a largest absolute difference hold.
    """
    differences = np.stack([rate(group) - rate(reference) for rate in bases], axis=1)
    defined = np.asarray(np.isfinite(differences).all(1))
    reason = undefined_reason(int(defined.sum()), defined.size)
    if reason:
        return Interval.undefined(reason)
    signs = _sign_patterns(len(bases))
    low, high = largest_difference_bounds([differences[defined] @ signs / len(bases)], confidence=confidence)
    return _holding(value, max(low, 0.0), min(high, 1.0))


def _sign_patterns(n: int) -> FloatArray:
    """Return the combinations of n signs that begin with a plus, shape (n, 2**(n-1))."""
    bits = (np.arange(2 ** (n - 1)) >> np.arange(n)[:, None]) & 1
    return np.where(bits[::-1] == 1, -1.0, 1.0)


def impact_interval(
    value: float, group: FloatArray, reference: FloatArray, *, rate: Rate, confidence: float
) -> Interval:
    """Return the interval of the ratio of a rate between a group and its reference.

    Parameters
    ----------
    value : float
        The ratio in the observed table.
    group, reference : ndarray of float, shape (n_replicates, 2, 2)
        Bootstrap replicates of the counts.
    rate : Rate
        The rate that is compared.
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval
        Percentiles of the ratio, widened to hold `value`.

    Notes
    -----
    A replicate without any success counts as one with half a row, else a rarely selected reference group
    would leave most tables without an interval.
    """
    ratios = np.exp(_log_rates(rate, group) - _log_rates(rate, reference))
    return percentile_interval(value, ratios, confidence=confidence)
