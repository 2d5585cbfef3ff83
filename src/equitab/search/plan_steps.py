"""A plan filled step by step: the rows of a later step stand after those of an earlier one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from equitab.augmentation import RebalancingPlan
from equitab.augmentation.strategies import apportion

IntArray = npt.NDArray[np.int64]

ENDLESS = ("append", "sparse_regions")
"""Plans that say in which proportions rows are added, not when it is enough."""


@dataclass(frozen=True, eq=False)
class PlanSteps:
    """A plan that is carried out in steps.

    Parameters
    ----------
    plan : RebalancingPlan
    n_step : int
        Rows of a step, at least 1; the last one may have fewer.

    Examples
    --------
    >>> from equitab.augmentation import append
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, TableSchema
    >>> schema = TableSchema((Column("y", "categorical"),), "y", favorable_outcome=("a",))
    >>> steps = PlanSteps(append(frame_from_columns({"y": ["a", "b"] * 3}), schema, 6), n_step=4)
    >>> first = steps.after(steps.nothing)
    >>> first.total, steps.total_of([first, first]).total
    (4, 8)
    """

    plan: RebalancingPlan
    n_step: int

    @property
    def is_endless(self) -> bool:
        """Whether the plan goes on for as long as it is asked."""
        return self.plan.strategy in ENDLESS

    @property
    def nothing(self) -> RebalancingPlan:
        """The plan with no row added yet."""
        return _with_counts(self.plan, np.zeros_like(_counts(self.plan)))

    def after(self, done: RebalancingPlan) -> RebalancingPlan | None:
        """Return the rows of the next step, or None where nothing is left to add.

        Parameters
        ----------
        done : RebalancingPlan
            What all steps before have added; of the same cells.

        Notes
        -----
        A plan with an end is filled in proportion to what each cell still lacks, so that no cell ever gets more than
        the plan asks for; one without gets every step in the plan's own proportions.
        """
        asked = _counts(self.plan)
        if self.is_endless:
            shares = asked if asked.any() else _free_only(len(asked))
            return _with_counts(self.plan, apportion(self.n_step, shares))
        left = asked - _counts(done)
        n_rows = min(self.n_step, int(left.sum()))
        return _with_counts(self.plan, apportion(n_rows, left)) if n_rows else None

    def total_of(self, steps: list[RebalancingPlan]) -> RebalancingPlan:
        """Return all steps together as one plan."""
        counts = sum((_counts(step) for step in steps), np.zeros_like(_counts(self.plan)))
        return _with_counts(self.plan, counts)

    def of_counts(self, n_add: list[int], n_free: int) -> RebalancingPlan:
        """Return the plan with so many rows for each cell."""
        return _with_counts(self.plan, np.array([*n_add, n_free], dtype=np.int64))


def _counts(plan: RebalancingPlan) -> IntArray:
    return np.array([*plan.n_add, plan.n_free], dtype=np.int64)


def _free_only(n_counts: int) -> IntArray:
    return np.array([0] * (n_counts - 1) + [1], dtype=np.int64)


def _with_counts(plan: RebalancingPlan, counts: IntArray) -> RebalancingPlan:
    *cells, free = counts.tolist()
    return replace(plan, n_add=tuple(cells), n_free=free)
