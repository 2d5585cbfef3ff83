"""What the measures of a synthetic table mean: fidelity, variety and privacy, for everybody and by group."""

from __future__ import annotations

import math
from dataclasses import replace

from equitab.metrics.metric_definition import Direction, MetricDefinition

__all__ = ["FIDELITY", "GROUP_SUMMARIES", "PRIVACY"]


def _of_tables(
    name: str,
    title: str,
    formula: str,
    computed_by: str,
    ideal: float | None,
    direction: Direction,
    *,
    lowest: float = 0.0,
    highest: float = 1.0,
) -> MetricDefinition:
    """Return the definition of a measure of how a synthetic table follows a real one."""
    return MetricDefinition(
        name, title, formula, "fidelity", "tables", lowest, highest, ideal, direction, computed_by
    )


def _excess(sets: str, title: str) -> MetricDefinition:
    """Return the definition of an error less that of fresh real rows."""
    return _of_tables(
        f"excess_{sets}_error",
        f"{title} error beyond chance",
        f"{title.lower()} error of the synthetic rows, minus that of equally many held-out real rows: "
        "0 is as good as fresh real rows, below 0 is closer than those can be",
        "marginal_errors",
        0.0,
        "zero",
        lowest=-1.0,
    )


FIDELITY = (
    _of_tables(
        "column_shapes",
        "Column shapes",
        "mean over columns of 1 minus the Kolmogorov-Smirnov (numeric) "
        "or total variation (categorical) distance",
        "fidelity_metrics",
        1.0,
        "higher",
    ),
    _of_tables(
        "pair_trends",
        "Pair trends",
        "mean over pairs of columns of 1 minus half the difference of correlations (both numeric), "
        "or 1 minus the total variation distance of the joint table (numerics in deciles)",
        "fidelity_metrics",
        1.0,
        "higher",
    ),
    _of_tables(
        "column_and_pair_quality",
        "Column and pair quality",
        "mean of column shapes and pair trends",
        "fidelity_metrics",
        1.0,
        "higher",
    ),
    _of_tables(
        "weighted_nmi_similarity",
        "Weighted mutual information similarity",
        "1 minus the mean over pairs of the difference of normalised mutual informations, "
        "weighted by their sum",
        "fidelity_metrics",
        1.0,
        "higher",
    ),
    _of_tables(
        "univariate_error",
        "Univariate error",
        "mean over columns of the total variation distance, numerics in deciles",
        "marginal_errors",
        0.0,
        "lower",
    ),
    _of_tables(
        "bivariate_error",
        "Bivariate error",
        "mean over pairs of columns of the total variation distance of the joint table, numerics in deciles",
        "marginal_errors",
        0.0,
        "lower",
    ),
    _of_tables(
        "trivariate_error",
        "Trivariate error",
        "mean over triples of columns (at most 500, drawn by the seed) of the total variation distance "
        "of the joint table, numerics in deciles",
        "marginal_errors",
        0.0,
        "lower",
    ),
    _excess("univariate", "Univariate"),
    _excess("bivariate", "Bivariate"),
    _excess("trivariate", "Trivariate"),
    _of_tables(
        "c2st_auroc",
        "Detection (C2ST)",
        "AUROC of a detector that tells synthetic from training rows which it did not learn from: "
        "gradient boosting, a random forest, a neural network, or boosting on pairs of columns",
        "auroc",  # of the predictions that the evaluation room's detectors make
        0.5,
        "half",
    ),
    _of_tables(
        "worst_c2st_auroc",
        "Detection by the best detector",
        "the largest AUROC of all detectors that tell synthetic from training rows",
        "auroc",
        0.5,
        "half",
    ),
    _of_tables(
        "global_utility",
        "Global utility",
        "mean over columns, each in turn the target, of what a model trained on synthetic rows explains of "
        "held-out real rows, divided by what one trained on real rows explains",
        "relative_skill",
        1.0,
        "higher",
        highest=math.inf,
    ),
    _of_tables(
        "coverage",
        "Coverage",
        "share of training rows that have a row of the table no farther away than their fifth nearest "
        "training row",
        "coverage_metrics",
        None,
        "higher",
    ),
    _of_tables(
        "coverage_shortfall",
        "Coverage missing",
        "coverage by equally many held-out real rows, minus coverage by the synthetic rows: "
        "0 is as varied as fresh real rows",
        "coverage_metrics",
        0.0,
        "zero",
        lowest=-1.0,
    ),
    _of_tables(
        "representation_ratio",
        "Representation",
        "share of a group among the synthetic rows, divided by its share among the training rows",
        "representation_metrics",
        1.0,
        "one",
        highest=math.inf,
    ),
)


def _private(
    name: str,
    title: str,
    formula: str,
    computed_by: str,
    ideal: float | None,
    direction: Direction,
    *,
    highest: float = 1.0,
) -> MetricDefinition:
    """Return the definition of a measure of what a synthetic table gives away."""
    held = _of_tables(name, title, formula, computed_by, ideal, direction, highest=highest)
    return replace(held, family="privacy")


PRIVACY = (
    _private(
        "dcr_share",
        "Share nearer to training than to holdout",
        "share of synthetic rows whose closest training row is nearer than their closest holdout row, "
        "ties counting half",
        "privacy_metrics",
        0.5,
        "half",
    ),
    _private(
        "half_dcr_share",
        "Share nearer to the half learned from",
        "share of rows nearer to the half of the real rows that their generator learned from than to the "
        "other half, ties counting half: a full copy scores 1",
        "dcr_share",
        0.5,
        "half",
    ),
    _private(
        "median_dcr",
        "Median distance to closest record",
        "median distance of a synthetic row to its closest training row",
        "privacy_metrics",
        None,
        "none",
        highest=math.inf,
    ),
    _private(
        "median_dcr_ratio",
        "Median distance to closest record, over holdout's",
        "median distance to the closest training row of synthetic rows, divided by that of holdout rows",
        "privacy_metrics",
        1.0,
        "one",
        highest=math.inf,
    ),
    _private(
        "nndr_ratio",
        "Nearest-neighbour distance ratio, over holdout's",
        "tenth smallest ratio of the distances to the closest and second closest record: "
        "to training rows, divided by that to holdout rows",
        "privacy_metrics",
        1.0,
        "one",
        highest=math.inf,
    ),
    _private(
        "close_share_2",
        "Share closer to training than 2% of real rows",
        "share of synthetic rows nearer to training than the 2% quantile of the distances "
        "from holdout rows to training",
        "privacy_metrics",
        0.02,
        "lower",
    ),
    _private(
        "close_share_5",
        "Share closer to training than 5% of real rows",
        "share of synthetic rows nearer to training than the 5% quantile of the distances "
        "from holdout rows to training",
        "privacy_metrics",
        0.05,
        "lower",
    ),
    _private(
        "exact_copy_share",
        "Exact copies of training rows",
        "share of synthetic rows equal in every column to some training row",
        "copy_metrics",
        0.0,
        "lower",
    ),
    _private(
        "holdout_copy_share",
        "Exact copies of holdout rows",
        "share of synthetic rows equal in every column to some holdout row: what chance alone gives",
        "copy_metrics",
        None,
        "none",
    ),
    _private(
        "membership_auroc",
        "Membership inference",
        "AUROC of an attack that tells training rows from held-out rows by the synthetic table",
        "membership_metrics",
        0.5,
        "half",
    ),
    _private(
        "worst_membership_auroc",
        "Membership inference, best attack",
        "the largest AUROC of all attacks that tell training rows from held-out rows",
        "membership_metrics",
        0.5,
        "half",
    ),
    _private(
        "membership_tpr_1",
        "Members found at 1% false accusations",
        "share of training rows that an attack finds while it accuses at most 1% of the held-out rows",
        "membership_metrics",
        0.01,
        "lower",
    ),
    _private(
        "worst_membership_tpr_1",
        "Members found at 1% false accusations, best attack",
        "the largest share of training rows that any attack finds while it accuses at most 1% of the "
        "held-out rows",
        "membership_metrics",
        0.01,
        "lower",
    ),
)

_SUMMARISED = (
    "representation_ratio",
    "excess_bivariate_error",
    "c2st_auroc",
    "coverage_shortfall",
    "dcr_share",
    "membership_auroc",
)


def _summaries(held: MetricDefinition) -> tuple[MetricDefinition, MetricDefinition]:
    """Return the definitions of a measure's worst group and of its largest difference between groups."""
    worst = replace(
        held,
        name=f"{held.name}_worst_group",
        title=f"{held.title}, worst group",
        formula=f"the least good value of any group: {held.formula}",
        computed_by="summarise_groups",
    )
    gap = replace(
        held,
        name=f"{held.name}_group_difference",
        title=f"{held.title}, difference between groups",
        formula=f"largest less smallest value of any group, where better than ideal counts as ideal: {held.formula}",
        lowest=0.0,
        highest=held.highest - held.lowest,
        ideal=0.0,
        direction="zero",
        computed_by="summarise_groups",
    )
    return worst, gap


GROUP_SUMMARIES = tuple(
    summary for held in (*FIDELITY, *PRIVACY) if held.name in _SUMMARISED for summary in _summaries(held)
)
