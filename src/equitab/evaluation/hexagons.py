"""Points of a plane counted in hexagons; a hexagon of too few people is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class HexagonCounts:
    """How many points lie in each hexagon that holds enough of them.

    Attributes
    ----------
    centers : ndarray of float64, shape (n_hexagons, 2)
    counts : ndarray of int64, shape (n_hexagons,)
        Points, each counted as often as it occurs.
    is_counted : ndarray of bool, shape (n_points,)
        Which points are in one of these hexagons.
    """

    centers: FloatArray
    counts: IntArray
    is_counted: npt.NDArray[np.bool_]


def count_in_hexagons(places: FloatArray, times: IntArray, *, width: float, min_points: int) -> HexagonCounts:
    """Count points in hexagons of a common width.

    Parameters
    ----------
    places : ndarray of float, shape (n_points, 2)
        Each point once, however often it occurs.
    times : ndarray of int, shape (n_points,)
        How often it occurs.
    width : float
        Between two opposite sides of a hexagon, which stand upright; the first is centred at (0, 0).
    min_points : int
        Hexagons of fewer *different* points are hidden, however often these occur.

    Returns
    -------
    HexagonCounts
        By row, then by column.

    Notes
    -----
    The centres are two rectangular lattices, one shifted by half a step; a point belongs to the nearest centre.

    Examples
    --------
    >>> spots = np.array([[0.01, 0.0], [0.0, 0.02], [0.9, 0.9]])
    >>> found = count_in_hexagons(spots, np.array([1, 5, 7]), width=0.1, min_points=2)
    >>> found.counts.tolist(), found.is_counted.tolist()
    ([6], [True, True, False])
    """
    nearest = _nearest_centers(places, width)
    centers, member = np.unique(nearest[:, ::-1], axis=0, return_inverse=True)
    member = member.reshape(-1)
    different = np.bincount(member, minlength=len(centers))
    counts = np.bincount(member, weights=times, minlength=len(centers)).astype(np.int64)
    is_shown = different >= min_points
    return HexagonCounts(centers[is_shown, ::-1], counts[is_shown], is_shown[member])


def count_in_layers(
    places: FloatArray, times: IntArray, *, widths: Sequence[float], min_points: int
) -> list[HexagonCounts]:
    """Count points in ever wider hexagons: what is too sparse for one layer is counted in the next.

    Parameters
    ----------
    places, times : ndarray
        As in `count_in_hexagons`.
    widths : sequence of float
        Rising.
    min_points : int

    Returns
    -------
    list of HexagonCounts
        One for each width; no point is counted twice.

    Examples
    --------
    >>> spots = np.array([[0.0, 0.0], [0.3, 0.0], [0.0, 0.3]])
    >>> layers = count_in_layers(spots, np.ones(3, dtype=int), widths=(0.1, 1.0), min_points=2)
    >>> [layer.counts.tolist() for layer in layers]
    [[], [3]]
    """
    layers: list[HexagonCounts] = []
    left = np.arange(len(places))
    for width in widths:
        found = count_in_hexagons(places[left], times[left], width=width, min_points=min_points)
        is_counted = np.zeros(len(places), dtype=bool)
        is_counted[left[found.is_counted]] = True
        layers.append(HexagonCounts(found.centers, found.counts, is_counted))
        left = left[~found.is_counted]
    return layers


def _nearest_centers(places: FloatArray, width: float) -> FloatArray:
    step = np.array([width, width * np.sqrt(3.0)])
    even = np.round(places / step) * step
    odd = (np.floor(places / step) + 0.5) * step
    is_even = ((places - even) ** 2).sum(axis=1) <= ((places - odd) ** 2).sum(axis=1)
    # Rounded, so that two ways to the same centre are one hexagon.
    return np.round(np.where(is_even[:, None], even, odd), 9)
