"""Rows where people are few, from any generator: several candidates for each wanted row, taken by how far out they are.

A candidate is weighed by :math:`d^s`, with d its mean Gower distance to its nearest real rows, s the plan's ``steer``.
So that the outliers of a poor generator are not favoured, a candidate farther out than any real row weighs nothing, and
where the generator draws more rows at some distance than real people are there, these are weighed down to the real
people's share. Weighed against are the real rows of the cells that are filled, each cell as often as it is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from equitab.augmentation.origins import real_rows
from equitab.augmentation.plan import N_CANDIDATES
from equitab.augmentation.planned_draw import IntArray, PlannedDraw
from equitab.dataframe import Frame, take_rows
from equitab.generators.similarity import RealNeighborhood

Floats = npt.NDArray[np.float64]

N_BANDS = 20
"""Distances are compared with those of real people in so many bands, each with as many of these."""
BORROWED_ROWS = 20
"""A cell's own people say how far out they are, and beside them as much as so many of everybody."""


@dataclass(frozen=True, eq=False)
class Steering:
    """Takes of the candidates for a plan's rows those that lie where people are few.

    Parameters
    ----------
    draw : PlannedDraw
    """

    draw: PlannedDraw

    @cached_property
    def _is_real(self) -> npt.NDArray[np.bool_]:
        return real_rows(self.draw.frame)

    @cached_property
    def around(self) -> RealNeighborhood:
        """The real rows' network."""
        rows = take_rows(self.draw.frame, self._is_real)
        return RealNeighborhood.of(rows, self.draw.schema, seed=self.draw.seed)

    def taken(self, candidates: Frame, cells: IntArray, *, attempt: int, block: int) -> Frame:
        """Return one row for each wanted one, in the order of the cells.

        Parameters
        ----------
        candidates : Frame
            `N_CANDIDATES` rows for each wanted one, those of a cell together.
        cells : ndarray of int, shape (n_wanted,)
            Sorted; -1 for rows of any cell.
        attempt, block : int
            For the seed.
        """
        random = np.random.default_rng([self.draw.seed, attempt, block, 1])
        distances = self.around.mean_distances(candidates)
        sought = self._sought(distances, cells)
        ends = np.cumsum(np.unique(cells, return_counts=True)[1])
        starts = np.concatenate([[0], ends[:-1]])
        found = []
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            part = slice(N_CANDIDATES * start, N_CANDIDATES * end)
            places = take_by_weight(sought[part], distances[part], end - start, random)
            found.append(places + N_CANDIDATES * start)
        return take_rows(candidates, np.concatenate(found))

    def _sought(self, distances: Floats, cells: IntArray) -> Floats:
        """Return how much each candidate weighs."""
        around = self.around
        sought = around.sparseness(distances, self.draw.plan.steer)
        return sought * surplus_factors(around.own_distances, self._reference(cells), distances)

    def _reference(self, cells: IntArray) -> Floats:
        """Return how much each real row counts as an example of the wanted cells."""
        n_real = int(self._is_real.sum())
        if (cells < 0).all():
            return np.ones(n_real)
        own = self.draw.codes[self._is_real]
        n_cells = self.draw.plan.index.n_cells
        counts = np.bincount(own[own >= 0], minlength=n_cells)
        wanted = np.bincount(cells, minlength=n_cells) * (counts > 0)
        share = np.divide(wanted, counts, out=np.zeros(n_cells), where=counts > 0)
        found = np.where(own >= 0, share[np.maximum(own, 0)], 0.0)
        n_examples = int((found > 0).sum())
        scaled = found * (n_examples / found.sum()) if n_examples else found
        return scaled + BORROWED_ROWS / n_real


def surplus_factors(own: Floats, reference: Floats, distances: Floats) -> Floats:
    """Return by how much candidates are weighed down because there are more of them so far out than real people.

    Parameters
    ----------
    own : ndarray of float64, shape (n_real,)
        The distances of real rows.
    reference : ndarray of float64, shape (n_real,)
        How much each of them counts.
    distances : ndarray of float64, shape (n_candidates,)

    Returns
    -------
    ndarray of float64, shape (n_candidates,)
        At most 1.

    Examples
    --------
    >>> own = np.array([0.1, 0.1, 0.1, 0.5])
    >>> surplus_factors(own, np.ones(4), np.array([0.1, 0.5, 0.5, 0.5])).round(3).tolist()   # .25 / .75 far out
    [1.0, 0.333, 0.333, 0.333]
    """
    order = np.argsort(own, kind="stable")
    mass = np.cumsum(reference[order]) / reference.sum()
    inner = own[order][np.searchsorted(mass, np.arange(1, N_BANDS) / N_BANDS - 1e-9)]
    edges = np.unique(inner)
    real_band, band = np.searchsorted(edges, own, side="left"), np.searchsorted(edges, distances, side="left")
    real = np.bincount(real_band, weights=reference, minlength=len(edges) + 1) / reference.sum()
    drawn = np.bincount(band, minlength=len(edges) + 1) / max(len(distances), 1)
    factor = np.minimum(np.divide(real, drawn, out=np.ones(len(real)), where=drawn > 0), 1.0)
    return np.asarray(factor[band])


def take_by_weight(
    weights: Floats, distances: Floats, n_wanted: int, random: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return places drawn without replacement in proportion to weights; where too few weigh anything, the nearest.

    Parameters
    ----------
    weights : ndarray of float64, shape (n_candidates,)
        At least 0.
    distances : ndarray of float64, shape (n_candidates,)
    n_wanted : int
        At most as many as there are candidates.
    random : Generator

    Notes
    -----
    Systematic sampling in a random order: each candidate is taken with a chance of exactly n w / sum(w), or surely
    where that is above 1.
    """
    has_weight = weights > 0
    if has_weight.sum() <= n_wanted:
        order = np.lexsort((distances, ~has_weight))
        return np.sort(order[:n_wanted])
    chances = inclusion_chances(weights, n_wanted)
    order = random.permutation(len(weights))
    bounds = np.cumsum(chances[order])
    points = (random.random() + np.arange(n_wanted)) * (bounds[-1] / n_wanted)
    places = np.minimum(np.searchsorted(bounds, points, side="right"), len(bounds) - 1)
    return np.sort(order[places])


def inclusion_chances(weights: Floats, n_wanted: int) -> Floats:
    """Return chances in proportion to weights that sum to how many are wanted, none above 1.

    Examples
    --------
    >>> inclusion_chances(np.array([1.0, 1.0, 6.0, 0.0]), 2).tolist()
    [0.5, 0.5, 1.0, 0.0]
    """
    is_sure = np.zeros(len(weights), dtype=bool)
    while True:
        rest = np.where(is_sure, 0.0, weights)
        chances = (n_wanted - is_sure.sum()) * rest / rest.sum() if rest.sum() > 0 else rest
        is_over = chances > 1
        if not is_over.any():
            return np.where(is_sure, 1.0, chances)
        is_sure |= is_over
