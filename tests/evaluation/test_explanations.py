"""What models look at: laws that hold for every model, a linear model by hand, and no person in what is kept."""

from __future__ import annotations

import builtins
from dataclasses import replace

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, take_rows
from equitab.errors import MissingExtraError, TableError
from equitab.evaluation import explain_model, explain_rows, explained_rows, explanations, fit_model, learner
from equitab.evaluation import explanations_shap as by_shap
from equitab.metrics import METRICS

from .conftest import make_people

BOOSTED = {"name": "gradient_boosting", "parameters": {"max_iter": 15}}
MODELS = (
    "logistic_regression",
    BOOSTED,
    "decision_tree",
    "gaussian_naive_bayes",
    {"name": "random_forest", "parameters": {"n_estimators": 10}},
)


@pytest.fixture(scope="module")
def town():
    """300 training rows, 200 others, and the schema."""
    frame, schema = make_people(500, seed=3)
    order = np.arange(500)
    return take_rows(frame, order[:300]), take_rows(frame, order[300:]), schema


@pytest.fixture(scope="module")
def models(town):
    training, _, schema = town
    return [fit_model(training, learner(one), schema=schema, seed=0) for one in MODELS]


def by_place(measurements):
    return {(one.metric, one.sensitive_features, one.group): one for one in measurements}


def score_of(model, frame):
    """Return the favorable score in the unit that is explained."""
    matrix = model.design.transform(frame)
    if hasattr(model.estimator, "decision_function"):
        return model.estimator.decision_function(matrix)
    return model.favorable_score(frame)


@pytest.mark.parametrize("place", range(len(MODELS)))
def test_values_add_up_to_the_score_less_the_mean_of_the_background(place: int, models, town) -> None:
    training, others, _ = town
    rows, background = take_rows(others, np.arange(30)), take_rows(training, np.arange(40))
    found = explain_rows(models[place], rows, background=background)
    expected = score_of(models[place], rows) - score_of(models[place], background).mean()
    if found.is_sampled:  # each walk begins at one of the background
        assert found.values.sum(1) == pytest.approx(expected, abs=0.3)
    else:
        assert found.values.sum(1) == pytest.approx(expected)
    assert found.columns == tuple(dict.fromkeys(models[place].design.column_sources))
    assert set(found.columns) == {"sex", "region", "income", "years", "born"}


def test_a_linear_model_is_what_it_is_by_hand(town) -> None:
    training, _, schema = town
    model = fit_model(training, learner("logistic_regression"), schema=schema, seed=0)
    weights = dict(zip(model.design.feature_names, model.estimator.coef_[0], strict=True))
    gap = weights["sex=F"] - weights["sex=M"]
    is_woman = np.array(training["sex"].to_list()) == "F"
    share = is_woman.mean()
    measured, _ = explain_model(model, training, schema, background=training, max_rows=300, seed=0)
    background = explanations._some(training, 0)
    share_behind = (np.array(background["sex"].to_list()) == "F").mean()
    found = by_place(measured)
    assert found["shap_mean_difference", "sex", "F"].value == pytest.approx(gap)
    expected = abs(gap) * (share * (1 - share_behind) + (1 - share) * share_behind)
    assert found["shap_importance", "sex", ""].value == pytest.approx(expected)
    assert "log-odds" in found["shap_importance", "sex", ""].reason


def test_every_feature_and_all_together_have_their_measurements(models, town) -> None:
    training, others, schema = town
    measured, points = explain_model(
        models[0], others, schema, background=training, treatment="augmented", generator_seed=2, seed=0
    )
    assert {one.sensitive_features for one in measured} == {"sex", "region", "sex × region"}
    assert {(one.stage, one.treatment, one.model, one.generator_seed) for one in measured} == {
        ("explanation", "augmented", "logistic_regression", 2)
    }
    assert all(METRICS[one.metric].lowest <= one.value <= METRICS[one.metric].highest for one in measured)
    assert all(one.low <= one.value <= one.high for one in measured)
    assert {point.figure.partition("/")[0] for point in points} == {"shap_importance", "shap_levels"}
    shares = [point.y for point in points if point.figure.startswith("shap_importance")]
    asked = by_place(measured)["shap_importance", "sex", ""].value
    assert asked / sum(shares) == pytest.approx(by_place(measured)["shap_importance_share", "sex", ""].value)


@pytest.mark.parametrize("name", [BOOSTED, "logistic_regression"], ids=["trees", "linear"])
def test_a_model_that_is_not_given_a_feature_gives_it_nothing(name, town) -> None:
    training, others, schema = town
    model = fit_model(training, learner(name), schema=schema, use_sensitive_features=False, seed=0)
    measured, _ = explain_model(model, others, schema, background=training, seed=0)
    assert {one.value for one in measured} == {0.0}
    assert all("not among the model's features" in one.reason for one in measured)


def test_a_column_that_a_tree_never_splits_on_counts_nothing(town) -> None:
    training, others, schema = town
    alike = frame_from_columns(
        {**{name: training[name].to_list() for name in training.columns}, "sex": ["F"] * 299 + ["M"]}
    )
    model = fit_model(alike, learner(BOOSTED), schema=schema, seed=0)
    found = by_place(explain_model(model, others, schema, background=training, seed=0)[0])
    assert found["shap_importance", "sex", ""].value == 0.0
    assert found["shap_mean_difference", "sex", "F"].value == 0.0


@pytest.mark.parametrize("name", [BOOSTED, "logistic_regression"], ids=["trees", "linear"])
def test_other_names_for_groups_change_nothing(name, town) -> None:
    training, others, schema = town
    renamed = {"F": "Zoe", "M": "Abe"}

    def rename(frame):
        columns = {column: frame[column].to_list() for column in frame.columns}
        return frame_from_columns({**columns, "sex": [renamed[value] for value in columns["sex"]]})

    features = (replace(schema.sensitive_features[0], reference="Abe"), *schema.sensitive_features[1:])
    other = replace(schema, sensitive_features=features)
    values = []
    for frames, known, group in (
        ((training, others), schema, "F"),
        ((rename(training), rename(others)), other, "Zoe"),
    ):
        model = fit_model(frames[0], learner(name), schema=known, seed=0)
        found = by_place(explain_model(model, frames[1], known, background=frames[0], seed=0)[0])
        one = found["shap_mean_difference", "sex", group]
        values.append([found["shap_importance", "sex", ""].value, one.value, one.low, one.high])
    assert values[1] == pytest.approx(values[0], rel=1e-3, abs=1e-6)


def test_the_same_seed_gives_the_same_values_and_rows_do_not_hang_on_the_model(models, town) -> None:
    training, others, schema = town
    first, again = (
        explain_model(models[3], others, schema, background=training, max_rows=50, seed=5) for _ in range(2)
    )
    assert first == again
    counts = {
        tuple(point.n for point in explain_model(one, others, schema, background=training, seed=1)[1])
        for one in models[:2]
    }
    assert len(counts) == 1


def test_small_groups_are_drawn_more_of_and_those_of_nine_are_left_out() -> None:
    frame, schema = make_people(3000, seed=1)
    columns = {name: frame[name].to_list() for name in frame.columns}
    columns["region"] = ["North"] * 2966 + ["East"] * 25 + ["South"] * 9
    frame = frame_from_columns(columns)
    model = fit_model(frame, learner("logistic_regression"), schema=schema, seed=0)
    measured, points = explain_model(model, frame, schema, background=frame, max_rows=200, seed=0)
    found = by_place(measured)
    assert found["shap_importance", "region", ""].n == 200
    assert found["shap_mean_difference", "region", "East"].status == "ok"
    assert found["shap_mean_difference", "region", "South"].reason.startswith("fewer than 10 rows")
    levels = [point for point in points if point.figure == "shap_levels/region/logistic_regression"]
    assert {point.series for point in levels} == {"|East", "|North", "|"}
    assert [point.y for point in levels if point.x == "left out"] == [1.0]
    assert {point.series for point in levels if point.x == "quartiles"} == {"|North"}
    assert min(point.n for point in points if point.x in ("mean", "quartiles")) >= 10


def test_asked_features_may_be_any_columns(models, town) -> None:
    training, others, schema = town
    measured, _ = explain_model(
        models[0], others, schema, background=training, features=("income", "sex"), seed=0
    )
    assert {one.sensitive_features for one in measured} == {"income", "sex"}
    assert by_place(measured)["shap_importance", "income", ""].value > 0


def test_without_the_extra_large_forests_are_undefined_and_say_what_to_install(
    models, town, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, others, schema = town
    monkeypatch.setattr(explained_rows, "MAX_LEAVES", 10)
    monkeypatch.setattr(by_shap, "find_spec", lambda _: None)
    measured, points = explain_model(models[4], others, schema, background=training, seed=0)
    assert not points
    assert {one.status for one in measured} == {"undefined"}
    assert all("pip install 'equitab[explain]'" in one.reason for one in measured)
    with pytest.raises(MissingExtraError):
        explain_rows(models[4], others)


@pytest.mark.slow
@pytest.mark.skipif(not by_shap.is_shap_installed(), reason="the extra 'explain' is not installed")
@pytest.mark.filterwarnings("ignore")
def test_the_package_gives_large_forests_the_same_values(models, town, monkeypatch) -> None:
    training, others, _ = town
    own = explain_rows(models[4], others, background=training)
    monkeypatch.setattr(explained_rows, "MAX_LEAVES", 10)
    assert explain_rows(models[4], others, background=training).values == pytest.approx(own.values, abs=1e-5)


@pytest.mark.slow
@pytest.mark.skipif(not by_shap.is_shap_installed(), reason="the extra 'explain' is not installed")
@pytest.mark.filterwarnings("ignore")
def test_xgboost_adds_up_to_its_margin(town) -> None:
    pytest.importorskip("xgboost")
    training, others, schema = town
    described = {"name": "xgboost.XGBClassifier", "parameters": {"n_estimators": 10, "n_jobs": 1}}
    model = fit_model(training, learner(described), schema=schema, seed=0)
    found = explain_rows(model, others, background=training)
    held = [model.design.transform(frame) for frame in (others, training)]
    margins = [model.estimator.predict(rows, output_margin=True) for rows in held]
    assert found.unit == "log-odds"
    assert found.values.sum(1) == pytest.approx(margins[0] - margins[1].mean(), abs=1e-3)


def test_default_models_are_explained_without_the_extra(models, town, monkeypatch) -> None:
    training, others, schema = town
    real_import = builtins.__import__

    def refuse(name, *rest, **more):
        if name == "shap":
            raise ImportError(name)
        return real_import(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    for model in models[:2]:
        assert explain_model(model, others, schema, background=training, seed=0)[1]


def test_a_missing_column_is_an_error_and_not_undefined(models, town) -> None:
    training, others, schema = town
    with pytest.raises(TableError, match="years"):
        explain_model(models[0], others.drop("years"), schema, background=training, seed=0)
