from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics import nearest_records
from equitab.metrics.nearest_records import find_nearest_records, nearest_distances


def encoded_rows(n_rows, seed):
    """Three numbers and two one-hot columns, one of them scaled."""
    rng = np.random.default_rng(seed)
    one_hot = np.eye(4)[rng.integers(0, 4, n_rows)]
    return np.hstack(
        [rng.normal(100, 1, (n_rows, 3)), one_hot, np.eye(3)[rng.integers(0, 3, n_rows)] / np.sqrt(2)]
    )


@pytest.mark.parametrize(("distance", "name"), [("l1", "cityblock"), ("l2", "euclidean")])
@pytest.mark.parametrize("block_size", [500, 4_000_000])
def test_distances_agree_with_comparing_all_pairs(monkeypatch, distance, name, block_size):
    spatial = pytest.importorskip("scipy.spatial.distance")
    monkeypatch.setattr(nearest_records, "_BLOCK_SIZE", block_size)
    monkeypatch.setattr(nearest_records, "_TILE_SIZE", block_size // 4)
    queries, references = encoded_rows(70, 0), encoded_rows(90, 1)
    expected = np.sort(spatial.cdist(queries, references, name), axis=1)[:, :3]
    ours = nearest_distances(queries, references, distance=distance, n_neighbors=3)
    assert ours == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("distance", ["l1", "l2"])
def test_an_exact_copy_is_at_distance_zero(distance):
    references = 1e4 + encoded_rows(200, 2)
    assert nearest_distances(references[:50], references, distance=distance).tolist() == [[0.0]] * 50


def test_a_row_that_occurs_twice_is_its_own_second_neighbour():
    references = np.repeat(encoded_rows(20, 3), 2, axis=0)
    assert np.all(nearest_distances(references, references, n_neighbors=2) == 0.0)


@pytest.mark.parametrize("distance", ["l1", "l2"])
def test_moving_and_reordering_columns_changes_nothing(distance):
    queries, references = encoded_rows(30, 4), encoded_rows(40, 5)
    order = np.random.default_rng(0).permutation(queries.shape[1])
    first = nearest_distances(queries, references, distance=distance)
    moved = nearest_distances(queries[:, order] - 50, references[:, order] - 50, distance=distance)
    assert moved == pytest.approx(first, rel=1e-9)


def test_as_many_neighbours_as_references_can_be_asked_for():
    assert nearest_distances([[0.0]], [[2.0], [1.0]], n_neighbors=2).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("queries", "references", "n", "match"),
    [
        ([[1.0, 2.0]], [[1.0]], 1, "same features"),
        ([1.0], [[1.0]], 1, "two matrices"),
        ([[np.nan], [1.0]], [[1.0]], 1, "in 1 rows"),
        ([[1.0]], [[1.0]], 2, "2 neighbours of 1"),
    ],
)
def test_matrices_that_do_not_fit_are_refused(queries, references, n, match):
    with pytest.raises(InputError, match=match):
        nearest_distances(queries, references, n_neighbors=n)


def test_the_nearest_records_are_where_it_says():
    queries, references = np.random.default_rng(5).normal(size=(2, 60, 3))
    for distance, order in (("l1", 1), ("l2", 2)):
        distances, positions = find_nearest_records(queries, references, distance=distance, n_neighbors=3)
        found = np.linalg.norm(queries[:, None, :] - references[positions], ord=order, axis=2)
        assert np.allclose(found, distances)
        assert np.array_equal(
            distances, nearest_distances(queries, references, distance=distance, n_neighbors=3)
        )
