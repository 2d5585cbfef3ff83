r"""From what a network says to an estimate of the clean row, whatever was trained.

With :math:`F` the network's numeric output:

- `AngleDenoiser`: :math:`F` is the velocity :math:`dx_t/dt = \cos(t)\varepsilon - \sin(t) x_0`, so
  :math:`\hat x_0 = \cos(t) x_t - \sin(t) F`. On a standard normal column :math:`F = 0` is already right.
- `StepDenoiser` (the paper): :math:`F` is the noise, so
  :math:`\hat x_0 = (x_t - \sqrt{1 - \bar\alpha_t} F) / \sqrt{\bar\alpha_t}`.

The first is the EDM preconditioning with :math:`\sigma_{data} = 1`, written in the angle
:math:`t = \arctan \sigma`.

References
----------
Karras et al., Elucidating the Design Space of Diffusion-Based Generative Models, 2022 (arXiv 2206.00364).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from equitab.generators.diffusion.layout import Rows
from equitab.generators.diffusion.networks import PaperNetwork, ResidualNetwork
from equitab.generators.diffusion.noise import QUARTER_TURN, CosineSchedule


class Estimate(NamedTuple):
    """What a denoiser believes about clean rows.

    Attributes
    ----------
    numeric : Tensor of shape (n_rows, n_numeric)
        The expected clean numbers.
    logits : Tensor of shape (n_rows, n_logits)
        Over the clean tokens, column after column.
    """

    numeric: Tensor
    logits: Tensor


@dataclass(frozen=True)
class AngleDenoiser:
    """A denoiser of numbers noised on an angle, with tokens visible or masked."""

    network: ResidualNetwork

    def __call__(self, tokens: Tensor, context: Rows, numeric: Tensor, angle: float) -> Estimate:
        """Return the estimate for rows that all stand at one angle."""
        n_rows = len(tokens)
        level = torch.full((n_rows,), angle)
        output = self.network(tokens, context, numeric, level, torch.ones(n_rows))
        return Estimate(clean_from_velocity(numeric, output.numeric, level), output.logits)

    def velocity(self, tokens: Tensor, context: Rows, numeric: Tensor, angle: float) -> Tensor:
        r"""Return :math:`dx/dt`, along which a sampler moves: :math:`(\cos(t) x_t - \hat x_0) / \sin(t)`."""
        clean = self(tokens, context, numeric, angle).numeric
        return (math.cos(angle) * numeric - clean) / math.sin(angle)

    def masked_state(self, tokens: Tensor, context: Rows) -> Tensor:
        """Return the network's hidden state for partly masked tokens and numbers not yet begun."""
        n_rows = len(tokens)
        numeric = torch.zeros(n_rows, self.network.layout.n_numeric)
        level = torch.full((n_rows,), QUARTER_TURN)
        return self.network.hidden(tokens, context, numeric, level, torch.zeros(n_rows))


@dataclass(frozen=True)
class StepDenoiser:
    """A denoiser of the paper's process on discrete steps."""

    network: PaperNetwork | ResidualNetwork
    schedule: CosineSchedule

    def __call__(self, tokens: Tensor, context: Rows, numeric: Tensor, step: int) -> Estimate:
        """Return the estimate for rows that all stand after one step, given as an index from 0."""
        n_rows = len(tokens)
        level = torch.full((n_rows,), float(step))
        output = self.network(tokens, context, numeric, level, torch.ones(n_rows))
        kept = float(self.schedule.alpha_bar[step])
        clean = (numeric - (1 - kept) ** 0.5 * output.numeric) / kept**0.5
        return Estimate(clean, output.logits)


def clean_from_velocity(numeric: Tensor, velocity: Tensor, angle: Tensor) -> Tensor:
    r"""Return :math:`\cos(t) x_t - \sin(t) F`.

    Examples
    --------
    >>> clean_from_velocity(torch.ones(1, 1), torch.zeros(1, 1), torch.tensor([0.0]))
    tensor([[1.]])
    """
    t = angle[:, None]
    return torch.cos(t) * numeric - torch.sin(t) * velocity


def velocity_target(clean: Tensor, noise: Tensor, angle: Tensor) -> Tensor:
    r"""Return :math:`\cos(t) \varepsilon - \sin(t) x_0`, what the network is to say."""
    t = angle[:, None]
    return torch.cos(t) * noise - torch.sin(t) * clean
