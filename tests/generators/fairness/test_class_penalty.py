"""Penalties on a choice among classes: gradients by the logits, and the joint step in leaves."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.generators.fairness.class_penalty import ClassPenalty, favorable_classes
from equitab.generators.fairness.penalty import FairnessPenalty

N_ROWS, N_CLASSES = 40, 3


def softmax(logits: np.ndarray) -> np.ndarray:
    found = np.exp(logits - logits.max(axis=1, keepdims=True))
    return found / found.sum(axis=1, keepdims=True)


def case(
    weight: float = 1.0, favorable: tuple[float, ...] = (0.0, 1.0, 0.3)
) -> tuple[ClassPenalty, np.ndarray]:
    random = np.random.default_rng(3)
    codes, outcome = random.integers(0, 3, N_ROWS), random.random(N_ROWS) < 0.4
    parts = tuple(
        FairnessPenalty(
            criterion=criterion, codes=codes, n_groups=3, is_favorable=outcome, weight=weight, fewest_rows=1
        )
        for criterion in ("demographic_parity", "equalized_odds", "predictive_parity")
    )
    return ClassPenalty(parts, np.array(favorable)), random.normal(size=(N_ROWS, N_CLASSES))


def test_the_gradient_by_the_logits_is_a_finite_difference() -> None:
    penalty, logits = case()
    found = penalty.gradient(softmax(logits))
    for row, place in ((0, 0), (5, 1), (17, 2), (39, 1)):
        moved = np.zeros_like(logits)
        moved[row, place] = 1e-5
        expected = (penalty.value(softmax(logits + moved)) - penalty.value(softmax(logits - moved))) / 2e-5
        assert found[row, place] == pytest.approx(expected, abs=1e-5)
    assert np.allclose(found.sum(axis=1), 0, atol=1e-6)


def test_the_joint_step_solves_the_quadratic_model_of_both() -> None:
    penalty, logits = case()
    random = np.random.default_rng(5)
    shares, leaves = softmax(logits), random.integers(0, 4, N_ROWS)
    pull, diagonal = random.normal(size=(4, N_CLASSES)), random.uniform(1, 3, (4, N_CLASSES))
    step = penalty.leaf_steps(shares, leaves, pull, diagonal, scale=N_ROWS)
    p = shares @ penalty.favorable
    rates = np.concatenate([term.rates(p) for _, term in penalty._terms])
    moves, (slope, curvature) = moves_of(penalty, logits, leaves, 4), penalty._model(rates, rates)
    whole = np.diag(diagonal.ravel()) + N_ROWS * moves.T @ curvature @ moves
    expected = np.linalg.solve(whole, pull.ravel() - N_ROWS * moves.T @ slope)
    assert np.allclose(step.ravel(), expected, atol=1e-5)


def moves_of(penalty: ClassPenalty, logits: np.ndarray, leaves: np.ndarray, n_leaves: int) -> np.ndarray:
    """How leaves move all rates, by finite differences."""
    columns = []
    for leaf in range(n_leaves):
        for place in range(N_CLASSES):
            moved = np.zeros_like(logits)
            moved[leaves == leaf, place] = 1e-5
            ends = [softmax(held) @ penalty.favorable for held in (logits + moved, logits - moved)]
            rates = [np.concatenate([term.rates(p) for _, term in penalty._terms]) for p in ends]
            columns.append((rates[0] - rates[1]) / 2e-5)
    return np.column_stack(columns)


def test_without_weight_the_step_is_that_of_the_likelihood_alone() -> None:
    penalty, logits = case(weight=0.0)
    pull, diagonal = np.ones((1, N_CLASSES)), np.full((1, N_CLASSES), 2.0)
    step = penalty.leaf_steps(softmax(logits), np.zeros(N_ROWS, dtype=int), pull, diagonal, scale=1.0)
    assert np.allclose(step, 0.5)


def test_steps_that_are_repeated_lead_to_parity_and_do_not_overshoot() -> None:
    """Two leaves of each group: taken one by one, steps at this weight would swing from side to side."""
    codes, outcome = np.repeat([0, 1], 50), np.arange(100) % 10 < np.repeat([7, 3], 50)
    part = FairnessPenalty(
        criterion="demographic_parity", codes=codes, n_groups=2, is_favorable=outcome, weight=50.0
    )
    penalty, logits = ClassPenalty((part,), np.array([0.0, 1.0])), np.zeros((100, 2))
    leaves, gaps = codes * 2 + np.arange(100) % 2, []
    logits[:, 1] = np.where(codes == 0, 1.0, -1.0)
    for _ in range(6):
        shares = softmax(logits)
        gaps.append(np.subtract(*part.rates(shares[:, 1])[0]))
        pull, diagonal = np.zeros((4, 2)), np.full((4, 2), 25.0)
        logits += penalty.leaf_steps(shares, leaves, pull, diagonal, scale=100.0)[leaves]
    assert gaps[0] > 0.4
    assert abs(gaps[-1]) < 0.001


def test_a_minimum_rate_is_where_falling_stops_and_rising_does_not() -> None:
    """The likelihood pulls one group far below the bound, and the other far above it."""
    codes, outcome = np.repeat([0, 1], 50), np.arange(100) % 2 == 0
    part = FairnessPenalty(
        criterion="minimum_rate", codes=codes, n_groups=2, is_favorable=outcome, bound=0.4, weight=100.0
    )
    penalty = ClassPenalty((part,), np.array([0.0, 1.0]))
    shares = np.tile([0.59, 0.41], (100, 1))
    pull, diagonal = np.array([[20.0, -20.0], [-20.0, 20.0]]), np.full((2, 2), 25.0)
    step = penalty.leaf_steps(shares, codes, pull, diagonal, scale=100.0)
    slope = 0.41 * 0.59
    reached = 0.41 + slope * (step[:, 1] - step[:, 0])
    assert reached[0] == pytest.approx(0.4, abs=0.005)
    assert reached[1] == pytest.approx(0.41 + slope * 1.6, abs=0.005)


def test_a_choice_starts_from_its_shares_unless_a_minimum_rate_is_above_them() -> None:
    penalty = case()[0]
    shares = np.array([0.5, 0.2, 0.3])
    assert penalty.start(shares) is shares
    part = penalty.parts[0]
    for bound, weight, expected in ((0.6, 100.0, 0.6), (0.1, 100.0, 0.2)):
        lifted = FairnessPenalty(
            criterion="minimum_rate",
            codes=part.codes,
            n_groups=3,
            is_favorable=part.is_favorable,
            bound=bound,
            weight=weight,
            fewest_rows=1,
        )
        start = ClassPenalty((lifted,), np.array([0.0, 1.0, 0.0])).start(shares)
        assert start.sum() == pytest.approx(1)
        assert start[1] == pytest.approx(expected, abs=0.01)
        assert start[0] / start[2] == pytest.approx(5 / 3)


def test_only_the_classes_that_occur_and_the_rows_that_are_taken_count() -> None:
    penalty, logits = case()
    two = penalty.of_classes(np.array([0, 1]))
    assert two.favorable.tolist() == [0.0, 1.0]
    rows = np.arange(N_ROWS)[::-1]
    assert penalty.take(rows).value(softmax(logits)[rows]) == pytest.approx(penalty.value(softmax(logits)))


def test_how_favorable_a_class_is_follows_from_its_rows() -> None:
    codes, outcome = np.array([0, 0, 1, 1, 1, 3]), np.array([False, False, True, True, False, True])
    assert np.allclose(favorable_classes(codes, outcome, 4), [0, 2 / 3, 0, 1])
    weights = np.array([1.0, 1, 1, 1, 2, 1])
    assert np.allclose(favorable_classes(codes, outcome, 4, weights), [0, 0.5, 0, 1])
