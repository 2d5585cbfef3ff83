"""Who is compared with whom: all rows of a group, or the neighbours of neighbours; what is near goes on shortlists."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.generators.similarity.shortlist import Shortlist
from equitab.generators.similarity.whole_numbers import FARTHEST, Desk, WholeTable

Rows = npt.NDArray[np.integer]

DESK_PAIRS = 2**17
"""Pairs that are compared at once: so few that all that is noted of them stays in the processor's own memory."""
TILE_COLUMNS = 4096
COLUMN_BITS = 16


def compare_group(table: WholeTable, rows: Rows, shortlist: Shortlist, desk: Desk) -> None:
    """Compare all rows of a group with each other, every pair once.

    Parameters
    ----------
    table : WholeTable
    rows : ndarray of int
        Positions in the table.
    shortlist : Shortlist
        Of the table's rows among themselves.
    desk : Desk
        With room for `DESK_PAIRS`.
    """
    group, step = table.take(rows), _tile_rows(len(rows))
    for start in range(0, len(rows), step):
        mine = slice(start, min(start + step, len(rows)))
        for begin in range(start, len(rows), TILE_COLUMNS):
            theirs = slice(begin, min(begin + TILE_COLUMNS, len(rows)))
            found = desk.all_pairs(group, mine, group, theirs)
            is_near = found < shortlist.reach[rows[mine], None]
            is_near |= found < shortlist.reach[rows[theirs]]
            own, other, distances = _picked(found, is_near)
            own, other = own + start, other + begin
            is_once = own < other
            own, other, distances = rows[own[is_once]], rows[other[is_once]], distances[is_once]
            shortlist.offer(own, other, distances)
            shortlist.offer(other, own, distances)


def compare_groups(
    queries: WholeTable,
    asked: Rows,
    table: WholeTable,
    rows: Rows,
    shortlist: Shortlist,
    desk: Desk,
    *,
    is_same: bool = False,
) -> None:
    """Compare some rows with all rows of a group.

    Parameters
    ----------
    queries : WholeTable
    asked : ndarray of int
        Positions among the queries: those are the lists.
    table : WholeTable
    rows : ndarray of int
        Positions in the table.
    shortlist : Shortlist
        Of the queries among the table's rows.
    desk : Desk
    is_same : bool
        Whether query i is row i of the table, which is then left out.
    """
    own, group, step = queries.take(asked), table.take(rows), _tile_rows(len(rows))
    for start in range(0, len(asked), step):
        mine = slice(start, min(start + step, len(asked)))
        for begin in range(0, len(rows), TILE_COLUMNS):
            theirs = slice(begin, min(begin + TILE_COLUMNS, len(rows)))
            found = desk.all_pairs(own, mine, group, theirs)
            if is_same:
                found[asked[mine, None] == rows[theirs]] = FARTHEST
            reach = shortlist.reach[asked[mine]]
            if (reach == FARTHEST).any() and shortlist.length < found.shape[1]:
                place, other, distances = _smallest(found, shortlist.length)
            else:
                place, other, distances = _picked(found, found < reach[:, None])
            shortlist.offer(asked[place + start], rows[other + begin], distances)


def compare_named(
    queries: WholeTable,
    table: WholeTable,
    named: Rows,
    links: Rows,
    shortlist: Shortlist,
    desk: Desk,
    *,
    is_same: bool = False,
) -> None:
    """Compare rows with everybody linked to some rows that are named for each.

    Parameters
    ----------
    queries : WholeTable
    table : WholeTable
    named : ndarray of int, shape (n_queries, n_named)
        Rows of the table; -1 for nobody.
    links : ndarray of int, shape (n_rows, n_links)
        Of each row of the table; -1 for nobody.
    shortlist : Shortlist
        Of the queries among the table's rows.
    desk : Desk
    is_same : bool
        Whether query i is row i of the table: what is found is then for both sides.
    """
    n_tried = named.shape[1] * links.shape[1]
    step = max(1, DESK_PAIRS // max(n_tried, 1))
    for start in range(0, len(named), step):
        mine = slice(start, min(start + step, len(named)))
        tried = links[named[mine]]
        tried[named[mine] < 0] = -1
        tried = tried.reshape(len(tried), n_tried)
        found = desk.named_pairs(queries, mine, table, tried)
        found[tried < 0] = FARTHEST
        is_near = found < shortlist.reach[mine, None]
        if is_same:
            is_near |= found < shortlist.reach[tried]
            is_near &= tried != np.arange(mine.start, mine.stop)[:, None]
        place, column, distances = _picked(found, is_near)
        other = tried[place, column]
        shortlist.offer(place + start, other, distances)
        if is_same:
            shortlist.offer(other, place + start, distances)


def _tile_rows(n_columns: int) -> int:
    """Return how many rows are compared at once with so many others."""
    return DESK_PAIRS // max(min(n_columns, TILE_COLUMNS), 1)


def _smallest(found: npt.NDArray[np.int16], length: int) -> tuple[Rows, Rows, npt.NDArray[np.int16]]:
    """Return the nearest few of each row: where lists are not full yet, nearly all would be near enough."""
    packed = found.astype(np.int32) << COLUMN_BITS | np.arange(found.shape[1], dtype=np.int32)
    nearest = np.partition(packed, length - 1, axis=1)[:, :length]
    place = np.repeat(np.arange(len(found)), length)
    distances = (nearest >> COLUMN_BITS).astype(np.int16).ravel()
    return place, (nearest & (1 << COLUMN_BITS) - 1).ravel(), distances


def _picked(
    found: npt.NDArray[np.int16], is_near: npt.NDArray[np.bool_]
) -> tuple[Rows, Rows, npt.NDArray[np.int16]]:
    """Return rows, columns and distances of some pairs."""
    places = np.flatnonzero(is_near)
    row = places // found.shape[1]
    return row, places - row * found.shape[1], found.ravel()[places]
