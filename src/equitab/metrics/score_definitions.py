"""What the distances between groups' distributions of scores mean."""

from __future__ import annotations

from equitab.metrics.metric_definition import MetricDefinition, Scope

__all__ = ["SCORE_DISTANCES"]


def _distance(name: str, title: str, formula: str, scope: Scope) -> MetricDefinition:
    return MetricDefinition(
        name, title, formula, "group_fairness", scope, 0.0, 1.0, 0.0, "zero", "score_distance_metrics"
    )


_KS = "largest difference in the share of rows below any score (Kolmogorov-Smirnov)"
_WASSERSTEIN = "how far scores have to be moved on average to make two distributions alike (Wasserstein)"

SCORE_DISTANCES = (
    _distance(
        "score_ks_distance",
        "Largest gap at any threshold",
        f"{_KS}, group against reference group",
        "reference",
    ),
    _distance(
        "score_wasserstein_distance",
        "Mean gap over all thresholds",
        f"{_WASSERSTEIN}, group against reference group",
        "reference",
    ),
    _distance(
        "largest_score_ks_distance",
        "Largest gap at any threshold, worst two groups",
        f"{_KS}, of the two groups farthest apart",
        "all_groups",
    ),
    _distance(
        "largest_score_wasserstein_distance",
        "Mean gap over all thresholds, worst two groups",
        f"{_WASSERSTEIN}, of the two groups farthest apart",
        "all_groups",
    ),
)
