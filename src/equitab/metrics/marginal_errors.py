"""How far the shares of values, pairs and triples of values are from the real table's, beside chance.

Every column is codes (numbers in deciles of the real ones, missing a code of its own). The error of a set of
columns is the total variation distance between the joint shares of two tables; the mean over all sets of one,
two or three columns is the uni-, bi- or trivariate error. Chance alone makes it positive: fresh real rows have
an error too, and it grows as rows become fewer. So a candidate table stands beside a *floor*, equally many
real rows that nobody learned from, and the difference of the two is what the generator is to blame for.

References
----------
Platzer, Reutterer (2021), Holdout-based empirical assessment of mixed-type synthetic data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import raise_problems
from equitab.metrics.binned_columns import CodeArray, total_variation
from equitab.metrics.count_measures import result_of
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.intervals import Interval, normal_quantile
from equitab.metrics.results import MetricResult

__all__ = ["MARGINAL_ERRORS", "MarginalErrors", "Order", "marginal_errors"]

Order = Literal[1, 2, 3]
#: The metric of each number of columns taken together.
MARGINAL_ERRORS: dict[Order, str] = {1: "univariate_error", 2: "bivariate_error", 3: "trivariate_error"}
_SETS = {1: "column", 2: "pair", 3: "triple"}


@dataclass(frozen=True, eq=False)
class MarginalErrors:
    """Errors of one or two tables against a reference, for every set of columns.

    Parameters
    ----------
    order : {1, 2, 3}
        Columns in a set.
    sets : ndarray of int, shape (n_sets, order)
        Positions of the columns.
    errors : ndarray of float, shape (n_tables, n_sets)
        Total variation distances to the reference; the candidate first, then the floor if there is one.
    variances : tuple of float
        Of each table's mean error.
    excess_variance : float
        Of the difference between the mean errors of candidate and floor; NaN without a floor.
    sizes : tuple of int
        Rows of each table.
    """

    order: Order
    sets: CodeArray
    errors: FloatArray
    variances: tuple[float, ...]
    excess_variance: float
    sizes: tuple[int, ...]

    def result(self, table: int = 0, *, confidence: float = 0.95, group: str | None = None) -> MetricResult:
        """Return the mean error of one table (0 the candidate, 1 the floor) with a normal interval.

        Examples
        --------
        >>> same = np.array([[0, 1], [1, 0], [1, 1]])
        >>> marginal_errors(same, [same], order=2, seed=0).result().value
        0.0
        """
        name, n = MARGINAL_ERRORS[self.order], self.sizes[table]
        if not len(self.sets):
            return MetricResult.undefined(name, reason=self._no_sets, n=n, group=group)
        value = float(self.errors[table].mean())
        interval = _normal_interval(value, self.variances[table], confidence, lowest=0.0)
        return result_of(name, value, interval, confidence=confidence, n=n, group=group)

    def excess(self, *, confidence: float = 0.95, group: str | None = None) -> MetricResult:
        """Return the mean error of the candidate less that of the floor, with a normal interval.

        Raises
        ------
        InputError
            If there is no floor.
        """
        if len(self.sizes) < 2:
            raise_problems([Problem("tables", "a candidate and a floor", "a candidate alone")])
        name, n = f"excess_{MARGINAL_ERRORS[self.order]}", self.sizes[0]
        if not len(self.sets):
            return MetricResult.undefined(name, reason=self._no_sets, n=n, group=group)
        value = float(self.errors[0].mean() - self.errors[1].mean())
        interval = _normal_interval(value, self.excess_variance, confidence, lowest=-1.0)
        return result_of(name, value, interval, confidence=confidence, n=n, group=group)

    @property
    def _no_sets(self) -> str:
        return f"the table has too few columns for a {_SETS[self.order]}"


def marginal_errors(
    reference: CodeArray,
    tables: Sequence[CodeArray],
    *,
    order: Order,
    max_sets: int = 500,
    seed: int,
) -> MarginalErrors:
    r"""Compare the joint shares of all sets of columns with those of a reference.

    Parameters
    ----------
    reference : ndarray of int, shape (n_reference, n_columns)
        Codes from 0 up, of one code book for all tables.
    tables : sequence of one or two such arrays
        The candidate, and equally many real rows as the floor.
    order : {1, 2, 3}
        Columns in a set.
    max_sets : int, default 500
        With more sets than that, so many of them are drawn, the same for all tables.
    seed : int
        Of that draw.

    Returns
    -------
    MarginalErrors

    Raises
    ------
    InputError
        If tables have no rows, other columns, or codes below 0; all problems at once.

    Notes
    -----
    For a set :math:`S` of columns with shares :math:`p_S` in the table and :math:`q_S` in the reference,

    .. math:: e = \frac{1}{|\mathcal S|} \sum_S \tfrac{1}{2} \sum_c |p_S(c) - q_S(c)| .

    Its variance is that of the row means of :math:`\pm\tfrac12`, the signs of :math:`p_S - q_S` in the cells
    where a row lies: the derivative of :math:`e` by that row (delta method). Where table and reference agree,
    signs are partly chance and the interval is too wide rather than too narrow.

    Examples
    --------
    >>> reference = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> diagonal = np.array([[0, 0], [0, 0], [1, 1], [1, 1]])
    >>> [float(marginal_errors(reference, [diagonal], order=order, seed=0).errors.mean()) for order in (1, 2)]
    [0.0, 0.5]
    """
    raise_problems(_problems([reference, *tables]))
    sets = _column_sets(reference.shape[1], order, max_sets, seed)
    sizes = [len(table) for table in (reference, *tables)]
    stacked = np.ascontiguousarray(np.concatenate([reference, *tables]).T, dtype=np.int64)
    tally = _Tally.empty(sizes, len(sets))
    for place, columns in enumerate(sets):
        cells, n_cells = _cells(stacked, columns)
        tally.add(place, cells, n_cells)
    variances, excess = tally.variances()
    return MarginalErrors(order, sets, tally.errors, variances, excess, tuple(sizes[1:]))


def _problems(tables: Sequence[CodeArray]) -> list[Problem]:
    """Return what keeps tables of codes from being compared."""
    shapes = [table.shape for table in tables]
    if not 2 <= len(tables) <= 3:
        return [Problem("tables", "a candidate and at most one floor", f"{len(tables) - 1} tables")]
    is_bad = any(len(shape) != 2 or 0 in shape for shape in shapes)
    if is_bad or len({shape[1] for shape in shapes}) > 1:
        received = ", ".join(str(shape) for shape in shapes)
        return [Problem("tables", "rows, and the same columns in each", f"shapes {received}")]
    others = [table.dtype for table in tables if table.dtype.kind not in "iu"]
    if others:
        return [Problem("tables", "integer codes", f"values of type {others[0]}")]
    n_negative = sum(int((table < 0).sum()) for table in tables)
    return [Problem("tables", "codes from 0 up", f"{n_negative} negative ones")] if n_negative else []


def _column_sets(n_columns: int, order: Order, max_sets: int, seed: int) -> CodeArray:
    """Return all sets of columns in order, or so many of them drawn without repetition."""
    if comb(n_columns, order) <= max_sets:
        found = list(combinations(range(n_columns), order))
    else:
        rng, drawn = np.random.default_rng(seed), set[tuple[int, ...]]()
        while len(drawn) < max_sets:
            drawn.add(tuple(sorted(rng.choice(n_columns, order, replace=False).tolist())))
        found = sorted(drawn)
    return np.array(found, dtype=np.int64).reshape(-1, order)


def _cells(stacked: CodeArray, columns: npt.NDArray[np.int64]) -> tuple[CodeArray, int]:
    """Return the number of each row's cell in the joint table of some columns, and how many there are."""
    cells = np.zeros(stacked.shape[1], dtype=np.int64)
    n_cells = 1
    for column in columns:
        n_codes = int(stacked[column].max()) + 1
        cells = cells * n_codes + stacked[column]
        n_cells *= n_codes
        if n_cells > 4 * len(cells):  # mostly empty: number the cells that occur
            found, cells = np.unique(cells, return_inverse=True)
            n_cells = len(found)
    return cells, n_cells


@dataclass(frozen=True, eq=False)
class _Tally:
    """Errors so far, and for every row the sum of the signs of the cells that it lies in."""

    slices: tuple[slice, ...]
    errors: FloatArray
    own_signs: tuple[FloatArray, ...]
    reference_signs: FloatArray

    @classmethod
    def empty(cls, sizes: Sequence[int], n_sets: int) -> _Tally:
        ends = np.cumsum(sizes)
        n_tables = len(sizes) - 1
        return cls(
            tuple(slice(end - size, end) for size, end in zip(sizes, ends, strict=True)),
            np.zeros((n_tables, n_sets)),
            tuple(np.zeros(size) for size in sizes[1:]),
            np.zeros((n_tables, sizes[0])),
        )

    def add(self, place: int, cells: CodeArray, n_cells: int) -> None:
        """Count one set of columns."""
        parts = [cells[part] for part in self.slices]
        shares = [np.bincount(part, minlength=n_cells) / len(part) for part in parts]
        for table in range(len(parts) - 1):
            signs = np.sign(shares[table + 1] - shares[0])
            self.errors[table, place] = total_variation(np.stack([shares[table + 1], shares[0]]))
            self.own_signs[table][:] += signs[parts[table + 1]]
            self.reference_signs[table] += signs[parts[0]]

    def variances(self) -> tuple[tuple[float, ...], float]:
        """Return the variance of each mean error and of the difference of the first two."""
        scale = 1 / (2 * max(self.errors.shape[1], 1))
        own = [_mean_variance(scale * signs) for signs in self.own_signs]
        shared = [_mean_variance(scale * signs) for signs in self.reference_signs]
        alone = tuple(a + b for a, b in zip(own, shared, strict=True))
        if len(own) < 2:
            return alone, float("nan")
        difference = _mean_variance(scale * (self.reference_signs[0] - self.reference_signs[1]))
        return alone, own[0] + own[1] + difference


def _mean_variance(values: FloatArray) -> float:
    """Return the variance of a mean."""
    return float(values.var() / len(values))


def _normal_interval(value: float, variance: float, confidence: float, *, lowest: float) -> Interval:
    """Return the normal interval, within the range of the metric."""
    half = normal_quantile(confidence) * variance**0.5
    return Interval(max(value - half, lowest), min(value + half, 1.0), "normal")
