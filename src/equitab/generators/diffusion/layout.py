r"""The shape of what is diffused: token columns, numeric columns, and the context beside them.

A row is :math:`(c, x)`: tokens :math:`c_1 \dots c_K`, where :math:`c_k` is one of :math:`C_k` values, and
numbers :math:`x_1 \dots x_M`, each standard normal over the table. The context is a row of the same kind that
is known and never diffused.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor


@dataclass(frozen=True)
class Layout:
    """How many columns of which kind, and where their values stand.

    Parameters
    ----------
    cardinalities : tuple of int
        The number of values of each token column.
    n_numeric : int
    context_cardinalities : tuple of int
    n_context_numeric : int
    place_tokens : tuple of (int, int)
        For each numeric column that is a place within a level: the token column of its level, and the first
        level whose place says something; (-1, 0) for a number that stands on its own. Empty: all do.
    context_columns : tuple of int
        For each context token and number the column that it belongs to, where the context can be dropped column by
        column (see `guidance`); empty where it cannot.

    Examples
    --------
    >>> layout = Layout(cardinalities=(3, 2), n_numeric=1)
    >>> layout.n_tokens, layout.n_logits, layout.logit_offsets
    (2, 5, (0, 3, 5))
    """

    cardinalities: tuple[int, ...]
    n_numeric: int = 0
    context_cardinalities: tuple[int, ...] = ()
    n_context_numeric: int = 0
    place_tokens: tuple[tuple[int, int], ...] = ()
    context_columns: tuple[int, ...] = ()

    @property
    def n_tokens(self) -> int:
        """The number of token columns, :math:`K`."""
        return len(self.cardinalities)

    @property
    def n_logits(self) -> int:
        """The number of values of all token columns together."""
        return sum(self.cardinalities)

    @property
    def logit_offsets(self) -> tuple[int, ...]:
        """Where the values of each token column begin; one more for the end."""
        return tuple(accumulate(self.cardinalities, initial=0))

    def numeric_weight(self, tokens: Tensor) -> Tensor:
        """Return 0 where a number says nothing given its level's token and 1 elsewhere.

        Examples
        --------
        >>> Layout((3,), 1, place_tokens=((0, 2),)).numeric_weight(torch.tensor([[1], [2]]))
        tensor([[0.],
                [1.]])
        """
        weight = torch.ones(len(tokens), self.n_numeric)
        for column, (token, first) in enumerate(self.place_tokens):
            if token >= 0:
                weight[:, column] = (tokens[:, token] >= first).float()
        return weight

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is diffused."""
        return self.n_tokens + self.n_numeric == 0


@dataclass(frozen=True)
class Rows:
    """Tokens and numbers of some rows.

    Parameters
    ----------
    tokens : Tensor of shape (n_rows, n_tokens), int64
    numeric : Tensor of shape (n_rows, n_numeric), float32
    """

    tokens: Tensor
    numeric: Tensor

    def __len__(self) -> int:
        return len(self.tokens)

    def take(self, index: Tensor | slice) -> Rows:
        """Return some of the rows."""
        return Rows(self.tokens[index], self.numeric[index])

    @classmethod
    def empty(cls, n_rows: int) -> Rows:
        """Return rows without columns, such as the context of an unconditional draw."""
        return cls(torch.zeros(n_rows, 0, dtype=torch.int64), torch.zeros(n_rows, 0))
