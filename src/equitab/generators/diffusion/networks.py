"""The two networks that look at a destroyed row and guess the clean one.

Both take the same arguments and return the same pair, so that nothing else asks which one it has.
`ResidualNetwork` belongs to the presets `fast` and `quality`, `PaperNetwork` to `paper`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from equitab.generators.diffusion.layout import Layout, Rows

N_FREQUENCIES = 16
N_TIME_FREQUENCIES = 8


class NetworkOutput(NamedTuple):
    """What a network says about a batch of rows.

    Attributes
    ----------
    logits : Tensor of shape (n_rows, n_logits)
        Over the values of every token column, one column after the other.
    numeric : Tensor of shape (n_rows, n_numeric)
        In whatever parametrisation the process trains: a velocity, or the noise.
    """

    logits: Tensor
    numeric: Tensor


class Affine(nn.Module):
    """A linear layer that starts at zero; `initialise` sets it, from a seed and not from global state.

    Shape
    -----
    Input (n_rows, n_inputs); output (n_rows, n_outputs). Either may be 0.
    """

    def __init__(self, n_inputs: int, n_outputs: int, *, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(n_outputs, n_inputs))
        self.bias = nn.Parameter(torch.zeros(n_outputs)) if bias else None

    def forward(self, features: Tensor) -> Tensor:
        """Return the linear image of some rows."""
        return functional.linear(features, self.weight, self.bias)


class PeriodicFeatures(nn.Module):
    """Turn each number into sines and cosines of learned frequencies, beside the number itself.

    Parameters
    ----------
    n_columns : int
    n_frequencies : int
    scale : float
        Standard deviation of the frequencies at the start; higher resolves finer detail.

    Shape
    -----
    Input (n_rows, n_columns); output (n_rows, n_columns * (1 + 2 * n_frequencies)).

    References
    ----------
    Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning, 2022 (arXiv 2203.05556).
    """

    def __init__(self, n_columns: int, n_frequencies: int = N_FREQUENCIES, scale: float = 3.0) -> None:
        super().__init__()
        self.frequency = nn.Parameter(torch.zeros(n_columns, n_frequencies))
        self.scale = scale

    @property
    def width(self) -> int:
        """The number of features that come out."""
        return self.frequency.shape[0] * (1 + 2 * self.frequency.shape[1])

    def forward(self, numbers: Tensor) -> Tensor:
        """Return the features of some rows."""
        phase = (numbers[:, :, None] * self.frequency).flatten(1)
        return torch.cat([numbers, phase.sin(), phase.cos()], 1)


class ResidualBlock(nn.Module):
    """Add to the hidden state what a normalised two-layer network makes of it.

    Shape
    -----
    Input and output (n_rows, width).
    """

    def __init__(self, width: int, inner_width: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.widen = Affine(width, inner_width)
        self.narrow = Affine(inner_width, width)
        self.dropout = dropout

    def forward(self, hidden: Tensor, generator: torch.Generator | None) -> Tensor:
        """Return the new hidden state; a generator switches dropout on."""
        inner = functional.silu(self.widen(self.norm(hidden)))
        if self.dropout and generator is not None:
            inner = drop_out(inner, self.dropout, generator)
        return hidden + self.narrow(inner)


def drop_out(features: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Return features of which a share is zero and the rest grown, so that the mean stays.

    The share is rounded to 256ths: one random byte decides on each feature, which takes a third of the time of one
    random number each.

    Parameters
    ----------
    features : Tensor
    share : float
        Below 1.
    generator : torch.Generator

    Examples
    --------
    >>> dropped = drop_out(torch.ones(100, 100), 0.25, torch.Generator().manual_seed(0))
    >>> sorted({round(value, 3) for value in dropped.flatten().tolist()}), round(float(dropped.mean()), 1)
    ([0.0, 1.333], 1.0)
    """
    n_kept = max(round(256 * (1 - share)), 1)
    words = torch.empty((features.numel() + 7) // 8, dtype=torch.int64, device=features.device)
    bytes_ = words.random_(-(2**63), None, generator=generator).view(torch.uint8)
    kept = bytes_[: features.numel()].view(features.shape) < n_kept
    return features * (kept * (256 / n_kept))


class ResidualNetwork(nn.Module):
    """Embed tokens and numbers, mix them in residual blocks, and guess every column.

    Parameters
    ----------
    layout : Layout
    width : int
        Of the hidden state.
    n_blocks : int
    expansion : int, default 2
        Inner width of a block divided by `width`.
    dropout : float, default 0

    Shape
    -----
    Tokens (n_rows, n_tokens), where the value after a column's last one is its mask; numbers (n_rows,
    n_numeric); level (n_rows,), an angle; has_numeric (n_rows,), 0 where the numbers are not to be seen.

    Notes
    -----
    Embeddings of all columns are summed straight into the hidden state (one lookup), which costs less than
    a first layer on one-hot values. The heads begin at zero with the training shares as bias, so that an
    untrained network already draws independent columns with the right shares.
    """

    def __init__(
        self, layout: Layout, *, width: int, n_blocks: int, expansion: int = 2, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.layout = layout
        self.offsets: Tensor
        self.time_frequency: Tensor
        sizes = [c + 1 for c in layout.cardinalities] + list(layout.context_cardinalities)
        offsets = torch.tensor([sum(sizes[:k]) for k in range(len(sizes))], dtype=torch.int64)
        self.register_buffer("offsets", offsets, persistent=False)
        self.register_buffer("time_frequency", _time_frequencies(), persistent=False)
        self.embedding = nn.Parameter(torch.zeros(max(sum(sizes), 1), width))
        self.periodic = PeriodicFeatures(layout.n_numeric)
        self.periodic_context = PeriodicFeatures(layout.n_context_numeric)
        self.read_numeric = Affine(self.periodic.width + 2 * N_TIME_FREQUENCIES, width)
        self.read_context = Affine(self.periodic_context.width, width, bias=False)
        blocks = [ResidualBlock(width, expansion * width, dropout) for _ in range(n_blocks)]
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(width)
        self.token_head = Affine(width, layout.n_logits)
        self.numeric_head = Affine(width, layout.n_numeric)

    def hidden(
        self,
        tokens: Tensor,
        context: Rows,
        numeric: Tensor,
        level: Tensor,
        has_numeric: Tensor,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Return the last hidden state, from which the heads read, of shape (n_rows, width)."""
        state = self._read_tokens(tokens, context)
        phase = level[:, None] * self.time_frequency
        seen = torch.cat([self.periodic(numeric), phase.sin(), phase.cos()], 1) * has_numeric[:, None]
        state = state + self.read_numeric(seen)
        if self.layout.n_context_numeric:
            state = state + self.read_context(self.periodic_context(context.numeric))
        for block in self.blocks:
            state = block(state, generator)
        return self.norm(state)

    def forward(
        self,
        tokens: Tensor,
        context: Rows,
        numeric: Tensor,
        level: Tensor,
        has_numeric: Tensor,
        generator: torch.Generator | None = None,
    ) -> NetworkOutput:
        """Return the guesses; a generator switches dropout on."""
        state = self.hidden(tokens, context, numeric, level, has_numeric, generator)
        return NetworkOutput(self.token_head(state), self.numeric_head(state))

    def column_logits(self, state: Tensor, column: int) -> Tensor:
        """Return the logits of one token column only, from the hidden state."""
        first, last = self.layout.logit_offsets[column : column + 2]
        assert self.token_head.bias is not None
        return functional.linear(state, self.token_head.weight[first:last], self.token_head.bias[first:last])

    def _read_tokens(self, tokens: Tensor, context: Rows) -> Tensor:
        if not len(self.offsets):
            return self.embedding[:1].expand(len(tokens), -1)
        places = torch.cat([tokens, context.tokens], 1) + self.offsets
        return functional.embedding_bag(places, self.embedding, mode="sum")


class PaperNetwork(nn.Module):
    """The multilayer perceptron of TabDDPM.

    Parameters
    ----------
    layout : Layout
    widths : sequence of int
        Of the hidden layers.
    time_width : int, default 128
        Of the embeddings of the row, the step and the context.
    dropout : float, default 0

    Notes
    -----
    ``Linear(d_in -> 128)`` of the row plus the step's embedding (sinusoidal, linear, SiLU, linear) plus
    ``SiLU(Embedding(label))``; then Linear + ReLU layers and a linear head.

    NOTE[DEPARTURE]: tokens enter as one-hot values. The paper's log one-hot holds values near -69 beside
    numbers of unit scale, and with many columns the first layer's output grows until the loss is NaN.
    NOTE[DEPARTURE]: the context may be several columns, also numeric; their embeddings are added.
    """

    def __init__(
        self, layout: Layout, *, widths: Sequence[int], time_width: int = 128, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.layout = layout
        self.time_width = time_width
        self.dropout = dropout
        self.read_row = Affine(layout.n_numeric + layout.n_logits, time_width)
        self.read_time = nn.Sequential(
            Affine(time_width, time_width), nn.SiLU(), Affine(time_width, time_width)
        )
        self.read_labels = nn.ModuleList(
            [Affine(time_width, c, bias=False) for c in layout.context_cardinalities]
        )
        self.read_context = Affine(layout.n_context_numeric, time_width, bias=False)
        sizes = [time_width, *widths]
        pairs = pairwise(sizes)
        self.layers = nn.ModuleList([Affine(before, after) for before, after in pairs])
        self.head = Affine(sizes[-1], layout.n_numeric + layout.n_logits)

    def forward(
        self,
        tokens: Tensor,
        context: Rows,
        numeric: Tensor,
        level: Tensor,
        has_numeric: Tensor,
        generator: torch.Generator | None = None,
    ) -> NetworkOutput:
        """Return the guesses; `level` counts the paper's steps from 0, `has_numeric` plays no part here."""
        del has_numeric
        state = self.read_row(torch.cat([numeric, self._one_hot(tokens)], 1))
        state = state + self.read_time(_sinusoids(level, self.time_width)) + self._read_context(context)
        for layer in self.layers:
            state = functional.relu(layer(state))
            if self.dropout and generator is not None:
                kept = torch.empty_like(state).bernoulli_(1 - self.dropout, generator=generator)
                state = state * kept / (1 - self.dropout)
        numbers, logits = self.head(state).split([self.layout.n_numeric, self.layout.n_logits], 1)
        return NetworkOutput(logits, numbers)

    def _one_hot(self, tokens: Tensor) -> Tensor:
        offsets = torch.tensor(self.layout.logit_offsets[:-1], dtype=torch.int64)
        return torch.zeros(len(tokens), self.layout.n_logits).scatter_(1, tokens + offsets, 1.0)

    def _read_context(self, context: Rows) -> Tensor:
        state = self.read_context(context.numeric)
        for column, label in enumerate(self.read_labels):
            state = state + functional.silu(
                functional.embedding(context.tokens[:, column], label.get_parameter("weight"))
            )
        return state


DiffusionNetwork = ResidualNetwork | PaperNetwork


def initialise(network: DiffusionNetwork, shares: Sequence[Tensor], seed: int) -> None:
    """Set every parameter from a seed, and the token heads' bias to the training shares.

    Parameters
    ----------
    network : ResidualNetwork or PaperNetwork
    shares : sequence of Tensor
        For each token column the share of each of its values, positive.
    seed : int
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            _draw_parameter(name, parameter, generator)
        if isinstance(network, ResidualNetwork):
            _start_from_shares(network, shares, generator)


def _draw_parameter(name: str, parameter: Tensor, generator: torch.Generator) -> None:
    """Uniform with variance 1 / (3 · inputs) for weights, one for norms, zero for biases."""
    if parameter.ndim == 2:
        bound = 1 / math.sqrt(max(parameter.shape[1], 1))
        parameter.uniform_(-bound, bound, generator=generator)
    elif name.endswith("norm.weight"):
        parameter.fill_(1.0)
    else:
        parameter.zero_()


def _start_from_shares(
    network: ResidualNetwork, shares: Sequence[Tensor], generator: torch.Generator
) -> None:
    network.embedding.normal_(0.0, 0.3, generator=generator)
    for periodic in (network.periodic, network.periodic_context):
        periodic.frequency.normal_(0.0, periodic.scale, generator=generator)
    for block in network.blocks:
        assert isinstance(block, ResidualBlock)
        block.narrow.weight.zero_()
    for head in (network.token_head, network.numeric_head):
        head.weight.zero_()
    if shares and network.token_head.bias is not None:
        network.token_head.bias.copy_(torch.cat([share.log() for share in shares]))


def _time_frequencies() -> Tensor:
    return math.pi * torch.exp(torch.linspace(math.log(0.5), math.log(8), N_TIME_FREQUENCIES))


def _sinusoids(step: Tensor, width: int) -> Tensor:
    """Sines and cosines of a step at frequencies from 1 down to 1/10,000, shape (n_rows, width)."""
    half = width // 2
    frequency = torch.exp(-math.log(10_000) * torch.arange(half) / half)
    phase = step[:, None].float() * frequency
    return torch.cat([phase.cos(), phase.sin()], 1)
