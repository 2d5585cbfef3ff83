"""Chunks written one after the other give the file of all rows at once, whole or absent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from equitab.dataframe import read_table, write_chunks, write_table
from equitab.errors import OutputExistsError, StorageError, TableError

TABLE = pa.table(
    {
        "age": pa.array([31, None, 47, 52, 29], pa.int64()),
        "name": ['a "b"', "ü", None, "", "x,y"],
        "member": [True, False, None, True, True],
        "price": [1.5, -2.0, 1e-9, None, 3.0],
        "since": pa.array([dt.datetime(2020, 1, day) for day in range(1, 6)], pa.timestamp("us")),
    }
)


def pieces(*sizes: int) -> Iterator[pa.Table]:
    start = 0
    for size in sizes:
        yield TABLE.slice(start, size)
        start += size


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "csv.gz", "jsonl.gz"])
def test_text_is_the_same_byte_by_byte(ending: str, tmp_path: Path) -> None:
    whole = write_table(TABLE, tmp_path / f"whole.{ending}")
    chunked = write_chunks(pieces(2, 1, 2), tmp_path / f"chunked.{ending}")
    assert read_table(chunked).rows() == read_table(whole).rows()
    if not ending.endswith(".gz"):
        assert chunked.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("ending", ["parquet", "arrow", "feather"])
def test_stored_rows_and_types_are_the_same(ending: str, tmp_path: Path) -> None:
    whole = read_table(write_table(TABLE, tmp_path / f"whole.{ending}")).to_native()
    chunked = read_table(write_chunks(pieces(2, 1, 2), tmp_path / f"chunked.{ending}")).to_native()
    assert chunked.combine_chunks().equals(whole.combine_chunks())


def test_each_chunk_is_taken_only_when_the_one_before_is_written(tmp_path: Path) -> None:
    partial: list[int] = []

    def watched() -> Iterator[pa.Table]:
        for piece in pieces(2, 3):
            yield piece
            partial.append(sum(path.stat().st_size >= 0 for path in tmp_path.iterdir()))

    write_chunks(watched(), tmp_path / "n.csv")
    assert partial == [1, 1]
    assert [path.name for path in tmp_path.iterdir()] == ["n.csv"]


def test_a_chunk_whose_types_can_be_cast_is_cast(tmp_path: Path) -> None:
    chunks = [pa.table({"age": [1.5]}), pa.table({"age": [2]}), pa.table({"age": pa.nulls(1)})]
    assert read_table(write_chunks(chunks, tmp_path / "n.parquet"))["age"].to_list() == [1.5, 2.0, None]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_chunk_of_another_table_leaves_no_file(ending: str, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="chunk 2"):
        write_chunks([TABLE, TABLE.select(["age"])], tmp_path / f"n.{ending}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow", "csv.gz"])
def test_chunks_that_fail_leave_the_old_file(ending: str, tmp_path: Path) -> None:
    def failing() -> Iterator[pa.Table]:
        yield TABLE
        raise KeyboardInterrupt

    path = write_table(TABLE.slice(0, 1), tmp_path / f"n.{ending}")
    old = path.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_chunks(failing(), path, overwrite=True)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_no_chunk_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="at least one chunk"):
        write_chunks([], tmp_path / "n.csv")


def test_places_are_refused_as_for_whole_tables(tmp_path: Path) -> None:
    path = write_chunks(pieces(5), tmp_path / "n.csv")
    with pytest.raises(OutputExistsError):
        write_chunks(pieces(5), path)
    with pytest.raises(TableError, match="a URL"):
        write_chunks(pieces(5), "s3://bucket/n.csv")
    with pytest.raises(StorageError, match="does not exist"):
        write_chunks(pieces(5), tmp_path / "nowhere" / "n.csv")
