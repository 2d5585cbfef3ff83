"""Adaptive sampling: shares of groups, and of real against generated rows, that are learned while a model trains.

`AdaptiveSamplingClassifier` (scikit-learn) and `RatioUpdater` (PyTorch) are loaded when they are first asked for.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from equitab.errors import MissingExtraError
from equitab.mitigation.adaptive_sampling.cells import Cells, make_cells
from equitab.mitigation.adaptive_sampling.drawing import AdaptiveBatchSampler, RatioPoint, Strategy
from equitab.mitigation.adaptive_sampling.objectives import (
    Gap,
    LastLayerRows,
    Objective,
    OuterObjective,
    outer_sensitivity,
)
from equitab.mitigation.adaptive_sampling.ratio_gradients import (
    Hypergradient,
    cell_gradients,
    hypergradient,
    layer_gradient,
    solve_last_layer,
)
from equitab.mitigation.adaptive_sampling.ratio_learner import RatioLearner, RatioSettings
from equitab.mitigation.adaptive_sampling.ratios import DataRatios
from equitab.mitigation.adaptive_sampling.row_weights import learned_weights

if TYPE_CHECKING:
    from equitab.mitigation.adaptive_sampling.classifier import AdaptiveSamplingClassifier
    from equitab.mitigation.adaptive_sampling.torch_updater import RatioUpdater

__all__ = [
    "AdaptiveBatchSampler",
    "AdaptiveSamplingClassifier",
    "Cells",
    "DataRatios",
    "Gap",
    "Hypergradient",
    "LastLayerRows",
    "Objective",
    "OuterObjective",
    "RatioLearner",
    "RatioPoint",
    "RatioSettings",
    "RatioUpdater",
    "Strategy",
    "cell_gradients",
    "hypergradient",
    "layer_gradient",
    "learned_weights",
    "make_cells",
    "outer_sensitivity",
    "solve_last_layer",
]

_HEAVY = {"AdaptiveSamplingClassifier": "classifier", "RatioUpdater": "torch_updater"}


def __getattr__(name: str) -> Any:
    """Load what needs scikit-learn or PyTorch when it is first asked for."""
    if name not in _HEAVY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "RatioUpdater" and find_spec("torch") is None:
        raise MissingExtraError("torch", "adaptive ratios in a PyTorch loop")
    return getattr(import_module(f"{__name__}.{_HEAVY[name]}"), name)
