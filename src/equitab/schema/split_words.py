"""The words by which a column says which rows are for training, validation and test."""

from __future__ import annotations

from typing import Literal

from equitab.dataframe import Frame
from equitab.errors import Problem
from equitab.schema.column_facts import ColumnFacts
from equitab.schema.column_reading import texts

SplitPart = Literal["train", "validation", "test"]

SPLIT_WORDS: dict[str, SplitPart] = {
    "train": "train",
    "training": "train",
    "learn": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "holdout": "test",
}
"""What a split column may say, in any case, and which part it means."""

_NAMES = frozenset({"split", "partition", "subset", "fold", "set", "dataset_split", "is_train"})


def split_problem(frame: Frame, name: str) -> Problem | None:
    """Return what is wrong with a split column, if anything."""
    column = texts(frame, name)
    words = column.drop_null().unique().to_pylist()
    unknown = [word for word in words if word.strip().lower() not in SPLIT_WORDS]
    if not unknown and not column.null_count:
        return None
    received = []
    if unknown:
        received.append(f"{len(unknown)} other words")
    if column.null_count:
        received.append(f"nothing in {column.null_count:,} rows")
    expected = f"one of the words {', '.join(SPLIT_WORDS)} in every row"
    return Problem(
        f"split column {name!r}", expected, " and ".join(received), "rename the words in the column"
    )


def guess_split(facts: dict[str, ColumnFacts]) -> tuple[str | None, str]:
    """Return the column that is named like a split and holds only its words, and a sentence about it."""
    for name, column in facts.items():
        words = {value.strip().lower() for value in column.values}
        parts = {SPLIT_WORDS[word] for word in words if word in SPLIT_WORDS}
        if name.lower() in _NAMES and words <= set(SPLIT_WORDS) and "train" in parts and len(parts) > 1:
            return (
                name,
                f"Split column guessed: {name!r}; it says which rows are for training and test.",
            )
    return None, ""
