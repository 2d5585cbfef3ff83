"""Parent groups: whom a group with too few rows shares its people's features with, and how many they are.

The parent of a cell (one intersectional group with one outcome) is the cell without some of its sensitive
features: the parent of young women with a loan may be all women with a loan. The nearest parent is the one that
drops the fewest features; of several the one with the most rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from equitab.augmentation.cells import CellIndex

ANY_VALUE = "*"


@dataclass(frozen=True)
class ParentGroup:
    """The parent of one cell.

    Parameters
    ----------
    cell : int
        The cell with too few rows.
    dropped : tuple of str
        The sensitive features that the parent does not look at.
    n_rows : int
        Real rows of the parent, those of the cell included.
    """

    cell: int
    dropped: tuple[str, ...]
    n_rows: int

    def label(self, index: CellIndex) -> str:
        """Return the parent's name: ``F × *`` where the second feature was dropped, ``everybody`` without any."""
        values = zip(index.features, index.groups.values(self.cell)[:-1], strict=True)
        if len(self.dropped) == len(index.features):
            return "everybody"
        return " × ".join(ANY_VALUE if name in self.dropped else value for name, value in values)


def find_parents(
    index: CellIndex, counts: npt.NDArray[np.int64], *, min_rows: int
) -> tuple[ParentGroup, ...]:
    """Return the nearest parent of every cell with too few rows.

    Parameters
    ----------
    index : CellIndex
    counts : ndarray of int, shape (n_cells,)
        Real rows of each cell.
    min_rows : int
        Cells with fewer rows need a parent, and a parent has at least as many.

    Returns
    -------
    tuple of ParentGroup
        By cell. A cell has no parent if one of its values occurs in no row at all (there is nothing to learn of
        it), or if the whole table has fewer than `min_rows` rows with its outcome.

    Notes
    -----
    A parent keeps the outcome: what is borrowed is how people with that outcome are, not the outcome itself.
    """
    cube = counts.reshape([len(level) for level in index.groups.levels], order="F")
    is_open = (cube < min_rows) & _all_values_occur(cube)
    found: list[ParentGroup] = []
    for n_dropped in range(1, len(index.features) + 1):
        places, n_rows, subsets = _best_parents(cube, len(index.features), n_dropped)
        is_found = is_open & (n_rows >= min_rows)
        for cell in np.flatnonzero(is_found.ravel(order="F")):
            at = np.unravel_index(cell, cube.shape, order="F")
            dropped = tuple(index.features[place] for place in subsets[places[at]])
            found.append(ParentGroup(int(cell), dropped, int(n_rows[at])))
        is_open &= ~is_found
    return tuple(sorted(found, key=lambda parent: parent.cell))


def _all_values_occur(cube: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    occurs = np.ones(cube.shape, dtype=np.bool_)
    for axis in range(cube.ndim):
        others = tuple(place for place in range(cube.ndim) if place != axis)
        occurs &= cube.sum(axis=others, keepdims=True) > 0
    return occurs


def _best_parents(
    cube: npt.NDArray[np.int64], n_features: int, n_dropped: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], list[tuple[int, ...]]]:
    """Return for each cell which subset of so many features to drop leaves the most rows, and how many."""
    subsets = list(combinations(range(n_features), n_dropped))
    rows = [np.broadcast_to(cube.sum(axis=dropped, keepdims=True), cube.shape) for dropped in subsets]
    best, most = np.zeros(cube.shape, dtype=np.int64), rows[0]
    for place, held in enumerate(rows[1:], start=1):
        best, most = np.where(held > most, place, best), np.maximum(held, most)
    return best, most, subsets
