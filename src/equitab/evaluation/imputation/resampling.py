"""Cells drawn again and again: how sure an average over them is, and what chance alone would give."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

CELLS_AT_ONCE = 4_000_000
N_SHUFFLES = 200


def resampled_means(values: FloatArray, *, n_replicates: int, seed: int) -> FloatArray:
    """Return means over cells drawn with replacement.

    Parameters
    ----------
    values : ndarray of float, shape (n_cells, ...)
        Whatever is averaged; all of it is drawn together.
    n_replicates : int
    seed : int
        The same for several ways of filling, so that their difference is not noise of the intervals.

    Returns
    -------
    ndarray of float, shape (n_replicates, ...)

    Examples
    --------
    >>> resampled_means(np.ones((5, 2)), n_replicates=3, seed=0).tolist()
    [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]
    """
    n, flat = len(values), values.reshape(len(values), -1)
    rng = np.random.default_rng(seed)
    return np.concatenate([_drawn(rng, size, n) @ flat / n for size in _parts(n_replicates, n)]).reshape(
        n_replicates, *values.shape[1:]
    )


def _drawn(rng: np.random.Generator, n_replicates: int, n: int) -> FloatArray:
    """Return how often each cell is drawn in each replicate."""
    picks = rng.integers(n, size=(n_replicates, n)) + n * np.arange(n_replicates)[:, None]
    return np.bincount(picks.ravel(), minlength=n_replicates * n).reshape(n_replicates, n).astype(np.float64)


def distance_by_chance(bins: FloatArray, *, seed: int) -> FloatArray:
    """Return the mean total variation distance when filled and hidden values are swapped at random.

    Parameters
    ----------
    bins : ndarray of float, shape (n_cells, n_treatments, n_bins)
        Filled minus hidden, as indicators of bins.
    seed : int

    Returns
    -------
    ndarray of float, shape (n_treatments,)
    """
    n, flat = len(bins), bins.reshape(len(bins), -1)
    rng = np.random.default_rng([seed, 1])
    total = np.zeros(bins.shape[1])
    for size in _parts(N_SHUFFLES, n):
        means = (rng.integers(2, size=(size, n)) * 2.0 - 1.0) @ flat / n
        total += np.abs(means.reshape(size, *bins.shape[1:])).sum(axis=(0, 2)) / 2
    return total / N_SHUFFLES


def _parts(n_replicates: int, n: int) -> Iterator[int]:
    step = max(CELLS_AT_ONCE // max(n, 1), 1)
    for start in range(0, n_replicates, step):
        yield min(step, n_replicates - start)
