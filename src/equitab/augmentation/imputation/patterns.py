"""Which cells of a table are missing, and which rows miss the same columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from equitab.dataframe import Frame
from equitab.schema import TableSchema, labels, texts


@dataclass(frozen=True, eq=False)
class MissingPattern:
    """Rows that miss the same columns, and that have the same others to go by.

    Parameters
    ----------
    missing : tuple of str
        The columns to fill.
    given : tuple of str
        The columns whose values are known.
    rows : ndarray of int64
        Positions in the table.
    """

    missing: tuple[str, ...]
    given: tuple[str, ...]
    rows: np.ndarray

    @property
    def number(self) -> int:
        """A number that depends on the columns alone: part of the seed of this pattern's draws."""
        return crc32("\x1f".join((*self.missing, "\x1e", *self.given)).encode())


def missing_tokens_of(schema: TableSchema, name: str) -> tuple[str, ...]:
    """Return the texts that stand for a missing value in one column."""
    own = schema.column(name).missing_token
    return tuple(dict.fromkeys([*schema.missing_tokens, *([own] if own else [])]))


def missing_cells(frame: Frame, schema: TableSchema, columns: Sequence[str]) -> np.ndarray:
    """Return which cells of some columns have no value.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
        Its missing tokens count as missing.
    columns : sequence of str

    Returns
    -------
    ndarray of bool, shape (n_rows, n_columns)

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema(
    ...     (Column("job", "categorical"), Column("y", "integer")), "y", favorable_outcome=(1,), missing_tokens=("?",)
    ... )
    >>> missing_cells(frame_from_columns({"job": ["cook", "?"], "y": [1, None]}), schema, ["job", "y"]).tolist()
    [[False, False], [True, True]]
    """
    held = [
        np.asarray(texts(frame, name, missing_tokens=missing_tokens_of(schema, name)).is_null())
        for name in columns
    ]
    return np.column_stack([np.empty((len(frame), 0), dtype=bool), *held])


def find_patterns(
    is_wanted: np.ndarray, is_given: np.ndarray, *, columns: Sequence[str], known: Sequence[str]
) -> list[MissingPattern]:
    """Return the rows with something to fill, grouped by what is missing and what is given.

    Parameters
    ----------
    is_wanted : ndarray of bool, shape (n_rows, n_columns)
        The cells to fill.
    is_given : ndarray of bool, shape (n_rows, n_known)
        The cells to go by.
    columns, known : sequences of str
        What the columns of these arrays are called.
    """
    rows = np.flatnonzero(is_wanted.any(axis=1))
    both = np.column_stack([is_wanted, is_given])[rows]
    kinds, which = np.unique(both, axis=0, return_inverse=True)
    order = np.argsort(which.reshape(-1), kind="stable")
    ends = np.cumsum(np.bincount(which.reshape(-1), minlength=len(kinds)))
    parts = np.split(rows[order], ends[:-1]) if len(rows) else []
    return [
        MissingPattern(
            tuple(name for name, is_in in zip(columns, kind[: len(columns)], strict=True) if is_in),
            tuple(name for name, is_in in zip(known, kind[len(columns) :], strict=True) if is_in),
            part,
        )
        for kind, part in zip(kinds, parts, strict=True)
    ]


def content_ranks(frame: Frame, columns: Sequence[str]) -> dict[str, np.ndarray]:
    """Return for each column where every row's value stands among the values, from the smallest.

    Rows that are sorted by these are in an order that does not depend on the order of the table.
    """
    return {name: labels(frame, name).codes for name in columns}


def sorted_rows(pattern: MissingPattern, ranks: dict[str, np.ndarray]) -> np.ndarray:
    """Return the rows of a pattern, sorted by the values that are given."""
    if not pattern.given:
        return pattern.rows
    return pattern.rows[np.lexsort([ranks[name][pattern.rows] for name in reversed(pattern.given)])]
