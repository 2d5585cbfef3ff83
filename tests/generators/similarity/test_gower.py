"""Gower's similarity, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.generators.similarity.gower import GowerScale, GowerTable, gower_distances

NUMBERS = np.array([[20.0, 1.0], [40.0, np.nan], [60.0, 3.0], [np.nan, np.nan]])
CODES = np.array([[0, 1], [0, -1], [1, 1], [-1, -1]])


def table() -> GowerTable:
    return GowerScale.of(NUMBERS).table(NUMBERS, CODES)


def all_pairs(rows: GowerTable) -> np.ndarray:
    places = np.arange(rows.n_rows)
    return gower_distances(rows, places[:, None], rows, places[None, :])


def test_distances_of_a_mixed_table_with_gaps_are_those_worked_by_hand() -> None:
    """Age spans 40, pay spans 2; a column counts only where both rows have a value."""
    found = all_pairs(table())
    assert found[0, 1] == pytest.approx((20 / 40 + 0) / 2)  # age and the first category
    assert found[0, 2] == pytest.approx((1 + 1 + 1 + 0) / 4)
    assert found[1, 2] == pytest.approx((20 / 40 + 1) / 2)


def test_rows_without_a_common_column_are_infinitely_far() -> None:
    found = all_pairs(table())
    assert np.isinf(found[3]).all()
    assert np.isfinite(found[:3, :3]).all()


def test_distances_are_symmetric_and_zero_between_duplicates() -> None:
    random = np.random.default_rng(0)
    numbers = np.where(random.random((30, 3)) < 0.2, np.nan, random.normal(size=(30, 3)))
    codes = random.integers(-1, 3, (30, 2))
    both = GowerScale.of(numbers).table(np.vstack([numbers, numbers]), np.vstack([codes, codes]))
    found = all_pairs(both)
    assert np.array_equal(found, found.T)
    assert (
        (found[np.arange(30), np.arange(30, 60)] == 0) | np.isinf(found[np.arange(30), np.arange(30)])
    ).all()


def test_distances_lie_between_zero_and_one_and_do_not_depend_on_units() -> None:
    random = np.random.default_rng(1)
    numbers, codes = random.normal(size=(40, 4)), random.integers(0, 5, (40, 3))
    found = all_pairs(GowerScale.of(numbers).table(numbers, codes))
    other = numbers * np.array([1000.0, 0.01, 7.0, 1.0]) + 5
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert np.allclose(found, all_pairs(GowerScale.of(other).table(other, codes)), atol=1e-5)


def test_a_column_of_one_value_makes_all_rows_alike_in_it() -> None:
    numbers, codes = np.full((3, 1), 7.0), np.array([[0], [1], [1]])
    assert all_pairs(GowerScale.of(numbers).table(numbers, codes))[0].tolist() == [0.0, 0.5, 0.5]


def test_later_numbers_beyond_the_range_are_taken_to_its_end() -> None:
    scale = GowerScale.of(np.array([[0.0], [10.0]]))
    later = scale.table(np.array([[-5.0], [25.0]]), np.empty((2, 0), dtype=np.int64))
    assert later.numbers.tolist() == [[0.0, 1.0]]


def test_many_categories_do_not_wrap_round() -> None:
    codes = np.arange(70_000)[:, None]
    rows = GowerScale.of(np.empty((70_000, 0))).table(np.empty((70_000, 0)), codes)
    assert gower_distances(rows, np.array([0]), rows, np.array([65_536])).tolist() == [1.0]


def test_rows_without_any_column_are_infinitely_far() -> None:
    rows = GowerScale.of(np.empty((2, 0))).table(np.empty((2, 0)), np.empty((2, 0), dtype=np.int64))
    assert np.isinf(all_pairs(rows)).all()


def test_joined_tables_keep_their_rows_in_order() -> None:
    both = table().joined(table().take(np.array([2])))
    assert both.n_rows == 5
    assert all_pairs(both)[2, 4] == 0
