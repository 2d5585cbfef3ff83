"""What the measures of SHAP values mean: what a model's scores rest on."""

from __future__ import annotations

import math

from equitab.metrics.metric_definition import MetricDefinition

__all__ = ["EXPLANATIONS"]

EXPLANATIONS = (
    MetricDefinition(
        "shap_importance",
        "SHAP importance",
        "mean size of a feature's SHAP value, that is of what its value adds to a person's score or takes from it "
        "beside people drawn from the training rows; in the unit of the score (log-odds or probability), which the "
        "remark names; 0 for a feature that the model does not look at",
        "explanation",
        "rows",
        0.0,
        math.inf,
        None,
        "none",
        "importance_metrics",
    ),
    MetricDefinition(
        "shap_importance_share",
        "SHAP importance, share of all features",
        "SHAP importance of a feature, divided by the sum of those of all features; unlike importance itself it can be "
        "compared between models",
        "explanation",
        "rows",
        0.0,
        1.0,
        None,
        "none",
        "importance_metrics",
    ),
    MetricDefinition(
        "shap_mean_difference",
        "SHAP difference to the reference group",
        "mean SHAP value of a sensitive feature in a group less that in the reference group: how much better (above 0) "
        "or worse the group scores for having that very value, in the unit of the score; what the model takes from "
        "other features that go along with it is not in it",
        "explanation",
        "reference",
        -math.inf,
        math.inf,
        0.0,
        "zero",
        "attribution_differences",
    ),
)
