"""Rates of a group from its small table of counts.

For one group, a table of shape ``(2, 2)`` holds the rows by true and predicted outcome::

                    predicted 0   predicted 1 (favorable)
    true 0          table[0, 0]   table[0, 1]
    true 1          table[1, 0]   table[1, 1]

Everything that is a function of counts takes tables of shape ``(..., 2, 2)``, so one call serves one group,
all groups, and all groups of a thousand bootstrap replicates. Where a rate has nobody to be computed on it is
NaN here, inside numpy; the edge of the room turns that into *undefined*, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.metrics.array_checks import (
    group_problems,
    length_problems,
    outcome_problems,
    raise_problems,
    weight_problems,
)

__all__ = [
    "RATES",
    "FloatArray",
    "GroupCounts",
    "Rate",
    "accuracy",
    "base_rate",
    "count_outcomes",
    "divide_or_nan",
    "false_negative_rate",
    "false_positive_rate",
    "negative_predictive_value",
    "positive_predictive_value",
    "selection_rate",
    "true_negative_rate",
    "true_positive_rate",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
IntegerArray = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class GroupCounts:
    """How many rows each group has for each true and predicted outcome.

    All that is needed, whatever the number of rows, to compute every metric that is a function of counts,
    with its interval. Counts of parts of a table add up (`merge`), so they can be taken where the rows are.

    Parameters
    ----------
    rows : ndarray of int, shape (n_groups, 2, 2)
        Number of rows by group, true outcome, predicted outcome.
    weights : ndarray of float, shape (n_groups, 2, 2)
        Sum of their weights; equal to `rows` without weights.
    squared_weights : ndarray of float, shape (n_groups, 2, 2)
        Sum of their squared weights; equal to `rows` without weights.
    is_weighted : bool
        Whether weights were given.

    Examples
    --------
    >>> counts = count_outcomes([1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], n_groups=2)
    >>> counts.rows.tolist()
    [[[1, 0], [1, 1]], [[1, 0], [0, 0]]]
    >>> counts.group_sizes.tolist()
    [3, 1]
    """

    rows: IntArray
    weights: FloatArray
    squared_weights: FloatArray
    is_weighted: bool

    @property
    def n_groups(self) -> int:
        """Number of groups, the empty ones included."""
        return int(self.rows.shape[0])

    @property
    def group_sizes(self) -> IntArray:
        """Number of rows of each group, shape (n_groups,)."""
        return np.asarray(self.rows.sum((-2, -1)))

    def select(self, groups: npt.ArrayLike) -> GroupCounts:
        """Return the counts of some groups, in the order asked for.

        Parameters
        ----------
        groups : array-like of int or bool
            Codes of the groups, or a mask.

        Returns
        -------
        GroupCounts
            With as many groups as were asked for.
        """
        index = np.asarray(groups)
        if index.dtype != np.bool_:
            index = index.astype(np.int64)
        return GroupCounts(
            self.rows[index], self.weights[index], self.squared_weights[index], self.is_weighted
        )

    def pool(self) -> GroupCounts:
        """Return the counts of all groups taken together, as one group.

        Returns
        -------
        GroupCounts
            With ``n_groups == 1``.
        """
        return GroupCounts(
            self.rows.sum(0, keepdims=True),
            self.weights.sum(0, keepdims=True),
            self.squared_weights.sum(0, keepdims=True),
            self.is_weighted,
        )

    def merge(self, other: GroupCounts) -> GroupCounts:
        """Return the counts of two parts of a table that share their group codes.

        Parameters
        ----------
        other : GroupCounts
            Of other rows, with the same groups.

        Returns
        -------
        GroupCounts
            The sums.
        """
        return GroupCounts(
            self.rows + other.rows,
            self.weights + other.weights,
            self.squared_weights + other.squared_weights,
            self.is_weighted or other.is_weighted,
        )


def count_outcomes(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    n_groups: int,
    sample_weight: npt.ArrayLike | None = None,
) -> GroupCounts:
    """Count rows by group, true outcome and predicted outcome.

    The only step of the count-based metrics that looks at rows, and the only slow one: a few milliseconds per
    million rows.

    Parameters
    ----------
    y_true, y_pred : array-like of {0, 1}, shape (n_rows,)
        True and predicted outcome; 1 is the favorable one.
    groups : array-like of int, shape (n_rows,)
        Group code of each row, 0 to ``n_groups - 1``; -1 leaves the row out.
    n_groups : int
        Number of groups, at least 1.
    sample_weight : array-like of float, shape (n_rows,), optional
        Weights of the rows, finite and at least 0.

    Returns
    -------
    GroupCounts
        Of all rows whose group is not -1.

    Raises
    ------
    InputError
        If lengths differ, an outcome is not 0 or 1, a code is out of range or a weight is negative.

    Examples
    --------
    >>> count_outcomes([1, 0], [1, 1], [0, -1], n_groups=1).rows.tolist()
    [[[0, 0], [0, 1]]]
    """
    true, predicted, codes = np.asarray(y_true), np.asarray(y_pred), np.asarray(groups)
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    lengths = length_problems(y_true=true, y_pred=predicted, groups=codes, sample_weight=weight)
    raise_problems(
        [
            *lengths,
            *outcome_problems("y_true", true),
            *outcome_problems("y_pred", predicted),
            *group_problems(codes, n_groups),
            *weight_problems(weight),
        ]
    )
    return _sum_cells(_cell_codes(true, predicted, codes, n_groups), weight, n_groups)


def _cell_codes(
    true: npt.NDArray[np.generic],
    predicted: npt.NDArray[np.generic],
    groups: npt.NDArray[np.generic],
    n_groups: int,
) -> IntegerArray:
    """Return one small integer per row: 4 (group + 1) + 2 true + predicted, so excluded rows have 0 to 3."""
    # The smallest type that fits: at a million rows, moving bytes is what takes the time.
    small: type[np.integer[Any]] = np.uint8 if n_groups < 63 else np.uint16 if n_groups < 16_000 else np.int64
    outcomes: IntegerArray = true.astype(np.uint8)
    outcomes *= 2
    outcomes += predicted.astype(np.uint8)
    codes: IntegerArray = groups.astype(small)  # -1 wraps to the largest value, and adding 1 brings it to 0
    codes += 1
    codes *= 4
    codes += outcomes.astype(small)
    return codes


def _sum_cells(cells: IntegerArray, weight: FloatArray | None, n_groups: int) -> GroupCounts:
    """Return row counts and sums of weights by cell, without the excluded rows."""
    n_cells, shape = 4 * (n_groups + 1), (n_groups, 2, 2)
    rows: IntArray = np.bincount(cells, minlength=n_cells)[4:].reshape(shape).astype(np.int64)
    if weight is None:
        as_float: FloatArray = rows.astype(np.float64)
        return GroupCounts(rows, as_float, as_float, is_weighted=False)
    sums, squares = (
        np.bincount(cells, weights=power, minlength=n_cells)[4:].reshape(shape).astype(np.float64)
        for power in (weight, weight * weight)
    )
    return GroupCounts(rows, sums, squares, is_weighted=True)


def divide_or_nan(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> FloatArray:
    """Divide, with NaN and no warning where the denominator is 0.

    Parameters
    ----------
    numerator, denominator : array-like of float
        Of shapes that broadcast.

    Returns
    -------
    ndarray of float
        The quotients.

    Examples
    --------
    >>> divide_or_nan([1.0, 1.0], [2.0, 0.0]).tolist()
    [0.5, nan]
    """
    top, bottom = np.broadcast_arrays(np.asarray(numerator, np.float64), np.asarray(denominator, np.float64))
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)


@dataclass(frozen=True, eq=False)
class Rate:
    """A share of rows: those in some cells of the table among those in some (more) cells.

    Called with tables of shape ``(..., 2, 2)``, a rate returns shape ``(...)``, NaN where its base is empty.

    Parameters
    ----------
    name, title : str
        For code and for readers.
    formula : str
        In words.
    base : str
        Which rows it is computed on, in words that follow "no rows ...".
    success_cells, trial_cells : tuple of (int, int)
        The cells, as (true, predicted), that count above and below the line.

    Examples
    --------
    >>> float(true_positive_rate([[7, 1], [2, 6]]))
    0.75
    """

    name: str
    title: str
    formula: str
    base: str
    success_cells: tuple[tuple[int, int], ...]
    trial_cells: tuple[tuple[int, int], ...]

    def successes(self, tables: npt.ArrayLike) -> FloatArray:
        """Return the number (or weight) of rows above the line, shape (...)."""
        return _sum_of_cells(tables, self.success_cells)

    def trials(self, tables: npt.ArrayLike) -> FloatArray:
        """Return the number (or weight) of rows below the line, shape (...)."""
        return _sum_of_cells(tables, self.trial_cells)

    def __call__(self, tables: npt.ArrayLike) -> FloatArray:
        """Return the rate of each table, shape (...)."""
        return divide_or_nan(self.successes(tables), self.trials(tables))


def _sum_of_cells(tables: npt.ArrayLike, cells: tuple[tuple[int, int], ...]) -> FloatArray:
    """Return the sum over the named cells."""
    array = np.asarray(tables, dtype=np.float64)
    total = array[..., cells[0][0], cells[0][1]]
    for true, predicted in cells[1:]:
        total = total + array[..., true, predicted]
    return np.asarray(total)


_TN, _FP, _FN, _TP = (0, 0), (0, 1), (1, 0), (1, 1)
_ALL = (_TN, _FP, _FN, _TP)

selection_rate = Rate(
    "selection_rate", "Selection rate", "share of rows that are predicted favorable", "", (_FP, _TP), _ALL
)
base_rate = Rate(
    "base_rate", "Base rate", "share of rows whose true outcome is favorable", "", (_FN, _TP), _ALL
)
true_positive_rate = Rate(
    "true_positive_rate",
    "True positive rate",
    "share predicted favorable among rows whose true outcome is favorable",
    "whose true outcome is favorable",
    (_TP,),
    (_FN, _TP),
)
false_positive_rate = Rate(
    "false_positive_rate",
    "False positive rate",
    "share predicted favorable among rows whose true outcome is unfavorable",
    "whose true outcome is unfavorable",
    (_FP,),
    (_TN, _FP),
)
true_negative_rate = Rate(
    "true_negative_rate",
    "True negative rate",
    "share predicted unfavorable among rows whose true outcome is unfavorable",
    "whose true outcome is unfavorable",
    (_TN,),
    (_TN, _FP),
)
false_negative_rate = Rate(
    "false_negative_rate",
    "False negative rate",
    "share predicted unfavorable among rows whose true outcome is favorable",
    "whose true outcome is favorable",
    (_FN,),
    (_FN, _TP),
)
positive_predictive_value = Rate(
    "positive_predictive_value",
    "Positive predictive value",
    "share whose true outcome is favorable among rows predicted favorable",
    "that are predicted favorable",
    (_TP,),
    (_FP, _TP),
)
negative_predictive_value = Rate(
    "negative_predictive_value",
    "Negative predictive value",
    "share whose true outcome is unfavorable among rows predicted unfavorable",
    "that are predicted unfavorable",
    (_TN,),
    (_TN, _FN),
)
accuracy = Rate("accuracy", "Accuracy", "share of rows that are predicted right", "", (_TN, _TP), _ALL)

RATES: Mapping[str, Rate] = MappingProxyType(
    {
        rate.name: rate
        for rate in (
            selection_rate,
            base_rate,
            true_positive_rate,
            false_positive_rate,
            true_negative_rate,
            false_negative_rate,
            positive_predictive_value,
            negative_predictive_value,
            accuracy,
        )
    }
)
