"""From noise to rows: functions of a denoiser, a context and a source of noise.

`reveal_tokens` unmasks columns in a random order, each drawn from what the network believes given all that is
visible; `integrate_angles` then carries the numbers along :math:`dx/dt = F` from noise to clean with the
midpoint rule; `walk_back` is the paper's ancestral sampler of both together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from equitab.generators.diffusion.denoise import AngleDenoiser, StepDenoiser
from equitab.generators.diffusion.layout import Layout, Rows
from equitab.generators.diffusion.loss import log_reverse_step


def draw_tokens(log_p: Tensor, uniform: Tensor) -> Tensor:
    """Draw one value for each row by inverting the distribution function.

    Parameters
    ----------
    log_p : Tensor of shape (n_rows, C)
        Log probabilities or logits.
    uniform : Tensor of shape (n_rows,)
        In [0, 1).

    Examples
    --------
    >>> draw_tokens(torch.tensor([[0.5, 0.5]]).log(), torch.tensor([0.7]))
    tensor([1])
    """
    cumulative = torch.softmax(log_p.double(), 1).cumsum(1)
    found = torch.searchsorted(cumulative, (uniform.double() * cumulative[:, -1])[:, None], right=True)[:, 0]
    return found.clamp(max=log_p.shape[1] - 1)


def reveal_groups(n_columns: int, max_steps: int, generator: torch.Generator) -> list[Tensor]:
    """Return the columns in a random order, cut into at most `max_steps` groups.

    Examples
    --------
    >>> [len(group) for group in reveal_groups(5, 3, torch.Generator().manual_seed(0))]
    [2, 2, 1]
    """
    order = torch.randperm(n_columns, generator=generator)
    return list(order.tensor_split(min(n_columns, max_steps))) if n_columns else []


def reveal_tokens(
    denoiser: AngleDenoiser,
    context: Rows,
    *,
    layout: Layout,
    max_steps: int,
    generator: torch.Generator,
) -> Tensor:
    """Draw the tokens of some rows, shape (n_rows, n_tokens).

    Parameters
    ----------
    denoiser : AngleDenoiser
    context : Rows
        One row for each wanted row.
    layout : Layout
    max_steps : int
        Evaluations of the network. With as many as there are columns, each column is drawn knowing all
        columns before it; with fewer, columns of one step are drawn independently of each other.
    generator : torch.Generator
    """
    n_rows = len(context)
    tokens = torch.tensor(layout.cardinalities, dtype=torch.int64).expand(n_rows, -1).clone()
    for group in reveal_groups(layout.n_tokens, max_steps, generator):
        state = denoiser.masked_state(tokens, context)
        for column in group.tolist():
            uniform = torch.rand(n_rows, generator=generator)
            tokens[:, column] = draw_tokens(denoiser.network.column_logits(state, column), uniform)
    return tokens


def integrate_angles(
    denoiser: AngleDenoiser,
    tokens: Tensor,
    context: Rows,
    noise: Tensor,
    angles: Sequence[float],
    *,
    weight: Tensor | None = None,
) -> Tensor:
    """Carry numbers from noise to clean with the midpoint rule, two evaluations a step.

    Parameters
    ----------
    denoiser : AngleDenoiser
    tokens : Tensor of shape (n_rows, n_tokens)
        Clean.
    context : Rows
    noise : Tensor of shape (n_rows, n_numeric)
        Standard normal.
    angles : sequence of float
        From a quarter turn down to zero.
    weight : Tensor of shape (n_rows, n_numeric), optional
        0 where a number says nothing: the network does not see it, and it stays noise.
    """
    weight = torch.ones_like(noise) if weight is None else weight
    x = noise
    for now, after in pairwise(angles):
        middle = (now + after) / 2
        halfway = x + (middle - now) * weight * denoiser.velocity(tokens, context, x * weight, now)
        x = x + (after - now) * weight * denoiser.velocity(tokens, context, halfway * weight, middle)
    return x


def walk_back(denoiser: StepDenoiser, context: Rows, *, layout: Layout, generator: torch.Generator) -> Rows:
    """Draw rows by the paper's ancestral sampling, all columns together, step by step.

    Parameters
    ----------
    denoiser : StepDenoiser
    context : Rows
        One row for each wanted row.
    layout : Layout
    generator : torch.Generator
    """
    n_rows = len(context)
    numeric = torch.randn(n_rows, layout.n_numeric, generator=generator)
    uniform = torch.rand(n_rows, layout.n_tokens, generator=generator)
    tokens = (uniform * torch.tensor(layout.cardinalities)).long()
    for step in reversed(range(denoiser.schedule.n_steps)):
        estimate = denoiser(tokens, context, numeric, step)
        numeric = _numeric_before(denoiser, numeric, estimate.numeric, step, generator)
        tokens = _tokens_before(denoiser, tokens, estimate.logits, step, layout, generator)
    return Rows(tokens, numeric)


def _numeric_before(
    denoiser: StepDenoiser, now: Tensor, clean: Tensor, step: int, generator: torch.Generator
) -> Tensor:
    """Draw from the Gaussian reverse step; the last one adds no noise."""
    schedule = denoiser.schedule
    kept, kept_before = float(schedule.alpha_bar[step]), float(schedule.alpha_bar_before[step])
    beta = float(schedule.beta[step])
    mean = (math.sqrt(kept_before) * beta * clean + math.sqrt(1 - beta) * (1 - kept_before) * now) / (
        1 - kept
    )
    if step == 0:
        return mean
    spread = math.sqrt(float(schedule.reverse_variance[step]))
    return mean + spread * torch.randn(now.shape, generator=generator)


def _tokens_before(
    denoiser: StepDenoiser,
    now: Tensor,
    logits: Tensor,
    step: int,
    layout: Layout,
    generator: torch.Generator,
) -> Tensor:
    """Draw each token column from its reverse step."""
    steps = torch.full((len(now),), step)
    uniform = torch.rand(now.shape, generator=generator)
    before = torch.empty_like(now)
    for column, part in enumerate(logits.split(layout.cardinalities, 1)):
        log_p = log_reverse_step(torch.log_softmax(part, 1), now[:, column], steps, denoiser.schedule)
        before[:, column] = draw_tokens(log_p, uniform[:, column])
    return before
