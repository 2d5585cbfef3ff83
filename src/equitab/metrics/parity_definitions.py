"""What the measures mean that hold a spread over groups against chance, and a table's lowest rate."""

from __future__ import annotations

import math

from equitab.metrics.metric_definition import Direction, MetricDefinition

__all__ = ["PARITY"]


def _over_groups(
    name: str,
    title: str,
    formula: str,
    computed_by: str,
    *,
    direction: Direction = "none",
    ideal: float | None = None,
    highest: float = 1.0,
) -> MetricDefinition:
    """Return the definition of a measure over all groups that is no function of one table of counts alone."""
    return MetricDefinition(
        name, title, formula, "group_fairness", "all_groups", 0.0, highest, ideal, direction, computed_by
    )


PARITY = (
    _over_groups(
        "lowest_selection_rate",
        "Lowest selection rate",
        "smallest selection rate of any group",
        "lowest_rate",
    ),
    _over_groups(
        "exact_parity_spread",
        "Spread at exact parity",
        "median of the spread of rates that sampling alone gives at these group sizes, if all groups have "
        "the same true rate; the interval holds 95% of such samples",
        "exact_parity_spread",
    ),
    _over_groups(
        "parity_spread_ratio",
        "Spread over that of exact parity",
        "spread of the rates over all groups, divided by the median spread that exact parity gives at these "
        "group sizes",
        "exact_parity_spread",
        direction="lower",
        ideal=None,
        highest=math.inf,
    ),
    _over_groups(
        "groups_off_parity",
        "Groups off parity",
        "number of groups whose rate differs from that of everybody else by more than chance: exact tests, "
        "corrected for the number of groups (Holm)",
        "compare_with_overall",
        direction="lower",
        ideal=0.0,
        highest=math.inf,
    ),
    _over_groups(
        "smallest_tolerance",
        "Smallest tolerance that can be shown",
        "half-width of the interval of the difference between the two smallest groups at equal rates",
        "smallest_tolerance",
    ),
)
