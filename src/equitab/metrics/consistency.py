"""Individual fairness: whether people who are alike have like outcomes.

References
----------
Zemel, Wu, Swersky, Pitassi, Dwork (2013), Learning fair representations.
Rubin (1981), The Bayesian bootstrap.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import confidence_problems, length_problems, raise_problems
from equitab.metrics.count_measures import result_of
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.intervals import Interval, percentile_interval
from equitab.metrics.nearest_records import find_nearest_records
from equitab.metrics.results import MetricResult

__all__ = ["consistency", "find_neighbors"]

METRIC = "consistency"
IndexArray = npt.NDArray[np.intp]


def consistency(
    outcome: npt.ArrayLike,
    neighbors: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    n_replicates: int = 200,
    seed: int,
) -> MetricResult:
    r"""Return how like the outcomes of nearest neighbours are.

    1: everybody has the outcome of the people who are most like them. It falls with contradictory treatment
    of like people, but also with the plain uncertainty of the outcome: outcomes drawn at a rate r without
    regard to anything score :math:`1 - 2 r (1 - r)`. Compare tables or models on the same people.

    Parameters
    ----------
    outcome : array-like of float or bool, shape (n_rows,)
        Labels or predictions (0 or 1), or scores in [0, 1].
    neighbors : array-like of int, shape (n_rows, n_neighbors)
        For each row the rows nearest to it, as `find_neighbors` returns them.
    confidence : float, default 0.95
        In (0, 1).
    n_replicates : int, default 200
        Of the bootstrap, at least 100.
    seed : int

    Returns
    -------
    MetricResult
        ``consistency``, in [0, 1].

    Raises
    ------
    InputError
        If arrays or settings cannot be used; all problems at once.

    Notes
    -----
    :math:`1 - \frac{1}{n} \sum_i | y_i - \frac{1}{k} \sum_{j \in N_k(i)} y_j |`. The interval is a Bayesian
    bootstrap: rows get random weights, in the mean over rows as in the means over neighbours, so that it
    counts that one row is a neighbour of many. Who is whose neighbour is kept.

    NOTE[DEPARTURE]: AIF360 counts every row among its own neighbours, which takes a share of 1/k from every
    difference. Here nobody is their own neighbour.

    Examples
    --------
    >>> neighbors = find_neighbors([[0.0], [0.1], [5.0], [5.1]], n_neighbors=1)
    >>> consistency([0, 0, 1, 1], neighbors, seed=0).value, consistency([0, 1, 1, 1], neighbors, seed=0).value
    (1.0, 0.5)
    """
    y, near = np.asarray(outcome, dtype=np.float64), np.asarray(neighbors)
    raise_problems([*_problems(y, near), *confidence_problems(confidence, n_replicates)])
    if not y.size:
        return MetricResult.undefined(METRIC, reason="no rows", n=0)
    value = float(1 - np.abs(y - y[near].mean(1)).mean())
    replicates = _replicates(y, near, n_replicates, seed)
    interval = percentile_interval(value, replicates + (value - replicates.mean()), confidence=confidence)
    return result_of(METRIC, value, _within_range(interval), confidence=confidence, n=y.size)


def find_neighbors(features: npt.ArrayLike, *, n_neighbors: int = 5) -> IndexArray:
    """Return for each row which other rows are nearest to it.

    Found once, they serve the labels and any number of predictions of the same rows.

    Parameters
    ----------
    features : array-like of float, shape (n_rows, n_features)
        Encoded rows without missing values; distances are Euclidean. Sensitive features and the outcome are
        for the caller to leave out.
    n_neighbors : int, default 5
        From 1 to n_rows - 1.

    Returns
    -------
    ndarray of int, shape (n_rows, n_neighbors)
        Never the row itself; which of several equally near rows is not said.

    Raises
    ------
    InputError
        If there are too few rows or a value is not finite.

    Examples
    --------
    >>> find_neighbors([[0.0], [1.0], [5.0]], n_neighbors=1).ravel().tolist()
    [1, 0, 1]
    """
    rows = np.asarray(features, dtype=np.float64)
    if rows.ndim == 2 and not 1 <= n_neighbors < len(rows):
        received = f"{n_neighbors} neighbours of {len(rows)} rows"
        raise_problems([Problem("n_neighbors", "from 1 to the number of other rows", received)])
    found = find_nearest_records(rows, rows, n_neighbors=n_neighbors + 1)[1]
    own = found == np.arange(len(rows))[:, None]
    # Among many copies of a row the row itself may not be found: then the farthest one makes room.
    own[~own.any(1), -1] = True
    return np.asarray(found[~own].reshape(len(rows), n_neighbors))


def _replicates(y: FloatArray, near: IndexArray, n_replicates: int, seed: int) -> FloatArray:
    """Return the consistency under random weights of the rows."""
    rng = np.random.default_rng(seed)
    found = np.empty(n_replicates)
    outcomes = y[near]
    for place in range(n_replicates):
        weight = rng.standard_exponential(y.size)
        close = weight[near]
        means = np.einsum("ij,ij->i", close, outcomes) / close.sum(1)
        found[place] = 1 - np.dot(weight, np.abs(y - means)) / weight.sum()
    return found


def _within_range(interval: Interval) -> Interval:
    """Return an interval cut to [0, 1]."""
    if interval.low is None or interval.high is None:
        return interval
    return Interval(max(interval.low, 0.0), min(interval.high, 1.0), interval.method, interval.reason)


def _problems(y: FloatArray, near: npt.NDArray[np.generic]) -> list[Problem]:
    """Return what is wrong with outcomes and neighbours."""
    problems = length_problems(outcome=y)
    if near.ndim != 2 or len(near) != y.size or near.dtype.kind not in "iu":
        expected = "whole numbers, shape (n_rows, n_neighbors)"
        problems.append(Problem("neighbors", expected, f"shape {near.shape} of type {near.dtype}"))
    elif near.size and not bool(((near >= 0) & (near < y.size)).all()):  # type: ignore[operator]
        problems.append(Problem("neighbors", "positions of rows", "others"))
    n_bad = int((~((y >= 0) & (y <= 1))).sum())
    if n_bad:
        problems.append(Problem("outcome", "numbers in [0, 1]", f"others in {n_bad} rows"))
    return problems
