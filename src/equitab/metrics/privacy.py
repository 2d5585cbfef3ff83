"""Whether synthetic rows lie suspiciously close to the rows that they were learned from.

Closeness alone means nothing: in a dense region everybody is close to somebody. Every number here is set
against a *holdout*: real rows that the generator never saw. Fresh real rows would score 0.5 on the share
nearer to training, 1 on the ratios, and 2% and 5% on the close shares.

These are smoke tests. A table can pass all of them and still give members away to an attack, so they can show
that something is wrong, never that all is well.

References
----------
Platzer, Reutterer (2021), Holdout-based empirical assessment of mixed-type synthetic data.
Yao, Krčo, Ganev, de Montjoye (2025), The DCR delusion: measuring the privacy risk of synthetic data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.errors import InputError, Problem
from equitab.metrics.array_checks import confidence_problems, raise_problems
from equitab.metrics.count_measures import result_of
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.intervals import Interval, wilson_interval
from equitab.metrics.nearest_records import DistanceKind, find_nearest_records, nearest_distances
from equitab.metrics.results import IntervalMethod, MetricResult

__all__ = ["copy_metrics", "count_copies", "dcr_share", "privacy_metrics"]

#: Distances that differ by less than this share of the larger one are ties.
_TIE = 1e-5
#: Keeps a ratio of distances finite next to a copy.
_RATIO_FLOOR = 1e-8
#: The ratio of this rank, counted from the smallest, stands for the rows closest to a single record.
_RATIO_RANK = 10


def privacy_metrics(
    synthetic: npt.ArrayLike,
    train: npt.ArrayLike,
    holdout: npt.ArrayLike,
    *,
    distance: DistanceKind = "l2",
    max_baseline: int | None = None,
    confidence: float = 0.95,
) -> list[MetricResult]:
    """Measure how close synthetic rows are to training rows, beside how close they are to holdout rows.

    Parameters
    ----------
    synthetic, train, holdout : array-like of float, shape (n_rows, n_features)
        Rows in one encoding, numerics on one scale, without missing values; training and holdout rows equally
        many, both drawn from the same population, the holdout unseen by the generator.
    distance : {"l1", "l2"}, default "l2"
        Never compare numbers of the one with numbers of the other.
    max_baseline : int, optional
        The first so many holdout rows alone are asked how near training is; all by default.
    confidence : float, default 0.95
        Of the intervals of shares, in (0, 1).

    Returns
    -------
    list of MetricResult
        Share nearer to training than to holdout, median distance and its ratio to holdout's, ratio of the
        nearest-neighbour distance ratios, and the shares closer than the 2% and 5% quantiles of the distances
        from holdout to training.

    Raises
    ------
    InputError
        If matrices do not fit together, or training and holdout differ in size.

    Notes
    -----
    The interval of ``dcr_share`` counts the luck of the split into training and holdout too (see
    `dcr_share`); those of the close shares are Wilson's over the synthetic rows and do not.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> synthetic, train, holdout = rng.normal(size=(3, 200, 2))
    >>> [result.metric for result in privacy_metrics(synthetic, train, holdout)][:3]
    ['dcr_share', 'median_dcr', 'median_dcr_ratio']
    """
    distances = _Distances.of(synthetic, train, holdout, distance, confidence, max_baseline)
    return [
        distances.share_nearer_to_training(),
        distances.median(),
        distances.median_ratio(),
        distances.neighbor_ratio(),
        distances.close_share(0.02),
        distances.close_share(0.05),
    ]


def dcr_share(
    synthetic: npt.ArrayLike,
    train: npt.ArrayLike,
    holdout: npt.ArrayLike,
    *,
    distance: DistanceKind = "l2",
    confidence: float = 0.95,
) -> MetricResult:
    r"""Return the share of synthetic rows nearer to a training row than to any holdout row.

    0.5 is what fresh real rows score; more means that the generator repeats what it saw. A full copy of the
    training rows scores close to 1, and 0.75 when half of those rows were drawn to match the holdout's size.

    Parameters
    ----------
    synthetic, train, holdout, distance, confidence
        As in `privacy_metrics`.

    Returns
    -------
    MetricResult
        With Wilson's interval for an effective number of rows.

    Raises
    ------
    InputError
        As `privacy_metrics`.

    Notes
    -----
    ``P(d_train < d_holdout) + P(d_train = d_holdout) / 2``.

    A few real rows may be the closest to many synthetic ones, and whether those are training rows is luck. If
    real row *j* is the closest to a share :math:`w_j` of the synthetic rows, then a random split has the
    variance :math:`\frac14 \sum_j w_j^2`, that of :math:`1 / \sum_j w_j^2` independent rows: this is the
    number of rows that the interval is made for.

    Examples
    --------
    >>> train, holdout = [[0.0], [1.0]], [[0.4], [1.6]]
    >>> dcr_share([[0.1], [0.9], [1.5], [1.3]], train, holdout).value
    0.625
    """
    # Only the nearest row of either table is needed, and no level: the cheapest of these measures.
    nearest = _Distances.of(synthetic, train, holdout, distance, confidence, max_baseline=0, n_neighbors=1)
    return nearest.share_nearer_to_training()


@dataclass(frozen=True, eq=False)
class _Distances:
    """Distances to the nearest training and holdout rows, shape (n_rows, n_neighbors), ascending."""

    to_train: FloatArray
    to_holdout: FloatArray
    holdout_to_train: FloatArray
    effective_size: float
    confidence: float

    @classmethod
    def of(
        cls,
        synthetic: npt.ArrayLike,
        train: npt.ArrayLike,
        holdout: npt.ArrayLike,
        distance: DistanceKind,
        confidence: float,
        max_baseline: int | None = None,
        n_neighbors: int = 2,
    ) -> _Distances:
        """Return the distances, or raise what is wrong with the matrices."""
        matrices = [np.asarray(matrix, dtype=np.float64) for matrix in (synthetic, train, holdout)]
        raise_problems([*_matrix_problems(*matrices), *confidence_problems(confidence)])
        rows, seen, unseen = matrices
        to_seen, which_seen = find_nearest_records(rows, seen, distance=distance, n_neighbors=n_neighbors)
        to_unseen, which_unseen = find_nearest_records(
            rows, unseen, distance=distance, n_neighbors=n_neighbors
        )
        closest = np.where(to_seen[:, 0] <= to_unseen[:, 0], which_seen[:, 0], which_unseen[:, 0] + len(seen))
        asked = unseen[:max_baseline]
        baseline = nearest_distances(asked, seen, distance=distance)[:, 0] if len(asked) else np.empty(0)
        return cls(to_seen, to_unseen, baseline, _effective_size(closest), confidence)

    def share_nearer_to_training(self) -> MetricResult:
        train, holdout = self.to_train[:, 0], self.to_holdout[:, 0]
        is_tie = np.abs(train - holdout) <= _TIE * np.maximum(train, holdout)
        share = float(np.mean(np.where(is_tie, 0.5, train < holdout)))
        return self._share("dcr_share", share, effective_size=self.effective_size)

    def median(self) -> MetricResult:
        return _plain_result("median_dcr", float(np.median(self.to_train[:, 0])), len(self.to_train))

    def median_ratio(self) -> MetricResult:
        baseline = float(np.median(self.holdout_to_train))
        n = len(self.to_train)
        if baseline == 0:
            reason = "half of the holdout rows are equal to a training row"
            return MetricResult.undefined("median_dcr_ratio", reason=reason, n=n)
        return _plain_result("median_dcr_ratio", float(np.median(self.to_train[:, 0])) / baseline, n)

    def neighbor_ratio(self) -> MetricResult:
        n = len(self.to_train)
        if n < _RATIO_RANK:
            reason = f"fewer than {_RATIO_RANK} synthetic rows"
            return MetricResult.undefined("nndr_ratio", reason=reason, n=n)
        ratios = [_ranked_ratio(distances) for distances in (self.to_train, self.to_holdout)]
        return _plain_result("nndr_ratio", ratios[0] / ratios[1], n)

    def close_share(self, level: float) -> MetricResult:
        """Return the share of rows that are closer than that share of the holdout rows."""
        # Many holdout rows may lie exactly at the quantile; counting the right part of ties makes the share
        # of the holdout rows themselves equal to the level.
        edge = float(np.quantile(self.holdout_to_train, level, method="inverted_cdf"))
        below, at = _share_below_and_at(self.holdout_to_train, edge)
        part = (level - below) / at
        below, at = _share_below_and_at(self.to_train[:, 0], edge)
        return self._share(f"close_share_{round(100 * level)}", below + part * at)

    def _share(self, metric: str, share: float, *, effective_size: float | None = None) -> MetricResult:
        n = len(self.to_train)
        size = n if effective_size is None else effective_size
        low, high = (float(end) for end in wilson_interval(share * size, size, confidence=self.confidence))
        method: IntervalMethod = "wilson" if effective_size is None else "wilson_effective_size"
        interval = Interval(min(low, share), max(high, share), method)
        return result_of(metric, share, interval, confidence=self.confidence, n=n)


def _effective_size(closest: npt.NDArray[np.intp]) -> float:
    """Return one over the sum of squares of the shares of rows that each real row is the closest to."""
    return float(len(closest) ** 2 / (np.bincount(closest).astype(np.float64) ** 2).sum())


def _shape_problems(synthetic: FloatArray, train: FloatArray, holdout: FloatArray) -> Iterator[Problem]:
    """Yield what keeps the rows of the tables from being compared."""
    shapes = [matrix.shape for matrix in (synthetic, train, holdout)]
    if any(len(shape) != 2 or shape[0] == 0 for shape in shapes) or len({shape[-1] for shape in shapes}) > 1:
        received = f"shapes {shapes[0]}, {shapes[1]} and {shapes[2]}"
        yield Problem("synthetic, train and holdout", "matrices with rows and the same features", received)


def _matrix_problems(synthetic: FloatArray, train: FloatArray, holdout: FloatArray) -> Iterator[Problem]:
    """Yield what keeps the distances between the tables from being compared."""
    problems = list(_shape_problems(synthetic, train, holdout))
    yield from problems
    if not problems and len(train) != len(holdout):
        received = f"{len(train)} training and {len(holdout)} holdout rows"
        advice = "draw the larger one down to the size of the smaller"
        yield Problem(
            "train and holdout",
            "equally many rows, else the larger one is nearer by chance",
            received,
            advice,
        )
    elif not problems and len(train) < 2:
        yield Problem("train and holdout", "at least two rows each", f"{len(train)}")


def _plain_result(metric: str, value: float, n: int) -> MetricResult:
    """Return a value without an interval."""
    return MetricResult(metric, value, None, None, None, "none", n)


def _ranked_ratio(distances: FloatArray) -> float:
    """Return the tenth smallest ratio of the distances to the nearest and the second nearest row."""
    ratios = (distances[:, 0] + _RATIO_FLOOR) / (distances[:, 1] + _RATIO_FLOOR)
    return float(np.partition(ratios, _RATIO_RANK - 1)[_RATIO_RANK - 1])


def _share_below_and_at(distances: FloatArray, edge: float) -> tuple[float, float]:
    """Return the shares of distances below an edge and, within rounding, at it."""
    is_at = np.abs(distances - edge) <= _TIE * np.maximum(distances, edge)
    return float(np.mean(~is_at & (distances < edge))), float(np.mean(is_at))


def copy_metrics(
    synthetic: npt.ArrayLike,
    train: npt.ArrayLike,
    holdout: npt.ArrayLike,
    *,
    confidence: float = 0.95,
) -> list[MetricResult]:
    """Measure how many synthetic rows are exact copies of training rows, beside holdout rows.

    Parameters
    ----------
    synthetic, train, holdout : array-like of int, shape (n_rows, n_columns)
        Rows as codes of one code book. Where there are fewer holdout than training rows, chance alone gives
        more copies of training rows.
    confidence : float, default 0.95
        Of the intervals, in (0, 1).

    Returns
    -------
    list of MetricResult
        ``exact_copy_share`` and ``holdout_copy_share``: many copies of training rows are harmless where there
        are as many of holdout rows, as in a table of few columns.

    Raises
    ------
    InputError
        If matrices do not fit together.

    Examples
    --------
    >>> [result.value for result in copy_metrics([[0, 1], [2, 2]], [[0, 1], [1, 1]], [[3, 3], [4, 4]])]
    [0.5, 0.0]
    """
    matrices = [np.asarray(matrix) for matrix in (synthetic, train, holdout)]
    raise_problems([*_shape_problems(*matrices), *confidence_problems(confidence)])
    n, results = len(matrices[0]), []
    for metric, records in (("exact_copy_share", matrices[1]), ("holdout_copy_share", matrices[2])):
        n_copies = count_copies(matrices[0], records)
        low, high = (float(end) for end in wilson_interval(n_copies, n, confidence=confidence))
        interval = Interval(low, high, "wilson")
        results.append(result_of(metric, n_copies / n, interval, confidence=confidence, n=n))
    return results


def count_copies(rows: npt.ArrayLike, records: npt.ArrayLike) -> int:
    """Return how many rows are equal in every column to some record.

    Parameters
    ----------
    rows, records : array-like of int, shape (n_rows, n_columns)
        Codes of one code book.

    Returns
    -------
    int
        From 0 to the number of rows; a row that occurs twice counts twice.

    Raises
    ------
    InputError
        If the codes are not integers or the columns differ in number.

    Examples
    --------
    >>> count_copies([[0, 1], [0, 1], [2, 2]], [[0, 1], [1, 1]])
    2
    """
    matrices = [np.asarray(matrix) for matrix in (rows, records)]
    if any(matrix.dtype.kind not in "iu" or matrix.ndim != 2 for matrix in matrices):
        received = f"values of type {matrices[0].dtype} and {matrices[1].dtype}"
        raise InputError(Problem("rows and records", "two matrices of integer codes", received))
    if matrices[0].shape[1] != matrices[1].shape[1]:
        received = f"{matrices[0].shape[1]} and {matrices[1].shape[1]}"
        raise InputError(Problem("rows and records", "the same number of columns", received))
    codes, known = (np.ascontiguousarray(matrix, dtype=np.int64) for matrix in matrices)
    known_rows = {row.tobytes() for row in known}
    return sum(row.tobytes() in known_rows for row in codes)
