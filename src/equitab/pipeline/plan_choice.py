"""From a recipe's plan to rows that are added."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from equitab.augmentation import (
    AugmentedTable,
    RebalancingPlan,
    append,
    augment,
    equal_rates,
    fill_both,
    fill_groups,
    fill_outcomes,
    from_table,
)
from equitab.augmentation.strategies import apportion
from equitab.dataframe import Frame
from equitab.pipeline.recipe import PlanChoice
from equitab.pipeline.table_source import open_table
from equitab.schema import TableSchema

_STRATEGIES = {
    "fill_groups": fill_groups,
    "fill_outcomes": fill_outcomes,
    "fill_both": fill_both,
    "equal_rates": equal_rates,
}


def make_plan(choice: PlanChoice, frame: Frame, schema: TableSchema) -> RebalancingPlan:
    """Return how many rows are added for which group and outcome.

    Parameters
    ----------
    choice : PlanChoice
    frame : Frame
        Training rows.
    schema : TableSchema

    Returns
    -------
    RebalancingPlan
        Scaled down to `choice.max_rows` where it asks for more, with a refusal that says so.
    """
    if choice.strategy == "append":
        plan = append(frame, schema, choice.rows or len(frame))
    elif choice.strategy == "table":
        plan = from_table(frame, schema, open_table(choice.table).frame)
    else:
        plan = _STRATEGIES[choice.strategy](frame, schema)
    return bounded(plan, choice.max_rows)


def bounded(plan: RebalancingPlan, max_rows: int | None) -> RebalancingPlan:
    """Return a plan that adds at most so many rows, every cell scaled down alike."""
    if max_rows is None or plan.total <= max_rows:
        return plan
    kept = apportion(max_rows, np.array([*plan.n_add, plan.n_free])).tolist()
    refusal = f"{plan.total - max_rows:,} rows of the {plan.total:,} that the strategy asks for, by the bound max_rows"
    return replace(plan, n_add=tuple(kept[:-1]), n_free=kept[-1], refusals=(*plan.refusals, refusal))


@dataclass(frozen=True, eq=False)
class PlannedRows:
    """A plan that was carried out.

    Attributes
    ----------
    augmented : AugmentedTable
    """

    augmented: AugmentedTable

    @property
    def n_added(self) -> int:
        """How many rows were added."""
        return self.augmented.plan.total

    @property
    def words(self) -> str:
        """The plan in words, as a table of cells."""
        return str(self.augmented.plan)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the plan asked for and did not get."""
        return self.augmented.remarks


def add_planned_rows(
    choice: PlanChoice, frame: Frame, schema: TableSchema, generator: Any, *, seed: int
) -> PlannedRows:
    """Make a plan for training rows and add its rows.

    Parameters
    ----------
    choice : PlanChoice
    frame : Frame
        Training rows, those that the generator learned.
    schema : TableSchema
    generator : Generator
    seed : int
    """
    plan = make_plan(choice, frame, schema)
    return PlannedRows(augment(frame.to_native(), schema, generator, plan, seed=seed))
