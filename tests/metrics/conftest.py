"""Random tables, and the reference libraries that our metrics are compared with."""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pytest


@dataclass(frozen=True)
class Table:
    """A random table of predictions."""

    y_true: np.ndarray
    y_pred: np.ndarray
    score: np.ndarray
    groups: np.ndarray
    weight: np.ndarray
    n_groups: int


def _make_table(seed: int, *, n_rows: int = 600, n_groups: int = 3) -> Table:
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, n_groups, n_rows)
    y_true = rng.random(n_rows) < np.linspace(0.25, 0.6, n_groups)[groups]
    score = np.clip(rng.normal(0.35 + 0.25 * y_true, 0.2), 0, 1).round(2)
    weight = rng.gamma(2.0, 1.0, n_rows) + 0.1
    return Table(y_true.astype(int), (score >= 0.5).astype(int), score, groups, weight, n_groups)


@pytest.fixture
def make_table() -> Callable[..., Table]:
    return _make_table


def _import_quietly(name: str) -> ModuleType:
    # AIF360 logs a warning for each optional package that is missing, and its imports raise pandas' own.
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    finally:
        root.setLevel(level)


@pytest.fixture(scope="session")
def aif360_metrics() -> Callable[..., dict[str, float]]:
    """A function that computes AIF360's metrics of a table, one group against a reference."""
    pytest.importorskip("aif360")
    datasets, metrics = _import_quietly("aif360.datasets"), _import_quietly("aif360.metrics")
    pandas = importlib.import_module("pandas")

    def compute(
        table: Table, group: list[int], reference: int, *, weighted: bool = False
    ) -> dict[str, float]:
        frame = pandas.DataFrame({"s": table.groups.astype(float), "y": table.y_true.astype(float)})
        frame["w"] = table.weight if weighted else 1.0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            true = datasets.BinaryLabelDataset(
                df=frame, label_names=["y"], protected_attribute_names=["s"], instance_weights_name="w"
            )
            predicted = true.copy()
            predicted.labels = table.y_pred.astype(float).reshape(-1, 1)
            metric = metrics.ClassificationMetric(
                true,
                predicted,
                unprivileged_groups=[{"s": float(code)} for code in group],
                privileged_groups=[{"s": float(reference)}],
            )
            return {
                "statistical_parity_difference": metric.statistical_parity_difference(),
                "disparate_impact": metric.disparate_impact(),
                "equal_opportunity_difference": metric.equal_opportunity_difference(),
                "average_odds_difference": metric.average_odds_difference(),
                "average_absolute_odds_difference": metric.average_abs_odds_difference(),
                "false_positive_rate_difference": metric.false_positive_rate_difference(),
                "predictive_parity_difference": metric.positive_predictive_value(privileged=False)
                - metric.positive_predictive_value(privileged=True),
                "theil_index": metric.theil_index(),
            }

    return compute
