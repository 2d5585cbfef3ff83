from __future__ import annotations

import numpy as np
import pytest

from equitab.metrics.group_fairness import (
    disparate_impact,
    equal_opportunity_difference,
    statistical_parity_difference,
)
from equitab.metrics.group_rates import GroupCounts, count_outcomes, selection_rate
from equitab.metrics.intervals import (
    clopper_pearson_interval,
    effective_size,
    normal_quantile,
    percentile_interval,
    resample_counts,
    undefined_reason,
    wilson_interval,
)


def counts_of(rows):
    table = np.asarray(rows, dtype=np.int64)
    return GroupCounts(table, table.astype(float), table.astype(float), is_weighted=False)


def test_the_normal_quantile_is_the_known_one():
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-6)


@pytest.mark.parametrize(("k", "n"), [(0, 10), (1, 10), (5, 10), (10, 10), (81, 263), (15, 148)])
def test_score_and_exact_intervals_agree_with_scipy(k, n):
    test = pytest.importorskip("scipy.stats").binomtest(k, n)
    for ours, method in ((wilson_interval, "wilson"), (clopper_pearson_interval, "exact")):
        expected = test.proportion_ci(0.95, method=method)
        low, high = ours(k, n, confidence=0.95)
        assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("interval", [wilson_interval, clopper_pearson_interval])
def test_intervals_of_no_rows_are_nan(interval):
    low, high = interval([0, 3], [0, 4])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert low[1] < 0.75 < high[1]


@pytest.mark.parametrize("rate", [0.02, 0.3, 0.5, 0.97])
@pytest.mark.parametrize("n", [30, 300])
def test_exact_intervals_cover_at_least_as_often_as_promised(rate, n):
    """The coverage is summed exactly over the binomial distribution: no simulation, no tolerance."""
    k = np.arange(n + 1)
    chance = pytest.importorskip("scipy.stats").binom.pmf(k, n, rate)
    low, high = clopper_pearson_interval(k, n)
    assert chance[(low <= rate) & (rate <= high)].sum() >= 0.95
    low, high = wilson_interval(k, n)
    assert chance[(low <= rate) & (rate <= high)].sum() >= 0.92  # the score interval is right on average only


def test_equal_weights_leave_the_effective_size_at_the_number_of_rows():
    assert float(effective_size(7 * 2.5, 7 * 2.5**2)) == pytest.approx(7)
    assert float(effective_size(0.0, 0.0)) == 0.0


def test_replicates_are_the_same_for_the_same_seed_and_others_for_another():
    counts = counts_of([[[50, 10], [5, 35]]])
    first = resample_counts(counts, n_replicates=100, seed=1)
    assert np.array_equal(first, resample_counts(counts, n_replicates=100, seed=1))
    assert not np.array_equal(first, resample_counts(counts, n_replicates=100, seed=2))


def test_replicates_have_as_many_rows_as_the_table():
    replicates = resample_counts(counts_of([[[50, 10], [5, 35]], [[1, 2], [3, 4]]]), n_replicates=200, seed=0)
    assert np.all(replicates.sum((1, 2, 3)) == 110)


def test_replicates_spread_as_rows_drawn_with_replacement_do():
    """Mean and covariance of the multinomial distribution, within five standard errors of 20,000 draws."""
    rows = np.array([[[50, 10], [5, 35]], [[20, 40], [30, 10]]])
    draws = resample_counts(counts_of(rows), n_replicates=20_000, seed=3, pseudo_rows=0.0).reshape(20_000, -1)
    share = rows.ravel() / 200
    deviation = np.sqrt(200 * share * (1 - share))
    assert np.all(np.abs(draws.mean(0) - rows.ravel()) < 5 * deviation / np.sqrt(20_000))
    expected = 200 * (np.diag(share) - np.outer(share, share))
    assert np.abs(np.cov(draws.T) - expected).max() < 5 * deviation.max() ** 2 * np.sqrt(2 / 20_000)


def test_a_group_without_rows_stays_empty():
    replicates = resample_counts(counts_of([[[5, 5], [5, 5]], [[0, 0], [0, 0]]]), n_replicates=50, seed=0)
    assert replicates[:, 1].sum() == 0
    assert resample_counts(counts_of([[[0, 0], [0, 0]]]), n_replicates=50, seed=0).sum() == 0


def test_weighted_replicates_spread_as_weighted_rows_drawn_with_replacement_do(make_table):
    """Standard errors from the table of counts and from resampling the rows themselves differ by under 10%."""
    table = make_table(5, n_rows=500, n_groups=2)
    counts = count_outcomes(table.y_true, table.y_pred, table.groups, n_groups=2, sample_weight=table.weight)
    from_counts = selection_rate(resample_counts(counts, n_replicates=2000, seed=0, pseudo_rows=0.0))
    rng = np.random.default_rng(0)
    from_rows = []
    for _ in range(2000):
        drawn = rng.integers(0, 500, 500)
        sums = np.bincount(table.groups[drawn], weights=table.weight[drawn], minlength=2)
        selected = np.bincount(
            table.groups[drawn], weights=table.weight[drawn] * table.y_pred[drawn], minlength=2
        )
        from_rows.append(selected / sums)
    assert from_counts.std(0) == pytest.approx(np.std(from_rows, axis=0), rel=0.1)
    assert from_counts.mean(0) == pytest.approx(np.mean(from_rows, axis=0), abs=0.005)


def test_equal_weights_give_the_replicates_of_no_weights():
    rows = np.array([[[50, 10], [5, 35]]])
    doubled = GroupCounts(rows, 2.0 * rows, 4.0 * rows, is_weighted=True)
    unweighted = resample_counts(counts_of(rows), n_replicates=50, seed=0)
    assert np.array_equal(resample_counts(doubled, n_replicates=50, seed=0), 2 * unweighted)


def test_an_interval_is_undefined_when_too_many_replicates_are():
    replicates = np.linspace(0, 1, 1000)
    replicates[:6] = np.nan
    interval = percentile_interval(0.5, replicates)
    assert (interval.low, interval.method) == (None, "none")
    assert "6 of 1000" in interval.reason
    replicates[:1] = 0.0
    assert percentile_interval(0.5, replicates).low is not None
    assert undefined_reason(0, 1000)


def test_an_interval_always_holds_its_value():
    interval = percentile_interval(2.0, np.linspace(0, 1, 1000))
    assert interval.low <= 2.0 <= interval.high


@pytest.mark.parametrize(
    ("sizes", "positive", "rates"),
    [((200, 120), 0.3, (0.3, 0.2)), ((2000, 500), 0.5, (0.6, 0.5)), ((200, 120), 0.1, (0.12, 0.02))],
)
def test_bootstrap_intervals_cover_about_as_often_as_promised(sizes, positive, rates):
    """95% intervals of 400 simulated tables: at least 92%, four standard errors of that count below 95%."""
    shares = [np.outer([1 - positive, positive], [1 - rate, rate]) for rate in rates]
    rng = np.random.default_rng(11)
    metrics = (statistical_parity_difference, equal_opportunity_difference, disparate_impact)
    hits = dict.fromkeys(metrics, 0)
    for seed in range(400):
        rows = np.stack(
            [rng.multinomial(n, share.ravel()).reshape(2, 2) for n, share in zip(sizes, shares, strict=True)]
        )
        replicates = resample_counts(counts_of(rows), n_replicates=400, seed=seed)
        for metric in metrics[: 2 if rates[0] < 0.2 else 3]:
            interval = percentile_interval(
                float(metric(rows[1], rows[0])), metric(replicates[:, 1], replicates[:, 0])
            )
            truth = float(metric(shares[1], shares[0]))
            hits[metric] += interval.low is not None and interval.low <= truth <= interval.high
    least = 400 * 0.95 - 4 * np.sqrt(400 * 0.95 * 0.05)
    assert all(hits[metric] >= least for metric in metrics[: 2 if rates[0] < 0.2 else 3]), hits
