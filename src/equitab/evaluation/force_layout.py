"""Places for the nodes of a small network: linked nodes pull, all push, and circles do not cover each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_STEPS, _UNTANGLING = 400, 300
LARGEST = 0.06
"""Radius of the largest circle, as a part of the frame."""
_GAP = 0.018
_PULL_TO_MIDDLE = 0.03


def place_nodes(weights: FloatArray, sizes: FloatArray) -> FloatArray:
    """Return a place in [0, 1] x [0, 1] for every node.

    Parameters
    ----------
    weights : ndarray of float64, shape (n_nodes, n_nodes)
        Of links: symmetric, from 0 to 1.
    sizes : ndarray of float64, shape (n_nodes,)
        Radii of the circles, 1 for the largest.

    Returns
    -------
    ndarray of float64, shape (n_nodes, 2)
        The same for the same weights.

    Examples
    --------
    >>> pair = place_nodes(np.array([[0.0, 1.0], [1.0, 0.0]]), np.ones(2))
    >>> bool(np.linalg.norm(pair[0] - pair[1]) > 2 * LARGEST)
    True
    """
    n_nodes = len(sizes)
    if n_nodes == 1:
        return np.full((1, 2), 0.5)
    places = _start(weights)
    ideal = 1.0 / np.sqrt(n_nodes)
    for step in range(_STEPS):
        apart = places[:, None] - places[None]
        distance = np.maximum(np.linalg.norm(apart, axis=2), 1e-6)
        force = ideal**2 / distance**2 - np.sqrt(weights) * distance / ideal
        np.fill_diagonal(force, 0.0)
        move = (apart * force[:, :, None]).sum(1) - _PULL_TO_MIDDLE * n_nodes * places
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        places = places + move / length * np.minimum(length, 0.1 * (1 - step / _STEPS))
    return _untangled(_framed(places), LARGEST * sizes)


def _start(weights: FloatArray) -> FloatArray:
    """Return a circle on which the nodes stand in the order of the network's second eigenvector."""
    degrees = weights.sum(1)
    laplacian = np.diag(degrees) - weights
    vector = np.linalg.eigh(laplacian)[1][:, 1]
    vector = vector * (1.0 if vector[np.abs(vector).argmax()] > 0 else -1.0)
    angle = np.empty(len(weights))
    angle[np.argsort(np.round(vector, 9), kind="stable")] = np.linspace(
        0, 2 * np.pi, len(weights), endpoint=False
    )
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _framed(places: FloatArray) -> FloatArray:
    low, high = places.min(0), places.max(0)
    span = np.where(high - low > 1e-9, high - low, 1.0)
    margin = LARGEST + _GAP
    return margin + (places - low) / span * (1 - 2 * margin)


def _untangled(places: FloatArray, radii: FloatArray) -> FloatArray:
    """Return places at which no circle touches another, as far as the frame has room."""
    least = radii[:, None] + radii[None] + _GAP
    margin = radii[:, None] + _GAP
    for _ in range(_UNTANGLING):
        apart = places[:, None] - places[None]
        distance = np.maximum(np.linalg.norm(apart, axis=2), 1e-6)
        overlap = np.maximum(least - distance, 0.0)
        np.fill_diagonal(overlap, 0.0)
        if not overlap.any():
            break
        places = places + (apart / distance[:, :, None] * overlap[:, :, None]).sum(1) / 2
        places = np.clip(places, margin, 1 - margin)
    return places
