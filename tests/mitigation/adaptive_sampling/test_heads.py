"""Heads: what predicts is an average over about the last tenth of all steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equitab.mitigation.adaptive_sampling.heads import LogisticHead


def make_head(name: str) -> Any:
    """Return a small head."""
    if name == "logistic":
        return LogisticHead(2, 2, learning_rate=0.05)
    pytest.importorskip("torch")
    from equitab.mitigation.adaptive_sampling.mlp_head import MlpHead

    return MlpHead(2, 2, hidden=(2,), learning_rate=0.05, seed=0)


def flat(weights: Any) -> np.ndarray:
    """Return an array, or the parameters of a network, as one row of numbers."""
    if isinstance(weights, np.ndarray):
        return weights.ravel().copy()
    return np.concatenate([held.detach().numpy().ravel() for held in weights.parameters()])


def moving(head: Any) -> np.ndarray:
    """Return the weights that steps move, which the average follows."""
    return flat(head.weights if isinstance(head, LogisticHead) else head.network)


@pytest.mark.parametrize("name", ["logistic", "mlp"])
def test_the_average_gives_each_step_the_weight_of_polynomial_decay(name: str) -> None:
    """That of step t grows as (t + 1)(t + 2)...(t + 8), however many steps there are: no step is of no account."""
    rng, head = np.random.default_rng(0), make_head(name)
    path = [moving(head)]
    for _ in range(1500):
        labels = rng.integers(0, 2, 8)
        head.train_on(rng.normal(size=(8, 2)) + labels[:, None], labels, None)
        path.append(moving(head))
    growth = np.prod([np.arange(len(path)) + k for k in range(1, 9)], axis=0, dtype=float)
    assert flat(head.average) == pytest.approx(np.average(path, axis=0, weights=growth), abs=1e-5)
    assert growth[: 4 * len(path) // 5].sum() < 0.15 * growth.sum()
