from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from equitab.errors import InputError
from equitab.metrics import compare_with_overall


def test_a_group_against_a_known_rate_is_worked_by_hand():
    """No success in 10 at a rate of one half: twice 2^-10."""
    found = compare_with_overall(
        [0, 5], [10, 10], labels=["a", "b"], rate=0.5, min_group_size=1, correction="none"
    )
    assert found.p_values == pytest.approx((2 / 1024, 1.0))


def test_a_group_against_the_others_is_fishers_exact_test():
    """One side of Fisher's test of the group against the rest, doubled."""
    table = np.array([[12, 38], [70, 80]])
    one_sided = stats.fisher_exact(table, alternative="less").pvalue
    found = compare_with_overall([12, 70], [50, 150], labels=["a", "b"], correction="none")
    assert found.p_values == pytest.approx((2 * one_sided, 2 * one_sided))
    assert found.overall == pytest.approx(82 / 200)


def test_holm_multiplies_the_smallest_by_the_number_of_groups_and_never_falls():
    successes, sizes = [10, 30, 25, 26], [100, 100, 100, 100]
    plain, holm, bonferroni = (
        compare_with_overall(successes, sizes, labels=list("abcd"), correction=how)
        for how in ("none", "holm", "bonferroni")
    )
    raw = np.array(plain.p_values)
    order = np.argsort(raw)
    worked = np.minimum(np.maximum.accumulate(raw[order] * [4, 3, 2, 1]), 1.0)
    assert np.array(holm.adjusted)[order] == pytest.approx(worked)
    assert bonferroni.adjusted == pytest.approx(np.minimum(4 * raw, 1.0))
    assert np.all(np.array(holm.adjusted) <= np.array(bonferroni.adjusted))
    assert holm.differing == ("a",)


def test_small_groups_are_named_and_do_not_count_in_the_correction():
    few = compare_with_overall([10, 40, 0], [100, 100, 20], labels=["a", "b", "tiny"])
    assert few.too_small == ("tiny",)
    assert few.n_compared == 2
    assert np.isnan(few.p_values[2])
    assert np.isnan(few.adjusted[2])
    empty = compare_with_overall([10, 40, 0], [100, 100, 0], labels=["a", "b", "nobody"])
    assert empty.too_small == ()
    assert empty.adjusted[:2] == pytest.approx(
        compare_with_overall([10, 40], [100, 100], labels=["a", "b"]).adjusted
    )


def test_a_fair_table_has_any_group_called_different_at_most_as_often_as_promised():
    rng = np.random.default_rng(0)
    sizes = np.array([60, 80, 120, 300, 500, 1000, 70, 200])
    wrong = 0
    for _ in range(400):
        found = compare_with_overall(rng.binomial(sizes, 0.25), sizes, labels=[str(n) for n in sizes])
        wrong += bool(found.differing)
    assert wrong / 400 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 400)


def test_a_group_that_differs_is_found_whatever_the_groups_are_called():
    named = compare_with_overall([100, 200, 205], [1000, 1000, 1000], labels=["x", "y", "z"])
    turned = compare_with_overall([205, 200, 100], [1000, 1000, 1000], labels=["z", "y", "x"])
    assert "x" in named.differing
    assert dict(zip(named.labels, named.adjusted, strict=True)) == pytest.approx(
        dict(zip(turned.labels, turned.adjusted, strict=True))
    )


def test_all_problems_of_counts_and_names_are_said_at_once():
    with pytest.raises(InputError) as caught:
        compare_with_overall([5, 11], [10, 10], labels=["a", "a"])
    assert [problem.where for problem in caught.value.problems] == ["successes", "group_labels"]
    with pytest.raises(InputError, match="min_group_size"):
        compare_with_overall([5], [10], labels=["a"], rate=2.0, confidence=0.0, min_group_size=0)
