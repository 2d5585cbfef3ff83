"""The lowest rate of any group, with an interval that counts how many groups could be it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from equitab.metrics.array_checks import confidence_problems, raise_problems
from equitab.metrics.count_measures import label_problems, name_groups, result_of
from equitab.metrics.group_rates import GroupCounts, Rate, selection_rate
from equitab.metrics.intervals import Interval, resample_counts, undefined_reason
from equitab.metrics.results import MetricResult
from equitab.metrics.spread_intervals import largest_difference_bounds

__all__ = ["lowest_rate"]

METRIC = "lowest_selection_rate"


def lowest_rate(
    counts: GroupCounts,
    *,
    group_labels: Sequence[str],
    rate: Rate = selection_rate,
    min_group_size: int = 50,
    confidence: float = 0.95,
    n_replicates: int = 1000,
    seed: int,
) -> MetricResult:
    r"""Return the smallest rate of any group: what a minimum rate is held against.

    Parameters
    ----------
    counts : GroupCounts
        Rows by group, true and predicted outcome; for a table, its outcome counted as both.
    group_labels : sequence of str
        Names of the groups, all different.
    rate : Rate, default selection_rate
    min_group_size : int, default 50
        Groups with fewer rows are left out, and named in the reason.
    confidence : float, default 0.95
        In (0, 1).
    n_replicates : int, default 1000
        Of the bootstrap, at least 100.
    seed : int

    Returns
    -------
    MetricResult
        ``lowest_selection_rate``, with the group that has it.

    Raises
    ------
    InputError
        If names or settings cannot be used.

    Notes
    -----
    :math:`1 - \max_g (1 - r_g)`: the bounds of a largest difference hold (see `spread_intervals`). The low end
    is that of the truly lowest group, one fixed group; the high end holds for all groups at once.

    Examples
    --------
    >>> from equitab.metrics.group_rates import count_outcomes
    >>> y, groups = [1, 0] * 50 + [1, 0, 0, 0] * 25, [0] * 100 + [1] * 100
    >>> found = lowest_rate(count_outcomes(y, y, groups, n_groups=2), group_labels=["m", "f"], seed=0)
    >>> found.value, found.group
    (0.25, 'f')
    """
    raise_problems(
        [*label_problems(group_labels, counts.n_groups), *confidence_problems(confidence, n_replicates)]
    )
    sizes = rate.trials(counts.rows)
    large = sizes >= max(min_group_size, 1)
    small = [str(name) for name, size in zip(group_labels, sizes, strict=True) if size < min_group_size]
    note = f"left out, fewer than {min_group_size} rows each: {name_groups(small)}" if small else ""
    rates = rate(counts.weights)
    if not large.any() or np.isnan(rates[large]).any():
        reason = note or "the weights of a group's rows sum to 0"
        return MetricResult.undefined(METRIC, reason=reason, n=int(sizes[large].sum()))
    code = int(np.flatnonzero(large)[rates[large].argmin()])
    replicates = rate(resample_counts(counts, n_replicates=n_replicates, seed=seed))[:, large]
    interval = _interval(float(rates[code]), replicates, confidence)
    return result_of(
        METRIC,
        float(rates[code]),
        interval,
        confidence=confidence,
        n=int(sizes[large].sum()),
        group=group_labels[code],
        note=note,
    )


def _interval(value: float, replicates: np.ndarray, confidence: float) -> Interval:
    """Return the interval of a smallest rate from replicates of all groups' rates."""
    defined = replicates[np.isfinite(replicates).all(1)]
    reason = undefined_reason(len(defined), len(replicates))
    if reason:
        return Interval.undefined(reason)
    low, high = largest_difference_bounds([1 - defined], confidence=confidence)
    assert not math.isnan(low), "defined replicates have bounds"
    ends = np.clip([1 - high, 1 - low], 0.0, 1.0)
    return Interval(min(float(ends[0]), value), max(float(ends[1]), value), "simultaneous_bootstrap")
