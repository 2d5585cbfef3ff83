"""How hard a table is to learn from: imbalance of its classes, overlap of its columns, number of dimensions.

Lower is easier, throughout. `equitab.metrics.complexity_network` adds what the network of near neighbours tells.
Classes are the values of the outcome, as codes from 0; numbers may be missing (NaN), categories too (-1).

References
----------
Lorena, Garcia, Lehmann, Souto, Ho (2019), How complex is your classification problem? A survey on measuring
classification complexity.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import confidence_problems, raise_problems
from equitab.metrics.count_measures import result_of
from equitab.metrics.group_rates import FloatArray, IntArray
from equitab.metrics.intervals import Interval, percentile_interval
from equitab.metrics.results import MetricResult

__all__ = [
    "NO_INTERVAL",
    "ONE_CLASS",
    "class_codes",
    "class_imbalance",
    "column_problems",
    "dimension_metrics",
    "feature_overlap",
    "imbalance_of_counts",
    "no_classes_reason",
]

BoolArray = npt.NDArray[np.bool_]
Inside = Callable[[IntArray], BoolArray]

#: Why a measure of classes is undefined where there is one only.
ONE_CLASS = "all rows have the same outcome: nothing to tell apart"
#: Why a measure of a whole table has no interval.
NO_INTERVAL = "no interval: it describes these rows, and another sample size would give another value"
#: Categories beyond that, and the rarer ones count as one.
MAX_VALUES = 50
#: The share of the variance that the counted components have.
VARIANCE_KEPT = 0.95


def imbalance_of_counts(counts: npt.ArrayLike) -> FloatArray:
    r"""Return C2, the imbalance of classes, of their numbers of rows.

    Parameters
    ----------
    counts : array-like of int, shape (..., n_classes)
        Rows of each class, at least two classes and one row.

    Returns
    -------
    ndarray of float, shape (...)
        0: all classes are equally large. 1: one class has all rows.

    Notes
    -----
    With :math:`c` classes of :math:`n_i` among :math:`n` rows,

    .. math:: C2 = 1 - \frac{1}{IR}, \qquad IR = \frac{c - 1}{c} \sum_i \frac{n_i}{n - n_i} .

    Examples
    --------
    >>> imbalance_of_counts([[5, 5], [9, 3], [7, 0]]).round(3).tolist()
    [0.0, 0.4, 1.0]
    """
    rows = np.asarray(counts, dtype=np.float64)
    n_classes = rows.shape[-1]
    with np.errstate(divide="ignore"):  # one class with all rows: an infinite ratio, and C2 is 1
        odds = (rows / (rows.sum(-1, keepdims=True) - rows)).sum(-1)
        found = 1 - n_classes / ((n_classes - 1) * odds)
    return np.asarray(np.clip(found, 0.0, 1.0))


def class_imbalance(
    classes: npt.ArrayLike, *, confidence: float = 0.95, n_replicates: int = 1000, seed: int
) -> MetricResult:
    """Measure how unequal the classes of a table are in size.

    Parameters
    ----------
    classes : array-like of int, shape (n_rows,)
        The class of each row. Only those that occur count as classes.
    confidence : float, default 0.95
        In (0, 1).
    n_replicates : int, default 1000
        Of the bootstrap, at least 100.
    seed : int

    Returns
    -------
    MetricResult
        ``complexity_c2``, in [0, 1]; undefined with fewer than two classes.

    Raises
    ------
    InputError
        If codes or settings cannot be used.

    Notes
    -----
    The formula is that of `imbalance_of_counts`. The bootstrap redraws the counts. Redrawn classes are less equal than
    the rows' own, which shows near 0, the lowest value that there is: so replicates are moved to have their mean at
    the value.

    Examples
    --------
    >>> class_imbalance([0] * 9 + [1] * 3, seed=0).value
    0.4
    """
    codes = np.asarray(classes)
    raise_problems([*_class_problems(codes), *confidence_problems(confidence, n_replicates)])
    counts = np.unique(codes, return_counts=True)[1]
    if len(counts) < 2:
        return MetricResult.undefined("complexity_c2", reason=no_classes_reason(codes), n=codes.size)
    value = float(imbalance_of_counts(counts))
    drawn = np.random.default_rng(seed).multinomial(codes.size, counts / codes.size, size=n_replicates)
    replicates = imbalance_of_counts(drawn)
    centered = np.clip(replicates - (replicates.mean() - value), 0.0, 1.0)
    interval = percentile_interval(value, centered, confidence=confidence)
    return result_of("complexity_c2", value, interval, confidence=confidence, n=codes.size)


def feature_overlap(
    numbers: npt.ArrayLike, categories: npt.ArrayLike, classes: npt.ArrayLike
) -> MetricResult:
    r"""Measure F4: the share of rows that all columns together leave where two classes overlap.

    Parameters
    ----------
    numbers : array-like of float, shape (n_rows, n_numbers)
        NaN where missing.
    categories : array-like of int, shape (n_rows, n_categories)
        Codes from 0; -1 where missing.
    classes : array-like of int, shape (n_rows,)

    Returns
    -------
    MetricResult
        ``complexity_f4``, in [0, 1], without an interval. 0: the columns, one after the other, tell the classes
        apart by thresholds alone. Undefined with fewer than two classes.

    Raises
    ------
    InputError
        If arrays do not fit together.

    Notes
    -----
    Of two classes, each column leaves the rows within

    .. math:: [\max(\min_a x, \min_b x), \; \min(\max_a x, \max_b x)] .

    The column that leaves fewest rows is taken, the others are looked at on what it left, and so on, until a column
    helps no more or one of the classes has no rows left. The share of rows left is averaged over all pairs of
    classes. Among columns that leave equally many, the values decide, not the order of the columns.

    NOTE[DEPARTURE]: published for numbers. Of a category, the rows left are those whose value both classes have: for
    two values the same as their interval as 0 and 1. A missing value cannot be told apart, so its row is left; and a
    column that one class never has a value of leaves all rows.

    It rests on extremes, so more rows of the same people overlap more, and a bootstrap does not show how sure it is:
    compare tables of as many rows.

    Examples
    --------
    >>> nothing = np.zeros((4, 0), dtype=int)
    >>> feature_overlap([[1.0], [2.0], [3.0], [4.0]], nothing, [0, 0, 1, 1]).value
    0.0
    >>> feature_overlap([[1.0], [3.0], [2.0], [4.0]], nothing, [0, 0, 1, 1]).value
    0.5
    """
    columns = np.asarray(numbers, dtype=np.float64), np.asarray(categories), np.asarray(classes)
    raise_problems(column_problems(*columns))
    held, codes, labels = columns
    present = np.unique(labels)
    if len(present) < 2:
        return MetricResult.undefined("complexity_f4", reason=no_classes_reason(labels), n=labels.size)
    shares = []
    for pair in combinations(present.tolist(), 2):
        rows = np.isin(labels, pair)
        shares.append(_overlap_share(held[rows], codes[rows], labels[rows] == pair[1]))
    interval = Interval.undefined(NO_INTERVAL)
    return result_of("complexity_f4", float(np.mean(shares)), interval, confidence=0.95, n=labels.size)


def dimension_metrics(
    numbers: npt.ArrayLike, categories: npt.ArrayLike, *, n_rows: int | None = None
) -> list[MetricResult]:
    r"""Measure T2, T3 and T4: how many dimensions there are for so many rows, and how many of them are needed.

    Parameters
    ----------
    numbers : array-like of float, shape (n_sampled, n_numbers)
        NaN where missing, which counts as the mean.
    categories : array-like of int, shape (n_sampled, n_categories)
        Codes from 0; -1 where missing, which counts as a value of its own.
    n_rows : int, optional
        Rows of the table that these were drawn from; as many as there are by default.

    Returns
    -------
    list of MetricResult
        ``complexity_t2`` = m / n, ``complexity_t3`` = m' / n, ``complexity_t4`` = m' / m, without intervals.
        Undefined without a column of two values.

    Raises
    ------
    InputError
        If arrays do not fit together.

    Notes
    -----
    :math:`m` dimensions: one for a number, one less than it has values for a category (at most 50; rarer ones count as
    one), none for a column of one value. :math:`m'`: principal components that have 95% of the variance.

    NOTE[DEPARTURE]: published for numbers as they are. Here every column has the variance 1, a category as the sum
    over the indicators of its values: units play no part, and no column outweighs another.

    Examples
    --------
    >>> same = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]
    >>> [found.value for found in dimension_metrics(same, np.zeros((4, 0), dtype=int))]
    [0.5, 0.25, 0.5]
    """
    held, codes = np.asarray(numbers, dtype=np.float64), np.asarray(categories)
    raise_problems(column_problems(held, codes, np.zeros(len(held), dtype=np.int64)))
    n = len(held) if n_rows is None else n_rows
    parts = [*_scaled_numbers(held), *_scaled_categories(codes)]
    names = ("complexity_t2", "complexity_t3", "complexity_t4")
    if not parts:
        reason = "no column with two values" if n else "no rows"
        return [MetricResult.undefined(name, reason=reason, n=n) for name in names]
    m = sum(max(part.shape[1] - 1, 1) for part in parts)
    needed = _components_needed(np.concatenate(parts, axis=1))
    none = Interval.undefined(NO_INTERVAL)
    values = (m / n, needed / n, needed / m)
    return [
        result_of(name, value, none, confidence=0.95, n=n) for name, value in zip(names, values, strict=True)
    ]


def class_codes(classes: npt.ArrayLike) -> IntArray:
    """Return classes as codes from 0, those that occur only.

    Examples
    --------
    >>> class_codes([7, 3, 7]).tolist()
    [1, 0, 1]
    """
    return np.asarray(np.unique(np.asarray(classes), return_inverse=True)[1], dtype=np.int64)


def no_classes_reason(classes: npt.NDArray[np.generic]) -> str:
    """Return why there are not two classes."""
    return ONE_CLASS if classes.size else "no rows"


def column_problems(
    numbers: npt.NDArray[np.generic], categories: npt.NDArray[np.generic], classes: npt.NDArray[np.generic]
) -> list[Problem]:
    """Return what keeps columns and classes from being one table."""
    problems = _class_problems(classes)
    for name, matrix in (("numbers", numbers), ("categories", categories)):
        if matrix.ndim != 2 or len(matrix) != len(classes):
            expected = f"shape (n_rows, n_columns), {len(classes)} rows"
            problems.append(Problem(name, expected, f"shape {matrix.shape}", "pass arrays of one table"))
    if categories.dtype.kind not in "iu":
        problems.append(Problem("categories", "whole numbers, -1 if missing", f"type {categories.dtype}"))
    n_infinite = int(np.isinf(numbers).sum())
    if n_infinite:
        problems.append(Problem("numbers", "finite numbers, NaN if missing", f"{n_infinite} infinite ones"))
    return problems


def _class_problems(classes: npt.NDArray[np.generic]) -> list[Problem]:
    """Return what keeps an array from being classes of rows."""
    if classes.ndim != 1 or (classes.size and classes.dtype.kind not in "iub"):
        received = f"shape {classes.shape} of type {classes.dtype}"
        return [Problem("classes", "whole numbers, shape (n_rows,)", received, "code the outcome's values")]
    return []


def _overlap_share(numbers: FloatArray, categories: IntArray, is_second: BoolArray) -> float:
    """Return the share of the rows of two classes that all columns together leave."""
    values = [*numbers.T, *categories.T]
    columns: list[Inside] = [_within_interval(column, is_second) for column in numbers.T]
    columns += [_within_values(column, is_second) for column in categories.T]
    is_open = np.ones(len(columns), dtype=np.bool_)
    left = np.arange(len(is_second))
    while is_open.any() and _has_both(is_second[left]):
        masks = {place: columns[place](left) for place in np.flatnonzero(is_open).tolist()}
        fewest = min(int(mask.sum()) for mask in masks.values())
        if fewest == len(left):  # no column helps, so none will
            break
        best = [place for place, mask in masks.items() if mask.sum() == fewest]
        if len(best) > 1:
            best.sort(key=lambda place: np.sort(values[place][left]).tobytes())
        is_open[best[0]] = False
        left = left[masks[best[0]]]
    return len(left) / len(is_second) if _has_both(is_second[left]) else 0.0


def _has_both(is_second: BoolArray) -> bool:
    """Return whether there are rows of both classes."""
    return bool(is_second.any()) and not bool(is_second.all())


def _within_interval(column: FloatArray, is_second: BoolArray) -> Inside:
    """Return a function that says which rows lie in the overlap of two classes, or are missing."""

    def inside(rows: IntArray) -> BoolArray:
        values, second = column[rows], is_second[rows]
        missing = np.isnan(values)
        parts = [values[~missing & second], values[~missing & ~second]]
        if not all(part.size for part in parts):
            return np.ones(len(rows), dtype=np.bool_)
        low, high = max(part.min() for part in parts), min(part.max() for part in parts)
        return np.asarray(missing | ((values >= low) & (values <= high)))

    return inside


def _within_values(column: IntArray, is_second: BoolArray) -> Inside:
    """Return a function that says which rows have a value that both classes have, or none."""

    def inside(rows: IntArray) -> BoolArray:
        values, second = column[rows] + 1, is_second[rows]
        seen = [np.bincount(values[side], minlength=int(values.max()) + 1) > 0 for side in (second, ~second)]
        if not all(side[1:].any() for side in seen):
            return np.ones(len(rows), dtype=np.bool_)
        shared = seen[0] & seen[1]
        shared[0] = True  # missing
        return np.asarray(shared[values])

    return inside


def _scaled_numbers(numbers: FloatArray) -> list[FloatArray]:
    """Return every column of numbers that varies, with mean 0 and variance 1."""
    found = []
    for column in numbers.T:
        known = column[~np.isnan(column)]
        if known.size and known.min() < known.max():
            size = np.abs(known).max()  # first to the size of 1: sums and squares of huge numbers overflow
            filled = np.where(np.isnan(column), (known / size).mean(), column / size)
            centered = filled - filled.mean()
            found.append((centered / centered.std())[:, None])
    return found


def _scaled_categories(categories: IntArray) -> list[FloatArray]:
    """Return indicators of every category that varies, centred, with a variance of 1 in sum."""
    found = []
    for column in categories.T:
        counts = np.bincount(column + 1)
        frequent = np.argsort(-counts, kind="stable")[: MAX_VALUES - 1]
        frequent = frequent[counts[frequent] > 0]
        indicators = (column[:, None] + 1 == frequent).astype(np.float64)
        rest = 1 - indicators.sum(1, keepdims=True)
        if rest.any():
            indicators = np.concatenate([indicators, rest], axis=1)
        if indicators.shape[1] > 1:
            centered = indicators - indicators.mean(0)
            found.append(centered / np.sqrt(centered.var(0).sum()))
    return found


def _components_needed(matrix: FloatArray) -> int:
    """Return how many principal components have 95% of the variance."""
    variances = np.linalg.eigvalsh(matrix.T @ matrix)[::-1].clip(0.0)
    shares = np.cumsum(variances) / variances.sum()
    return int(np.searchsorted(shares, VARIANCE_KEPT - 1e-9)) + 1
