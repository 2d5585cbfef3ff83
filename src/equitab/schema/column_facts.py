"""What can be counted in one column before anybody has said what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equitab.dataframe import Frame
from equitab.schema.dates import date_spelling
from equitab.schema.reading import texts

NAMEABLE = 10
"""A value of fewer records than this is not named in a message."""

_PLAIN_NUMBER = r"^\s*[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True)
class ColumnFacts:
    """One column of a frame, counted.

    Parameters
    ----------
    name : str
    kind : pyarrow.DataType
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
    kind: pa.DataType
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
        return bool(pa.types.is_string(self.kind))

    @property
    def is_number(self) -> bool:
        """Whether the column holds integers or floating point numbers."""
        return bool(pa.types.is_integer(self.kind) or pa.types.is_floating(self.kind))

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
        is_number = np.asarray(pc.match_substring_regex(pa.array(self.values, pa.string()), _PLAIN_NUMBER))
        return float(self.counts[is_number].sum() / self.n_present)

    @cached_property
    def is_whole(self) -> bool:
        """Whether all numbers are whole; text that is no number is not looked at."""
        if pa.types.is_integer(self.kind):
            return True
        numbers = [number for value in self.values if (number := _number(value)) is not None]
        return all(np.isfinite(number) and float(number).is_integer() for number in numbers)

    @cached_property
    def spelling(self) -> str | None:
        """The pattern of a column of dates written as text."""
        return date_spelling(pa.array(self.values, pa.string())) if self.is_text else None

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
    values, counts = _counted(column)
    is_token = np.array([value.strip() in missing_tokens for value in values], dtype=bool)
    tokens: dict[str, int] = {}
    for position in np.flatnonzero(is_token):
        token = values[position].strip()
        tokens[token] = tokens.get(token, 0) + int(counts[position])
    return ColumnFacts(
        name=name,
        kind=frame.to_native()[name].type,
        n_rows=len(column),
        values=tuple(value for value, left_out in zip(values, is_token, strict=True) if not left_out),
        counts=counts[~is_token],
        token_counts=tuple(sorted(tokens.items(), key=lambda pair: -pair[1])),
        n_null=column.null_count,
    )


def _counted(column: pa.Array) -> tuple[list[str], np.ndarray]:
    """Return the distinct values and their counts, the most frequent first, ties in the table's order."""
    found = column.drop_null().value_counts()
    values = found.field("values").to_pylist()
    counts = np.asarray(found.field("counts").to_numpy(zero_copy_only=False), dtype=np.int64)
    order = np.argsort(-counts, kind="stable")
    return [values[position] for position in order], counts[order]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
