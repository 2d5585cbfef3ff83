"""Weighted resampling: the way to weigh rows for a learner that takes no weights.

Systematic (low-variance) resampling: one random offset, then evenly spaced points along the cumulated
weights. A row whose weight is *k* times the mean is drawn either floor(k) or ceil(k) times, never more, never
less, which is the smallest spread that drawing whole rows allows.

References
----------
Kitagawa (1996), Monte Carlo filter and smoother for non-Gaussian nonlinear state space models.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.errors import InputError, Problem


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
