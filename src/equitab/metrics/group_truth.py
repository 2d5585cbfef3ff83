"""Measures of the drawn rows of one group against its own real rows, where these may be few.

Numbers of rows differ a lot here: a plan may add a thousand rows to a group of twelve. What depends on the
number of rows (how many are distinct, say) is therefore compared at equal numbers, and where a group is made
of several cells (an outcome each), real rows are weighted to the cells' shares of the drawn rows: what is
compared is how rows look, not how many of each the plan asked for.

References
----------
Hurlbert (1971), The nonconcept of species diversity (expected number of distinct kinds in a smaller sample).
Newcombe (1998), Interval estimation for the difference between independent proportions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import confidence_problems, raise_problems
from equitab.metrics.count_measures import result_of
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.intervals import (
    Interval,
    effective_size,
    normal_quantile,
    percentile_interval,
    wilson_interval,
)
from equitab.metrics.results import IntervalMethod, MetricResult

__all__ = [
    "count_cells",
    "distinct_metrics",
    "expected_distinct",
    "group_copy_metrics",
    "group_distance_metrics",
    "spread_ratio",
]

IntArray = npt.NDArray[np.int64]
#: A distance below this share of the real rows' spread is none.
_NO_SPREAD = 1e-12


def count_cells(codes: npt.ArrayLike, n_cells: int) -> IntArray:
    """Return how many rows every cell (a group, or a group with one outcome) has.

    Parameters
    ----------
    codes : array-like of int, shape (n_rows,)
        The cell of each row; -1 for a row of none.
    n_cells : int

    Returns
    -------
    ndarray of int, shape (n_cells,)

    Examples
    --------
    >>> count_cells([0, 2, 2, -1], 3).tolist()
    [1, 0, 2]
    """
    held = np.asarray(codes, dtype=np.int64)
    return np.bincount(held[held >= 0], minlength=n_cells)


def expected_distinct(keys: npt.ArrayLike, n_rows: int) -> float:
    r"""Return how many distinct rows there are, on average, among some of these rows.

    Parameters
    ----------
    keys : array-like of int, shape (n,)
        Equal keys for equal rows.
    n_rows : int
        How many of them are drawn without replacement, from 0 to n.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If there are fewer rows than are to be drawn.

    Notes
    -----
    A row that occurs :math:`k` times among :math:`n` is missed by a draw of :math:`m` with the probability
    :math:`\binom{n-k}{m} / \binom{n}{m}`; the answer is the sum of the complements over distinct rows.

    Examples
    --------
    >>> expected_distinct([1, 1, 2], 3), round(expected_distinct([1, 1, 2], 2), 3)
    (2.0, 1.667)
    """
    from scipy.special import gammaln

    times = np.unique(np.asarray(keys), return_counts=True)[1].astype(np.float64)
    n = float(times.sum())
    if not 0 <= n_rows <= n:
        raise_problems([Problem("n_rows", "from 0 to the number of rows", f"{n_rows} of {n:.0f}")])
    can_miss = n - times >= n_rows
    left = n - times[can_miss]
    log_missed = gammaln(left + 1) - gammaln(left - n_rows + 1) - gammaln(n + 1) + gammaln(n - n_rows + 1)
    return float(len(times) - np.exp(log_missed).sum())


def distinct_metrics(
    drawn: Sequence[npt.ArrayLike], real: Sequence[npt.ArrayLike], *, group: str | None = None
) -> list[MetricResult]:
    """Measure how many drawn rows of a group are distinct, beside equally many real ones.

    Parameters
    ----------
    drawn, real : sequence of array-like of int
        For each cell of the group, a key for every row: equal keys, equal rows. A key stands in one cell only.
    group : str, optional
        For the record.

    Returns
    -------
    list of MetricResult
        ``distinct_share`` of all drawn rows, and ``distinct_ratio``: at equal numbers in every cell, expected
        distinct drawn rows over expected distinct real ones. Without intervals: they describe these rows.

    Raises
    ------
    InputError
        If the two differ in their cells, or there is no drawn row.

    Examples
    --------
    >>> drawn, real = [[1, 1, 1, 1]], [[1, 2]]
    >>> [result.value for result in distinct_metrics(drawn, real)]
    [0.25, 0.5]
    """
    kept = [np.asarray(keys) for keys in drawn]
    known = [np.asarray(keys) for keys in real]
    n = sum(len(keys) for keys in kept)
    if len(kept) != len(known) or not n:
        received = f"{len(kept)} and {len(known)} cells, {n} drawn rows"
        raise_problems([Problem("drawn and real", "the same cells, at least one drawn row", received)])
    share = sum(len(np.unique(keys)) for keys in kept) / n
    found = [_plain("distinct_share", share, n, group)]
    sizes = [min(len(a), len(b)) for a, b in zip(kept, known, strict=True)]
    if sum(sizes) < 2:
        reason = "needs two real rows of a cell that rows were drawn for"
        return [*found, MetricResult.undefined("distinct_ratio", reason=reason, n=sum(sizes), group=group)]
    counts = [
        sum(expected_distinct(keys, size) for keys, size in zip(held, sizes, strict=True))
        for held in (kept, known)
    ]
    return [*found, _plain("distinct_ratio", counts[0] / counts[1], sum(sizes), group)]


def spread_ratio(
    drawn: npt.ArrayLike,
    real: npt.ArrayLike,
    *,
    real_weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    group: str | None = None,
) -> MetricResult:
    r"""Return the mean distance between two drawn rows of a group over that between two real ones.

    Parameters
    ----------
    drawn, real : array-like of float, shape (n_rows, n_features)
        Rows in one encoding.
    real_weights : array-like of float, shape (n_real,), optional
        That give the real rows the composition of the drawn ones.
    confidence : float, default 0.95
        Of the interval, in (0, 1).
    group : str, optional
        For the record.

    Returns
    -------
    MetricResult
        ``spread_ratio``: 1 as widely spread as real rows, towards 0 where all drawn rows are alike.

    Raises
    ------
    InputError
        If there are fewer than two rows of either kind, or encodings differ.

    Notes
    -----
    Either mean is :math:`U = \sum_{i \ne j} w_i w_j d_{ij} / \sum_{i \ne j} w_i w_j`, whose variance is about
    :math:`4 \sum_i w_i^2 (h_i - U)^2 / (\sum_i w_i)^2` with :math:`h_i` the mean distance of row *i* to the
    others. The interval is the normal one of the logarithm of the ratio.

    Examples
    --------
    >>> spread_ratio([[0.0], [1.0]], [[0.0], [2.0]]).value
    0.5
    """
    rows, known = (np.asarray(matrix, dtype=np.float64) for matrix in (drawn, real))
    weights = np.ones(len(known)) if real_weights is None else np.asarray(real_weights, dtype=np.float64)
    raise_problems([*_spread_problems(rows, known, weights), *confidence_problems(confidence)])
    (mean, variance), (usual, usual_variance) = (
        _mean_distance(rows, np.ones(len(rows))),
        _mean_distance(known, weights),
    )
    if usual <= _NO_SPREAD:
        reason = "all real rows of the group are alike"
        return MetricResult.undefined("spread_ratio", reason=reason, n=len(rows), group=group)
    ratio = mean / usual
    if mean <= _NO_SPREAD:
        return _plain("spread_ratio", 0.0, len(rows), group)
    half = normal_quantile(confidence) * (variance / mean**2 + usual_variance / usual**2) ** 0.5
    interval = Interval(ratio * float(np.exp(-half)), ratio * float(np.exp(half)), "normal")
    return result_of("spread_ratio", ratio, interval, confidence=confidence, n=len(rows), group=group)


def _spread_problems(rows: FloatArray, known: FloatArray, weights: FloatArray) -> list[Problem]:
    shapes = f"shapes {rows.shape} and {known.shape}"
    if rows.ndim != 2 or known.ndim != 2 or rows.shape[1] != known.shape[1]:
        return [Problem("drawn and real", "two matrices with the same features", shapes)]
    if min(len(rows), int((weights > 0).sum())) < 2 or len(weights) != len(known):
        return [Problem("drawn and real", "two rows of each, and a weight for every real one", shapes)]
    return []


def _mean_distance(rows: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Return the weighted mean distance between two different rows, and its variance."""
    norms = (rows**2).sum(1)
    squared = norms[:, None] + norms[None, :] - 2 * rows @ rows.T
    distances = np.sqrt(np.maximum(squared, 0.0))
    distances[squared <= 1e-12 * (norms[:, None] + norms[None, :])] = 0.0  # what rounding leaves of a copy
    total = weights.sum()
    own = distances @ weights / np.maximum(total - weights, 1e-300)
    pair_weights = weights * (total - weights)
    mean = float((pair_weights * own).sum() / pair_weights.sum())
    return mean, float(4 * (weights**2 * (own - mean) ** 2).sum() / total**2)


def group_copy_metrics(
    drawn_is_copy: npt.ArrayLike,
    held_out_is_copy: npt.ArrayLike,
    *,
    held_out_weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    group: str | None = None,
) -> list[MetricResult]:
    """Measure how many drawn rows of a group repeat a training row, beside how many held-out rows do.

    Parameters
    ----------
    drawn_is_copy : array-like of bool, shape (n_drawn,)
        Whether each drawn row equals a training row of the group.
    held_out_is_copy : array-like of bool, shape (n_held_out,)
        The same of real rows that nobody learned from: tables of few columns repeat themselves.
    held_out_weights : array-like of float, optional
        That give the held-out rows the composition of the drawn ones.
    confidence : float, default 0.95
        Of the intervals, in (0, 1).
    group : str, optional
        For the record.

    Returns
    -------
    list of MetricResult
        ``group_copy_share`` of the drawn rows, of the held-out ones, and ``excess_group_copy_share``. Wilson's
        intervals (for an effective number of weighted rows), and Newcombe's of the difference.

    Examples
    --------
    >>> [result.value for result in group_copy_metrics([True, True, False, False], [False, True, False, False])]
    [0.5, 0.25, 0.25]
    """
    copies, usual = (np.asarray(held, dtype=np.float64) for held in (drawn_is_copy, held_out_is_copy))
    weights = np.ones(len(usual)) if held_out_weights is None else np.asarray(held_out_weights, np.float64)
    raise_problems(confidence_problems(confidence))
    shares = [
        _weighted_share(copies, np.ones(len(copies)), confidence, group),
        _weighted_share(usual, weights, confidence, group),
    ]
    return [*shares, _difference(shares[0], shares[1], confidence, group)]


def _weighted_share(
    values: FloatArray, weights: FloatArray, confidence: float, group: str | None
) -> MetricResult:
    """Return a share with Wilson's interval for the effective number of rows."""
    name, n = "group_copy_share", len(values)
    order = np.lexsort((values, weights))  # sums in one order, whatever that of the rows
    values, weights = values[order], weights[order]
    size = float(effective_size(weights.sum(), (weights**2).sum()))
    if size == 0:
        return MetricResult.undefined(name, reason="no rows", n=n, group=group)
    share = float(np.dot(weights, values) / weights.sum())
    low, high = (float(end) for end in wilson_interval(share * size, size, confidence=confidence))
    method: IntervalMethod = "wilson" if np.ptp(weights) == 0 else "wilson_effective_size"
    interval = Interval(min(low, share), max(high, share), method)
    return result_of(name, share, interval, confidence=confidence, n=n, group=group)


def _difference(
    first: MetricResult, second: MetricResult, confidence: float, group: str | None
) -> MetricResult:
    """Return the difference of two shares with Newcombe's interval, made of theirs."""
    name = "excess_group_copy_share"
    if first.value is None or second.value is None:
        return MetricResult.undefined(name, reason="needs rows of both kinds", n=first.n, group=group)
    value = first.value - second.value
    arms, usual_arms = _arms(first), _arms(second)
    below, above = np.hypot(arms[0], usual_arms[1]), np.hypot(arms[1], usual_arms[0])
    interval = Interval(max(value - float(below), -1.0), min(value + float(above), 1.0), "normal")
    return result_of(name, value, interval, confidence=confidence, n=first.n, group=group)


def _arms(held: MetricResult) -> tuple[float, float]:
    """Return how far an interval reaches below and above its value."""
    assert held.value is not None
    assert held.low is not None
    assert held.high is not None
    return held.value - held.low, held.high - held.value


def group_distance_metrics(
    drawn: npt.ArrayLike,
    held_out: npt.ArrayLike,
    *,
    held_out_weights: npt.ArrayLike | None = None,
    n_replicates: int = 200,
    confidence: float = 0.95,
    group: str | None = None,
    seed: int,
) -> list[MetricResult]:
    """Measure how far drawn rows of a group are from its training rows, beside held-out rows.

    Parameters
    ----------
    drawn, held_out : array-like of float, shape (n_rows,)
        Distances of the rows to the closest training row of the group.
    held_out_weights : array-like of float, optional
        That give the held-out rows the composition of the drawn ones.
    n_replicates : int, default 200
        Of the bootstrap over the rows of either kind; training rows are taken as given.
    confidence : float, default 0.95
        Of the interval, in (0, 1).
    group : str, optional
        For the record.
    seed : int

    Returns
    -------
    list of MetricResult
        ``group_median_dcr`` of the drawn rows, of the held-out ones, and ``group_dcr_ratio``, undefined where
        half of the held-out rows are copies.

    Raises
    ------
    InputError
        If there are no rows of either kind, or a distance is not finite.

    Examples
    --------
    >>> found = group_distance_metrics([0.5, 1.0, 1.5], [1.0, 2.0, 3.0], seed=0)
    >>> [result.value for result in found]
    [1.0, 2.0, 0.5]
    """
    near, usual = (np.asarray(held, dtype=np.float64) for held in (drawn, held_out))
    weights = np.ones(len(usual)) if held_out_weights is None else np.asarray(held_out_weights, np.float64)
    raise_problems([*_distance_problems(near, usual, weights), *confidence_problems(confidence)])
    order = np.argsort(usual, kind="stable")
    near, usual, weights = np.sort(near), usual[order], weights[order]
    median, usual_median = _median(near, np.ones(len(near))), _median(usual, weights)
    found = [
        _plain("group_median_dcr", median, len(near), group),
        _plain("group_median_dcr", usual_median, len(usual), group),
    ]
    if usual_median == 0:
        reason = "half of the held-out rows of the group are equal to a training row"
        return [*found, MetricResult.undefined("group_dcr_ratio", reason=reason, n=len(near), group=group)]
    rng = np.random.default_rng([seed, len(near), len(usual)])
    replicates = _medians(near, np.ones(len(near)), n_replicates, rng)
    usual_replicates = _medians(usual, weights, n_replicates, rng)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(usual_replicates > 0, replicates / usual_replicates, np.nan)
    ratio = median / usual_median
    interval = percentile_interval(ratio, ratios, confidence=confidence)
    found.append(
        result_of("group_dcr_ratio", ratio, interval, confidence=confidence, n=len(near), group=group)
    )
    return found


def _distance_problems(near: FloatArray, usual: FloatArray, weights: FloatArray) -> list[Problem]:
    if not len(near) or not len(usual) or len(weights) != len(usual):
        received = f"{len(near)} and {len(usual)} distances, {len(weights)} weights"
        return [Problem("drawn and held_out", "distances of both, a weight for each held-out one", received)]
    n_bad = int((~np.isfinite(near)).sum() + (~np.isfinite(usual)).sum())
    return [Problem("drawn and held_out", "finite distances", f"{n_bad} others")] if n_bad else []


def _median(ordered: FloatArray, weights: FloatArray) -> float:
    """Return the middle of ordered numbers by weight: the mean of the lower and the upper weighted median."""
    shares = np.cumsum(weights) / weights.sum()
    low = int(np.searchsorted(shares, 0.5 - 1e-9, side="left"))
    high = int(np.searchsorted(shares, 0.5 + 1e-9, side="left"))
    return float((ordered[low] + ordered[min(high, len(ordered) - 1)]) / 2)


def _medians(
    ordered: FloatArray, weights: FloatArray, n_replicates: int, rng: np.random.Generator
) -> FloatArray:
    """Return medians of rows redrawn in proportion to their weights, as many as the weights are worth."""
    size = max(round(float(effective_size(weights.sum(), (weights**2).sum()))), 1)
    if np.ptp(weights) == 0:
        places = rng.integers(0, len(ordered), (n_replicates, size))
    else:
        places = rng.choice(len(ordered), (n_replicates, size), p=weights / weights.sum())
    return np.median(ordered[places], axis=1)


def _plain(metric: str, value: float, n: int, group: str | None) -> MetricResult:
    """Return a value without an interval."""
    return MetricResult(metric, value, None, None, None, "none", n, group)
