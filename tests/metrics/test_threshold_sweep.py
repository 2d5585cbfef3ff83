from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics.group_rates import accuracy, count_outcomes
from equitab.metrics.threshold_sweep import choose_threshold, count_outcomes_by_threshold


@pytest.mark.parametrize("weighted", [False, True])
def test_counts_at_each_threshold_are_those_of_its_predictions(make_table, weighted):
    table = make_table(0)
    weight = table.weight if weighted else None
    groups = np.where(np.arange(600) % 7 == 0, -1, table.groups)
    thresholds = [0.0, 0.25, 0.5, 0.51, 0.9, 2.0]
    swept = count_outcomes_by_threshold(
        table.y_true, table.score, groups, n_groups=3, thresholds=thresholds, sample_weight=weight
    )
    for threshold, counts in zip(thresholds, swept, strict=True):
        predicted = (table.score >= threshold).astype(int)
        expected = count_outcomes(table.y_true, predicted, groups, n_groups=3, sample_weight=weight)
        assert np.array_equal(counts.rows, expected.rows)
        assert np.allclose(counts.weights, expected.weights)
        assert np.allclose(counts.squared_weights, expected.squared_weights)
        assert counts.is_weighted == weighted


def test_the_chosen_threshold_is_the_best_of_all(make_table):
    sklearn = pytest.importorskip("sklearn.metrics")
    table = make_table(1)
    thresholds = np.linspace(0.05, 0.95, 19)
    chosen = choose_threshold(table.y_true, table.score, thresholds=thresholds)
    quality = [sklearn.balanced_accuracy_score(table.y_true, table.score >= cut) for cut in thresholds]
    assert quality[int(np.argmin(np.abs(thresholds - chosen)))] == max(quality)


def test_another_objective_can_be_chosen():
    y_true, score = [0, 0, 0, 0, 1], [0.1, 0.2, 0.3, 0.6, 0.5]
    thresholds = [0.45, 0.7]
    assert choose_threshold(y_true, score, thresholds=thresholds) == 0.45
    assert (
        choose_threshold(
            y_true, score, thresholds=thresholds, objective=accuracy, sample_weight=[1, 1, 1, 3, 1]
        )
        == 0.7
    )


def test_equally_good_thresholds_are_settled_in_the_middle():
    assert choose_threshold([0, 1], [0.1, 0.9], thresholds=[0.2, 0.3, 0.4, 0.5, 0.6]) == 0.4


def test_a_single_outcome_has_no_best_threshold():
    with pytest.raises(InputError, match="rows of both outcomes"):
        choose_threshold([1, 1], [0.2, 0.9])


def test_thresholds_must_ascend():
    with pytest.raises(InputError, match="ascending"):
        count_outcomes_by_threshold([1, 0], [0.2, 0.9], [0, 0], n_groups=1, thresholds=[0.5, 0.4])
