"""What rows are asked to have is checked, cast and put in place exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from equitab.dataframe import frame_from_columns
from equitab.encoding import TableEncoder
from equitab.errors import ConstraintError
from equitab.generators import GivenRows, read_given
from equitab.schema import Column, TableSchema

FRAME = frame_from_columns(
    {
        "age": pa.array([*range(20, 79), None], pa.int64()),
        "pay": np.arange(60) * 1.25,
        "score": pa.array([str(n) for n in range(59)] + ["?"]),
        "level": np.arange(60) % 3,
        "member": np.arange(60) % 2 == 0,
        "job": pa.array(["cook", "clerk", None] * 20),
        "hired": ["yes", "no"] * 30,
    }
)
KINDS = {"age": "integer", "pay": "numeric", "score": "integer", "level": "categorical", "member": "boolean"}
SCHEMA = TableSchema(
    tuple(Column(name, KINDS.get(name, "categorical")) for name in FRAME.columns),
    "hired",
    favorable_outcome=("yes",),
    missing_tokens=("?",),
)
ENCODER = TableEncoder().fit(FRAME, SCHEMA, find_dependence=False)


def read(given: Any, n_rows: int | None = None, conditionable: tuple[str, ...] | None = None) -> GivenRows:
    names = tuple(FRAME.columns) if conditionable is None else conditionable
    return read_given(given, n_rows, encoder=ENCODER, conditionable=names, generator="smote")


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("age", 40, 40),
        ("age", "40", 40),
        ("age", 40.0, 40),
        ("age", np.int32(40), 40),
        ("age", None, None),
        ("pay", "2.5", 2.5),
        ("pay", 3, 3.0),
        ("pay", 0.333, 0.333),
        ("score", 7, "7"),
        ("score", "7", "7"),
        ("score", None, "?"),
        ("level", 1, 1),
        ("level", "1", 1),
        ("level", 1.0, 1),
        ("member", True, True),
        ("member", "true", True),
        ("member", "False", False),
        ("job", "cook", "cook"),
        ("job", None, None),
    ],
)
def test_a_value_is_cast_to_the_type_of_its_column(column: str, value: Any, expected: Any) -> None:
    asked = read({column: value}, 3)
    assert asked.columns == (column,)
    assert asked.frame is not None
    assert asked.frame[column].to_list() == [expected] * 3
    assert asked.frame.to_native()[column].type == FRAME.to_native()[column].type


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"age": "forty"}, "cannot be cast"),
        ({"age": 40.5}, "cannot be cast"),
        ({"age": 100}, "within the range seen in training"),
        ({"pay": -0.01}, "within the range seen in training"),
        ({"pay": None}, "a missing value in 1 of 1 given rows"),
        ({"score": "many"}, "text in 1 of 1 rows"),
        ({"level": 7}, "one of the 3 values seen in training"),
        ({"job": "pilot"}, "one of the 3 values seen in training"),
        ({"hired": object()}, "an object of type object"),
        ({"agee": 3}, "did you mean 'age'"),
    ],
)
def test_a_value_that_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConstraintError, match=message):
        read(given, 3)


def test_errors_do_not_repeat_ranges_or_rare_values() -> None:
    with pytest.raises(ConstraintError) as caught:
        read({"age": 10_000, "job": "pilot"}, 3)
    assert len(caught.value.problems) == 2
    assert not {"78", "10000", "pilot", "clerk"} & set(str(caught.value).replace("'", " ").split())


def test_a_column_that_cannot_be_given_comes_with_those_that_can() -> None:
    with pytest.raises(ConstraintError, match=r"\('hired'\).*condition_on including 'age'"):
        read({"age": 40}, 3, conditionable=("hired",))


def test_a_table_gives_one_row_for_each_wanted_row() -> None:
    asked = read(pa.table({"age": ["31", "47"], "hired": ["no", "yes"]}))
    assert asked.n_rows == 2
    drawn = asked.apply(FRAME.head(2))
    assert drawn["age"].to_list() == [31, 47]
    assert drawn["hired"].to_list() == ["no", "yes"]
    assert drawn.columns == FRAME.columns
    with pytest.raises(ConstraintError, match="at least one row"):
        read(pa.table({"age": pa.array([], pa.int64())}))


def test_nothing_given_asks_for_nothing() -> None:
    for nothing in (None, {}):
        assert read(nothing, 4) == GivenRows(4)
        assert read(nothing, 4).apply(FRAME) is FRAME
