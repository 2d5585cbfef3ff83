"""A table of one's own says rows to add, or rows wanted; it is followed or refused, never bent."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augmentation.cells_by_hand import SCHEMA, TABLES, by_cell, table_of
from equitab.augmentation import fill_both, from_table
from equitab.errors import ConstraintError

CELLS = {"F_B_no": 4, "F_B_yes": 2, "F_W_no": 8, "F_W_yes": 8, "M_W_no": 10, "M_W_yes": 20}
FRAME = table_of(CELLS)


def plan_of(columns: dict[str, list[Any]], **options: Any) -> Any:
    return from_table(FRAME, SCHEMA, pa.table(columns), **options)


def test_cells_are_filled_to_the_rows_wanted() -> None:
    """Cells that are not named stay as they are."""
    plan = plan_of({"sex": ["F", "M"], "race": ["B", "W"], "hired": ["yes", "no"], "rows_wanted": [30, 10]})
    after = by_cell(plan, plan.afterwards)
    assert (after["F_B_yes"], after["M_W_no"], after["F_W_no"]) == (30, 10, 8)
    assert plan.total == 28


def test_groups_are_filled_with_their_own_outcomes() -> None:
    """Women: 12 no, 10 yes; 22 more are 12 and 10 again."""
    plan = plan_of({"sex": ["F"], "rows_wanted": [44]})
    assert by_cell(plan, plan.afterwards) == {"F_no": 24, "M_no": 10, "F_yes": 20, "M_yes": 20}


def test_fewer_rows_than_there_are_cannot_be_wanted() -> None:
    """A plan never removes rows."""
    with pytest.raises(ConstraintError, match=r"fewer in 1 of 2 rows.*random_undersampling"):
        plan_of({"hired": ["no", "yes"], "rows_wanted": [21, 40]})


def test_a_group_wanted_twice_is_refused() -> None:
    """Two numbers for one group contradict each other, whatever they are."""
    with pytest.raises(ConstraintError, match="1 groups more than once"):
        plan_of({"hired": ["no", "no"], "rows_wanted": [60, 60]})


def test_one_column_of_numbers_is_needed() -> None:
    """Neither, and both, are refused."""
    with pytest.raises(ConstraintError, match=r"'rows_to_add' or 'rows_wanted'.*received neither"):
        plan_of({"hired": ["no"]})
    with pytest.raises(ConstraintError, match="received both"):
        plan_of({"hired": ["no"], "rows_to_add": [1], "rows_wanted": [40]})


def test_a_group_without_rows_is_refused_or_borrows() -> None:
    """Men × B: each value occurs, together they do not."""
    asked = {"sex": ["M"], "race": ["B"], "hired": ["yes"], "rows_to_add": [5]}
    assert plan_of(asked).total == 0
    assert "5 rows for 1 group by outcome with no real rows" in plan_of(asked).refusals[0]
    plan = plan_of(asked, few_rows="parent")
    assert plan.total == 5
    assert [parent.n_rows for parent in plan.borrowing.values()] == [20]


@settings(max_examples=40, deadline=None)
@given(TABLES, st.integers(0, 50))
def test_wanted_rows_are_what_the_plan_ends_with(cells: dict[str, int], more: int) -> None:
    """Writing what a plan ends with as rows wanted gives the same plan."""
    frame = table_of(cells)
    plan = fill_both(frame, SCHEMA, min_rows=1)
    table = plan.to_frame().to_native()
    wanted = pa.array([count + more * (count > 0) for count in plan.afterwards])
    asked = table.select(["sex", "race", "hired"]).append_column("rows_wanted", wanted)
    again = from_table(frame, SCHEMA, asked)
    assert list(again.afterwards) == wanted.to_pylist()
