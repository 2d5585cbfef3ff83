"""Whether each group is as large a part of a synthetic table as of the real one."""

from __future__ import annotations

import numpy as np

from equitab.errors import Problem
from equitab.metrics.array_checks import confidence_problems, raise_problems
from equitab.metrics.count_measures import result_of
from equitab.metrics.group_rates import IntArray
from equitab.metrics.intervals import Interval, clopper_pearson_interval
from equitab.metrics.results import MetricResult

__all__ = ["representation_metrics"]


def representation_metrics(
    synthetic: IntArray, real: IntArray, *, group_labels: tuple[str, ...], confidence: float = 0.95
) -> list[MetricResult]:
    """Measure each group's share of the synthetic rows against its share of the real ones.

    Parameters
    ----------
    synthetic, real : ndarray of int, shape (n_groups,)
        Rows of each group in either table; the same groups in both.
    group_labels : tuple of str
        Their names.
    confidence : float, default 0.95
        Of the intervals, in (0, 1).

    Returns
    -------
    list of MetricResult
        ``representation_ratio`` of each group: 1 as often as in the real table, 0 never. Undefined for a
        group without real rows.

    Raises
    ------
    InputError
        If numbers and names do not fit together.

    Notes
    -----
    ``(n_synthetic,g / n_synthetic) / (n_real,g / n_real)``. The interval is Clopper and Pearson's of the
    synthetic share; the real rows are taken as they are, since they are what was learned from.

    Examples
    --------
    >>> found = representation_metrics(np.array([0, 50]), np.array([10, 40]), group_labels=("F", "M"))
    >>> [(result.group, result.value) for result in found]
    [('F', 0.0), ('M', 1.25)]
    """
    raise_problems([*_problems(synthetic, real, group_labels), *confidence_problems(confidence)])
    n_synthetic, n_real = int(synthetic.sum()), int(real.sum())
    low, high = clopper_pearson_interval(
        synthetic, np.full(len(synthetic), n_synthetic), confidence=confidence
    )
    results = []
    for code, label in enumerate(group_labels):
        n = int(synthetic[code])
        if not real[code] or not n_synthetic:
            reason = "no rows of this group in the real table" if n_synthetic else "no synthetic rows"
            results.append(MetricResult.undefined("representation_ratio", reason=reason, n=n, group=label))
            continue
        share = int(real[code]) / n_real
        interval = Interval(float(low[code]) / share, float(high[code]) / share, "clopper_pearson")
        value = n / n_synthetic / share
        results.append(
            result_of("representation_ratio", value, interval, confidence=confidence, n=n, group=label)
        )
    return results


def _problems(synthetic: IntArray, real: IntArray, labels: tuple[str, ...]) -> list[Problem]:
    """Return what keeps numbers of rows and names from being put together."""
    if not len(synthetic) == len(real) == len(labels):
        received = f"{len(synthetic)}, {len(real)} and {len(labels)}"
        return [Problem("synthetic, real and group_labels", "as many entries each", received)]
    return []
