"""Laws of the two tables of ratios."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.mitigation.adaptive_sampling.ratios import DataRatios, logistic

REAL = np.array([[30, 10, 0], [5, 15, 0], [0, 0, 0]])
MADE = np.array([[10, 0, 10], [10, 10, 0], [5, 5, 5]])


def test_shares_sum_to_one_within_each_outcome_that_occurs() -> None:
    """Also after steps; cells and outcomes without real rows have none."""
    ratios = DataRatios(REAL, MADE)
    rng = np.random.default_rng(0)
    for _ in range(50):
        ratios.step(rng.normal(0, 1, (3, 3)), rng.normal(0, 1, (3, 3)), scale=20)
        np.testing.assert_allclose(ratios.group_shares.sum(axis=1), [1, 1, 0])
        np.testing.assert_allclose(ratios.batch_shares.sum(axis=(0, 2)), [4 / 6, 2 / 6, 0])
    assert (ratios.group_shares[REAL == 0] == 0).all()
    assert ratios.real_shares[0, 1] == 1
    assert ((ratios.real_shares >= 0) & (ratios.real_shares <= 1)).all()


def test_the_first_step_of_adam_is_its_step_size() -> None:
    """By hand: down the gradient by 0.005, whatever its size, and not at all where it is 0."""
    ratios = DataRatios(REAL[:2, :2], MADE[:2, :2])
    before = ratios.group_logits
    ratios.step(np.array([[3.0, -0.2], [0.0, 1e-3]]), np.zeros((2, 2)))
    np.testing.assert_allclose(ratios.group_logits - before, [[-0.005, 0.005], [0, -0.005]], rtol=1e-4)
    assert (ratios.real_logits == 0.01).all()


def test_steps_are_those_of_adam() -> None:
    """PyTorch's own, over ten gradients."""
    torch = pytest.importorskip("torch")
    rng, ratios = np.random.default_rng(1), DataRatios(REAL[:2, :2], REAL[:2, :2])
    logits = torch.tensor(ratios.group_logits, requires_grad=True)
    adam = torch.optim.Adam([logits], lr=0.005)
    for _ in range(10):
        gradient = rng.normal(0, 1, (2, 2))
        ratios.step(gradient, gradient)
        logits.grad = torch.tensor(gradient)
        adam.step()
    np.testing.assert_allclose(ratios.group_logits, logits.detach().numpy(), rtol=1e-7)


def test_a_state_goes_on() -> None:
    """The next step is the same."""
    gradient = np.ones((3, 3))
    one, other = DataRatios(REAL, MADE), DataRatios(REAL, MADE)
    one.step(gradient, -gradient)
    other.load_state_dict(one.state_dict())
    for ratios in (one, other):
        ratios.step(-gradient, gradient)
    np.testing.assert_array_equal(one.batch_shares, other.batch_shares)


def test_shares_of_outcomes_move_where_they_are_learned_and_stay_where_they_are_kept() -> None:
    """The first step of Adam moves each logit by its step size; an outcome that does not occur has no share."""
    kept, learned = DataRatios(REAL, MADE), DataRatios(REAL, MADE, learns_labels=True)
    for ratios in (kept, learned):
        ratios.step(np.zeros((3, 3)), np.zeros((3, 3)), np.array([0.3, -2.0, 0.0]))
    np.testing.assert_allclose(kept.label_shares, [4 / 6, 2 / 6, 0])
    odds = learned.label_shares[1] / learned.label_shares[0]
    assert odds == pytest.approx(0.5 * np.exp(0.01), rel=1e-6)
    assert learned.label_shares[2] == 0


def test_odds_of_outcomes_stay_within_a_factor_of_two() -> None:
    """However long they are pushed: nobody is given the rare outcome no more."""
    ratios = DataRatios(np.array([[90], [10]]), np.array([[0], [0]]), learns_labels=True)
    for _ in range(500):
        ratios.step(np.zeros((2, 1)), np.zeros((2, 1)), np.array([-1.0, 1.0]))
    assert ratios.label_shares[1] / ratios.label_shares[0] == pytest.approx(10 / 90 / 2)


def test_learned_shares_of_outcomes_go_on_from_a_state() -> None:
    """The next step is the same."""
    one, other = (DataRatios(REAL, MADE, learns_labels=True) for _ in range(2))
    gradient = np.array([1.0, -1.0, 0.0])
    one.step(np.ones((3, 3)), np.ones((3, 3)), gradient)
    other.load_state_dict(one.state_dict())
    for ratios in (one, other):
        ratios.step(np.ones((3, 3)), np.ones((3, 3)), -0.5 * gradient)
    np.testing.assert_array_equal(one.label_shares, other.label_shares)
    np.testing.assert_array_equal(one.batch_shares, other.batch_shares)


def test_logistic_does_not_overflow() -> None:
    """At both ends."""
    assert logistic(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]
