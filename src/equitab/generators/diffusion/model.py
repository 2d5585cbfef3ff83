"""A fitted diffusion model on arrays: normal scores and codes in, normal scores and codes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from equitab.generators.diffusion.guidance import DroppingProcess, GuidedNetwork, droppable, with_presence
from equitab.generators.diffusion.layout import Layout, Rows
from equitab.generators.diffusion.levels import FloatArray, IntArray, NumericLevels
from equitab.generators.diffusion.networks import DiffusionNetwork, initialise
from equitab.generators.diffusion.presets import Preset
from equitab.generators.diffusion.processes import Process, build_process
from equitab.generators.diffusion.train import (
    Data,
    Progress,
    TrainState,
    begin,
    describe_state,
    hold_out,
    train,
    use_best,
)

BLOCK_ROWS = 1_024
"""Rows drawn together. Each block has a generator of its own, so no other size changes the rows."""


@dataclass(frozen=True)
class Columns:
    """Numeric and categorical columns of a table, or of a context.

    Parameters
    ----------
    numeric : ndarray of shape (n_rows, n_numeric)
        Normal scores.
    categorical : ndarray of shape (n_rows, n_categorical), int64
        Codes from 0.
    cardinalities : tuple of int
        The number of codes of each categorical column.
    values : ndarray of shape (n_rows, n_numeric), int64, optional
        Equal codes for numbers that decode to equal values, rising with the value: shared values are found
        by them.
    """

    numeric: FloatArray
    categorical: IntArray
    cardinalities: tuple[int, ...]
    values: IntArray | None = None

    def __len__(self) -> int:
        return len(self.numeric)

    def rows(self) -> Rows:
        """Return the columns as tensors, codes as tokens."""
        return Rows(torch.from_numpy(self.categorical).long(), torch.from_numpy(self.numeric).float())


@dataclass(frozen=True)
class DiffusionModel:
    """A trained network with all it takes to draw from it.

    Parameters
    ----------
    preset : Preset
    layout : Layout
    levels : NumericLevels
    network : ResidualNetwork or PaperNetwork
    record : dict
        What training recorded.
    """

    preset: Preset
    layout: Layout
    levels: NumericLevels
    network: DiffusionNetwork
    record: dict[str, Any]

    def draw(self, context: Columns, *, seed: int, guidance: float = 0.0) -> tuple[FloatArray, IntArray]:
        """Draw one row for each row of context.

        Parameters
        ----------
        context : Columns
            The context columns of the wanted rows; with no columns, its length says how many.
        seed : int
        guidance : float, default 0
            The weight of classifier-free guidance; other than 0 only where the context was dropped in training.

        Returns
        -------
        numeric : ndarray of shape (n_rows, n_numeric)
            Normal scores.
        categorical : ndarray of shape (n_rows, n_categorical), int64
        """
        process = build_process(self.layout, self.preset)
        network = GuidedNetwork(self.network, guidance) if guidance else self.network
        rows = with_presence(context.rows(), self.layout)
        parts = []
        for block, first in enumerate(range(0, len(rows), BLOCK_ROWS)):
            generator = torch.Generator().manual_seed(_block_seed(seed, block))
            wanted = rows.take(slice(first, first + BLOCK_ROWS))
            parts.append(self._draw_block(process, network, wanted, generator))
        n_columns = len(self.levels.columns), self.layout.n_tokens - len(self.levels.token_columns)
        numeric = np.concatenate([np.zeros((0, n_columns[0])), *(part[0] for part in parts)])
        return numeric, np.concatenate([np.zeros((0, n_columns[1]), np.int64), *(part[1] for part in parts)])

    def _draw_block(
        self,
        process: Process,
        network: DiffusionNetwork | GuidedNetwork,
        context: Rows,
        generator: torch.Generator,
    ) -> tuple[FloatArray, IntArray]:
        with torch.no_grad():
            drawn = process.draw(network, context, generator=generator)
        spare = torch.randn(len(context), len(self.levels.columns), generator=generator)
        tokens, places = drawn.tokens.numpy(), drawn.numeric.double().numpy()
        n_categorical = self.layout.n_tokens - len(self.levels.token_columns)
        scores = self.levels.join(tokens[:, n_categorical:], places, spare.double().numpy())
        return scores, tokens[:, :n_categorical]


def fit_model(
    table: Columns,
    context: Columns,
    *,
    preset: Preset,
    seed: int,
    sample_weight: NDArray[np.float64] | None = None,
    max_seconds: float | None = None,
    progress: Progress | None = None,
    resume: Callable[[TrainState], None] | None = None,
    checkpoint: Callable[[TrainState], None] | None = None,
    context_columns: tuple[int, ...] = (),
) -> DiffusionModel:
    """Learn columns given a context.

    Parameters
    ----------
    table : Columns
        What is diffused.
    context : Columns
        What it is conditioned on; as many rows, possibly without columns.
    preset : Preset
    seed : int
    sample_weight : ndarray of shape (n_rows,), optional
        How often each row is visited.
    max_seconds : float, optional
    progress : callable, optional
        Called with (step, n_steps, seconds_left, loss).
    resume : callable, optional
        Called with the state before the first step; may replace it by a saved one.
    checkpoint : callable, optional
        Called with the state at every look at held-out rows.
    context_columns : tuple of int
        For each categorical and then each numeric context column a number: those with the same one are dropped
        together, `preset.context_drop` of the time. Empty: the context is never dropped.
    """
    levels = NumericLevels.fit(
        table.numeric,
        table.values if preset.finds_atoms else None,
        most_bins=preset.most_bins,
        fewest_share=preset.fewest_atom_share,
    )
    data, layout = _prepare(table, context, levels, preset, sample_weight, context_columns)
    process = build_process(layout, preset)
    if layout.context_columns:
        trains: Process | DroppingProcess = DroppingProcess(process, preset.context_drop)
    else:
        trains = process
    network = process.build_network()
    initialise(network, _shares(data.rows, layout), seed)
    trained, looked_at = hold_out(len(data), torch.Generator().manual_seed(seed))
    fitted_preset = preset.for_rows(len(trained))
    state = begin(network, fitted_preset, seed=seed)
    if resume:
        resume(state)
    if layout.is_empty:
        state.stopped_because = "nothing_to_learn"
    train(
        state,
        trains,
        data.take(trained),
        data.take(looked_at),
        fitted_preset,
        max_seconds=max_seconds,
        progress=progress,
        checkpoint=checkpoint,
    )
    use_best(state)
    return DiffusionModel(preset, layout, levels, network, describe_state(state))


def _prepare(
    table: Columns,
    context: Columns,
    levels: NumericLevels,
    preset: Preset,
    sample_weight: NDArray[np.float64] | None,
    context_columns: tuple[int, ...],
) -> tuple[Data, Layout]:
    """Return the training rows as tensors, and their layout: categories first, then levels."""
    values = table.values if preset.finds_atoms else None
    level_tokens, places = levels.split(table.numeric, values)
    tokens = np.concatenate([table.categorical, level_tokens], 1)
    layout = Layout(
        cardinalities=table.cardinalities + levels.cardinalities,
        n_numeric=places.shape[1],
        context_cardinalities=context.cardinalities,
        n_context_numeric=context.numeric.shape[1],
        place_tokens=levels.place_tokens(len(table.cardinalities)),
    )
    if context_columns:
        layout = droppable(layout, context_columns)
    weight = None if sample_weight is None else torch.from_numpy(sample_weight)
    rows = Rows(torch.from_numpy(tokens).long(), torch.from_numpy(places).float())
    return Data(rows, with_presence(context.rows(), layout), weight), layout


def _shares(rows: Rows, layout: Layout) -> list[torch.Tensor]:
    """Return the share of each value of each token column, with half a row added to each."""
    counts = [
        torch.bincount(rows.tokens[:, column], minlength=n_values).float() + 0.5
        for column, n_values in enumerate(layout.cardinalities)
    ]
    return [count / count.sum() for count in counts]


def _block_seed(seed: int, block: int) -> int:
    """Mix the seed and a block's number into the seed of the block's generator."""
    return int(np.random.SeedSequence([seed, block]).generate_state(1, np.uint64)[0] >> 1)
