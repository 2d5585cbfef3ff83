"""Pools of rows, drawn from without replacement and shuffled anew after each pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from equitab.mitigation.adaptive_sampling.cells import BoolArray, FloatArray, IntArray


class RowPools:
    """Several pools; from each the next rows of a random order are taken.

    The order of a pass depends on the seed, the pool and the number of the pass alone. So the state to save is two
    numbers for each pool, and how one pool is used does not change what comes from another.

    Parameters
    ----------
    pools : sequence of ndarray of int
        Row numbers of each pool; a pool may be empty.
    seed : int

    Attributes
    ----------
    n_passes : list of int
        How often each pool has been gone through and begun again.

    Examples
    --------
    >>> pools = RowPools([np.array([7, 8, 9])], seed=0)
    >>> sorted(pools.take(0, 2).tolist() + pools.take(0, 1).tolist()), pools.take(0, 4).size, pools.n_passes
    ([7, 8, 9], 4, [2])
    """

    def __init__(self, pools: Sequence[IntArray], *, seed: int) -> None:
        self._pools = list(pools)
        self._seed = seed
        self.n_passes = [0] * len(self._pools)
        self._places = [0] * len(self._pools)
        self._orders = [self._order(pool) for pool in range(len(self._pools))]

    def sizes(self) -> list[int]:
        """Return the number of rows in each pool."""
        return [len(pool) for pool in self._pools]

    def take(self, pool: int, n_rows: int) -> IntArray:
        """Return the next rows of a pool, shape (n_rows,).

        Where a pass ends in between, what is missing is taken from the beginning of the next.
        """
        place = self._places[pool]
        end = place + n_rows
        if end <= len(self._orders[pool]):
            self._places[pool] = end
            return self._orders[pool][place:end]
        parts = [self._orders[pool][place:]]
        missing = n_rows - len(parts[0])
        while missing:
            self.n_passes[pool] += 1
            self._orders[pool] = self._order(pool)
            parts.append(self._orders[pool][:missing])
            self._places[pool] = len(parts[-1])
            missing -= len(parts[-1])
        return np.concatenate(parts)

    def _order(self, pool: int) -> IntArray:
        """Return the rows of a pool in the order of its current pass."""
        generator = np.random.default_rng([self._seed, pool, self.n_passes[pool]])
        return generator.permutation(self._pools[pool])

    def state_dict(self) -> dict[str, Any]:
        """Return passes and places."""
        return {"n_passes": list(self.n_passes), "places": list(self._places)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` returned, with the same pools and seed."""
        self.n_passes, self._places = list(state["n_passes"]), list(state["places"])
        self._orders = [self._order(pool) for pool in range(len(self._pools))]


class CarriedRounding:
    """Whole numbers of a fixed sum that follow shares; what one rounding leaves over, the next one gets.

    Parameters
    ----------
    total : int
        Sum of every rounding.
    n_shares : int

    Examples
    --------
    >>> rounding = CarriedRounding(4, 3)
    >>> [rounding.counts(np.full(3, 1 / 3)).tolist() for _ in range(3)]
    [[2, 1, 1], [1, 2, 1], [1, 1, 2]]
    """

    def __init__(self, total: int, n_shares: int) -> None:
        self.total = total
        self.left_over: FloatArray = np.zeros(n_shares)

    def counts(self, shares: FloatArray) -> IntArray:
        """Return whole numbers in proportion to shares that sum to 1, shape (n_shares,).

        The largest remainders are rounded up. A share of 0 gets nothing.
        """
        wanted = np.where(shares > 0, self.total * shares + self.left_over, 0.0)
        counts = np.maximum(np.floor(wanted + 1e-9), 0).astype(np.int64)
        self._settle(counts, wanted, shares > 0)
        self.left_over = wanted - counts
        return counts

    def _settle(self, counts: IntArray, wanted: FloatArray, is_open: BoolArray) -> None:
        """Bring the sum to the total, one row at a time, where rounding was the least just."""
        while (missing := self.total - int(counts.sum())) != 0:
            if missing > 0:
                counts[np.where(is_open, wanted - counts, -np.inf).argmax()] += 1
            else:
                counts[np.where(counts > 0, wanted - counts, np.inf).argmin()] -= 1
