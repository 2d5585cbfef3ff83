"""Measures of single groups: worked by hand, and laws that hold whatever the rows are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics import (
    METRICS,
    count_cells,
    distinct_metrics,
    expected_distinct,
    group_copy_metrics,
    group_distance_metrics,
    spread_ratio,
)
from equitab.metrics.group_truth_definitions import GROUP_TRUTH


def by_name(results):
    return {result.metric: result for result in results}


def test_every_measure_of_groups_is_in_the_list_of_metrics():
    assert {held.name for held in GROUP_TRUTH} <= set(METRICS)


def test_rows_of_no_cell_are_not_counted():
    assert count_cells([-1, 0, 3, 3], 4).tolist() == [1, 0, 0, 2]


@pytest.mark.parametrize("n_rows", range(6))
def test_expected_distinct_rows_are_the_mean_over_all_draws(n_rows):
    """Every way to draw so many of five rows, counted by hand."""
    keys = [1, 1, 1, 2, 3]
    draws = list(itertools.combinations(keys, n_rows))
    by_hand = sum(len(set(draw)) for draw in draws) / len(draws)
    assert expected_distinct(keys, n_rows) == pytest.approx(by_hand)


def test_more_rows_than_there_are_cannot_be_drawn():
    with pytest.raises(InputError, match="3 of 2"):
        expected_distinct([1, 2], 3)


def test_distinct_rows_are_compared_at_equal_numbers():
    """Six drawn rows of three kinds beside three real ones of three kinds: a draw of three has 2.4 kinds."""
    found = by_name(distinct_metrics([[1, 1, 2, 2, 3, 3]], [[4, 5, 6]]))
    assert found["distinct_share"].value == 0.5
    assert found["distinct_ratio"].value == pytest.approx(2.4 / 3)
    assert found["distinct_ratio"].n == 3


def test_as_many_kinds_as_real_rows_have_is_a_ratio_of_one_whatever_the_table_repeats():
    keys = [[1, 1, 1, 2], [7, 7]]
    assert by_name(distinct_metrics(keys, keys))["distinct_ratio"].value == pytest.approx(1.0)


def test_cells_without_real_rows_have_no_part_in_the_ratio():
    found = by_name(distinct_metrics([[1, 1], [5, 6]], [[], [8, 9]]))
    assert found["distinct_ratio"].value == 1.0
    lonely = by_name(distinct_metrics([[1, 1]], [[]]))["distinct_ratio"]
    assert lonely.status == "undefined"


def test_distinct_rows_need_the_same_cells_and_a_drawn_row():
    with pytest.raises(InputError, match="same cells"):
        distinct_metrics([[]], [[1]])


def test_half_the_distances_are_half_the_spread():
    real = np.random.default_rng(0).normal(size=(60, 3))
    found = spread_ratio(real / 2, real)
    assert found.value == pytest.approx(0.5)
    assert found.low < 0.5 < found.high


def test_rows_that_are_all_alike_have_no_spread():
    real = np.random.default_rng(0).normal(size=(60, 3))
    assert spread_ratio(np.ones((40, 3)), real).value == 0.0
    assert spread_ratio(real, np.ones((40, 3))).status == "undefined"


def test_weights_stand_for_repeated_real_rows():
    """Two kinds of real rows, the second to count four times as much: as if it stood there four times."""
    drawn, real = np.array([[0.0], [1.0]]), np.array([[0.0], [0.1], [5.0], [5.2]])
    weighted = spread_ratio(drawn, real, real_weights=[1, 1, 4000, 4000]).value
    second_alone = spread_ratio(drawn, real[2:]).value
    assert weighted == pytest.approx(second_alone, rel=0.03)


def test_the_interval_of_the_spread_covers_one_for_fresh_rows():
    """Rows of the same population: 1 lies inside in most of forty repetitions."""
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(40):
        found = spread_ratio(rng.normal(size=(50, 2)), rng.normal(size=(50, 2)))
        inside += found.low <= 1 <= found.high
    assert inside >= 34


def test_spread_needs_two_rows_of_each():
    with pytest.raises(InputError, match="two rows"):
        spread_ratio([[1.0]], [[1.0], [2.0]])
    with pytest.raises(InputError, match="same features"):
        spread_ratio([[1.0, 2.0]], [[1.0], [2.0]])


def test_copies_stand_beside_those_of_held_out_rows():
    drawn, real, excess = group_copy_metrics([True] * 3 + [False], [True] + [False] * 3)
    assert (drawn.value, real.value, excess.value) == (0.75, 0.25, 0.5)
    assert excess.low < 0.5 < excess.high
    assert drawn.low < 0.75 < drawn.high


def test_held_out_rows_are_weighted_to_the_drawn_cells():
    """The one cell that repeats itself is a tenth of the held-out rows and all of the drawn ones."""
    _, real, excess = group_copy_metrics(
        [True] * 20, [True] * 10 + [False] * 90, held_out_weights=[2.0] * 10 + [0.0] * 90
    )
    assert real.value == 1.0
    assert real.interval_method == "wilson_effective_size"
    assert excess.value == 0.0


def test_without_held_out_rows_there_is_a_share_but_no_excess():
    drawn, real, excess = group_copy_metrics([True, False], [])
    assert drawn.value == 0.5
    assert real.status == excess.status == "undefined"


def test_distances_are_compared_by_their_medians():
    near, usual, ratio = group_distance_metrics([1.0, 2.0, 9.0], [4.0, 4.0, 8.0, 8.0], seed=0)
    assert (near.value, usual.value) == (2.0, 6.0)
    assert ratio.value == pytest.approx(1 / 3)
    assert ratio.low <= ratio.value <= ratio.high


def test_copies_are_at_no_distance():
    assert group_distance_metrics([0.0] * 30, [1.0] * 30, seed=0)[2].value == 0.0


def test_where_real_rows_repeat_themselves_the_ratio_is_undefined():
    found = group_distance_metrics([1.0], [0.0, 0.0, 1.0], seed=0)[2]
    assert found.status == "undefined"
    assert "equal to a training row" in found.reason


def test_the_order_of_rows_changes_no_distance():
    rng = np.random.default_rng(2)
    near, usual, weights = rng.random((3, 50))
    order = rng.permutation(50)
    first = group_distance_metrics(near, usual, held_out_weights=weights, seed=0)
    second = group_distance_metrics(near[order], usual[order], held_out_weights=weights[order], seed=0)
    assert first == second


def test_a_weighted_median_is_that_of_repeated_rows():
    near = [1.0]
    weighted = group_distance_metrics(near, [1.0, 2.0, 3.0], held_out_weights=[1, 3, 1], seed=0)[1]
    repeated = group_distance_metrics(near, [1.0, 2.0, 2.0, 2.0, 3.0], seed=0)[1]
    assert weighted.value == repeated.value == 2.0


def test_distances_must_be_there_and_finite():
    with pytest.raises(InputError, match="1 others"):
        group_distance_metrics([np.inf], [1.0], seed=0)
    with pytest.raises(InputError, match="distances of both"):
        group_distance_metrics([], [1.0], seed=0)
