"""Two predictions of the same test rows compared: how sure it is that one is fairer, or better.

Two intervals may overlap although the difference is certain, since both predictions meet the same people. The
rows are therefore resampled once for both: their table by group, outcome and the two predictions is small, so
that a thousand bootstrap replicates cost next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.evaluation.fairness import RealRows
from equitab.metrics import METRICS

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

MAX_UNDEFINED_SHARE = 0.05


@dataclass(frozen=True)
class PairedDifference:
    """The first minus the second, with an interval.

    Parameters
    ----------
    value : float
    low, high : float
    """

    value: float
    low: float
    high: float


def compare_predictions(
    first: BoolArray,
    second: BoolArray,
    rows: RealRows,
    *,
    metric: str,
    sensitive_features: str = "",
    confidence: float = 0.95,
    n_replicates: int = 1000,
    min_group_size: int = 30,
    seed: int,
) -> PairedDifference | None:
    """Return how much a metric differs between two predictions of the same rows.

    Parameters
    ----------
    first, second : ndarray of bool, shape (n_rows,)
    rows : RealRows
        Those rows.
    metric : str
        A function of counts of `METRICS`. A fairness metric counts by its distance from fair, so that a
        negative difference means that the first is fairer; a metric of performance counts as it is.
    sensitive_features : str
        The name of the comparison, for a fairness metric. Signed metrics take all others, pooled.
    confidence : float, default 0.95
    n_replicates : int, default 1000
    min_group_size : int, default 30
        Smaller groups take no part.
    seed : int

    Returns
    -------
    PairedDifference or None
        None where the metric is undefined for one of the two, or in over 5% of the replicates.

    Notes
    -----
    Rows are drawn with replacement, that is cells of the joint table by a multinomial. Weighted rows count
    with the mean weight of their cell. The interval takes percentiles.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, TableSchema
    >>> schema = TableSchema((Column("y", "integer"), Column("x", "integer")), "y", favorable_outcome=(1,))
    >>> rows = RealRows.read(frame_from_columns({"y": [0, 1] * 50, "x": [0] * 100}), schema)
    >>> right, wrong = rows.favorable, np.zeros(100, dtype=bool)
    >>> compare_predictions(right, wrong, rows, metric="accuracy", seed=0).value
    0.5
    """
    codes, n_groups, reference = _groups(rows, sensitive_features)
    counts, weights = _joint_table(first, second, rows, codes, n_groups)
    large = counts.reshape(n_groups, -1).sum(axis=1) >= min_group_size
    if reference is not None and not large[reference]:
        return None
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(int(counts.sum()), counts.ravel() / counts.sum(), size=n_replicates)
    tables = np.concatenate([counts[None], drawn.reshape(n_replicates, *counts.shape)]) * weights
    pair = [_distance(tables.sum(axis=axis), metric, large, reference) for axis in (4, 3)]
    difference = pair[0] - pair[1]
    return _interval(difference, confidence)


def _groups(rows: RealRows, name: str) -> tuple[npt.NDArray[np.int64], int, int | None]:
    if not name:
        return np.zeros(len(rows), dtype=np.int64), 1, None
    index = [comparison.name for comparison in rows.comparisons].index(name)
    comparison = rows.comparisons[index]
    return rows.codes[index], comparison.groups.n_groups, comparison.reference


def _joint_table(
    first: BoolArray, second: BoolArray, rows: RealRows, codes: npt.NDArray[np.int64], n_groups: int
) -> tuple[FloatArray, FloatArray]:
    """Return counts and mean weights by group, outcome, first and second prediction."""
    kept = codes >= 0
    cells = ((codes[kept] * 2 + rows.favorable[kept]) * 2 + first[kept]) * 2 + second[kept]
    shape = (n_groups, 2, 2, 2)
    counts = np.bincount(cells, minlength=n_groups * 8).astype(np.float64).reshape(shape)
    if rows.weights is None:
        return counts, np.ones(shape)
    sums = np.bincount(cells, weights=rows.weights[kept], minlength=n_groups * 8).reshape(shape)
    return counts, np.divide(sums, counts, out=np.zeros(shape), where=counts > 0)


def _distance(tables: FloatArray, metric: str, large: BoolArray, reference: int | None) -> FloatArray:
    """Return the metric of tables (n, n_groups, 2, 2): distance from fair, or performance as it is."""
    definition = METRICS[metric]
    assert definition.compute is not None, "functions of counts only"
    if definition.scope == "rows":
        return definition.compute(tables.sum(axis=1))
    if definition.scope == "all_groups":
        values = definition.compute(tables[:, large])
    else:
        assert reference is not None, "checked by the caller: a signed metric has a reference"
        others = tables[:, np.arange(len(large)) != reference].sum(axis=1)
        values = definition.compute(others, tables[:, reference])
    return np.abs(values - (definition.ideal or 0.0))


def _interval(difference: FloatArray, confidence: float) -> PairedDifference | None:
    replicates = difference[1:][np.isfinite(difference[1:])]
    if not np.isfinite(difference[0]) or replicates.size < (1 - MAX_UNDEFINED_SHARE) * (difference.size - 1):
        return None
    tail = (1 - confidence) / 2
    low, high = (float(end) for end in np.quantile(replicates, (tail, 1 - tail)))
    value = float(difference[0])
    return PairedDifference(value, min(low, value), max(high, value))
