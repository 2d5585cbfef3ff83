r"""How probabilities of the favorable outcome are moved, group by group.

*Ours* (``coupled``). With :math:`F_g` the distribution of :math:`p = P(y = 1 \mid \text{row})` in the group :math:`g`
and :math:`Q` the quantiles of :math:`p` over everybody, a row at the quantile :math:`F_g(p)` of its group has the
*fair* probability :math:`m(p) = Q(F_g(p))`: the order within the group stays, and the distribution of :math:`m` is
that of everybody, in every group. On the way there, with the strength :math:`\lambda`,

.. math:: \operatorname{logit} p' = (1 - \lambda) \operatorname{logit} p + \lambda \operatorname{logit} m(p).

0 changes nothing, 1 is parity at every threshold, more serves learners that do not see the sensitive feature.
Where many rows share one probability, :math:`m` is the mean of :math:`Q` over the interval that they occupy, so that
the group's mean is exactly everybody's.

*Published* (``quantile``; Krchova et al.). Every outcome's probability is mapped alike, through 101 quantiles, and
the results are divided by their sum; outcomes are then drawn anew, without looking at the old ones.

References
----------
Krchova, Platzer, Tiwald, Strong statistical parity through fair synthetic data, 2023, arXiv:2311.03000.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

NEAREST = 1e-6
"""Probabilities stay this far from 0 and 1 on the logit scale."""

PUBLISHED_QUANTILES = 101


@dataclass(frozen=True, eq=False)
class QuantileMap:
    """Fair probabilities, learned from reference rows.

    Parameters
    ----------
    overall : ndarray of float64, shape (n_reference,)
        Everybody's probabilities, rising.
    by_cell : tuple of ndarray of float64
        Those of every cell, rising; empty for a cell without rows, which is left as it is.
    """

    overall: Floats
    by_cell: tuple[Floats, ...]

    @classmethod
    def of(
        cls, probability: Floats, cells: Codes, n_cells: int, *, is_overall: npt.NDArray[np.bool_]
    ) -> QuantileMap:
        """Learn the map.

        Parameters
        ----------
        probability : ndarray, shape (n_rows,)
        cells : ndarray of int, shape (n_rows,)
        n_cells : int
        is_overall : ndarray of bool, shape (n_rows,)
            The rows that stand for everybody; the others were drawn for small cells.
        """
        by_cell = tuple(np.sort(probability[cells == cell]) for cell in range(n_cells))
        return cls(np.sort(probability[is_overall]), by_cell)

    def fair(self, probability: Floats, cells: Codes) -> Floats:
        """Return the fair probability of every row, shape (n_rows,)."""
        found = probability.astype(np.float64)
        for cell, held in enumerate(self.by_cell):
            rows = np.flatnonzero(cells == cell)
            if len(rows) and len(held):
                found[rows] = self._mean_quantile(*_ranks(held, probability[rows]))
        return found

    def published(self, probability: Floats, cells: Codes) -> Floats:
        """Return the published form for the favorable and the other outcome, shape (n_rows,)."""
        both = [self._interpolated(probability, cells, is_other) for is_other in (False, True)]
        total = both[0] + both[1]
        return np.where(total > 0, both[0] / np.maximum(total, NEAREST), probability)

    def _mean_quantile(self, low: Floats, high: Floats) -> Floats:
        """Return the mean of everybody's quantiles between two shares."""
        n_rows = len(self.overall)
        levels = np.arange(n_rows + 1) / n_rows
        integral = np.concatenate([[0.0], np.cumsum(self.overall)]) / n_rows
        part = np.interp(high, levels, integral) - np.interp(low, levels, integral)
        return np.clip(part / (high - low), 0.0, 1.0)

    def _interpolated(self, probability: Floats, cells: Codes, is_other: bool) -> Floats:
        levels = np.linspace(0, 1, PUBLISHED_QUANTILES)
        own = 1 - probability if is_other else probability.astype(np.float64)
        everybody = _grid(1 - self.overall if is_other else self.overall, levels)
        found = own.copy()
        for cell, held in enumerate(self.by_cell):
            rows = np.flatnonzero(cells == cell)
            if len(rows) and len(held):
                group = _grid(1 - held if is_other else held, levels)
                found[rows] = np.interp(own[rows], group, everybody)
        return found


def moved(probability: Floats, fair: Floats, strength: Floats | float) -> Floats:
    """Return probabilities on the way to the fair ones; see the module.

    Examples
    --------
    >>> moved(np.array([0.1]), np.array([0.3]), 0.5).round(3).tolist()
    [0.179]
    """
    from scipy.special import expit, logit

    own, aim = (logit(np.clip(held, NEAREST, 1 - NEAREST)) for held in (probability, fair))
    strength = np.asarray(strength, dtype=np.float64)
    result = expit((1 - strength) * own + strength * aim)
    result = np.where(strength == 1, fair, result)
    return np.where(strength == 0, probability, result)


def _ranks(held: Floats, probability: Floats) -> tuple[Floats, Floats]:
    """Return the interval of shares that each probability occupies among a cell's reference rows."""
    n_rows = len(held)
    low = np.searchsorted(held, probability, side="left") / n_rows
    high = np.searchsorted(held, probability, side="right") / n_rows
    is_between = low == high
    low = np.where(is_between, np.maximum(low - 0.5 / n_rows, 0.0), low)
    return low, np.where(is_between, np.minimum(high + 0.5 / n_rows, 1.0), high)


def _grid(held: Floats, levels: Floats) -> Floats:
    """Return quantiles with 0 and 1 at the ends, strictly rising so that they can be inverted."""
    found = np.quantile(held, levels)
    found[0], found[-1] = 0.0, 1.0
    return found + np.arange(len(found)) * 1e-12
