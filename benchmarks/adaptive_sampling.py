"""Adaptive ratios on FairBatch's synthetic set, and what they cost in time and memory.

    python benchmarks/adaptive_sampling.py                  # accuracy and gaps, all strategies, ten seeds
    python benchmarks/adaptive_sampling.py --part cost      # overhead at several intervals, logistic and network
    python benchmarks/adaptive_sampling.py --part pool      # time of a fit without and with generated rows
    python benchmarks/adaptive_sampling.py --part flat      # time and memory of 5,000 steps, in blocks

Prints a markdown table. The set: two outcomes equally common, x of outcome 1 from N((2, 2), ((5, 1), (1, 5))), of
outcome 0 from N((-2, -2), ((10, 1), (1, 3))); with x' the row vector x times the rotation matrix of a quarter of pi,
the group is 1 with the probability p(x' | y=1) / (p(x' | y=1) + p(x' | y=0)). The group is the third feature. 2,000
rows to train on, which also serve for validation, as in FairBatch; judged on 100,000 fresh ones. Times are of the
processor.
"""

from __future__ import annotations

import argparse
import resource
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import cross_val_predict

from equitab.mitigation.adaptive_sampling import AdaptiveSamplingClassifier, RatioSettings
from equitab.mitigation.adaptive_sampling.cells import make_cells
from equitab.mitigation.adaptive_sampling.drawing import AdaptiveBatchSampler
from equitab.mitigation.adaptive_sampling.head_training import (
    HeadTraining,
    TrainingRows,
    interval_for,
    shortest_seconds,
)
from equitab.mitigation.adaptive_sampling.heads import Head, LogisticHead

MEANS = np.array([[-2.0, -2.0], [2.0, 2.0]])
SPREADS = np.array([[[10.0, 1.0], [1.0, 3.0]], [[5.0, 1.0], [1.0, 5.0]]])
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]

LOSSES = {"gap": "loss", "label_shares": "kept", "judged_by": "validation"}
RATES_AND_OUTCOMES = {"gap": "rate", "label_shares": "learned"}

STRATEGIES: dict[str, dict[str, Any]] = {
    "uniform": {"strategy": "uniform"},
    "balanced": {"strategy": "balanced"},
    "fairbatch": {"strategy": "fairbatch"},
    "dr_fairness, as published (k 20, every batch, 128 rows)": {
        "accuracy_weight": 20.0,
        "update_every": 1,
        "n_validation": 128,
        "inner_rows": "validation",
    },
    "dr_fairness, k 1": {"accuracy_weight": 1.0},
    "dr_fairness, k 0.5": {"accuracy_weight": 0.5},
    "dr_fairness, k 0.1": {"accuracy_weight": 0.1},
    "dr_fairness, k 0.5, exact solve": {"accuracy_weight": 0.5, "hypergradient": "last_layer"},
    "dr_fairness, k 1, rates": {"accuracy_weight": 1.0, "gap": "rate"},
    "dr_fairness, k 0.5, rates": {"accuracy_weight": 0.5, "gap": "rate"},
    "dr_fairness, k 0.2, rates": {"accuracy_weight": 0.2, "gap": "rate"},
    "dr_fairness, k 1, rates, outcomes too": {"accuracy_weight": 1.0, **RATES_AND_OUTCOMES},
    "dr_fairness, k 0.5, rates, outcomes too": {"accuracy_weight": 0.5, **RATES_AND_OUTCOMES},
}
GAPS = {"equal_opportunity": 1, "equalized_odds": 2, "demographic_parity": 3}


def main() -> None:
    """Print the table of one part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=tuple(PARTS), default="quality")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rows", type=int, default=2000, help="to train on, for the part quality")
    parser.add_argument("--objective", choices=tuple(GAPS), default="equal_opportunity")
    parser.add_argument("--steps", type=int, default=5000, help="for the parts cost, pool and flat")
    parser.add_argument(
        "--smoothed", action="store_true", help="judge by outcomes that a model thinks likely"
    )
    parser.add_argument("--only", default="", help="strategies whose name holds this")
    for line in PARTS[parser.parse_args().part](parser.parse_args()):
        print(line, flush=True)


def synthetic_rows(n_rows: int, *, seed: int) -> Rows:
    """Return features (the group last), outcomes and groups of FairBatch's set."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n_rows)
    parts = [rng.multivariate_normal(MEANS[label], SPREADS[label], n_rows) for label in (0, 1)]
    x = np.where(y[:, None] == 1, parts[1], parts[0])
    turn = np.array([[1.0, -1.0], [1.0, 1.0]]) * np.sqrt(0.5)
    density = [np.exp(log_density(x @ turn, label)) for label in (0, 1)]
    z = (rng.random(n_rows) < density[1] / (density[0] + density[1])).astype(np.int64)
    return np.c_[x, z], y, z


def log_density(x: np.ndarray, label: int) -> np.ndarray:
    """Return the logarithm of an outcome's normal density, but for a constant."""
    distance = x - MEANS[label]
    inverse = np.linalg.inv(SPREADS[label])
    return -0.5 * (
        np.einsum("ij,jk,ik->i", distance, inverse, distance) + np.log(np.linalg.det(SPREADS[label]))
    )


def judge(predicted: np.ndarray, y: np.ndarray, z: np.ndarray) -> tuple[float, float, float, float]:
    """Return accuracy and the gaps of equal opportunity, equalized odds and demographic parity."""
    rates = np.array(
        [[predicted[(y == label) & (z == group)].mean() for group in (0, 1)] for label in (0, 1)]
    )
    gaps = np.abs(rates[:, 0] - rates[:, 1])
    parity = abs(predicted[z == 0].mean() - predicted[z == 1].mean())
    return float((predicted == y).mean()), float(gaps[1]), float(gaps.max()), float(parity)


def quality(asked: argparse.Namespace) -> Iterator[str]:
    """Yield the table of accuracies and gaps."""
    fresh = synthetic_rows(100_000, seed=10_000)
    yield f"| strategy | accuracy | gap ({asked.objective}) | lowest and highest gap | s a run |"
    yield "|---|---|---|---|---|"
    for name, settings in STRATEGIES.items():
        if asked.only not in name:
            continue
        began, found = time.process_time(), []
        for seed in range(asked.seeds):
            X, y, z = synthetic_rows(asked.rows, seed=seed)
            model = AdaptiveSamplingClassifier(
                objective=asked.objective,
                **{"update_every": 8, "n_steps": 3000, **LOSSES, **settings},
                seed=seed,
            )
            judging = smoothed(X, y, z, seed=seed) if asked.smoothed else (X, y, z)
            model.fit(X, y, sensitive_features=z, validation=judging)
            found.append(judge(model.predict(fresh[0]), fresh[1], fresh[2]))
        accuracy = np.mean(found, axis=0)[0]
        gaps = np.array(found)[:, GAPS[asked.objective]]
        seconds = (time.process_time() - began) / asked.seeds
        yield (
            f"| {name} | {accuracy:.4f} ± {np.std([row[0] for row in found]):.4f} "
            f"| {gaps.mean():.4f} ± {gaps.std():.4f} | {gaps.min():.4f}, {gaps.max():.4f} | {seconds:.1f} |"
        )


def smoothed(X: np.ndarray, y: np.ndarray, z: np.ndarray, *, seed: int, n_copies: int = 20) -> Rows:
    """Return copies of rows whose outcomes are as common as boosted trees, which learned other rows, think likely."""
    trees = HistGradientBoostingClassifier(max_depth=3, max_iter=60, learning_rate=0.08)
    chances = cross_val_predict(trees, X, y, cv=5, method="predict_proba")[:, 1]
    steps = np.random.default_rng(seed).random((len(X), 1)) + np.arange(n_copies)
    outcomes = (steps / n_copies < chances[:, None]).astype(int)
    return np.repeat(X, n_copies, axis=0), outcomes.ravel(), np.repeat(z, n_copies)


def training_of(head: Head, rows: TrainingRows, *, update_every: int) -> HeadTraining:
    """Return a training on real and generated rows."""
    cells = rows.cells
    sampler = AdaptiveBatchSampler(cells.labels, cells.groups, cells.is_generated, batch_size=100, seed=0)
    real = TrainingRows(
        rows.features[~cells.is_generated],
        make_cells(cells.labels[~cells.is_generated], cells.groups[~cells.is_generated]),
    )
    return HeadTraining(
        head, sampler, rows, real, RatioSettings(n_validation=512), update_every=update_every, seed=0
    )


def mixed_rows() -> TrainingRows:
    """Return 2,000 real rows and as many that stand for generated ones."""
    (X, y, z), (more, labels, groups) = synthetic_rows(2000, seed=0), synthetic_rows(2000, seed=1)
    cells = make_cells(np.r_[y, labels], np.r_[z, groups], np.arange(4000) >= 2000)
    return TrainingRows(np.concatenate([X, more]), cells)


def heads() -> dict[str, Callable[[], Head]]:
    """Return the heads by name."""
    from equitab.mitigation.adaptive_sampling.mlp_head import MlpHead

    return {"logistic": lambda: LogisticHead(3, 2), "network 64, 64": lambda: MlpHead(3, 2, seed=0)}


def cost(asked: argparse.Namespace) -> Iterator[str]:
    """Yield the table of overheads: updates at an interval, as a share of training without them."""
    rows = mixed_rows()
    yield "| head | a step, µs | an update, µs | interval chosen | overhead there | overhead at every batch |"
    yield "|---|---|---|---|---|---|"
    for name, make in heads().items():
        training = training_of(make(), rows, update_every=1)
        step, update = (shortest_seconds(act, 300) for act in (training._train, training._update))
        interval = interval_for(step, update)
        whole = {every: training_seconds(make(), rows, every, asked.steps) for every in (0, interval, 1)}
        overheads = [whole[every] / whole[0] - 1 for every in (interval, 1)]
        yield (
            f"| {name} | {step * 1e6:.0f} | {update * 1e6:.0f} | {interval} "
            f"| {overheads[0]:.1%} | {overheads[1]:.1%} |"
        )


def training_seconds(head: Head, rows: TrainingRows, every: int, n_steps: int) -> float:
    """Return the seconds of the processor that some steps take; 0 stands for no update but the first."""
    training = training_of(head, rows, update_every=every or n_steps + 1)
    began = time.process_time()
    training.run(n_steps)
    return time.process_time() - began


def pool(asked: argparse.Namespace) -> Iterator[str]:
    """Yield the table of fits without generated rows, with them, and with and without to see which is better."""
    (X, y, z), made = synthetic_rows(2000, seed=0), synthetic_rows(2000, seed=1)
    ways = {"none": (None, "always"), "always": (made, "always"), "if better": (made, "if_better")}
    yield "| estimator | generated rows | s a fit |"
    yield "|---|---|---|"
    for name, (way, (generated, used)) in product(("logistic", "mlp"), ways.items()):
        model = AdaptiveSamplingClassifier(name, update_every=16, n_steps=asked.steps, generated_rows=used)
        fit = partial(model.fit, X, y, sensitive_features=z, generated=generated)
        yield f"| {name} | {way} | {shortest_seconds(fit, 3):.2f} |"


def flat(asked: argparse.Namespace) -> Iterator[str]:
    """Yield time and memory of blocks of steps, an update before every batch."""
    rows = mixed_rows()
    yield "| head | steps | µs a step | memory held, KiB | largest process size, MiB |"
    yield "|---|---|---|---|---|"
    for name, make in heads().items():
        training = training_of(make(), rows, update_every=1)
        training.run(100)
        for begin in range(0, asked.steps, asked.steps // 5):
            began = time.process_time()
            training.run(asked.steps // 5)
            seconds = time.process_time() - began
            tracemalloc.start()
            training.run(50)
            held = tracemalloc.get_traced_memory()[0] / 1024
            tracemalloc.stop()
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            end = begin + asked.steps // 5
            yield f"| {name} | {begin} to {end} | {seconds / (asked.steps // 5) * 1e6:.0f} | {held:.0f} | {peak:.0f} |"


PARTS: dict[str, Callable[[argparse.Namespace], Iterator[str]]] = {
    "quality": quality,
    "cost": cost,
    "pool": pool,
    "flat": flat,
}

if __name__ == "__main__":
    main()
