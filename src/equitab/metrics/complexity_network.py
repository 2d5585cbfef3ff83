"""How hard a table is to learn from, by its network: who is near to whom, within one class.

Rows at a Gower distance below 0.15 are joined, then the edges between classes are taken away. In a table that is easy
to learn from people are near to many of their own class.

References
----------
Gower (1971), A general coefficient of similarity and some of its properties.
Lorena, Garcia, Lehmann, Souto, Ho (2019), How complex is your classification problem? A survey on measuring
classification complexity.
Hoeffding (1948), A class of statistics with asymptotically normal distribution.
Efron, Stein (1981), The jackknife estimate of variance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import confidence_problems, raise_problems
from equitab.metrics.complexity import (
    NO_INTERVAL,
    BoolArray,
    class_codes,
    column_problems,
    no_classes_reason,
)
from equitab.metrics.count_measures import result_of
from equitab.metrics.group_rates import FloatArray, IntArray
from equitab.metrics.intervals import Interval, normal_quantile, wilson_interval
from equitab.metrics.results import MetricResult

__all__ = [
    "MAX_NETWORK_ROWS",
    "NEAR",
    "NETWORK_METRICS",
    "class_network",
    "clustering_coefficients",
    "hub_scores",
    "network_metrics",
]

SingleArray = npt.NDArray[np.float32]

#: Rows below this Gower distance are joined.
NEAR = 0.15
#: Distances are in single precision: one that is so close to `NEAR` is at it, not below.
_TIE = 1e-5
#: The network is a square of so many rows; more take too much memory and time.
MAX_NETWORK_ROWS = 20_000
#: Numbers in one block of distances: 8 MB, small enough to stay near the processor.
_BLOCK_SIZE = 2_000_000
#: Of eigenvectors and spreads: less than that is nothing.
_PRECISION = 1e-10
_MAX_STEPS = 300
NETWORK_METRICS = ("complexity_density", "complexity_clustering", "complexity_hubs")


def class_network(
    numbers: npt.ArrayLike,
    categories: npt.ArrayLike,
    classes: npt.ArrayLike,
    *,
    ranges: npt.ArrayLike | None = None,
    near: float = NEAR,
) -> BoolArray:
    r"""Return which rows are joined: near to each other, and of one class.

    Parameters
    ----------
    numbers : array-like of float, shape (n_rows, n_numbers)
        NaN where missing.
    categories : array-like of int, shape (n_rows, n_categories)
        Codes from 0; -1 where missing.
    classes : array-like of int, shape (n_rows,)
    ranges : array-like of float, shape (n_numbers,), optional
        Largest less smallest value of each number, where these rows are a sample; their own by default.
    near : float, default 0.15
        Rows below this distance are joined, in (0, 1].

    Returns
    -------
    ndarray of bool, shape (n_rows, n_rows)
        Symmetric; nobody is joined to themselves.

    Raises
    ------
    InputError
        If arrays do not fit together, or there are more than 20,000 rows.

    Notes
    -----
    Gower's distance is the mean over the columns that both rows have a value of: of a number
    :math:`|x_i - x_j| / \text{range}`, of a category 0 if equal and 1 if not. Two rows that have no column in common
    are not joined. Computed block by block, in single precision.

    Examples
    --------
    >>> joined = class_network([[0.0], [0.1], [0.12], [1.0]], np.zeros((4, 0), dtype=int), [0, 0, 1, 1])
    >>> np.argwhere(joined).tolist()
    [[0, 1], [1, 0]]
    """
    held, codes, labels = np.asarray(numbers, dtype=np.float64), np.asarray(categories), np.asarray(classes)
    raise_problems([*column_problems(held, codes, labels), *_size_problems(len(labels))])
    scaled = _scaled(held, None if ranges is None else np.asarray(ranges, dtype=np.float64))
    joined = np.zeros((len(labels), len(labels)), dtype=np.bool_)
    step = max(1, _BLOCK_SIZE // max(len(labels), 1))
    for start in range(0, len(labels), step):
        block = slice(start, min(start + step, len(labels)))
        total, weight = _distances(scaled, codes, block)
        joined[block] = (total < np.float32(near - _TIE) * weight) & (labels[block, None] == labels)
    np.fill_diagonal(joined, False)
    return joined


def clustering_coefficients(joined: BoolArray) -> FloatArray:
    r"""Return for each row how many of its neighbours are neighbours of each other.

    Parameters
    ----------
    joined : ndarray of bool, shape (n_rows, n_rows)
        As `class_network` returns it.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        :math:`2 e_j / (k_j (k_j - 1))` with :math:`e_j` edges among the :math:`k_j` neighbours of row *j*; 0 with fewer
        than two neighbours.

    Examples
    --------
    >>> triangle_and_one = np.zeros((4, 4), dtype=bool)
    >>> triangle_and_one[[0, 1, 0, 2, 1, 2, 0, 3], [1, 0, 2, 0, 2, 1, 3, 0]] = True
    >>> clustering_coefficients(triangle_and_one).round(3).tolist()
    [0.333, 1.0, 1.0, 0.0]
    """
    shared = _shared_neighbors(joined)
    return _closed_share(shared.sum(1, dtype=np.float64), joined.sum(1).astype(np.float64))


def hub_scores(joined: BoolArray) -> FloatArray:
    """Return how much of a hub each row is: joined to rows that are hubs themselves.

    Parameters
    ----------
    joined : ndarray of bool, shape (n_rows, n_rows)
        As `class_network` returns it.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        From 0 to 1, the largest 1; all 0 where nobody is joined.

    Notes
    -----
    Kleinberg's hub scores: of ``A A'``, with *A* the network, what is left of equal scores after multiplying for ever.
    That is the part of the vector of ones that lies in the space of the largest eigenvalue, so the answer is one even
    where several parts of the network have the same eigenvalue. It is found by Lanczos iteration from that vector.

    References
    ----------
    Kleinberg (1999), Authoritative sources in a hyperlinked environment.

    Examples
    --------
    >>> star = np.zeros((4, 4), dtype=bool)
    >>> star[0, 1:] = star[1:, 0] = True
    >>> hub_scores(star).round(3).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    if not joined.any():
        return np.zeros(len(joined))
    matrix = _sparse(joined)
    found = matrix @ (matrix @ _leading_direction(matrix))  # one step more: rows without edges are exactly 0
    size = np.abs(found)
    return np.asarray(size / size.max())


def network_metrics(
    numbers: npt.ArrayLike,
    categories: npt.ArrayLike,
    classes: npt.ArrayLike,
    *,
    ranges: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> list[MetricResult]:
    r"""Measure density, clustering and hubs of the network of near rows of one class.

    Parameters
    ----------
    numbers, categories, classes, ranges
        As in `class_network`.
    confidence : float, default 0.95
        In (0, 1).

    Returns
    -------
    list of MetricResult
        ``complexity_density``, ``complexity_clustering`` and ``complexity_hubs``, each in [0, 1], lower is easier.
        Undefined with fewer than two classes.

    Raises
    ------
    InputError
        If arrays or settings cannot be used.

    Notes
    -----
    With *E* edges of *n* rows: density :math:`1 - 2E / (n (n - 1))`; clustering: 1 minus the mean of
    `clustering_coefficients`; hubs: 1 minus the mean of `hub_scores`.

    Density is a mean over pairs, the same in expectation for any number of rows. Its interval is Wilson's with the
    number of independent pairs that has its variance, :math:`4 \operatorname{var}(k_j / (n - 1)) / n + 2 p (1 - p) / (n
    (n - 1))` with *p* the share of pairs that are joined; where no pair is joined, or all are, :math:`\lfloor n / 2
    \rfloor` pairs. That of clustering is a jackknife over rows with the normal quantile. Ranges are taken as given.
    Clustering and hubs depend on the number of rows: compare tables of as many.

    Examples
    --------
    >>> rows = [[0.0], [0.05], [0.1], [0.9], [1.0]]
    >>> found = network_metrics(rows, np.zeros((5, 0), dtype=int), [0, 0, 0, 1, 1])
    >>> [round(result.value, 3) for result in found]
    [0.6, 0.4, 0.4]
    """
    labels = np.asarray(classes)
    raise_problems(confidence_problems(confidence))
    if len(np.unique(labels)) < 2:
        reason = no_classes_reason(labels)
        return [MetricResult.undefined(name, reason=reason, n=labels.size) for name in NETWORK_METRICS]
    joined = class_network(numbers, categories, class_codes(labels), ranges=ranges)
    remark = "" if joined.any() else "no two rows of one class are near to each other"
    n = labels.size
    hubs = 1 - float(hub_scores(joined).mean())
    found = (
        _density(joined, confidence),
        _clustering(joined, confidence),
        (hubs, Interval.undefined(NO_INTERVAL)),
    )
    return [
        result_of(name, min(max(value, 0.0), 1.0), interval, confidence=confidence, n=n, note=remark)
        for name, (value, interval) in zip(NETWORK_METRICS, found, strict=True)
    ]


def _size_problems(n_rows: int) -> list[Problem]:
    if n_rows <= MAX_NETWORK_ROWS:
        return []
    advice = "draw rows at random: density does not depend on how many"
    return [Problem("numbers", f"at most {MAX_NETWORK_ROWS:,} rows", f"{n_rows:,}", advice)]


def _scaled(numbers: FloatArray, ranges: FloatArray | None) -> SingleArray:
    """Return numbers from 0 to 1, a column in each row; a column of one value is 0."""
    halves = numbers.T / 2  # halves: the difference of two huge numbers is no number
    if not len(numbers):
        return halves.astype(np.float32)
    known = np.isfinite(halves)
    low = np.where(known, halves, np.inf).min(1, keepdims=True)
    high = np.where(known, halves, -np.inf).max(1, keepdims=True)
    low, high = (np.where(np.isfinite(end), end, 0.0) for end in (low, high))
    width = high - low if ranges is None else ranges[:, None] / 2
    return np.asarray((halves - low) / np.where(width > 0, width, 1.0), dtype=np.float32)


def _distances(scaled: SingleArray, codes: IntArray, block: slice) -> tuple[SingleArray, SingleArray]:
    """Return sums of the distances of a block of rows to all rows, and of the columns that they rest on."""
    n_rows = len(codes)
    total = np.zeros((block.stop - block.start, n_rows), dtype=np.float32)
    missing = np.zeros_like(total)
    n_columns = len(scaled) + codes.shape[1]
    for column in scaled:
        apart = np.abs(column[block, None] - column)
        unknown = np.isnan(column)
        if unknown.any():
            neither = unknown[block, None] | unknown
            apart[neither] = 0
            missing += neither
        total += apart
    for column in codes.T:
        unlike = column[block, None] != column
        unknown = column < 0
        if unknown.any():
            neither = unknown[block, None] | unknown
            unlike &= ~neither
            missing += neither
        total += unlike
    return total, np.float32(n_columns) - missing


def _shared_neighbors(joined: BoolArray) -> SingleArray:
    """Return for every edge how many neighbours its two ends share; 0 where there is no edge."""
    matrix = joined.astype(np.float32)
    shared = matrix @ matrix
    shared *= matrix
    return np.asarray(shared)


def _closed_share(ends: FloatArray, degree: FloatArray) -> FloatArray:
    """Return the share of pairs of neighbours that are joined; `ends` counts each of these edges twice."""
    pairs = np.maximum(degree, 0) * (degree - 1)
    return np.asarray(np.divide(ends, pairs, out=np.zeros_like(ends), where=pairs > 0))


def _sparse(joined: BoolArray) -> Any:
    """Return a network as a sparse matrix of numbers."""
    from scipy.sparse import csr_array

    return csr_array(joined, dtype=np.float64)


def _leading_direction(matrix: Any) -> FloatArray:
    """Return the part of a vector of ones in the space of the largest eigenvalue of a matrix's square.

    Lanczos iteration of our own: a library's goes on with a random vector where the ones are used up, and then finds
    another part of that space.
    """
    basis = [np.full(matrix.shape[0], matrix.shape[0] ** -0.5)]
    along: list[float] = []
    across: list[float] = []
    while True:
        new = matrix @ (matrix @ basis[-1])
        along.append(float(new @ basis[-1]))
        held = np.array(basis)
        for _ in range(2):  # twice is enough for a right angle to all that there is
            new = new - held.T @ (held @ new)
        across.append(float(np.linalg.norm(new)))
        tridiagonal = np.diag(along) + np.diag(across[:-1], 1) + np.diag(across[:-1], -1)
        values, vectors = np.linalg.eigh(tridiagonal)
        missed = across[-1] * abs(vectors[-1, -1])
        if missed <= _PRECISION * values[-1] or len(basis) == min(matrix.shape[0], _MAX_STEPS):
            return np.asarray(held.T @ vectors[:, -1])
        basis.append(new / across[-1])


def _density(joined: BoolArray, confidence: float) -> tuple[float, Interval]:
    """Return 1 minus the share of pairs that are joined, with Wilson's interval."""
    n = len(joined)
    near = joined.sum(1) / (n - 1)
    share = float(near.mean())
    n_pairs: float = n // 2
    if 0 < share < 1:
        spread = float(near.var(ddof=1))
        n_pairs = share * (1 - share) / (4 * spread / n + 2 * share * (1 - share) / (n * (n - 1)))
    low, high = wilson_interval(share * n_pairs, n_pairs, confidence=confidence)
    ends = min(1 - float(high), 1 - share), max(1 - float(low), 1 - share)
    return 1 - share, Interval(*ends, "wilson_effective_size")


def _clustering(joined: BoolArray, confidence: float) -> tuple[float, Interval]:
    """Return 1 minus the mean clustering coefficient, with the interval of a jackknife over rows."""
    n = len(joined)
    shared = _shared_neighbors(joined)
    value = 1 - float(_closed_share(shared.sum(1, dtype=np.float64), joined.sum(1).astype(np.float64)).mean())
    without = _mean_without_each(_sparse(joined), shared)
    spread = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    if spread < _PRECISION:
        return value, Interval.undefined("no interval: leaving out any single row changes nothing")
    half = normal_quantile(confidence) * spread
    return value, Interval(max(value - half, 0.0), min(value + half, 1.0), "normal")


def _mean_without_each(matrix: Any, shared: SingleArray) -> FloatArray:
    """Return the mean clustering coefficient of the other rows, for each row left out."""
    n = len(shared)
    ends, degree = shared.sum(1, dtype=np.float64), np.asarray(matrix.sum(1))
    own = _closed_share(ends, degree)
    scale = _closed_share(np.ones(n), degree - 1)  # one over ordered pairs of neighbours, one neighbour less
    # The row that leaves takes along, from each neighbour, its edges to those that both know.
    of_neighbors = matrix @ (ends * scale) - 2 * (shared.T @ scale)
    return np.asarray((own.sum() - own - matrix @ own + of_neighbors) / max(n - 1, 1))
