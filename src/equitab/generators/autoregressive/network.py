r"""A small network for one choice of the chain: probabilities of its classes, given a context.

.. math::
   h_0 &= \operatorname{silu}\Bigl(b_0 + \sum_j w_j \, e_{k_j}\Bigr), \qquad
   h_{l+1} = h_l + \operatorname{silu}(W_l h_l + b_l), \\
   P(k \mid x) &= \operatorname{softmax}_k(U h_L + u)

with the entries :math:`k_j` of the row and their weights :math:`w_j` (see `network_features`). `U` begins at zero and
`u` at the logarithms of the classes' shares: a network that has learned nothing yet knows the shares. All weights lie
in one vector, so that a step of the optimiser is a handful of operations.

One thread computes: sums of many threads differ in their last digit from those of one, and choices already run side
by side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from equitab.generators.autoregressive.network_features import Features

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]

CHUNK_ROWS = 4096
MOST_DENSE_ENTRIES = 1024
"""Contexts of more entries are looked up; a product with mostly zeros is faster below."""

FIRST_SPREAD = 0.05


@dataclass(frozen=True)
class NetworkShape:
    """The sizes of a network.

    Parameters
    ----------
    n_entries : int
    width : int
        Of the hidden states.
    n_blocks : int
        Layers that add to the hidden state.
    n_classes : int
    """

    n_entries: int
    width: int
    n_blocks: int
    n_classes: int

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of the weights, in the order in which they lie in the vector."""
        block = ((self.width, self.width), (self.width,))
        ends = ((self.width, self.n_classes), (self.n_classes,))
        return ((self.n_entries, self.width), (self.width,), *block * self.n_blocks, *ends)

    @cached_property
    def sizes(self) -> list[int]:
        """How many numbers each of the weights has."""
        return [math.prod(shape) for shape in self.shapes]

    def split(self, weights: Tensor) -> list[Tensor]:
        """Return the parts of the vector of all weights."""
        return [part.view(shape) for part, shape in zip(weights.split(self.sizes), self.shapes, strict=True)]

    def first_weights(self, log_shares: Tensor, spare: list[int], generator: torch.Generator) -> Tensor:
        """Return the weights to begin with.

        Parameters
        ----------
        log_shares : Tensor of shape (n_classes,)
        spare : list of int
            Entries whose vector is zero, and stays so because no row has them.
        generator : torch.Generator
        """
        parts = []
        for place, shape in enumerate(self.shapes[:-2]):
            if len(shape) == 1:
                parts.append(torch.zeros(shape))
            else:
                spread = 1 / math.sqrt(shape[0]) if place else FIRST_SPREAD
                parts.append(torch.randn(shape, generator=generator) * spread)
        parts[0][spare] = 0.0
        return torch.cat([part.flatten() for part in (*parts, torch.zeros(self.shapes[-2]), log_shares)])

    def decayed(self, entries: float) -> Tensor:
        """Return by how much each weight takes part in weight decay: matrices do, the first by a part."""
        shares = [entries] + [1.0 if len(shape) == 2 else 0.0 for shape in self.shapes[1:]]
        return torch.cat([torch.full((size,), share) for size, share in zip(self.sizes, shares, strict=True)])

    def logits(
        self,
        weights: Tensor,
        entries: Tensor,
        amounts: Tensor,
        *,
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Return the logits of some rows, shape (n_rows, n_classes).

        Parameters
        ----------
        weights : Tensor of shape (n_weights,)
        entries : Tensor of int64, shape (n_rows, n_slots)
        amounts : Tensor of shape (n_rows, n_slots)
        dropout : float
        generator : torch.Generator, optional
            Switches dropout on.
        """
        table, bias, *rest = self.split(weights)
        state = functional.silu(self._look_up(table, entries, amounts) + bias)
        for place in range(0, 2 * self.n_blocks, 2):
            seen = _thinned(state, dropout, generator)
            state = state + functional.silu(seen @ rest[place] + rest[place + 1])
        return _thinned(state, dropout, generator) @ rest[-2] + rest[-1]

    def _look_up(self, table: Tensor, entries: Tensor, amounts: Tensor) -> Tensor:
        if self.n_entries > MOST_DENSE_ENTRIES:
            return functional.embedding_bag(entries, table, mode="sum", per_sample_weights=amounts)
        return torch.zeros(len(entries), self.n_entries).scatter_add_(1, entries, amounts) @ table


@dataclass(frozen=True, eq=False)
class NetworkChoice:
    """What networks learned of one choice; see `LearnedChoice`.

    Parameters
    ----------
    shares : ndarray of float64, shape (n_classes,)
        Shares of the classes among the training rows; a class with share 0 is never drawn.
    width : int
        Of the networks' hidden states.
    n_blocks : int
    features : Features
    members : tuple of Tensor, shape (n_weights,)
        The weights of each network; their probabilities are averaged. None where the context says nothing.
    held_out_loss : float
        Mean negative log-likelihood of rows that were held out, and their penalty.
    n_looks : int
        How often held-out rows were looked at, over all members.
    is_cut : bool
        Whether the time was up before learning was done.
    """

    shares: npt.NDArray[np.float64]
    width: int
    n_blocks: int
    features: Features
    members: tuple[Tensor, ...] = ()
    held_out_loss: float = 0.0
    n_looks: int = 0
    is_cut: bool = False

    @property
    def uses_context(self) -> bool:
        """Whether there is any network."""
        return len(self.members) > 0

    @cached_property
    def live(self) -> Codes:
        """The classes that occur."""
        return np.flatnonzero(self.shares > 0)

    @cached_property
    def shape(self) -> NetworkShape:
        """The sizes of the networks."""
        return NetworkShape(self.features.n_entries, self.width, self.n_blocks, len(self.live))

    def probabilities(self, context: Floats) -> Floats:
        """Return the classes' probabilities, shape (n_rows, n_classes), each row with the sum 1.

        Parameters
        ----------
        context : ndarray of float32, shape (n_rows, n_features)
        """
        shares = (self.shares / self.shares.sum()).astype(np.float32)
        found = np.zeros((len(context), len(shares)), dtype=np.float32)
        if not self.members:
            found[:] = shares
            return found
        with single_thread(), torch.no_grad():
            for start in range(0, len(context), CHUNK_ROWS):
                rows = slice(start, start + CHUNK_ROWS)
                found[rows, self.live] = self._averaged(context[rows])
        return found

    def _averaged(self, context: Floats) -> Floats:
        entries, amounts = map(torch.from_numpy, self.features.read(context))
        logits = [self.shape.logits(weights, entries, amounts) for weights in self.members]
        averaged = torch.stack([functional.softmax(one, 1) for one in logits]).mean(0)
        return np.asarray(averaged.numpy(), dtype=np.float32)


class _Threads:
    """How many threads torch had before the first of those who now want one."""

    lock = Lock()
    n_inside = 0
    n_before = 1


@contextmanager
def single_thread() -> Iterator[None]:
    """Let torch compute with one thread, and then with as many as before; may be entered side by side."""
    with _Threads.lock:
        if not _Threads.n_inside:
            _Threads.n_before = torch.get_num_threads()
        _Threads.n_inside += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _Threads.lock:
            _Threads.n_inside -= 1
            torch.set_num_threads(_Threads.n_before)


def _thinned(state: Tensor, dropout: float, generator: torch.Generator | None) -> Tensor:
    if not dropout or generator is None:
        return state
    kept = torch.empty_like(state).bernoulli_(1 - dropout, generator=generator)
    return state * (kept / (1 - dropout))
