"""The worst group and the largest difference, with an interval that knows that extremes are extreme."""

from __future__ import annotations

import numpy as np

from equitab.metrics import MetricResult, summarise_groups
from equitab.metrics.intervals import normal_quantile


def made(value, group, *, error=0.01, metric="coverage"):
    half = normal_quantile(0.95) * error
    return MetricResult(metric, value, value - half, value + half, 0.95, "normal", 100, group)


def test_the_worst_group_keeps_its_value_and_interval():
    worst, gap = summarise_groups([made(0.9, "F"), made(0.95, "M"), made(0.7, "X")], worst="lowest", seed=0)
    assert (worst.metric, worst.group, worst.value) == ("coverage_worst_group", "X", 0.7)
    assert worst.low == made(0.7, "X").low
    assert (gap.group, gap.reference_group) == ("X", "M")
    assert gap.value == 0.95 - 0.7
    assert gap.low > 0.2


def test_which_end_is_bad_can_be_said():
    results = [made(0.5, "F"), made(0.6, "M")]
    assert [one.group for one in summarise_groups(results, worst="highest", seed=0)] == ["M", "M"]


def test_the_interval_of_equal_groups_holds_zero():
    """Twelve equal groups: the largest difference is positive in every sample, yet 0 is held in nearly all."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(60):
        values = 0.9 + 0.01 * rng.normal(size=12)
        gap = summarise_groups([made(v, f"g{i}") for i, v in enumerate(values)], worst="lowest", seed=0)[1]
        held += gap.low == 0.0
    assert held >= 54


def test_the_order_of_groups_changes_nothing_but_noise():
    results = [made(0.9, "F"), made(0.8, "M"), made(0.7, "X")]
    forwards, backwards = (
        summarise_groups(held, worst="lowest", seed=0) for held in (results, results[::-1])
    )
    assert [(one.value, one.group) for one in forwards] == [(one.value, one.group) for one in backwards]


def test_undefined_groups_are_left_out_and_named():
    small = MetricResult.undefined("coverage", reason="too small", n=3, group="tiny")
    worst, gap = summarise_groups([made(0.9, "F"), small, made(0.8, "M")], worst="lowest", seed=0)
    assert "undefined for 'tiny'" in worst.reason
    assert "undefined for 'tiny'" in gap.reason
    assert gap.n == 200


def test_one_group_has_no_difference_and_none_has_nothing():
    small = MetricResult.undefined("coverage", reason="needs 30 rows", n=3, group="tiny")
    worst, gap = summarise_groups([made(0.9, "F"), small], worst="lowest", seed=0)
    assert (worst.value, gap.value) == (0.9, None)
    assert "fewer than two groups" in gap.reason
    found = summarise_groups([small], worst="lowest", seed=0)
    assert [one.value for one in found] == [None, None]
    assert "needs 30 rows" in found[0].reason


def test_a_group_without_an_interval_leaves_the_difference_without_one():
    sure = MetricResult("coverage", 1.0, None, None, None, "none", 50, "M")
    gap = summarise_groups([made(0.9, "F"), sure], worst="lowest", seed=0)[1]
    assert gap.low is None
    assert gap.reason == "the value of some group has no interval"


def test_better_than_good_is_no_advantage():
    """Copied groups have an error below chance; that makes them no better off than a group at chance."""
    results = [made(-0.2, "F"), made(0.0, "M")]
    worst, gap = summarise_groups(results, worst="highest", no_better_than=0.0, seed=0)
    assert (worst.group, worst.value, gap.value, gap.low) == ("M", 0.0, 0.0, 0.0)
    assert gap.high < 0.05
    plain = summarise_groups(results, worst="highest", seed=0)[1]
    assert plain.value == 0.2
    upside_down = [made(1.2, "F"), made(0.9, "M")]
    gap = summarise_groups(upside_down, worst="lowest", no_better_than=1.0, seed=0)[1]
    assert round(gap.value, 9) == 0.1
