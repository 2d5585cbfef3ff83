"""The similarity network: real rows as nodes, each linked to its nearest, new rows linked where they are close enough.

A new row is linked to a real row only if the link would be stronger than that row's links to its own neighbours are on
average: a new row has to be a better neighbour than the present ones. Real rows that come later take their places in
the same forest, and only rows near to them look again; nothing is built anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from equitab.generators.similarity.forest import Forest
from equitab.generators.similarity.gower import GowerTable
from equitab.generators.similarity.kernel import KernelForm, kernel_weights, mean_distances
from equitab.generators.similarity.neighbors import (
    NOBODY,
    Neighbors,
    SearchEffort,
    all_are_compared,
    best_of,
    better_neighbors,
    nearest_neighbors,
    search_leaves,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Linking:
    """What a link weighs, and which links of new rows are kept.

    Parameters
    ----------
    mu : float, default 0.5
        The width of the kernel.
    form : {"scale_free", "published", "density"}
        The form of the kernel; see `equitab.generators.similarity.kernel`.
    above_average : bool, default True
        Keep a new row's link only where it is stronger than the real row's links are on average, as published.
    keep_strongest : bool, default True
        NOTE[DEPARTURE]: a new row that would lose all links keeps its strongest one. As published it would have
        none, and its label would not come from anybody.
    """

    mu: float = 0.5
    form: KernelForm = "scale_free"
    above_average: bool = True
    keep_strongest: bool = True


@dataclass(frozen=True, eq=False)
class SimilarityNetwork:
    """Real rows, and who is near to whom.

    Parameters
    ----------
    table : GowerTable
    neighbors : Neighbors
    forest : Forest
        In which later rows find their neighbours.
    linking : Linking
    """

    table: GowerTable
    neighbors: Neighbors
    forest: Forest
    linking: Linking = field(default_factory=Linking)

    @property
    def n_rows(self) -> int:
        """The number of real rows."""
        return self.table.n_rows

    @property
    def n_neighbors(self) -> int:
        """How many neighbours a row has at most."""
        return int(self.neighbors.rows.shape[1])

    @property
    def mean_distances(self) -> Floats:
        """Each row's mean distance to its neighbours; 1 for an isolated row."""
        return mean_distances(self.neighbors.distances)

    @property
    def density(self) -> Floats:
        """Each row's mean similarity to its neighbours, from 0 (isolated) to 1 (among duplicates).

        Low where people are few.
        """
        return np.float32(1) - self.mean_distances

    def neighbor_weights(self) -> Floats:
        """Return the weight of each row's link to each of its neighbours, shape (n_rows, k)."""
        means = self.mean_distances
        theirs = means[np.maximum(self.neighbors.rows, 0)]
        return kernel_weights(
            self.neighbors.distances, means[:, None], theirs, mu=self.linking.mu, form=self.linking.form
        )

    def average_weights(self) -> Floats:
        """Return the mean weight of each row's links to its neighbours; 0 for an isolated row."""
        weights, is_there = self.neighbor_weights(), self.neighbors.rows != NOBODY
        return np.asarray(weights.sum(axis=1) / np.maximum(is_there.sum(axis=1), 1), dtype=np.float32)

    def links(self) -> csr_array:
        """Return the network of real rows: two are linked if one is among the other's nearest; symmetric."""
        directed = sparse_links(self.neighbors.rows, self.neighbor_weights(), self.n_rows)
        return directed.maximum(directed.T).tocsr()

    def find(self, queries: GowerTable, n_neighbors: int | None = None) -> Neighbors:
        """Return the nearest real rows of other rows.

        Parameters
        ----------
        queries : GowerTable
        n_neighbors : int, optional
            As many as the real rows have when not given.
        """
        k = min(n_neighbors or max(self.n_neighbors, 1), self.n_rows)
        found = search_leaves(queries, self.forest.find(self.table, queries), self.table, self.forest, k)
        if self.forest.is_exact:
            return found
        return better_neighbors(queries, found, self.table, self.neighbors.rows, k)

    def new_links(self, queries: GowerTable, n_neighbors: int | None = None) -> tuple[Neighbors, Floats]:
        """Return the nearest real rows of new rows and the weights of the links that are kept.

        Parameters
        ----------
        queries : GowerTable
        n_neighbors : int, optional
            How many real rows a new one is held against; those farther away are not linked.

        Returns
        -------
        neighbors : Neighbors
        weights : ndarray of float32, shape (n_new, k)
            0 for a link that is not kept.
        """
        found = self.find(queries, n_neighbors)
        own, others = mean_distances(found.distances), np.maximum(found.rows, 0)
        weights = kernel_weights(
            found.distances,
            own[:, None],
            self.mean_distances[others],
            mu=self.linking.mu,
            form=self.linking.form,
        )
        if not self.linking.above_average:
            return found, weights
        kept = np.where(weights > self.average_weights()[others], weights, np.float32(0))
        if self.linking.keep_strongest:
            is_alone = ~(kept > 0).any(axis=1) & (weights.shape[1] > 0)
            rows = np.flatnonzero(is_alone)
            best = weights[rows].argmax(axis=1) if len(rows) else rows
            kept[rows, best] = weights[rows, best]
        return found, kept

    def with_rows(self, more: GowerTable, *, effort: SearchEffort | None = None) -> SimilarityNetwork:
        """Return the network with more real rows, without building it again.

        Parameters
        ----------
        more : GowerTable
            On the same scale; their positions follow those of the present rows.
        effort : SearchEffort, optional
            Up to which size later rows are compared with all; beyond, they are led down the trees.
        """
        if not more.n_rows:
            return self
        first, k = self.n_rows, max(self.n_neighbors, 1)
        table, leaves = self.table.joined(more), self.forest.find(self.table, more)
        forest = grown = self.forest.with_rows(leaves)
        if all_are_compared(table, k, effort):
            forest, leaves = Forest.undivided(table.n_rows), np.zeros((1, more.n_rows), dtype=np.int32)
        theirs = search_leaves(self.table, forest.leaves[:, :first], table, forest, k, first_row=first)
        both = np.concatenate([self.neighbors.rows, theirs.rows], axis=1)
        old = best_of(table, np.arange(first), table, both, k, is_same=True)
        known = search_leaves(more, leaves, table, forest, k + 1)
        asked = np.arange(first, table.n_rows)
        near = old.rows[np.where(known.rows < first, np.maximum(known.rows, 0), 0)]
        near = np.where((known.rows < first)[:, :, None] & (known.rows >= 0)[:, :, None], near, NOBODY)
        tried = np.concatenate([known.rows, near.reshape(more.n_rows, -1)], axis=1)
        new = best_of(table, asked, table, tried, k, is_same=True)
        joined = Neighbors(
            np.concatenate([old.rows, new.rows]), np.concatenate([old.distances, new.distances])
        )
        return SimilarityNetwork(table, joined, grown, self.linking)


def build_network(
    table: GowerTable,
    *,
    n_neighbors: int | None = None,
    linking: Linking | None = None,
    effort: SearchEffort | None = None,
    seed: int = 0,
) -> SimilarityNetwork:
    """Return the similarity network of real rows.

    Parameters
    ----------
    table : GowerTable
    n_neighbors : int, optional
        At most one fewer than there are rows; a tenth of them, at most 20 and at least 1, when not given.
    linking : Linking, optional
    effort : SearchEffort, optional
        How hard neighbours are sought in a large table.
    seed : int, default 0
    """
    wanted = default_neighbors(table.n_rows) if n_neighbors is None else n_neighbors
    neighbors, forest = nearest_neighbors(table, wanted, effort=effort, seed=seed)
    return SimilarityNetwork(table, neighbors, forest, linking or Linking())


def default_neighbors(n_rows: int) -> int:
    """Return how many neighbours a row has where nothing else is asked: a tenth of the rows, from 1 to 20."""
    return max(1, min(20, n_rows // 10))


def sparse_links(rows: npt.NDArray[np.int32], weights: Floats, n_columns: int) -> csr_array:
    """Return links as a sparse array; links without weight are left out.

    Parameters
    ----------
    rows : ndarray of int32, shape (n_rows, k)
        The other end of each link.
    weights : ndarray of float32, shape (n_rows, k)
    n_columns : int
    """
    from scipy.sparse import csr_array

    is_kept = weights > 0
    starts = np.concatenate([[0], np.cumsum(is_kept.sum(axis=1))])
    found = csr_array((weights[is_kept], rows[is_kept], starts), shape=(len(rows), n_columns))
    found.sort_indices()
    return found
