"""Laws of plans from recipes: the strategy's rows, bounded where a bound is given."""

from __future__ import annotations

import pytest

from equitab.augmentation import augment, fill_within_outcomes
from equitab.dataframe import Frame, frame_from_columns, write_table
from equitab.generators import make_generator
from equitab.pipeline.plan_choice import bounded, make_plan
from equitab.pipeline.plan_results import plan_contents
from equitab.pipeline.recipe import PlanChoice
from equitab.schema import TableSchema


@pytest.fixture(scope="module")
def schema(people: Frame) -> TableSchema:
    return TableSchema.infer(people, target="income", sensitive_features=["sex"])


def test_append_adds_as_many_rows_as_there_are(people: Frame, schema: TableSchema) -> None:
    """Unless a number is given."""
    assert make_plan(PlanChoice(strategy="append"), people, schema).total == 600
    assert make_plan(PlanChoice(strategy="append", rows=7), people, schema).total == 7


@pytest.mark.parametrize(
    "strategy",
    [
        "fill_groups",
        "fill_outcomes",
        "fill_both",
        "fill_within_outcomes",
        "equal_rates",
        "append",
        "sparse_regions",
    ],
)
def test_a_bound_is_kept_exactly_and_said(people: Frame, schema: TableSchema, strategy: str) -> None:
    """Every cell is scaled down alike; what was not added is a refusal."""
    whole = make_plan(PlanChoice(strategy=strategy), people, schema)
    plan = bounded(whole, 20)
    assert plan.total == 20
    assert "max_rows" in plan.refusals[-1]
    assert all(few <= many for few, many in zip(plan.n_add, whole.n_add, strict=True))
    assert bounded(whole, whole.total) is whole


def test_a_table_of_ones_own_is_followed(people: Frame, schema: TableSchema, tmp_path: object) -> None:
    """Read from a file."""
    place = f"{tmp_path}/plan.csv"
    write_table(frame_from_columns({"sex": ["Female"], "income": [">50K"], "rows_to_add": [11]}), place)
    plan = make_plan(PlanChoice(strategy="table", table=place), people, schema)
    assert plan.total == 11


def test_what_was_drawn_is_counted_in_the_rows_themselves(people: Frame, schema: TableSchema) -> None:
    """Not taken over from the plan."""
    plan = make_plan(PlanChoice(strategy="fill_both"), people, schema)
    generator = make_generator("independent_marginals").fit(people, schema, seed=0)
    added = augment(people.to_native(), schema, generator, plan, seed=0).synthetic
    told = plan_contents(plan, added, schema)
    assert [cell.n_drawn for cell in told.cells] == [cell.n_planned for cell in told.cells]
    assert sum(cell.n_drawn for cell in told.cells) == plan.total == told.n_added
    one_less = plan_contents(plan, added[1:], schema)
    assert sum(cell.n_drawn != cell.n_planned for cell in one_less.cells) == 1


def test_every_bound_of_a_recipe_reaches_its_strategy(people: Frame, schema: TableSchema) -> None:
    """And what is not said stays the strategy's own: a table of one's own needs one row, not two."""
    bounded_choice = PlanChoice(
        strategy="fill_within_outcomes", min_rows=30, few_rows="parent", max_growth=1.5
    )
    plan = make_plan(bounded_choice, people, schema)
    assert plan == fill_within_outcomes(people, schema, min_rows=30, few_rows="parent", max_growth=1.5)
    assert plan.borrowing
