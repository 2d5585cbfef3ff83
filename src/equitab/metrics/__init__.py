"""Measures of fairness, performance, fidelity and privacy, as pure functions on arrays.

Start at the functions that return results with intervals: `fairness_metrics`, `label_fairness_metrics`,
`group_rate_metrics`, `performance_metrics`, `group_performance_metrics` for outcomes and predictions;
`exact_parity_spread`, `compare_with_overall`, `smallest_tolerance` for what chance alone does to groups;
`fidelity_metrics`, `marginal_errors`, `coverage_metrics`, `representation_metrics`, `privacy_metrics`,
`copy_metrics`, `membership_metrics` for synthetic tables; `distinct_metrics`, `spread_ratio`,
`group_copy_metrics`, `group_distance_metrics` for single groups of few rows; `class_imbalance`, `feature_overlap`,
`dimension_metrics`, `network_metrics` for how hard a table is to learn from; `importance_metrics`,
`attribution_differences` for SHAP values. `METRICS` says what each number means.

Metrics that are functions of counts never see a row twice: `count_outcomes` turns rows into a small table per
group, and values, bootstrap replicates and intervals all come from that table.
"""

from equitab.metrics.attributions import attribution_differences, importance_metrics
from equitab.metrics.binned_columns import decile_codes
from equitab.metrics.column_pairs import ColumnPair
from equitab.metrics.column_skill import category_skill, number_skill, relative_skill
from equitab.metrics.complexity import (
    class_imbalance,
    dimension_metrics,
    feature_overlap,
    imbalance_of_counts,
)
from equitab.metrics.complexity_network import (
    class_network,
    clustering_coefficients,
    hub_scores,
    network_metrics,
)
from equitab.metrics.consistency import consistency, find_neighbors
from equitab.metrics.coverage import coverage_metrics
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
from equitab.metrics.group_summary import summarise_groups
from equitab.metrics.group_truth import (
    count_cells,
    distinct_metrics,
    expected_distinct,
    group_copy_metrics,
    group_distance_metrics,
    spread_ratio,
)
from equitab.metrics.intervals import (
    Interval,
    clopper_pearson_interval,
    percentile_interval,
    resample_counts,
    wilson_interval,
)
from equitab.metrics.lowest_rate import lowest_rate
from equitab.metrics.marginal_errors import MARGINAL_ERRORS, MarginalErrors, marginal_errors
from equitab.metrics.membership import membership_metrics
from equitab.metrics.metric_definition import MetricDefinition
from equitab.metrics.nearest_records import nearest_distances
from equitab.metrics.one_vs_rest import GroupSeparation, balanced_decisions, separate_groups
from equitab.metrics.parity_spread import (
    ParitySpread,
    exact_parity_spread,
    rows_for_tolerance,
    smallest_tolerance,
)
from equitab.metrics.parity_tests import GroupTests, compare_with_overall
from equitab.metrics.performance import RocArea, auroc, roc_area
from equitab.metrics.preservation import changed_share, rate_change
from equitab.metrics.privacy import copy_metrics, count_copies, dcr_share, privacy_metrics
from equitab.metrics.representation import representation_metrics
from equitab.metrics.results import MetricResult
from equitab.metrics.score_distances import score_distance_metrics
from equitab.metrics.scoring import group_performance_metrics, performance_metrics
from equitab.metrics.threshold_sweep import (
    DEFAULT_THRESHOLDS,
    choose_threshold,
    count_outcomes_by_threshold,
)

__all__ = [
    "DEFAULT_THRESHOLDS",
    "MARGINAL_ERRORS",
    "METRICS",
    "POOLED_GROUP",
    "RATES",
    "ColumnPair",
    "FidelityScores",
    "GroupComparison",
    "GroupCounts",
    "GroupSeparation",
    "GroupTests",
    "Interval",
    "MarginalErrors",
    "MetricDefinition",
    "MetricResult",
    "ParitySpread",
    "Rate",
    "RocArea",
    "attribution_differences",
    "auroc",
    "balanced_decisions",
    "category_skill",
    "changed_share",
    "choose_threshold",
    "class_imbalance",
    "class_network",
    "clopper_pearson_interval",
    "clustering_coefficients",
    "compare_with_overall",
    "consistency",
    "copy_metrics",
    "count_cells",
    "count_copies",
    "count_outcomes",
    "count_outcomes_by_threshold",
    "coverage_metrics",
    "dcr_share",
    "decile_codes",
    "definitions_with",
    "dimension_metrics",
    "distinct_metrics",
    "exact_parity_spread",
    "expected_distinct",
    "fairness_metrics",
    "fairness_metrics_of_counts",
    "feature_overlap",
    "fidelity_metrics",
    "find_neighbors",
    "group_copy_metrics",
    "group_distance_metrics",
    "group_performance_metrics",
    "group_rate_metrics",
    "group_rate_metrics_of_counts",
    "hub_scores",
    "imbalance_of_counts",
    "importance_metrics",
    "label_fairness_metrics",
    "label_fairness_metrics_of_counts",
    "lowest_rate",
    "marginal_errors",
    "membership_metrics",
    "nearest_distances",
    "network_metrics",
    "number_skill",
    "percentile_interval",
    "performance_metrics",
    "privacy_metrics",
    "rate_change",
    "relative_skill",
    "representation_metrics",
    "resample_counts",
    "roc_area",
    "rows_for_tolerance",
    "score_distance_metrics",
    "score_fidelity",
    "separate_groups",
    "smallest_tolerance",
    "spread_ratio",
    "summarise_groups",
    "wilson_interval",
]
