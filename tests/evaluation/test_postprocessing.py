"""The baseline of thresholds, prediction tables, sweeps and frontiers, from one real result."""

import numpy as np
import pytest

from equitab.errors import RecipeError
from equitab.evaluation import (
    HALF,
    TUNED,
    MeasurementSettings,
    ProtocolSettings,
    TrainingTable,
    collect_predictions,
    frontier_points,
    measure_postprocessed,
    predictions_frame,
    predictions_from_frame,
    train_and_measure,
)
from equitab.mitigation import fit_threshold_optimizer

SETTINGS = MeasurementSettings(n_replicates=100)


@pytest.fixture(scope="module")
def result(town):
    return train_and_measure(
        TrainingTable("original", town.training),
        "logistic_regression",
        schema=town.schema,
        validation=town.validation,
        test=town.test,
        settings=ProtocolSettings(measurement=SETTINGS),
        seed=0,
    )


def _post(town, result, **more):
    arguments = {"sensitive_features": "sex", "settings": SETTINGS, "seed": 0} | more
    return measure_postprocessed(
        result, fit_threshold_optimizer, validation=town.validation, test=town.test, **arguments
    )


def _gap(measurements, point):
    return next(
        held.value
        for held in measurements
        if (held.metric, held.sensitive_features, held.operating_point, held.stage)
        == ("demographic_parity_difference", "sex", point, "test")
    )


@pytest.mark.parametrize("point", [HALF, TUNED])
def test_rules_learned_on_validation_rows_narrow_the_gap_on_test_rows(town, result, point):
    assert _gap(_post(town, result).measurements, point) < _gap(result.measurements, point)


def test_the_baseline_is_repeatable(town, result):
    assert _post(town, result).measurements == _post(town, result).measurements


def test_the_baseline_says_what_it_made_equal(town, result):
    found = _post(town, result, constraint="equalized_odds", sensitive_features="sex × region")
    assert {held.treatment for held in found.measurements} == {"threshold_optimizer"}
    assert all("equalized_odds over sex × region" in held.reason for held in found.measurements)


def test_without_two_groups_the_baseline_is_undefined_not_zero(town, result):
    from dataclasses import replace

    alone = replace(town.validation, codes=tuple(np.zeros_like(codes) for codes in town.validation.codes))
    found = measure_postprocessed(
        result,
        fit_threshold_optimizer,
        sensitive_features="sex",
        validation=alone,
        test=town.test,
        settings=SETTINGS,
        seed=0,
    )
    assert found.predictions == {}
    assert all(held.value is None and "nothing to make equal" in held.reason for held in found.measurements)


def test_an_unknown_comparison_is_refused(town, result):
    with pytest.raises(RecipeError, match="did you mean 'sex'"):
        _post(town, result, sensitive_features="sexx")


def test_predictions_survive_their_table(town, result):
    predictions = collect_predictions([result], {"logistic_regression": _post(town, result)})
    assert set(predictions) == {
        (treatment, "logistic_regression", point)
        for treatment in ("original", "threshold_optimizer")
        for point in (HALF, TUNED)
    }
    again = predictions_from_frame(predictions_frame(predictions))
    assert all((again[key] == held).all() for key, held in predictions.items())


def test_the_frontier_has_a_point_for_each_treatment_model_and_comparison(town, result):
    points = frontier_points([*result.measurements, *_post(town, result).measurements])
    at_sex = [held for held in points if held.figure == "frontier/sex/demographic_parity_difference"]
    assert [held.series for held in at_sex] == [
        "original|logistic_regression",
        "threshold_optimizer|logistic_regression",
    ]
    assert float(at_sex[0].x) == pytest.approx(_gap(result.measurements, HALF), abs=1e-6)
    assert len({(held.figure, held.series) for held in points}) == len(points)
