"""Weighted resampling: every row is drawn as often as its weight allows, to the nearest whole number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitab.errors import InputError
from equitab.mitigation import resample_by_weight


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=60).filter(lambda held: sum(held) > 1e-6),
    st.integers(0, 99),
)
def test_each_row_is_drawn_floor_or_ceil_of_its_share(weights, seed):
    drawn = np.bincount(resample_by_weight(weights, seed=seed), minlength=len(weights))
    exact = len(weights) * np.array(weights) / np.sum(weights)
    assert drawn.sum() == len(weights)
    assert (drawn >= np.floor(exact - 1e-9)).all()
    assert (drawn <= np.ceil(exact + 1e-9)).all()


def test_a_row_without_weight_is_never_drawn():
    weights = np.tile([0.0, 1.0, 0.0], 50)
    assert (resample_by_weight(weights, seed=3) % 3 == 1).all()


def test_equal_weights_give_the_table_back():
    assert resample_by_weight(np.full(7, 0.3), seed=5).tolist() == list(range(7))


def test_the_same_seed_draws_the_same_rows_and_another_seed_others():
    weights = np.random.default_rng(0).uniform(0, 2, 500)
    first = resample_by_weight(weights, seed=1)
    assert (first == resample_by_weight(weights, seed=1)).all()
    assert (first != resample_by_weight(weights, seed=2)).any()


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -1.0], [1.0, np.inf]])
def test_weights_that_say_nothing_are_refused(weights):
    with pytest.raises(InputError, match="at least 0, not all 0"):
        resample_by_weight(weights, seed=0)
