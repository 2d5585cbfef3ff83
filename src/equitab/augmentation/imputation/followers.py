r"""Columns whose value follows from another column's, so that filled cells never contradict known ones.

Adult's years of schooling follow from the degree. Where one of the two is known the other need not be drawn: it is
looked up. Where both are missing, one is drawn or guessed and the other looked up: the most likely degree and the mean
of the years may otherwise belong to different people.

*B* follows from *A* if every value *a* of *A*, held by :math:`n_a` rows that have both, comes with one value of *B*;
*A* has at least `ROWS_PER_VALUE` such rows for each value on average; and independent columns would show the same with
a probability of at most `CHANCE`, namely :math:`\prod_a \sum_b p_b^{n_a}` with :math:`p_b` the shares of the values
of *B* (the rule of `equitab.encoding`, on the rows in which neither is missing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equitab.augmentation.imputation.patterns import missing_tokens_of
from equitab.augmentation.imputation.types import in_types_of
from equitab.dataframe import Frame, replace_cells, take_rows
from equitab.schema import Labels, TableSchema, codes_of, labels

ROWS_PER_VALUE = 5
MOST_VALUES = 1000
CHANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Follower:
    """A column that follows from another one.

    Parameters
    ----------
    name : str
        The column that follows.
    by : str
        The column that it follows from.
    values : tuple of str
        The values of `by`, by name.
    places : ndarray of int64, shape (n_values,)
        Where in `examples` the value of each of them stands; -1 where it was never seen beside one.
    examples : Frame
        One column: values of `name`.
    """

    name: str
    by: str
    values: tuple[str, ...]
    places: np.ndarray
    examples: Frame

    def look_up(self, rows: Frame) -> tuple[np.ndarray, Frame]:
        """Return which rows have a value to look up by, and the values of these rows."""
        codes = codes_of(rows, self.by, self.values)
        known = np.flatnonzero((codes >= 0) & (self.places[codes] >= 0))
        return known, take_rows(self.examples, self.places[codes[known]])


def find_followers(
    frame: Frame, schema: TableSchema, children: Sequence[str], parents: Sequence[str]
) -> tuple[Follower, ...]:
    """Return every pair of columns of which one follows from the other.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    children : sequence of str
        Columns that may follow.
    parents : sequence of str
        Columns that they may follow from.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema(
    ...     (Column("degree", "categorical"), Column("years", "integer")), "years", favorable_outcome=(16,)
    ... )
    >>> people = frame_from_columns({"degree": ["HS", "BSc", None] * 20, "years": [9, 13, 9] * 20})
    >>> both = ["degree", "years"]
    >>> [(found.name, found.by) for found in find_followers(people, schema, both, both)]
    [('degree', 'years'), ('years', 'degree')]
    """
    names = dict.fromkeys([*children, *parents])
    held = {name: labels(frame, name, missing_tokens=missing_tokens_of(schema, name)) for name in names}
    found = []
    for name in children:
        for by in parents:
            rows = None if name == by else _examples(held[by], held[name])
            if rows is not None:
                places = np.where(rows >= 0, np.arange(len(rows)), -1)
                examples = take_rows(frame.select(name), np.maximum(rows, 0))
                found.append(Follower(name, by, held[by].names, places, examples))
    return tuple(found)


def without_rings(followers: Sequence[Follower]) -> tuple[Follower, ...]:
    """Return followers of which no column follows from one that follows itself; the earlier columns lead."""
    chosen: dict[str, Follower] = {}
    for follower in reversed(followers):
        leads = any(held.by == follower.name for held in chosen.values())
        if not leads and follower.by not in chosen:
            chosen[follower.name] = follower
    return tuple(chosen.values())


def fill_what_follows(
    frame: Frame,
    followers: Sequence[Follower],
    *,
    is_open: dict[str, np.ndarray],
    is_known: dict[str, np.ndarray],
) -> tuple[Frame, dict[str, np.ndarray]]:
    """Fill the cells that follow from known ones.

    Parameters
    ----------
    frame : Frame
    followers : sequence of Follower
    is_open, is_known : dict of str to ndarray of bool, shape (n_rows,)
        By column: the cells to fill, and those to go by.

    Returns
    -------
    frame : Frame
    is_filled : dict of str to ndarray of bool
        The cells that were filled.
    """
    filled = {name: np.zeros(len(frame), dtype=bool) for name in is_open}
    for follower in followers:
        name = follower.name
        if name not in is_open or follower.by not in is_known or frame[name].null_count() == len(frame):
            continue
        rows = np.flatnonzero(is_open[name] & ~filled[name] & is_known[follower.by])
        if len(rows):
            known, values = follower.look_up(take_rows(frame.select(follower.by), rows))
            frame = replace_cells(frame, rows[known], in_types_of(frame, values))
            filled[name][rows[known]] = True
    return frame, filled


def follow(filled: Frame, followers: Sequence[Follower]) -> Frame:
    """Return filled rows in which every column that follows has the value that the other one asks for.

    Parameters
    ----------
    filled : Frame
        Values for the columns that some rows miss.
    followers : sequence of Follower
        Those of which both columns are among the filled ones count.
    """
    for follower in followers:
        if follower.name in filled.columns and follower.by in filled.columns:
            known, values = follower.look_up(filled)
            filled = replace_cells(filled, known, in_types_of(filled, values))
    return filled


def _examples(parent: Labels, child: Labels) -> np.ndarray | None:
    """Return for each value of the parent a row with both (-1 where there is none); None where nothing follows."""
    rows = np.flatnonzero((parent.codes >= 0) & (child.codes >= 0))
    n_values = len(parent.names)
    is_small = len(child.names) <= n_values <= MOST_VALUES and n_values * ROWS_PER_VALUE <= len(rows)
    if not is_small:
        return None
    leads, follows = parent.codes[rows], child.codes[rows]
    examples = np.full(n_values, -1, dtype=np.int64)
    examples[leads[::-1]] = rows[::-1]
    is_function = (child.codes[examples[leads]] == follows).all()
    return examples if is_function and _chance(leads, follows) <= np.log(CHANCE) else None


def _chance(parent: np.ndarray, child: np.ndarray) -> float:
    """Return the logarithm of the probability that independent columns would look dependent."""
    shares = np.bincount(child) / len(child)
    counts = np.bincount(parent)
    logs = np.log(shares[shares > 0])[None, :] * counts[counts > 0][:, None]
    return float(np.logaddexp.reduce(logs, axis=1).sum())
