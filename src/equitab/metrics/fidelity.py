"""How closely a synthetic table follows a real one, column by column and pair by pair.

Missing values are part of a table, so they are compared too: as one more category, and in a numeric column as
a value beyond all others.

Column shapes alone say little: columns drawn independently of each other score above 0.99. Read them beside
pair trends, mutual information, and the classifier test of `equitab.evaluation`.

References
----------
Patki, Wedge, Veeramachaneni (2016), The synthetic data vault (columns and pairs).
Zhang et al. (2024), Mixed-type tabular data synthesis with score-based diffusion in latent space (their use).
Strehl, Ghosh (2002), Cluster ensembles (normalised mutual information).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from equitab.metrics.array_checks import raise_problems
from equitab.metrics.binned_columns import (
    BinnedColumn,
    entropies,
    joint_shares,
    normalised_information,
    shares_of_codes,
    total_variation,
)
from equitab.metrics.column_pairs import ColumnPair, column_problems
from equitab.metrics.correlations import correlation_similarities
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.results import MetricResult

__all__ = [
    "ColumnScore",
    "FidelityScores",
    "PairScore",
    "column_shape",
    "fidelity_metrics",
    "score_fidelity",
]


@dataclass(frozen=True)
class ColumnScore:
    """How alike one column is in both tables.

    Parameters
    ----------
    name, kind : str
        Of the column.
    shape : float
        1 minus the Kolmogorov-Smirnov (numeric) or total variation (categorical) distance; 1 is best.
    binned_error : float
        Total variation distance, numerics in deciles; 0 is best.
    """

    name: str
    kind: str
    shape: float
    binned_error: float


@dataclass(frozen=True)
class PairScore:
    """How alike the dependence of two columns is in both tables.

    Parameters
    ----------
    first, second : str
        Names of the columns.
    trend : float
        Correlation similarity (both numeric) or contingency similarity; 1 is best.
    binned_error : float
        Total variation distance of the joint table, numerics in deciles; 0 is best.
    real_information, synthetic_information : float
        Normalised mutual information in each table, in [0, 1].
    """

    first: str
    second: str
    trend: float
    binned_error: float
    real_information: float
    synthetic_information: float


@dataclass(frozen=True)
class FidelityScores:
    """Scores of all columns and pairs of a synthetic table, with their means.

    Parameters
    ----------
    columns : tuple of ColumnScore
        In the order of the table.
    pairs : tuple of PairScore
        Every pair of columns once.
    n_real, n_synthetic : int
        Rows of the two tables.
    """

    columns: tuple[ColumnScore, ...]
    pairs: tuple[PairScore, ...]
    n_real: int
    n_synthetic: int

    @property
    def column_shapes(self) -> float:
        """Mean of the column shapes; 1 is best."""
        return float(np.mean([column.shape for column in self.columns]))

    @property
    def pair_trends(self) -> float | None:
        """Mean of the pair trends; 1 is best; None with a single column."""
        return _mean_or_none([pair.trend for pair in self.pairs])

    @property
    def column_and_pair_quality(self) -> float:
        """Mean of column shapes and pair trends; the column shapes alone with a single column."""
        trends = self.pair_trends
        return self.column_shapes if trends is None else (self.column_shapes + trends) / 2

    @property
    def univariate_error(self) -> float:
        """Mean of the columns' binned errors; 0 is best."""
        return float(np.mean([column.binned_error for column in self.columns]))

    @property
    def bivariate_error(self) -> float | None:
        """Mean of the pairs' binned errors; 0 is best; None with a single column."""
        return _mean_or_none([pair.binned_error for pair in self.pairs])

    @property
    def weighted_nmi_similarity(self) -> float | None:
        """Similarity of the mutual informations; 1 is best; None when no pair depends on each other.

        1 minus the mean of ``|NMI_real - NMI_synthetic|`` over pairs, weighted by
        ``NMI_real + NMI_synthetic``: pairs that are independent in both tables cannot water it down.
        """
        real = np.array([pair.real_information for pair in self.pairs])
        synthetic = np.array([pair.synthetic_information for pair in self.pairs])
        weight = real + synthetic
        if weight.sum() == 0:
            return None
        return float(1 - (weight * np.abs(real - synthetic)).sum() / weight.sum())

    def results(self) -> list[MetricResult]:
        """Return the six means as results, without intervals.

        Returns
        -------
        list of MetricResult
            ``n`` is the number of synthetic rows.
        """
        reasons = {
            "pair_trends": "a single column has no pairs",
            "bivariate_error": "a single column has no pairs",
            "weighted_nmi_similarity": "no two columns depend on each other in either table",
        }
        return [self._result(name, reasons.get(name, "")) for name in _MEANS]

    def _result(self, name: str, reason: str) -> MetricResult:
        value = getattr(self, name)
        if value is None:
            return MetricResult.undefined(name, reason=reason, n=self.n_synthetic)
        return MetricResult(name, value, None, None, None, "none", self.n_synthetic)


_MEANS = (
    "column_shapes",
    "pair_trends",
    "column_and_pair_quality",
    "weighted_nmi_similarity",
    "univariate_error",
    "bivariate_error",
)


def _mean_or_none(values: Sequence[float]) -> float | None:
    """Return the mean, or None of nothing."""
    return float(np.mean(values)) if values else None


def fidelity_metrics(columns: Sequence[ColumnPair]) -> list[MetricResult]:
    """Measure how closely a synthetic table follows a real one.

    Parameters
    ----------
    columns : sequence of ColumnPair
        The columns of both tables.

    Returns
    -------
    list of MetricResult
        Column shapes, pair trends, column and pair quality, weighted mutual information similarity,
        univariate and bivariate error.

    Raises
    ------
    InputError
        As `score_fidelity`.

    Examples
    --------
    >>> real = np.array([0, 0, 1, 1])
    >>> same = ColumnPair("sex", "categorical", real, real)
    >>> fidelity_metrics([same])[0].value
    1.0
    """
    return score_fidelity(columns).results()


def score_fidelity(columns: Sequence[ColumnPair]) -> FidelityScores:
    """Score every column and every pair of columns of a synthetic table.

    Parameters
    ----------
    columns : sequence of ColumnPair
        The columns of both tables, at least one.

    Returns
    -------
    FidelityScores
        All scores and their means.

    Raises
    ------
    InputError
        If there is no column, lengths differ within a table, a table is empty, or a column is neither numbers
        nor codes; all problems at once.

    Notes
    -----
    Two numeric columns: ``1 - |r_real - r_synthetic| / 2`` with Pearson's r over the rows that have both. Any
    other pair: 1 minus the total variation distance of the joint tables, numerics in deciles of the real
    column.

    NOTE[DEPARTURE]: a constant column has no correlation. Leaving its pairs out, as is usual, would reward a
    generator for collapsing a column to one value; here its correlation is 0.

    Examples
    --------
    >>> real = np.array([0, 0, 1, 1])
    >>> shuffled = ColumnPair("b", "categorical", real, real[[0, 2, 1, 3]])
    >>> scores = score_fidelity([ColumnPair("a", "categorical", real, real), shuffled])
    >>> scores.column_shapes, scores.pair_trends
    (1.0, 0.5)
    """
    raise_problems(column_problems(columns))
    binned = [BinnedColumn.of(column) for column in columns]
    shapes = tuple(
        ColumnScore(column.name, column.kind, column_shape(column), total_variation(bins.shares))
        for column, bins in zip(columns, binned, strict=True)
    )
    correlations = correlation_similarities(columns)
    pairs = tuple(
        _score_pair(columns[i], columns[j], binned[i], binned[j], correlations.get((i, j)))
        for i, j in combinations(range(len(columns)), 2)
    )
    return FidelityScores(shapes, pairs, len(columns[0].real), len(columns[0].synthetic))


def _score_pair(
    first: ColumnPair, second: ColumnPair, a: BinnedColumn, b: BinnedColumn, correlation: float | None
) -> PairScore:
    """Return the scores of one pair of columns."""
    shares = joint_shares(a, b)
    error = total_variation(shares)
    real, synthetic = normalised_information(a.entropies, b.entropies, entropies(shares))
    trend = 1 - error if correlation is None else correlation
    return PairScore(first.name, second.name, trend, error, float(real), float(synthetic))


def column_shape(column: ColumnPair) -> float:
    """Return how alike one column's distribution is in both tables; 1 is the same, 0 without overlap.

    Parameters
    ----------
    column : ColumnPair
        Of either kind.

    Returns
    -------
    float
        In [0, 1].

    Notes
    -----
    Categorical: ``1 - sum |p_real - p_synthetic| / 2``. Numeric: ``1 - sup_x |F_real(x) - F_synthetic(x)|``,
    where F counts all rows and the missing ones lie once below and once above all numbers; the larger
    distance counts. A difference in the share of missing values alone thus costs exactly that difference.

    Examples
    --------
    >>> column_shape(ColumnPair("x", "numeric", np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2, 3, 9])))
    0.75
    """
    if column.kind == "categorical":
        n_codes = int(max(column.real.max(), column.synthetic.max())) + 1
        return 1 - total_variation(shares_of_codes(column.real, column.synthetic, n_codes))
    return 1 - _largest_distance(
        np.asarray(column.real, np.float64), np.asarray(column.synthetic, np.float64)
    )


def _largest_distance(real: FloatArray, synthetic: FloatArray) -> float:
    """Return the Kolmogorov-Smirnov distance with missing values at either end."""
    present = [np.sort(values[~np.isnan(values)]) for values in (real, synthetic)]
    points = np.concatenate(present)
    below = [
        np.searchsorted(numbers, points, side="right") / len(values)
        for numbers, values in zip(present, (real, synthetic), strict=True)
    ]
    missing_gap = float(np.isnan(real).mean() - np.isnan(synthetic).mean())
    if points.size == 0:
        return abs(missing_gap)
    gaps = below[0] - below[1]
    return float(max(np.abs(gaps).max(), np.abs(gaps + missing_gap).max(), abs(missing_gap)))
