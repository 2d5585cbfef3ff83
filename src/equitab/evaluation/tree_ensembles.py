"""Trees of scikit-learn's estimators, read from a fitted model: where they send rows, and what their leaves are worth.

Read from attributes that scikit-learn documents for its plain trees, and from the private ones of its histogram trees,
which have no others: a reader that fails there leaves the model to be explained by sampling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from equitab.evaluation.model import FittedModel
from equitab.evaluation.shapley_trees import SplitTree

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ScoreUnit = Literal["log-odds", "probability", "decision function"]

_FORESTS = ("RandomForestClassifier", "ExtraTreesClassifier")


@dataclass(frozen=True, eq=False)
class TreeEnsemble:
    """The trees of a model, whose values add up to its score but for a constant.

    Parameters
    ----------
    read : callable
        Returns the trees, with where they send the rows of a matrix.
    unit : str
        Of the score.
    n_leaves : int
        Of all trees.
    tables : tuple of mapping
        The trees as the package ``shap`` reads them, where it does so rightly; else empty.
    """

    read: Callable[[FloatArray], list[SplitTree]]
    unit: ScoreUnit
    n_leaves: int
    tables: tuple[dict[str, npt.NDArray[Any]], ...] = ()


def tree_ensemble(model: FittedModel) -> TreeEnsemble | None:
    """Return the trees of a model; None where it has none, or more than one score (several outcomes)."""
    estimator = model.estimator
    if not type(estimator).__module__.startswith("sklearn."):
        return None
    name = type(estimator).__name__
    if name == "HistGradientBoostingClassifier" and estimator.n_trees_per_iteration_ == 1:
        return _histogram_trees(estimator, _direction(model))
    if name in _FORESTS:
        held = [one.tree_ for one in estimator.estimators_]
        return _plain_trees(held, _class_values(model, 1 / len(held)), "probability")
    if name == "DecisionTreeClassifier":
        return _plain_trees([estimator.tree_], _class_values(model, 1.0), "probability")
    if name == "GradientBoostingClassifier" and estimator.n_classes_ == 2 and estimator.init is None:
        held = [one.tree_ for one in estimator.estimators_[:, 0]]
        scale = _direction(model) * estimator.learning_rate
        return _plain_trees(held, lambda tree: scale * tree.value[:, 0, 0], "log-odds")
    return None


def _direction(model: FittedModel) -> float:
    """Return 1 where a higher score of the second class is favorable, else -1."""
    return 1.0 if model.estimator.classes_[1] in model.favorable_classes else -1.0


def _class_values(model: FittedModel, scale: float) -> Callable[[Any], FloatArray]:
    """Return what makes probabilities of a favorable outcome from the shares of the classes in a node."""
    chosen = np.isin(model.estimator.classes_, model.favorable_classes)

    def values(tree: Any) -> FloatArray:
        shares = tree.value[:, 0, :]
        return np.asarray(scale * shares[:, chosen].sum(1) / shares.sum(1))

    return values


def _plain_trees(held: list[Any], values: Callable[[Any], FloatArray], unit: ScoreUnit) -> TreeEnsemble:
    """Return trees with thresholds only."""

    def read(matrix: FloatArray) -> list[SplitTree]:
        rows = matrix.astype(np.float32).T
        return [_plain_tree(tree, values(tree), rows) for tree in held]

    tables = tuple(_plain_table(tree, values(tree)) for tree in held)
    return TreeEnsemble(read, unit, sum(int(tree.n_leaves) for tree in held), tables)


def _plain_tree(tree: Any, values: FloatArray, rows: npt.NDArray[np.float32]) -> SplitTree:
    is_leaf = tree.children_left < 0
    features = np.where(is_leaf, -1, tree.feature).astype(np.int64)
    held = rows[np.maximum(features, 0)]
    missing_left = np.asarray(tree.missing_go_to_left, dtype=bool)[:, None]
    goes_left = np.where(np.isnan(held), missing_left, held <= tree.threshold[:, None])
    return SplitTree(features, tree.children_left, tree.children_right, values, goes_left)


def _plain_table(tree: Any, values: FloatArray) -> dict[str, npt.NDArray[Any]]:
    is_missing_left = np.asarray(tree.missing_go_to_left, dtype=bool)
    return {
        "children_left": tree.children_left,
        "children_right": tree.children_right,
        "children_default": np.where(is_missing_left, tree.children_left, tree.children_right),
        "features": tree.feature,
        "thresholds": tree.threshold,
        "values": values[:, None],
        "node_sample_weight": tree.weighted_n_node_samples,
    }


def _histogram_trees(estimator: Any, direction: float) -> TreeEnsemble:
    """Return the trees of histogram boosting, whose splits look at thresholds or at sets of categories."""
    predictors = [held for (held,) in estimator._predictors]
    order = _column_order(estimator)

    def read(matrix: FloatArray) -> list[SplitTree]:
        rows = np.asarray(estimator._preprocess_X(matrix, reset=False), dtype=np.float64).T
        return [_histogram_tree(held, rows, order, direction) for held in predictors]

    n_leaves = sum(int(held.nodes["is_leaf"].sum()) for held in predictors)
    return TreeEnsemble(read, "log-odds", n_leaves)


def _column_order(estimator: Any) -> IntArray:
    """Return which column of the matrix the trees' own columns are: they put categories first."""
    is_category = estimator.is_categorical_
    if is_category is None:
        return np.arange(estimator.n_features_in_)
    return np.concatenate([np.flatnonzero(is_category), np.flatnonzero(~is_category)])


def _histogram_tree(held: Any, rows: FloatArray, order: IntArray, direction: float) -> SplitTree:
    nodes = held.nodes
    is_leaf = nodes["is_leaf"].astype(bool)
    own = nodes["feature_idx"].astype(np.int64)
    values = rows[np.where(is_leaf, 0, own)]
    goes_left = values <= nodes["num_threshold"][:, None]
    for node in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~is_leaf):
        goes_left[node] = _is_in_set(values[node], held.raw_left_cat_bitsets[nodes["bitset_idx"][node]])
    missing_left = nodes["missing_go_to_left"].astype(bool)[:, None]
    goes_left = np.where(np.isnan(values), missing_left, goes_left)
    features = np.where(is_leaf, -1, order[np.where(is_leaf, 0, own)])
    left, right = nodes["left"].astype(np.int64), nodes["right"].astype(np.int64)
    return SplitTree(features, left, right, direction * nodes["value"], goes_left)


def _is_in_set(codes: FloatArray, bits: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Return which codes are in a set of bits, 32 of them in each number."""
    known = np.nan_to_num(codes, nan=0.0).astype(np.int64)
    return np.asarray((bits[known // 32].astype(np.int64) >> (known % 32)) & 1, dtype=bool)
