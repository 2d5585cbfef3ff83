r"""How a row is destroyed, step by step.

Numbers, on an angle :math:`t \in [0, \pi/2]` (`AngleNoise`):

.. math:: x_t = \cos(t)\, x_0 + \sin(t)\, \varepsilon, \qquad \varepsilon \sim N(0, 1)

so a standard normal column stays standard normal at every :math:`t`. Tokens, by masking (`masked_tokens`): a
random set of columns is replaced by a mask, and :math:`s`, the number still visible, plays the part of time.

Numbers and tokens of the paper, on steps :math:`t = 1 \dots T` (`CosineSchedule`):

.. math:: q(x_t | x_0) = N(\sqrt{\bar\alpha_t}\, x_0, 1 - \bar\alpha_t), \qquad
   q(c_t | c_0) = \bar\alpha_t [c_t = c_0] + (1 - \bar\alpha_t) / C

References
----------
Kotelnikov et al., TabDDPM, 2023 (arXiv 2209.15421). Hoogeboom et al., Autoregressive Diffusion Models, 2022
(arXiv 2110.02037). Lu and Song, Simplifying Continuous-Time Consistency Models, 2024 (arXiv 2410.11081).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

QUARTER_TURN = math.pi / 2


def stratified_uniforms(n: int, generator: torch.Generator) -> Tensor:
    """Return `n` numbers in [0, 1), one in each of `n` equal parts, with one common random shift.

    Noise levels spread so evenly within a batch make its loss less noisy.

    Examples
    --------
    >>> u = stratified_uniforms(4, torch.Generator().manual_seed(0))
    >>> (u * 4).floor().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    shift = torch.rand((), generator=generator)
    return ((torch.arange(n) + shift) / max(n, 1)).clamp(max=1 - 1e-7)


@dataclass(frozen=True)
class AngleNoise:
    """Gaussian noise on an angle from 0 (clean) to a quarter turn (noise only)."""

    def angles(self, n: int, generator: torch.Generator) -> Tensor:
        """Draw stratified angles, uniform over the quarter turn."""
        return stratified_uniforms(n, generator) * QUARTER_TURN

    def add(self, clean: Tensor, noise: Tensor, angle: Tensor) -> Tensor:
        """Return the numbers at an angle.

        Examples
        --------
        >>> AngleNoise().add(torch.ones(1, 1), torch.zeros(1, 1), torch.tensor([0.0]))
        tensor([[1.]])
        """
        t = angle[:, None]
        return torch.cos(t) * clean + torch.sin(t) * noise

    def grid(self, n_steps: int) -> list[float]:
        """Return the angles of a sampler with `n_steps` steps, from noise to clean."""
        return [QUARTER_TURN * (1 - step / n_steps) for step in range(n_steps + 1)]


def steps_from_bound(diameter: float, *, largest_beta: float = 0.2) -> int:
    r"""Return the fewest steps for which the convergence theorem that MCRAGE rests on says anything.

    Parameters
    ----------
    diameter : float
        Of the learned data, at least 0.
    largest_beta : float, default 0.2
        The end :math:`\bar\beta` of the paper's schedule.

    Notes
    -----
    :math:`T' = \lceil 64 \bar\beta (1 + \log(1 + d)) \rceil`. The bound on the distance that comes with it holds
    :math:`\exp(32 d^2)` and says nothing in practice (and the paper itself runs 35 steps where this gives 50): it is
    a number of steps to start from, not a guarantee.

    Examples
    --------
    >>> steps_from_bound(16.29)
    50
    """
    return math.ceil(64 * largest_beta * (1 + math.log1p(diameter)))


def random_ranks(n_rows: int, n_columns: int, generator: torch.Generator) -> Tensor:
    """Return for each row the place of each column in a random order, shape (n_rows, n_columns)."""
    return torch.rand(n_rows, n_columns, generator=generator).argsort(1).argsort(1)


def visible_counts(n_rows: int, n_columns: int, generator: torch.Generator) -> Tensor:
    """Draw how many columns of each row are still visible, stratified over 0 … n_columns − 1."""
    return (stratified_uniforms(n_rows, generator) * n_columns).floor().long()


def masked_tokens(tokens: Tensor, is_masked: Tensor, cardinalities: Tensor) -> Tensor:
    """Replace tokens by the mask of their column, which is the value after the last.

    Examples
    --------
    >>> masked_tokens(torch.tensor([[2, 0]]), torch.tensor([[True, False]]), torch.tensor([3, 2]))
    tensor([[3, 0]])
    """
    return torch.where(is_masked, cardinalities.expand_as(tokens), tokens)


@dataclass(frozen=True)
class CosineSchedule:
    r"""The paper's noise schedule on :math:`T` discrete steps.

    Parameters
    ----------
    n_steps : int
        :math:`T`; 100 or 1000 in the paper.

    Notes
    -----
    :math:`\bar\alpha_t = f(t) / f(0)`, :math:`f(t) = \cos^2(\frac{t/T + 0.008}{1.008} \frac{\pi}{2})`, with
    :math:`\beta_t = 1 - \bar\alpha_t / \bar\alpha_{t-1}` at most 0.999. Everything is computed in double
    precision; index 0 stands for step 1.

    Examples
    --------
    >>> schedule = CosineSchedule(100)
    >>> bool((schedule.alpha_bar.diff() < 0).all())
    True
    """

    n_steps: int

    @cached_property
    def beta(self) -> Tensor:
        """The share of noise added at each step."""
        t = torch.arange(self.n_steps + 1, dtype=torch.float64) / self.n_steps
        f = torch.cos((t + 0.008) / 1.008 * QUARTER_TURN) ** 2
        return (1 - f[1:] / f[:-1]).clamp(max=0.999)

    @cached_property
    def alpha_bar(self) -> Tensor:
        """The share of signal left after each step."""
        return torch.cumprod(1 - self.beta, 0)

    @cached_property
    def alpha_bar_before(self) -> Tensor:
        """The share of signal left before each step; 1 before the first."""
        return torch.cat([torch.ones(1, dtype=torch.float64), self.alpha_bar[:-1]])

    @cached_property
    def reverse_variance(self) -> Tensor:
        """The variance of a reverse step: beta, but the true posterior's at the first two steps."""
        posterior = self.beta * (1 - self.alpha_bar_before) / (1 - self.alpha_bar)
        return torch.cat([posterior[1:2] if self.n_steps > 1 else posterior[:1], self.beta[1:]])

    def add(self, clean: Tensor, noise: Tensor, step: Tensor) -> Tensor:
        """Return the numbers after a step, given as an index from 0."""
        kept = self.alpha_bar[step].to(clean.dtype)[:, None]
        return kept.sqrt() * clean + (1 - kept).sqrt() * noise


def log_mixed_with_uniform(log_p: Tensor, keep: Tensor) -> Tensor:
    r"""Return :math:`\log(\mathrm{keep}\, p + (1 - \mathrm{keep}) / C)` for rows of log probabilities.

    Parameters
    ----------
    log_p : Tensor of shape (n_rows, C)
    keep : Tensor of shape (n_rows,)
        In [0, 1], double precision so that 1 − keep does not vanish.

    Examples
    --------
    >>> certain, half = torch.tensor([[0.0, -torch.inf]]), torch.tensor([0.5], dtype=torch.float64)
    >>> log_mixed_with_uniform(certain, half).exp()
    tensor([[0.7500, 0.2500]])
    """
    n_values = log_p.shape[1]
    log_keep = keep.clamp(min=1e-30).log().to(log_p.dtype)[:, None]
    log_rest = ((1 - keep).clamp(min=1e-30) / n_values).log().to(log_p.dtype)[:, None]
    return torch.logaddexp(log_p + log_keep, log_rest.expand_as(log_p))
