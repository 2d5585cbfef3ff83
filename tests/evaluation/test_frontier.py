"""Frontiers: a point for each treatment, model and comparison, where both axes are defined."""

from dataclasses import replace

import pytest

from equitab.evaluation import HALF, TUNED, frontier_points

CRITERION = "demographic_parity_difference"


def test_each_treatment_and_model_has_one_point_in_each_figure(regression, rules):
    points = frontier_points([*regression.measurements, *rules.measurements])
    at_sex = [held.series for held in points if held.figure == f"frontier/sex/{CRITERION}"]
    assert at_sex == ["original|logistic_regression", "threshold_optimizer|logistic_regression"]
    assert len({(held.figure, held.series) for held in points}) == len(points)


def test_the_axes_are_distance_from_fair_and_performance_on_test_rows(regression):
    def value(metric, features):
        return next(
            held.value
            for held in regression.measurements
            if (held.metric, held.sensitive_features, held.group, held.stage, held.operating_point)
            == (metric, features, "", "test", HALF)
        )

    points = frontier_points(regression.measurements, criteria=("demographic_parity_ratio",))
    point = next(held for held in points if held.figure == "frontier/sex/demographic_parity_ratio")
    assert float(point.x) == pytest.approx(1 - value("demographic_parity_ratio", "sex"), abs=1e-6)
    assert point.y == value("balanced_accuracy", "")
    assert point.low <= point.y <= point.high


def test_the_other_operating_point_can_be_drawn(regression):
    assert frontier_points(regression.measurements, operating_point=TUNED)


def test_what_is_undefined_has_no_point(regression):
    undefined = [
        replace(held, value=None, low=None, high=None) if held.metric == CRITERION else held
        for held in regression.measurements
    ]
    assert frontier_points(undefined, criteria=(CRITERION,)) == []
