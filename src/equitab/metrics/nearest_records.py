"""Distances to the nearest records, among all of them, by blocks, at the speed of matrix multiplication.

Both distances are turned into products of matrices where they can be:

* L2: ``|x - y|² = |x|² + |y|² - 2 x·y``.
* L1: a column whose values are only 0 and one other number c, as one-hot columns are, has
  ``|x - y| = x + y - 2 x y / c``. Only the remaining columns are compared number by number.

Products are taken in single precision to find the nearest rows and two spare ones; the distances to these are
then computed anew in double precision. So an exact copy is at distance exactly 0, and a nearest row can only
be missed for one whose squared (L2) distance differs by a millionth of the squared size of the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import raise_problems
from equitab.metrics.group_rates import FloatArray

__all__ = ["DistanceKind", "find_nearest_records", "nearest_distances"]

DistanceKind = Literal["l1", "l2"]
SingleArray = npt.NDArray[np.float32]
#: Candidates beyond the neighbours asked for: single precision may confuse rows that are almost equally near.
_N_SPARE = 2
#: Numbers in one block of distances: 16 MB, small enough to stay near the processor.
_BLOCK_SIZE = 4_000_000
#: Numbers in one tile of a block that is passed over many times: 512 kB, within the second-level cache.
_TILE_SIZE = 128_000


def nearest_distances(
    queries: npt.ArrayLike,
    references: npt.ArrayLike,
    *,
    distance: DistanceKind = "l2",
    n_neighbors: int = 1,
) -> FloatArray:
    """Return the distances of each query row to its nearest reference rows.

    Parameters
    ----------
    queries : array-like of float, shape (n_queries, n_features)
        Encoded rows, without missing values.
    references : array-like of float, shape (n_references, n_features)
        Rows of the same encoding.
    distance : {"l1", "l2"}, default "l2"
        Sum of absolute differences, or Euclidean.
    n_neighbors : int, default 1
        How many, from 1 to n_references.

    Returns
    -------
    ndarray of float, shape (n_queries, n_neighbors)
        Ascending in each row.

    Raises
    ------
    InputError
        If shapes do not fit, a value is not finite, or there are too few references.

    Examples
    --------
    >>> nearest_distances([[0.0, 0.0]], [[3.0, 4.0], [1.0, 1.0]], distance="l1", n_neighbors=2).tolist()
    [[2.0, 7.0]]
    """
    return find_nearest_records(queries, references, distance=distance, n_neighbors=n_neighbors)[0]


def find_nearest_records(
    queries: npt.ArrayLike,
    references: npt.ArrayLike,
    *,
    distance: DistanceKind = "l2",
    n_neighbors: int = 1,
) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """Return the distances of each query row to its nearest reference rows, and which rows these are.

    Parameters
    ----------
    queries, references, distance, n_neighbors
        As in `nearest_distances`.

    Returns
    -------
    distances : ndarray of float, shape (n_queries, n_neighbors)
        Ascending in each row.
    positions : ndarray of int, shape (n_queries, n_neighbors)
        Of the reference rows; which of several equally near ones is not said.

    Raises
    ------
    InputError
        As `nearest_distances`.

    Examples
    --------
    >>> distances, positions = find_nearest_records([[0.0], [5.0]], [[4.0], [1.0]])
    >>> distances.tolist(), positions.tolist()
    ([[1.0], [1.0]], [[1], [0]])
    """
    rows, records = np.asarray(queries, dtype=np.float64), np.asarray(references, dtype=np.float64)
    raise_problems(_problems(rows, records, n_neighbors))
    center = records.mean(0)
    block_distances = _squared_l2(rows - center, records - center) if distance == "l2" else _l1(rows, records)
    nearest = np.empty((len(rows), n_neighbors), dtype=np.float64)
    positions = np.empty((len(rows), n_neighbors), dtype=np.intp)
    step = max(1, _BLOCK_SIZE // len(records))
    for start in range(0, len(rows), step):
        block = slice(start, min(start + step, len(rows)))
        candidates = _smallest(block_distances(block), min(n_neighbors + _N_SPARE, len(records)))
        exact = _exact(rows[block], records, candidates, distance)
        order = np.argsort(exact, axis=1, kind="stable")[:, :n_neighbors]
        nearest[block] = np.take_along_axis(exact, order, axis=1)
        positions[block] = np.take_along_axis(candidates, order, axis=1)
    return nearest, positions


def _problems(rows: FloatArray, records: FloatArray, n_neighbors: int) -> list[Problem]:
    """Return what keeps distances from being computed."""
    problems = []
    if rows.ndim != 2 or records.ndim != 2 or rows.shape[-1] != records.shape[-1]:
        received = f"shapes {rows.shape} and {records.shape}"
        return [Problem("queries and references", "two matrices with the same features", received)]
    for name, matrix in (("queries", rows), ("references", records)):
        n_bad = int((~np.isfinite(matrix)).any(1).sum())
        if n_bad:
            problems.append(Problem(name, "finite numbers", f"missing or infinite ones in {n_bad} rows"))
    if not 1 <= n_neighbors <= len(records):
        received = f"{n_neighbors} neighbours of {len(records)} references"
        problems.append(Problem("n_neighbors", "from 1 to the number of references", received))
    return problems


def _squared_l2(rows: FloatArray, records: FloatArray) -> Callable[[slice], SingleArray]:
    """Return a function that gives squared distances of a block of rows, up to a constant in each row."""
    single_rows: SingleArray = rows.astype(np.float32)
    single_records: SingleArray = records.astype(np.float32)
    norms = (records**2).sum(1).astype(np.float32)

    def distances(block: slice) -> SingleArray:
        products = np.matmul(single_rows[block], single_records.T)
        products *= np.float32(-2)
        products += norms
        return products

    return distances


def _l1(rows: FloatArray, records: FloatArray) -> Callable[[slice], SingleArray]:
    """Return a function that gives L1 distances of a block of rows, up to a constant in each row."""
    unit = _two_valued_units(rows, records)
    two_valued = unit > 0
    scale = np.sqrt(unit[two_valued])
    row_part: SingleArray = (rows[:, two_valued] / scale).astype(np.float32)
    record_part: SingleArray = (records[:, two_valued] / scale).astype(np.float32)
    record_sums = records[:, two_valued].sum(1).astype(np.float32)
    row_numbers, record_numbers = (
        np.ascontiguousarray(matrix[:, ~two_valued].T, dtype=np.float32) for matrix in (rows, records)
    )

    def distances(block: slice) -> SingleArray:
        total = np.matmul(row_part[block], record_part.T)
        total *= np.float32(-2)
        total += record_sums
        numbers, step = row_numbers[:, block], max(1, _TILE_SIZE // len(records))
        for start in range(0, len(total), step):
            tile = slice(start, start + step)
            _add_absolute_differences(total[tile], numbers[:, tile], record_numbers)
        return total

    return distances


def _add_absolute_differences(total: SingleArray, rows: SingleArray, records: SingleArray) -> None:
    """Add to each entry the absolute differences of all columns; matrices hold a column in each row."""
    buffer = np.empty_like(total)
    for row_column, record_column in zip(rows, records, strict=True):
        np.subtract(row_column[:, None], record_column, out=buffer)
        np.abs(buffer, out=buffer)
        total += buffer


def _two_valued_units(rows: FloatArray, records: FloatArray) -> FloatArray:
    """Return, for each column that holds only 0 and one positive number, that number; else 0."""
    unit = np.maximum(rows.max(0), records.max(0))
    is_two_valued = np.ones(len(unit), dtype=np.bool_)
    for matrix in (rows, records):
        is_two_valued &= ((matrix == 0) | (matrix == unit)).all(0)
    return np.where(is_two_valued & (unit > 0), unit, 0.0)


def _smallest(distances: SingleArray, n: int) -> npt.NDArray[np.intp]:
    """Return the columns of the n smallest entries of each row, in no order; overwrites its argument."""
    every_row = np.arange(len(distances))
    columns = np.empty((len(distances), n), dtype=np.intp)
    for rank in range(n):
        columns[:, rank] = distances.argmin(1)
        distances[every_row, columns[:, rank]] = np.inf
    return columns


def _exact(
    rows: FloatArray, records: FloatArray, candidates: npt.NDArray[np.intp], distance: DistanceKind
) -> FloatArray:
    """Return the distances to the candidates in double precision."""
    differences = rows[:, None, :] - records[candidates]
    if distance == "l1":
        return np.asarray(np.abs(differences).sum(-1))
    return np.asarray(np.sqrt((differences**2).sum(-1)))
