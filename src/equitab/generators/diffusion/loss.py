r"""What the networks are trained to make small.

Masked tokens (`masked_token_loss`): with :math:`s` of :math:`K` columns visible,

.. math:: \frac{K}{K - s} \sum_{k\ \mathrm{masked}} -\log p_\theta(c_k | \mathrm{visible})

whose mean over :math:`s` is the negative log-likelihood of the row under a random order of its columns.
Numbers (`weighted_mean_square`): the mean square of velocity or noise.
Tokens of the paper (`multinomial_loss`):

.. math:: T \cdot KL(q(c_{t-1} | c_t, c_0)\, ||\, p_\theta(c_{t-1} | c_t)), \qquad
   T \cdot (-\log p_\theta(c_0 | c_1)) \text{ at the first step}

The KL divergence of the prior holds no parameters and is left out.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from equitab.generators.diffusion.layout import Layout
from equitab.generators.diffusion.noise import CosineSchedule, log_mixed_with_uniform

CERTAIN = -1e30
"""The logarithm that stands for probability zero: finite, so that zero times it is zero and not NaN."""


class Losses(NamedTuple):
    """The loss of a batch, and its parts for the history.

    Attributes
    ----------
    total : Tensor
        What is minimised.
    tokens : Tensor
        Per row, in nats, summed over columns.
    numeric : Tensor
        Mean square; 1 is what knowing nothing scores.
    """

    total: Tensor
    tokens: Tensor
    numeric: Tensor


def masked_token_loss(
    logits: Tensor, tokens: Tensor, is_masked: Tensor, n_visible: Tensor, layout: Layout
) -> Tensor:
    """Return the mean over rows of the weighted cross-entropy of the masked columns, in nats.

    Parameters
    ----------
    logits : Tensor of shape (n_rows, n_logits)
    tokens : Tensor of shape (n_rows, n_tokens)
        The clean values.
    is_masked : Tensor of shape (n_rows, n_tokens), bool
    n_visible : Tensor of shape (n_rows,), int
        Below n_tokens.
    layout : Layout

    Examples
    --------
    >>> layout = Layout(cardinalities=(2,))
    >>> truth, masked = torch.tensor([[1]]), torch.tensor([[True]])
    >>> masked_token_loss(torch.zeros(1, 2), truth, masked, torch.tensor([0]), layout)
    tensor(0.6931)
    """
    if not layout.n_tokens or not len(tokens):
        return torch.zeros(())
    weight = is_masked / (1 - n_visible / layout.n_tokens)[:, None]
    parts = logits.split(layout.cardinalities, 1)
    columns = [
        (functional.cross_entropy(part, tokens[:, k], reduction="none") * weight[:, k]).sum()
        for k, part in enumerate(parts)
    ]
    return torch.stack(columns).sum() / len(tokens)


def weighted_mean_square(guess: Tensor, truth: Tensor, weight: Tensor | None) -> Tensor:
    """Return the weighted mean of squared differences; zero where there is nothing to weigh.

    Examples
    --------
    >>> weighted_mean_square(torch.tensor([[2.0, 9.0]]), torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))
    tensor(4.)
    """
    if not guess.numel():
        return torch.zeros(())
    square = (guess - truth) ** 2
    if weight is None:
        return square.mean()
    return (square * weight).sum() / weight.sum().clamp(min=1.0)


def log_one_hot(tokens: Tensor, n_values: int) -> Tensor:
    """Return log probabilities that are certain of the tokens, shape (n_rows, n_values)."""
    certain = torch.full((len(tokens), n_values), CERTAIN)
    return certain.scatter_(1, tokens[:, None], 0.0)


def log_reverse_step(log_clean: Tensor, now: Tensor, step: Tensor, schedule: CosineSchedule) -> Tensor:
    r"""Return :math:`\log q(c_{t-1} | c_t, c_0)`, with what is believed about :math:`c_0`.

    Parameters
    ----------
    log_clean : Tensor of shape (n_rows, C)
        Log probabilities of the clean token.
    now : Tensor of shape (n_rows,)
        The token after the step.
    step : Tensor of shape (n_rows,), int
        The step as an index from 0.
    schedule : CosineSchedule

    Returns
    -------
    Tensor of shape (n_rows, C)
        Normalised log probabilities of the token before the step.

    Notes
    -----
    NOTE[DEPARTURE]: one log-sum-exp for each column, of finite numbers. The authors' code sums over slices of
    one long vector and subtracts near-equal numbers, which turned into NaN with many categories (its issues
    2 and 40).
    """
    before = log_mixed_with_uniform(log_clean, schedule.alpha_bar_before[step])
    moved = log_mixed_with_uniform(log_one_hot(now, log_clean.shape[1]), 1 - schedule.beta[step])
    return torch.log_softmax((before + moved).clamp(min=CERTAIN), 1)


def multinomial_loss(
    logits: Tensor, clean: Tensor, now: Tensor, step: Tensor, schedule: CosineSchedule
) -> Tensor:
    """Return the paper's loss of one token column for each row, shape (n_rows,), in nats times T.

    Parameters
    ----------
    logits : Tensor of shape (n_rows, C)
        The network's guess of the clean token.
    clean, now : Tensor of shape (n_rows,)
        The token before any noise and after the step.
    step : Tensor of shape (n_rows,), int
        The step as an index from 0.
    schedule : CosineSchedule
    """
    n_values = logits.shape[1]
    guess = log_reverse_step(torch.log_softmax(logits, 1), now, step, schedule)
    truth = log_reverse_step(log_one_hot(clean, n_values), now, step, schedule)
    divergence = (truth.exp() * (truth - guess)).sum(1)
    first = -guess.gather(1, clean[:, None])[:, 0]
    return torch.where(step == 0, first, divergence) * schedule.n_steps
