r"""Reweighing: weights that make group and outcome independent in the training table.

For a row of group :math:`s` with outcome :math:`y`

.. math:: w(s, y) = \frac{n_s \, n_y}{n \, n_{sy}}

where each :math:`n` is a sum of the base weights of the rows in question: what the cell would weigh if group
and outcome were independent, divided by what it weighs.

References
----------
Kamiran, Calders (2012), Data preprocessing techniques for classification without discrimination.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.errors import InputError, Problem

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reweighing:
    """The factor of every cell of group and outcome.

    Attributes
    ----------
    factors : ndarray of float, shape (n_groups, n_outcomes)
        What the base weight of a row is multiplied with; NaN for a cell without rows (or without weight).
    n_rows : ndarray of int, shape (n_groups, n_outcomes)
        Rows in each cell.

    Notes
    -----
    With an empty cell independence cannot be reached by weights: the group then has one outcome only. The
    other groups are treated as the formula says, and `remarks` names the number of such cells.
    """

    factors: FloatArray
    n_rows: npt.NDArray[np.int64]

    @property
    def empty_cells(self) -> tuple[tuple[int, int], ...]:
        """The cells (group, outcome) of groups that occur, in which there is nothing to weigh."""
        occupied = self.n_rows.sum(axis=1, keepdims=True) > 0
        return tuple(
            (int(group), int(outcome)) for group, outcome in np.argwhere(np.isnan(self.factors) & occupied)
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results must know; empty when there is nothing."""
        n_empty = len(self.empty_cells)
        if not n_empty:
            return ()
        cells = (
            "1 cell of group and outcome is" if n_empty == 1 else f"{n_empty} cells of group and outcome are"
        )
        return (f"reweighing: {cells} empty, so that a group keeps one outcome only",)

    def weights(
        self,
        groups: npt.NDArray[np.int64],
        outcomes: npt.NDArray[np.int64],
        *,
        sample_weight: FloatArray | None = None,
    ) -> FloatArray:
        """Return the weight of every row, shape (n_rows,); a row with a negative code keeps its own."""
        base = np.ones(len(groups)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        kept = (groups >= 0) & (outcomes >= 0)
        factors = np.ones(len(groups))
        factors[kept] = np.nan_to_num(self.factors[groups[kept], outcomes[kept]], nan=1.0)
        return base * factors


def reweigh(
    groups: npt.ArrayLike, outcomes: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> Reweighing:
    """Return the factors of Kamiran and Calders for any number of groups and outcomes.

    Parameters
    ----------
    groups : array-like of int, shape (n_rows,)
        Codes of the groups; -1 for a row that takes no part.
    outcomes : array-like of int or bool, shape (n_rows,)
        Codes of the outcomes (any number of them); -1 where missing.
    sample_weight : array-like of float, shape (n_rows,), optional
        Base weights, such as survey weights; 1 when not given.

    Returns
    -------
    Reweighing

    Raises
    ------
    InputError
        If lengths differ, no row takes part, or a weight is negative or not finite.

    Examples
    --------
    >>> reweigh([0, 0, 0, 1], [1, 0, 0, 1]).factors.round(3).tolist()
    [[0.75, 1.5], [nan, 0.5]]
    """
    group_codes, outcome_codes, base = _checked(groups, outcomes, sample_weight)
    kept = (group_codes >= 0) & (outcome_codes >= 0)
    g, y, w = group_codes[kept], outcome_codes[kept], base[kept]
    shape = (int(g.max()) + 1, max(int(y.max()) + 1, 2))
    cells = g * shape[1] + y
    held = np.bincount(cells, weights=w, minlength=shape[0] * shape[1]).reshape(shape)
    n_rows = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    independent = held.sum(axis=1, keepdims=True) * held.sum(axis=0, keepdims=True) / held.sum()
    factors = np.divide(independent, held, out=np.full(shape, np.nan), where=held > 0)
    return Reweighing(factors, n_rows)


def reweighing_weights(
    groups: npt.ArrayLike, outcomes: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> FloatArray:
    """Return the weight of every row after reweighing.

    Parameters
    ----------
    groups, outcomes, sample_weight
        As for `reweigh`.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        Base weight times factor; a row with code -1 keeps its base weight. Where no cell is empty, the
        weighted share of every outcome is the same in all groups and the total weight is unchanged.

    Examples
    --------
    >>> reweighing_weights([0, 0, 0, 1, 1], [1, 0, 0, 1, 0]).round(2).tolist()
    [1.2, 0.9, 0.9, 0.8, 1.2]
    """
    group_codes, outcome_codes, base = _checked(groups, outcomes, sample_weight)
    found = reweigh(group_codes, outcome_codes, sample_weight=base)
    return found.weights(group_codes, outcome_codes, sample_weight=base)


def _checked(
    groups: npt.ArrayLike, outcomes: npt.ArrayLike, sample_weight: npt.ArrayLike | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], FloatArray]:
    """Return the three arrays, or raise with everything that is wrong with them."""
    group_codes, outcome_codes = np.asarray(groups, dtype=np.int64), np.asarray(outcomes, dtype=np.int64)
    base = np.ones(len(group_codes)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    lengths = (len(group_codes), len(outcome_codes), len(base))
    if len(set(lengths)) > 1:
        received = f"{lengths[0]} groups, {lengths[1]} outcomes, {lengths[2]} weights"
        raise InputError(Problem("number of rows", "the same in every array", received))
    problems = []
    n_bad = int(np.count_nonzero(~(np.isfinite(base) & (base >= 0))))
    if n_bad:
        problems.append(Problem("sample_weight", "finite weights of at least 0", f"others in {n_bad} rows"))
    if not ((group_codes >= 0) & (outcome_codes >= 0)).any():
        problems.append(Problem("rows to reweigh", "at least one with group and outcome", "none"))
    elif not n_bad and not base[(group_codes >= 0) & (outcome_codes >= 0)].sum() > 0:
        problems.append(Problem("sample_weight", "a sum above 0", "weights of 0 only"))
    if problems:
        raise InputError(problems)
    return group_codes, outcome_codes, base
