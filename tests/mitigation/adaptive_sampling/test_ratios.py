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


def test_logistic_does_not_overflow() -> None:
    """At both ends."""
    assert logistic(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]
