"""Pearson's correlations of all numeric columns at once, with missing values, in two tables."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.metrics.column_pairs import ColumnPair
from equitab.metrics.group_rates import FloatArray

__all__ = ["correlation_similarities"]


def correlation_similarities(columns: Sequence[ColumnPair]) -> dict[tuple[int, int], float]:
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
