"""Batches whose make-up follows ratios: the sampler that goes into a training loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

import numpy as np

from equitab.errors import InputError, Problem, closest
from equitab.mitigation.adaptive_sampling.cells import Cells, FloatArray, IntArray, make_cells
from equitab.mitigation.adaptive_sampling.ratios import (
    STEP_SIZE,
    DataRatios,
    LabelShares,
    balanced_ratios,
    learned_ratios,
    pooled_ratios,
    real_ratios,
)
from equitab.mitigation.adaptive_sampling.row_pools import CarriedRounding, RowPools

Strategy = Literal["dr_fairness", "fairbatch", "balanced", "uniform", "pooled"]

MOST_REMEMBERED = 512
"""Points kept of how ratios moved."""
MANY_PASSES = 10.0
"""A pool gone through so many times as often as the real rows on average is named."""


@dataclass(frozen=True, eq=False)
class RatioPoint:
    """The ratios at one moment.

    Attributes
    ----------
    n_batches : int
        Batches drawn before.
    group_shares, real_shares : ndarray, shape (n_labels, n_groups)
    label_shares : ndarray, shape (n_labels,)
    """

    n_batches: int
    group_shares: FloatArray
    real_shares: FloatArray
    label_shares: FloatArray

    @classmethod
    def of(cls, n_batches: int, ratios: DataRatios) -> Self:
        """Return ratios as they are now."""
        return cls(n_batches, ratios.group_shares, ratios.real_shares, ratios.label_shares)


class AdaptiveBatchSampler:
    """Draws batches of row numbers in which cells and sources have the shares that ratios say.

    An iterable of lists of row numbers: what PyTorch's ``DataLoader(batch_sampler=...)`` takes, and any other loop.
    Real and generated rows stand in one dataset, one after the other. The ratios are moved by a `RatioUpdater`
    between batches; those of ``"balanced"``, ``"uniform"`` and ``"pooled"`` stay.

    Parameters
    ----------
    labels, groups : array-like of int, shape (n_rows,)
        Codes of outcome and group of every row, from 0.
    is_generated : array-like of bool, shape (n_rows,), optional
        Which rows were generated; none when not given.
    n_groups : int, optional
        One more than the largest code when not given.
    n_labels : int, optional
    batch_size : int, default 64
    strategy : {"dr_fairness", "fairbatch", "balanced", "uniform", "pooled"}
        ``dr_fairness`` learns shares of groups within outcomes and of real rows within cells; ``fairbatch`` moves
        shares of groups after each epoch, real rows only; ``balanced`` gives all cells the same share, filled with
        generated rows to the size of the largest; ``uniform`` draws real rows, ``pooled`` all rows, each as often
        as another.
    n_batches : int, optional
        Batches in an epoch; as many as real rows fill when not given.
    step_size : float, default 0.005
        Step of Adam for the ratios.
    label_shares : {"kept", "learned"}, default "kept"
        Whether outcomes keep the shares that they have in the real rows, as published, or ``dr_fairness`` learns
        these too: then gaps of true and of false positives can both become small, as the model calls fewer (or
        more) people favorable.
    seed : int

    Attributes
    ----------
    ratios : DataRatios
    cells : Cells
    n_drawn : int
        Batches drawn so far.

    Notes
    -----
    Rows are drawn without replacement within each cell and source; a pool that is used up is shuffled and begun
    again. Each batch has exactly `batch_size` rows: counts are rounded by largest remainders, and what a rounding
    leaves over is carried to the next batch, so that over time even a share of half a row is met. Time and memory
    for a batch do not depend on how many there were.

    Examples
    --------
    >>> sampler = AdaptiveBatchSampler([0, 0, 0, 1, 1, 1], [0, 0, 1, 0, 1, 1], batch_size=4, seed=0)
    >>> [len(batch) for batch in sampler], len(sampler)
    ([4, 4], 2)
    """

    def __init__(
        self,
        labels: Any,
        groups: Any,
        is_generated: Any = None,
        *,
        n_groups: int | None = None,
        n_labels: int | None = None,
        batch_size: int = 64,
        strategy: Strategy = "dr_fairness",
        n_batches: int | None = None,
        step_size: float = STEP_SIZE,
        label_shares: LabelShares = "kept",
        seed: int,
    ) -> None:
        self.cells = make_cells(labels, groups, is_generated, n_labels=n_labels, n_groups=n_groups)
        _check_settings(self.cells, batch_size, strategy, n_batches, label_shares)
        self.strategy, self.batch_size, self.seed = strategy, batch_size, seed
        n_real = int(self.cells.n_real.sum())
        self.n_batches = n_batches or -(-n_real // batch_size)
        self.ratios = make_ratios(
            self.cells, strategy, step_size=step_size, learns_labels=label_shares == "learned"
        )
        self._pools = RowPools(pools_of(self.cells), seed=seed)
        self._rounding = CarriedRounding(batch_size, 2 * self.cells.n_real.size)
        self._shuffle = np.random.default_rng([seed, 2])
        self._memory = RatioMemory()
        self._shares_of = (self.ratios.group_logits, self.ratios.real_logits)
        self._shares = self.ratios.batch_shares.ravel()
        self.n_drawn = 0
        self._left_in_epoch = 0

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return self.n_batches

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the batches of an epoch; after `load_state_dict`, those that were left of it."""
        left, self._left_in_epoch = self._left_in_epoch or self.n_batches, 0
        for done in range(left):
            self._left_now = left - done - 1
            yield self.draw().tolist()
        self._left_now = 0

    _left_now = 0

    def draw(self) -> IntArray:
        """Return the row numbers of the next batch, shape (batch_size,)."""
        if self.n_drawn % self._memory.stride == 0:
            self._memory.keep(RatioPoint.of(self.n_drawn, self.ratios))
        counts = self._rounding.counts(self._batch_shares()).tolist()
        parts = [self._pools.take(pool, n_rows) for pool, n_rows in enumerate(counts) if n_rows]
        self.n_drawn += 1
        return self._shuffle.permutation(np.concatenate(parts))

    def _batch_shares(self) -> FloatArray:
        """Return the shares of a batch, worked out anew where the ratios have moved."""
        now = (self.ratios.group_logits, self.ratios.real_logits)
        if any(one is not other for one, other in zip(now, self._shares_of, strict=True)):
            self._shares_of, self._shares = now, self.ratios.batch_shares.ravel()
        return self._shares

    @property
    def history(self) -> tuple[RatioPoint, ...]:
        """How the ratios moved; thinned, so that at most 512 points are kept, the present last."""
        now = RatioPoint.of(self.n_drawn, self.ratios)
        kept = self._memory.points
        return (*(point for point in kept if point.n_batches < self.n_drawn), now)

    @property
    def n_passes(self) -> IntArray:
        """How often each cell's rows were begun again, shape (2, n_labels, n_groups): real rows first."""
        return np.asarray(self._pools.n_passes).reshape(2, *self.cells.shape)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results must know; empty when there is nothing."""
        return (*_empty_cell_remarks(self.cells, self.strategy), *self._pass_remarks())

    def _pass_remarks(self) -> tuple[str, ...]:
        """Name the pools that were repeated far more often than real rows were on average."""
        usual = max(1.0, self.n_drawn * self.batch_size / max(int(self.cells.n_real.sum()), 1))
        return tuple(
            f"the {('real', 'generated')[source]} rows of outcome {y}, group {z} were gone through "
            f"{self.n_passes[source, y, z] + 1} times, where {usual:.0f} is usual: the ratios want more than there are"
            for source, y, z in np.argwhere(self.n_passes + 1 > MANY_PASSES * usual)
        )

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next batch depends on, as plain numbers, lists and words."""
        return {
            "ratios": self.ratios.state_dict(),
            "pools": self._pools.state_dict(),
            "left_over": self._rounding.left_over.tolist(),
            "shuffle": self._shuffle.bit_generator.state,
            "memory": self._memory.state_dict(),
            "n_drawn": self.n_drawn,
            "left_in_epoch": self._left_now,
            "made_for": self._identity(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` returned: the next epoch begins where that one stood.

        Raises
        ------
        InputError
            If the state belongs to other rows or settings.
        """
        if list(state["made_for"]) != self._identity():
            raise InputError(
                Problem("state of the batch sampler", "one of the same rows and settings", "another")
            )
        self.ratios.load_state_dict(state["ratios"])
        self._pools.load_state_dict(state["pools"])
        self._rounding.left_over = np.asarray(state["left_over"], dtype=np.float64)
        self._shuffle.bit_generator.state = state["shuffle"]
        self._memory.load_state_dict(state["memory"])
        self.n_drawn = int(state["n_drawn"])
        self._left_in_epoch = self._left_now = int(state["left_in_epoch"])

    def _identity(self) -> list[Any]:
        """Return what a state must have been made for."""
        learns = self.ratios.learns_labels
        return [self.strategy, self.batch_size, self.n_batches, self.seed, learns, *self._pools.sizes()]


class RatioMemory:
    """Points of the past, of which every other one is dropped when there are too many."""

    def __init__(self) -> None:
        self.points: list[RatioPoint] = []
        self.stride = 1

    def keep(self, point: RatioPoint) -> None:
        """Remember a point."""
        self.points.append(point)
        if len(self.points) >= MOST_REMEMBERED:
            self.points = self.points[::2]
            self.stride *= 2

    def state_dict(self) -> dict[str, Any]:
        """Return the points as lists."""
        points = [
            [p.n_batches, p.group_shares.tolist(), p.real_shares.tolist(), p.label_shares.tolist()]
            for p in self.points
        ]
        return {"points": points, "stride": self.stride}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take up the points again."""
        self.points = [RatioPoint(n, *map(np.array, shares)) for n, *shares in state["points"]]
        self.stride = int(state["stride"])


def make_ratios(
    cells: Cells, strategy: Strategy, *, step_size: float = STEP_SIZE, learns_labels: bool = False
) -> DataRatios:
    """Return the ratios with which a strategy begins."""
    if strategy == "dr_fairness":
        return learned_ratios(cells, step_size=step_size, learns_labels=learns_labels)
    makers = {"balanced": balanced_ratios, "pooled": pooled_ratios}
    return makers.get(strategy, real_ratios)(cells)


def pools_of(cells: Cells) -> list[IntArray]:
    """Return the row numbers of each source and cell: real cells first, in the order of their codes."""
    n_cells = cells.n_labels * cells.n_groups
    codes = cells.codes + n_cells * cells.is_generated
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(1, 2 * n_cells))
    return np.split(order, ends)


def _empty_cell_remarks(cells: Cells, strategy: Strategy) -> tuple[str, ...]:
    """Name the cells that lack real or generated rows."""
    lacks_real = [f"({y}, {z})" for y, z in np.argwhere(cells.n_real == 0)]
    remarks = []
    if lacks_real:
        names = ", ".join(lacks_real)
        remarks.append(f"no real rows of (outcome, group) {names}: nothing is drawn there by learned ratios")
    lacks_generated = np.argwhere((cells.n_generated == 0) & (cells.n_real > 0))
    if cells.is_generated.any() and len(lacks_generated) and strategy != "uniform":
        names = ", ".join(f"({y}, {z})" for y, z in lacks_generated)
        remarks.append(f"no generated rows of (outcome, group) {names}: real rows only there")
    return tuple(remarks)


def _check_settings(
    cells: Cells, batch_size: int, strategy: str, n_batches: int | None, label_shares: str
) -> None:
    """Raise with everything that is wrong."""
    problems = []
    if not cells.n_real.any():
        problems.append(Problem("training rows", "at least one real row", "generated rows only"))
    if batch_size < 1:
        problems.append(Problem("batch_size", "at least 1", str(batch_size)))
    if n_batches is not None and n_batches < 1:
        problems.append(Problem("n_batches", "at least 1", str(n_batches)))
    if strategy not in get_args(Strategy):
        advice = closest(strategy, get_args(Strategy))
        problems.append(Problem("strategy", "a known one", repr(strategy), advice))
    if label_shares not in get_args(LabelShares):
        problems.append(Problem("label_shares", "'kept' or 'learned'", repr(label_shares)))
    elif label_shares == "learned" and strategy in set(get_args(Strategy)) - {"dr_fairness"}:
        advice = "choose the strategy 'dr_fairness', or keep them"
        problems.append(Problem(f"label_shares of the strategy {strategy!r}", "'kept'", "'learned'", advice))
    if problems:
        raise InputError(problems)
