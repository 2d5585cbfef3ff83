"""What each number of an imputation means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from equitab.metrics import MetricDefinition


def _error(name: str, title: str, formula: str, *, highest: float = math.inf) -> MetricDefinition:
    return MetricDefinition(
        name, title, formula, "fidelity", "tables", 0.0, highest, 0.0, "lower", "measure_imputation"
    )


def _signed(name: str, title: str, formula: str) -> MetricDefinition:
    return MetricDefinition(
        name, title, formula, "fidelity", "tables", -math.inf, math.inf, 0.0, "zero", "measure_imputation"
    )


_DEFINITIONS = (
    _error(
        "imputation_rmse",
        "Error of filled numbers (RMSE)",
        "root of the mean squared difference between filled and hidden values, in standard deviations",
    ),
    _error(
        "imputation_mae",
        "Error of filled numbers (MAE)",
        "mean absolute difference between filled and hidden values, in standard deviations of the column",
    ),
    _signed(
        "imputation_bias",
        "Bias of filled numbers",
        "mean of filled minus hidden values, in standard deviations of the column",
    ),
    _error(
        "imputation_wrong_share",
        "Wrongly filled categories",
        "share of filled values that are not the hidden ones",
        highest=1.0,
    ),
    _error(
        "imputation_total_variation",
        "Distribution of filled values",
        "total variation distance between filled and hidden values, numbers in tenths of the column",
        highest=1.0,
    ),
    _error(
        "imputation_rmse_difference",
        "Error of filled numbers, gap between groups",
        "RMSE of the group where it is largest minus that of the group where it is smallest",
    ),
    _error(
        "imputation_wrong_share_difference",
        "Wrongly filled categories, gap between groups",
        "wrong share of the group where it is largest minus that of the group where it is smallest",
        highest=1.0,
    ),
    _signed(
        "imputation_mean_shift",
        "Shift of a column's mean",
        "mean of all values after filling minus that of the known ones, in standard deviations of the column",
    ),
    _error(
        "imputation_distribution_shift",
        "Shift of a column's distribution",
        "total variation distance between all values after filling and the known ones",
        highest=1.0,
    ),
    _signed(
        "imputation_demographic_parity_change",
        "Change of a model's demographic parity difference",
        "that of the model trained on filled rows minus that of another model, same test rows",
    ),
    _signed(
        "imputation_equal_opportunity_change",
        "Change of a model's equal opportunity gap",
        "that of the model trained on filled rows minus that of another model, same test rows",
    ),
)

#: Every metric of the stage ``imputation`` by name, in the order in which a reader should meet them.
IMPUTATION_METRICS: Mapping[str, MetricDefinition] = MappingProxyType(
    {definition.name: definition for definition in _DEFINITIONS}
)
