r"""Classifier-free guidance: one network that knows the context, a part of it, or nothing of it.

In training the context :math:`c = (c_1, \dots, c_m)` of a row is dropped with a probability :math:`q`: half of the
times all of it, half of the times each column by itself with probability one half. A dropped column holds a value of
its own, so the network learns :math:`p(x | c_S)` for every part :math:`S` of the context; a group of few people is
told by the columns that it shares with others, not by a code that only it has.

At sampling, with the weight :math:`w`,

.. math:: F = (1 + w)\, F(x_t | c) - w\, F(x_t | \varnothing)

for the numbers' velocity (or noise) and for the logits of the tokens alike: both are scores or log probabilities up
to a constant. :math:`w = 0` draws from what was learned, :math:`w > 0` moves away from what everybody has in common,
:math:`w = -1` ignores the context.

NOTE[DEPARTURE]: the MCRAGE authors multiply a one-hot group code by -1 when it is kept and by 0 when it is dropped, so
that groups share nothing and a dropped code differs from a kept one by its size alone. Here every sensitive feature
and the outcome has an embedding of its own, and *dropped* is a value like any other.

References
----------
Ho and Salimans, Classifier-Free Diffusion Guidance, 2022 (arXiv 2207.12598). Behal, Chen, Fikes, Xiao, MCRAGE:
Synthetic Healthcare Data for Fairness, 2023 (arXiv 2310.18430).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from equitab.generators.diffusion.layout import Layout, Rows
from equitab.generators.diffusion.loss import Losses
from equitab.generators.diffusion.networks import NetworkOutput
from equitab.generators.diffusion.processes import Process


def droppable(layout: Layout, columns: tuple[int, ...]) -> Layout:
    """Return a layout whose context can be dropped column by column.

    Parameters
    ----------
    layout : Layout
    columns : tuple of int
        For each context token and then for each context number, the column that it belongs to.

    Examples
    --------
    >>> droppable(Layout((3,), 0, (2, 4), 1), (0, 1, 2)).context_cardinalities
    (3, 5, 2)
    """
    assert len(columns) == len(layout.context_cardinalities) + layout.n_context_numeric
    widened = tuple(n_values + 1 for n_values in layout.context_cardinalities)
    told_apart = (2,) * layout.n_context_numeric
    return replace(layout, context_cardinalities=widened + told_apart, context_columns=columns)


def with_presence(context: Rows, layout: Layout) -> Rows:
    """Return context rows in the form of a droppable layout: a token beside each number says that it is there."""
    if not layout.context_columns:
        return context
    present = torch.zeros(len(context), layout.n_context_numeric, dtype=torch.int64)
    return Rows(torch.cat([context.tokens, present], 1), context.numeric)


def dropped(context: Rows, is_dropped: Tensor, layout: Layout) -> Rows:
    """Return context rows without some of their columns.

    Parameters
    ----------
    context : Rows
        In the form of the layout.
    is_dropped : Tensor of shape (n_rows, n_columns), bool
    layout : Layout
        A droppable one.

    Examples
    --------
    >>> layout = droppable(Layout((3,), 0, (2,)), (0,))
    >>> rows = Rows(torch.tensor([[1], [1]]), torch.zeros(2, 0))
    >>> dropped(rows, torch.tensor([[True], [False]]), layout).tokens.tolist()
    [[2], [1]]
    """
    per_block = is_dropped[:, list(layout.context_columns)]
    last = torch.tensor(layout.context_cardinalities, dtype=torch.int64) - 1
    tokens = torch.where(per_block, last.expand_as(context.tokens), context.tokens)
    n_categorical = len(layout.context_cardinalities) - layout.n_context_numeric
    numeric = context.numeric.masked_fill(per_block[:, n_categorical:], 0.0)
    return Rows(tokens, numeric)


def draw_drops(n_rows: int, n_columns: int, share: float, generator: torch.Generator) -> Tensor:
    """Draw which context columns each row is without, shape (n_rows, n_columns), bool."""
    uniform = torch.rand(n_rows, 1, generator=generator)
    alone = torch.rand(n_rows, n_columns, generator=generator) < 0.5
    return (uniform < share / 2) | ((uniform < share) & alone)


@dataclass(frozen=True)
class DroppingProcess:
    """A process that is trained with parts of its context dropped; draws are the process's own.

    Parameters
    ----------
    process : MaskedProcess or PaperProcess
    share : float
        How often anything is dropped, from 0 to 1.
    """

    process: Process
    share: float

    def build_network(self) -> Any:
        """Return the process's network."""
        return self.process.build_network()

    def loss(
        self, network: Any, rows: Rows, context: Rows, *, generator: torch.Generator, is_training: bool
    ) -> Losses:
        """Return the process's loss; held-out rows are looked at with their whole context."""
        if is_training:
            layout = self.process.layout
            n_columns = max(layout.context_columns) + 1
            drops = draw_drops(len(context), n_columns, self.share, generator)
            context = dropped(context, drops, layout)
        return self.process.loss(network, rows, context, generator=generator, is_training=is_training)

    def draw(self, network: Any, context: Rows, *, generator: torch.Generator) -> Rows:
        """Draw one row for each row of context."""
        return self.process.draw(network, context, generator=generator)


@dataclass(frozen=True)
class GuidedNetwork:
    """A network that answers with guidance, in the place of the network itself.

    Parameters
    ----------
    network : ResidualNetwork or PaperNetwork
    weight : float
        :math:`w`, at least -1.

    Notes
    -----
    The heads are affine, so the guided hidden state gives the guided logits:
    :math:`(1 + w)(Wh_c + b) - w(Wh_0 + b) = W((1 + w) h_c - w h_0) + b`.
    """

    network: Any
    weight: float

    @property
    def layout(self) -> Layout:
        """The network's layout."""
        found: Layout = self.network.layout
        return found

    def hidden(self, tokens: Tensor, context: Rows, *rest: Tensor) -> Tensor:
        """Return the guided hidden state, shape (n_rows, width)."""
        twice = [torch.cat([part, part]) for part in (tokens, *rest)]
        state: Tensor = self.network.hidden(twice[0], self._with_and_without(context), *twice[1:])
        return self._guided(state)

    def column_logits(self, state: Tensor, column: int) -> Tensor:
        """Return the logits of one token column from a guided hidden state."""
        found: Tensor = self.network.column_logits(state, column)
        return found

    def __call__(self, tokens: Tensor, context: Rows, *rest: Tensor) -> NetworkOutput:
        """Return the guided guesses."""
        twice = [torch.cat([part, part]) for part in (tokens, *rest)]
        output = self.network(twice[0], self._with_and_without(context), *twice[1:])
        return NetworkOutput(self._guided(output.logits), self._guided(output.numeric))

    def _with_and_without(self, context: Rows) -> Rows:
        everything = torch.ones(len(context), max(self.layout.context_columns) + 1, dtype=torch.bool)
        without = dropped(context, everything, self.layout)
        return Rows(
            torch.cat([context.tokens, without.tokens]), torch.cat([context.numeric, without.numeric])
        )

    def _guided(self, both: Tensor) -> Tensor:
        told, free = both.chunk(2)
        return (1 + self.weight) * told - self.weight * free
