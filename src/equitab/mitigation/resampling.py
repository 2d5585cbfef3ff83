"""Resampling of real rows: by weight, for a learner that takes no weights, and by group, as the simplest control.

Systematic (low-variance) resampling: one random offset, then evenly spaced points along the cumulated
weights. A row whose weight is *k* times the mean is drawn either floor(k) or ceil(k) times, never more, never
less, which is the smallest spread that drawing whole rows allows.

References
----------
Kitagawa (1996), Monte Carlo filter and smoother for non-Gaussian nonlinear state space models.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.errors import InputError, Problem

IntArray = npt.NDArray[np.int64]


def resample_by_weight(weights: npt.ArrayLike, *, seed: int) -> npt.NDArray[np.int64]:
    """Return positions of rows, drawn in proportion to their weights.

    Parameters
    ----------
    weights : array-like of float, shape (n_rows,)
        Finite, at least 0, not all 0.
    seed : int
        Same seed, same rows.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        Sorted; a row of weight *w* occurs floor or ceil of ``n_rows * w / sum(weights)`` times.

    Raises
    ------
    InputError
        If a weight is negative or not finite, or their sum is 0.

    Examples
    --------
    >>> resample_by_weight([2.0, 0.0, 1.0, 1.0], seed=0).tolist()
    [0, 0, 2, 3]
    """
    held = np.asarray(weights, dtype=np.float64)
    n_bad = int(np.count_nonzero(~(np.isfinite(held) & (held >= 0))))
    if n_bad or not held.sum() > 0:
        received = f"others in {n_bad} of {held.size} rows" if n_bad else "weights whose sum is 0"
        raise InputError(Problem("weights", "finite weights of at least 0, not all 0", received))
    rng = np.random.default_rng(seed)
    order = rng.permutation(held.size)  # so that the order of the rows plays no part
    edges = np.cumsum(held[order])
    points = (np.arange(held.size) + rng.random()) * (edges[-1] / held.size)
    last = int(np.flatnonzero(held[order])[-1])  # rounding at the end must not pick a row without weight
    drawn = np.minimum(np.searchsorted(edges, points, side="right"), last)
    return np.sort(order[drawn]).astype(np.int64)


def copy_rows(cells: npt.ArrayLike, wanted: npt.ArrayLike, *, seed: int) -> IntArray:
    """Return positions of rows after random oversampling: every row, then random copies until cells are full.

    Parameters
    ----------
    cells : array-like of int, shape (n_rows,)
        The group (with its outcome, say) of every row; -1 for a row that takes no part, which stays.
    wanted : array-like of int, shape (n_cells,)
        Rows that each cell shall have; not below what it has. A cell without rows cannot be copied and stays empty.
    seed : int

    Returns
    -------
    ndarray of int64
        Positions of all rows in their order, then of the copies.

    Raises
    ------
    InputError
        If a cell has more rows than are wanted.

    Examples
    --------
    >>> copy_rows([0, 0, 0, 1], [3, 2], seed=0).tolist()
    [0, 1, 2, 3, 3]
    """

    def sampler(strategy: dict[int, int]) -> Any:
        from imblearn.over_sampling import RandomOverSampler

        return RandomOverSampler(sampling_strategy=strategy, random_state=seed)

    codes, counts, asked = _counted(cells, wanted)
    _check_counts(counts > asked, "at least the rows that are there", "remove_rows takes rows away")
    drawn = _sampled(codes, counts, np.where(counts > 0, asked, 0), sampler)
    n_kept = int((codes >= 0).sum())
    return np.concatenate([np.arange(len(codes)), drawn[n_kept:]])


def remove_rows(cells: npt.ArrayLike, wanted: npt.ArrayLike, *, seed: int) -> IntArray:
    """Return positions of the rows that random undersampling keeps.

    Parameters
    ----------
    cells : array-like of int, shape (n_rows,)
        As for `copy_rows`.
    wanted : array-like of int, shape (n_cells,)
        Rows that each cell shall keep; not above what it has.
    seed : int

    Returns
    -------
    ndarray of int64
        Sorted.

    Raises
    ------
    InputError
        If a cell has fewer rows than are wanted.

    Examples
    --------
    >>> remove_rows([0, 0, 0, 1], [1, 1], seed=0).tolist()
    [2, 3]
    """

    def sampler(strategy: dict[int, int]) -> Any:
        from imblearn.under_sampling import RandomUnderSampler

        return RandomUnderSampler(sampling_strategy=strategy, random_state=seed)

    codes, counts, asked = _counted(cells, wanted)
    _check_counts(counts < asked, "at most the rows that are there", "copy_rows adds copies")
    drawn = _sampled(codes, counts, asked, sampler)
    return np.sort(np.concatenate([np.flatnonzero(codes < 0), drawn]))


def _counted(cells: npt.ArrayLike, wanted: npt.ArrayLike) -> tuple[IntArray, IntArray, IntArray]:
    """Return the cell of each row, the rows of each cell, and the rows that it shall have."""
    codes, asked = np.asarray(cells, dtype=np.int64), np.asarray(wanted, dtype=np.int64)
    return codes, np.bincount(codes[codes >= 0], minlength=len(asked)), asked


def _check_counts(is_bad: npt.NDArray[np.bool_], expected: str, advice: str) -> None:
    if is_bad.any():
        received = f"others for {int(is_bad.sum())} of {len(is_bad)} groups"
        raise InputError(Problem("rows wanted", expected, received, advice))


def _sampled(
    codes: IntArray, counts: IntArray, wanted: IntArray, sampler: Callable[[dict[int, int]], Any]
) -> IntArray:
    """Return positions that imbalanced-learn's sampler picks among the rows that are in a cell.

    It refuses a table of one group only, so a row of a group of its own stands at the end, and is taken away again.
    """
    inside = np.flatnonzero(codes >= 0)
    changed = {int(cell): int(wanted[cell]) for cell in np.flatnonzero((counts > 0) & (wanted != counts))}
    if not changed:
        return inside
    made = sampler(changed)
    made.fit_resample(np.arange(len(inside) + 1)[:, None], np.append(codes[inside], -1))
    return np.asarray(inside[made.sample_indices_[made.sample_indices_ < len(inside)]], dtype=np.int64)
