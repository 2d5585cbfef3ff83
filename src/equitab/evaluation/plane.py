"""Rows put on a plane: by UMAP where it is installed, by principal components elsewhere.

UMAP keeps neighbours together and its axes mean nothing; principal components are the two directions along
which rows differ most. Either is learned from real training rows, and other rows are placed among them.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
import numpy.typing as npt

from equitab.errors import MissingExtraError

FloatArray = npt.NDArray[np.float64]
PlaneMethod = Literal["umap", "pca"]
PlaneChoice = Literal["auto", "umap", "pca"]

MIN_UMAP_ROWS = 1_000
"""Fewer rows have no neighbourhoods worth a minute of UMAP: *auto* takes principal components."""
_N_NEIGHBORS = 15
_MIN_DISTANCE = 0.1


@dataclass(frozen=True, eq=False)
class Places:
    """Where rows are on the plane.

    Attributes
    ----------
    fitted, others : ndarray of float64, shape (n_rows, 2)
    variance_share : float or None
        Of principal components: the share of the variance that the two directions hold.
    """

    fitted: FloatArray
    others: FloatArray
    variance_share: float | None = None


def is_umap_installed() -> bool:
    """Return whether the extra ``pictures`` is there; nothing is imported, which would take seconds."""
    return find_spec("umap") is not None


def choose_method(choice: PlaneChoice, n_rows: int) -> PlaneMethod:
    """Return how rows are put on the plane.

    Parameters
    ----------
    choice : {"auto", "umap", "pca"}
    n_rows : int
        Real rows to learn from.

    Raises
    ------
    MissingExtraError
        If UMAP was asked for by name and is not installed.

    Examples
    --------
    >>> choose_method("auto", n_rows=100), choose_method("pca", n_rows=10_000)
    ('pca', 'pca')
    """
    if choice == "umap" and not is_umap_installed():
        raise MissingExtraError("pictures", "a picture made by UMAP")
    if choice == "auto":
        return "umap" if n_rows >= MIN_UMAP_ROWS and is_umap_installed() else "pca"
    return choice


def place_rows(fitted: FloatArray, others: FloatArray, *, method: PlaneMethod, seed: int) -> Places:
    """Learn a plane from some rows and put them and others on it.

    Parameters
    ----------
    fitted : ndarray of float, shape (n_rows, n_features)
        At least one row.
    others : ndarray of float, shape (n_others, n_features)
        May have no rows.
    method : {"umap", "pca"}
    seed : int
        The same seed gives the same plane.

    Returns
    -------
    Places

    Examples
    --------
    >>> rows = np.array([[0.0, 0.0], [2.0, 0.0], [4.0, 0.0]])
    >>> found = place_rows(rows, rows[:1] + 1, method="pca", seed=0)
    >>> found.fitted[:, 0].tolist(), found.variance_share
    ([-2.0, 0.0, 2.0], 1.0)
    """
    if method == "umap" and len(fitted) > 3:
        return _place_by_umap(fitted, others, seed)
    return _place_by_components(fitted, others)


def _place_by_umap(fitted: FloatArray, others: FloatArray, seed: int) -> Places:
    with warnings.catch_warnings():
        # What it says of its own settings (one thread, because it is seeded) is nothing for readers.
        warnings.simplefilter("ignore")
        from scipy.spatial.distance import cdist
        from umap import UMAP

        # NOTE[DEPARTURE]: begun at the principal components, not at the graph's eigenvectors, which need a
        # connected graph: groups that no row lies between are the rule here. UMAP's own distances to new rows take a
        # Python call each: they are handed in.
        model = UMAP(
            n_neighbors=min(_N_NEIGHBORS, len(fitted) - 1),
            min_dist=_MIN_DISTANCE,
            init=_place_by_components(fitted, fitted[:0]).fitted.astype(np.float32),
            metric="precomputed",
            random_state=seed,
            n_jobs=1,
        ).fit(cdist(fitted, fitted))
        moved = model.transform(cdist(others, fitted)) if len(others) else np.empty((0, 2))
    return Places(np.asarray(model.embedding_, np.float64), np.asarray(moved, np.float64))


def _place_by_components(fitted: FloatArray, others: FloatArray) -> Places:
    """Singular vectors of the centred rows; their signs are fixed, so that a picture does not flip."""
    middle = fitted.mean(axis=0)
    _, sizes, directions = np.linalg.svd(fitted - middle, full_matrices=False)
    axes = np.zeros((2, fitted.shape[1]))
    axes[: len(directions)] = directions[:2]
    largest = np.abs(axes).argmax(axis=1)
    axes *= np.where(axes[np.arange(2), largest] < 0, -1.0, 1.0)[:, None]
    total = float((sizes**2).sum())
    share = float((sizes[:2] ** 2).sum()) / total if total > 0 else 1.0
    return Places((fitted - middle) @ axes.T, (others - middle) @ axes.T, round(share, 6))
