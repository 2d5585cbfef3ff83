"""Time the fairness metrics against AIF360 and fairlearn, in one run, on the same rows.

    python benchmarks/fairness_metrics.py [--rows 1000000] [--repeats 5]

Prints a markdown table. Each time is the best of the repeats (of one for what takes longer than five seconds),
and the last column says how many times as long as the first line of its block it is. AIF360 is left out where
it is not installed.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np

from equitab.metrics import (
    GroupCounts,
    count_outcomes,
    definitions_with,
    fairness_metrics,
    group_rate_metrics,
    roc_area,
)


@dataclass(frozen=True)
class Predictions:
    """Random predictions about two groups and ten."""

    y_true: np.ndarray
    y_pred: np.ndarray
    score: np.ndarray
    sex: np.ndarray
    sex_and_race: np.ndarray
    weight: np.ndarray


def draw_predictions(n_rows: int, *, seed: int) -> Predictions:
    rng = np.random.default_rng(seed)
    sex = rng.integers(0, 2, n_rows)
    race = rng.choice(5, n_rows, p=[0.85, 0.09, 0.03, 0.02, 0.01])
    y_true = (rng.random(n_rows) < np.where(sex == 0, 0.30, 0.11)).astype(np.int64)
    score = 1 / (1 + np.exp(-rng.normal(2 * y_true - 1.5, 1.2)))
    y_pred = (score >= 0.5).astype(np.int64)
    return Predictions(y_true, y_pred, score, sex, sex * 5 + race, rng.gamma(2.0, 1.0, n_rows))


def best_time(work: Callable[[], object], repeats: int) -> float:
    best = math.inf
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
        if best > 5:
            break
    return best


def compute_all(counts: GroupCounts) -> dict[str, np.ndarray]:
    """Return every function of counts, without intervals: against group 0, over all groups, and by group."""
    arguments = {
        "reference": (counts.weights[1:], counts.weights[:1]),
        "all_groups": (counts.weights,),
        "rows": (counts.weights,),
    }
    return {
        definition.name: definition.compute(*arguments[definition.scope])
        for definition in definitions_with(from_counts=True)
        if definition.compute is not None
    }


def our_work(rows: Predictions) -> dict[str, Callable[[], object]]:
    def values(groups: np.ndarray, n_groups: int, weight: np.ndarray | None = None) -> object:
        return compute_all(
            count_outcomes(rows.y_true, rows.y_pred, groups, n_groups=n_groups, sample_weight=weight)
        )

    def intervals(groups: np.ndarray, n_groups: int, weight: np.ndarray | None = None) -> object:
        labels = [str(code) for code in range(n_groups)]
        arguments = (rows.y_true, rows.y_pred, groups)
        return [
            *fairness_metrics(*arguments, group_labels=labels, reference=0, sample_weight=weight, seed=0),
            *group_rate_metrics(*arguments, group_labels=labels, sample_weight=weight),
        ]

    n_metrics = len(definitions_with(from_counts=True))
    return {
        f"equitab, {n_metrics} metrics, 2 groups": lambda: values(rows.sex, 2),
        f"equitab, {n_metrics} metrics, 10 groups": lambda: values(rows.sex_and_race, 10),
        f"equitab, {n_metrics} metrics, 10 groups, weighted": lambda: values(
            rows.sex_and_race, 10, rows.weight
        ),
        "equitab, intervals from 1,000 replicates, 2 groups": lambda: intervals(rows.sex, 2),
        "equitab, intervals from 1,000 replicates, 10 groups": lambda: intervals(rows.sex_and_race, 10),
        "equitab, the same, weighted": lambda: intervals(rows.sex_and_race, 10, rows.weight),
    }


def aif360_work(rows: Predictions) -> dict[str, Callable[[], object]]:
    logging.getLogger().setLevel(logging.ERROR)  # it logs each optional package that is missing
    try:
        from aif360.datasets import BinaryLabelDataset
        from aif360.metrics import ClassificationMetric
    except ImportError:
        return {}
    import pandas as pd

    def make_dataset(outcome: np.ndarray) -> object:
        frame = pd.DataFrame({"sex": rows.sex.astype(float), "y": outcome.astype(float)})
        return BinaryLabelDataset(df=frame, label_names=["y"], protected_attribute_names=["sex"])

    true, predicted = make_dataset(rows.y_true), make_dataset(rows.y_pred)

    def measure() -> object:
        metric = ClassificationMetric(true, predicted, [{"sex": 1.0}], [{"sex": 0.0}])
        return (
            metric.statistical_parity_difference(),
            metric.disparate_impact(),
            metric.average_odds_difference(),
            metric.equal_opportunity_difference(),
            metric.theil_index(),
        )

    return {
        "AIF360, 5 metrics, 2 groups": measure,
        "AIF360, its two dataset objects": lambda: (make_dataset(rows.y_true), make_dataset(rows.y_pred)),
    }


def fairlearn_work(rows: Predictions) -> dict[str, Callable[[], object]]:
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
    from sklearn.metrics import accuracy_score

    metrics = {
        "selection_rate": selection_rate,
        "true_positive_rate": true_positive_rate,
        "false_positive_rate": false_positive_rate,
        "accuracy": accuracy_score,
    }

    def measure(groups: np.ndarray) -> object:
        frame = MetricFrame(
            metrics=metrics, y_true=rows.y_true, y_pred=rows.y_pred, sensitive_features=groups
        )
        return frame.difference(), frame.ratio()

    return {
        "fairlearn MetricFrame, 4 metrics, 2 groups": lambda: measure(rows.sex),
        "fairlearn MetricFrame, 4 metrics, 10 groups": lambda: measure(rows.sex_and_race),
    }


def auroc_work(rows: Predictions) -> dict[str, Callable[[], object]]:
    from sklearn.metrics import roc_auc_score

    return {
        "equitab, AUROC with DeLong's interval": lambda: roc_area(rows.y_true, rows.score).interval(),
        "equitab, the same, weighted": lambda: roc_area(
            rows.y_true, rows.score, sample_weight=rows.weight
        ).interval(),
        "scikit-learn, AUROC without interval": lambda: roc_auc_score(rows.y_true, rows.score),
    }


def print_table(title: str, work: dict[str, Callable[[], object]], repeats: int) -> None:
    print(f"\n| {title} | seconds | ratio |\n|---|---|---|")
    baseline = 0.0
    for name, each in work.items():
        seconds = best_time(each, repeats)
        baseline = baseline or seconds
        print(f"| {name} | {seconds:.4f} | {seconds / baseline:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the fairness metrics against their peers.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    rows = draw_predictions(arguments.rows, seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peers' own deprecations
        print(f"{arguments.rows:,} predictions, best of {arguments.repeats}, {os.cpu_count()} cores")
        print_table(
            "functions of counts",
            our_work(rows) | aif360_work(rows) | fairlearn_work(rows),
            arguments.repeats,
        )
        print_table("functions of scores", auroc_work(rows), arguments.repeats)


if __name__ == "__main__":
    main()
