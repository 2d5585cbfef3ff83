"""The nearest rows found so far, kept while pairs come in by the million.

A pair is one whole number: whose list it is for, how far, and who; sorting such numbers sorts pairs. A row's reach is
the distance of the last on its full list; a pair beyond it need not be offered.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.generators.similarity.whole_numbers import FARTHEST

Keys = npt.NDArray[np.int64]
Rows = npt.NDArray[np.integer]

DISTANCE_BITS = 15
MOST_ROWS = 2**24
"""Two rows and a distance have to fit into 63 bits."""
MOST_WAITING = 2**21


class Shortlist:
    """For each of some rows the nearest others found so far.

    Parameters
    ----------
    n_lists : int
        How many rows seek neighbours, at most `MOST_ROWS`.
    n_rows : int
        Among how many rows, at most `MOST_ROWS`.
    length : int
        How many others are kept on each list.
    """

    def __init__(self, n_lists: int, n_rows: int, length: int) -> None:
        self.n_lists, self.n_rows, self.length = n_lists, n_rows, length
        self._row_bits = n_rows.bit_length()
        self._keys = np.full((n_lists, length), FARTHEST << self._row_bits | n_rows, dtype=np.int64)
        self.reach = np.full(n_lists, FARTHEST, dtype=np.int16)
        self._waiting: list[Keys] = []
        self._n_waiting = 0

    def rows(self, lists: slice | Rows = slice(None)) -> npt.NDArray[np.int32]:
        """Return the rows on some lists, nearest first, shape (n_lists, length); -1 for an empty place."""
        self.settle()
        found = (self._keys[lists] & self._row_mask).astype(np.int32)
        found[found == self.n_rows] = -1
        return found

    def offer(self, lists: Rows, others: Rows, distances: npt.NDArray[np.int16]) -> None:
        """Take pairs in; those beyond a list's reach are left out.

        Parameters
        ----------
        lists, others : ndarray of int, shape (n_pairs,)
            Whose list, and who.
        distances : ndarray of int16, shape (n_pairs,)
        """
        is_near = distances < self.reach[lists]
        keys = self._packed(lists[is_near], distances[is_near], others[is_near])
        self._waiting.append(keys)
        self._n_waiting += len(keys)
        if self._n_waiting > MOST_WAITING:
            self.settle()

    def settle(self) -> None:
        """Put the pairs that were taken in on their lists."""
        if not self._n_waiting:
            return
        new = np.concatenate(self._waiting)
        self._waiting, self._n_waiting = [], 0
        is_changed = np.zeros(self.n_lists, dtype=bool)
        is_changed[new >> self._list_shift] = True
        changed = np.flatnonzero(is_changed)
        own = changed[:, None] << self._list_shift
        keys, first = self._sorted(
            np.concatenate([(self._keys[changed] + own).ravel(), new]), keep_empty=True
        )
        self._keys[changed] = keys[first[changed][:, None] + np.arange(self.length)] - own
        self.reach[changed] = self._keys[changed, -1] >> self._row_bits

    def linked(self, most: int) -> npt.NDArray[np.int32]:
        """Return for each row the nearest of those on its list and of those that have it on theirs.

        For rows that are sought among themselves.

        Parameters
        ----------
        most : int
            How many at most.

        Returns
        -------
        ndarray of int32, shape (n_rows, most)
            -1 for an empty place.
        """
        self.settle()
        own = np.repeat(np.arange(self.n_rows), self.length)
        others, distances = (self._keys & self._row_mask).ravel(), (self._keys >> self._row_bits).ravel()
        is_there = others < self.n_rows
        own, others, distances = own[is_there], others[is_there], distances[is_there]
        both = np.concatenate([self._packed(own, distances, others), self._packed(others, distances, own)])
        keys, first = self._sorted(both, keep_empty=False)
        whose = keys >> self._list_shift
        place = np.arange(len(keys)) - first[whose]
        found = np.full((self.n_rows, most), -1, dtype=np.int32)
        is_kept = place < most
        found[whose[is_kept], place[is_kept]] = keys[is_kept] & self._row_mask
        return found

    @property
    def _row_mask(self) -> int:
        return (1 << self._row_bits) - 1

    @property
    def _list_shift(self) -> int:
        return self._row_bits + DISTANCE_BITS

    def _packed(self, lists: Rows, distances: Rows, others: Rows) -> Keys:
        near = lists.astype(np.int64) << DISTANCE_BITS | distances
        return np.asarray(near << self._row_bits | others)

    def _sorted(self, keys: Keys, *, keep_empty: bool) -> tuple[Keys, npt.NDArray[np.int64]]:
        """Return keys in order, every pair once, and where each row's begin."""
        keys.sort()
        is_first = np.ones(len(keys), dtype=bool)
        is_first[1:] = keys[1:] != keys[:-1]
        if keep_empty:
            is_first |= (keys & self._row_mask) == self.n_rows
        keys = keys[is_first]
        counts = np.bincount(keys >> self._list_shift, minlength=self.n_lists)
        return keys, np.cumsum(counts) - counts


def list_length(n_neighbors: int) -> int:
    """Return how many are kept to find so many neighbours: a few more, since whole numbers are rounded."""
    return n_neighbors + max(4, n_neighbors // 4)
