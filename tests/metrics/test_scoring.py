from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics.definitions import definitions_with
from equitab.metrics.performance import roc_area
from equitab.metrics.scoring import group_performance_metrics, performance_metrics

NAMES = [definition.name for definition in definitions_with(family="performance")]


def by_name(results):
    return {result.metric: result for result in results}


@pytest.mark.parametrize("weighted", [False, True])
def test_values_agree_with_scikit_learn(make_table, weighted):
    sklearn = pytest.importorskip("sklearn.metrics")
    table = make_table(0)
    weight = table.weight if weighted else None
    score = np.clip(table.score, 0.01, 0.99)
    results = performance_metrics(table.y_true, table.y_pred, score, sample_weight=weight, seed=0)
    predicted = {
        "balanced_accuracy": sklearn.balanced_accuracy_score,
        "accuracy": sklearn.accuracy_score,
        "f1": sklearn.f1_score,
        "precision": sklearn.precision_score,
        "recall": sklearn.recall_score,
    }
    scored = {
        "auroc": sklearn.roc_auc_score,
        "brier_score": sklearn.brier_score_loss,
        "log_loss": sklearn.log_loss,
    }
    expected = {
        name: metric(table.y_true, table.y_pred, sample_weight=weight) for name, metric in predicted.items()
    } | {name: metric(table.y_true, score, sample_weight=weight) for name, metric in scored.items()}
    assert {result.metric: result.value for result in results} == pytest.approx(expected)
    assert all(result.low < result.value < result.high for result in results)
    assert [result.metric for result in results] == NAMES


def test_each_group_is_measured_as_if_it_were_alone(make_table):
    table = make_table(1)
    results = group_performance_metrics(
        table.y_true, table.y_pred, table.score, table.groups, group_labels=("a", "b", "c"), seed=0
    )
    for code, label in enumerate(("a", "b", "c")):
        rows = table.groups == code
        alone = performance_metrics(table.y_true[rows], table.y_pred[rows], table.score[rows], seed=0)
        part = [result for result in results if result.group == label]
        assert [(r.metric, r.value, r.low, r.high) for r in part] == [
            (r.metric, r.value, r.low, r.high) for r in alone
        ]


def test_weights_change_the_name_of_the_interval(make_table):
    table = make_table(2)
    plain, weighted = (
        by_name(performance_metrics(table.y_true, table.y_pred, table.score, sample_weight=weight, seed=0))
        for weight in (None, table.weight)
    )
    assert (plain["auroc"].interval_method, weighted["auroc"].interval_method) == (
        "delong_logit",
        "weighted_delong_logit",
    )
    assert weighted["accuracy"].interval_method == "wilson_effective_size"
    assert weighted["auroc"].value == roc_area(table.y_true, table.score, sample_weight=table.weight).value


def test_without_scores_their_metrics_are_undefined(make_table):
    table = make_table(3)
    results = by_name(performance_metrics(table.y_true, table.y_pred, None, seed=0))
    assert results["auroc"].reason == "no scores were handed in"
    assert results["f1"].status == "ok"


def test_scores_that_are_not_probabilities_have_an_area_but_no_losses(make_table):
    table = make_table(4)
    results = by_name(performance_metrics(table.y_true, table.y_pred, 10 * table.score, seed=0))
    assert results["auroc"].status == "ok"
    assert "not probabilities" in results["brier_score"].reason
    assert "not probabilities" in results["log_loss"].reason


def test_a_single_outcome_leaves_reasons():
    results = by_name(performance_metrics([1, 1, 1], [1, 0, 1], [0.9, 0.2, 0.8], seed=0))
    assert results["auroc"].reason == "no rows whose true outcome is unfavorable"
    assert results["balanced_accuracy"].reason == "no rows whose true outcome is unfavorable"
    assert results["recall"].value == pytest.approx(2 / 3)


def test_nothing_favorable_anywhere_leaves_f1_undefined():
    results = by_name(performance_metrics([0, 0], [0, 0], None, seed=0))
    assert "neither true nor predicted" in results["f1"].reason
    assert results["precision"].reason == "no rows that are predicted favorable"


def test_a_group_without_rows_is_undefined_throughout():
    results = group_performance_metrics([1, 0], [1, 0], [0.9, 0.1], [0, 0], group_labels=("a", "b"), seed=0)
    assert {result.status for result in results if result.group == "b"} == {"undefined"}


def test_bad_scores_and_settings_are_said_at_once():
    with pytest.raises(InputError) as caught:
        performance_metrics([0, 1], [0, 1], [np.nan, 0.5, 0.5], confidence=0.0, n_replicates=1, seed=0)
    assert [problem.where for problem in caught.value.problems] == [
        "number of rows",
        "score",
        "confidence",
        "n_replicates",
    ]
