from __future__ import annotations

import math

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics.intervals import wilson_interval
from equitab.metrics.privacy import copy_metrics, count_copies, dcr_share, privacy_metrics


def by_name(results):
    return {result.metric: result for result in results}


def draw(seed, n_rows=500, n_tables=3):
    return np.random.default_rng(seed).normal(size=(n_tables, n_rows, 3))


def test_a_share_worked_by_hand_is_right():
    # Distances to training 0.1, 0.1, 0.5, 0.3; to holdout 0.3, 0.5, 0.1, 0.3: nearer, nearer, further, tie.
    result = dcr_share([[0.1], [0.9], [1.5], [1.3]], [[0.0], [1.0]], [[0.4], [1.6]], distance="l1")
    assert result.value == pytest.approx(2.5 / 4)
    assert (result.n, result.interval_method) == (4, "wilson_effective_size")


def test_the_interval_of_the_share_counts_the_luck_of_the_split():
    """400 rows beside 40 and 40 real ones: 95% of the intervals should hold 0.5, and 12 of 80 may miss it."""
    held = 0
    for seed in range(80):
        synthetic, train, holdout = draw(seed, 400)
        found = dcr_share(synthetic, train[:40], holdout[:40])
        held += found.low <= 0.5 <= found.high
    assert held >= 68


def test_rows_each_near_a_record_of_their_own_are_as_many_as_they_are():
    train = np.arange(50.0)[:, None]
    found = dcr_share(train + 0.1, train, train + 0.4)
    low, high = wilson_interval(50, 50)
    assert (found.value, found.low, found.high) == (1.0, pytest.approx(float(low)), float(high))


def test_fewer_holdout_rows_may_set_the_levels():
    synthetic, train, holdout = draw(2)
    whole = by_name(privacy_metrics(synthetic, train, holdout, max_baseline=500))
    assert whole == by_name(privacy_metrics(synthetic, train, holdout))
    part = by_name(privacy_metrics(synthetic, train, holdout, max_baseline=100))
    assert part["dcr_share"] == whole["dcr_share"]
    assert part["median_dcr_ratio"] != whole["median_dcr_ratio"]


@pytest.mark.parametrize("distance", ["l1", "l2"])
def test_fresh_rows_score_a_half_and_the_levels(distance):
    """Each share is allowed five standard errors of 500 rows, and as much again for the split into halves."""
    results = by_name(privacy_metrics(*draw(0), distance=distance))
    assert results["dcr_share"].value == pytest.approx(0.5, abs=10 * math.sqrt(0.25 / 500))
    for level in (2, 5):
        error = math.sqrt(level / 100 / 500)
        assert results[f"close_share_{level}"].value == pytest.approx(level / 100, abs=10 * error)
    assert results["median_dcr_ratio"].value == pytest.approx(1.0, abs=0.15)
    assert 0.1 < results["nndr_ratio"].value < 10


def test_a_copy_of_the_training_rows_is_caught_by_every_number():
    _, train, holdout = draw(1)
    results = by_name(privacy_metrics(train, train, holdout))
    assert results["dcr_share"].value == 1.0
    assert results["median_dcr"].value == 0.0
    assert results["median_dcr_ratio"].value == 0.0
    assert results["nndr_ratio"].value < 1e-3
    assert results["close_share_2"].value == results["close_share_5"].value == 1.0


def test_half_copies_and_half_fresh_rows_score_three_quarters():
    fresh, train, holdout = draw(2)
    synthetic = np.concatenate([train[:250], fresh[:250]])
    assert dcr_share(synthetic, train, holdout).value == pytest.approx(0.75, abs=0.08)


def test_swapping_training_and_holdout_mirrors_the_share():
    synthetic, train, holdout = draw(3)
    share, mirrored = dcr_share(synthetic, train, holdout), dcr_share(synthetic, holdout, train)
    assert share.value + mirrored.value == pytest.approx(1.0)


def test_rows_equally_far_from_both_count_half_each():
    codes = np.eye(3)[np.random.default_rng(0).integers(0, 3, 300)]
    assert dcr_share(codes, codes[:50], codes[50:100]).value == 0.5


def test_the_holdout_itself_scores_exactly_the_levels_even_with_ties():
    """Holdout rows stand in for synthetic ones; a fifth of them are copies of training rows, at distance 0."""
    _, train, holdout = draw(4)
    holdout = np.concatenate([train[:100], holdout[:400]])
    results = by_name(privacy_metrics(holdout, train, holdout))
    assert results["close_share_2"].value == pytest.approx(0.02)
    assert results["close_share_5"].value == pytest.approx(0.05)


def test_row_order_does_not_matter():
    tables = draw(5, n_rows=100)
    rng = np.random.default_rng(0)
    shuffled = [table[rng.permutation(100)] for table in tables]
    assert [r.value for r in privacy_metrics(*tables)] == pytest.approx(
        [r.value for r in privacy_metrics(*shuffled)]
    )


def test_few_synthetic_rows_have_no_ranked_ratio():
    synthetic, train, holdout = draw(6, n_rows=50)
    result = by_name(privacy_metrics(synthetic[:9], train, holdout))["nndr_ratio"]
    assert result.reason == "fewer than 10 synthetic rows"


def test_a_holdout_of_training_rows_leaves_the_median_ratio_undefined():
    synthetic, train, _ = draw(7, n_rows=50)
    assert by_name(privacy_metrics(synthetic, train, train))["median_dcr_ratio"].status == "undefined"


def test_training_and_holdout_must_be_equally_many():
    synthetic, train, holdout = draw(8, n_rows=50)
    with pytest.raises(InputError, match="50 training and 40 holdout rows"):
        dcr_share(synthetic, train, holdout[:40])
    with pytest.raises(InputError, match="same features"):
        dcr_share(synthetic[:, :2], train, holdout)
    with pytest.raises(InputError, match="at least two rows"):
        dcr_share(synthetic, train[:1], holdout[:1])


def test_copies_are_counted_with_their_baseline():
    rng = np.random.default_rng(0)
    train, holdout = rng.integers(0, 1000, (2, 200, 4))
    synthetic = np.concatenate([train[:30], holdout[:10], rng.integers(0, 1000, (60, 4))])
    copies, baseline = copy_metrics(synthetic, train, holdout)
    assert (copies.metric, copies.value, copies.n) == ("exact_copy_share", 0.3, 100)
    assert (baseline.metric, baseline.value) == ("holdout_copy_share", 0.1)
    assert copies.low < 0.3 < copies.high


def test_counting_copies_agrees_with_comparing_tuples():
    rng = np.random.default_rng(1)
    rows, records = rng.integers(0, 4, (2, 300, 3))
    known = set(map(tuple, records.tolist()))
    assert count_copies(rows.astype(np.int8), records) == sum(tuple(row) in known for row in rows.tolist())


def test_copies_of_anything_but_codes_are_refused():
    with pytest.raises(InputError, match="integer codes"):
        count_copies([[0.5]], [[1]])
    with pytest.raises(InputError, match="same number of columns"):
        count_copies([[1, 2]], [[1]])
