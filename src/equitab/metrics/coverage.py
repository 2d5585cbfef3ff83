"""How much of the variety of real rows a table holds: whose neighbourhood it never reaches.

A real row is covered when a row of the table lies no farther from it than its fifth nearest real neighbour.
Equally many fresh real rows cover about 31 of 32 (``1 - 2^-5``); a generator that knows half of the kinds of
people covers half. Copies cover everything: read it beside the privacy measures.

References
----------
Naeem et al. (2020), Reliable fidelity and diversity metrics for generative models.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import confidence_problems, raise_problems
from equitab.metrics.count_measures import result_of
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.intervals import Interval, normal_quantile, wilson_interval
from equitab.metrics.nearest_records import DistanceKind, nearest_distances
from equitab.metrics.results import MetricResult

__all__ = ["N_NEIGHBORS", "coverage_metrics"]

#: The neighbour whose distance is the radius of a real row's neighbourhood.
N_NEIGHBORS = 5
#: Distances that differ by less than this share are ties.
_TIE = 1e-5


def coverage_metrics(
    real: npt.ArrayLike,
    synthetic: npt.ArrayLike,
    holdout: npt.ArrayLike,
    *,
    distance: DistanceKind = "l2",
    confidence: float = 0.95,
    group: str | None = None,
) -> list[MetricResult]:
    r"""Measure how much of the variety of real rows is in a synthetic table, beside fresh real rows.

    Parameters
    ----------
    real : array-like of float, shape (n_real, n_features)
        Rows whose neighbourhoods are asked for, in one encoding with the others.
    synthetic, holdout : array-like of float, shape (n_rows, n_features)
        The table, and equally many real rows that nobody learned from.
    distance : {"l1", "l2"}, default "l2"
    confidence : float, default 0.95
        Of the intervals, in (0, 1).
    group : str, optional
        Whom all rows belong to, for the record.

    Returns
    -------
    list of MetricResult
        ``coverage`` of the synthetic table, ``coverage`` of the holdout, and ``coverage_shortfall``: how much
        less the synthetic table covers.

    Raises
    ------
    InputError
        If synthetic and holdout differ in size, there are fewer than six real rows, or encodings do not fit.

    Notes
    -----
    With :math:`r_i` the distance of real row *i* to its fifth nearest other real row,

    .. math:: \text{coverage} = \frac1n \sum_i \mathbf 1 [\min_j d(x_i, y_j) \le r_i] .

    Intervals take the synthetic and held-out rows as given. The shortfall's is that of the mean difference
    over the same real rows, widened by the square root of two for the draw of the rows that cover (by
    simulation: the two draws contribute about equally).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real, holdout = rng.normal(size=(2, 400, 2))
    >>> half = np.column_stack([np.abs(rng.normal(size=400)), rng.normal(size=400)])
    >>> [round(result.value, 1) for result in coverage_metrics(real, half, holdout)]
    [0.5, 1.0, 0.5]
    """
    matrices = [np.asarray(matrix, dtype=np.float64) for matrix in (real, synthetic, holdout)]
    raise_problems([*_problems(*matrices), *confidence_problems(confidence)])
    # A row is its own nearest neighbour, so its fifth other one is the sixth.
    radius = nearest_distances(matrices[0], matrices[0], distance=distance, n_neighbors=N_NEIGHBORS + 1)[
        :, -1
    ]
    covered = [_covered(matrices[0], table, radius, distance) for table in matrices[1:]]
    return [
        *(_share(held, confidence, group) for held in covered),
        _shortfall(covered[0], covered[1], confidence, group),
    ]


def _problems(real: FloatArray, synthetic: FloatArray, holdout: FloatArray) -> list[Problem]:
    """Return what keeps coverage from being compared."""
    problems = []
    if len(real) <= N_NEIGHBORS:
        problems.append(Problem("real", f"at least {N_NEIGHBORS + 1} rows", f"{len(real)}"))
    if len(synthetic) != len(holdout) or not len(synthetic):
        received = f"{len(synthetic)} and {len(holdout)}"
        advice = "draw the larger one down to the size of the smaller"
        problems.append(Problem("synthetic and holdout", "equally many rows, at least one", received, advice))
    return problems


def _covered(
    real: FloatArray, table: FloatArray, radius: FloatArray, distance: DistanceKind
) -> npt.NDArray[np.bool_]:
    """Return which real rows have a row of the table within their radius."""
    nearest = nearest_distances(real, table, distance=distance)[:, 0]
    return np.asarray(nearest <= radius * (1 + _TIE))


def _share(covered: npt.NDArray[np.bool_], confidence: float, group: str | None) -> MetricResult:
    """Return the share of covered rows with Wilson's interval."""
    n, found = len(covered), int(covered.sum())
    low, high = (float(end) for end in wilson_interval(found, n, confidence=confidence))
    interval = Interval(low, high, "wilson")
    return result_of("coverage", found / n, interval, confidence=confidence, n=n, group=group)


def _shortfall(
    synthetic: npt.NDArray[np.bool_], holdout: npt.NDArray[np.bool_], confidence: float, group: str | None
) -> MetricResult:
    """Return the difference of the two coverages with a normal interval."""
    differences = holdout.astype(np.float64) - synthetic
    value = float(differences.mean())
    half = normal_quantile(confidence) * float(differences.std()) * (2 / len(differences)) ** 0.5
    interval = Interval(max(value - half, -1.0), min(value + half, 1.0), "normal")
    n = len(differences)
    return result_of("coverage_shortfall", value, interval, confidence=confidence, n=n, group=group)
