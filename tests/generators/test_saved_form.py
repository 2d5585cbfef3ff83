"""A saved generator is a complete folder of plain data, or nothing."""

from __future__ import annotations

import errno
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from equitab.dataframe import TableTemplate
from equitab.errors import OutputExistsError, SavedFormatError, SchemaError, StorageError
from equitab.generators import (
    SavedGenerator,
    check_same_schema,
    load_generator,
    read_generator,
    write_generator,
)
from equitab.schema import Column, SensitiveFeature, TableSchema

SCHEMA = TableSchema(
    (Column("age", "integer"), Column("sex", "categorical"), Column("hired", "categorical")),
    "hired",
    favorable_outcome=("yes",),
)
SAVED = SavedGenerator(
    "smote", SCHEMA, TableTemplate("pyarrow", (("age", "int64"),)), ("hired",), 3, details={"x": [1]}
)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    def write_more(folder: Path) -> None:
        (folder / "more.txt").write_text("kept", encoding="utf-8")

    write_generator(tmp_path / "new" / "folder", SAVED, arrays={"a": np.arange(3)}, write_more=write_more)
    saved, arrays = read_generator(tmp_path / "new" / "folder")
    assert saved == SAVED
    assert arrays["a"].tolist() == [0, 1, 2]
    assert (tmp_path / "new" / "folder" / "more.txt").read_text(encoding="utf-8") == "kept"
    assert (
        json.loads((tmp_path / "new" / "folder" / "generator.json").read_text())["stores_training_rows"]
        is False
    )


def test_an_empty_folder_is_used_and_a_full_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_generator(tmp_path / "empty", SAVED)
    with pytest.raises(OutputExistsError):
        write_generator(tmp_path / "empty", SAVED)


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("half", encoding="utf-8")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StorageError, match="No space left"):
        write_generator(tmp_path / "folder", SAVED, write_more=fail)
    assert list(tmp_path.iterdir()) == []


def test_every_kind_of_damage_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with pytest.raises(SavedFormatError, match="there is none"):
        load_generator(folder)
    write_generator(folder, SAVED, arrays={"a": np.arange(3)})
    description = json.loads((folder / "generator.json").read_text())

    def rewrite(**changes: object) -> None:
        (folder / "generator.json").write_text(json.dumps({**description, **changes}), encoding="utf-8")

    rewrite(version=2)
    with pytest.raises(SavedFormatError, match="expected version 1, received 2"):
        read_generator(folder)
    rewrite(format="something")
    with pytest.raises(SavedFormatError, match="something else"):
        read_generator(folder)
    rewrite(name="smoote")
    with pytest.raises(SavedFormatError, match="did you mean 'smote'"):
        load_generator(folder)
    rewrite(schema={"target": "hired"})
    with pytest.raises(SavedFormatError, match="missing or damaged"):
        read_generator(folder)
    rewrite(files={"../outside": "0"})
    with pytest.raises(SavedFormatError, match="not a file of this folder"):
        read_generator(folder)
    rewrite()
    (folder / "arrays.npz").write_bytes(b"other bytes")
    with pytest.raises(SavedFormatError, match=r"'arrays.npz' was changed"):
        read_generator(folder)
    (folder / "arrays.npz").unlink()
    with pytest.raises(SavedFormatError, match=r"'arrays.npz' is missing"):
        read_generator(folder)
    (folder / "generator.json").write_bytes(b"\xff\xfe")
    with pytest.raises(SavedFormatError, match="cannot be read"):
        read_generator(folder)


def test_a_pickle_in_the_arrays_is_never_opened(tmp_path: Path) -> None:
    marker = tmp_path / "executed"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (str(marker),))

    def write_more(folder: Path) -> None:
        (folder / "arrays.npz").write_bytes(pickle.dumps(Trap()))

    write_generator(tmp_path / "trap", SAVED, write_more=write_more)
    with pytest.raises(SavedFormatError, match="plain arrays"):
        read_generator(tmp_path / "trap")
    assert not marker.exists()


def test_a_generator_of_another_schema_is_refused_with_every_difference() -> None:
    other = TableSchema(
        (Column("age", "numeric"), Column("gender", "categorical"), Column("hired", "categorical")),
        "gender",
        favorable_outcome=("F",),
    )
    with pytest.raises(SchemaError) as caught:
        check_same_schema(SCHEMA, other)
    places = [problem.where for problem in caught.value.problems]
    assert places == ["column 'gender'", "column 'age'", "column 'sex'", "target"]


def test_what_concerns_only_the_evaluation_may_differ() -> None:
    check_same_schema(SCHEMA, SCHEMA.with_changes(sensitive_features=(SensitiveFeature("sex"),)))
