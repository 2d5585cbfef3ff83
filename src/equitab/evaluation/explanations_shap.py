"""Trees with many leaves, explained by the package ``shap``, whose loops are compiled: the extra ``explain``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.errors import MissingExtraError

FloatArray = npt.NDArray[np.float64]


def is_shap_installed() -> bool:
    """Return whether the extra ``explain`` is there; nothing is imported, which would take seconds."""
    return find_spec("shap") is not None


def explain_by_shap(trees: Any, explained: FloatArray, background: FloatArray, *, purpose: str) -> FloatArray:
    """Return interventional SHAP values of trees.

    Parameters
    ----------
    trees : sequence of mapping, or a fitted estimator of xgboost or lightgbm
    explained, background : ndarray of float64, shape (n_rows, n_columns)
    purpose : str
        For the error: what needs the package.

    Returns
    -------
    ndarray of float64, shape (n_explained, n_columns)

    Raises
    ------
    MissingExtraError
        If the extra ``explain`` is not installed.
    """
    if not is_shap_installed():
        raise MissingExtraError("explain", purpose)
    import shap

    held, rows = trees, (explained, background)
    if isinstance(trees, Sequence):
        held, rows = _ranked(trees, rows)
    # Said in full, for by itself the package takes a hundred rows of a larger background.
    behind = shap.maskers.Independent(rows[1], max_samples=len(rows[1]))
    explainer = shap.TreeExplainer(held, data=behind, feature_perturbation="interventional")
    found = np.asarray(explainer.shap_values(rows[0], check_additivity=False), dtype=np.float64)
    return found[:, :, -1] if found.ndim == 3 else found


def _ranked(
    tables: Sequence[dict[str, Any]], rows: tuple[FloatArray, FloatArray]
) -> tuple[dict[str, Any], tuple[FloatArray, FloatArray]]:
    """Return trees and rows with places among a feature's thresholds in place of values.

    The package rounds thresholds to single precision, which sends rows that lie on one to the wrong side; scikit-learn
    rounds the rows and not the thresholds. Places are whole numbers, which nobody rounds.
    """
    places = [held.astype(np.float32).astype(np.float64) for held in rows]
    thresholds = [table["thresholds"].astype(np.float64) for table in tables]
    for feature in range(rows[0].shape[1]):
        of_feature = [table["features"] == feature for table in tables]
        known = np.unique(np.concatenate([t[f] for t, f in zip(thresholds, of_feature, strict=True)]))
        for held in places:
            is_there = np.isfinite(held[:, feature])
            held[is_there, feature] = np.searchsorted(known, held[is_there, feature])
        for ends, inside in zip(thresholds, of_feature, strict=True):
            ends[inside] = np.searchsorted(known, ends[inside])
    ranked = [{**table, "thresholds": ends} for table, ends in zip(tables, thresholds, strict=True)]
    return {"trees": ranked}, (places[0], places[1])
