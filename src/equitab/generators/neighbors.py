"""Rows between neighbouring rows of the same cell, by imbalanced-learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from equitab.encoding import EncodedTable

NEIGHBOR_MEBIBYTES = 128


def draw_between_neighbors(
    encoded: EncodedTable, cells: np.ndarray, wanted: np.ndarray, *, n_neighbors: int, seed: int
) -> EncodedTable:
    """Return rows interpolated within cells.

    Parameters
    ----------
    encoded : EncodedTable
        Training rows.
    cells : ndarray of int, shape (n_training_rows,)
        The cell of each; a negative one takes no part.
    wanted : ndarray of int, shape (n_wanted,)
        The cell of each wanted row; each of these cells has two training rows or more.
    n_neighbors : int
        Fewer in a cell with fewer rows.
    seed : int
    """
    numeric = np.zeros((len(wanted), encoded.numeric.shape[1]))
    codes = np.zeros((len(wanted), encoded.categorical.shape[1]), dtype=np.int64)
    asked = np.unique(wanted)
    n_known = counts_of(cells, asked)
    for k in np.unique(np.minimum(n_neighbors, n_known - 1)).tolist():
        in_reach = asked[np.minimum(n_neighbors, n_known - 1) == k]
        n_new = {int(cell): int((wanted == cell).sum()) for cell in in_reach}
        drawn, of_cell = _interpolated(encoded, cells, n_new, int(k), seed)
        for cell in n_new:
            rows = wanted == cell
            numeric[rows] = drawn[of_cell == cell, : encoded.numeric.shape[1]]
            codes[rows] = np.rint(drawn[of_cell == cell, encoded.numeric.shape[1] :]).astype(np.int64)
    return encoded.replaced(numeric, codes)


def _interpolated(
    encoded: EncodedTable, cells: np.ndarray, n_new: Mapping[int, int], n_neighbors: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return new rows (scores, then codes) and their cells, by imbalanced-learn."""
    from sklearn import config_context

    used = np.isin(cells, list(n_new))
    values = np.column_stack([encoded.numeric[used], encoded.categorical[used]])
    labels = cells[used]
    if len(n_new) == 1:  # imbalanced-learn wants two classes: a second one that stays as it is
        values = np.vstack([values, values[:1]])
        labels = np.append(labels, labels[0] + 1)
    strategy = {cell: int((cells == cell).sum()) + count for cell, count in n_new.items()}
    sampler = _sampler(encoded, strategy, n_neighbors, seed)
    with config_context(working_memory=NEIGHBOR_MEBIBYTES):  # scikit-learn's own bound is a gigabyte
        both, resampled = sampler.fit_resample(values, labels)
    return np.asarray(both[len(values) :], dtype=np.float64), np.asarray(resampled[len(values) :])


def _sampler(encoded: EncodedTable, strategy: dict[int, int], n_neighbors: int, seed: int) -> Any:
    from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

    n_numeric, n_codes = encoded.numeric.shape[1], encoded.categorical.shape[1]
    options: dict[str, Any] = {
        "sampling_strategy": strategy,
        "random_state": seed,
        "k_neighbors": n_neighbors,
    }
    if n_codes == 0:
        return SMOTE(**options)
    if n_numeric == 0:
        return SMOTEN(**options)
    return SMOTENC(categorical_features=list(range(n_numeric, n_numeric + n_codes)), **options)


def counts_of(cells: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Return how many rows are in each of some cells."""
    found, counts = np.unique(cells, return_counts=True)
    known = dict(zip(found.tolist(), counts.tolist(), strict=True))
    return np.array([known.get(cell, 0) for cell in which.tolist()], dtype=np.int64)
