"""A file is whole or absent, and nothing is overwritten unasked."""

from __future__ import annotations

import datetime as dt
import errno
import os
from pathlib import Path
from typing import IO

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from equitab.dataframe import (
    as_frame,
    read_table,
    write_atomically,
    write_bytes_atomically,
    write_table,
    write_text_atomically,
)
from equitab.errors import OutputExistsError, StorageError, TableError

PEOPLE = pd.DataFrame({"age": [31, 47], "sex": ["F", "M"]})


def full_disk(file: IO[bytes]) -> None:
    file.write(b"half of it")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_that_exists_is_kept_unless_asked(tmp_path: Path) -> None:
    path = write_text_atomically(tmp_path / "n.json", "old")
    with pytest.raises(OutputExistsError, match="--overwrite"):
        write_text_atomically(path, "new")
    assert path.read_text() == "old"
    write_text_atomically(path, "new", overwrite=True)
    assert path.read_text() == "new"


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No space left on device"):
        write_atomically(tmp_path / "n.bin", full_disk)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    path = write_bytes_atomically(tmp_path / "n.bin", b"old")
    with pytest.raises(StorageError):
        write_atomically(path, full_disk, overwrite=True)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_while_filling_leaves_nothing_either(tmp_path: Path) -> None:
    def fail(file: IO[bytes]) -> None:
        file.write(b"half of it")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "n.bin", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere does not exist"):
        write_table(PEOPLE, tmp_path / "nowhere" / "n.csv")


def test_a_folder_is_no_place_for_a_table(tmp_path: Path) -> None:
    (tmp_path / "n.csv").mkdir()
    with pytest.raises(StorageError, match="is a folder"):
        write_table(PEOPLE, tmp_path / "n.csv", overwrite=True)


def test_a_url_is_refused_for_writing() -> None:
    with pytest.raises(TableError, match="a path on this machine"):
        write_table(PEOPLE, "s3://bucket/n.csv")


def test_an_unknown_ending_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(TableError):
        write_table(PEOPLE, tmp_path / "n.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "table",
    [PEOPLE, pl.DataFrame(PEOPLE.to_dict("list")), pa.table(PEOPLE.to_dict("list")), as_frame(PEOPLE)],
    ids=["pandas", "polars", "pyarrow", "frame"],
)
def test_every_kind_of_table_is_written(tmp_path: Path, table: object) -> None:
    assert read_table(write_table(table, tmp_path / "n.parquet")).rows() == [(31, "F"), (47, "M")]


def test_parquet_keeps_types_that_frames_do_not_have(tmp_path: Path) -> None:
    table = pa.table({"a": pa.array([1, 2], pa.int8()), "b": pa.array(["x", "y"]).dictionary_encode()})
    write_table(table, tmp_path / "n.parquet")
    assert pa.parquet.read_table(tmp_path / "n.parquet").schema.field("a").type == pa.int8()


def test_csv_names_booleans_as_python_does_and_writes_dates_plainly(tmp_path: Path) -> None:
    table = pd.DataFrame({"flag": [True, False], "at": [dt.datetime(2020, 1, 2, 3, 4, 5)] * 2})
    lines = write_table(table, tmp_path / "n.csv").read_text().splitlines()
    assert lines[1:] == ['"True",2020-01-02 03:04:05', '"False",2020-01-02 03:04:05']
