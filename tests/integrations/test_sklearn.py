"""Laws of the sampler: real rows first and unchanged, what the plan says after them, usable in a pipeline."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from equitab.errors import RecipeError, TableError
from equitab.integrations.sklearn import EquitabSampler


@pytest.fixture(scope="module")
def people() -> tuple[pd.DataFrame, pd.Series]:
    """200 made-up people, of whom a fifth are hired."""
    rng = np.random.default_rng(0)
    sex = rng.choice(["F", "M"], 200)
    age = rng.integers(18, 70, 200)
    hired = (rng.random(200) < np.where(sex == "M", 0.3, 0.1)).astype(np.int64)
    table = pd.DataFrame(
        {"age": age.astype(np.int32), "sex": pd.Categorical(sex), "pay": rng.normal(30, 5, 200)}
    )
    return table, pd.Series(hired, name="hired", dtype="int8")


def sampler(**settings: Any) -> EquitabSampler:
    return EquitabSampler(generator="independent_marginals", **settings)


def test_real_rows_come_first_and_unchanged(people: tuple[pd.DataFrame, pd.Series]) -> None:
    """In the caller's dtypes."""
    X, y = people
    more, outcome = sampler().fit_resample(X, y)
    pd.testing.assert_frame_equal(more.iloc[: len(X)], X)
    pd.testing.assert_series_equal(outcome.iloc[: len(y)], y)
    assert outcome.dtype == y.dtype
    assert outcome.value_counts().nunique() == 1


def test_plans_for_groups_fill_groups(people: tuple[pd.DataFrame, pd.Series]) -> None:
    """Equal cells of sex and outcome."""
    X, y = people
    step = sampler(plan="fill_both", sensitive_features=["sex"])
    more, outcome = step.fit_resample(X, y)
    assert np.ptp(pd.crosstab(more["sex"], outcome).to_numpy()) == 0
    assert step.n_added_ == step.plan_.total == len(more) - len(X)


def test_bounds_of_a_plan_are_kept(people: tuple[pd.DataFrame, pd.Series]) -> None:
    """No cell grows to more than twice its rows, and one with too few rows borrows."""
    X, y = people
    options = {"plan": "fill_both", "sensitive_features": ["sex"], "max_growth": 2.0, "min_rows": 15}
    for few_rows in ("refuse", "parent"):
        step = sampler(**options, few_rows=few_rows)
        more, outcome = step.fit_resample(X, y)
        have, after = np.array(step.plan_.n_rows), np.array(step.plan_.afterwards)
        assert (after <= 2 * np.maximum(have, 15)).all()
        assert sorted(after) == sorted(pd.crosstab(more["sex"], outcome).to_numpy().ravel())
        assert bool(step.plan_.borrowing) == (few_rows == "parent")


def test_the_same_seed_gives_the_same_rows(people: tuple[pd.DataFrame, pd.Series]) -> None:
    """And another seed others."""
    X, y = people
    first, second, other = (sampler(seed=seed).fit_resample(X, y)[0] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, second)
    assert not first.equals(other)


def test_arrays_come_back_as_arrays() -> None:
    """As scikit-learn's users expect."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 12)), np.array([0] * 45 + [1] * 15)
    more, outcome = sampler().fit_resample(X, y)
    assert more.shape == (90, 12)
    assert np.array_equal(more[:60], X)
    assert outcome.dtype == y.dtype


@pytest.mark.slow
def test_it_works_inside_a_pipeline_and_leaves_test_rows_alone(
    people: tuple[pd.DataFrame, pd.Series],
) -> None:
    """Training rows are resampled, predictions have as many rows as were asked for."""
    from imblearn.pipeline import Pipeline
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.preprocessing import OneHotEncoder

    X, y = people
    encode = make_column_transformer((OneHotEncoder(), ["sex"]), remainder="passthrough")
    steps = [("more", sampler()), ("encode", encode), ("model", LogisticRegression(max_iter=1000))]
    predicted = cross_val_predict(Pipeline(steps), X, y, cv=3)
    assert len(predicted) == len(X)
    assert 0 < predicted.mean() < 1


@pytest.mark.slow
def test_its_settings_can_be_searched(people: tuple[pd.DataFrame, pd.Series]) -> None:
    """A grid over the generator and the plan, each candidate fitted on training folds only."""
    from imblearn.pipeline import Pipeline
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.preprocessing import OneHotEncoder

    X, y = people
    encode = make_column_transformer((OneHotEncoder(), ["sex"]), remainder="passthrough")
    steps = [("more", sampler()), ("encode", encode), ("model", LogisticRegression(max_iter=1000))]
    grid = {"more__generator": ["boosted_trees", "independent_marginals"]}
    search = GridSearchCV(Pipeline(steps), grid, cv=2).fit(X, y)
    assert len(search.cv_results_["mean_test_score"]) == 2
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_estimator_.named_steps["more"].n_added_ > 0


def test_it_can_be_cloned() -> None:
    """`__init__` only stores."""
    step = sampler(plan="fill_both", sensitive_features=["sex"], max_rows=5)
    assert clone(step).get_params() == step.get_params()


def test_bad_settings_and_tables_are_refused(people: tuple[pd.DataFrame, pd.Series]) -> None:
    """By name, before anything is learned."""
    X, y = people
    with pytest.raises(RecipeError, match="did you mean 'fill_both'"):
        sampler(plan="fil_both").fit(X, y)
    with pytest.raises(TableError, match="200 and 199"):
        sampler().fit_resample(X, y.iloc[:-1])
    with pytest.raises(TableError, match="'age'"):
        sampler().fit_resample(X, y.rename("age"))
