"""Paired comparisons: the difference is that of the metrics, and pairing makes it surer."""

import numpy as np
import pytest

from equitab.evaluation import MeasurementSettings, Subject, compare_predictions, measure_rows


def _predictions(town):
    rng = np.random.default_rng(0)
    first = np.where(rng.random(len(town.test)) < 0.25, ~town.test.favorable, town.test.favorable)
    second = first.copy()
    changed = rng.random(len(town.test)) < 0.05
    second[changed] = ~second[changed]
    return first, second


def _measured(town, predicted, metric, features="", group=""):
    settings = MeasurementSettings(n_replicates=100)
    found = measure_rows(town.test, predicted, None, subject=Subject(stage="test"), settings=settings)
    return next(
        held
        for held in found
        if (held.metric, held.sensitive_features, held.group) == (metric, features, group)
    )


@pytest.mark.parametrize("metric", ["demographic_parity_difference", "equalized_odds_difference"])
@pytest.mark.parametrize("features", ["sex", "sex × region"])
def test_the_difference_is_that_of_the_two_measurements(town, metric, features):
    first, second = _predictions(town)
    found = compare_predictions(first, second, town.test, metric=metric, sensitive_features=features, seed=0)
    expected = [_measured(town, held, metric, features).value for held in (first, second)]
    assert found.value == pytest.approx(expected[0] - expected[1])
    assert found.low <= found.value <= found.high


def test_a_signed_metric_counts_by_its_distance_from_fair(town):
    first, second = _predictions(town)
    found = compare_predictions(
        first, second, town.test, metric="disparate_impact", sensitive_features="sex", seed=0
    )
    values = [
        _measured(town, held, "disparate_impact", "sex", "(all others)").value for held in (first, second)
    ]
    assert found.value == pytest.approx(abs(values[0] - 1) - abs(values[1] - 1))


def test_performance_counts_as_it_is(town):
    first, second = _predictions(town)
    found = compare_predictions(first, second, town.test, metric="balanced_accuracy", seed=0)
    expected = [_measured(town, held, "balanced_accuracy").value for held in (first, second)]
    assert found.value == pytest.approx(expected[0] - expected[1])


def test_a_prediction_does_not_differ_from_itself(town):
    first, _ = _predictions(town)
    found = compare_predictions(
        first, first, town.test, metric="demographic_parity_difference", sensitive_features="sex", seed=0
    )
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_swapping_the_two_turns_the_interval_round(town):
    first, second = _predictions(town)
    one, other = (
        compare_predictions(*pair, town.test, metric="accuracy", n_replicates=4000, seed=0)
        for pair in ((first, second), (second, first))
    )
    assert one.value == pytest.approx(-other.value)
    assert one.low == pytest.approx(-other.high, abs=0.006)


def test_the_paired_interval_is_as_wide_as_mcnemars_error(town):
    first, second = _predictions(town)
    found = compare_predictions(first, second, town.test, metric="accuracy", n_replicates=4000, seed=1)
    gain = (first == town.test.favorable).astype(int) - (second == town.test.favorable)
    error = gain.std() / np.sqrt(len(gain))
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_groups_too_small_to_compare_give_no_difference(town):
    first, second = _predictions(town)
    arguments = {
        "metric": "statistical_parity_difference",
        "sensitive_features": "sex",
        "min_group_size": 10_000,
    }
    assert compare_predictions(first, second, town.test, seed=0, **arguments) is None
