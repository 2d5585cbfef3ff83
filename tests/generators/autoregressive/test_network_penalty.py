"""Fairness penalties in mini-batches pull as the formula of the whole table does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equitab.generators.autoregressive.network_penalty import PenaltyMultipliers
from equitab.generators.fairness.class_penalty import ClassPenalty
from equitab.generators.fairness.penalty import FULL_STRENGTH, FairnessPenalty

N_ROWS = 300
CRITERIA = (
    ("demographic_parity", None),
    ("equal_opportunity", None),
    ("equalized_odds", None),
    ("predictive_parity", None),
    ("minimum_rate", 0.4),
)


def penalty(criterion: Any, bound: float | None = None) -> FairnessPenalty:
    random = np.random.default_rng(0)
    return FairnessPenalty(
        criterion=criterion,
        codes=random.integers(-1, 3, N_ROWS),
        n_groups=3,
        is_favorable=random.random(N_ROWS) < 0.4,
        weights=random.random(N_ROWS) + 0.5,
        bound=bound,
        fewest_rows=1,
    )


def probabilities() -> np.ndarray:
    return np.random.default_rng(1).random(N_ROWS) * 0.8


def multipliers(part: FairnessPenalty, step: float | None = None) -> PenaltyMultipliers:
    return PenaltyMultipliers(ClassPenalty((part,), np.array([0.0, 1.0])), step=step)


@pytest.mark.parametrize(("criterion", "bound"), CRITERIA)
def test_all_rows_as_one_batch_have_the_gradient_of_the_penalty(criterion: str, bound: float | None) -> None:
    part = penalty(criterion, bound)
    found = multipliers(part, step=1.0)
    assert found.update(probabilities()) == pytest.approx(part.value(probabilities()))
    assert np.allclose(found.slopes(np.arange(N_ROWS)), part.gradient(probabilities()), atol=1e-6)


@pytest.mark.parametrize(("criterion", "bound"), CRITERIA)
def test_batches_have_the_gradient_of_the_table_on_average(criterion: str, bound: float | None) -> None:
    part = penalty(criterion, bound)
    found = multipliers(part, step=1.0)
    found.update(probabilities())
    batches = np.random.default_rng(2).permutation(N_ROWS).reshape(6, -1)
    joined = np.zeros(N_ROWS)
    for batch in batches:
        joined[batch] = found.slopes(batch) / len(batches)
    assert np.allclose(joined, part.gradient(probabilities()), atol=1e-6)


def test_two_groups_worked_by_hand() -> None:
    """Rates 0.5 and 0.3 are to meet at 0.5: only the second group is pulled, upwards.

    The derivative by its rate is 20 · 0.5 · 2 · (0.3 - 0.5) / 0.25 = -16, and each of its two rows has half a rate.
    """
    part = FairnessPenalty(
        criterion="demographic_parity",
        codes=np.array([0, 0, 1, 1]),
        n_groups=2,
        is_favorable=np.array([True, False, True, False]),
        fewest_rows=1,
    )
    found = multipliers(part, step=1.0)
    found.update(np.array([0.6, 0.4, 0.3, 0.3]))
    assert np.allclose(found.slopes(np.arange(4)), [0, 0, -8 * FULL_STRENGTH / 20, -8 * FULL_STRENGTH / 20])


def test_multipliers_come_to_rest_where_the_penalty_pulls() -> None:
    part = penalty("demographic_parity")
    found = multipliers(part)
    for _ in range(400):
        found.update(probabilities())
    assert np.allclose(found.slopes(np.arange(N_ROWS)), part.gradient(probabilities()), rtol=1e-4)
