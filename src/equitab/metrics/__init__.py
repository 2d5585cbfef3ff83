"""Measures of fairness, performance, fidelity and privacy, as pure functions on arrays.

Start at the functions that return results with intervals: `fairness_metrics`, `label_fairness_metrics`,
`group_rate_metrics`, `performance_metrics`, `group_performance_metrics`, `fidelity_metrics`,
`privacy_metrics` and `copy_metrics`. `METRICS` says what each number means.

Metrics that are functions of counts never see a row twice: `count_outcomes` turns rows into a small table per
group, and values, bootstrap replicates and intervals all come from that table.
"""

from equitab.metrics.column_pairs import ColumnPair
from equitab.metrics.definitions import METRICS, definitions_with
from equitab.metrics.fairness import (
    fairness_metrics,
    fairness_metrics_of_counts,
    group_rate_metrics,
    group_rate_metrics_of_counts,
    label_fairness_metrics,
    label_fairness_metrics_of_counts,
)
from equitab.metrics.fidelity import FidelityScores, fidelity_metrics, score_fidelity
from equitab.metrics.group_comparison import POOLED_GROUP, GroupComparison
from equitab.metrics.group_rates import RATES, GroupCounts, Rate, count_outcomes
from equitab.metrics.intervals import (
    Interval,
    clopper_pearson_interval,
    percentile_interval,
    resample_counts,
    wilson_interval,
)
from equitab.metrics.metric_definition import MetricDefinition
from equitab.metrics.nearest_records import nearest_distances
from equitab.metrics.performance import RocArea, auroc, roc_area
from equitab.metrics.privacy import copy_metrics, count_copies, dcr_share, privacy_metrics
from equitab.metrics.results import MetricResult
from equitab.metrics.scoring import group_performance_metrics, performance_metrics
from equitab.metrics.threshold_sweep import (
    DEFAULT_THRESHOLDS,
    choose_threshold,
    count_outcomes_by_threshold,
)

__all__ = [
    "DEFAULT_THRESHOLDS",
    "METRICS",
    "POOLED_GROUP",
    "RATES",
    "ColumnPair",
    "FidelityScores",
    "GroupComparison",
    "GroupCounts",
    "Interval",
    "MetricDefinition",
    "MetricResult",
    "Rate",
    "RocArea",
    "auroc",
    "choose_threshold",
    "clopper_pearson_interval",
    "copy_metrics",
    "count_copies",
    "count_outcomes",
    "count_outcomes_by_threshold",
    "dcr_share",
    "definitions_with",
    "fairness_metrics",
    "fairness_metrics_of_counts",
    "fidelity_metrics",
    "group_performance_metrics",
    "group_rate_metrics",
    "group_rate_metrics_of_counts",
    "label_fairness_metrics",
    "label_fairness_metrics_of_counts",
    "nearest_distances",
    "percentile_interval",
    "performance_metrics",
    "privacy_metrics",
    "resample_counts",
    "roc_area",
    "score_fidelity",
    "wilson_interval",
]
