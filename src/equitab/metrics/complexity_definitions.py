"""What the measures of a table's complexity mean: how hard it is to learn from, whoever learns."""

from __future__ import annotations

import math

from equitab.metrics.metric_definition import MetricDefinition

__all__ = ["COMPLEXITY"]


def _complexity(
    name: str,
    title: str,
    formula: str,
    computed_by: str,
    *,
    ideal: float | None = None,
    highest: float = 1.0,
) -> MetricDefinition:
    """Return the definition of a measure of which less is easier."""
    return MetricDefinition(
        f"complexity_{name}", title, formula, "complexity", "rows", 0.0, highest, ideal, "lower", computed_by
    )


COMPLEXITY = (
    _complexity(
        "c2",
        "Complexity C2 (imbalance of the outcomes)",
        "1 minus 1 over the imbalance ratio of the outcomes: 0 equally many of each, towards 1 all the same",
        "class_imbalance",
        ideal=0.0,
    ),
    _complexity(
        "f4",
        "Complexity F4 (overlap that all columns together leave)",
        "share of rows that lie where two outcomes overlap in every column, each column looked at on what the one "
        "before it left; mean over pairs of outcomes",
        "feature_overlap",
        ideal=0.0,
    ),
    _complexity(
        "t2",
        "Complexity T2 (dimensions for each row)",
        "number of dimensions, divided by the number of rows",
        "dimension_metrics",
        highest=math.inf,
    ),
    _complexity(
        "t3",
        "Complexity T3 (needed dimensions for each row)",
        "number of principal components that have 95% of the variance, divided by the number of rows",
        "dimension_metrics",
    ),
    _complexity(
        "t4",
        "Complexity T4 (share of the dimensions that are needed)",
        "number of principal components that have 95% of the variance, divided by the number of dimensions",
        "dimension_metrics",
    ),
    _complexity(
        "density",
        "Complexity of the network of near rows (density)",
        "1 minus the share of pairs of rows that have the same outcome and a Gower distance below 0.15",
        "network_metrics",
    ),
    _complexity(
        "clustering",
        "Complexity of the network of near rows (clustering)",
        "1 minus the mean share of a row's neighbours of the same outcome that are neighbours of each other",
        "network_metrics",
    ),
    _complexity(
        "hubs",
        "Complexity of the network of near rows (hubs)",
        "1 minus the mean hub score of the rows, where the best connected row has 1",
        "network_metrics",
    ),
)
