"""The k nearest rows by Gower distance: exact for small tables, nearly exact and nearly linear for large ones.

Small tables are searched completely. In large ones the rows of a leaf are compared with each other in one tree after
another (`equitab.generators.similarity.forest`), in whole numbers; then the neighbours of a row's neighbours are tried,
since who is near to my neighbour is likely near to me. After every second tree the neighbours of some rows drawn at
random are held against all rows: enough found, and the search ends. Where values are missing in many columns, trees
lead astray, so leaves are larger; and where trees would cost as much, all rows are compared with all.

The distances returned are exact; what is approximate is only who was compared with whom. One process, no compilation,
the same neighbours from the same seed.

References
----------
Dong, Moses and Li, Efficient k-nearest neighbor graph construction for generic similarity measures, 2011.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.generators.similarity.comparing import (
    DESK_PAIRS,
    compare_group,
    compare_groups,
    compare_named,
)
from equitab.generators.similarity.forest import Forest, grow_forest, leaf_groups
from equitab.generators.similarity.gower import GowerTable, gower_distances
from equitab.generators.similarity.ranking import BLOCK_CELLS, NOBODY, Neighbors, best_of
from equitab.generators.similarity.recall import CheckedRows
from equitab.generators.similarity.shortlist import MOST_ROWS, Shortlist, list_length
from equitab.generators.similarity.whole_numbers import MOST_COLUMNS, Desk, WholeTable

__all__ = [
    "EXACT_ROWS",
    "NOBODY",
    "Neighbors",
    "SearchEffort",
    "all_are_compared",
    "best_of",
    "better_neighbors",
    "nearest_neighbors",
    "search_leaves",
]

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

EXACT_ROWS = 4096
"""Tables of up to so many rows are searched completely."""
MANY_GAPS = 0.9
"""Below that share of columns in which two rows both have a value, leaves are larger."""
LARGER = 4
"""By how much."""
FEW_TREES = 4
"""How many trees later rows are led down where all rows were compared with all."""
FIRST_ROWS = 512
"""Rows that are compared with each other first of all."""
N_LINKED = 10
"""Of so many neighbours the neighbours are tried."""
STEERING = (1,)
"""The random stream of the rows that tell the search when to stop."""


@dataclass(frozen=True)
class SearchEffort:
    """How hard neighbours are sought in a table that is not searched completely.

    Parameters
    ----------
    n_trees : int
        The most trees; more find more of the true neighbours and take longer.
    leaf_size : int
        The largest number of rows that are compared with each other in a tree; four times as many where much is
        missing.
    recall : float
        When so many of the true neighbours of `CHECKED_ROWS` rows are found, no more trees are grown.
    exact_rows : int
        Tables of up to so many rows are searched completely.
    """

    n_trees: int = 8
    leaf_size: int = 1024
    recall: float = 0.965
    exact_rows: int = EXACT_ROWS


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
    effort, k = effort or SearchEffort(), min(n_neighbors, table.n_rows - 1)
    if not k > 0 or table.n_rows <= effort.exact_rows or not _fits(table):
        forest = grow_forest(table, n_trees=1, leaf_size=max(table.n_rows, 1), seed=seed)
        return search_leaves(table, forest.leaves, table, forest, k, is_same=True), forest
    shortlist, forest = _sought(table, k, effort, seed)
    everybody = np.arange(table.n_rows)
    return best_of(table, everybody, table, shortlist.rows(), k, is_same=True), forest


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
    if (table.n_rows <= EXACT_ROWS and forest.is_exact) or not _fits(table):
        return _searched_exactly(queries, query_leaves, table, forest, n_neighbors, is_same, first_row)
    mine, theirs = WholeTable.of(queries, table), WholeTable.of(table, queries)
    shortlist, desk = Shortlist(queries.n_rows, table.n_rows, list_length(n_neighbors)), Desk(DESK_PAIRS)
    for asked, held in zip(query_leaves, forest.leaves, strict=True):
        members = leaf_groups(held[first_row:], forest.n_leaves)
        for own, other in zip(leaf_groups(asked, forest.n_leaves), members, strict=True):
            if len(own) and len(other):
                compare_groups(mine, own, theirs, other + first_row, shortlist, desk, is_same=is_same)
        shortlist.settle()
    everybody = np.arange(queries.n_rows)
    return best_of(queries, everybody, table, shortlist.rows(), n_neighbors, is_same=is_same)


def better_neighbors(
    queries: GowerTable, found: Neighbors, table: GowerTable, links: Ints, k: int
) -> Neighbors:
    """Return better neighbours of other rows: the best of those found and of those linked to them.

    Parameters
    ----------
    queries : GowerTable
    found : Neighbors
        Rows of the table.
    table : GowerTable
    links : ndarray of int32, shape (n_rows, n_links)
        Of the table's rows; `NOBODY` for an empty place.
    k : int
    """
    mine, theirs = WholeTable.of(queries, table), WholeTable.of(table, queries)
    shortlist = Shortlist(queries.n_rows, table.n_rows, list_length(k))
    compare_named(mine, theirs, found.rows[:, :N_LINKED], links[:, :N_LINKED], shortlist, Desk(DESK_PAIRS))
    both = np.concatenate([found.rows, shortlist.rows()], axis=1)
    return best_of(queries, np.arange(queries.n_rows), table, both, k)


def all_are_compared(table: GowerTable, n_neighbors: int, effort: SearchEffort | None = None) -> bool:
    """Return whether trees would cost as much as to compare all rows of a table with all."""
    effort = effort or SearchEffort()
    leaf_size = _leaf_size(WholeTable.of(table), n_neighbors, effort)
    return _fits(table) and table.n_rows <= max(effort.exact_rows, effort.n_trees * leaf_size)


def _fits(table: GowerTable) -> bool:
    """Whether a table's distances can be had in whole numbers."""
    return table.n_columns <= MOST_COLUMNS and table.n_rows < MOST_ROWS


def _sought(table: GowerTable, k: int, effort: SearchEffort, seed: int) -> tuple[Shortlist, Forest]:
    """Return who is near to whom, as far as was found, and the trees that led there."""
    whole, desk = WholeTable.of(table), Desk(DESK_PAIRS)
    shortlist = Shortlist(table.n_rows, table.n_rows, list_length(k))
    usual, leaf_size = max(effort.leaf_size, 2 * k), _leaf_size(whole, k, effort)
    if table.n_rows <= effort.n_trees * leaf_size:
        forest = grow_forest(table, n_trees=FEW_TREES, leaf_size=usual, seed=seed)
        _compare_leaves(whole, forest, 0, shortlist, desk)
        compare_group(whole, np.arange(table.n_rows), shortlist, desk)
        return shortlist, forest
    checked = CheckedRows.of(table, k, np.random.default_rng([seed, *STEERING]))
    forest = grow_forest(table, n_trees=1, leaf_size=leaf_size, seed=seed)
    for tree in range(effort.n_trees):
        if tree:
            more = grow_forest(table, n_trees=1, leaf_size=leaf_size, seed=seed, first_tree=tree)
            forest = forest.joined(more)
        _compare_leaves(whole, forest, tree, shortlist, desk)
        if tree % 2 or tree == effort.n_trees - 1:
            links = shortlist.linked(N_LINKED)
            compare_named(whole, whole, links, links, shortlist, desk, is_same=True)
            near = best_of(table, checked.rows, table, shortlist.rows(checked.rows), k, is_same=True)
            if checked.recall(near) >= effort.recall:
                break
    return shortlist, forest


def _leaf_size(whole: WholeTable, k: int, effort: SearchEffort) -> int:
    """Return how many rows of a leaf are compared with each other."""
    return max(effort.leaf_size, 2 * k) * (LARGER if whole.shared_columns < MANY_GAPS else 1)


def _compare_leaves(whole: WholeTable, forest: Forest, tree: int, shortlist: Shortlist, desk: Desk) -> None:
    """Compare all rows of each leaf; the lists are filled first from smaller groups, so that little comes after."""
    for rows in leaf_groups(forest.leaves[tree], forest.n_leaves):
        for start in range(0, 0 if tree else len(rows), FIRST_ROWS):
            some = rows[start : start + FIRST_ROWS]
            compare_groups(whole, some, whole, some, shortlist, desk, is_same=True)
    shortlist.settle()
    for rows in leaf_groups(forest.leaves[tree], forest.n_leaves):
        compare_group(whole, rows, shortlist, desk)
    shortlist.settle()


def _searched_exactly(
    queries: GowerTable,
    query_leaves: Ints,
    table: GowerTable,
    forest: Forest,
    n_neighbors: int,
    is_same: bool,
    first_row: int,
) -> Neighbors:
    """Return the nearest rows among those that share a leaf, of the first tree, by exact distances alone."""
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
