"""A plan shows itself before anything is drawn."""

from __future__ import annotations

import json

import pytest

from augmentation.cells_by_hand import SCHEMA as PEOPLE
from augmentation.cells_by_hand import table_of
from equitab.augmentation import RebalancingPlan, append, fill_both, fill_groups, index_cells
from equitab.dataframe import frame_from_columns
from equitab.errors import ConstraintError
from equitab.schema import Column, SensitiveFeature, TableSchema


def make(n_outcomes: int = 2) -> tuple[object, TableSchema]:
    outcomes = [f"outcome {place % n_outcomes}" for place in range(36)] + ["a rare one"]
    frame = frame_from_columns({"sex": ["F"] * 12 + ["M"] * 25, "y": outcomes})
    schema = TableSchema(
        (Column("sex", "categorical"), Column("y", "categorical")),
        "y",
        favorable_outcome=("outcome 1",),
        sensitive_features=(SensitiveFeature("sex"),),
    )
    return frame, schema


def test_a_plan_prints_every_group_and_outcome_but_no_rare_outcome() -> None:
    frame, schema = make()
    text = str(fill_groups(frame, schema))
    assert text.splitlines()[0] == "fill_groups: add 13 rows to 37"
    assert "F     | outcome 0" in text
    assert "a rare one" not in text
    assert "(rare)" in text


def test_free_rows_are_printed_as_such() -> None:
    frame, schema = make()
    assert str(append(frame, schema, 9)).splitlines() == [
        "append: add 9 rows to 37",
        "  9 rows whose group and outcome the generator chooses",
    ]


def test_a_plan_is_plain_data() -> None:
    frame, schema = make()
    plan = fill_groups(frame, schema)
    data = json.loads(json.dumps(plan.to_dict()))
    assert sum(data["rows_to_add"]) == plan.total
    assert plan.to_frame().columns == ["sex", "y", "share", "rows", "rows_to_add", "afterwards"]
    assert plan.to_frame()["rows"].sum() == 37


def test_a_negative_plan_is_refused() -> None:
    frame, schema = make()
    index = index_cells(frame, schema)
    with pytest.raises(ConstraintError, match="never removes"):
        RebalancingPlan("from_table", index, (0,) * index.n_cells, (-1,) * index.n_cells)


def test_too_many_cells_are_refused_before_they_are_counted() -> None:
    frame = frame_from_columns({"a": range(500), "b": range(500), "y": ["0", "1"] * 250})
    schema = TableSchema(
        (Column("a", "integer"), Column("b", "integer"), Column("y", "categorical")),
        "y",
        favorable_outcome=("1",),
        sensitive_features=(SensitiveFeature("a"), SensitiveFeature("b")),
    )
    with pytest.raises(ConstraintError, match="250000 groups × 2 outcomes"):
        index_cells(frame, schema)


def test_a_plan_prints_shares_what_comes_of_them_and_parents() -> None:
    """The parent is named with its rows where one is used, and nowhere else."""
    frame = table_of({"F_B_no": 6, "F_W_yes": 4, "M_B_no": 8, "M_W_yes": 2, "M_W_no": 20})
    text = str(fill_both(frame, PEOPLE, few_rows="parent"))
    assert "group | outcome | share | rows | add | afterwards | parent" in text
    assert "F × B | no      | 15.0% |    6 |  14 |         20 |\n" in text + "\n"
    assert "F × B | yes     |  0.0% |    0 |  20 |         20 | F × * (4 rows)" in text
    assert "parent" not in str(fill_both(frame, PEOPLE))


def test_frame_and_plain_data_say_the_same_as_the_text() -> None:
    """Shares sum to one; a cell that borrows names its parent."""
    frame = table_of({"F_B_no": 6, "F_W_yes": 4, "M_B_no": 8, "M_W_yes": 2, "M_W_no": 20})
    plan = fill_both(frame, PEOPLE, few_rows="parent")
    table, data = plan.to_frame(), plan.to_dict()
    assert table["share"].sum() == pytest.approx(1.0)
    assert table["afterwards"].to_list() == [20] * 8
    assert sum(parent is not None for parent in table["parent"].to_list()) == len(data["parents"]) == 3
    assert json.loads(json.dumps(data))["parents"][0] == {"cell": 2, "group": "* × W", "rows": 20}
    assert "parent" not in fill_both(frame, PEOPLE).to_frame().columns


def test_rows_without_an_outcome_are_counted_apart() -> None:
    """They are in no cell, are not filled, and the plan says so."""
    frame = frame_from_columns({"sex": ["F"] * 6 + ["M"] * 9, "y": ["a", "b", None] * 5})
    schema = TableSchema(
        (Column("sex", "categorical"), Column("y", "categorical")),
        "y",
        favorable_outcome=("a",),
        sensitive_features=(SensitiveFeature("sex"),),
    )
    plan = fill_both(frame, schema)
    assert (sum(plan.n_rows), plan.n_outside, plan.total) == (10, 5, 2)
    assert "5 rows without outcome or group stay as they are" in str(plan)
    assert plan.to_dict()["rows_outside"] == 5
