"""Threshold sweeps: each point is the metric at that threshold, and what is undefined has no point."""

import numpy as np
import pytest

from equitab.evaluation.threshold_curves import sweep_thresholds

RNG = np.random.default_rng(0)
GROUPS = RNG.integers(-1, 3, 600)
SCORE = RNG.random(600)
FAVORABLE = RNG.random(600) < SCORE


def _sweep(**more):
    arguments = {
        "n_groups": 3,
        "reference": 2,
        "figure": "threshold_sweep/sex/tree",
        "treatment": "original",
        "min_group_size": 30,
    } | more
    return sweep_thresholds(SCORE, FAVORABLE, GROUPS, **arguments)


def _at(points, metric, threshold):
    found = [held.y for held in points if (held.series, held.x) == (f"original|{metric}", threshold)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("threshold", ["0.25", "0.50", "0.80"])
def test_points_agree_with_rates_counted_row_by_row(threshold):
    predicted = float(threshold) <= SCORE

    def rate(outcome, inside):
        return predicted[(outcome == FAVORABLE) & inside].mean()

    others, reference = (GROUPS >= 0) & (GROUPS != 2), GROUPS == 2
    expected = (
        (rate(True, others) - rate(True, reference)) + (rate(False, others) - rate(False, reference))
    ) / 2
    points = _sweep()
    assert _at(points, "average_odds_difference", threshold) == pytest.approx(expected)
    inside = GROUPS >= 0
    balanced = (rate(True, inside) + 1 - rate(False, inside)) / 2
    assert _at(points, "balanced_accuracy", threshold) == pytest.approx(balanced)
    spread = max(np.ptp([rate(outcome, group == GROUPS) for group in range(3)]) for outcome in (True, False))
    assert _at(points, "equalized_odds_difference", threshold) == pytest.approx(spread)


def test_without_a_reference_group_there_is_no_average_odds_difference():
    assert not any("average_odds" in held.series for held in _sweep(reference=None))


def test_groups_too_small_take_no_part_in_the_spread():
    assert not any("equalized_odds" in held.series for held in _sweep(min_group_size=1000))


def test_an_empty_reference_group_leaves_undefined_points_out():
    points = _sweep(n_groups=4, reference=3)
    assert not any("average_odds" in held.series for held in points)
    assert all(np.isfinite(held.y) for held in points)


def test_weights_weigh():
    heavy = np.where(FAVORABLE, 5.0, 1.0) * np.where(SCORE > 0.6, 2.0, 1.0)
    plain, weighted = (_at(_sweep(sample_weight=held), "balanced_accuracy", "0.50") for held in (None, heavy))
    assert plain != pytest.approx(weighted)
