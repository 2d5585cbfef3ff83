from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from equitab.errors import InputError
from equitab.metrics import METRICS, POOLED_GROUP, score_distance_metrics

NAMES = ("score_ks_distance", "score_wasserstein_distance")


def measure(score, groups, n_groups=2, reference=0, **settings):
    labels = [f"g{code}" for code in range(n_groups)]
    settings = {"n_replicates": 100, "seed": 0, **settings}
    found = score_distance_metrics(score, groups, group_labels=labels, reference=reference, **settings)
    assert {one.metric for one in found} <= set(METRICS)
    return {(one.metric, one.group): one for one in found}


@pytest.mark.parametrize("seed", range(3))
def test_values_are_those_of_scipy(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.beta(2, 3, 300).round(2), rng.beta(3, 2, 200).round(2)
    found = measure(np.concatenate([a, b]), np.repeat([0, 1], [300, 200]))
    assert found[NAMES[0], "g1"].value == pytest.approx(stats.ks_2samp(a, b).statistic)
    assert found[NAMES[1], "g1"].value == pytest.approx(stats.wasserstein_distance(a, b))
    assert found[NAMES[0], POOLED_GROUP].value == found[NAMES[0], "g1"].value


def test_weights_count_like_repeated_rows():
    rng = np.random.default_rng(0)
    score, groups, weight = rng.random(120), np.arange(120) % 2, rng.integers(1, 4, 120)
    weighted = measure(score, groups, sample_weight=weight)
    repeated = measure(np.repeat(score, weight), np.repeat(groups, weight))
    for name in NAMES:
        assert weighted[name, "g1"].value == pytest.approx(repeated[name, "g1"].value)


def test_the_largest_distance_is_that_of_the_two_groups_farthest_apart():
    score = np.concatenate([np.full(40, 0.1), np.full(40, 0.5), np.full(40, 0.8)])
    found = measure(score, np.repeat([0, 1, 2], 40), n_groups=3)
    worst = found["largest_score_wasserstein_distance", "g0"]
    assert (worst.value, worst.reference_group) == (pytest.approx(0.7), "g2")
    assert found[NAMES[1], "g1"].value == pytest.approx(0.4)
    assert found["largest_score_ks_distance", "g0"].value == 1.0


def test_no_threshold_gives_a_larger_gap_than_the_first_distance():
    rng = np.random.default_rng(1)
    score, groups = rng.random(400), rng.integers(0, 2, 400)
    largest = measure(score, groups)[NAMES[0], "g1"].value
    gaps = [
        abs((score[groups == 0] >= t).mean() - (score[groups == 1] >= t).mean())
        for t in np.linspace(0, 1, 99)
    ]
    assert max(gaps) <= largest + 1e-12


def test_equal_distributions_are_within_the_interval_as_often_as_promised():
    rng, held = np.random.default_rng(2), np.zeros(3)
    for seed in range(100):
        found = measure(rng.random(600), rng.integers(0, 3, 600), n_groups=3, seed=seed)
        for place, name in enumerate((*NAMES, "largest_score_ks_distance")):
            held[place] += min(one.low for key, one in found.items() if key[0] == name) == 0
    assert np.all(held / 100 >= 0.88)


def test_a_true_distance_is_within_the_interval():
    rng, held = np.random.default_rng(3), 0
    true = stats.beta(2, 3).mean(), stats.beta(3, 2).mean()  # ordered distributions: the difference of means
    for seed in range(100):
        score = np.concatenate([rng.beta(2, 3, 250), rng.beta(3, 2, 250)])
        one = measure(score, np.repeat([0, 1], 250), seed=seed)[NAMES[1], "g1"]
        held += one.low <= true[1] - true[0] <= one.high
    assert held >= 93


def test_small_groups_are_named_and_a_missing_reference_says_so():
    score, groups = np.linspace(0, 1, 100), np.repeat([0, 1, 2], [45, 45, 10])
    found = measure(score, groups, n_groups=3)
    assert found[NAMES[0], "g2"].status == "undefined"
    assert "'g2' has 10 rows" in found[NAMES[0], "g2"].reason
    assert "'g2'" in found["largest_score_ks_distance", "g0"].reason
    assert measure(score, groups, n_groups=3, reference=None)[NAMES[0], None].status == "undefined"
    few = measure(score[:20], groups[:20], n_groups=3)
    assert few["largest_score_ks_distance", None].reason.startswith("fewer than two groups have 30 rows")


def test_scores_outside_their_range_are_refused():
    with pytest.raises(InputError, match=r"numbers in \[0, 1\], received others in 1 rows"):
        measure([0.5, 1.5], [0, 1])
