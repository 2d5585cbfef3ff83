"""What a treatment of outcomes changed: the share of outcomes, and the rate of favorable ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import outcome_problems, raise_problems
from equitab.metrics.count_measures import result_of
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.intervals import Interval, normal_quantile, wilson_interval
from equitab.metrics.results import MetricResult

__all__ = ["changed_share", "rate_change"]

BoolArray = npt.NDArray[np.bool_]


def changed_share(
    changed: npt.ArrayLike, *, confidence: float = 0.95, group: str | None = None
) -> MetricResult:
    """Return the share of rows whose outcome is another one after a treatment.

    Parameters
    ----------
    changed : array-like of bool, shape (n_rows,)
        Row by row.
    confidence : float, default 0.95
        In (0, 1).
    group : str, optional
        Whose rows they are.

    Returns
    -------
    MetricResult
        ``outcome_changed_share``, with Wilson's interval; undefined without rows.

    Examples
    --------
    >>> changed_share([True, False, False, False]).value
    0.25
    """
    held = np.asarray(changed)
    raise_problems(outcome_problems("changed", held))
    if not held.size:
        return MetricResult.undefined("outcome_changed_share", reason="no rows", n=0, group=group)
    low, high = wilson_interval(int(held.sum()), held.size, confidence=confidence)
    interval = Interval(float(low), float(high), "wilson")
    value = float(held.mean())
    return result_of(
        "outcome_changed_share", value, interval, confidence=confidence, n=held.size, group=group
    )


def rate_change(
    treated: npt.ArrayLike,
    untreated: npt.ArrayLike,
    *,
    is_paired: bool,
    confidence: float = 0.95,
    group: str | None = None,
) -> MetricResult:
    r"""Return the rate of favorable outcomes after a treatment less that before.

    Parameters
    ----------
    treated, untreated : array-like of bool, shape (n_rows,)
        Whether rows are favorable.
    is_paired : bool
        Whether they are the same rows in the same order, so that what both have in common is no noise.
    confidence : float, default 0.95
        In (0, 1).
    group : str, optional
        Whose rows they are.

    Returns
    -------
    MetricResult
        ``outcome_rate_change``, in [-1, 1]; undefined if one side has no rows.

    Raises
    ------
    InputError
        If an outcome is not 0 or 1, or paired arrays differ in length.

    Notes
    -----
    :math:`\bar a - \bar b \pm z \sqrt{v}` with :math:`v = \bar a (1 - \bar a) / n_a + \bar b (1 - \bar b) / n_b`;
    for the same rows v is the variance of the mean of :math:`a_i - b_i`.

    Examples
    --------
    >>> rate_change([1, 1, 0, 0], [1, 0, 0, 0], is_paired=True).value
    0.25
    """
    a, b = np.asarray(treated), np.asarray(untreated)
    problems = [*outcome_problems("treated", a), *outcome_problems("untreated", b)]
    if is_paired and a.shape != b.shape:
        problems.append(Problem("treated and untreated", "the same rows", f"{a.size} and {b.size} rows"))
    raise_problems(problems)
    n = int(min(a.size, b.size))
    if not n:
        return MetricResult.undefined("outcome_rate_change", reason="no rows", n=0, group=group)
    first, second = a.astype(np.float64), b.astype(np.float64)
    value = float(first.mean() - second.mean())
    variance = _variance(first - second) if is_paired else _variance(first) + _variance(second)
    half = normal_quantile(confidence) * variance**0.5
    interval = Interval(max(value - half, -1.0), min(value + half, 1.0), "normal")
    return result_of("outcome_rate_change", value, interval, confidence=confidence, n=n, group=group)


def _variance(values: FloatArray) -> float:
    """Return the variance of a mean."""
    return float(values.var() / len(values))
