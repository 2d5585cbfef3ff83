"""What the measures of what stayed as it was mean."""

from __future__ import annotations

from equitab.metrics.metric_definition import Direction, MetricDefinition

__all__ = ["PRESERVATION"]


def _of_tables(
    name: str,
    title: str,
    formula: str,
    computed_by: str = "marginal_errors",
    *,
    lowest: float = 0.0,
    direction: Direction = "lower",
) -> MetricDefinition:
    return MetricDefinition(
        name, title, formula, "fidelity", "tables", lowest, 1.0, 0.0, direction, computed_by
    )


def _with_excess(name: str, title: str, formula: str) -> tuple[MetricDefinition, MetricDefinition]:
    """Return the definition of an error, and of how much larger it is than without the treatment."""
    excess = f"{formula}: with the treatment, less the same without it"
    return (
        _of_tables(name, title, formula),
        _of_tables(f"excess_{name}", f"{title}, more than without", excess, lowest=-1.0, direction="zero"),
    )


_DISTANCE = "total variation distance to the table compared with, numerics in deciles"

PRESERVATION = (
    _of_tables(
        "outcome_changed_share",
        "Outcomes changed",
        "share of rows whose outcome is another one than without the treatment",
        "changed_share",
    ),
    _of_tables(
        "outcome_rate_change",
        "Change of the outcome rate",
        "share of favorable outcomes with the treatment, less that without it",
        "rate_change",
        lowest=-1.0,
        direction="zero",
    ),
    _of_tables(
        "group_size_error",
        "Error of group sizes",
        "total variation distance of the groups' shares of the rows",
    ),
    *_with_excess("column_error", "Error of a column", _DISTANCE),
    _of_tables(
        "worst_excess_column_error",
        "Error of a column, more than without, worst column",
        "largest excess error of any column but the outcome",
        lowest=-1.0,
    ),
    *_with_excess(
        "other_column_error",
        "Error of all other columns",
        f"mean over all columns but the outcome of the {_DISTANCE}",
    ),
    *_with_excess(
        "other_pair_error",
        "Error of pairs without the outcome",
        f"mean over all pairs of columns that do not hold the outcome of the {_DISTANCE}",
    ),
    *_with_excess(
        "outcome_pair_error",
        "Error of pairs with the outcome",
        f"mean over all pairs of a column and the outcome of the {_DISTANCE}",
    ),
)
