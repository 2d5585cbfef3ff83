"""One measure of many groups in two numbers: who fares worst, and how far apart the groups are.

The results may come from any kind of measure that gives an interval; groups must not share rows, so that
their estimates are independent of each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from equitab.metrics.count_measures import name_groups, result_of
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.intervals import Interval, normal_quantile
from equitab.metrics.results import MetricResult
from equitab.metrics.spread_intervals import largest_difference_bounds

__all__ = ["summarise_groups"]


def summarise_groups(
    results: Sequence[MetricResult],
    *,
    worst: Literal["highest", "lowest"],
    no_better_than: float | None = None,
    confidence: float = 0.95,
    n_replicates: int = 1000,
    seed: int,
) -> list[MetricResult]:
    """Return the worst group's result, and the largest difference between two groups.

    Parameters
    ----------
    results : sequence of MetricResult
        One metric, a group each, at least one; undefined ones are named in the reason and left out.
    worst : {"highest", "lowest"}
        Which end is bad.
    no_better_than : float, optional
        Values on the good side of it count as it in the difference: a group that is copied is not the better
        off for an error below chance.
    confidence : float, default 0.95
        Of the interval of the difference, in (0, 1).
    n_replicates : int, default 1000
    seed : int
        Of the simulated replicates.

    Returns
    -------
    list of MetricResult
        ``<metric>_worst_group`` as that group has it, and ``<metric>_group_difference``, at least 0, of the
        worst group to the best.

    Notes
    -----
    Each group's estimate is taken as normal, with the standard error that its interval implies; the interval
    of the largest difference holds simultaneously over all pairs (see `spread_intervals`), because among many
    equal groups the extreme ones differ by chance alone. The worst group's own interval does not count that it
    was picked for being the worst.

    Examples
    --------
    >>> made = [MetricResult("coverage", v, v - 0.02, v + 0.02, 0.95, "normal", 90, g)
    ...     for v, g in ((0.9, "F"), (0.96, "M"))]
    >>> worst, gap = summarise_groups(made, worst="lowest", seed=0)
    >>> worst.group, gap.group, gap.reference_group, round(gap.value, 2)
    ('F', 'F', 'M', 0.06)
    """
    metric = results[0].metric
    defined = [result for result in results if result.value is not None]
    left_out = [result.group or "" for result in results if result.value is None]
    note = f"undefined for {name_groups(left_out)}" if left_out else ""
    names = (f"{metric}_worst_group", f"{metric}_group_difference")
    if not defined:
        reason = f"undefined in every group: {results[0].reason}"
        return [MetricResult.undefined(name, reason=reason, n=0) for name in names]
    ordered = sorted(defined, key=lambda result: (_value(result), result.group or ""))
    last, best = (ordered[0], ordered[-1]) if worst == "lowest" else (ordered[-1], ordered[0])
    reason = "; ".join(part for part in (last.reason, note) if part)
    worst_result = replace(last, metric=names[0], reason=reason)
    n = sum(result.n for result in defined)
    if len(defined) < 2:
        reason = "; ".join(("fewer than two groups to compare", *([note] if note else [])))
        return [worst_result, MetricResult.undefined(names[1], reason=reason, n=n)]
    limits = (None, no_better_than) if worst == "lowest" else (no_better_than, None)
    gap = float(np.ptp(_limited(np.array([_value(result) for result in defined]), limits)))
    interval = _gap_interval(gap, defined, limits, confidence, n_replicates, seed)
    return [
        worst_result,
        result_of(
            names[1],
            gap,
            interval,
            confidence=confidence,
            n=n,
            group=last.group,
            reference_group=best.group,
            note=note,
        ),
    ]


def _value(result: MetricResult) -> float:
    assert result.value is not None
    return result.value


def _limited(values: FloatArray, limits: tuple[float | None, float | None]) -> FloatArray:
    """Return values kept within limits that may be absent."""
    return values if limits == (None, None) else np.clip(values, *limits)


def _gap_interval(
    gap: float,
    results: Sequence[MetricResult],
    limits: tuple[float | None, float | None],
    confidence: float,
    n_replicates: int,
    seed: int,
) -> Interval:
    """Return the interval of the largest difference; none where a group has no interval."""
    errors = [_standard_error(result) for result in results]
    if any(np.isnan(error) for error in errors):
        return Interval.undefined("the value of some group has no interval")
    values = np.array([_value(result) for result in results])
    rng = np.random.default_rng(seed)
    replicates = values + rng.normal(size=(n_replicates, len(values))) * np.array(errors)
    low, high = largest_difference_bounds(_pairwise(_limited(replicates, limits)), confidence=confidence)
    return Interval(min(max(low, 0.0), gap), max(high, gap), "simultaneous_bootstrap")


def _standard_error(result: MetricResult) -> float:
    """Return the standard error that an interval implies; NaN without an interval."""
    if result.low is None or result.high is None or result.confidence is None:
        return float("nan")
    return (result.high - result.low) / (2 * normal_quantile(result.confidence))


def _pairwise(values: FloatArray) -> Iterator[FloatArray]:
    """Yield for each group its differences to the later ones."""
    for group in range(values.shape[1] - 1):
        yield values[:, group : group + 1] - values[:, group + 1 :]
