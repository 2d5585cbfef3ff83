"""The k nearest rows by Gower distance: exact for small tables, nearly exact and nearly linear for large ones.

Small tables are searched completely. In large ones the rows of a leaf are compared with each other, in several trees
(`equitab.generators.similarity.forest`); then the neighbours of a row's neighbours are tried, since who is near to my
neighbour is likely near to me. All distances are exact; what is approximate is only who was compared with whom. One
process, no compilation, the same neighbours from the same seed.

References
----------
Dong, Moses and Li, Efficient k-nearest neighbor graph construction for generic similarity measures, 2011.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.generators.similarity.forest import Forest, grow_forest, leaf_groups
from equitab.generators.similarity.gower import GowerTable, gower_distances

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

EXACT_ROWS = 4096
"""Tables of up to so many rows are searched completely."""
BLOCK_CELLS = 2**18
"""Distances that are held at once."""
NOBODY = -1


@dataclass(frozen=True)
class SearchEffort:
    """How hard neighbours are sought in a table that is not searched completely.

    Parameters
    ----------
    n_trees : int
        More trees find more of the true neighbours and take longer.
    leaf_size : int
        The largest number of rows that are compared with each other in a tree.
    n_rounds : int
        How often the neighbours of neighbours are tried.
    exact_rows : int
        Tables of up to so many rows are searched completely.
    """

    n_trees: int = 8
    leaf_size: int = 384
    n_rounds: int = 1
    exact_rows: int = EXACT_ROWS


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The nearest rows of each row, nearest first.

    Parameters
    ----------
    rows : ndarray of int32, shape (n_rows, k)
        Positions; `NOBODY` where fewer rows can be compared.
    distances : ndarray of float32, shape (n_rows, k)
        Gower distances; infinite where there is nobody.
    """

    rows: Ints
    distances: Floats


def nearest_neighbors(
    table: GowerTable, n_neighbors: int, *, effort: SearchEffort | None = None, seed: int = 0
) -> tuple[Neighbors, Forest]:
    """Return each row's nearest others, and the forest in which later rows find theirs.

    Parameters
    ----------
    table : GowerTable
    n_neighbors : int
        At most one fewer than there are rows.
    effort : SearchEffort, optional
    seed : int, default 0
    """
    effort = effort or SearchEffort()
    leaf_size = max(effort.leaf_size, 2 * n_neighbors) if table.n_rows > effort.exact_rows else table.n_rows
    forest = grow_forest(table, n_trees=effort.n_trees, leaf_size=max(leaf_size, 1), seed=seed)
    k = min(n_neighbors, table.n_rows - 1)
    found = search_leaves(table, forest.leaves, table, forest, k, is_same=True)
    if not forest.is_exact:
        for _ in range(effort.n_rounds):
            found = _tried_neighbors_of_neighbors(table, found, k)
    return found, forest


def search_leaves(
    queries: GowerTable,
    query_leaves: Ints,
    table: GowerTable,
    forest: Forest,
    n_neighbors: int,
    *,
    is_same: bool = False,
    first_row: int = 0,
) -> Neighbors:
    """Return the nearest rows of a table among those that share a leaf with each query.

    Parameters
    ----------
    queries : GowerTable
    query_leaves : ndarray of int32, shape (n_trees, n_queries)
    table : GowerTable
    forest : Forest
        Over the table's rows.
    n_neighbors : int
    is_same : bool
        Whether query i is row i of the table, which is then not its own neighbour.
    first_row : int
        Rows of the table before this one are left out.
    """
    n_trees, n_queries = query_leaves.shape
    candidates = np.full((n_queries, n_trees * n_neighbors), NOBODY, dtype=np.int32)
    for tree in range(n_trees):
        columns = slice(tree * n_neighbors, (tree + 1) * n_neighbors)
        members = leaf_groups(forest.leaves[tree, first_row:], forest.n_leaves)
        asked = leaf_groups(query_leaves[tree], forest.n_leaves)
        for own, other in zip(asked, members, strict=True):
            if len(own) and len(other):
                _search_leaf(queries, own, table, other + first_row, candidates[:, columns], is_same)
    return best_of(queries, np.arange(n_queries), table, candidates, n_neighbors, is_same=is_same)


def best_of(
    queries: GowerTable,
    query_rows: npt.NDArray[np.int64],
    table: GowerTable,
    candidates: Ints,
    n_neighbors: int,
    *,
    is_same: bool = False,
) -> Neighbors:
    """Return the nearest of some candidates of each query, every candidate counted once.

    Parameters
    ----------
    queries : GowerTable
    query_rows : ndarray of int, shape (n_asked,)
    table : GowerTable
    candidates : ndarray of int32, shape (n_asked, n_candidates)
        Rows of the table; `NOBODY` is skipped.
    n_neighbors : int
    is_same : bool
        Whether query i is row i of the table.
    """
    shape = len(query_rows), n_neighbors
    rows, distances = np.full(shape, NOBODY, dtype=np.int32), np.full(shape, np.inf, dtype=np.float32)
    block = max(1, BLOCK_CELLS // max(candidates.shape[1], 1))
    for start in range(0, len(query_rows), block):
        part = slice(start, start + block)
        tried = np.sort(candidates[part], axis=1)
        asked = query_rows[part, None]
        found = gower_distances(queries, asked, table, tried)
        found[tried == NOBODY] = np.inf
        found[:, 1:][tried[:, 1:] == tried[:, :-1]] = np.inf
        if is_same:
            found[tried == asked] = np.inf
        best = _smallest(found, n_neighbors)
        distances[part, : best.shape[1]] = np.take_along_axis(found, best, axis=1)
        rows[part, : best.shape[1]] = np.take_along_axis(tried, best, axis=1)
    rows[np.isinf(distances)] = NOBODY
    return Neighbors(rows, distances)


def _search_leaf(
    queries: GowerTable,
    own: npt.NDArray[np.int64],
    table: GowerTable,
    other: npt.NDArray[np.int64],
    candidates: Ints,
    is_same: bool,
) -> None:
    """Write the nearest rows within one leaf, in no order, into the queries' rows of `candidates`."""
    k = min(candidates.shape[1], len(other))
    theirs = table.take(other)
    places = np.arange(len(other))[None, :]
    block = max(1, BLOCK_CELLS // len(other))
    for start in range(0, len(own), block):
        part = own[start : start + block]
        found = gower_distances(queries, part[:, None], theirs, places)
        if is_same:
            found[part[:, None] == other[None, :]] = np.inf
        nearest = (
            np.argpartition(found, k - 1, axis=1)[:, :k]
            if k < len(other)
            else np.broadcast_to(places, found.shape)
        )
        candidates[part, :k] = other[nearest]


def _tried_neighbors_of_neighbors(table: GowerTable, found: Neighbors, n_neighbors: int) -> Neighbors:
    """Return better neighbours: the best of the known ones and of theirs."""
    rows, distances = np.empty_like(found.rows), np.empty_like(found.distances)
    step = max(1, BLOCK_CELLS // max(n_neighbors, 1) ** 2)
    for start in range(0, table.n_rows, step):
        part = slice(start, start + step)
        known = found.rows[part]
        theirs = np.where(known[:, :, None] == NOBODY, NOBODY, found.rows[known])
        candidates = np.concatenate([known, theirs.reshape(len(known), -1)], axis=1)
        asked = np.arange(start, start + len(known))
        better = best_of(table, asked, table, candidates, n_neighbors, is_same=True)
        rows[part], distances[part] = better.rows, better.distances
    return Neighbors(rows, distances)


def _smallest(distances: Floats, n_wanted: int) -> npt.NDArray[np.int64]:
    """Return the places of the smallest entries of each row, smallest first; equal ones by their place."""
    if n_wanted < distances.shape[1]:
        nearest = np.sort(np.argpartition(distances, n_wanted - 1, axis=1)[:, :n_wanted], axis=1)
    else:
        nearest = np.broadcast_to(np.arange(distances.shape[1]), distances.shape)
    order = np.argsort(np.take_along_axis(distances, nearest, axis=1), axis=1, kind="stable")
    return np.take_along_axis(nearest, order, axis=1)
