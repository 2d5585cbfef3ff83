"""Trees that put rows which are alike into the same leaf, so that nearest neighbours are sought there.

Each node has two pivots, rows drawn at random; a row goes to the side whose pivot is nearer to it, by the difference
of its two Gower distances, cut at the median of the node. So leaves have equal sizes, any mixture of columns with any
missing values is split alike, and a later row finds its leaf without building the tree again. A forest without depth
has one leaf, which holds all rows: the search in it is exact.

References
----------
Dasgupta and Freund, Random projection trees and low dimensional manifolds, 2008. Yianilos, Data structures and
algorithms for nearest neighbor search in general metric spaces, 1993.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from equitab.generators.similarity.gower import GowerTable, filled_distances

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees over the rows of a table.

    Parameters
    ----------
    depth : int
        How often each tree splits.
    pivots : ndarray of int32, shape (n_trees, 2 ** depth - 1, 2)
        The two pivot rows of each node; the children of node p are 2p + 1 and 2p + 2.
    cuts : ndarray of float32, shape (n_trees, 2 ** depth - 1)
        Rows with a smaller difference of distances go to the first child.
    leaves : ndarray of int32, shape (n_trees, n_rows)
        The leaf in which each row lies.
    """

    depth: int
    pivots: Ints
    cuts: npt.NDArray[np.float32]
    leaves: Ints

    @classmethod
    def undivided(cls, n_rows: int) -> Forest:
        """Return one leaf that holds all rows."""
        leaves = np.zeros((1, n_rows), dtype=np.int32)
        return cls(0, np.zeros((1, 0, 2), dtype=np.int32), np.zeros((1, 0), dtype=np.float32), leaves)

    @property
    def n_leaves(self) -> int:
        """How many leaves a tree has."""
        return 2**self.depth

    @property
    def is_exact(self) -> bool:
        """Whether all rows lie in one leaf."""
        return self.depth == 0

    def find(self, table: GowerTable, queries: GowerTable) -> Ints:
        """Return the leaf of other rows in each tree, shape (n_trees, n_queries).

        Parameters
        ----------
        table : GowerTable
            The rows that the forest was grown on (and possibly more behind them).
        queries : GowerTable
        """
        rows = np.arange(queries.n_rows)
        found = np.zeros((len(self.pivots), queries.n_rows), dtype=np.int32)
        for tree, leaf in enumerate(found):
            for level in range(self.depth):
                node = leaf + (2**level - 1)
                sides = _sides(queries, rows, table, self.pivots[tree, node])
                leaf[:] = 2 * leaf + (sides >= self.cuts[tree, node])
        return found

    def with_rows(self, leaves: Ints) -> Forest:
        """Return the forest with rows added to the leaves that `find` named."""
        return replace(self, leaves=np.concatenate([self.leaves, leaves], axis=1))

    def joined(self, more: Forest) -> Forest:
        """Return the trees of both, which are equally deep and over the same rows."""
        return Forest(
            self.depth,
            np.concatenate([self.pivots, more.pivots]),
            np.concatenate([self.cuts, more.cuts]),
            np.concatenate([self.leaves, more.leaves]),
        )


def grow_forest(table: GowerTable, *, n_trees: int, leaf_size: int, seed: int, first_tree: int = 0) -> Forest:
    """Return a forest over all rows.

    Parameters
    ----------
    table : GowerTable
    n_trees : int
        Only one where a single leaf holds all rows.
    leaf_size : int
        A leaf holds at most that many rows.
    seed : int
    first_tree : int, default 0
        The number of the first tree: trees of other numbers are other trees.
    """
    depth = max(0, int(np.ceil(np.log2(max(table.n_rows, 1) / leaf_size))))
    n_trees = n_trees if depth else 1
    pivots = np.zeros((n_trees, 2**depth - 1, 2), dtype=np.int32)
    cuts = np.zeros((n_trees, 2**depth - 1), dtype=np.float32)
    leaves = np.zeros((n_trees, table.n_rows), dtype=np.int32)
    for tree in range(n_trees):
        random = np.random.default_rng([seed, first_tree + tree])
        _grow_tree(table, depth, pivots[tree], cuts[tree], leaves[tree], random)
    return Forest(depth, pivots, cuts, leaves)


def leaf_groups(leaves: Ints, n_leaves: int) -> Iterator[npt.NDArray[np.int64]]:
    """Yield for each leaf of one tree the positions of the rows in it, in order."""
    order = np.argsort(leaves, kind="stable")
    ends = np.cumsum(np.bincount(leaves, minlength=n_leaves))
    for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        yield order[start:end]


def _grow_tree(
    table: GowerTable,
    depth: int,
    pivots: Ints,
    cuts: npt.NDArray[np.float32],
    leaves: Ints,
    random: np.random.Generator,
) -> None:
    """Fill in one tree, level by level; all nodes of a level are split at once."""
    order = random.permutation(table.n_rows)
    bounds = np.array([0, table.n_rows])
    for level in range(depth):
        sizes = np.diff(bounds)
        chosen = order[bounds[:-1, None] + _two_places(sizes, random)]
        nodes = slice(2**level - 1, 2 ** (level + 1) - 1)
        pivots[nodes] = chosen
        node_of = np.repeat(np.arange(len(sizes)), sizes)
        sides = _sides(table, order, table, chosen[node_of])
        ranked = np.lexsort((sides, node_of))
        order, sides = order[ranked], sides[ranked]
        middles = bounds[:-1] + sizes // 2
        cuts[nodes] = sides[middles]
        bounds = np.append(np.column_stack([bounds[:-1], middles]).ravel(), table.n_rows)
    leaves[order] = np.repeat(np.arange(2**depth), np.diff(bounds))


def _two_places(sizes: npt.NDArray[np.int64], random: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return two different places below each size (the same one where the size is 1)."""
    first = random.integers(0, sizes)
    second = (first + 1 + random.integers(0, np.maximum(sizes - 1, 1))) % sizes
    return np.column_stack([first, second])


def _sides(
    own: GowerTable, own_rows: npt.NDArray[np.int64], table: GowerTable, pivots: npt.NDArray[np.integer]
) -> npt.NDArray[np.float32]:
    """Return by how much the first pivot is farther than the second."""
    first = filled_distances(own, own_rows, table, pivots[:, 0])
    return first - filled_distances(own, own_rows, table, pivots[:, 1])
