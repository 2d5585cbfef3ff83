"""The protocol: training rows teach, validation rows choose, test rows judge, and everything is repeatable."""

import numpy as np
import pytest

from equitab.dataframe import take_rows
from equitab.errors import ProtocolError, RecipeError
from equitab.evaluation import (
    HALF,
    TUNED,
    MeasurementSettings,
    ProtocolSettings,
    TrainingTable,
    train_and_measure,
    train_and_measure_all,
)
from equitab.mitigation import resample_by_weight, reweighing_weights
from equitab.schema import favorable

SETTINGS = ProtocolSettings(measurement=MeasurementSettings(n_replicates=100), resampler=resample_by_weight)


def _run(town, training, name="logistic_regression", **more):
    return train_and_measure(
        training,
        name,
        schema=town.schema,
        validation=town.validation,
        test=town.test,
        settings=SETTINGS,
        seed=0,
        **more,
    )


def _original(town):
    return TrainingTable("original", town.training, positions=town.splits.train)


def _reweighed(town):
    codes = town.comparisons[0].codes(town.training, town.schema)
    weights = reweighing_weights(codes, favorable(town.training, town.schema))
    return TrainingTable("reweighed", town.training, weights, town.splits.train)


@pytest.fixture(scope="module")
def result(town):
    return _run(town, _original(town), generator_seed=7)


def _find(result, metric, point=HALF, stage="test", features="", group=""):
    wanted = (metric, point, stage, features, group)
    found = [
        held
        for held in result.measurements
        if (held.metric, held.operating_point, held.stage, held.sensitive_features, held.group) == wanted
    ]
    assert len(found) == 1, wanted
    return found[0]


def test_values_are_those_of_the_models_own_predictions_of_test_rows(town, result):
    from sklearn.metrics import balanced_accuracy_score, roc_auc_score

    predicted = result.model.predict(town.test.frame)
    assert _find(result, "balanced_accuracy").value == pytest.approx(
        balanced_accuracy_score(town.test.favorable, predicted)
    )
    assert _find(result, "auroc").value == pytest.approx(
        roc_auc_score(town.test.favorable, result.model.favorable_score(town.test.frame))
    )
    assert _find(result, "accuracy").n == len(town.test)


def test_the_threshold_is_the_best_on_validation_rows_not_on_test_rows(town, result):
    from sklearn.metrics import balanced_accuracy_score

    score = result.model.favorable_score(town.validation.frame)
    achieved = [balanced_accuracy_score(town.validation.favorable, score >= t / 100) for t in range(1, 100)]
    chosen = balanced_accuracy_score(town.validation.favorable, score >= result.thresholds[TUNED])
    assert chosen == pytest.approx(max(achieved))
    assert _find(result, "balanced_accuracy", TUNED, "validation").value == pytest.approx(max(achieved))


def test_everything_is_said_about_every_measurement(result):
    for held in result.measurements:
        assert (held.model, held.treatment) == ("logistic_regression", "original")
        assert (held.generator_seed, held.model_seed) == (7, 0)
        assert held.stage in {"validation", "test"}
        assert held.operating_point in {HALF, TUNED}
        assert (held.value is None) == (held.status == "undefined")
        assert held.status == "ok" or held.reason


def test_every_sensitive_feature_and_the_intersection_are_measured(result):
    for features in ("sex", "region", "sex × region"):
        assert _find(result, "demographic_parity_difference", features=features).value > 0
        assert (
            _find(result, "statistical_parity_difference", features=features, group="(all others)").value < 0
        )
    assert _find(result, "f1", features="sex", group="F").n == int(
        (result.test_score >= 0).sum() - _men(result)
    )


def _men(result):
    return _find(result, "f1", features="sex", group="M").n


def test_reweighing_narrows_the_gap(town, result):
    treated = _run(town, _reweighed(town))
    gap = _find(result, "demographic_parity_difference", features="sex").value
    assert _find(treated, "demographic_parity_difference", features="sex").value < gap


def test_sweeps_cover_the_thresholds_and_meet_the_measurement_at_one_half(result):
    points = [
        held
        for held in result.curves
        if held.figure == "threshold_sweep/sex/logistic_regression"
        and held.series == "original|average_odds_difference"
    ]
    assert 50 <= len(points) <= 99
    at_half = next(held.y for held in points if held.x == "0.50")
    measured = _find(result, "average_odds_difference", features="sex", group="(all others)")
    assert at_half == pytest.approx(measured.value)


def test_a_test_row_in_training_stops_the_work(town):
    leaking = np.append(town.splits.train, town.splits.test[:1])
    with pytest.raises(ProtocolError, match="1 rows of the test rows"):
        _run(town, TrainingTable("augmented", take_rows(town.frame, leaking), positions=leaking))


def test_a_validation_row_in_training_stops_the_work_too(town):
    leaking = np.append(town.splits.train, town.splits.validation[:2])
    with pytest.raises(ProtocolError, match="2 rows of the validation rows"):
        _run(town, TrainingTable("augmented", take_rows(town.frame, leaking), positions=leaking))


def test_a_learner_without_weights_says_so_in_every_measurement(town):
    result = _run(town, _reweighed(town), "k_nearest_neighbors")
    assert all("weighted resampling" in held.reason for held in result.measurements)
    assert any("weighted resampling" in remark for remark in result.remarks)


def test_a_leaking_column_is_called_suspiciously_good(town):
    from equitab.dataframe import as_frame
    from equitab.evaluation import RealRows
    from equitab.schema import Column

    leaky = as_frame(town.frame.to_native().append_column("copy", town.frame.to_native()["hired"]))
    schema = town.schema.with_changes(columns=(*town.schema.columns, Column("copy", "categorical")))
    rows = {
        name: RealRows.read(take_rows(leaky, getattr(town.splits, name)), schema)
        for name in ("validation", "test")
    }
    training = TrainingTable("original", take_rows(leaky, town.splits.train))
    result = train_and_measure(training, "decision_tree", schema=schema, settings=SETTINGS, seed=0, **rows)
    assert "suspiciously good" in _find(result, "balanced_accuracy").reason


@pytest.mark.slow
def test_the_results_do_not_depend_on_the_number_of_processes(town):
    arguments = {
        "schema": town.schema,
        "validation": town.validation,
        "test": town.test,
        "settings": SETTINGS,
        "seed": 3,
    }
    tables, names = [_original(town), _reweighed(town)], ["decision_tree", "gaussian_naive_bayes"]
    one, two = (train_and_measure_all(tables, names, n_jobs=n, **arguments) for n in (1, 2))
    assert [(held.treatment, held.model.learner.name) for held in one] == [
        ("original", "decision_tree"),
        ("reweighed", "decision_tree"),
        ("original", "gaussian_naive_bayes"),
        ("reweighed", "gaussian_naive_bayes"),
    ]
    for first, second in zip(one, two, strict=True):
        assert first.measurements == second.measurements
        assert first.curves == second.curves


def test_a_bad_recipe_fails_before_anything_is_trained(town):
    with pytest.raises(RecipeError):
        train_and_measure_all(
            [_original(town)],
            ["decision_tree", "decision_treee"],
            schema=town.schema,
            validation=town.validation,
            test=town.test,
            seed=0,
        )


def test_models_can_be_kept_from_seeing_sensitive_features(town):
    from dataclasses import replace

    blind = train_and_measure(
        _original(town),
        "logistic_regression",
        schema=town.schema,
        validation=town.validation,
        test=town.test,
        settings=replace(SETTINGS, use_sensitive_features=False),
        seed=0,
    )
    assert not any(name.startswith(("sex", "region")) for name in blind.model.design.feature_names)
    assert _find(blind, "demographic_parity_difference", features="sex").value is not None
