from __future__ import annotations

import math

import numpy as np
import pytest

from equitab.metrics import group_fairness
from equitab.metrics.count_definitions import ALL_GROUPS, REFERENCE
from equitab.metrics.group_rates import GroupCounts, false_positive_rate, selection_rate, true_positive_rate
from equitab.metrics.intervals import resample_counts
from equitab.metrics.spread_intervals import (
    impact_interval,
    largest_difference_bounds,
    mean_absolute_interval,
    ratio_interval,
    spread_interval,
)

ODDS = (true_positive_rate, false_positive_rate)


def replicates_of(rows, seed=0, n_replicates=400):
    table = np.asarray(rows, dtype=np.int64)
    counts = GroupCounts(table, table.astype(float), table.astype(float), is_weighted=False)
    return resample_counts(counts, n_replicates=n_replicates, seed=seed)


def simulate(sizes, rates, positive, n_tables, seed):
    """Yield simulated tables and the shares that they were drawn from."""
    rng = np.random.default_rng(seed)
    shares = np.stack([np.outer([1 - positive, positive], [1 - rate, rate]) for rate in rates])
    for _ in range(n_tables):
        rows = [
            rng.multinomial(n, share.ravel()).reshape(2, 2) for n, share in zip(sizes, shares, strict=True)
        ]
        yield np.stack(rows), shares


def test_one_difference_far_from_zero_gets_the_normal_interval():
    draws = 5 + np.random.default_rng(0).normal(size=(50_000, 1))
    low, high = largest_difference_bounds([draws], confidence=0.95)
    # The low end uses the two-sided largest deviation: 97.5% of |z| lie below 2.24.
    assert low == pytest.approx(5 - 2.2414, abs=0.05)
    assert high == pytest.approx(5 + 1.96, abs=0.05)


def test_blocks_of_differences_give_what_one_block_gives():
    draws = np.random.default_rng(1).normal(size=(500, 6))
    whole = largest_difference_bounds([draws], confidence=0.9)
    assert largest_difference_bounds([draws[:, :2], draws[:, 2:]], confidence=0.9) == whole


def test_more_groups_make_the_low_end_more_careful():
    """The same best pair, alone or among ten groups that are all alike: with more pairs, less is certain."""
    pair = [[[700, 300], [0, 0]], [[800, 200], [0, 0]]]
    few = spread_interval(0.1, replicates_of(pair), bases=[selection_rate], confidence=0.95)
    many = spread_interval(
        0.1, replicates_of([*pair, *[[[750, 250], [0, 0]]] * 10]), bases=[selection_rate], confidence=0.95
    )
    assert many.low < few.low


@pytest.mark.parametrize(
    "n_groups", [2, pytest.param(6, marks=pytest.mark.slow), pytest.param(12, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("spread", [0.0, 0.15])
def test_intervals_over_all_groups_cover_at_least_as_often_as_promised(n_groups, spread):
    """95% intervals of 150 simulated tables; four standard errors of the count are allowed below 95%."""
    sizes = (1000 / (1 + 0.7 * np.arange(n_groups))).astype(int)
    rates = np.linspace(0.25, 0.25 + spread, n_groups)
    hits = dict.fromkeys([definition.name for definition in ALL_GROUPS], 0)
    for seed, (rows, shares) in enumerate(simulate(sizes, rates, 0.3, 150, seed=n_groups)):
        replicates = replicates_of(rows, seed)
        for definition in ALL_GROUPS:
            interval = definition.bootstrap(float(definition.compute(rows)), replicates, confidence=0.95)
            # The shares of equal groups differ by rounding, hence the hair's breadth.
            truth = float(definition.compute(shares))
            hits[definition.name] += interval.low - 1e-9 <= truth <= interval.high + 1e-9
    least = 150 * 0.95 - 4 * math.sqrt(150 * 0.95 * 0.05)
    assert min(hits.values()) >= least, hits


def test_intervals_of_absolute_odds_differences_cover_zero():
    """Two equal groups, 200 simulated tables: percentiles of the replicates would never hold the true 0."""
    definition = next(each for each in REFERENCE if each.name == "average_absolute_odds_difference")
    hits = 0
    for seed, (rows, _) in enumerate(simulate((300, 200), (0.3, 0.3), 0.4, 200, seed=9)):
        replicates = replicates_of(rows, seed)
        value = float(definition.compute(rows[1], rows[0]))
        hits += definition.bootstrap(value, replicates[:, 1], replicates[:, 0], confidence=0.95).low == 0.0
    assert hits >= 200 * 0.95 - 4 * math.sqrt(200 * 0.95 * 0.05)


def test_ends_stay_within_the_range_of_the_metric():
    rows = [[[1, 39], [0, 0]], [[40, 0], [0, 0]]]
    replicates = replicates_of(rows)
    spread = spread_interval(39 / 40, replicates, bases=[selection_rate], confidence=0.95)
    ratio = ratio_interval(0.0, replicates, bases=[selection_rate], confidence=0.95)
    assert 0 <= spread.low <= 39 / 40 <= spread.high <= 1
    assert ratio.low == 0.0
    assert 0 < ratio.high < 0.5


def test_the_ratio_interval_is_the_same_whichever_group_comes_first():
    replicates = replicates_of([[[70, 30], [5, 5]], [[60, 10], [9, 1]]])
    first = ratio_interval(0.4, replicates, bases=[selection_rate], confidence=0.95)
    swapped = ratio_interval(0.4, replicates[:, ::-1], bases=[selection_rate], confidence=0.95)
    assert (first.low, first.high) == pytest.approx((swapped.low, swapped.high))


def test_an_empty_base_in_many_replicates_leaves_no_interval():
    replicates = replicates_of([[[60, 40], [1, 0]], [[50, 40], [20, 20]]])
    for interval in (
        spread_interval(0.5, replicates, bases=ODDS, confidence=0.95),
        ratio_interval(0.5, replicates, bases=ODDS, confidence=0.95),
        mean_absolute_interval(0.5, replicates[:, 0], replicates[:, 1], bases=ODDS, confidence=0.95),
    ):
        assert interval.method == "none"
        assert "bootstrap replicates" in interval.reason


def test_a_reference_group_that_is_rarely_selected_still_has_an_interval():
    """Percentiles of the plain ratio would be infinite: two of 100 selected is nobody in 13% of the replicates."""
    rows = np.array([[[98, 2], [0, 0]], [[80, 20], [0, 0]]])
    replicates = replicates_of(rows)
    value = float(group_fairness.disparate_impact(rows[1], rows[0]))
    interval = impact_interval(
        value, replicates[:, 1], replicates[:, 0], rate=selection_rate, confidence=0.95
    )
    assert interval.low < value < interval.high < math.inf
