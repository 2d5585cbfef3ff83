r"""How far the distributions of scores of two groups, or of all groups, lie apart: at every threshold at once.

A parity gap looks at one threshold. Scores of equal distribution have parity at all of them.

For the shares :math:`F_a(t)`, :math:`F_b(t)` of rows with a score of at most :math:`t`:

* Kolmogorov-Smirnov: :math:`\max_t |F_a(t) - F_b(t)|`, the largest gap in selection rates that any threshold
  gives.
* Wasserstein: :math:`\int |F_a(t) - F_b(t)| \, dt`, the mean gap over all thresholds from 0 to 1, and how far
  scores have to be moved on average to make the groups alike.

References
----------
Massey (1951), The Kolmogorov-Smirnov test for goodness of fit.
Jiang, Pacchiano, Stepleton, Jiang, Chiappa (2020), Wasserstein fair classification.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import (
    confidence_problems,
    group_problems,
    length_problems,
    raise_problems,
    weight_problems,
)
from equitab.metrics.count_measures import label_problems, name_groups, result_of
from equitab.metrics.group_comparison import POOLED_GROUP
from equitab.metrics.group_rates import FloatArray, divide_or_nan
from equitab.metrics.intervals import Interval
from equitab.metrics.results import MetricResult

__all__ = ["score_distance_metrics"]

N_CELLS = 200
"""Scores are compared at so many thresholds for the intervals; values are exact."""

_PAIRED = ("score_ks_distance", "score_wasserstein_distance")
_LARGEST = ("largest_score_ks_distance", "largest_score_wasserstein_distance")


def score_distance_metrics(
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    group_labels: Sequence[str],
    reference: int | None,
    sample_weight: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    n_replicates: int = 500,
    min_group_size: int = 30,
    seed: int,
) -> list[MetricResult]:
    r"""Measure how far groups' scores lie apart.

    Parameters
    ----------
    score : array-like of float, shape (n_rows,)
        In [0, 1].
    groups : array-like of int, shape (n_rows,)
        Code of each row's group, an index into `group_labels`; -1 leaves the row out.
    group_labels : sequence of str
        Names of the groups, all different.
    reference : int or None
        Code of the reference group; without it only the largest distances are measured.
    sample_weight : array-like of float, shape (n_rows,), optional
    confidence : float, default 0.95
    n_replicates : int, default 500
        Of the bootstrap, at least 100.
    min_group_size : int, default 30
        Smaller groups are not compared; the reasons name them.
    seed : int

    Returns
    -------
    list of MetricResult
        ``score_ks_distance`` and ``score_wasserstein_distance`` of every other group, and of all others pooled,
        to the reference; ``largest_score_ks_distance`` and ``largest_score_wasserstein_distance`` of any two
        groups.

    Raises
    ------
    InputError
        If arrays or settings cannot be used; all problems at once.

    Notes
    -----
    Distances are above 0 in every sample. Their interval is :math:`d \pm q`, with q the `confidence` quantile
    of the distance between a bootstrap replicate of :math:`F_a - F_b` and :math:`F_a - F_b` itself: by the
    triangle inequality the true distance is not farther from d than the sample's difference is from the true
    one. For the largest distance, q is that of the worst pair in each replicate. Replicates are Bayesian: rows
    get random weights.

    Examples
    --------
    >>> score, groups = [0.2] * 50 + [0.6] * 50, [0] * 50 + [1] * 50
    >>> found = score_distance_metrics(score, groups, group_labels=["m", "f"], reference=0, seed=0)
    >>> [(one.metric, one.group, round(one.value, 3)) for one in found[:2]]
    [('score_ks_distance', 'f', 1.0), ('score_wasserstein_distance', 'f', 0.4)]
    """
    values, codes = np.asarray(score, dtype=np.float64), np.asarray(groups)
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    problems = [*length_problems(score=values, groups=codes, sample_weight=weight), *weight_problems(weight)]
    problems += [*group_problems(codes, len(group_labels)), *label_problems(group_labels, len(group_labels))]
    raise_problems([*problems, *_range_problems(values), *confidence_problems(confidence, n_replicates)])
    table = _ScoreTable.read(values, codes, weight, len(group_labels), n_replicates, seed)
    comparison = _Comparison(table, tuple(group_labels), confidence, min_group_size)
    return [*comparison.against(reference), *comparison.largest()]


@dataclass(frozen=True, eq=False)
class _ScoreTable:
    """Scores in order, and each group's weight at each of them, exactly and in replicates of cells."""

    steps: FloatArray
    mass: FloatArray
    cells: FloatArray
    replicates: FloatArray
    sizes: npt.NDArray[np.int64]

    @classmethod
    def read(
        cls,
        score: FloatArray,
        codes: npt.NDArray[np.integer],
        weight: FloatArray | None,
        n_groups: int,
        n_replicates: int,
        seed: int,
    ) -> _ScoreTable:
        kept = codes >= 0
        members, score = codes[kept].astype(np.int64), score[kept]
        held = np.ones(len(score)) if weight is None else weight[kept]
        levels, place = np.unique(score, return_inverse=True)
        cell = np.minimum((score * N_CELLS).astype(np.int64), N_CELLS - 1)
        cells, squares = (_sums(members, cell, power, n_groups, N_CELLS) for power in (held, held**2))
        rng = np.random.default_rng(seed)
        # A sum of k random weights is gamma distributed; with survey weights mean and variance are theirs.
        shape, scale = divide_or_nan(cells**2, squares), divide_or_nan(squares, cells)
        drawn = rng.standard_gamma(np.nan_to_num(shape), size=(n_replicates, *cells.shape))
        return cls(
            np.diff(levels, append=1.0),
            _sums(members, place.ravel(), held, n_groups, max(len(levels), 1)),
            cells,
            drawn * np.nan_to_num(scale),
            np.bincount(members, minlength=n_groups),
        )

    def distances(self, a: Sequence[int], b: Sequence[int]) -> tuple[float, float]:
        """Return the two distances between two sets of groups, exactly."""
        gap = np.abs(_shares(self.mass, a) - _shares(self.mass, b))
        return float(gap.max()), float(gap @ self.steps)

    def deviations(self, a: Sequence[int], b: Sequence[int]) -> FloatArray:
        """Return, for each replicate, how far its difference lies from the sample's, shape (2, n_replicates)."""
        gap = _shares(self.cells, a) - _shares(self.cells, b)
        off = np.abs(_shares(self.replicates, a) - _shares(self.replicates, b) - gap)
        return np.stack([off.max(-1), off.mean(-1)])


def _sums(
    codes: npt.NDArray[np.int64],
    place: npt.NDArray[np.integer],
    weight: FloatArray,
    n_groups: int,
    n_places: int,
) -> FloatArray:
    """Return the weight of each group at each place, shape (n_groups, n_places)."""
    flat = np.bincount(codes * n_places + place, weights=weight, minlength=n_groups * n_places)
    return np.asarray(flat, dtype=np.float64).reshape(n_groups, n_places)


def _shares(mass: FloatArray, members: Sequence[int]) -> FloatArray:
    """Return the share of some groups' weight up to each place."""
    summed = np.cumsum(mass[..., list(members), :].sum(-2), axis=-1)
    return divide_or_nan(summed, summed[..., -1:])


@dataclass(frozen=True, eq=False)
class _Comparison:
    """A table of scores, names, and how groups are to be compared."""

    table: _ScoreTable
    labels: tuple[str, ...]
    confidence: float
    min_group_size: int

    def against(self, reference: int | None) -> Iterator[MetricResult]:
        """Yield the distances of every other group, and of all others pooled, to the reference."""
        if reference is None:
            n = int(self.table.sizes.sum())
            yield from (
                MetricResult.undefined(name, reason="no reference group was named", n=n) for name in _PAIRED
            )
            return
        others = [code for code in range(len(self.labels)) if code != reference]
        for members, name in [*(([code], self.labels[code]) for code in others), (others, POOLED_GROUP)]:
            if self.table.sizes[members].sum():
                yield from self._pair(members, [reference], name, self.labels[reference])

    def _pair(self, a: list[int], b: list[int], group: str, reference: str) -> Iterator[MetricResult]:
        sizes = [int(self.table.sizes[members].sum()) for members in (a, b)]
        small = [
            f"'{name}' has {size} rows, fewer than {self.min_group_size}"
            for name, size in zip((group, reference), sizes, strict=True)
            if size < self.min_group_size
        ]
        for place, metric in enumerate(_PAIRED):
            if small:
                yield MetricResult.undefined(
                    metric, reason="; ".join(small), n=sum(sizes), group=group, reference_group=reference
                )
                continue
            value, off = self.table.distances(a, b)[place], self.table.deviations(a, b)[place]
            yield result_of(
                metric,
                value,
                self._interval(value, off),
                confidence=self.confidence,
                n=sum(sizes),
                group=group,
                reference_group=reference,
            )

    def largest(self) -> Iterator[MetricResult]:
        """Yield the largest distances between any two groups that are large enough."""
        sizes = self.table.sizes
        large = [code for code, size in enumerate(sizes) if size >= self.min_group_size]
        small = [self.labels[code] for code, size in enumerate(sizes) if 0 < size < self.min_group_size]
        note = f"left out, fewer than {self.min_group_size} rows each: {name_groups(small)}" if small else ""
        n = int(sizes[large].sum())
        pairs = list(combinations(large, 2))
        if not pairs:
            reason = "; ".join(filter(None, (f"fewer than two groups have {self.min_group_size} rows", note)))
            yield from (MetricResult.undefined(name, reason=reason, n=n) for name in _LARGEST)
            return
        values = np.array([self.table.distances([a], [b]) for a, b in pairs])
        off = np.max([self.table.deviations([a], [b]) for a, b in pairs], axis=0)
        for place, metric in enumerate(_LARGEST):
            worst = int(values[:, place].argmax())
            value, (a, b) = float(values[worst, place]), pairs[worst]
            yield result_of(
                metric,
                value,
                self._interval(value, off[place]),
                confidence=self.confidence,
                n=n,
                group=self.labels[a],
                reference_group=self.labels[b],
                note=note,
            )

    def _interval(self, value: float, deviations: FloatArray) -> Interval:
        half = float(np.quantile(deviations, self.confidence))
        return Interval(max(value - half, 0.0), min(value + half, 1.0), "simultaneous_bootstrap")


def _range_problems(score: FloatArray) -> list[Problem]:
    n_bad = int((~((score >= 0) & (score <= 1))).sum())
    return [Problem("score", "numbers in [0, 1]", f"others in {n_bad} rows")] if n_bad else []
