"""Laws of the imputer: nothing missing is left, known values stay, and it lives in scikit-learn's pipelines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from equitab.errors import RecipeError, TableError
from equitab.integrations.sklearn_imputer import EquitabImputer


@pytest.fixture(scope="module")
def people() -> tuple[pd.DataFrame, pd.Series]:
    """200 made-up people with a fifth of the cells missing."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "age": rng.integers(18, 70, 200).astype(float),
            "sex": pd.Categorical(rng.choice(["F", "M"], 200)),
            "job": rng.choice(["cook", "clerk", "nurse"], 200),
            "pay": np.round(rng.normal(30, 5, 200), 1),
        },
        index=np.arange(200) * 3 + 1,
    )
    hired = pd.Series((table["age"] > 40).astype(int), name="hired")
    for name in table.columns:
        table.loc[rng.random(200) < 0.2, name] = None
    return table, hired


def imputer(**settings: Any) -> EquitabImputer:
    return EquitabImputer("independent_marginals", **settings)


@pytest.mark.parametrize("strategy", ["mean", "median", "mode", "draw"])
def test_missing_values_are_filled_and_known_ones_stay(
    people: tuple[pd.DataFrame, Any], strategy: Any
) -> None:
    """In the caller's dtypes, with the caller's index."""
    X, _ = people
    filled = imputer(strategy=strategy).fit(X).transform(X)
    assert not filled.isna().any().any()
    assert filled.index.equals(X.index)
    assert filled.dtypes.equals(X.dtypes)
    pd.testing.assert_frame_equal(filled.where(X.notna()), X.where(X.notna()))


def test_rows_that_were_not_learned_are_filled_too(people: tuple[pd.DataFrame, Any]) -> None:
    X, _ = people
    filled = imputer().fit(X.iloc[:150]).transform(X.iloc[150:])
    assert len(filled) == 50
    assert not filled.isna().any().any()
    complete = X.dropna().iloc[:5]
    pd.testing.assert_frame_equal(imputer().fit(X).transform(complete), complete)


def test_arrays_and_polars_frames_come_back_as_they_came() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    X[rng.random(X.shape) < 0.2] = np.nan
    filled = imputer().fit_transform(X)
    assert isinstance(filled, np.ndarray)
    assert np.array_equal(filled[~np.isnan(X)], X[~np.isnan(X)])
    assert np.isfinite(filled).all()
    table = pl.DataFrame({"a": [1, None, 3] * 20, "b": ["x", "y", None] * 20})
    assert imputer().fit_transform(table).schema == table.schema


def test_it_learns_from_training_folds_only(people: tuple[pd.DataFrame, pd.Series]) -> None:
    """A value that only a test fold has is never filled in elsewhere."""
    X, _ = people
    marked = X.assign(job=X["job"].mask(X.index > 300, "astronaut"))
    filled = imputer(strategy="draw").fit(marked.iloc[:100]).transform(X)
    assert "astronaut" not in set(filled["job"])


@pytest.mark.slow
def test_it_works_in_pipelines_cross_validation_and_grid_search(
    people: tuple[pd.DataFrame, pd.Series],
) -> None:
    """Without a column transformer of its own; whatever follows sees a whole table."""
    X, y = people
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encode = make_column_transformer(
        (one_hot, make_column_selector(dtype_exclude="number")), remainder="passthrough"
    )
    model = make_pipeline(imputer(n_draws=2), encode, LogisticRegression(max_iter=2000))
    X = X[["age", "sex"]]
    assert cross_val_score(model, X, y, cv=2).mean() > 0.6
    search = GridSearchCV(model, {"equitabimputer__strategy": ["mean", "draw"]}, cv=2).fit(X, y)
    assert search.best_params_["equitabimputer__strategy"] in {"mean", "draw"}
    assert search.best_estimator_[0].get_feature_names_out().tolist() == list(X.columns)


@pytest.mark.slow
def test_it_can_be_cloned_and_repeats_itself(people: tuple[pd.DataFrame, pd.Series]) -> None:
    X, _ = people
    first = imputer(strategy="draw", missing_tokens=("?",), seed=3)
    second = clone(first)
    assert second.get_params() == first.get_params()
    pd.testing.assert_frame_equal(first.fit_transform(X), second.fit_transform(X))
    assert not first.fit_transform(X).equals(clone(first).set_params(seed=4).fit_transform(X))


def test_texts_that_stand_for_missing_are_filled() -> None:
    X = pd.DataFrame({"job": ["cook", "?", "clerk"] * 20, "age": [31, 40, 52] * 20})
    filled = imputer(missing_tokens=["?"], kinds={"age": "categorical"}).fit_transform(X)
    assert set(filled["job"]) == {"cook", "clerk"}


def test_bad_settings_and_tables_are_refused(people: tuple[pd.DataFrame, pd.Series]) -> None:
    X, _ = people
    with pytest.raises(RecipeError, match="independent_marginals"):
        EquitabImputer("independent_marginal").fit(X)
    with pytest.raises(TableError, match=r"'pay'.*none in 200 rows"):
        imputer().fit(X.assign(pay=np.nan))
    fitted = imputer().fit(X)
    with pytest.raises(TableError) as caught:
        fitted.transform(X.rename(columns={"pay": "wage"}))
    assert len(caught.value.problems) == 2
    with pytest.raises(TableError, match="two dimensions"):
        imputer().fit(np.zeros(3))
    with pytest.raises(ValueError, match="not fitted"):
        imputer().transform(X)


@pytest.mark.slow
def test_boosted_trees_beat_the_mean() -> None:
    """Where a column depends on another one."""
    rng = np.random.default_rng(1)
    age = rng.integers(18, 70, 600).astype(float)
    truth = pd.DataFrame({"age": age, "pay": np.round(age * 0.5 + rng.normal(0, 1, 600), 1)})
    hidden = rng.random(600) < 0.2
    filled = EquitabImputer().fit_transform(truth.assign(pay=truth["pay"].mask(hidden)))
    error = np.sqrt(((filled["pay"] - truth["pay"])[hidden] ** 2).mean())
    assert error < 0.4 * truth["pay"].std()
