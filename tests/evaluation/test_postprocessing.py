"""The baseline of thresholds: learned on validation rows, judged on test rows, undefined where it is no rule."""

import numpy as np
import pytest

from equitab.errors import RecipeError
from equitab.evaluation import (
    HALF,
    TUNED,
    MeasurementSettings,
    measure_postprocessed,
)
from equitab.mitigation import fit_threshold_optimizer

SETTINGS = MeasurementSettings(n_replicates=100)


def _post(town, regression, **more):
    arguments = {"sensitive_features": "sex", "settings": SETTINGS, "seed": 0} | more
    return measure_postprocessed(
        regression, fit_threshold_optimizer, validation=town.validation, test=town.test, **arguments
    )


def _gap(measurements, point):
    return next(
        held.value
        for held in measurements
        if (held.metric, held.sensitive_features, held.operating_point, held.stage)
        == ("demographic_parity_difference", "sex", point, "test")
    )


@pytest.mark.parametrize("point", [HALF, TUNED])
def test_rules_learned_on_validation_rows_narrow_the_gap_on_test_rows(town, regression, point):
    assert _gap(_post(town, regression).measurements, point) < _gap(regression.measurements, point)


def test_the_baseline_is_repeatable(town, regression):
    assert _post(town, regression).measurements == _post(town, regression).measurements


def test_the_baseline_says_what_it_made_equal(town, regression):
    found = _post(town, regression, constraint="equalized_odds", sensitive_features="sex × region")
    assert {held.treatment for held in found.measurements} == {"threshold_optimizer"}
    assert all("equalized_odds over sex × region" in held.reason for held in found.measurements)


def test_without_two_groups_the_baseline_is_undefined_not_zero(town, regression):
    from dataclasses import replace

    alone = replace(town.validation, codes=tuple(np.zeros_like(codes) for codes in town.validation.codes))
    found = measure_postprocessed(
        regression,
        fit_threshold_optimizer,
        sensitive_features="sex",
        validation=alone,
        test=town.test,
        settings=SETTINGS,
        seed=0,
    )
    assert found.predictions == {}
    assert all(held.value is None and "nothing to make equal" in held.reason for held in found.measurements)


def test_an_unknown_comparison_is_refused(town, regression):
    with pytest.raises(RecipeError, match="did you mean 'sex'"):
        _post(town, regression, sensitive_features="sexx")
