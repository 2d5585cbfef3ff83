"""The list of all metrics: what each means, which way is better, and how it is computed.

Glossary, report and the shared tests read this list, so a metric that is added here is explained, shown and
tested on arrival. Functions of counts carry their function; the others are measured by the function that
their definition names in `computed_by`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from equitab.metrics.count_definitions import ALL_GROUPS, GROUP_RATES, INDIVIDUAL, PERFORMANCE, REFERENCE
from equitab.metrics.metric_definition import Direction, Family, MetricDefinition, Scope

__all__ = ["METRICS", "definitions_with"]


def _of_tables(
    name: str,
    title: str,
    formula: str,
    family: Family,
    ideal: float | None,
    direction: Direction,
    *,
    highest: float = 1.0,
) -> MetricDefinition:
    """Return the definition of a metric that compares a synthetic table with a real one."""
    computed_by = "fidelity_metrics" if family == "fidelity" else "privacy_metrics"
    if name.endswith("copy_share"):
        computed_by = "copy_metrics"
    if name == "c2st_auroc":
        computed_by = "auroc"  # of the predictions that the evaluation room's detector makes
    return MetricDefinition(
        name, title, formula, family, "tables", 0.0, highest, ideal, direction, computed_by
    )


_FIDELITY = (
    _of_tables(
        "column_shapes",
        "Column shapes",
        "mean over columns of 1 minus the Kolmogorov-Smirnov (numeric) "
        "or total variation (categorical) distance",
        "fidelity",
        1.0,
        "higher",
    ),
    _of_tables(
        "pair_trends",
        "Pair trends",
        "mean over pairs of columns of 1 minus half the difference of correlations (both numeric), "
        "or 1 minus the total variation distance of the joint table (numerics in deciles)",
        "fidelity",
        1.0,
        "higher",
    ),
    _of_tables(
        "column_and_pair_quality",
        "Column and pair quality",
        "mean of column shapes and pair trends",
        "fidelity",
        1.0,
        "higher",
    ),
    _of_tables(
        "weighted_nmi_similarity",
        "Weighted mutual information similarity",
        "1 minus the mean over pairs of the difference of normalised mutual informations, "
        "weighted by their sum",
        "fidelity",
        1.0,
        "higher",
    ),
    _of_tables(
        "univariate_error",
        "Univariate error",
        "mean over columns of the total variation distance, numerics in deciles",
        "fidelity",
        0.0,
        "lower",
    ),
    _of_tables(
        "bivariate_error",
        "Bivariate error",
        "mean over pairs of columns of the total variation distance of the joint table, numerics in deciles",
        "fidelity",
        0.0,
        "lower",
    ),
    _of_tables(
        "c2st_auroc",
        "Detection by gradient boosting (C2ST)",
        "AUROC of gradient boosting that tells synthetic from training rows, across five folds",
        "fidelity",
        0.5,
        "half",
    ),
)

_PRIVACY = (
    _of_tables(
        "dcr_share",
        "Share nearer to training than to holdout",
        "share of synthetic rows whose closest training row is nearer than their closest holdout row, "
        "ties counting half",
        "privacy",
        0.5,
        "half",
    ),
    _of_tables(
        "median_dcr",
        "Median distance to closest record",
        "median distance of a synthetic row to its closest training row",
        "privacy",
        None,
        "none",
        highest=math.inf,
    ),
    _of_tables(
        "median_dcr_ratio",
        "Median distance to closest record, over holdout's",
        "median distance to the closest training row of synthetic rows, divided by that of holdout rows",
        "privacy",
        1.0,
        "one",
        highest=math.inf,
    ),
    _of_tables(
        "nndr_ratio",
        "Nearest-neighbour distance ratio, over holdout's",
        "tenth smallest ratio of the distances to the closest and second closest record: "
        "to training rows, divided by that to holdout rows",
        "privacy",
        1.0,
        "one",
        highest=math.inf,
    ),
    _of_tables(
        "close_share_2",
        "Share closer to training than 2% of real rows",
        "share of synthetic rows nearer to training than the 2% quantile of the distances "
        "from holdout rows to training",
        "privacy",
        0.02,
        "lower",
    ),
    _of_tables(
        "close_share_5",
        "Share closer to training than 5% of real rows",
        "share of synthetic rows nearer to training than the 5% quantile of the distances "
        "from holdout rows to training",
        "privacy",
        0.05,
        "lower",
    ),
    _of_tables(
        "exact_copy_share",
        "Exact copies of training rows",
        "share of synthetic rows equal in every column to some training row",
        "privacy",
        0.0,
        "lower",
    ),
    _of_tables(
        "holdout_copy_share",
        "Exact copies of holdout rows",
        "share of synthetic rows equal in every column to some holdout row: what chance alone gives",
        "privacy",
        None,
        "none",
    ),
)

#: Every metric by name, in the order in which a reader should meet them.
METRICS: Mapping[str, MetricDefinition] = MappingProxyType(
    {
        definition.name: definition
        for definition in (
            *PERFORMANCE,
            *REFERENCE,
            *ALL_GROUPS,
            *INDIVIDUAL,
            *GROUP_RATES,
            *_FIDELITY,
            *_PRIVACY,
        )
    }
)


def definitions_with(
    *, scope: Scope | None = None, family: Family | None = None, from_counts: bool = False
) -> tuple[MetricDefinition, ...]:
    """Return the definitions of one kind, in the order of `METRICS`.

    Parameters
    ----------
    scope : str, optional
        Only those about this.
    family : str, optional
        Only those of this family.
    from_counts : bool, default False
        Only functions of counts.

    Returns
    -------
    tuple of MetricDefinition
        Possibly empty.

    Examples
    --------
    >>> [definition.name for definition in definitions_with(family="individual_fairness")]
    ['theil_index']
    """
    return tuple(
        definition
        for definition in METRICS.values()
        if (scope is None or definition.scope == scope)
        and (family is None or definition.family == family)
        and (definition.is_function_of_counts or not from_counts)
    )
