"""Rows between neighbouring rows of the same cell, by imbalanced-learn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from equitab.encoding import EncodedTable
from equitab.errors import ConstraintError, Problem
from equitab.generators.smote_kinds import LOOKS_AT_OTHER_CELLS, NUMBERS_ONLY, SmoteKind, make_sampler

NEIGHBOR_MEBIBYTES = 128
ADASYN_SURPLUS = 10
"""ADASYN rounds how many rows each row begets: with this many more for each, enough come out at random."""


def draw_between_neighbors(
    encoded: EncodedTable,
    cells: np.ndarray,
    wanted: np.ndarray,
    *,
    n_neighbors: int,
    kind: SmoteKind = "auto",
    seed: int,
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
    kind : SmoteKind, default "auto"
        One that applies to the columns. With a kind for numbers only, codes are those of the cell.
    seed : int

    Raises
    ------
    ConstraintError
        If the kind finds no rows to begin at: none near the border, no cluster.
    """
    if kind == "random":
        return _repeated(encoded, cells, wanted, seed)
    numeric = np.zeros((len(wanted), encoded.numeric.shape[1]))
    codes = np.zeros((len(wanted), encoded.categorical.shape[1]), dtype=np.int64)
    asked = np.unique(wanted)
    n_known = counts_of(cells, asked)
    for k in np.unique(np.minimum(n_neighbors, n_known - 1)).tolist():
        in_reach = asked[np.minimum(n_neighbors, n_known - 1) == k]
        n_new = {int(cell): int((wanted == cell).sum()) for cell in in_reach}
        drawn, of_cell = _interpolated(encoded, cells, n_new, int(k), kind, seed)
        for cell, count in n_new.items():
            rows = wanted == cell
            chosen = _exactly(drawn[of_cell == cell], count, kind, seed)
            numeric[rows] = chosen[:, : encoded.numeric.shape[1]]
            if kind in NUMBERS_ONLY:
                codes[rows] = encoded.categorical[np.flatnonzero(cells == cell)[0]]
            else:
                codes[rows] = np.rint(chosen[:, encoded.numeric.shape[1] :]).astype(np.int64)
    return encoded.replaced(numeric, codes)


def _repeated(encoded: EncodedTable, cells: np.ndarray, wanted: np.ndarray, seed: int) -> EncodedTable:
    """Return training rows of the wanted cells, drawn with replacement."""
    uniform = np.random.default_rng(seed).random(len(wanted))
    places = np.zeros(len(wanted), dtype=np.int64)
    for cell in np.unique(wanted).tolist():
        known, rows = np.flatnonzero(cells == cell), wanted == cell
        places[rows] = known[(uniform[rows] * len(known)).astype(np.int64)]
    return encoded.replaced(encoded.numeric[places], encoded.categorical[places])


def _interpolated(
    encoded: EncodedTable,
    cells: np.ndarray,
    n_new: Mapping[int, int],
    n_neighbors: int,
    kind: SmoteKind,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return new rows (scores, then codes) and their cells, by imbalanced-learn."""
    from sklearn import config_context

    used = cells >= 0 if kind in LOOKS_AT_OTHER_CELLS else np.isin(cells, list(n_new))
    values = encoded.numeric[used]
    if kind not in NUMBERS_ONLY:
        values = np.column_stack([values, encoded.categorical[used]])
    labels = cells[used]
    if len(np.unique(labels)) == 1:
        if kind in LOOKS_AT_OTHER_CELLS:
            raise ConstraintError(_nowhere(kind, "rows of one group only"))
        # imbalanced-learn wants two classes: a second one that stays as it is
        values = np.vstack([values, values[:1]])
        labels = np.append(labels, labels[0] + 1)
    known = {cell: int((cells == cell).sum()) for cell in n_new}
    more = {cell: ADASYN_SURPLUS * known[cell] if kind == "adasyn" else 0 for cell in n_new}
    strategy = {cell: known[cell] + count + more[cell] for cell, count in n_new.items()}
    sampler = make_sampler(kind, encoded, strategy, n_neighbors=n_neighbors, seed=seed)
    try:
        with config_context(working_memory=NEIGHBOR_MEBIBYTES):  # scikit-learn's own bound is a gigabyte
            both, resampled = sampler.fit_resample(values, labels)
    except (ValueError, RuntimeError) as error:
        if kind not in LOOKS_AT_OTHER_CELLS:
            raise
        raise ConstraintError(_nowhere(kind, "none that imbalanced-learn finds")) from error
    return np.asarray(both[len(values) :], dtype=np.float64), np.asarray(resampled[len(values) :])


def _exactly(drawn: np.ndarray, count: int, kind: SmoteKind, seed: int) -> np.ndarray:
    """Return as many of the drawn rows as are wanted; some kinds draw more than they were asked for."""
    if len(drawn) < count:
        raise ConstraintError(_nowhere(kind, f"{len(drawn)} drawn of {count} wanted"))
    if len(drawn) == count:
        return drawn
    return drawn[np.random.default_rng(seed).choice(len(drawn), count, replace=False)]


def _nowhere(kind: SmoteKind, received: str) -> Problem:
    expected = "rows of the asked group near other groups (or, for 'kmeans', clusters that it leads)"
    advice = "use kind 'auto', or another generator"
    return Problem(f"generator 'smote', kind {kind!r}", expected, received, advice)


def counts_of(cells: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Return how many rows are in each of some cells."""
    found, counts = np.unique(cells, return_counts=True)
    known = dict(zip(found.tolist(), counts.tolist(), strict=True))
    return np.array([known.get(cell, 0) for cell in which.tolist()], dtype=np.int64)
