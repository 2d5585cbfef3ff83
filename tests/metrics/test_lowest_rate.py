from __future__ import annotations

import numpy as np
import pytest

from equitab.metrics import METRICS, count_outcomes, lowest_rate


def counts_of(successes, sizes):
    y = np.concatenate([[1] * k + [0] * (n - k) for k, n in zip(successes, sizes, strict=True)])
    groups = np.repeat(np.arange(len(sizes)), sizes)
    return count_outcomes(y, y, groups, n_groups=len(sizes))


def test_the_lowest_rate_names_its_group_and_holds_its_value():
    found = lowest_rate(counts_of([30, 10, 50], [100, 100, 100]), group_labels=list("abc"), seed=0)
    assert (found.metric, found.value, found.group, found.n) == ("lowest_selection_rate", 0.1, "b", 300)
    assert found.low < found.value < found.high
    assert found.metric in METRICS


def test_a_small_group_is_left_out_and_named():
    found = lowest_rate(counts_of([30, 0], [100, 20]), group_labels=["a", "tiny"], seed=0)
    assert (found.value, found.group) == (0.3, "a")
    assert "'tiny'" in found.reason
    nobody = lowest_rate(counts_of([3], [10]), group_labels=["a"], seed=0)
    assert nobody.status == "undefined"


def test_the_interval_covers_the_truly_lowest_rate_although_groups_are_equal():
    """Six equal groups: the smallest of six samples lies below the true rate, its interval must still hold it."""
    rng, held = np.random.default_rng(0), 0
    for seed in range(150):
        successes = rng.binomial(200, 0.3, 6)
        found = lowest_rate(
            counts_of(successes, [200] * 6), group_labels=list("abcdef"), n_replicates=300, seed=seed
        )
        held += found.low <= 0.3 <= found.high
    assert held / 150 >= 0.9


@pytest.mark.parametrize("settings", [{"confidence": 2.0}, {"n_replicates": 3}])
def test_settings_are_checked(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        lowest_rate(counts_of([3], [10]), group_labels=["a"], seed=0, **settings)
