"""Whole numbers in the cells of a table, with exactly stated sums along every margin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from equitab.errors import ConstraintError, Problem

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_SLACKS = (0, 1, 3)
"""How far beyond the two neighbouring whole numbers a cell may be moved, tried in this order."""
MOST_SECONDS = 60.0


def round_cells(
    expected: FloatArray, members: Sequence[IntArray], totals: Sequence[IntArray], *, seed: int
) -> IntArray:
    """Round the cells of a table so that all its margins are exact.

    Parameters
    ----------
    expected : ndarray of float, shape (n_cells,)
        What the cells hold before rounding, at least 0.
    members : sequence of ndarray of int, shape (n_cells,)
        For each margin, the class of each cell.
    totals : sequence of ndarray of int, shape (n_classes,)
        For each margin, what the cells of each class sum to; the same sum in every margin.
    seed : int
        Which cells are rounded up is drawn, each with about the chance of its remainder, so that small cells
        are not always rounded down.

    Returns
    -------
    ndarray of int64, shape (n_cells,)

    Raises
    ------
    ConstraintError
        If no whole numbers in these cells meet all margins.

    Notes
    -----
    A systematic sample of the remainders is right on average but misses some margins by a row. Rows are then
    moved, one at a time, from a class that has too many to one that has too few, all their other classes kept.
    Where no such move is left, an integer program finds cells that meet all margins (controlled rounding, Cox
    1987).

    Examples
    --------
    >>> cells = np.array([1.5, 1.5, 1.5, 1.5])
    >>> sexes, races = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> rounded = round_cells(cells, [sexes, races], [np.array([3, 3]), np.array([3, 3])], seed=0)
    >>> [int(rounded[sexes == 0].sum()), int(rounded[races == 0].sum())]
    [3, 3]
    """
    random = np.random.default_rng([seed, 7])
    floor = np.floor(expected + 1e-9).astype(np.int64)
    remainder = np.clip(expected - floor, 0.0, 1.0)
    n_left = int(totals[0].sum() - floor.sum())
    order = np.lexsort((random.random(len(floor)), *members))
    drawn = floor + _systematic(remainder, n_left, order, random)
    if _move_rows(drawn, expected, np.column_stack(members), totals, random):
        return drawn
    for slack in _SLACKS:
        added = _solved(floor, remainder - random.random(len(floor)), members, totals, slack)
        if added is not None:
            return floor + added
    received = f"none near {len(expected)} cells"
    advice = "ask for more rows, or for fewer margins at once"
    raise ConstraintError(Problem("margins", "whole rows that meet all of them", received, advice))


def _move_rows(
    drawn: IntArray,
    expected: FloatArray,
    codes: IntArray,
    totals: Sequence[IntArray],
    random: np.random.Generator,
) -> bool:
    """Move rows between cells, in place, until every margin is exact; return whether that was possible."""
    sizes = np.array([len(total) for total in totals])
    strides = np.cumprod(np.concatenate([[1], sizes[:-1]]))
    keys = codes @ strides
    order = np.argsort(keys)
    for margin, total in enumerate(totals):
        missing = total - np.bincount(codes[:, margin], weights=drawn, minlength=len(total)).astype(np.int64)
        for short in random.permutation(np.repeat(np.arange(len(total)), np.maximum(missing, 0))):
            sources = np.flatnonzero((drawn > 0) & (missing < 0)[codes[:, margin]])
            wanted = keys[sources] + (short - codes[sources, margin]) * strides[margin]
            places = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
            share = expected[places] / (expected[places] + expected[sources])
            chance = np.where(keys[places] == wanted, share * drawn[sources], 0.0)
            if not chance.sum() > 0:
                return False
            chosen = int(random.choice(len(sources), p=chance / chance.sum()))
            drawn[sources[chosen]] -= 1
            drawn[places[chosen]] += 1
            missing[codes[sources[chosen], margin]] += 1
            missing[short] -= 1
    return True


def _systematic(sizes: FloatArray, n_draws: int, order: IntArray, random: np.random.Generator) -> IntArray:
    """Return which cells are drawn (1, others 0): about `n_draws`, by chance of their size, evenly along an order."""
    chosen = np.zeros(len(sizes), dtype=np.int64)
    if n_draws > 0 and sizes.sum() > 0:
        bounds = np.cumsum(sizes[order]) * (n_draws / sizes.sum())
        hits = np.searchsorted(bounds, np.arange(n_draws) + random.random(), side="right")
        chosen[order[np.minimum(hits, len(sizes) - 1)]] = 1
    return chosen


def _solved(
    floor: IntArray,
    gain: FloatArray,
    members: Sequence[IntArray],
    totals: Sequence[IntArray],
    slack: int,
) -> IntArray | None:
    """Return what is added to each cell, or None where nothing within the slack meets all margins."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, vstack

    places, ones = np.arange(len(floor)), np.ones(len(floor))
    sums = [
        csr_array((ones, (codes, places)), shape=(len(total), len(floor)))
        for codes, total in zip(members, totals, strict=True)
    ]
    missing = np.concatenate(
        [
            total - np.bincount(codes, weights=floor, minlength=len(total))
            for codes, total in zip(members, totals, strict=True)
        ]
    )
    found = milp(
        -gain,
        constraints=LinearConstraint(vstack(sums), missing, missing),
        bounds=Bounds(-np.minimum(floor, slack), np.full(len(floor), 1 + slack)),
        integrality=np.ones(len(floor)),
        options={"time_limit": MOST_SECONDS, "mip_rel_gap": 0.02},
    )
    return None if found.x is None else np.rint(found.x).astype(np.int64)
