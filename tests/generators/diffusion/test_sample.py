"""Samplers against distributions that are known exactly."""

from __future__ import annotations

import math

import torch

from equitab.generators.diffusion.denoise import AngleDenoiser, Estimate, StepDenoiser
from equitab.generators.diffusion.layout import Layout, Rows
from equitab.generators.diffusion.networks import ResidualNetwork, initialise
from equitab.generators.diffusion.noise import AngleNoise, CosineSchedule
from equitab.generators.diffusion.sample import (
    draw_tokens,
    integrate_angles,
    reveal_groups,
    reveal_tokens,
    walk_back,
)


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class KnowsTheNormal(AngleDenoiser):
    """The exact denoiser of independent N(mean, spread²) numbers."""

    mean: float = 1.0
    spread: float = 0.5

    def __call__(self, tokens: torch.Tensor, context: Rows, numeric: torch.Tensor, angle: float) -> Estimate:
        del tokens, context
        c, s = math.cos(angle), math.sin(angle)
        gain = c * self.spread**2 / (c**2 * self.spread**2 + s**2)
        return Estimate(self.mean + gain * (numeric - c * self.mean), torch.zeros(len(numeric), 0))


class KnowsTheShares(StepDenoiser):
    """Always believes in the same independent shares, and in N(0, 1) numbers."""

    def __call__(self, tokens: torch.Tensor, context: Rows, numeric: torch.Tensor, step: int) -> Estimate:
        del context
        logits = torch.tensor([0.2, 0.8, 0.1, 0.3, 0.6]).log().expand(len(tokens), 5)
        return Estimate(float(self.schedule.alpha_bar[step]) ** 0.5 * numeric, logits)


def _network(layout: Layout) -> ResidualNetwork:
    network = ResidualNetwork(layout, width=16, n_blocks=1)
    initialise(network, [torch.tensor([0.1, 0.9]), torch.tensor([0.5, 0.25, 0.25])], seed=0)
    return network


def test_tokens_are_drawn_with_their_probabilities() -> None:
    log_p = torch.tensor([0.1, 0.0, 0.6, 0.3]).log().expand(20_000, 4)
    drawn = draw_tokens(log_p, torch.rand(20_000, generator=_generator()))
    shares = drawn.bincount(minlength=4) / 20_000
    assert shares[1] == 0
    torch.testing.assert_close(shares, torch.tensor([0.1, 0.0, 0.6, 0.3]), atol=0.015, rtol=0)


def test_the_largest_uniform_stays_within_the_values() -> None:
    assert draw_tokens(torch.zeros(1, 3), torch.tensor([1.0])).tolist() == [2]


def test_reveal_groups_hold_every_column_once() -> None:
    groups = reveal_groups(60, 48, _generator())
    assert len(groups) == 48
    assert sorted(torch.cat(groups).tolist()) == list(range(60))
    assert reveal_groups(0, 48, _generator()) == []


def test_an_untrained_network_draws_the_training_shares() -> None:
    layout = Layout((2, 3))
    denoiser = AngleDenoiser(_network(layout))
    with torch.no_grad():
        tokens = reveal_tokens(
            denoiser, Rows.empty(8_000), layout=layout, max_steps=2, generator=_generator()
        )
    torch.testing.assert_close(tokens[:, 0].float().mean(), torch.tensor(0.9), atol=0.015, rtol=0)
    shares = tokens[:, 1].bincount() / 8_000
    torch.testing.assert_close(shares, torch.tensor([0.5, 0.25, 0.25]), atol=0.025, rtol=0)


def test_the_midpoint_rule_reaches_the_distribution_of_the_denoiser() -> None:
    denoiser = KnowsTheNormal(_network(Layout((2, 3), 2)))
    noise = torch.randn(20_000, 2, generator=_generator())
    rows = integrate_angles(
        denoiser, torch.zeros(20_000, 2).long(), Rows.empty(20_000), noise, AngleNoise().grid(8)
    )
    torch.testing.assert_close(rows.mean(0), torch.ones(2), atol=0.02, rtol=0)
    torch.testing.assert_close(rows.std(0), torch.full((2,), 0.5), atol=0.02, rtol=0)


def test_a_number_without_weight_stays_noise() -> None:
    denoiser = KnowsTheNormal(_network(Layout((2, 3), 2)))
    noise = torch.randn(50, 2, generator=_generator())
    weight = torch.tensor([[1.0, 0.0]]).expand(50, 2)
    rows = integrate_angles(
        denoiser, torch.zeros(50, 2).long(), Rows.empty(50), noise, AngleNoise().grid(4), weight=weight
    )
    assert torch.equal(rows[:, 1], noise[:, 1])
    assert not torch.equal(rows[:, 0], noise[:, 0])


def test_walking_back_reaches_the_distribution_of_the_denoiser() -> None:
    layout = Layout((2, 3), 1)
    denoiser = KnowsTheShares(_network(layout), CosineSchedule(50))
    rows = walk_back(denoiser, Rows.empty(6_000), layout=layout, generator=_generator())
    torch.testing.assert_close(rows.tokens[:, 0].float().mean(), torch.tensor(0.8), atol=0.02, rtol=0)
    shares = rows.tokens[:, 1].bincount() / 6_000
    torch.testing.assert_close(shares, torch.tensor([0.1, 0.3, 0.6]), atol=0.025, rtol=0)
    assert abs(float(rows.numeric.mean())) < 0.06
    assert abs(float(rows.numeric.std()) - 1) < 0.05
