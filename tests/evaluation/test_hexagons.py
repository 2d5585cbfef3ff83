"""Laws of counting in hexagons: everybody once, nobody alone."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.evaluation.hexagons import count_in_hexagons, count_in_layers


def make_points(seed: int) -> np.ndarray:
    """Between one and sixty points, some of them on top of each other."""
    rng = np.random.default_rng(seed)
    return rng.random((rng.integers(1, 60), 2)).round(rng.integers(1, 6))


def once(n: int) -> np.ndarray:
    return np.ones(n, dtype=np.int64)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("width", [0.05, 0.13, 0.5])
def test_every_point_is_in_one_hexagon_whose_centre_is_near(seed: int, width: float) -> None:
    """No point is further from a centre than a corner of the hexagon is."""
    spots = make_points(seed)
    found = count_in_hexagons(spots, once(len(spots)), width=width, min_points=1)
    assert found.counts.sum() == len(spots)
    distances = np.linalg.norm(spots[:, None] - found.centers, axis=2).min(axis=1)
    assert (distances <= width / np.sqrt(3) + 1e-6).all()


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("fewest", [1, 2, 5])
def test_a_hexagon_of_too_few_people_is_hidden(seed: int, fewest: int) -> None:
    """What is shown and what is not is everything."""
    spots = make_points(seed)
    found = count_in_hexagons(spots, once(len(spots)), width=0.25, min_points=fewest)
    assert (found.counts >= fewest).all()
    assert found.counts.sum() == found.is_counted.sum()


def test_one_person_copied_many_times_is_still_one_person() -> None:
    """Oversampling makes nobody less lonely."""
    spots = np.array([[0.5, 0.5], [0.1, 0.1], [0.11, 0.1]])
    found = count_in_hexagons(spots, np.array([50, 3, 4]), width=0.2, min_points=2)
    assert found.counts.tolist() == [7]


def test_a_step_of_the_lattice_moves_the_centres_by_it() -> None:
    """Half a width sideways and one row up is the same lattice."""
    spots = np.random.default_rng(0).random((200, 2))
    step = np.array([0.05, 0.05 * np.sqrt(3)])
    first = count_in_hexagons(spots, once(200), width=0.1, min_points=1)
    second = count_in_hexagons(spots + step, once(200), width=0.1, min_points=1)
    assert second.counts.tolist() == first.counts.tolist()
    assert second.centers == pytest.approx(first.centers + step, abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("fewest", [1, 2, 5])
def test_layers_count_nobody_twice(seed: int, fewest: int) -> None:
    """And each hexagon of each layer holds enough."""
    spots = make_points(seed)
    layers = count_in_layers(spots, once(len(spots)), widths=(0.1, 0.2, 0.4), min_points=fewest)
    together = np.sum([layer.is_counted for layer in layers], axis=0)
    assert together.max() <= 1
    assert all((layer.counts >= fewest).all() for layer in layers)
    assert sum(int(layer.counts.sum()) for layer in layers) == together.sum()
