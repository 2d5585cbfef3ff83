"""Models that guess a group from other columns: all of them together, and each column alone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.evaluation.design_matrix import DesignMatrix
from equitab.evaluation.out_of_fold import deal_folds
from equitab.evaluation.quality.detectors import without_empty_columns
from equitab.schema import TableSchema

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int64]

N_FOLDS = 3
ROUNDS_OF_TWO, ROUNDS_OF_MORE = 60, 30
"""A round grows one tree, or with more than two groups one for each; on Adult by sex and race more rounds tell less."""
N_BINS = 50
PRIOR_ROWS = 10.0
ROWS_FOR_THREADS = 5_000


@dataclass(frozen=True, eq=False)
class OtherColumns:
    """The columns that a group is guessed from, as a matrix.

    Parameters
    ----------
    names : tuple of str
        Columns of the table.
    matrix : ndarray of float, shape (n_rows, n_features)
    positions : tuple of ndarray of int
        For each column the features that it gave (a date gives several).
    categorical : tuple of int
        Features that are codes.
    """

    names: tuple[str, ...]
    matrix: FloatArray
    positions: tuple[CodeArray, ...]
    categorical: tuple[int, ...]

    @classmethod
    def read(cls, frame: Frame, schema: TableSchema, *, with_outcome: bool) -> OtherColumns:
        """Return every learned column that is no sensitive feature, with the outcome or without it."""
        design = DesignMatrix.fit(
            frame, schema, form="ordinal", use_sensitive_features=False, include_target=with_outcome
        )
        widths = [3 if column.kind == "datetime" else 1 for column in design.columns]
        ends = np.cumsum(widths)
        return cls(
            tuple(column.name for column in design.columns),
            without_empty_columns(design.transform(frame)),
            tuple(np.arange(end - width, end) for width, end in zip(widths, ends, strict=True)),
            design.categorical_positions,
        )


@dataclass(frozen=True, eq=False)
class Guesses:
    """What was guessed about every row by models that did not learn from it.

    Parameters
    ----------
    scores : ndarray of float, shape (n_rows, n_groups)
        Probabilities.
    asked : ndarray of int
        The rows that were asked again with one column shuffled at a time.
    shuffled : dict of str to ndarray, shape (n_asked, n_groups)
        Their probabilities, by the column that was shuffled.
    """

    scores: FloatArray
    asked: CodeArray
    shuffled: dict[str, FloatArray]


def guess_groups(
    columns: OtherColumns, codes: CodeArray, *, n_groups: int, rows_shuffled: int = 0, seed: int
) -> Guesses:
    """Guess the group of every row, by gradient boosting over three folds.

    Parameters
    ----------
    columns : OtherColumns
    codes : ndarray of int, shape (n_rows,)
        The group of every row; each group has at least as many rows as there are folds.
    n_groups : int
        At least 2.
    rows_shuffled : int, default 0
        Rows of each fold that are asked again with each column shuffled among them; 0 for none.
    seed : int

    Returns
    -------
    Guesses
    """
    folds = deal_folds(codes, n_folds=N_FOLDS, seed=seed)
    rng = np.random.default_rng(seed)
    scores = np.zeros((len(codes), n_groups))
    asked: list[CodeArray] = []
    shuffled: list[dict[str, FloatArray]] = []
    with _few_threads(len(codes)):
        for fold in range(N_FOLDS):
            model = _model(columns.categorical, n_groups, seed)
            model.fit(columns.matrix[folds != fold], codes[folds != fold])
            own = np.flatnonzero(folds == fold)
            scores[own] = model.predict_proba(columns.matrix[own])
            asked.append(rng.permutation(own)[:rows_shuffled])
            shuffled.append(_shuffled(model, columns, asked[-1], rng) if rows_shuffled else {})
    together = {name: np.concatenate([held[name] for held in shuffled]) for name in shuffled[0]}
    return Guesses(scores, np.concatenate(asked), together)


def _shuffled(
    model: Any, columns: OtherColumns, rows: CodeArray, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Return what a model guesses about some rows with each column shuffled among them."""
    found = {}
    for name, positions in zip(columns.names, columns.positions, strict=True):
        changed = columns.matrix[rows]
        changed[:, positions] = changed[rng.permutation(len(rows))][:, positions]
        found[name] = model.predict_proba(changed)
    return found


def _few_threads(n_rows: int) -> AbstractContextManager[Any]:
    """Keep small tables on one thread: handing their pieces round takes several times longer than the work."""
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    return threadpool_limits(1, user_api="openmp") if n_rows < ROWS_FOR_THREADS else nullcontext()


def _model(categorical: Sequence[int], n_groups: int, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=ROUNDS_OF_TWO if n_groups == 2 else ROUNDS_OF_MORE,
        max_leaf_nodes=15,
        l2_regularization=1.0,
        early_stopping=False,
        categorical_features=list(categorical) or None,
        random_state=seed,
    )


def guess_by_one_column(
    columns: OtherColumns, place: int, codes: CodeArray, *, n_groups: int, seed: int
) -> FloatArray:
    """Guess the group of every row from one column alone: the groups' shares among rows of other folds like it.

    Parameters
    ----------
    columns : OtherColumns
    place : int
        Which column.
    codes, n_groups, seed
        As in `guess_groups`.

    Returns
    -------
    ndarray of float, shape (n_rows, n_groups)
        Numbers are alike in the same of 50 quantile bins; shares are drawn towards those of everybody by 10
        rows.
    """
    first = int(columns.positions[place][0])
    cells = _cells(columns.matrix[:, first], is_code=first in columns.categorical)
    n_cells = int(cells.max()) + 1
    folds = deal_folds(codes, n_folds=N_FOLDS, seed=seed)
    prior = np.bincount(codes, minlength=n_groups) / len(codes)
    counts = np.bincount(
        (folds * n_cells + cells) * n_groups + codes, minlength=N_FOLDS * n_cells * n_groups
    ).reshape(N_FOLDS, n_cells, n_groups)
    others = counts.sum(0) - counts + PRIOR_ROWS * prior
    shares = others / others.sum(-1, keepdims=True)
    return np.asarray(shares[folds, cells], dtype=np.float64)


def _cells(values: FloatArray, *, is_code: bool) -> CodeArray:
    """Return the cell of every value: its code or its quantile bin; 0 for a missing one."""
    missing = np.isnan(values)
    if is_code:
        return np.where(missing, 0, np.nan_to_num(values) + 1).astype(np.int64)
    edges = np.unique(np.quantile(values[~missing], np.arange(1, N_BINS) / N_BINS, method="inverted_cdf"))
    cells = np.searchsorted(edges, np.nan_to_num(values), side="left") + 1
    return np.where(missing, 0, cells).astype(np.int64)
