"""SHAP values by leaves and by sampling, against the definition: all coalitions, one by one."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.tree import DecisionTreeClassifier

from equitab.evaluation import shapley_trees
from equitab.evaluation.shapley_sampling import feature_numbers, sample_shapley
from equitab.evaluation.shapley_trees import explain_trees
from equitab.evaluation.tree_ensembles import tree_ensemble

N_FEATURES = 5


def by_definition(score, rows, others):
    """Return SHAP values by going through every coalition of features."""
    n = rows.shape[1]
    worth = {}
    for size in range(n + 1):
        for held in combinations(range(n), size):
            mixed = np.repeat(others[None], len(rows), axis=0)
            mixed[:, :, list(held)] = rows[:, None, list(held)]
            worth[held] = score(mixed.reshape(-1, n)).reshape(len(rows), -1).mean(1)
    found = np.zeros(rows.shape)
    for feature in range(n):
        for held in (one for one in worth if feature not in one):
            weight = factorial(len(held)) * factorial(n - len(held) - 1) / factorial(n)
            found[:, feature] += weight * (worth[tuple(sorted((*held, feature)))] - worth[held])
    return found


def make_rows(n_rows=300, seed=0):
    """Return numbers, codes of categories with gaps, and outcomes that hang on both."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n_rows, N_FEATURES))
    matrix[:, 1] = rng.integers(0, 7, n_rows)
    matrix[:, 3] = rng.integers(0, 3, n_rows)
    outcome = (matrix[:, 0] + np.isin(matrix[:, 1], (1, 4, 6)) + 0.3 * matrix[:, 3]) > rng.normal(size=n_rows)
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    return matrix, outcome.astype(int)


class Held:
    """As much of a fitted model as the reader of trees looks at."""

    def __init__(self, estimator, favorable=(1,)):
        self.estimator, self.favorable_classes = estimator, favorable


ESTIMATORS = {
    "histogram": HistGradientBoostingClassifier(max_iter=6, categorical_features=[1, 3], random_state=0),
    "histogram of numbers": HistGradientBoostingClassifier(max_iter=4, random_state=0),
    "tree": DecisionTreeClassifier(max_depth=6, random_state=0),
    "forest": RandomForestClassifier(5, min_samples_leaf=5, random_state=0),
    "extra trees": ExtraTreesClassifier(4, min_samples_leaf=8, random_state=0),
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_leaf_by_leaf_is_what_the_definition_says(name: str) -> None:
    matrix, outcome = make_rows()
    estimator = ESTIMATORS[name].fit(matrix, outcome)
    is_margin = name.startswith("histogram")
    score = estimator.decision_function if is_margin else lambda rows: estimator.predict_proba(rows)[:, 1]
    rows, others = matrix[:12], matrix[100:120]
    found = explain_trees(tree_ensemble(Held(estimator)).read(np.concatenate([rows, others])), 12, N_FEATURES)
    assert found == pytest.approx(by_definition(score, rows, others), abs=1e-9)
    assert found.sum(1) == pytest.approx(score(rows) - score(others).mean(), abs=1e-9)


def test_boosted_trees_add_up_and_turn_with_the_favorable_class() -> None:
    matrix, outcome = make_rows()
    matrix = np.nan_to_num(matrix)
    estimator = GradientBoostingClassifier(n_estimators=8, random_state=0).fit(matrix, outcome)
    found = {}
    for favorable in ((0,), (1,)):
        trees = tree_ensemble(Held(estimator, favorable)).read(matrix[:60])
        found[favorable] = explain_trees(trees, 40, N_FEATURES)
    margin = estimator.decision_function(matrix)
    assert found[1,].sum(1) == pytest.approx(margin[:40] - margin[40:60].mean())
    assert found[0,] == pytest.approx(-found[1,])


def test_ways_with_many_features_are_counted_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix, outcome = make_rows()
    estimator = ESTIMATORS["histogram"].fit(matrix, outcome)
    trees = tree_ensemble(Held(estimator)).read(matrix[:80])
    expected = explain_trees(trees, 50, N_FEATURES)
    monkeypatch.setattr(shapley_trees, "_MOST_DENSE", 1)
    assert explain_trees(trees, 50, N_FEATURES) == pytest.approx(expected)


def test_several_outcomes_and_other_models_have_no_trees_to_read() -> None:
    matrix, _ = make_rows(90)
    several = HistGradientBoostingClassifier(max_iter=2).fit(matrix, np.arange(90) % 3)
    assert tree_ensemble(Held(several)) is None


def test_sampling_a_sum_is_exact_whatever_the_order() -> None:
    rng = np.random.default_rng(3)
    rows, others, slopes = rng.normal(size=(6, 4)), rng.normal(size=(1, 4)), np.array([2.0, -1.0, 0.5, 3.0])
    numbers, names = feature_numbers(["a", "b", "b", "c"])
    found = sample_shapley(lambda held: held @ slopes, rows, others, numbers, n_walks=1, seed=0)
    parts = (rows - others) * slopes
    assert names == ("a", "b", "c")
    assert found == pytest.approx(np.column_stack([parts[:, 0], parts[:, 1] + parts[:, 2], parts[:, 3]]))


def test_sampling_comes_close_to_the_definition_and_repeats_itself() -> None:
    rng = np.random.default_rng(4)
    rows, others = rng.normal(size=(5, 3)), rng.normal(size=(30, 3))

    def score(held):
        return np.maximum(held[:, 0], 0) * held[:, 1] + held[:, 2] ** 2

    first, again = (sample_shapley(score, rows, others, np.arange(3), n_walks=600, seed=1) for _ in range(2))
    assert np.array_equal(first, again)
    assert first == pytest.approx(by_definition(score, rows, others), abs=0.2)
