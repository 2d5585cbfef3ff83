"""Quantile grids rise, cover the range, keep point masses, and come back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from equitab.encoding import QuantileGrid, fit_quantile_grid


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 500), st.integers(1, 400), st.sampled_from([0.0, 1.0]), st.integers(0, 2**32 - 1))
def test_a_grid_rises_in_both_and_covers_the_range(n_rows: int, width: int, cell: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    places = random.integers(0, width, n_rows).astype(float)
    grid = fit_quantile_grid(places, cell=cell)
    assert (np.diff(grid.places) >= 0).all()
    assert (np.diff(grid.shares) >= 0).all()
    assert (grid.places[0], grid.places[-1]) == (places.min() - cell / 2, places.max() + cell / 2)
    decoded = grid.decode(grid.encode(places, random.random(n_rows)))
    assert np.abs(decoded - places).max() <= cell / 2 + 1e-9 * width


def test_a_hand_worked_grid() -> None:
    grid = fit_quantile_grid(np.array([0.0] * 6 + [10.0] * 4), cell=0.0, all_point_masses=True)
    assert grid.places.tolist() == [0, 0, 10, 10]
    assert grid.shares == pytest.approx([0, 0.6, 0.6, 1])
    # The middle of the first value's interval is the share .3, of the second's .8.
    scores = grid.encode(np.array([0.0, 10.0]), np.array([0.5, 0.5]))
    assert ndtr(scores) == pytest.approx([0.3, 0.8])
    assert grid.decode(np.array([-9.0, -0.3, 0.2, 0.3, 9.0])).tolist() == [0, 0, 0, 10, 10]


def test_the_ends_keep_finite_scores_and_far_scores_give_the_ends() -> None:
    grid = fit_quantile_grid(np.linspace(0, 1, 1_000), cell=0.0)
    scores = grid.encode(np.array([0.0, 1.0]), np.array([0.0, 0.999]))
    assert np.abs(scores).max() < 4
    assert grid.decode(np.array([-40.0, 40.0])).tolist() == [0, 1]


def test_weights_are_shares() -> None:
    places, weights = np.array([0.0, 1.0]), np.array([3.0, 1.0])
    grid = fit_quantile_grid(places, cell=1.0, all_point_masses=True, weights=weights)
    assert grid.shares.tolist() == [0, 0.75, 0.75, 1]


def test_a_value_between_two_point_masses_is_rounded_outwards_not_stored() -> None:
    places = np.concatenate(
        [np.zeros(500), np.full(500, 9_999.0), np.random.default_rng(0).uniform(1_234, 5_678, 60)]
    )
    inside = fit_quantile_grid(places, cell=0.0).places
    inside = inside[(inside > 0) & (inside < 9_999)]
    assert (inside[0], inside[-1]) == (1_200, 5_700)
    assert not set(inside.tolist()) & set(places.tolist())


def test_a_grid_survives_json_exactly() -> None:
    grid = fit_quantile_grid(np.random.default_rng(0).lognormal(0, 9, 2_000), cell=0.0)
    again = QuantileGrid.from_dict(json.loads(json.dumps(grid.to_dict())))
    assert np.array_equal(again.places, grid.places)
    assert np.array_equal(again.shares, grid.shares)


def test_the_outermost_draws_stay_within_the_interval_of_their_value() -> None:
    places = np.repeat(np.arange(50.0), 3)
    for point_masses in (True, False):
        grid = fit_quantile_grid(places, cell=1.0, all_point_masses=point_masses)
        for uniform in (0.0, 1.0 - 2.0**-53):
            assert np.array_equal(np.rint(grid.decode(grid.encode(places, np.full(150, uniform)))), places)
