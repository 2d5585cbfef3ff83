"""What the measures of single groups of drawn rows mean: each against real rows of the very same group.

A rare group is judged by its own real rows: held-out ones for likeness and variety, training ones for copies.
"""

from __future__ import annotations

import math

from equitab.metrics.metric_definition import Direction, Family, MetricDefinition

__all__ = ["GROUP_TRUTH"]


def _of_group(
    name: str,
    title: str,
    formula: str,
    computed_by: str,
    ideal: float | None,
    direction: Direction,
    *,
    family: Family = "fidelity",
    lowest: float = 0.0,
    highest: float = 1.0,
) -> MetricDefinition:
    return MetricDefinition(
        name, title, formula, family, "tables", lowest, highest, ideal, direction, computed_by
    )


GROUP_TRUTH = (
    _of_group(
        "group_rows",
        "Rows of the group",
        "number of drawn, of training and of held-out rows of the group",
        "count_cells",
        None,
        "none",
        highest=math.inf,
    ),
    _of_group(
        "held_out_column_error",
        "Error within the group",
        "mean over columns of the total variation distance to held-out rows of the group, numerics in deciles "
        "of its real rows; equally many rows on both sides",
        "marginal_errors",
        0.0,
        "lower",
    ),
    _of_group(
        "excess_held_out_column_error",
        "Error within the group beyond chance",
        "error of the drawn rows of the group, minus that of equally many training rows: "
        "0 is as good as fresh real rows",
        "marginal_errors",
        0.0,
        "zero",
        lowest=-1.0,
    ),
    _of_group(
        "held_out_correlation_error",
        "Error of correlations within the group",
        "mean over pairs of numeric columns of the absolute difference of Pearson's correlations to held-out "
        "rows of the group; equally many rows on both sides",
        "fidelity_metrics",
        0.0,
        "lower",
        highest=2.0,
    ),
    _of_group(
        "held_out_detection_auroc",
        "Detection within the group",
        "AUROC of gradient boosting that tells drawn from held-out rows of the group which it did not learn "
        "from; equally many of both for every outcome",
        "auroc",  # of the predictions that the evaluation room's detector makes
        0.5,
        "half",
    ),
    _of_group(
        "distinct_share",
        "Distinct rows",
        "number of different rows among the drawn rows of the group, divided by their number",
        "distinct_metrics",
        None,
        "higher",
    ),
    _of_group(
        "distinct_ratio",
        "Distinct rows, over real rows'",
        "expected share of distinct rows among so many drawn rows of the group, divided by that among equally "
        "many real ones",
        "distinct_metrics",
        1.0,
        "one",
        highest=math.inf,
    ),
    _of_group(
        "held_out_coverage",
        "Coverage of held-out rows",
        "share of held-out rows of the group that have a row no farther away than their fifth nearest held-out "
        "row of the group; equally many rows on both sides",
        "coverage_metrics",
        None,
        "higher",
    ),
    _of_group(
        "held_out_coverage_shortfall",
        "Coverage of held-out rows missing",
        "coverage of the group's held-out rows by its training rows, minus that by equally many drawn rows: "
        "0 is as varied as fresh real rows",
        "coverage_metrics",
        0.0,
        "zero",
        lowest=-1.0,
    ),
    _of_group(
        "spread_ratio",
        "Spread, over real rows'",
        "mean distance between two drawn rows of the group, divided by that between two real ones",
        "spread_ratio",
        1.0,
        "one",
        highest=math.inf,
    ),
    _of_group(
        "group_copy_share",
        "Copies within the group",
        "share of rows of the group that equal some training row of it in every column",
        "group_copy_metrics",
        None,
        "lower",
        family="privacy",
    ),
    _of_group(
        "excess_group_copy_share",
        "Copies within the group beyond chance",
        "share of copies of training rows among the drawn rows of the group, minus that among its held-out rows",
        "group_copy_metrics",
        0.0,
        "zero",
        lowest=-1.0,
        family="privacy",
    ),
    _of_group(
        "group_median_dcr",
        "Median distance to the group's training rows",
        "median distance of a row of the group to the closest training row of the group",
        "group_distance_metrics",
        None,
        "none",
        highest=math.inf,
        family="privacy",
    ),
    _of_group(
        "group_dcr_ratio",
        "Distance to the group's training rows, over held-out's",
        "median distance to the closest training row of the group of its drawn rows, divided by that of its "
        "held-out rows",
        "group_distance_metrics",
        1.0,
        "one",
        highest=math.inf,
        family="privacy",
    ),
    _of_group(
        "group_dcr_share",
        "Nearer to the group's training rows",
        "share of drawn rows of the group whose closest training row is nearer than their closest held-out row, "
        "ties counting half; equally many of both for every outcome",
        "dcr_share",
        0.5,
        "half",
        family="privacy",
    ),
)
