"""How the augmentation study judges: weights of a share, weighted measures, replicates, thresholds."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, balanced_accuracy_score, f1_score, roc_auc_score

from equitab.metrics.performance import balanced_accuracy
from equitab.studies.mostly import StudyRows
from equitab.studies.mostly_scores import (
    Judges,
    bootstrap_by_outcome,
    measure_predictions,
    measure_scores,
    ranking_measures,
    share_weights,
    tune_threshold,
)


@pytest.fixture(scope="module")
def judges() -> Judges:
    return Judges.of(StudyRows.read("adult", data=None, seed=0), 0.02, n_replicates=50, seed=0)


def noisy_score(judges: Judges) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.round(np.clip(0.3 * judges.test_rare + rng.random(judges.test_rare.size) * 0.7, 0, 1), 2)


def test_weighted_rows_have_the_share(judges: Judges) -> None:
    """In the table itself and in every replicate, since either outcome keeps its number of rows."""
    shares = judges.weights[:, judges.test_rare].sum(axis=1) / judges.weights.sum(axis=1)
    assert shares == pytest.approx(0.02)


def test_replicates_draw_whole_rows_and_the_first_is_the_table() -> None:
    """Counts, and as many of either outcome as there are."""
    is_rare = np.arange(50) < 10
    drawn = bootstrap_by_outcome(is_rare, 20, seed=1)
    assert drawn[0].tolist() == [1.0] * 50
    assert set(drawn[:, is_rare].sum(axis=1)) == {10.0}
    assert set(drawn[:, ~is_rare].sum(axis=1)) == {40.0}
    assert drawn.std() > 0


def test_ranking_measures_are_those_of_scikit_learn_with_ties_and_weights() -> None:
    """An independent implementation, on scores with many ties."""
    rng = np.random.default_rng(0)
    is_rare, score, weight = rng.random(300) < 0.2, rng.integers(0, 9, 300) / 9, rng.random(300)
    area, precision = ranking_measures(score, is_rare, weight[None])
    assert area[0] == pytest.approx(roc_auc_score(is_rare, score, sample_weight=weight))
    assert precision[0] == pytest.approx(average_precision_score(is_rare, score, sample_weight=weight))


def test_predictions_are_measured_as_by_scikit_learn(judges: Judges) -> None:
    """Balanced accuracy and F1 on weighted rows."""
    predicted, weight = noisy_score(judges) >= 0.6, judges.weights[0]
    found = measure_predictions(predicted, judges)
    expected = balanced_accuracy_score(judges.test_rare, predicted, sample_weight=weight)
    assert found["balanced_accuracy"][0] == pytest.approx(expected)
    assert found["f1"][0] == pytest.approx(f1_score(judges.test_rare, predicted, sample_weight=weight))


def test_the_worst_group_is_the_least_and_never_better_than_everybody(judges: Judges) -> None:
    """Groups of fewer than 30 rare rows do not judge."""
    predicted = noisy_score(judges) >= 0.6
    found = measure_predictions(predicted, judges)
    by_group = [predicted[rows][judges.test_rare[rows]].mean() for rows in judges.groups]
    assert found["worst_group_recall"][0] == pytest.approx(min(by_group))
    assert found["worst_group_recall"][0] <= found["recall"][0]
    assert all(judges.test_rare[rows].sum() >= 30 for rows in judges.groups)


def test_a_constant_prediction_loses_the_entropy_of_the_share(judges: Judges) -> None:
    """Which the margins of losses are a part of."""
    found = measure_scores(np.full(judges.test_rare.size, 0.02), judges)
    assert found["brier"][0] == pytest.approx(0.02 * 0.98)
    assert found["log_loss"][0] == pytest.approx(-(0.02 * np.log(0.02) + 0.98 * np.log(0.98)))
    assert found["auroc"][0] == pytest.approx(0.5)


def test_a_threshold_is_found_where_all_scores_are_small(judges: Judges) -> None:
    """A grid from 0.01 on would lie above every score of a model of a rare outcome."""
    score = np.where(judges.validation_rare, 0.002, 0.001)
    threshold = tune_threshold(score, judges, balanced_accuracy)
    assert 0.001 < threshold <= 0.002


def test_weights_of_a_share_that_the_rows_have_are_equal() -> None:
    """No weighting where none is needed."""
    assert share_weights(np.array([True, False, False, False]), 0.25) == pytest.approx(1.0)
