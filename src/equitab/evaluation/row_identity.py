"""Which rows are the same: keys for rows of one or several tables, compared over the same columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equitab.dataframe import Frame
from equitab.schema import TableSchema, codes_of, labels, numbers


def row_keys(frames: Sequence[Frame], schema: TableSchema, columns: Sequence[str]) -> list[np.ndarray]:
    """Return a key for every row of several frames: equal keys, equal values in all columns.

    Parameters
    ----------
    frames : sequence of Frame
        Each with the columns asked for.
    schema : TableSchema
        Which says what a number is (``1`` and ``1.0`` are the same) and what a missing value is.
    columns : sequence of str

    Returns
    -------
    list of ndarray of int64
        One array for each frame, shape (n_rows,).

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("a", "integer"), Column("y", "boolean")), "y", favorable_outcome=(True,))
    >>> first, second = frame_from_columns({"a": [1, 2]}), frame_from_columns({"a": [2.0, None]})
    >>> [keys.tolist() for keys in row_keys([first, second], schema, ["a"])]
    [[1, 2], [2, 0]]
    """
    if not columns:
        return [np.zeros(len(frame), dtype=np.int64) for frame in frames]
    return combine_codes([shared_codes(frames, schema, name) for name in columns])


def combine_codes(columns: Sequence[Sequence[np.ndarray]]) -> list[np.ndarray]:
    """Return a key for every row of several tables: equal keys, equal values in all columns.

    Parameters
    ----------
    columns : sequence of sequence of ndarray
        For each column, at least one, its values (codes or numbers) in each table; NaN equals NaN.

    Returns
    -------
    list of ndarray of int64
        One array for each table.

    Examples
    --------
    >>> combine_codes([[np.array([1.0, np.nan]), np.array([np.nan])], [np.array([0, 0]), np.array([0])]])
    [array([0, 1]), array([1])]
    """
    sizes = [len(held) for held in columns[0]]
    keys = np.zeros(sum(sizes), dtype=np.int64)
    for tables in columns:
        codes = np.unique(np.concatenate(tables), return_inverse=True)[1].reshape(-1)
        combined = keys * (int(codes.max(initial=0)) + 1) + codes
        keys = np.unique(combined, return_inverse=True)[1].reshape(-1)
    return np.split(keys, np.cumsum(sizes)[:-1])


def shared_codes(frames: Sequence[Frame], schema: TableSchema, name: str) -> list[np.ndarray]:
    """Return codes of one column's values that mean the same in all frames; -1 where missing."""
    column = schema.column(name)
    if column.kind in {"numeric", "integer", "datetime"}:
        values = [numbers(frame, column, missing_tokens=schema.missing_tokens) for frame in frames]
        known = np.unique(np.concatenate(values))
        return [np.where(np.isnan(held), -1, np.searchsorted(known, held)) for held in values]
    found = [labels(frame, name, missing_tokens=schema.missing_tokens).names for frame in frames]
    names = tuple(sorted(set().union(*found)))
    return [codes_of(frame, name, names, missing_tokens=schema.missing_tokens) for frame in frames]
