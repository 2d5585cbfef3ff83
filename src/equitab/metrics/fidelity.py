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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import raise_problems
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.results import MetricResult

__all__ = [
    "ColumnPair",
    "ColumnScore",
    "FidelityScores",
    "PairScore",
    "column_shape",
    "decile_codes",
    "fidelity_metrics",
    "score_fidelity",
]

CodeArray = npt.NDArray[np.int64]
#: Number of bins into which a numeric column is cut, by the quantiles of the real table.
N_BINS = 10


@dataclass(frozen=True, eq=False)
class ColumnPair:
    """One column in the real and in the synthetic table, as arrays.

    Parameters
    ----------
    name : str
        Of the column.
    kind : {"numeric", "categorical"}
        Numeric: numbers, NaN where missing. Categorical: integer codes of one code book for both tables, from
        0 up; a missing value has a code of its own.
    real, synthetic : ndarray, shape (n_rows,)
        The values; the two tables may differ in length.

    Examples
    --------
    >>> ColumnPair("age", "numeric", np.array([30.0, np.nan]), np.array([31.0])).name
    'age'
    """

    name: str
    kind: Literal["numeric", "categorical"]
    real: npt.NDArray[Any]
    synthetic: npt.NDArray[Any]


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
    raise_problems(_column_problems(columns))
    binned = [_BinnedColumn.of(column) for column in columns]
    shapes = tuple(
        ColumnScore(column.name, column.kind, column_shape(column), _total_variation(bins.shares))
        for column, bins in zip(columns, binned, strict=True)
    )
    correlations = _correlation_similarities(columns)
    pairs = tuple(
        _score_pair(columns[i], columns[j], binned[i], binned[j], correlations.get((i, j)))
        for i, j in combinations(range(len(columns)), 2)
    )
    return FidelityScores(shapes, pairs, len(columns[0].real), len(columns[0].synthetic))


def _column_problems(columns: Sequence[ColumnPair]) -> list[Problem]:
    """Return everything that is wrong with the columns."""
    if not columns:
        return [Problem("columns", "at least one", "none")]
    problems = []
    for table in ("real", "synthetic"):
        lengths = {len(getattr(column, table)) for column in columns}
        if len(lengths) > 1 or 0 in lengths:
            received = f"{min(lengths)} to {max(lengths)} rows"
            problems.append(Problem(f"{table} table", "as many rows in every column, at least one", received))
        problems += [problem for column in columns for problem in _value_problems(column, table)]
    return problems


def _value_problems(column: ColumnPair, table: str) -> Iterator[Problem]:
    """Yield what is wrong with the values of one column in one table."""
    values: npt.NDArray[Any] = getattr(column, table)
    where = f"column '{column.name}' of the {table} table"
    if column.kind == "categorical":
        if values.dtype.kind not in "iu":
            yield Problem(where, "integer codes", f"values of type {values.dtype}")
        elif values.size and values.min() < 0:
            yield Problem(where, "codes from 0 up", f"negative ones in {int((values < 0).sum())} rows")
    elif values.dtype.kind not in "iuf":
        yield Problem(where, "numbers", f"values of type {values.dtype}")
    elif np.isinf(values).any():
        yield Problem(where, "finite numbers or NaN", f"infinite ones in {int(np.isinf(values).sum())} rows")


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
        return 1 - _total_variation(_shares(column.real, column.synthetic, n_codes))
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


def _shares(real: npt.NDArray[Any], synthetic: npt.NDArray[Any], n_codes: int) -> FloatArray:
    """Return the share of each code in both tables, shape (2, n_codes)."""
    return np.stack([np.bincount(codes, minlength=n_codes) / len(codes) for codes in (real, synthetic)])


def _total_variation(shares: FloatArray) -> float:
    """Return half the summed absolute difference of two rows of shares."""
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def decile_codes(real: npt.ArrayLike, *others: npt.ArrayLike) -> list[CodeArray]:
    """Cut numbers into the deciles of the real ones, with bins of their own for point masses and for missing.

    Parameters
    ----------
    real : array-like of float, shape (n_rows,)
        The numbers whose deciles are the edges; NaN where missing.
    *others : array-like of float
        Numbers that are cut at the same edges.

    Returns
    -------
    list of ndarray of int
        Codes for `real` and each of `others`; 0 is missing.

    Notes
    -----
    A value that is several deciles at once (0 in a column that is mostly 0) is a bin of its own, else it
    could share one with everything above or below it.

    Examples
    --------
    >>> codes, = decile_codes([0.0] * 8 + [-1.0, 5.0, np.nan])
    >>> codes.tolist()
    [3, 3, 3, 3, 3, 3, 3, 3, 1, 4, 0]
    """
    numbers = np.asarray(real, dtype=np.float64)
    present = numbers[~np.isnan(numbers)]
    edges, repeats = np.unique(_inner_quantiles(present), return_counts=True)
    cuts = np.union1d(edges, np.nextafter(edges[repeats > 1], -np.inf))
    return [_cut(np.asarray(values, dtype=np.float64), cuts) for values in (numbers, *others)]


def _inner_quantiles(present: FloatArray) -> FloatArray:
    """Return the nine deciles that are values of the column; none of an empty column."""
    if present.size == 0:
        return present
    probabilities = np.arange(1, N_BINS) / N_BINS
    return np.asarray(np.quantile(present, probabilities, method="inverted_cdf"))


def _cut(values: FloatArray, cuts: FloatArray) -> CodeArray:
    """Return 0 for missing values, else 1 plus the number of cuts below the value."""
    return np.where(np.isnan(values), 0, np.searchsorted(cuts, values, side="left") + 1)


@dataclass(frozen=True, eq=False)
class _BinnedColumn:
    """A column as codes in both tables, with their shares."""

    real: CodeArray
    synthetic: CodeArray
    n_codes: int
    shares: FloatArray

    @classmethod
    def of(cls, column: ColumnPair) -> _BinnedColumn:
        """Return the column, cut into deciles when numeric; only codes that occur are kept."""
        if column.kind == "numeric":
            real, synthetic = decile_codes(column.real, column.synthetic)
        else:
            real, synthetic = column.real.astype(np.int64), column.synthetic.astype(np.int64)
        occurs = np.bincount(real, minlength=int(synthetic.max()) + 1) > 0
        occurs[np.unique(synthetic)] = True
        renumber = np.cumsum(occurs) - 1
        n_codes = int(occurs.sum())
        real, synthetic = renumber[real], renumber[synthetic]
        return cls(real, synthetic, n_codes, _shares(real, synthetic, n_codes))

    @property
    def entropies(self) -> FloatArray:
        """Entropy of the codes in either table, in nats."""
        return _entropies(self.shares)


def _entropies(shares: FloatArray) -> FloatArray:
    """Return the entropy of each row of shares; 0 ln 0 = 0."""
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return np.asarray(-(shares * logs).sum(-1))


def _score_pair(
    first: ColumnPair, second: ColumnPair, a: _BinnedColumn, b: _BinnedColumn, correlation: float | None
) -> PairScore:
    """Return the scores of one pair of columns."""
    shares = _joint_shares(a, b)
    error = _total_variation(shares)
    real, synthetic = _normalised_information(a.entropies, b.entropies, _entropies(shares))
    trend = 1 - error if correlation is None else correlation
    return PairScore(first.name, second.name, trend, error, float(real), float(synthetic))


def _joint_shares(a: _BinnedColumn, b: _BinnedColumn) -> FloatArray:
    """Return the share of each combination of codes in both tables, shape (2, n_cells)."""
    joint = [a.real * b.n_codes + b.real, a.synthetic * b.n_codes + b.synthetic]
    n_cells = a.n_codes * b.n_codes
    if n_cells > 4 * (len(joint[0]) + len(joint[1])):  # mostly empty: number the cells that occur
        codes = np.unique(np.concatenate(joint), return_inverse=True)[1]
        joint, n_cells = [codes[: len(joint[0])], codes[len(joint[0]) :]], int(codes.max()) + 1
    return _shares(joint[0], joint[1], n_cells)


def _normalised_information(a: FloatArray, b: FloatArray, joint: FloatArray) -> FloatArray:
    """Return 2 MI / (H_a + H_b) from entropies; 0 where both columns are constant."""
    total = a + b
    information = np.maximum(total - joint, 0.0)
    information[information < 1e-12] = 0.0  # independent columns: what rounding leaves is no information
    return np.divide(2 * information, total, out=np.zeros_like(total), where=total > 0)


def _correlation_similarities(columns: Sequence[ColumnPair]) -> dict[tuple[int, int], float]:
    """Return the correlation similarity of each pair of numeric columns, by their positions."""
    positions = [i for i, column in enumerate(columns) if column.kind == "numeric"]
    if len(positions) < 2:
        return {}
    real = _correlations([columns[i].real for i in positions])
    synthetic = _correlations([columns[i].synthetic for i in positions])
    similarity = 1 - np.abs(real - synthetic) / 2
    return {
        (positions[a], positions[b]): float(similarity[a, b])
        for a, b in combinations(range(len(positions)), 2)
    }


def _correlations(columns: Sequence[npt.NDArray[Any]]) -> FloatArray:
    """Return Pearson's correlations over the rows that have both values; 0 where a column is constant."""
    table = np.stack([np.asarray(column, np.float64) for column in columns], axis=1)
    present = ~np.isnan(table)
    # Centred and scaled first: sums of squares of raw values lose digits when the mean is far from 0.
    values = np.where(present, _standardise(table, present), 0.0)
    has = present.astype(np.float64)
    n, sums, squares = has.T @ has, values.T @ has, (values**2).T @ has
    spread = n * squares - sums**2
    covariance = n * (values.T @ values) - sums * sums.T
    # What is left of a constant column after rounding is not a spread.
    varies = (spread > 1e-10 * n**2) & (1e-10 * n**2 < spread.T)
    scale = np.sqrt(np.where(varies, spread * spread.T, 1.0))
    return np.clip(np.where(varies, covariance / scale, 0.0), -1.0, 1.0)


def _standardise(table: FloatArray, present: npt.NDArray[np.bool_]) -> FloatArray:
    """Return columns with mean 0 and standard deviation 1 over their present values."""
    n = np.maximum(present.sum(0), 1)
    centred = table - np.where(present, table, 0.0).sum(0) / n
    variance = (np.where(present, centred, 0.0) ** 2).sum(0) / n
    largest = np.where(present, np.abs(table), 0.0).max(0)
    is_constant = variance <= (1e-12 * largest) ** 2
    return np.where(is_constant, 0.0, centred / np.sqrt(np.where(is_constant, 1.0, variance)))
