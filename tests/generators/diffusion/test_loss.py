"""Losses against cases worked by hand, and against enumeration."""

from __future__ import annotations

import math

import pytest
import torch

from equitab.generators.diffusion.layout import Layout
from equitab.generators.diffusion.loss import (
    log_one_hot,
    log_reverse_step,
    masked_token_loss,
    multinomial_loss,
    weighted_mean_square,
)
from equitab.generators.diffusion.noise import CosineSchedule


def test_the_token_loss_of_a_fully_masked_row_is_its_log_likelihood_when_columns_are_independent() -> None:
    layout = Layout((2, 4))
    logits = torch.log(torch.tensor([[0.25, 0.75, 0.1, 0.2, 0.3, 0.4]]))
    loss = masked_token_loss(
        logits, torch.tensor([[1, 3]]), torch.tensor([[True, True]]), torch.tensor([0]), layout
    )
    assert float(loss) == pytest.approx(-math.log(0.75) - math.log(0.4))


def test_the_token_loss_weighs_a_single_masked_column_by_all_columns() -> None:
    layout = Layout((2, 4))
    logits = torch.log(torch.tensor([[0.25, 0.75, 0.1, 0.2, 0.3, 0.4]]))
    loss = masked_token_loss(
        logits, torch.tensor([[1, 3]]), torch.tensor([[False, True]]), torch.tensor([1]), layout
    )
    assert float(loss) == pytest.approx(-2 * math.log(0.4))


def test_the_token_loss_is_zero_without_tokens_or_rows() -> None:
    empty = masked_token_loss(
        torch.zeros(4, 0), torch.zeros(4, 0).long(), torch.zeros(4, 0).bool(), torch.zeros(4), Layout(())
    )
    assert float(empty) == 0


def test_numbers_without_weight_cost_nothing() -> None:
    guess = torch.tensor([[1.0, torch.pi]])
    assert float(weighted_mean_square(guess, torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))) == 1
    assert float(weighted_mean_square(guess, torch.zeros(1, 2), torch.zeros(1, 2))) == 0
    assert float(weighted_mean_square(torch.zeros(3, 0), torch.zeros(3, 0), None)) == 0


def _posterior_by_enumeration(
    schedule: CosineSchedule, clean: int, now: int, step: int, n: int
) -> torch.Tensor:
    """Bayes' rule over the value before the step, in plain probabilities."""
    kept_before = float(schedule.alpha_bar_before[step])
    beta = float(schedule.beta[step])
    before = torch.tensor([kept_before * (c == clean) + (1 - kept_before) / n for c in range(n)])
    moved = torch.tensor([(1 - beta) * (c == now) + beta / n for c in range(n)])
    return before * moved / (before * moved).sum()


@pytest.mark.parametrize(("clean", "now", "step"), [(0, 0, 5), (0, 2, 5), (1, 2, 50), (2, 1, 99)])
def test_the_reverse_step_is_bayes_rule(clean: int, now: int, step: int) -> None:
    schedule = CosineSchedule(100)
    log_p = log_reverse_step(
        log_one_hot(torch.tensor([clean]), 3), torch.tensor([now]), torch.tensor([step]), schedule
    )
    expected = _posterior_by_enumeration(schedule, clean, now, step, 3)
    torch.testing.assert_close(log_p.exp()[0], expected, atol=1e-5, rtol=1e-4)


def test_a_network_that_is_certain_and_right_has_no_multinomial_loss() -> None:
    schedule = CosineSchedule(100)
    clean, now = torch.tensor([1, 1, 1]), torch.tensor([1, 0, 2])
    logits = torch.full((3, 3), -60.0)
    logits[:, 1] = 60.0
    loss = multinomial_loss(logits, clean, now, torch.tensor([10, 40, 90]), schedule)
    torch.testing.assert_close(loss, torch.zeros(3), atol=1e-3, rtol=0)


def test_the_multinomial_loss_is_never_negative_and_finite_with_hundreds_of_values() -> None:
    schedule = CosineSchedule(1000)
    generator = torch.Generator().manual_seed(0)
    clean, now = torch.randint(0, 700, (2, 500), generator=generator)
    step = torch.randint(0, 1000, (500,), generator=generator)
    step[:10] = 0
    logits = 50 * torch.randn(500, 700, generator=generator)
    loss = multinomial_loss(logits.requires_grad_(), clean, now, step, schedule)
    values = loss.detach()
    assert bool(torch.isfinite(values).all())
    assert float(values.min()) > -1e-2
    loss.sum().backward()
    assert logits.grad is not None
    assert bool(torch.isfinite(logits.grad).all())
