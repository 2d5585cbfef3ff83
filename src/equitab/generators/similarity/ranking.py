"""The best of some candidates by their exact distances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.generators.similarity.gower import GowerTable, gower_distances

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

BLOCK_CELLS = 2**18
"""Distances that are held at once."""
NOBODY = -1


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


def _smallest(distances: Floats, n_wanted: int) -> npt.NDArray[np.int64]:
    """Return the places of the smallest entries of each row, smallest first; equal ones by their place."""
    if n_wanted < distances.shape[1]:
        nearest = np.sort(np.argpartition(distances, n_wanted - 1, axis=1)[:, :n_wanted], axis=1)
    else:
        nearest = np.broadcast_to(np.arange(distances.shape[1]), distances.shape)
    order = np.argsort(np.take_along_axis(distances, nearest, axis=1), axis=1, kind="stable")
    return np.take_along_axis(nearest, order, axis=1)
