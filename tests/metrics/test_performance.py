from __future__ import annotations

import math

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics.performance import (
    RocArea,
    auroc,
    balanced_accuracy,
    brier_losses,
    f1,
    log_losses,
    mean_interval,
    roc_area,
)


def brute_force(y_true, score, weight=None):
    """DeLong's value and variance from all pairs of rows."""
    weight = np.ones(len(score)) if weight is None else weight
    positive, negative = score[y_true == 1], score[y_true == 0]
    wins = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
    w1, w0 = weight[y_true == 1], weight[y_true == 0]
    value = w1 @ wins @ w0 / (w1.sum() * w0.sum())
    placements = (wins @ w0 / w0.sum(), w1 @ wins / w1.sum())
    return value, sum(
        (w**2 @ (place - value) ** 2) / w.sum() ** 2 * len(w) / (len(w) - 1)
        for w, place in zip((w1, w0), placements, strict=True)
    )


@pytest.mark.parametrize("decimals", [1, 8])
@pytest.mark.parametrize("weighted", [False, True])
def test_area_and_variance_agree_with_comparing_all_pairs(make_table, decimals, weighted):
    table = make_table(0, n_rows=150)
    score = np.random.default_rng(0).normal(table.y_true).round(decimals)
    weight = table.weight if weighted else None
    area = roc_area(table.y_true, score, sample_weight=weight)
    assert (area.value, area.variance) == pytest.approx(brute_force(table.y_true, score, weight), rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weighted", [False, True])
def test_values_agree_with_scikit_learn(make_table, seed, weighted):
    sklearn = pytest.importorskip("sklearn.metrics")
    table = make_table(seed)
    weight = table.weight if weighted else None
    assert auroc(table.y_true, table.score, sample_weight=weight) == pytest.approx(
        sklearn.roc_auc_score(table.y_true, table.score, sample_weight=weight), rel=1e-12
    )
    counts = np.zeros((2, 2))
    np.add.at(counts, (table.y_true, table.y_pred), 1.0 if weight is None else weight)
    assert float(balanced_accuracy(counts)) == pytest.approx(
        sklearn.balanced_accuracy_score(table.y_true, table.y_pred, sample_weight=weight)
    )
    assert float(f1(counts)) == pytest.approx(
        sklearn.f1_score(table.y_true, table.y_pred, sample_weight=weight)
    )
    probability = np.clip(table.score, 0.01, 0.99)
    for losses, theirs in ((brier_losses, sklearn.brier_score_loss), (log_losses, sklearn.log_loss)):
        mean, _ = mean_interval(losses(table.y_true, probability), sample_weight=weight)
        assert mean == pytest.approx(theirs(table.y_true, probability, sample_weight=weight))


def test_row_order_does_not_matter(make_table):
    table = make_table(1)
    order = np.random.default_rng(0).permutation(600)
    first, second = (
        roc_area(table.y_true[rows], table.score[rows], sample_weight=table.weight[rows])
        for rows in (np.arange(600), order)
    )
    assert (first.value, first.variance) == pytest.approx((second.value, second.variance), rel=1e-12)


def test_reversing_the_scores_mirrors_the_area(make_table):
    table = make_table(2)
    area, mirrored = roc_area(table.y_true, table.score), roc_area(table.y_true, -table.score)
    assert mirrored.value == pytest.approx(1 - area.value)
    assert mirrored.variance == pytest.approx(area.variance)


def test_a_weight_of_two_is_a_row_twice_in_the_value(make_table):
    table = make_table(3)
    weight = 1 + table.groups % 2
    repeated = np.repeat(np.arange(600), weight)
    assert auroc(table.y_true, table.score, sample_weight=weight) == pytest.approx(
        auroc(table.y_true[repeated], table.score[repeated])
    )


def test_rows_without_weight_do_not_count(make_table):
    table = make_table(4)
    weight = (table.groups > 0).astype(float)
    kept = table.groups > 0
    weighted = roc_area(table.y_true, table.score, sample_weight=weight)
    alone = roc_area(table.y_true[kept], table.score[kept])
    assert (weighted.value, weighted.variance) == pytest.approx((alone.value, alone.variance))
    assert (weighted.n_favorable, weighted.n_unfavorable) == (alone.n_favorable, alone.n_unfavorable)


def test_delong_intervals_cover_about_as_often_as_promised():
    """95% intervals of 500 simulated samples of 80 rows: at least four standard errors below 95%."""
    rng, truth, hits = np.random.default_rng(5), 0.8556, 0  # Phi(1.5 / sqrt(2))
    for _ in range(500):
        y_true = np.repeat([0, 1], [50, 30])
        interval = roc_area(y_true, rng.normal(1.5 * y_true)).interval()
        hits += interval.low <= truth <= interval.high
    assert hits >= 500 * 0.95 - 4 * math.sqrt(500 * 0.95 * 0.05)


def test_delong_agrees_with_the_bootstrap_of_rows(make_table):
    """Standard errors within 10%, with 600 rows and 1,000 replicates."""
    table, rng = make_table(6), np.random.default_rng(0)
    replicates = [
        auroc(table.y_true[drawn], table.score[drawn])
        for drawn in (rng.integers(0, 600, 600) for _ in range(1000))
    ]
    area = roc_area(table.y_true, table.score)
    assert math.sqrt(area.variance) == pytest.approx(np.std(replicates), rel=0.1)


def test_a_single_outcome_leaves_the_area_undefined():
    area = roc_area([1, 1, 1], [0.1, 0.2, 0.3])
    assert math.isnan(area.value)
    assert "fewer than two rows" in area.interval().reason
    assert math.isnan(roc_area([], []).value)


def test_a_single_row_of_an_outcome_has_a_value_and_no_interval():
    area = roc_area([0, 0, 1], [0.1, 0.3, 0.2])
    assert area.value == 0.5
    assert area.interval().method == "none"


def test_perfect_separation_claims_no_certainty():
    interval = roc_area([0, 0, 1, 1], [1, 2, 3, 4]).interval()
    assert (interval.low, interval.high) == (None, None)
    assert interval.reason


def test_intervals_stay_between_zero_and_one():
    interval = RocArea(0.99, 0.02**2, 30, 30).interval()
    assert 0 < interval.low < 0.99 < interval.high < 1
    assert interval.method == "delong_logit"
    assert RocArea(0.9, 0.01, 30, 30, is_weighted=True).interval().method == "weighted_delong_logit"


def test_missing_scores_are_refused_and_counted():
    with pytest.raises(InputError, match="2 of 3 rows"):
        auroc([0, 1, 1], [0.1, np.nan, np.inf])


def test_one_row_can_not_make_the_log_loss_infinite():
    assert np.isfinite(log_losses([1, 0], [0.0, 1.0])).all()


def test_the_mean_of_few_rows_has_no_interval():
    assert mean_interval(np.array([1.0]))[1].method == "none"
    assert math.isnan(mean_interval(np.array([]))[0])
    assert math.isnan(mean_interval(np.ones(3), sample_weight=np.zeros(3))[0])
