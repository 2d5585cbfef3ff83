"""Nearest neighbours: exact where they are to be exact, nearly so elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.generators.similarity.forest import grow_forest, leaf_groups
from equitab.generators.similarity.gower import GowerScale, GowerTable, gower_distances
from equitab.generators.similarity.neighbors import NOBODY, SearchEffort, nearest_neighbors

APPROXIMATE = SearchEffort(exact_rows=0, leaf_size=64, n_trees=6)


def mixed(n_rows: int, *, gaps: float = 0.0, seed: int = 0) -> GowerTable:
    """Return rows in a few clusters, with numbers, categories and gaps."""
    random = np.random.default_rng(seed)
    group = random.integers(0, 6, n_rows)
    numbers = random.normal(size=(n_rows, 4)) + group[:, None]
    codes = np.where(random.random((n_rows, 3)) < 0.7, group[:, None], random.integers(0, 6, (n_rows, 3)))
    numbers[random.random(numbers.shape) < gaps] = np.nan
    codes[random.random(codes.shape) < gaps] = -1
    return GowerScale.of(numbers).table(numbers, codes)


def by_hand(table: GowerTable, k: int) -> np.ndarray:
    """Return each row's k smallest distances to others, from all pairs."""
    places = np.arange(table.n_rows)
    found = gower_distances(table, places[:, None], table, places[None, :])
    np.fill_diagonal(found, np.inf)
    return np.sort(found, axis=1)[:, :k]


def test_small_tables_are_searched_exactly() -> None:
    table = mixed(300, gaps=0.1)
    found, forest = nearest_neighbors(table, 7)
    assert forest.is_exact
    assert np.array_equal(found.distances, by_hand(table, 7))


@pytest.mark.parametrize(("gaps", "least"), [(0.0, 0.95), (0.15, 0.8)])
def test_a_forest_finds_most_neighbours_with_exact_distances(gaps: float, least: float) -> None:
    """Nearly all where values are complete; fewer where they are missing here and there in every column."""
    table = mixed(1600, gaps=gaps)
    found, forest = nearest_neighbors(table, 10, effort=APPROXIMATE)
    assert not forest.is_exact
    true = by_hand(table, 10)
    assert (found.distances <= true[:, -1:] + 1e-6).mean() > least
    places = np.arange(table.n_rows)[:, None]
    assert np.array_equal(found.distances, gower_distances(table, places, table, found.rows))


def test_nobody_is_a_neighbour_twice_or_of_itself() -> None:
    found, _ = nearest_neighbors(mixed(900, gaps=0.1), 10, effort=APPROXIMATE)
    ordered = np.sort(found.rows, axis=1)
    assert (ordered[:, 1:] != ordered[:, :-1]).all()
    assert (found.rows != np.arange(900)[:, None]).all()
    assert (np.diff(found.distances, axis=1) >= 0).all()


def test_the_same_seed_finds_the_same_neighbours() -> None:
    first, again, other = (
        nearest_neighbors(mixed(900), 5, effort=APPROXIMATE, seed=seed)[0].rows for seed in (3, 3, 4)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_more_neighbours_than_rows_are_all_others() -> None:
    found, _ = nearest_neighbors(mixed(5), 20)
    assert found.rows.shape == (5, 4)
    assert np.array_equal(np.sort(found.rows[0]), [1, 2, 3, 4])


def test_a_single_row_has_no_neighbours() -> None:
    assert nearest_neighbors(mixed(1), 3)[0].rows.shape == (1, 0)


def test_duplicates_are_neighbours_at_distance_zero() -> None:
    one = mixed(1)
    table = one.take(np.zeros(500, dtype=np.int64))
    found, _ = nearest_neighbors(table, 4, effort=APPROXIMATE)
    assert (found.distances == 0).all()


def test_a_row_without_values_has_nobody() -> None:
    numbers = np.array([[1.0], [2.0], [np.nan]])
    found, _ = nearest_neighbors(GowerScale.of(numbers).table(numbers, np.full((3, 1), -1)), 2)
    assert found.rows[2].tolist() == [NOBODY, NOBODY]
    assert np.isinf(found.distances[2]).all()
    assert found.rows[0].tolist() == [1, NOBODY]


def test_leaves_hold_every_row_once_and_are_equally_large() -> None:
    table = mixed(1000, gaps=0.2)
    forest = grow_forest(table, n_trees=2, leaf_size=100, seed=0)
    assert forest.n_leaves == 16
    for leaves in forest.leaves:
        groups = list(leaf_groups(leaves, forest.n_leaves))
        assert np.array_equal(np.sort(np.concatenate(groups)), np.arange(1000))
        assert {len(group) for group in groups} <= {62, 63}


def test_a_row_is_led_to_the_leaf_in_which_it_lies() -> None:
    """But for rows exactly at a cut, which construction shares out between both sides."""
    table = mixed(1000)
    forest = grow_forest(table, n_trees=3, leaf_size=100, seed=0)
    assert (forest.find(table, table) == forest.leaves).mean() > 0.95
