"""Bounds of a plan are kept in every strategy, and what they cut is said with its count."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augmentation.cells_by_hand import SCHEMA, TABLES, by_cell, table_of
from equitab.augmentation import (
    PlanLimits,
    RebalancingPlan,
    equal_rates,
    fill_both,
    fill_groups,
    fill_outcomes,
    fill_within_outcomes,
)
from equitab.errors import ConstraintError

STRATEGIES = [fill_both, fill_groups, fill_outcomes, fill_within_outcomes, equal_rates]
Strategy = Callable[..., RebalancingPlan]


def test_no_cell_outgrows_its_bound_and_what_is_cut_is_counted() -> None:
    """Of 2 rows come at most 6, of 10 at most 30; 40 would be the largest."""
    frame = table_of({"F_B_no": 2, "F_B_yes": 10, "M_W_no": 40, "M_W_yes": 20})
    plan = fill_both(frame, SCHEMA, max_growth=3)
    added = by_cell(plan, plan.n_add)
    assert (added["F_B_no"], added["F_B_yes"], added["M_W_yes"]) == (4, 20, 20)
    assert "44 rows for 2 groups by outcome, by the bound max_growth (3 times the real rows)" in plan.refusals


def test_a_group_that_borrows_counts_as_having_the_fewest_rows() -> None:
    """None or one of its own: with 5 as the fewest and a growth of 4, it grows to 20."""
    frame = table_of({"F_B_no": 9, "F_B_yes": 1, "M_W_no": 90, "M_W_yes": 20, "F_W_yes": 9, "M_B_no": 9})
    plan = fill_both(frame, SCHEMA, min_rows=5, few_rows="parent", max_growth=4)
    after = by_cell(plan, plan.afterwards)
    assert (after["F_B_yes"], after["M_B_yes"], after["F_B_no"]) == (20, 20, 36)


@pytest.mark.parametrize("strategy", STRATEGIES)
@settings(max_examples=25, deadline=None)
@given(cells=TABLES, growth=st.floats(1, 8), min_rows=st.integers(1, 6))
def test_bounds_hold_in_every_strategy(
    strategy: Strategy, cells: dict[str, int], growth: float, min_rows: int
) -> None:
    """Rows added and rows refused are the rows that the strategy asks for without bounds."""
    frame = table_of(cells)
    free = strategy(frame, SCHEMA, min_rows=1, few_rows="parent")
    plan = strategy(frame, SCHEMA, min_rows=min_rows, max_growth=growth)
    have, after = np.array(plan.n_rows), np.array(plan.afterwards)
    assert (after[have < min_rows] == have[have < min_rows]).all()
    assert (after <= np.floor(growth * have + 1e-6)).all()
    assert plan.borrowing == {}
    if strategy is not fill_within_outcomes:  # there refused groups change what the others get
        assert (np.array(plan.n_add) <= np.array(free.n_add)).all()
        n_refused = sum(int(words.split()[0]) for words in plan.refusals)
        assert plan.total + n_refused == free.total


@settings(max_examples=40, deadline=None)
@given(cells=TABLES)
def test_with_parents_every_cell_is_filled_and_named(cells: dict[str, int]) -> None:
    """Where every outcome has two rows, nothing is left to refuse; who borrows is who has fewer than two."""
    enough = all(sum(n for name, n in cells.items() if name.endswith(end)) >= 2 for end in ("no", "yes"))
    plan = fill_both(table_of(cells), SCHEMA, few_rows="parent")
    if enough:
        assert plan.refusals == ()
        assert len(set(plan.afterwards)) == 1
        few = {cell for cell, count in enumerate(plan.n_rows) if count < 2}
        assert set(plan.borrowing) == {cell for cell in few if plan.n_add[cell]}


def test_all_wrong_bounds_are_said_at_once() -> None:
    """Expected, received, next."""
    with pytest.raises(ConstraintError) as caught:
        PlanLimits(min_rows=0, few_rows="parents", max_growth=float("nan"))  # type: ignore[arg-type]
    assert [problem.where for problem in caught.value.problems] == ["min_rows", "few_rows", "max_growth"]
    assert "did you mean 'parent'" in str(caught.value)


def test_a_group_without_rows_of_its_own_gets_the_outcomes_of_everybody() -> None:
    """Nobody knows how often it is favored; the whole table is 40 to 20."""
    frame = table_of({"F_W_no": 10, "M_B_no": 10, "M_W_no": 20, "M_W_yes": 20})
    plan = fill_groups(frame, SCHEMA, few_rows="parent")
    added = by_cell(plan, plan.n_add)
    assert (added["F_B_no"], added["F_B_yes"]) == (27, 13)
    refused = fill_groups(frame, SCHEMA)
    assert by_cell(refused, refused.n_add)["F_B_no"] == 0
    assert "40 rows for 2 groups by outcome with no real rows to learn from" in refused.refusals
