"""SHAP values summed up: shares, differences between groups, and their intervals, by hand where that can be done."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics import attribution_differences, importance_metrics

VALUES = np.random.default_rng(0).normal(size=(80, 3)) * [2.0, 1.0, 0.0]


def test_importance_is_the_mean_size_and_shares_add_up_to_one() -> None:
    found = [importance_metrics(VALUES, [place], seed=0) for place in range(3)]
    assert [one[0].value for one in found] == pytest.approx(np.abs(VALUES).mean(0).tolist())
    assert sum(one[1].value for one in found) == pytest.approx(1.0)
    assert found[2][0].value == found[2][1].value == 0.0
    assert all(one.low <= one.value <= one.high for pair in found for one in pair)


def test_features_together_are_added_row_by_row() -> None:
    opposite = [[1.0, -1.0], [-2.0, 2.0]]
    assert importance_metrics(opposite, [0, 1], seed=0)[0].value == 0.0
    assert importance_metrics(opposite, [0], seed=0)[0].value == 1.5


def test_without_rows_or_without_a_feature_that_counts_there_is_no_share() -> None:
    assert {one.reason for one in importance_metrics(np.zeros((0, 2)), [0], seed=0)} == {"no rows"}
    importance, share = importance_metrics(np.zeros((5, 2)), [0], seed=0)
    assert (importance.value, share.value, share.reason) == (0.0, None, "no feature counts")


def test_differences_are_those_of_means_and_small_groups_have_none() -> None:
    codes = np.repeat([0, 1, 2, -1], [40, 30, 5, 5])
    values = np.array([0.5, -0.25, 9.0, 7.0])[codes]
    small, few = attribution_differences(values, codes, group_labels=["m", "f", "x"], reference=0, seed=0)
    assert (small.group, small.reference_group, small.value, small.n) == ("f", "m", -0.75, 70)
    assert (few.status, few.reason) == ("undefined", "fewer than 10 rows of a group")


def test_order_of_rows_and_of_groups_changes_nothing() -> None:
    codes = np.repeat([0, 1], 40)
    shuffled = np.random.default_rng(1).permutation(80)
    held = VALUES[:, 0]
    (first,) = attribution_differences(held, codes, group_labels=["m", "f"], reference=0, seed=0)
    (again,) = attribution_differences(
        held[shuffled], 1 - codes[shuffled], group_labels=["f", "m"], reference=1, seed=0
    )
    assert (again.group, again.reference_group) == (first.group, first.reference_group)
    assert (again.value, again.low, again.high) == pytest.approx((first.value, first.low, first.high))


@pytest.mark.slow
def test_nineteen_in_twenty_intervals_hold_the_difference() -> None:
    held = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        values = np.concatenate([rng.exponential(size=60), rng.exponential(size=60) + 0.5])
        (one,) = attribution_differences(
            values, np.repeat([0, 1], 60), group_labels=["a", "b"], reference=0, n_replicates=400, seed=seed
        )
        held += one.low <= 0.5 <= one.high
    assert 0.88 <= held / 120 <= 0.995


def test_what_can_not_be_used_is_refused() -> None:
    with pytest.raises(InputError, match="finite"):
        importance_metrics([[np.nan]], [0], seed=0)
    with pytest.raises(InputError, match="columns"):
        importance_metrics([[1.0]], [1], seed=0)
    with pytest.raises(InputError, match="rows and features"):
        importance_metrics([1.0], [0], seed=0)
    with pytest.raises(InputError, match="finite"):
        attribution_differences([np.inf], [0], group_labels=["a"], reference=0, seed=0)
