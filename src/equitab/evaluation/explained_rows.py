"""SHAP values of the favorable score of a model, column by column of the table, in the way that suits the model.

===========================================  ==========================================================
model                                        way
===========================================  ==========================================================
linear                                       coefficient times distance from the background: exact
trees with at most 30,000 leaves in all      every leaf in turn: exact (`shapley_trees`)
forests with more leaves, xgboost, lightgbm  the package ``shap``: exact, needs the extra ``explain``
any other, or more than two outcomes         orders of features at random (`shapley_sampling`)
===========================================  ==========================================================

All ask the same: what does a score change by when a feature's value is that of the person rather than that of
somebody of the background, the other features being a mixture of both (interventional SHAP values)?
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import as_frame
from equitab.evaluation.explanations_shap import explain_by_shap
from equitab.evaluation.model import FittedModel
from equitab.evaluation.shapley_sampling import feature_numbers, sample_shapley
from equitab.evaluation.shapley_trees import explain_trees
from equitab.evaluation.tree_ensembles import ScoreUnit, TreeEnsemble, tree_ensemble

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MAX_LEAVES = 30_000
"""Trees with more leaves are left to compiled code."""
MAX_VISITS = 400_000_000
"""Leaves times pairs of an explained and a background row that compiled code may visit: some seconds."""
FEW_BACKGROUND = 25
"""With so many background rows it makes do where all would take longer."""
MAX_SCORES = 20_000
"""How many scores sampling may ask a model for."""
MIN_WALKS = 4
"""Orders for each row that sampling takes at least; it explains fewer rows instead."""


@dataclass(frozen=True, eq=False)
class ExplainedRows:
    """The SHAP values of some rows.

    Parameters
    ----------
    values : ndarray of float64, shape (n_rows, n_columns)
    columns : tuple of str
        Of the table, those that the model reads.
    unit : {"log-odds", "probability", "decision function"}
        Of the score that the values add up to.
    is_sampled : bool
        Whether they are estimates, which makes sizes a little too large.
    """

    values: FloatArray
    columns: tuple[str, ...]
    unit: ScoreUnit
    is_sampled: bool = False

    def of(self, names: tuple[str, ...]) -> FloatArray:
        """Return the values of some features added, shape (n_rows,); 0 for those that the model does not read."""
        held = [self.columns.index(name) for name in names if name in self.columns]
        return np.asarray(self.values[:, held].sum(1))


def explain_rows(model: FittedModel, rows: Any, *, background: Any = None, seed: int = 0) -> ExplainedRows:
    """Return the SHAP values of a model's favorable score, row by row.

    Parameters
    ----------
    model : FittedModel
    rows : Frame or any supported table
        Explained; where sampling is the only way, and with large forests, the first of them, as many as the budget
        allows.
    background : Frame or any supported table, optional
        With whom the rows are compared, best some hundred; the rows themselves when not given.
    seed : int, default 0
        Of sampling.

    Returns
    -------
    ExplainedRows

    Raises
    ------
    MissingExtraError
        If the trees have too many leaves for this library's own code and the extra ``explain`` is not installed.

    Notes
    -----
    In each row, the values of all columns add up to its score less the mean score of the background.
    """
    numbers, names = feature_numbers(model.design.column_sources)
    explained = model.design.transform(as_frame(rows))
    compared = explained if background is None else model.design.transform(as_frame(background))
    matrices = explained, compared
    found = _exact(model, *matrices)
    if found is not None:
        values, unit = found
        return ExplainedRows(_by_feature(values, numbers, len(names)), names, unit)
    return _sampled(model, *matrices, numbers, names, seed)


def _exact(
    model: FittedModel, explained: FloatArray, background: FloatArray
) -> tuple[FloatArray, ScoreUnit] | None:
    """Return values by column of the matrix and the unit; None where no exact way is known."""
    estimator = model.estimator
    if _is_linear(estimator):
        direction = 1.0 if estimator.classes_[1] in model.favorable_classes else -1.0
        is_logistic = type(estimator).__name__.startswith("LogisticRegression")
        values = direction * estimator.coef_[0] * (explained - background.mean(0))
        return values, "log-odds" if is_logistic else "decision function"
    if type(estimator).__module__.split(".")[0] in ("xgboost", "lightgbm") and len(estimator.classes_) == 2:
        direction = 1.0 if estimator.classes_[1] in model.favorable_classes else -1.0
        purpose = f"to explain {model.learner.name!r}"
        return direction * explain_by_shap(estimator, explained, background, purpose=purpose), "log-odds"
    trees = tree_ensemble(model)
    return None if trees is None else (_of_trees(trees, model, explained, background), trees.unit)


def _is_linear(estimator: Any) -> bool:
    """Return whether a score is a weighted sum of columns."""
    is_known = type(estimator).__module__.startswith(("sklearn.linear_model", "sklearn.svm"))
    coefficients = getattr(estimator, "coef_", None) if is_known else None
    return coefficients is not None and np.ndim(coefficients) == 2 and len(coefficients) == 1


def _of_trees(
    trees: TreeEnsemble, model: FittedModel, explained: FloatArray, background: FloatArray
) -> FloatArray:
    if trees.n_leaves > MAX_LEAVES and trees.tables:
        purpose = f"to explain {model.learner.name!r}, whose trees have {trees.n_leaves:,} leaves,"
        n_pairs = MAX_VISITS // trees.n_leaves
        if n_pairs < len(explained) * len(background):
            background = background[:FEW_BACKGROUND]
            explained = explained[: max(10, n_pairs // len(background))]
        return explain_by_shap(trees.tables, explained, background, purpose=purpose)
    held = trees.read(np.concatenate([explained, background]))
    return explain_trees(held, len(explained), explained.shape[1])


def _by_feature(values: FloatArray, numbers: IntArray, n_features: int) -> FloatArray:
    """Return values with the columns of one feature added: indicators, parts of dates, flags of missing ones."""
    found = np.zeros((n_features, len(values)))
    np.add.at(found, numbers, values.T)
    return found.T


def _sampled(
    model: FittedModel,
    explained: FloatArray,
    background: FloatArray,
    numbers: IntArray,
    names: tuple[str, ...],
    seed: int,
) -> ExplainedRows:
    scores_a_walk = 2 * (len(names) + 1)
    n_rows = min(len(explained), max(10, MAX_SCORES // (scores_a_walk * MIN_WALKS)))
    n_walks = max(1, MAX_SCORES // (scores_a_walk * n_rows))
    values = sample_shapley(
        model.favorable_score_of, explained[:n_rows], background, numbers, n_walks=n_walks, seed=seed
    )
    unit: ScoreUnit = "probability" if hasattr(model.estimator, "predict_proba") else "decision function"
    return ExplainedRows(values, names, unit, is_sampled=True)
