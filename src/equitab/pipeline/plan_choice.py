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
    fill_within_outcomes,
    from_table,
    sparse_regions,
)
from equitab.augmentation.strategies import apportion
from equitab.dataframe import Frame
from equitab.pipeline.plan_size import size_of_plan
from equitab.pipeline.recipe import PlanChoice
from equitab.pipeline.table_source import open_table
from equitab.schema import TableSchema

_STRATEGIES = {
    "fill_groups": fill_groups,
    "fill_outcomes": fill_outcomes,
    "fill_both": fill_both,
    "fill_within_outcomes": fill_within_outcomes,
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
    elif choice.strategy == "sparse_regions":
        steer = 1.0 if choice.steer is None else choice.steer
        asked = {"by_group": choice.by_group, "steer": steer, **_limits(choice)}
        plan = sparse_regions(frame, schema, choice.rows, **asked)
    elif choice.strategy == "table":
        plan = from_table(frame, schema, open_table(choice.table).frame, **_limits(choice))
    else:
        plan = _STRATEGIES[choice.strategy](frame, schema, **_limits(choice))
    return bounded(plan, choice.max_rows)


def _limits(choice: PlanChoice) -> dict[str, Any]:
    """Return the bounds of a choice; those that were not said stay the strategy's own."""
    said = {"min_rows": choice.min_rows, "max_growth": choice.max_growth, "few_rows": choice.few_rows}
    return {name: value for name, value in said.items() if value is not None}


def bounded(plan: RebalancingPlan, max_rows: int | None) -> RebalancingPlan:
    """Return a plan that adds at most so many rows, every cell scaled down alike."""
    if max_rows is None or plan.total <= max_rows:
        return plan
    kept = apportion(max_rows, np.array([*plan.n_add, plan.n_free])).tolist()
    refusal = f"{plan.total - max_rows:,} rows of the {plan.total:,} that the strategy asks for, by the bound max_rows"
    return replace(plan, n_add=tuple(kept[:-1]), n_free=kept[-1], refusals=(*plan.refusals, refusal))


def check_plan(choice: PlanChoice, frame: Frame, schema: TableSchema) -> RebalancingPlan:
    """Return the plan of a run, whose rows are held in memory, before hours of learning.

    Raises
    ------
    ConstraintError
        If the plan cannot be made, or its rows do not fit into memory.
    """
    plan = make_plan(choice, frame, schema)
    advice = "bound them (plan.max_rows), or write them in pieces: equitab augment TABLE --out FILE"
    size_of_plan(plan, frame, schema).check(advice=advice)
    return plan


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
    plan = check_plan(choice, frame, schema)
    return PlannedRows(augment(frame.to_native(), schema, generator, plan, seed=seed))
