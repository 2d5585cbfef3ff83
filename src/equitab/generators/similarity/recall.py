"""How many of the true nearest neighbours an approximate search found: some rows are held against all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.generators.similarity.comparing import DESK_PAIRS, compare_groups
from equitab.generators.similarity.gower import GowerTable
from equitab.generators.similarity.ranking import Neighbors, best_of
from equitab.generators.similarity.shortlist import Shortlist, list_length
from equitab.generators.similarity.whole_numbers import Desk, WholeTable

CHECKED_ROWS = 200
ESTIMATE = (2,)
"""The random stream of the rows that an estimate looks at: others than those that told the search when to stop."""
NEAR_ENOUGH = np.float32(1e-6)


@dataclass(frozen=True, eq=False)
class CheckedRows:
    """Some rows, and how far their true nearest neighbours are.

    Parameters
    ----------
    rows : ndarray of int64, shape (n_checked,)
    reach : ndarray of float32, shape (n_checked,)
        The distance of the true k-th; infinite where fewer rows can be compared.
    """

    rows: npt.NDArray[np.int64]
    reach: npt.NDArray[np.float32]

    @classmethod
    def of(
        cls, table: GowerTable, n_neighbors: int, random: np.random.Generator, *, n_rows: int = CHECKED_ROWS
    ) -> CheckedRows:
        """Compare some rows, drawn at random, with all.

        Parameters
        ----------
        table : GowerTable
        n_neighbors : int
        random : Generator
        n_rows : int
            All rows when there are not so many.
        """
        rows = np.sort(random.choice(table.n_rows, min(n_rows, table.n_rows), replace=False))
        whole, k = WholeTable.of(table), min(n_neighbors, table.n_rows - 1)
        near = Shortlist(len(rows), table.n_rows, list_length(k) + 1)
        everybody = np.arange(table.n_rows)
        compare_groups(whole.take(rows), np.arange(len(rows)), whole, everybody, near, Desk(DESK_PAIRS))
        found = best_of(table, rows, table, near.rows(), k, is_same=True)
        return cls(rows, found.distances[:, -1])

    def recall(self, neighbors: Neighbors) -> float:
        """Return the share of true neighbours that were found.

        Parameters
        ----------
        neighbors : Neighbors
            Of these rows only, in this order.
        """
        true = np.isfinite(self.reach)
        if not true.any():
            return 1.0
        is_found = neighbors.distances[true] <= self.reach[true, None] + NEAR_ENOUGH
        return float(is_found.mean())


def estimate_recall(
    table: GowerTable, neighbors: Neighbors, *, n_rows: int = CHECKED_ROWS, seed: int = 0
) -> float:
    """Return about which share of the nearest neighbours was found, of some rows held against all.

    Parameters
    ----------
    table : GowerTable
    neighbors : Neighbors
        Of the table's rows among themselves.
    n_rows : int
        How many rows, drawn at random, are compared with all.
    seed : int, default 0
    """
    random = np.random.default_rng([seed, *ESTIMATE])
    checked = CheckedRows.of(table, neighbors.rows.shape[1], random, n_rows=n_rows)
    return checked.recall(Neighbors(neighbors.rows[checked.rows], neighbors.distances[checked.rows]))
