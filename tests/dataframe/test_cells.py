"""Cells put in place of others, and everything else exactly as it was."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from equitab.dataframe import empty_cells, frame_from_columns, replace_cells
from equitab.errors import TableError

TABLE = frame_from_columns(
    {
        "age": [31, None, 52, 40],
        "job": ["cook", None, "clerk", "?"],
        "pay": [1.5, 2.5, None, 0.1],
        "is_member": [True, None, False, True],
        "since": [dt.datetime(2020, 1, 2), None, None, dt.datetime(2021, 3, 4)],
    }
)


@pytest.mark.parametrize("name", TABLE.columns)
def test_values_stand_where_they_were_put_and_all_others_stay(name: str) -> None:
    values = frame_from_columns({name: [TABLE[name].to_list()[3], TABLE[name].to_list()[0]]})
    replaced = replace_cells(TABLE, np.array([2, 1]), values)
    old = TABLE[name].to_list()
    assert replaced[name].to_list() == [old[0], old[0], old[3], old[3]]
    assert replaced[name].dtype == TABLE[name].dtype
    assert replaced.columns == TABLE.columns
    others = [other for other in TABLE.columns if other != name]
    assert replaced.select(others).to_native().equals(TABLE.select(others).to_native())


@pytest.mark.parametrize("name", TABLE.columns)
def test_emptied_cells_are_missing_and_all_others_stay(name: str) -> None:
    emptied = empty_cells(TABLE, name, np.array([True, False, False, True]))
    assert emptied[name].to_list() == [None, *TABLE[name].to_list()[1:3], None]
    assert emptied[name].dtype == TABLE[name].dtype
    assert emptied.columns == TABLE.columns


def test_no_cells_change_nothing() -> None:
    nothing = replace_cells(TABLE, np.empty(0, dtype=np.int64), TABLE.select("age").head(0))
    assert nothing.to_native().equals(TABLE.to_native())
    assert empty_cells(TABLE, "age", np.zeros(4, dtype=bool)).to_native().equals(TABLE.to_native())


def test_text_does_not_become_a_number() -> None:
    with pytest.raises(TableError, match="'age'"):
        replace_cells(TABLE, np.array([0]), frame_from_columns({"age": ["x"]}))
