"""What a denoiser says does not depend on how its network was trained to speak."""

from __future__ import annotations

import math

import torch

from equitab.generators.diffusion.denoise import (
    AngleDenoiser,
    StepDenoiser,
    clean_from_velocity,
    velocity_target,
)
from equitab.generators.diffusion.layout import Layout, Rows
from equitab.generators.diffusion.networks import NetworkOutput, PaperNetwork, ResidualNetwork, initialise
from equitab.generators.diffusion.noise import AngleNoise, CosineSchedule


class KnowsTheNoise(PaperNetwork):
    """Answers with the noise that was truly added."""

    noise: torch.Tensor

    def forward(self, *_args: object, **_kwargs: object) -> NetworkOutput:
        return NetworkOutput(torch.zeros(len(self.noise), 0), self.noise)


def test_the_true_velocity_gives_back_the_clean_numbers() -> None:
    clean, noise = torch.randn(2, 50, 3, generator=torch.Generator().manual_seed(0))
    angle = torch.linspace(0, math.pi / 2, 50)
    seen = AngleNoise().add(clean, noise, angle)
    torch.testing.assert_close(clean_from_velocity(seen, velocity_target(clean, noise, angle), angle), clean)


def test_the_true_noise_gives_back_the_clean_numbers() -> None:
    layout = Layout((), 2)
    network = KnowsTheNoise(layout, widths=(4,))
    clean, noise = torch.randn(2, 50, 2, generator=torch.Generator().manual_seed(0))
    network.noise = noise
    schedule = CosineSchedule(100)
    for step in (0, 40, 80):
        seen = schedule.add(clean, noise, torch.full((50,), step))
        estimate = StepDenoiser(network, schedule)(torch.zeros(50, 0).long(), Rows.empty(50), seen, step)
        torch.testing.assert_close(estimate.numeric, clean, atol=1e-3, rtol=1e-3)


def test_the_velocity_is_what_the_network_said() -> None:
    layout = Layout((3,), 2)
    network = ResidualNetwork(layout, width=16, n_blocks=1)
    initialise(network, [torch.full((3,), 1 / 3)], seed=0)
    torch.nn.init.constant_(network.numeric_head.weight, 0.1)
    tokens, numeric = torch.tensor([[0], [2]]), torch.tensor([[0.3, -1.0], [2.0, 0.1]])
    denoiser = AngleDenoiser(network)
    said = network(tokens, Rows.empty(2), numeric, torch.full((2,), 0.7), torch.ones(2)).numeric
    torch.testing.assert_close(denoiser.velocity(tokens, Rows.empty(2), numeric, 0.7), said)


def test_before_any_number_is_begun_the_numbers_are_not_seen() -> None:
    layout = Layout((3,), 2)
    network = ResidualNetwork(layout, width=16, n_blocks=1)
    initialise(network, [torch.full((3,), 1 / 3)], seed=0)
    tokens, context = torch.tensor([[3]]), Rows.empty(1)
    angle, unseen = torch.full((1,), math.pi / 2), torch.zeros(1)
    seen = network.hidden(tokens, context, torch.randn(1, 2), angle, unseen)
    torch.testing.assert_close(AngleDenoiser(network).masked_state(tokens, context), seen)
