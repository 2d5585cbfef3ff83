"""Ways to treat unfairness without new rows: weights, and thresholds for each group."""

from equitab.mitigation.resampling import copy_rows, remove_rows, resample_by_weight
from equitab.mitigation.reweighing import Reweighing, reweigh, reweighing_weights
from equitab.mitigation.threshold_optimizer import (
    GroupRule,
    ThresholdConstraint,
    ThresholdRules,
    fit_threshold_optimizer,
)

__all__ = [
    "GroupRule",
    "Reweighing",
    "ThresholdConstraint",
    "ThresholdRules",
    "copy_rows",
    "fit_threshold_optimizer",
    "remove_rows",
    "resample_by_weight",
    "reweigh",
    "reweighing_weights",
]
