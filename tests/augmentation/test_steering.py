"""How rows are taken of candidates: chances by hand, exact numbers, nothing favoured for being an outlier."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from equitab.augmentation.steering import inclusion_chances, surplus_factors, take_by_weight

WEIGHTS = st.lists(st.floats(0, 100), min_size=4, max_size=30).map(np.array)


@settings(max_examples=50)
@given(WEIGHTS, st.integers(1, 4), st.integers(0, 5))
def test_exactly_so_many_different_candidates_are_taken(
    weights: np.ndarray, n_wanted: int, seed: int
) -> None:
    distances = np.arange(len(weights), dtype=float)
    places = take_by_weight(weights, distances, n_wanted, np.random.default_rng(seed))
    assert len(set(places.tolist())) == n_wanted
    n_weighted = int((weights > 0).sum())
    assert (weights[places] > 0).sum() == min(n_wanted, n_weighted)


@settings(max_examples=50)
@given(WEIGHTS, st.integers(1, 4))
def test_chances_sum_to_what_is_wanted_and_keep_the_order_of_the_weights(
    weights: np.ndarray, n_wanted: int
) -> None:
    weights = weights + 1e-3
    chances = inclusion_chances(weights, n_wanted)
    assert abs(chances.sum() - n_wanted) < 1e-9
    assert chances.max() <= 1
    assert (np.diff(chances[np.argsort(weights, kind="stable")]) >= -1e-12).all()


def test_candidates_are_taken_as_often_as_their_chances_say() -> None:
    weights = np.array([1.0, 2.0, 3.0, 10.0, 0.0])
    counts = np.zeros(5)
    for seed in range(1500):
        counts[take_by_weight(weights, weights, 2, np.random.default_rng(seed))] += 1
    expected = inclusion_chances(weights, 2)
    assert expected.tolist() == [1 / 6, 2 / 6, 3 / 6, 1.0, 0.0]
    assert np.abs(counts / 1500 - expected).max() < 6 * np.sqrt(0.25 / 1500)


def test_where_nothing_weighs_anything_the_nearest_are_taken() -> None:
    weights, distances = np.array([0.0, 0.0, 0.0, 2.0]), np.array([0.9, 0.3, 0.5, 0.7])
    assert take_by_weight(weights, distances, 2, np.random.default_rng(0)).tolist() == [1, 3]


def test_a_surplus_far_out_is_weighed_down_to_the_share_of_real_people_and_nothing_is_weighed_up() -> None:
    own = np.linspace(0, 1, 200)
    alike = surplus_factors(own, np.ones(200), own)
    assert alike.min() > 0.99
    far = np.concatenate([own, np.full(200, 0.97)])
    factors = surplus_factors(own, np.ones(200), far)
    assert factors[far == 0.97].max() < 0.15
    assert factors.max() <= 1
    assert (factors[:180] == 1).all()


def test_real_people_count_as_often_as_their_groups_are_wanted() -> None:
    """Where only the far group is wanted, being far out is no surplus."""
    own = np.concatenate([np.full(100, 0.1), np.full(100, 0.8)])
    drawn = np.full(50, 0.8)
    everybody = surplus_factors(own, np.ones(200), drawn)
    only_far = surplus_factors(own, np.concatenate([np.zeros(100), np.ones(100)]), drawn)
    assert everybody.tolist() == [0.5] * 50
    assert only_far.tolist() == [1.0] * 50
