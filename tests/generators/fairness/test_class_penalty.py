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
    moves, slope, curvature = penalty._response(shares, leaves, pull.shape, N_ROWS)
    whole = np.diag(diagonal.ravel()) + moves.T @ curvature @ moves
    expected = np.linalg.solve(whole, pull.ravel() - moves.T @ slope)
    assert np.allclose(step.ravel(), expected)


def test_leaves_move_the_rates_as_said() -> None:
    penalty, logits = case()
    leaves = np.arange(N_ROWS) % 2
    moves = penalty._response(softmax(logits), leaves, (2, N_CLASSES), 1.0)[0]
    for leaf, place in ((0, 1), (1, 2)):
        moved = np.zeros_like(logits)
        moved[leaves == leaf, place] = 1e-5
        rates = [
            np.concatenate([part.rates(softmax(held) @ penalty.favorable).ravel() for part in penalty.parts])
            for held in (logits + moved, logits - moved)
        ]
        expected = (rates[0] - rates[1]) / 2e-5
        assert np.allclose(moves[:, leaf * N_CLASSES + place], expected, atol=1e-6)


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
