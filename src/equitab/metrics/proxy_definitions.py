"""What the measures of proxies mean: how well a sensitive feature can be told from other columns."""

from __future__ import annotations

from equitab.metrics.metric_definition import Direction, MetricDefinition

__all__ = ["PROXIES"]


def _of_proxies(
    name: str,
    title: str,
    formula: str,
    computed_by: str = "separate_groups",
    *,
    lowest: float = 0.0,
    ideal: float | None = 0.5,
    direction: Direction = "half",
) -> MetricDefinition:
    return MetricDefinition(
        name, title, formula, "group_fairness", "all_groups", lowest, 1.0, ideal, direction, computed_by
    )


_MODEL = "gradient boosting that has not seen the row"

PROXIES = (
    _of_proxies(
        "proxy_auroc",
        "Sensitive feature told by other columns",
        f"mean over groups of the AUROC of telling each from everybody else by the other columns, by {_MODEL}",
    ),
    _of_proxies(
        "proxy_balanced_accuracy",
        "Sensitive feature guessed right",
        f"mean over groups of the share guessed right from the other columns, by {_MODEL}; "
        "one over the number of groups by chance",
        "balanced_decisions",
        ideal=None,
        direction="lower",
    ),
    _of_proxies(
        "column_proxy_auroc",
        "Sensitive feature told by one column",
        "mean over groups of the AUROC of telling each from everybody else by one column alone",
    ),
    _of_proxies(
        "proxy_auroc_drop",
        "Carried by a column",
        "AUROC that is lost when one column is shuffled among rows that the model has not seen",
        lowest=-1.0,
        ideal=None,
        direction="none",
    ),
    _of_proxies(
        "proxy_auroc_change",
        "Change of what other columns tell",
        "AUROC of telling the sensitive feature by the other columns, less that in the table compared with",
        lowest=-1.0,
        ideal=None,
        direction="lower",
    ),
)
