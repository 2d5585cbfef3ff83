r"""Predictions of a table's own rows by models that did not learn from them.

The rows are dealt to K folds, alike in their share of every outcome. For each fold a model learns from the
other folds and scores this one. So every row :math:`i` of fold :math:`k(i)` has the score

.. math:: \hat p_i = \hat P_{-k(i)}(\text{favorable} \mid x_i) .
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.errors import Problem, TableError
from equitab.evaluation.learners import Learner
from equitab.evaluation.model import FittedModel, fit_model
from equitab.schema import TableSchema, favorable, labels

FloatArray = npt.NDArray[np.float64]

FAVORABLE = ""
"""The key of the scores of the favorable outcome itself."""


def out_of_fold_scores(
    frame: Frame,
    schema: TableSchema,
    learner: Learner,
    *,
    n_folds: int = 5,
    use_sensitive_features: bool = True,
    values: tuple[str, ...] = (),
    seed: int,
) -> Mapping[str, FloatArray]:
    """Return how likely every row has the favorable outcome, by models that have not seen the row.

    Parameters
    ----------
    frame : Frame
        Rows with a target.
    schema : TableSchema
    learner : Learner
    n_folds : int, default 5
        At least 2, and at most the number of favorable and of other rows.
    use_sensitive_features : bool, default True
        Whether the models may see them.
    values : tuple of str
        Values of a categorical target that are wanted as outcomes of their own.
    seed : int
        Of the folds and the learner.

    Returns
    -------
    mapping of str to ndarray of float, shape (n_rows,)
        Scores in [0, 1] of the favorable outcome (key `FAVORABLE`) and of each of `values`.

    Raises
    ------
    TableError
        If there are too few rows of either outcome.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.evaluation.learners import LEARNERS
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("x", "integer"), Column("y", "boolean")), "y", favorable_outcome=(True,))
    >>> table = frame_from_columns({"x": [0, 9] * 50, "y": [False, True] * 50})
    >>> scores = out_of_fold_scores(table, schema, LEARNERS["decision_tree"], seed=0)[FAVORABLE]
    >>> scores[:4].tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    folds = deal_folds(_outcomes(frame, schema), n_folds=n_folds, seed=seed)
    found = {name: np.zeros(len(frame)) for name in (FAVORABLE, *values)}
    for fold in range(n_folds):
        model = fit_model(
            take_rows(frame, folds != fold),
            learner,
            schema=schema,
            use_sensitive_features=use_sensitive_features,
            seed=seed,
        )
        asked = take_rows(frame, folds == fold)
        for name, scores in found.items():
            scores[folds == fold] = _scores(model, asked, name)
    return found


def deal_folds(outcomes: npt.NDArray[np.int64], *, n_folds: int, seed: int) -> npt.NDArray[np.int64]:
    """Return the fold of every row; each fold has nearly the same number of rows of every outcome.

    Parameters
    ----------
    outcomes : ndarray of int, shape (n_rows,)
    n_folds : int
    seed : int

    Returns
    -------
    ndarray of int, shape (n_rows,)
        From 0 to ``n_folds - 1``.

    Examples
    --------
    >>> folds = deal_folds(np.array([0] * 6 + [1] * 3), n_folds=3, seed=0)
    >>> np.bincount(folds[:6]).tolist(), sorted(folds[6:].tolist())
    ([2, 2, 2], [0, 1, 2])
    """
    shuffled = np.random.default_rng(seed).permutation(len(outcomes))
    order = shuffled[np.argsort(outcomes[shuffled], kind="stable")]
    folds = np.empty(len(outcomes), dtype=np.int64)
    folds[order] = np.arange(len(outcomes)) % n_folds
    return folds


def _outcomes(frame: Frame, schema: TableSchema) -> npt.NDArray[np.int64]:
    """Return the code of every row's outcome, after a check that models can learn it in every fold."""
    wanted = favorable(frame, schema)
    fewest = int(min(wanted.sum(), (~wanted).sum()))
    if fewest < 10:
        received = f"{fewest} of {len(frame)}"
        expected = "at least 10 favorable and 10 other rows"
        raise TableError(Problem(f"target {schema.target!r}", expected, received))
    if schema.favorable_threshold is not None:
        return wanted.astype(np.int64)
    return labels(frame, schema.target, missing_tokens=schema.missing_tokens).codes


def _scores(model: FittedModel, asked: Frame, name: str) -> FloatArray:
    """Return the scores of the favorable outcome, or of one value of the target."""
    if name == FAVORABLE:
        return model.favorable_score(asked)
    if name not in model.classes:  # no training row of these folds has it
        return np.zeros(len(asked))
    return replace(model, favorable_classes=(model.classes.index(name),)).favorable_score(asked)
