"""Probabilities on the way to fair ones."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.generators.fairness.mapping import QuantileMap, moved


def fitted(probability: np.ndarray, cells: np.ndarray, n_cells: int = 2) -> QuantileMap:
    return QuantileMap.of(probability, cells, n_cells, is_overall=np.ones(len(cells), dtype=bool))


@pytest.mark.parametrize("ties", [False, True])
def test_every_group_gets_the_mean_of_everybody(ties: bool) -> None:
    """The mean of the fair probabilities is everybody's in each group, whether or not rows share probabilities."""
    random = np.random.default_rng(0)
    cells = (random.random(3000) < 0.3).astype(np.int64)
    probability = random.beta(1 + cells, 4, 3000)
    probability = np.round(probability, 1) if ties else probability
    fair = fitted(probability, cells).fair(probability, cells)
    for cell in (0, 1):
        assert fair[cells == cell].mean() == pytest.approx(probability.mean(), abs=1e-9)


def test_two_groups_with_one_probability_each_meet_in_the_middle() -> None:
    """By hand: a group that always has 0.2 and one that always has 0.6 both get their mean, 0.4."""
    probability = np.array([0.2, 0.2, 0.6, 0.6])
    cells = np.array([0, 0, 1, 1])
    assert fitted(probability, cells).fair(probability, cells).tolist() == pytest.approx([0.4] * 4)


def test_the_order_within_a_group_stays() -> None:
    """Whoever was likelier than another of the same group is not less likely afterwards."""
    random = np.random.default_rng(1)
    probability, cells = random.random(500), random.integers(0, 2, 500)
    fair = fitted(probability, cells).fair(probability, cells)
    for cell in (0, 1):
        rows = np.flatnonzero(cells == cell)
        order = rows[np.argsort(probability[rows])]
        assert (np.diff(fair[order]) >= -1e-12).all()


def test_a_cell_without_reference_rows_is_left_as_it_is() -> None:
    """Where nothing is known of a group, nothing is changed."""
    found = fitted(np.array([0.1, 0.9]), np.array([0, 0])).fair(np.array([0.3]), np.array([1]))
    assert found.tolist() == [0.3]


def test_strengths_lie_between_the_two_probabilities_and_go_beyond() -> None:
    """0 is the old probability, 1 the fair one, more goes on in the same direction."""
    own, fair = np.array([0.2]), np.array([0.5])
    assert moved(own, fair, 0.0).tolist() == [0.2]
    assert moved(own, fair, 1.0).tolist() == [0.5]
    assert 0.2 < moved(own, fair, 0.5)[0] < 0.5 < moved(own, fair, 1.5)[0]


def test_the_published_form_gives_groups_the_same_distribution() -> None:
    """Quantile by quantile, both groups have everybody's probabilities, and both outcomes add up to 1."""
    random = np.random.default_rng(2)
    cells = random.integers(0, 2, 20000)
    probability = random.beta(1 + 2 * cells, 3)
    found = fitted(probability, cells).published(probability, cells)
    levels = np.linspace(0.05, 0.95, 19)
    quantiles = [np.quantile(found[cells == cell], levels) for cell in (0, 1)]
    assert np.abs(quantiles[0] - quantiles[1]).max() < 0.01
