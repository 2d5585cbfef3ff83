"""The rows of one training table that its picture is made of: real ones once, drawn ones, and copies counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.evaluation.row_identity import row_keys
from equitab.schema import TableSchema

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

MAX_REAL_ROWS = 1500
MAX_DRAWN_ROWS = 500


@dataclass(frozen=True, eq=False)
class PanelRows:
    """Some of a training table's rows, and how many it has.

    Parameters
    ----------
    real : Frame
        Rows of people, each once.
    times : ndarray of int64
        How often the table holds each of them.
    drawn : Frame
        Rows that are nobody's.
    n_real, n_drawn, n_copies : int
        Of the whole table: rows of people, rows that are nobody's, and among the first those that repeat a
        person's row.
    """

    real: Frame
    times: IntArray
    drawn: Frame
    n_real: int
    n_drawn: int
    n_copies: int

    @property
    def n_shown(self) -> int:
        """Rows of people that the picture counts."""
        return int(self.times.sum())


def choose_rows(
    frame: Frame, schema: TableSchema, *, reference: Frame, is_real: npt.ArrayLike | None = None, seed: int
) -> PanelRows:
    """Choose the rows of a training table for its picture.

    A row that equals one of the real rows is a person's, whoever put it there: a copy must not be shown as
    if it were drawn. Of many people those are shown who are shown for other tables too.

    Parameters
    ----------
    frame : Frame
        The training table.
    schema : TableSchema
    reference : Frame
        The real training rows.
    is_real : array-like of bool, shape (n_rows,), optional
        Which rows are real; those that equal a row of `reference` when not given.
    seed : int

    Returns
    -------
    PanelRows

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("a", "integer"), Column("y", "boolean")), "y", favorable_outcome=(True,))
    >>> real = frame_from_columns({"a": [1, 2], "y": [True, False]})
    >>> table = frame_from_columns({"a": [1, 2, 2, 3], "y": [True, False, False, True]})
    >>> found = choose_rows(table, schema, reference=real, is_real=[1, 1, 0, 0], seed=0)
    >>> found.n_real, found.n_drawn, found.n_copies, found.times.tolist()
    (3, 1, 1, [1, 2])
    """
    columns = list(schema.modeled_columns)
    reference, frame = reference.select(columns), frame.select(columns)
    known, keys = row_keys([reference, frame], schema, columns)
    is_known = np.isin(keys, known)
    flagged = is_known if is_real is None else np.asarray(is_real, dtype=bool)
    is_person = is_known | flagged
    is_chosen = _choose_people(keys, known, is_person, seed)
    _, first, times = np.unique(keys[is_chosen], return_index=True, return_counts=True)
    drawn = np.flatnonzero(~is_person)
    return PanelRows(
        real=take_rows(frame, np.flatnonzero(is_chosen)[first]),
        times=times.astype(np.int64),
        drawn=take_rows(frame, _some(drawn, MAX_DRAWN_ROWS, seed)),
        n_real=int(is_person.sum()),
        n_drawn=len(drawn),
        n_copies=_count_copies(keys, known, is_person, flagged),
    )


def _choose_people(keys: IntArray, known: IntArray, is_person: BoolArray, seed: int) -> BoolArray:
    """Return the rows of the people of lowest rank; a rank belongs to the person, not to the table."""
    rank = np.random.default_rng(seed).permutation(len(known)).astype(np.float64)
    values, first = np.unique(known, return_index=True)
    size = int(max(keys.max(initial=0), known.max(initial=0))) + 1
    ranks = np.random.default_rng([seed, 1]).random(size) * len(known)
    ranks[values] = rank[first]
    people = np.unique(keys[is_person])
    if len(people) <= MAX_REAL_ROWS:
        return is_person
    highest = np.partition(ranks[people], MAX_REAL_ROWS - 1)[MAX_REAL_ROWS - 1]
    return is_person & (ranks[keys] <= highest)


def _count_copies(keys: IntArray, known: IntArray, is_person: BoolArray, flagged: BoolArray) -> int:
    """Rows of people beyond those that were said to be real; of known people no more than there are."""
    size = int(max(keys.max(initial=0), known.max(initial=0))) + 1
    there = np.bincount(known, minlength=size)
    said = np.bincount(keys[flagged], minlength=size)
    own = np.where(there > 0, np.minimum(there, said), said)
    return int(is_person.sum()) - int(own.sum())


def _some(positions: IntArray, at_most: int, seed: int) -> IntArray:
    if len(positions) <= at_most:
        return positions
    chosen = np.random.default_rng([seed, 2]).choice(len(positions), at_most, replace=False)
    return positions[np.sort(chosen)]
