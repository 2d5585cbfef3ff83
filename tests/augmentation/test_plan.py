"""A plan shows itself before anything is drawn."""

from __future__ import annotations

import json

import pytest

from equitab.augmentation import RebalancingPlan, append, fill_groups, index_cells
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
    assert plan.to_frame().columns == ["sex", "y", "rows", "rows_to_add"]
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
