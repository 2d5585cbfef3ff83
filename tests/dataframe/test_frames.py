"""What callers have becomes one kind of frame, and what cannot become one is listed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from equitab.dataframe import as_frame, concatenate, frame_from_columns, take_rows
from equitab.errors import TableError


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"age": [31, 47], "sex": ["F", None]}),
        pl.DataFrame({"age": [31, 47], "sex": ["F", None]}),
        pa.table({"age": [31, 47], "sex": ["F", None]}),
    ],
    ids=["pandas", "polars", "pyarrow"],
)
def test_every_library_gives_the_same_frame(table: object) -> None:
    assert as_frame(table).rows() == [(31, "F"), (47, None)]


def test_a_frame_of_a_frame_is_the_same_frame() -> None:
    frame = frame_from_columns({"a": [1, 2]})
    assert as_frame(frame).to_native().equals(frame.to_native())


def test_not_a_number_is_missing() -> None:
    frames = [
        as_frame(pd.DataFrame({"x": [1.5, np.nan]})),
        as_frame(pl.DataFrame({"x": [1.5, float("nan")]})),
        frame_from_columns({"x": np.array([1.5, np.nan])}),
    ]
    assert [frame["x"].to_list() for frame in frames] == [[1.5, None]] * 3


def test_all_unsupported_columns_are_listed_with_what_to_do() -> None:
    table = pa.table(
        {
            "fine": [1],
            "list": [[1]],
            "struct": [{"a": 1}],
            "bytes": [b"x"],
            "duration": pa.array([1], pa.duration("s")),
            "time": [dt.time(1)],
            "long": pa.array([Decimal("1.5")], pa.decimal128(30, 2)),
        }
    )
    with pytest.raises(TableError) as caught:
        as_frame(table)
    named = [problem.where for problem in caught.value.problems]
    assert named == [f"column '{name}'" for name in ("list", "struct", "bytes", "duration", "time", "long")]
    assert all(problem.next_step for problem in caught.value.problems)


def test_a_pandas_column_of_numbers_and_text_is_named() -> None:
    with pytest.raises(TableError, match=r"column 'mixed'.*several types"):
        as_frame(pd.DataFrame({"mixed": [1, "x"], "fine": [1, 2]}))


def test_names_that_are_no_text_are_named_by_their_position() -> None:
    with pytest.raises(TableError, match="at position 2"):
        as_frame(pd.DataFrame([[1, 2]], columns=["a", 0]))


def test_a_name_twice_is_refused_once_and_by_name() -> None:
    with pytest.raises(TableError, match="'a' more than once"):
        as_frame(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]))


def test_a_lazy_frame_is_told_to_be_collected() -> None:
    with pytest.raises(TableError, match="collect the lazy frame"):
        as_frame(pl.DataFrame({"a": [1]}).lazy())


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(TableError, match="received an object of type list"):
        as_frame([1, 2])


def test_a_table_without_columns_is_refused() -> None:
    with pytest.raises(TableError, match="no columns"):
        as_frame(pd.DataFrame())


def test_rows_are_taken_by_position_and_by_mask() -> None:
    frame = frame_from_columns({"a": [10, 20, 30]})
    assert take_rows(frame, np.array([2, 0, 0]))["a"].to_list() == [30, 10, 10]
    assert take_rows(frame, np.array([True, False, True]))["a"].to_list() == [10, 30]
    assert take_rows(frame, np.array([]))["a"].to_list() == []


def test_types_are_widened_where_frames_are_concatenated() -> None:
    joined = concatenate([frame_from_columns({"a": [1]}), frame_from_columns({"a": [1.5]})])
    assert joined["a"].to_list() == [1.0, 1.5]


def test_columns_that_cannot_be_concatenated_are_named() -> None:
    frames = [frame_from_columns({"a": [1], "b": [1]}), frame_from_columns({"a": ["x"], "b": [2]})]
    with pytest.raises(TableError, match=r"column 'a'.*int64 and string"):
        concatenate(frames)
