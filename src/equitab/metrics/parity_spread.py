"""How far groups differ by chance alone when their true rates are the same, and what a sample can show.

The largest minus the smallest rate over many groups is above 0 in every sample, however fair its source, and
more so the smaller the groups are. Before a spread is called unfair, it stands beside the spread of exact
parity at the same group sizes; before a tolerance is asked for, it stands beside the smallest one that these
groups could show to hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import raise_problems
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.intervals import normal_quantile

__all__ = ["ParitySpread", "exact_parity_spread", "rows_for_tolerance", "smallest_tolerance"]


@dataclass(frozen=True)
class ParitySpread:
    """The spread that sampling alone gives at exact parity.

    Parameters
    ----------
    median : float
        Half of all samples have a smaller spread.
    low, high : float
        Ends of the central range.
    confidence : float
        Share of the samples within that range.
    n_draws : int
        How many samples were drawn.
    """

    median: float
    low: float
    high: float
    confidence: float
    n_draws: int


def exact_parity_spread(
    group_sizes: npt.ArrayLike,
    rate: float | Sequence[float],
    *,
    confidence: float = 0.95,
    n_draws: int = 4000,
    seed: int,
) -> ParitySpread:
    r"""Return how far the rates of groups lie apart by sampling alone, if all have the same true rate.

    What a measured spread is to be held against: a table drawn from a perfectly fair source has this one.

    Parameters
    ----------
    group_sizes : array-like of int, shape (n_groups,) or (n_rates, n_groups)
        Rows of each group that a rate is computed on; at least two groups, each with a row.
    rate : float or sequence of float
        The rate that all groups share, in [0, 1]. Several for a criterion of several rates on different rows,
        such as equalized odds; the largest of their spreads counts.
    confidence : float, default 0.95
        Of the central range, in (0, 1).
    n_draws : int, default 4000
        Samples, at least 100.
    seed : int
        Same seed, same samples.

    Returns
    -------
    ParitySpread

    Raises
    ------
    InputError
        If sizes, rate or settings cannot be used; all problems at once.

    Notes
    -----
    The distribution of :math:`\max_g k_g / n_g - \min_g k_g / n_g` with independent
    :math:`k_g \sim \mathrm{Binomial}(n_g, r)`.

    Examples
    --------
    >>> small, large = (exact_parity_spread([n] * 8, 0.25, seed=0).median for n in (100, 10_000))
    >>> round(small, 2), round(large, 3)
    (0.12, 0.012)
    """
    sizes, rates = np.atleast_2d(group_sizes), np.atleast_1d(np.asarray(rate, dtype=np.float64))
    problems = [problem for held in sizes for problem in _size_problems(held)]
    problems += [problem for held in rates for problem in _rate_problems(held)]
    problems += _confidence_problems(confidence)
    if n_draws < 100:
        problems.append(Problem("n_draws", "at least 100", f"{n_draws}"))
    if len(rates) != len(sizes):
        problems.append(Problem("rate", f"one for each of {len(sizes)} rows of sizes", f"{len(rates)}"))
    raise_problems(problems)
    drawn = np.random.default_rng(seed).binomial(sizes, rates[:, None], size=(n_draws, *sizes.shape)) / sizes
    tail = (1 - confidence) / 2
    low, median, high = np.quantile(np.ptp(drawn, axis=2).max(1), (tail, 0.5, 1 - tail))
    return ParitySpread(float(median), float(low), float(high), confidence, n_draws)


def smallest_tolerance(group_sizes: npt.ArrayLike, rate: float, *, confidence: float = 0.95) -> float:
    r"""Return the smallest tolerance that rows of these groups could show to hold.

    Below it no sample of these sizes can tell, not even one whose groups have exactly the same rate: the
    interval of the difference of the two smallest groups is wider than what is asked for.

    Parameters
    ----------
    group_sizes : array-like of int, shape (n_groups,)
        Rows of each group that the rate is computed on (for a true positive rate, the truly favorable ones).
    rate : float
        Of all rows, in [0, 1].
    confidence : float, default 0.95
        In (0, 1).

    Returns
    -------
    float
        At least 0.

    Raises
    ------
    InputError
        If sizes or settings cannot be used; all problems at once.

    Notes
    -----
    :math:`z \sqrt{r (1 - r) (1/n_a + 1/n_b)}` for the two smallest groups *a* and *b*: how far above the
    difference itself the high end of its normal interval lies.

    Examples
    --------
    >>> round(smallest_tolerance([400, 400, 10_000], 0.5), 4)
    0.0693
    """
    sizes = np.asarray(group_sizes)
    raise_problems([*_size_problems(sizes), *_rate_problems(rate), *_confidence_problems(confidence)])
    smallest = np.sort(sizes)[:2].astype(np.float64)
    return normal_quantile(confidence) * math.sqrt(rate * (1 - rate) * float((1 / smallest).sum()))


def rows_for_tolerance(
    tolerance: float,
    rates: float | Sequence[float] | FloatArray,
    *,
    shares: Sequence[float] | FloatArray | None = None,
    confidence: float = 0.95,
) -> int:
    r"""Return how many rows would show that a tolerance holds.

    Parameters
    ----------
    tolerance : float
        The largest difference between two groups that is accepted, in (0, 1).
    rates : float or sequence of float
        The rate of each group, or the one that all share; each in [0, 1].
    shares : sequence of float, optional
        Each group's share of the rows, each above 0. With it the answer is the size of the whole table;
        without it, the rows that *each* group needs.
    confidence : float, default 0.95
        In (0, 1).

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    InputError
        If values are out of range, or two groups differ by the tolerance or more: no number of rows shows
        what is not so.

    Notes
    -----
    The smallest n for which
    :math:`|r_a - r_b| + z \sqrt{r_a (1 - r_a) / (n s_a) + r_b (1 - r_b) / (n s_b)}` is at most the tolerance
    for every two groups, with shares :math:`s = 1` when none are given. The inverse of `smallest_tolerance`.

    Examples
    --------
    >>> rows_for_tolerance(0.02, 0.24), rows_for_tolerance(0.02, 0.24, shares=[0.9, 0.1])
    (3504, 19464)
    """
    held = np.atleast_1d(np.asarray(rates, dtype=np.float64))
    parts = np.ones(max(held.size, 2)) if shares is None else np.asarray(shares, dtype=np.float64)
    raise_problems(_tolerance_problems(tolerance, held, parts, confidence))
    each = np.broadcast_to(held, parts.shape)
    variance = each * (1 - each) / parts
    gaps = np.abs(each[:, None] - each)
    raise_problems(_unreachable(tolerance, gaps))
    squares = variance[:, None] + variance
    np.fill_diagonal(squares, 0.0)
    needed = normal_quantile(confidence) ** 2 * squares / (tolerance - gaps) ** 2
    return max(math.ceil(needed.max()), 1)


def _size_problems(sizes: npt.NDArray[np.integer]) -> list[Problem]:
    """Return what is wrong with sizes of groups."""
    if sizes.ndim != 1 or sizes.size < 2 or sizes.dtype.kind not in "iu":
        received = f"shape {sizes.shape} of type {sizes.dtype}"
        return [Problem("group_sizes", "whole numbers, one for each of at least two groups", received)]
    n_empty = int((sizes < 1).sum())
    advice = "leave empty groups out"
    return [Problem("group_sizes", "at least 1", f"less in {n_empty} groups", advice)] if n_empty else []


def _rate_problems(rate: float) -> list[Problem]:
    return [] if 0 <= rate <= 1 else [Problem("rate", "a number in [0, 1]", f"{rate}")]


def _confidence_problems(confidence: float) -> list[Problem]:
    return [] if 0 < confidence < 1 else [Problem("confidence", "a number in (0, 1)", f"{confidence}")]


def _tolerance_problems(
    tolerance: float, rates: FloatArray, shares: FloatArray, confidence: float
) -> list[Problem]:
    """Return what is wrong with the arguments of `rows_for_tolerance`."""
    problems = _confidence_problems(confidence)
    if not 0 < tolerance < 1:
        advice = "" if tolerance else "no number of rows shows that two rates are exactly the same"
        problems.append(Problem("tolerance", "a number in (0, 1)", f"{tolerance}", advice))
    if not ((rates >= 0) & (rates <= 1)).all():
        problems.append(Problem("rates", "numbers in [0, 1]", "others"))
    if not (shares > 0).all():
        problems.append(Problem("shares", "above 0", f"others in {int((~(shares > 0)).sum())} groups"))
    if rates.size not in (1, shares.size):
        problems.append(Problem("rates", f"one, or one for each of {shares.size} groups", f"{rates.size}"))
    return problems


def _unreachable(tolerance: float, gaps: FloatArray) -> list[Problem]:
    """Return a problem where rates differ by the tolerance or more."""
    largest = float(gaps.max())
    if largest < tolerance:
        return []
    received = f"rates that differ by {largest:.4g}"
    return [Problem("rates", f"differences below the tolerance of {tolerance:g}", received)]
