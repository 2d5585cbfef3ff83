"""From a table of counts to a result: the value, its interval, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from equitab.errors import Problem
from equitab.metrics.group_rates import FloatArray, GroupCounts, Rate
from equitab.metrics.intervals import Interval, effective_size, wilson_interval
from equitab.metrics.metric_definition import MetricDefinition
from equitab.metrics.results import IntervalMethod, MetricResult

__all__ = ["label_problems", "measure_rate", "measure_table", "name_groups", "result_of"]


def label_problems(group_labels: Sequence[str], n_groups: int) -> list[Problem]:
    """Return the problems of the names of groups."""
    problems = []
    if len(group_labels) != n_groups or n_groups == 0:
        problems.append(
            Problem("group_labels", f"{max(n_groups, 1)} names, one for each group", f"{len(group_labels)}")
        )
    if len(set(group_labels)) < len(group_labels):
        received = f"{len(group_labels)} names, {len(set(group_labels))} of them different"
        problems.append(Problem("group_labels", "different names", received))
    return problems


def name_groups(labels: Sequence[str]) -> str:
    """Return groups in words, the first eight of them by name."""
    more = f" and {len(labels) - 8} more" if len(labels) > 8 else ""
    return ", ".join(f"'{label}'" for label in labels[:8]) + more


def result_of(
    metric: str,
    value: float,
    interval: Interval,
    *,
    confidence: float,
    n: int,
    group: str | None = None,
    reference_group: str | None = None,
    note: str = "",
) -> MetricResult:
    """Return a result that has a value, with or without an interval."""
    reason = "; ".join(text for text in (note, interval.reason) if text)
    has_interval = interval.method != "none"
    return MetricResult(
        metric,
        value,
        interval.low,
        interval.high,
        confidence if has_interval else None,
        interval.method,
        n,
        group,
        reference_group,
        "ok",
        reason,
    )


def measure_rate(
    definition: MetricDefinition, rate: Rate, counts: GroupCounts, *, group: str | None, confidence: float
) -> MetricResult:
    """Return a rate of the pooled rows of some counts, with Wilson's interval."""
    table = counts.pool()
    n = int(rate.trials(table.rows)[0])
    value = float(rate(table.weights)[0])
    if math.isnan(value):
        return MetricResult.undefined(definition.name, reason=_no_base(rate, n), n=n, group=group)
    size = float(effective_size(rate.trials(table.weights)[0], rate.trials(table.squared_weights)[0]))
    low, high = wilson_interval(value * size, size, confidence=confidence)
    method: IntervalMethod = "wilson_effective_size" if counts.is_weighted else "wilson"
    interval = Interval(min(float(low), value), max(float(high), value), method)
    return result_of(definition.name, value, interval, confidence=confidence, n=n, group=group)


def _no_base(rate: Rate, n_rows: int) -> str:
    """Return why a rate has nobody to be computed on."""
    return f"no rows {rate.base}".rstrip() if n_rows == 0 else "the weights of its rows sum to 0"


def measure_table(
    definition: MetricDefinition,
    counts: GroupCounts,
    replicates: FloatArray,
    *,
    group: str | None = None,
    confidence: float,
) -> MetricResult:
    """Return a metric of the pooled rows of some counts, with its bootstrap interval.

    `replicates` has the shape (n_replicates, n_groups, 2, 2).
    """
    assert definition.compute is not None, "functions of counts have a function"
    table = counts.pool()
    n = int(table.rows.sum())
    value = float(definition.compute(table.weights)[0])
    if math.isnan(value):
        reason = undefined_reason_of(definition, table)
        return MetricResult.undefined(definition.name, reason=reason, n=n, group=group)
    interval = definition.bootstrap(value, np.asarray(replicates.sum(1)), confidence=confidence)
    return result_of(definition.name, value, interval, confidence=confidence, n=n, group=group)


def undefined_reason_of(definition: MetricDefinition, table: GroupCounts) -> str:
    """Return why a metric of one table of counts is undefined."""
    if table.rows.sum() == 0:
        return "no rows"
    for rate in definition.bases:
        if math.isnan(float(rate(table.weights)[0])):
            return _no_base(rate, int(rate.trials(table.rows)[0]))
    return definition.undefined_when or "it cannot be computed from these counts"
