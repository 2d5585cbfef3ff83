"""What can be counted in one column before anybody has said what it means."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from equitab.dataframe import Frame, Storage, date_spelling, storage_of
from equitab.schema.column_reading import texts

NAMEABLE = 10
"""A value of fewer records than this is not named in a message."""

_PLAIN_NUMBER = re.compile(r"\s*[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*\Z")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True)
class ColumnFacts:
    """One column of a frame, counted.

    Parameters
    ----------
    name : str
    storage : {"text", "integer", "float", "boolean", "time"}
    n_rows : int
    values : tuple of str
        The distinct values that are present, as text, the most frequent first.
    counts : ndarray of int
        Rows of each value.
    token_counts : tuple of (str, int)
        The missing tokens that occur, and their rows, the most frequent first.
    n_null : int
        Rows without a value.
    """

    name: str
    storage: Storage
    n_rows: int
    values: tuple[str, ...]
    counts: np.ndarray
    token_counts: tuple[tuple[str, int], ...]
    n_null: int

    @property
    def n_missing(self) -> int:
        """Rows without a value or with a missing token."""
        return self.n_null + sum(count for _, count in self.token_counts)

    @property
    def n_present(self) -> int:
        """Rows with a value."""
        return self.n_rows - self.n_missing

    @property
    def n_distinct(self) -> int:
        """How many different values are present."""
        return len(self.values)

    @property
    def is_text(self) -> bool:
        """Whether the column holds text."""
        return self.storage == "text"

    @property
    def is_number(self) -> bool:
        """Whether the column holds integers or floating point numbers."""
        return self.storage in {"integer", "float"}

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the column's name in lower case: ``MaritalStatusID`` has three."""
        return tuple(word.lower() for word in _WORDS.findall(self.name))

    @cached_property
    def number_share(self) -> float:
        """The share of present rows whose text is a plain number (1 for a column of numbers)."""
        if self.is_number:
            return 1.0
        if not self.is_text or not self.n_present:
            return 0.0
        is_number = np.array([_PLAIN_NUMBER.match(value) is not None for value in self.values], dtype=bool)
        return float(self.counts[is_number].sum() / self.n_present)

    @cached_property
    def is_whole(self) -> bool:
        """Whether all numbers are whole; text that is no number is not looked at."""
        if self.storage == "integer":
            return True
        numbers = [number for value in self.values if (number := _number(value)) is not None]
        return all(np.isfinite(number) and float(number).is_integer() for number in numbers)

    @cached_property
    def spelling(self) -> str | None:
        """The pattern of a column of dates written as text."""
        return date_spelling(self.values) if self.is_text else None

    def without(self, missing_tokens: tuple[str, ...]) -> ColumnFacts:
        """Return the facts with some values counted as missing tokens."""
        is_token = np.array([value.strip() in missing_tokens for value in self.values], dtype=bool)
        tokens = Counter(dict(self.token_counts))
        for position in np.flatnonzero(is_token):
            tokens[self.values[position].strip()] += int(self.counts[position])
        return replace(
            self,
            values=tuple(
                value for value, left_out in zip(self.values, is_token, strict=True) if not left_out
            ),
            counts=self.counts[~is_token],
            token_counts=tuple(tokens.most_common()),
        )

    def nameable_values(self, limit: int = 8) -> tuple[str, ...]:
        """Return the most frequent values, without those of fewer than ten records."""
        pairs = zip(self.values[:limit], self.counts[:limit], strict=True)
        return tuple(value for value, count in pairs if count >= NAMEABLE)


def facts_of(frame: Frame, name: str, *, missing_tokens: tuple[str, ...] = ()) -> ColumnFacts:
    """Count one column.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> facts = facts_of(frame_from_columns({"job": ["cook", "?", "cook"]}), "job", missing_tokens=("?",))
    >>> facts.values, facts.n_missing, facts.token_counts
    (('cook',), 1, (('?', 1),))
    """
    column = texts(frame, name)
    found = column.drop_null().value_counts()
    counts = np.asarray(found.field("counts").to_numpy(zero_copy_only=False), dtype=np.int64)
    order = np.argsort(-counts, kind="stable")
    values = found.field("values").take(order).to_pylist()
    facts = ColumnFacts(
        name, storage_of(frame, name), len(column), tuple(values), counts[order], (), column.null_count
    )
    return facts.without(missing_tokens) if missing_tokens else facts


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
