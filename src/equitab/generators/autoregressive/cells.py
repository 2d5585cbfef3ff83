"""The distribution of a number in two levels: a cell, then one of some steps within it.

Cells divide the shares from 0 to 1 of a column's quantile grid: one for every point mass (a value that many rows
share comes back as itself), and between them cells of equal mass. Within a cell that is no point mass, the position
is one of `N_STEPS` steps, and uniform within a step: enough for tables with many correlated numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.encoding import NumericalColumn
from equitab.encoding.quantile_grid import POINT_MASS_ROWS, POINT_MASS_SHARE, find_spikes

Codes = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

N_CELLS = 32
N_STEPS = 32
NARROWEST = 1e-9


@dataclass(frozen=True, eq=False)
class Cells:
    """How the shares of a numeric column are divided.

    Parameters
    ----------
    bounds : ndarray of float64, shape (n_cells + 1,)
        Rising from 0 to 1.
    is_point : ndarray of bool, shape (n_cells,)
        The cells that hold one value only.
    """

    bounds: Shares
    is_point: npt.NDArray[np.bool_]

    @property
    def n_cells(self) -> int:
        """How many cells there are."""
        return len(self.is_point)

    def locate(self, shares: Shares) -> tuple[Codes, Codes]:
        """Return the cell and the step of some shares; the step of a point is 0."""
        cells = np.clip(np.searchsorted(self.bounds, shares, side="right") - 1, 0, self.n_cells - 1)
        low, high = self.bounds[cells], self.bounds[cells + 1]
        steps = np.clip(((shares - low) / (high - low) * N_STEPS).astype(np.int64), 0, N_STEPS - 1)
        return cells.astype(np.int64), np.where(self.is_point[cells], 0, steps)

    def place(self, cells: Codes, steps: Codes, uniform: Shares) -> Shares:
        """Return shares: drawn within the step, for a point within its whole interval."""
        low, high = self.bounds[cells], self.bounds[cells + 1]
        within = np.where(self.is_point[cells], uniform, (steps + uniform) / N_STEPS)
        return np.clip(low + (high - low) * within, 1e-12, 1 - 1e-12)


def fit_cells(column: NumericalColumn, shares: Shares) -> Cells:
    """Divide a column.

    Parameters
    ----------
    column : NumericalColumn
        With its quantile grid.
    shares : ndarray, shape (n_present,)
        The shares of the training rows' present values.
    """
    places = place_of(column, shares)
    values, counts = np.unique(places, return_counts=True)
    is_mass = (counts >= POINT_MASS_ROWS) & (counts >= POINT_MASS_SHARE * len(places))
    is_mass |= find_spikes(values, counts, cell=column.grid.cell) | column.has_few_values
    low, high = column.grid.intervals(values[is_mass])
    bounds, is_point = [0.0], []
    for start, end in [*zip(low.tolist(), high.tolist(), strict=True), (1.0, 1.0)]:
        if start - bounds[-1] > NARROWEST:
            inner = _between(bounds[-1], start)
            is_point += [
                _is_one_value(column, *ends) for ends in zip([bounds[-1], *inner], inner, strict=False)
            ]
            bounds += inner
        if end - bounds[-1] > NARROWEST:
            bounds.append(end)
            is_point.append(True)
    bounds[-1] = 1.0
    return Cells(np.array(bounds), np.array(is_point, dtype=bool))


def place_of(column: NumericalColumn, shares: Shares) -> Shares:
    """Return the places of the values that some shares stand for."""
    from scipy.special import ndtri

    places = column.grid.decode(ndtri(shares))
    return column.scale.place(column.scale.read(places)) if column.grid.cell else places


def middle_shares(column: NumericalColumn, places: Shares) -> Shares:
    """Return the middle of the interval that the value at each place occupies."""
    low, high = column.grid.intervals(places)
    return (low + high) / 2


def _between(start: float, end: float) -> list[float]:
    """Return the upper bounds of cells of equal mass."""
    n_cells = max(1, round(N_CELLS * (end - start)))
    return [*np.linspace(start, end, n_cells + 1)[1:-1].tolist(), end]


def _is_one_value(column: NumericalColumn, start: float, end: float) -> bool:
    if not column.grid.cell:
        return False
    inside = place_of(column, np.array([start, end]) * (1 - 1e-9) + (start + end) / 2 * 1e-9)
    return bool(inside[0] == inside[1])
