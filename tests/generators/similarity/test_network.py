"""The network: who is linked to whom, and how new rows come in."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from equitab.generators.similarity.gower import GowerScale, GowerTable
from equitab.generators.similarity.neighbors import NOBODY, SearchEffort
from equitab.generators.similarity.network import (
    Linking,
    SimilarityNetwork,
    build_network,
    default_neighbors,
    sparse_links,
)
from generators.similarity.test_neighbors import mixed


def on_a_line(*places: float) -> GowerTable:
    """Return rows of one number from 0 to 10."""
    numbers = np.array(places)[:, None]
    return GowerScale(np.array([0.0]), np.array([10.0])).table(numbers, np.empty((len(places), 0), dtype=int))


def test_the_network_is_symmetric_and_without_loops() -> None:
    links = build_network(mixed(200, gaps=0.1)).links()
    assert abs(links - links.T).max() == 0
    assert links.diagonal().sum() == 0
    assert (links.data > 0).all()


def test_links_are_the_union_of_both_ends_neighbours() -> None:
    """The last one is nobody's nearest, but has a nearest itself."""
    links = build_network(on_a_line(0, 1, 2.5, 10), n_neighbors=1).links().toarray() > 0
    assert links.astype(int).tolist() == [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]


def test_density_is_low_where_rows_are_few() -> None:
    density = build_network(on_a_line(0, 0.1, 0.2, 9), n_neighbors=2).density
    assert density.tolist() == pytest.approx([0.985, 0.99, 0.985, 0.115], abs=1e-3)


def test_a_new_row_is_linked_only_above_the_real_rows_average() -> None:
    """Close to the first three; the far pair's own link is stronger than any to the new row."""
    network = build_network(on_a_line(0, 1, 2, 9, 9.01), n_neighbors=2)
    averages, (found, weights) = network.average_weights(), network.new_links(on_a_line(1.1), 5)
    assert found.rows[0].tolist() == [1, 2, 0, 3, 4]
    _, all_weights = SimilarityNetwork(
        network.table, network.neighbors, network.forest, Linking(above_average=False)
    ).new_links(on_a_line(1.1), 5)
    expected = np.where(all_weights[0] > averages[found.rows[0]], all_weights[0], 0)
    assert weights[0].tolist() == expected.tolist()
    assert weights[0, 0] > 0
    assert (weights[0] == 0).any()


def test_a_new_row_that_no_link_is_kept_of_keeps_its_strongest_unless_told_otherwise() -> None:
    table, new = on_a_line(0, 0.1, 0.2), on_a_line(8.0)
    kept = build_network(table, n_neighbors=2).new_links(new)[1]
    alone = build_network(table, n_neighbors=2, linking=Linking(keep_strongest=False)).new_links(new)[1]
    assert (kept > 0).sum() == 1
    assert (alone > 0).sum() == 0


def test_later_real_rows_give_the_network_that_all_rows_give() -> None:
    whole = mixed(400, gaps=0.1)
    grown = build_network(whole.take(np.arange(330)), n_neighbors=6).with_rows(
        whole.take(np.arange(330, 400))
    )
    built = build_network(whole, n_neighbors=6)
    assert np.array_equal(grown.neighbors.distances, built.neighbors.distances)
    assert abs(grown.links() - built.links()).max() < 1e-5


def test_later_real_rows_find_nearly_all_neighbours_in_a_forest_too() -> None:
    whole, effort = mixed(1500), SearchEffort(exact_rows=0, leaf_size=64)
    first = build_network(whole.take(np.arange(1200)), n_neighbors=8, effort=effort)
    few = SearchEffort(n_trees=1, leaf_size=64, exact_rows=0)
    grown = first.with_rows(whole.take(np.arange(1200, 1500)), effort=few)
    true = build_network(whole, n_neighbors=8).neighbors.distances[:, -1:]
    is_found = grown.neighbors.distances <= true + 1e-6
    assert is_found[:1200].mean() > 0.94
    assert is_found[1200:].mean() > 0.94
    assert np.array_equal(first.forest.pivots, grown.forest.pivots)


@pytest.mark.parametrize(("gaps", "n_trees", "lost"), [(0.0, 1, 0.05), (0.15, 8, 0.001)])
def test_a_network_grown_in_ten_steps_stays_near_that_built_at_once(
    gaps: float, n_trees: int, lost: float
) -> None:
    """From 700 to 1,400 rows, led down the trees, and, as tables of that size are, compared with all."""
    whole, effort = mixed(1400, gaps=gaps), SearchEffort(exact_rows=0, leaf_size=64)
    grown = build_network(whole.take(np.arange(700)), n_neighbors=8, effort=effort)
    for first in range(700, 1400, 70):
        more = whole.take(np.arange(first, first + 70))
        grown = grown.with_rows(more, effort=SearchEffort(n_trees=n_trees, leaf_size=64, exact_rows=0))
    anew = build_network(whole, n_neighbors=8, effort=effort).neighbors
    true = build_network(whole, n_neighbors=8).neighbors.distances[:, -1:]
    is_found, is_found_anew = (one.distances <= true + 1e-6 for one in (grown.neighbors, anew))
    assert is_found.mean() > is_found_anew.mean() - lost
    assert grown.n_rows == 1400


def test_new_rows_find_their_neighbours_in_a_forest() -> None:
    whole, effort = mixed(1500), SearchEffort(exact_rows=0, leaf_size=64)
    real, new = whole.take(np.arange(1200)), whole.take(np.arange(1200, 1500))
    found = build_network(real, n_neighbors=8, effort=effort).find(new)
    true = build_network(real, n_neighbors=8).find(new)
    assert (found.distances <= true.distances[:, -1:] + 1e-6).mean() > 0.94


def test_isolated_and_single_rows_have_no_links() -> None:
    numbers = np.array([[1.0], [2.0], [np.nan]])
    table = GowerScale.of(numbers).table(numbers, np.empty((3, 0), dtype=int))
    network = build_network(table, n_neighbors=2)
    assert network.density[2] == 0
    assert network.links().toarray()[2].sum() == 0
    assert network.average_weights()[2] == 0
    alone = build_network(on_a_line(3.0))
    assert alone.links().nnz == 0
    assert alone.find(on_a_line(4.0)).rows.tolist() == [[0]]


def test_by_default_a_tenth_of_the_rows_at_most_twenty_are_neighbours() -> None:
    assert [default_neighbors(n) for n in (3, 50, 200, 10_000)] == [1, 5, 20, 20]


def test_links_without_weight_are_left_out_of_the_sparse_array() -> None:
    found = sparse_links(
        np.array([[1, 2], [0, NOBODY]], dtype=np.int32), np.array([[0.5, 0.0], [0.2, 0.0]]), 3
    )
    assert isinstance(found, csr_array)
    assert found.toarray().tolist() == [[0, 0.5, 0], [0.2, 0, 0]]
    assert found.nnz == 2
