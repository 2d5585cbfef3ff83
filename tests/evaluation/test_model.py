"""Fitted models: scores are of the favorable outcome, weights are never dropped, other tables are understood."""

import numpy as np
import pytest

from equitab.dataframe import concatenate, frame_from_columns, take_rows
from equitab.errors import ProtocolError, TableError
from equitab.evaluation import LEARNERS, fit_model, learner
from equitab.mitigation import resample_by_weight
from equitab.schema import Column, TableSchema, Threshold


def _auroc(outcome, score):
    from sklearn.metrics import roc_auc_score

    return roc_auc_score(outcome, score)


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_ranks_unseen_people_better_than_chance(town, name):
    model = fit_model(town.training, learner(name), schema=town.schema, seed=0)
    score = model.favorable_score(town.test.frame)
    assert ((score >= 0) & (score <= 1)).all()
    assert _auroc(town.test.favorable, score) > 0.7
    assert (model.predict(town.test.frame) == (score >= 0.5)).all()


@pytest.mark.parametrize("name", ["random_forest", "gradient_boosting", "logistic_regression"])
def test_scores_are_about_as_high_as_favorable_outcomes_are_frequent(town, name):
    score = fit_model(town.training, learner(name), schema=town.schema, seed=0).favorable_score(
        town.test.frame
    )
    noise = 4 * np.sqrt(0.25 / len(town.test))
    assert abs(score.mean() - town.test.favorable.mean()) < noise


def test_the_same_seed_gives_the_same_scores(town):
    scores = [
        fit_model(town.training, learner("random_forest"), schema=town.schema, seed=seed).favorable_score(
            town.test.frame
        )
        for seed in (1, 1, 2)
    ]
    assert (scores[0] == scores[1]).all()
    assert (scores[0] != scores[2]).any()


@pytest.mark.parametrize(
    "name", ["decision_tree", "logistic_regression", "gaussian_naive_bayes", "gradient_boosting"]
)
def test_weights_change_what_is_learned(town, name):
    weights = np.where(town.comparisons[0].codes(town.training, town.schema) == 0, 20.0, 0.05)
    plain, weighted = (
        fit_model(town.training, learner(name), schema=town.schema, weights=held, seed=0)
        for held in (None, weights)
    )
    assert (plain.favorable_score(town.test.frame) != weighted.favorable_score(town.test.frame)).any()


def test_weights_on_a_common_scale_change_nothing(town):
    scores = [
        fit_model(
            town.training,
            learner("logistic_regression"),
            schema=town.schema,
            weights=np.full(len(town.training), w),
            seed=0,
        ).favorable_score(town.test.frame)
        for w in (0.01, 50.0)
    ]
    assert np.allclose(scores[0], scores[1], atol=1e-6)


def test_a_learner_without_weights_is_resampled_and_says_so(town):
    weights = np.where(town.comparisons[0].codes(town.training, town.schema) == 0, 9.0, 1.0)
    model = fit_model(
        town.training,
        learner("k_nearest_neighbors"),
        schema=town.schema,
        weights=weights,
        resampler=resample_by_weight,
        seed=0,
    )
    assert "weighted resampling: the learner takes no weights" in model.remarks
    plain = fit_model(town.training, learner("k_nearest_neighbors"), schema=town.schema, seed=0)
    assert (plain.favorable_score(town.test.frame) != model.favorable_score(town.test.frame)).any()


def test_weights_are_never_dropped_silently(town):
    weights = np.ones(len(town.training))
    with pytest.raises(ProtocolError, match="takes no weights"):
        fit_model(town.training, learner("k_nearest_neighbors"), schema=town.schema, weights=weights, seed=0)


def test_of_several_classes_the_favorable_ones_are_summed():
    rng = np.random.default_rng(0)
    x = rng.uniform(size=900)
    grade = np.array(["bad", "fair", "good"])[np.digitize(x, [0.4, 0.7])]
    frame = frame_from_columns({"x": x, "grade": grade})
    schema = TableSchema(
        (Column("x", "numeric"), Column("grade", "categorical")), "grade", favorable_outcome=("fair", "good")
    )
    model = fit_model(frame, learner("decision_tree"), schema=schema, seed=0)
    assert model.classes == ("bad", "fair", "good")
    assert (model.predict(frame) == (x >= 0.4)).mean() > 0.95


def test_a_numeric_target_is_judged_by_its_threshold():
    rng = np.random.default_rng(0)
    x = rng.uniform(size=600)
    frame = frame_from_columns({"x": x, "salary": 100 * x + rng.normal(size=600)})
    schema = TableSchema(
        (Column("x", "numeric"), Column("salary", "numeric")),
        "salary",
        favorable_threshold=Threshold(">=", 60.0),
    )
    model = fit_model(frame, learner("decision_tree"), schema=schema, seed=0)
    assert (model.predict(frame) == (x >= 0.6)).mean() > 0.95


def test_a_decision_function_becomes_a_score_with_its_boundary_at_one_half(town):
    model = fit_model(
        town.training, learner("sklearn.linear_model.RidgeClassifier"), schema=town.schema, seed=0
    )
    assert any("not probabilities" in remark for remark in model.remarks)
    matrix = model.design.transform(town.test.frame)
    assert (model.predict(town.test.frame) == (model.estimator.predict(matrix) == 1)).all()
    assert _auroc(town.test.favorable, model.favorable_score(town.test.frame)) > 0.7


def test_rows_without_a_target_are_left_out_and_counted(town):
    blank = take_rows(town.training, np.arange(9)).to_native().drop_columns("hired")
    import pyarrow as pa

    from equitab.dataframe import as_frame

    more = concatenate([town.training, as_frame(blank.append_column("hired", pa.nulls(9, pa.string())))])
    model = fit_model(more, learner("logistic_regression"), schema=town.schema, seed=0)
    assert model.remarks == ("9 training rows without a target left out",)
    plain = fit_model(town.training, learner("logistic_regression"), schema=town.schema, seed=0)
    assert np.allclose(model.favorable_score(town.test.frame), plain.favorable_score(town.test.frame))


def test_one_outcome_only_is_an_error_that_counts(town):
    favored = take_rows(town.training, np.array([text == "yes" for text in town.training["hired"].to_list()]))
    with pytest.raises(TableError, match=f"{len(favored)} favorable of {len(favored)}"):
        fit_model(favored, learner("decision_tree"), schema=town.schema, seed=0)


def test_a_model_reads_the_callers_kind_of_frame(town):
    model = fit_model(town.training, learner("decision_tree"), schema=town.schema, seed=0)
    native = town.test.frame.to_native().to_pandas()
    assert np.allclose(model.favorable_score(native), model.favorable_score(town.test.frame))


def test_a_target_is_not_needed_to_predict(town):
    model = fit_model(town.training, learner("decision_tree"), schema=town.schema, seed=0)
    assert len(model.predict(town.test.frame.drop(["hired"]))) == len(town.test)


def test_survey_weights_of_the_schema_are_used_without_asking():
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=600), rng.random(600) < 0.5
    y = np.where(noise, x < 0, x > 0)
    frame = frame_from_columns({"x": x, "y": y.astype(int), "w": np.where(noise, 0.1, 5.0)})
    columns = (Column("x", "numeric"), Column("y", "integer"), Column("w", "numeric"))
    schema = TableSchema(columns, "y", favorable_outcome=(1,), weight="w")
    model = fit_model(frame, learner("logistic_regression"), schema=schema, seed=0)
    assert (model.predict(frame) == (x > 0)).mean() > 0.9
    assert model.design.feature_names == ("x",)


def test_a_missing_weight_is_an_error_that_counts(town):
    weights = np.ones(len(town.training))
    weights[:3] = np.nan
    with pytest.raises(TableError, match="others in 3 of"):
        fit_model(town.training, learner("decision_tree"), schema=town.schema, weights=weights, seed=0)


def test_a_number_that_no_training_row_has_changes_no_score_of_trees():
    """A column that began to be filled later: trees cannot bin it, and it tells nobody apart."""
    ages = list(range(20, 60)) * 3
    boosting = learner("gradient_boosting")
    held = {"age": ages, "hired": ["yes" if age % 40 > 12 else "no" for age in ages]}
    columns = Column("age", "integer"), Column("hired", "categorical")
    gone = Column("bonus", "numeric", has_missing=True)
    plain = fit_model(
        frame_from_columns(held), boosting, schema=TableSchema(columns, "hired", ("yes",)), seed=0
    )
    with_gone = frame_from_columns({**held, "bonus": np.full(len(ages), np.nan)})
    schema = TableSchema((*columns, gone), "hired", ("yes",))
    model = fit_model(with_gone, boosting, schema=schema, seed=0)
    filled = frame_from_columns({**held, "bonus": np.linspace(-1, 1, len(ages))})
    expected = plain.favorable_score(with_gone)
    assert model.favorable_score(with_gone) == pytest.approx(expected)
    assert model.favorable_score(filled) == pytest.approx(expected)
