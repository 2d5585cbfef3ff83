r"""What growing a table does to its complexity: relative changes, with intervals from halves of the people.

A measure of a grown table, drawn down to as many rows as there are people where the measure depends on their number,
over the measure of the people: :math:`m_{grown} / m_{original} - 1`, a mean over several grown tables. For the
interval, the same is done with random halves of the people: the spread of a change over halves estimates its standard
error on everybody (the jackknife that deletes half, with :math:`\sqrt{m/(n-m)} = 1`), draws of the network included.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.evaluation import measure_complexity
from equitab.schema import TableSchema
from equitab.studies.maghool_arms import represent
from equitab.studies.maghool_gaps import Range

FloatArray = npt.NDArray[np.float64]

MEASURES: Mapping[str, str] = {
    "complexity_c2": "C2 (imbalance of the levels)",
    "complexity_f4": "F4 (overlap that all columns leave)",
    "complexity_t4": "T4 (share of dimensions needed)",
    "complexity_clustering": "clustering coefficient",
    "complexity_density": "density",
}
NORMAL = 1.959964


def measured_change(
    frame: Frame, schema: TableSchema, arm: str, *, seed: int
) -> dict[str, tuple[float, float]]:
    """Return each measure of the rows and of what an arm makes of them, by as many rows; NaN where undefined."""
    held = [
        {
            one.metric: np.nan if one.value is None else one.value
            for one in measure_complexity(
                rows, schema, max_rows=len(frame), max_overlap_rows=len(frame), seed=seed
            )
        }
        for rows in (frame, represent(frame, schema, arm, seed=seed))
    ]
    return {name: (held[0][name], held[1][name]) for name in MEASURES}


def measured_half(
    frame: Frame, schema: TableSchema, arm: str, *, seed: int
) -> dict[str, tuple[float, float]]:
    """Return the same of a random half of the rows."""
    rows = np.random.default_rng(seed).permutation(len(frame))[: len(frame) // 2]
    return measured_change(take_rows(frame, np.sort(rows)), schema, arm, seed=seed)


def relative(pairs: FloatArray) -> FloatArray:
    """Return the relative changes of pairs, shape (n, 2); NaN where the first is 0.

    Examples
    --------
    >>> relative(np.array([[0.2, 0.1], [0.0, 0.1]])).tolist()
    [-0.5, nan]
    """
    before, after = pairs.T
    return np.divide(after, before, out=np.full(len(pairs), np.nan), where=before > 0) - 1


def change_of(whole: FloatArray, halves: FloatArray) -> Range:
    """Return the relative change with its interval.

    Parameters
    ----------
    whole : ndarray of float, shape (n, 2)
        Measures of everybody before and after, for several grown tables.
    halves : ndarray of float, shape (m, 2)
        The same of halves.

    Examples
    --------
    >>> whole = np.array([[0.5, 0.25], [0.5, 0.25]])
    >>> change_of(whole, np.array([[0.5, 0.2], [0.5, 0.25], [0.5, 0.3]]))
    Range(value=-0.5, low=-0.695996, high=-0.304004)
    """
    change, spread = relative(whole), relative(halves)
    if not np.isfinite(change).all() or np.isfinite(spread).sum() < 3:
        return Range(None, None, None)
    half = NORMAL * float(np.nanstd(spread, ddof=1))
    value = float(change.mean())
    return Range(round(value, 6), round(value - half, 6), round(value + half, 6))
