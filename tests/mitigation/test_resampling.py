"""Weighted resampling: every row is drawn as often as its weight allows, to the nearest whole number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitab.errors import InputError
from equitab.mitigation import copy_rows, remove_rows, resample_by_weight


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


CELLS = st.lists(st.integers(-1, 3), min_size=1, max_size=60)


@settings(max_examples=40, deadline=None)
@given(CELLS, st.integers(0, 20), st.integers(0, 9))
def test_copies_are_real_rows_and_every_group_gets_what_it_was_promised(found, more, seed):
    cells = np.array(found)
    counts = np.bincount(cells[cells >= 0], minlength=4)
    taken = copy_rows(cells, counts + more, seed=seed)
    assert taken[: len(cells)].tolist() == list(range(len(cells)))
    after = np.bincount(cells[taken][cells[taken] >= 0], minlength=4)
    assert after.tolist() == np.where(counts > 0, counts + more, 0).tolist()


@settings(max_examples=40, deadline=None)
@given(CELLS, st.integers(0, 5), st.integers(0, 9))
def test_what_is_kept_is_kept_once_and_in_order(found, most, seed):
    cells = np.array(found)
    counts = np.bincount(cells[cells >= 0], minlength=4)
    taken = remove_rows(cells, np.minimum(counts, most), seed=seed)
    assert (np.diff(taken) > 0).all()
    assert np.isin(np.flatnonzero(cells < 0), taken).all()
    kept = np.bincount(cells[taken][cells[taken] >= 0], minlength=4)
    assert kept.tolist() == np.minimum(counts, most).tolist()


def test_copies_and_removals_follow_the_seed():
    cells = np.repeat([0, 1], [200, 50])
    for sampler, wanted in ((copy_rows, [200, 200]), (remove_rows, [50, 50])):
        first = sampler(cells, wanted, seed=1)
        assert (first == sampler(cells, wanted, seed=1)).all()
        assert (first != sampler(cells, wanted, seed=2)).any()


def test_counts_in_the_wrong_direction_are_refused():
    with pytest.raises(InputError, match=r"others for 1 of 2 groups.*remove_rows"):
        copy_rows([0, 0, 1], [1, 1], seed=0)
    with pytest.raises(InputError, match=r"others for 2 of 2 groups.*copy_rows"):
        remove_rows([0, 0, 1], [3, 2], seed=0)
