"""A split column may use the usual words, in any case, and nothing else."""

from __future__ import annotations

import pytest

from equitab.dataframe import frame_from_columns
from equitab.errors import SchemaError
from equitab.schema import Column, TableSchema, split_parts

SCHEMA = TableSchema(
    columns=(Column("y", "categorical"), Column("part", "categorical")),
    target="y",
    favorable_outcome=(1,),
    split="part",
)


def parts(*words: str | None) -> list[str]:
    return split_parts(frame_from_columns({"y": [1] * len(words), "part": list(words)}), SCHEMA).tolist()


def test_the_usual_words_are_understood() -> None:
    assert parts("train", "Training", "learn") == ["train"] * 3
    assert parts("validation", "VALID", "dev", "val") == ["validation"] * 4
    assert parts("test", "holdout ", "testing") == ["test"] * 3


def test_other_words_and_missing_ones_are_counted() -> None:
    with pytest.raises(SchemaError, match="2 other words and nothing in 1 rows"):
        parts("train", "left", "right", None)


def test_a_schema_without_a_split_column_has_no_parts() -> None:
    with pytest.raises(SchemaError, match="--split COLUMN"):
        split_parts(frame_from_columns({"y": [1], "part": ["train"]}), SCHEMA.with_changes(split=None))
