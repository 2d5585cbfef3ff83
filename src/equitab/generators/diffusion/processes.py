"""The two diffusion processes, each put together from noise, denoiser, loss and sampler.

`MaskedProcess` (presets `fast` and `quality`) reveals tokens one after the other and then turns noise into
numbers; `PaperProcess` (preset `paper`) is TabDDPM's. Both have the same three methods, so that training and
sampling never ask which one they run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from equitab.generators.diffusion.denoise import AngleDenoiser, StepDenoiser, velocity_target
from equitab.generators.diffusion.layout import Layout, Rows
from equitab.generators.diffusion.loss import (
    Losses,
    log_one_hot,
    masked_token_loss,
    multinomial_loss,
    weighted_mean_square,
)
from equitab.generators.diffusion.networks import DiffusionNetwork, PaperNetwork, ResidualNetwork
from equitab.generators.diffusion.noise import (
    QUARTER_TURN,
    AngleNoise,
    CosineSchedule,
    log_mixed_with_uniform,
    masked_tokens,
    random_ranks,
    visible_counts,
)
from equitab.generators.diffusion.presets import Preset
from equitab.generators.diffusion.sample import draw_tokens, integrate_angles, reveal_tokens, walk_back


@dataclass(frozen=True)
class MaskedProcess:
    """Masked tokens, then Gaussian numbers given the tokens.

    Parameters
    ----------
    layout : Layout
    preset : Preset

    Notes
    -----
    NOTE[DEPARTURE]: TabDDPM destroys categories with a uniform kernel and all columns at once, and draws the
    columns of a reverse step independently of each other. Here a column is masked or visible, and one is
    drawn at a time given all visible ones, so no dependence is lost between columns of one step; with a
    dozen columns that also takes fewer network evaluations. Numbers follow once their row's tokens are known.
    NOTE[DEPARTURE]: numbers are trained on velocity at angles spread evenly within each batch, instead of
    noise at random steps, and drawn with the midpoint rule instead of ancestral steps.
    """

    layout: Layout
    preset: Preset

    def build_network(self) -> DiffusionNetwork:
        """Return a network of the preset's size for the layout."""
        preset = self.preset
        return ResidualNetwork(
            self.layout, width=preset.width, n_blocks=preset.n_blocks, dropout=preset.dropout
        )

    def loss(
        self, network: Any, rows: Rows, context: Rows, *, generator: torch.Generator, is_training: bool
    ) -> Losses:
        """Return the loss of a batch; the generator draws masks, angles, noise and dropout."""
        n_numeric = self._n_numeric_rows(len(rows))
        n_token = len(rows) - n_numeric
        is_masked, n_visible = self._masks(n_token, generator)
        tokens = rows.tokens.clone()
        tokens[:n_token] = masked_tokens(tokens[:n_token], is_masked, self._cardinalities)
        clean = rows.numeric[n_token:]
        angle = AngleNoise().angles(n_numeric, generator)
        noise = torch.randn(clean.shape, generator=generator)
        weight = self.layout.numeric_weight(rows.tokens[n_token:])
        seen = torch.zeros_like(rows.numeric)
        seen[n_token:] = AngleNoise().add(clean, noise, angle) * weight
        output = network(
            tokens,
            context,
            seen,
            torch.cat([torch.full((n_token,), QUARTER_TURN), angle]),
            torch.cat([torch.zeros(n_token), torch.ones(n_numeric)]),
            generator if is_training else None,
        )
        token_loss = masked_token_loss(
            output.logits[:n_token], rows.tokens[:n_token], is_masked, n_visible, self.layout
        )
        target = velocity_target(clean, noise, angle)
        numeric_loss = weighted_mean_square(output.numeric[n_token:], target, weight)
        n_columns = self.layout.n_tokens + self.layout.n_numeric
        total = (token_loss + 0.5 * self.layout.n_numeric * numeric_loss) / max(n_columns, 1)
        return Losses(total, token_loss.detach(), numeric_loss.detach())

    def draw(self, network: Any, context: Rows, *, generator: torch.Generator) -> Rows:
        """Draw one row for each row of context."""
        denoiser = AngleDenoiser(network)
        tokens = reveal_tokens(
            denoiser,
            context,
            layout=self.layout,
            max_steps=self.preset.most_reveal_steps,
            generator=generator,
        )
        noise = torch.randn(len(context), self.layout.n_numeric, generator=generator)
        if not self.layout.n_numeric:
            return Rows(tokens, noise)
        grid = AngleNoise().grid(self.preset.n_numeric_steps)
        weight = self.layout.numeric_weight(tokens)
        return Rows(tokens, integrate_angles(denoiser, tokens, context, noise, grid, weight=weight))

    @cached_property
    def _cardinalities(self) -> Tensor:
        return torch.tensor(self.layout.cardinalities, dtype=torch.int64)

    def _n_numeric_rows(self, n_rows: int) -> int:
        """How many rows of a batch train the numbers: their share of the columns, within bounds."""
        n_numeric, n_tokens = self.layout.n_numeric, self.layout.n_tokens
        if not n_numeric or not n_tokens:
            return n_rows if n_numeric else 0
        share = n_numeric / (n_numeric + n_tokens)
        return round(n_rows * min(max(share, 0.15), 0.6))

    def _masks(self, n_rows: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        n_visible = visible_counts(n_rows, self.layout.n_tokens, generator)
        ranks = random_ranks(n_rows, self.layout.n_tokens, generator)
        return ranks >= n_visible[:, None], n_visible


@dataclass(frozen=True)
class PaperProcess:
    """TabDDPM: Gaussian and multinomial diffusion of all columns together on discrete steps.

    Parameters
    ----------
    layout : Layout
    preset : Preset

    References
    ----------
    Kotelnikov et al., TabDDPM: Modelling Tabular Data with Diffusion Models, 2023 (arXiv 2209.15421).
    """

    layout: Layout
    preset: Preset

    def build_network(self) -> DiffusionNetwork:
        """Return the paper's multilayer perceptron for the layout."""
        widths = self.preset.paper_widths
        return PaperNetwork(self.layout, widths=widths, dropout=self.preset.dropout)

    def loss(
        self, network: Any, rows: Rows, context: Rows, *, generator: torch.Generator, is_training: bool
    ) -> Losses:
        """Return the sum of the multinomial loss, divided by the number of columns, and the Gaussian loss."""
        schedule = self.schedule
        step = torch.randint(0, schedule.n_steps, (len(rows),), generator=generator)
        noise = torch.randn(rows.numeric.shape, generator=generator)
        now = self._noised_tokens(rows.tokens, step, generator)
        seen = schedule.add(rows.numeric, noise, step)
        output = network(
            now, context, seen, step.float(), torch.ones(len(rows)), generator if is_training else None
        )
        parts = output.logits.split(self.layout.cardinalities, 1) if self.layout.n_tokens else ()
        columns = [
            multinomial_loss(part, rows.tokens[:, k], now[:, k], step, schedule).mean()
            for k, part in enumerate(parts)
        ]
        token_loss = torch.stack(columns).sum() if columns else torch.zeros(())
        numeric_loss = weighted_mean_square(output.numeric, noise, None)
        total = token_loss / max(self.layout.n_tokens, 1) + numeric_loss
        return Losses(total, token_loss.detach(), numeric_loss.detach())

    def draw(self, network: Any, context: Rows, *, generator: torch.Generator) -> Rows:
        """Draw one row for each row of context."""
        denoiser = StepDenoiser(network, self.schedule)
        return walk_back(denoiser, context, layout=self.layout, generator=generator)

    @cached_property
    def schedule(self) -> CosineSchedule:
        """The noise schedule of the preset's number of steps."""
        return CosineSchedule(self.preset.n_paper_steps)

    def _noised_tokens(self, tokens: Tensor, step: Tensor, generator: torch.Generator) -> Tensor:
        uniform = torch.rand(tokens.shape, generator=generator)
        now = torch.empty_like(tokens)
        for column, n_values in enumerate(self.layout.cardinalities):
            clean = log_one_hot(tokens[:, column], n_values)
            log_p = log_mixed_with_uniform(clean, self.schedule.alpha_bar[step])
            now[:, column] = draw_tokens(log_p, uniform[:, column])
        return now


Process = MaskedProcess | PaperProcess


def build_process(layout: Layout, preset: Preset) -> Process:
    """Return the process that a preset names."""
    return PaperProcess(layout, preset) if preset.process == "paper" else MaskedProcess(layout, preset)
