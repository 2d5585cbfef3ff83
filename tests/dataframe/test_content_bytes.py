"""The content of a table as bytes: what it depends on, and what it does not."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from equitab.dataframe import Frame, as_frame, content_bytes, frame_from_columns, read_table, write_table

PEOPLE = {
    "age": [31, None, 47],
    "sex": ["F", "", None],
    "pay": [1.5, None, -0.0],
    "ok": [True, None, False],
    "born": [date(1990, 1, 2), None, date(1970, 1, 1)],
    "seen": [datetime(2026, 1, 2, 3, 4, 5), None, datetime(1970, 1, 1)],
}


def content(frame: Frame) -> bytes:
    return b"".join(content_bytes(frame))


def test_a_small_table_by_hand() -> None:
    """Header, presence, lengths, texts; presence, numbers."""
    found = content(frame_from_columns({"a": ["é", None], "b": [1, 2]}))
    header = b'equitab-table-1\n{"rows": 2, "columns": [["a", "text"], ["b", "integer"]]}\n'
    text = bytes([1, 0]) + (2).to_bytes(8, "little") + (0).to_bytes(8, "little") + "é".encode()
    numbers = bytes([1, 1]) + (1).to_bytes(8, "little") + (2).to_bytes(8, "little")
    assert found == header + text + numbers


def test_pieces_do_not_matter() -> None:
    """Nor where they are cut."""
    whole = frame_from_columns(PEOPLE).to_native()
    cut = nw.from_native(pa.concat_tables([whole.slice(0, 1), whole.slice(1, 0), whole.slice(1)]))
    assert content(cut) == content(nw.from_native(whole))


def test_a_slice_is_its_own_rows() -> None:
    """What lies before and after it in memory does not count."""
    whole = frame_from_columns(PEOPLE)
    part = {name: values[1:] for name, values in PEOPLE.items()}
    types = {"age": "int64", "pay": "float64", "ok": "bool"}
    assert content(whole.tail(2)) == content(frame_from_columns(part, types=types))


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_the_file_does_not_matter(tmp_path: Path, ending: str) -> None:
    """Written and read again, it is the same table."""
    frame = frame_from_columns(PEOPLE)
    place = write_table(frame, tmp_path / f"people.{ending}")
    assert content(read_table(place)) == content(frame)


def test_the_library_does_not_matter() -> None:
    """The same values in pandas, polars and Arrow."""
    columns: dict[str, Any] = {"age": [31, 47], "sex": ["F", "M"], "pay": [1.5, 2.0], "ok": [True, False]}
    frames = [pd.DataFrame(columns), pl.DataFrame(columns), pa.table(columns)]
    assert len({content(as_frame(frame)) for frame in frames}) == 1


def test_the_width_of_a_number_does_not_matter() -> None:
    """8 bits or 64, it is the same whole number."""
    small = as_frame(pa.table({"a": pa.array([1, 2], pa.int8())}))
    assert content(small) == content(frame_from_columns({"a": [1, 2]}))


@pytest.mark.parametrize(
    "other",
    [
        {"a": ["x", "yz"], "b": [1, 3]},
        {"a": ["xy", "z"], "b": [1, 2]},
        {"a": ["x", None], "b": [1, 2]},
        {"a": ["x", ""], "b": [1, 2]},
        {"a": ["x", "yz"], "b": [1.0, 2.0]},
        {"a": ["x", "yz"], "b": ["1", "2"]},
        {"a": ["x", "yz"], "b": [1, None]},
        {"a": ["x", "yz"], "b": [1, 0]},
        {"b": [1, 2], "a": ["x", "yz"]},
        {"a": ["yz", "x"], "b": [2, 1]},
        {"a": ["x", "yz"], "c": [1, 2]},
        {"a": ["x"], "b": [1]},
        {"a": ["x", "yz"]},
    ],
)
def test_another_table_has_another_content(other: dict[str, Any]) -> None:
    """A cell, a border between texts, a kind, an order, a name."""
    assert content(frame_from_columns(other)) != content(frame_from_columns({"a": ["x", "yz"], "b": [1, 2]}))


def test_missing_is_not_zero_and_not_empty() -> None:
    """Presence has bytes of its own."""
    assert content(frame_from_columns({"b": [1, None]})) != content(frame_from_columns({"b": [1, 0]}))
    assert content(frame_from_columns({"a": ["x", None]})) != content(frame_from_columns({"a": ["x", ""]}))


def test_an_empty_table_has_a_content() -> None:
    """Its columns and their kinds."""
    empty = frame_from_columns({"a": [], "b": []}, types={"a": "string", "b": "float64"})
    assert content(empty).startswith(b'equitab-table-1\n{"rows": 0')
