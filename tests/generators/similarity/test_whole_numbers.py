"""Distances in whole numbers are Gower's, but for rounding."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.generators.similarity.gower import GowerScale, GowerTable, gower_distances
from equitab.generators.similarity.whole_numbers import FARTHEST, Desk, WholeTable
from generators.similarity.test_neighbors import mixed


def by_hand(own: GowerTable, other: GowerTable) -> np.ndarray:
    return gower_distances(own, np.arange(own.n_rows)[:, None], other, np.arange(other.n_rows)[None, :])


def both_ways(own: GowerTable, other: GowerTable) -> tuple[np.ndarray, np.ndarray]:
    """Return distances of all pairs, compared in blocks and one by one, as shares of a column's range."""
    mine, theirs = WholeTable.of(own, other), WholeTable.of(other, own)
    desk = Desk(own.n_rows * other.n_rows)
    everybody, others = slice(0, own.n_rows), slice(0, other.n_rows)
    block = desk.all_pairs(mine, everybody, theirs, others).copy()
    named = np.tile(np.arange(other.n_rows), (own.n_rows, 1))
    return block, desk.named_pairs(mine, everybody, theirs, named).copy()


@pytest.mark.parametrize("gaps", [0.0, 0.3, 0.9])
def test_blocks_and_single_pairs_agree_with_gower(gaps: float) -> None:
    own, other = mixed(70, gaps=gaps), mixed(50, gaps=gaps, seed=1)
    block, named = both_ways(own, other)
    assert np.array_equal(block, named)
    true = by_hand(own, other)
    unit = WholeTable.of(own).levels * own.n_columns
    assert np.array_equal(block == FARTHEST, np.isinf(true))
    is_there = np.isfinite(true)
    assert np.abs(block[is_there] / unit - true[is_there]).max() < 2 / WholeTable.of(own).levels


def test_gaps_on_one_side_only_are_left_out_too() -> None:
    own, other = mixed(40), mixed(40, gaps=0.4, seed=2)
    for first, second in ((own, other), (other, own)):
        block, named = both_ways(first, second)
        true, unit = by_hand(first, second), WholeTable.of(first).levels * first.n_columns
        is_there = np.isfinite(true)
        assert np.array_equal(block, named)
        assert np.abs(block[is_there] / unit - true[is_there]).max() < 1e-3


@pytest.mark.parametrize("n_columns", [1, 7, 300, 2000])
def test_few_and_very_many_columns_fit(n_columns: int) -> None:
    random = np.random.default_rng(0)
    numbers, codes = random.random((9, n_columns)), random.integers(0, 400, (9, n_columns))
    half = n_columns // 2
    table = GowerScale.of(numbers[:, half:]).table(numbers[:, half:], codes[:, :half])
    block, named = both_ways(table, table)
    whole = WholeTable.of(table)
    assert np.array_equal(block, named)
    assert (block >= 0).all()
    assert (
        np.abs(block / (whole.levels * whole.n_columns) - by_hand(table, table)).max() < 1.01 / whole.levels
    )


def test_the_shared_columns_are_those_of_two_rows_drawn_at_random() -> None:
    assert WholeTable.of(mixed(50)).shared_columns == 1
    assert WholeTable.of(mixed(4000, gaps=0.3)).shared_columns == pytest.approx(0.49, abs=0.03)
