"""Candidates: where new rows start, and from whom their values come."""

from __future__ import annotations

import numpy as np

from equitab.generators.similarity.candidates import (
    draw_donors,
    draw_places,
    moved,
    start_shares,
    walked,
    who_may_give,
)
from equitab.generators.similarity.neighbors import NOBODY

NEAR = np.array([[1, 2], [0, 2], [0, 1], [NOBODY, NOBODY]], dtype=np.int32)


def test_starts_follow_weights_and_sparsity() -> None:
    density = np.array([0.9, 0.7], dtype=np.float32)
    assert start_shares(density, None, 0.0).tolist() == [0.5, 0.5]
    assert np.allclose(start_shares(density, np.array([3.0, 1.0]), 1.0), [0.5, 0.5])


def test_a_row_without_share_is_never_drawn() -> None:
    found = draw_places(np.array([0.0, 0.4, 0.0, 0.6, 0.0]), np.linspace(0, 1 - 1e-12, 101))
    assert set(found.tolist()) == {1, 3}


def test_walks_end_at_neighbours_and_nobody_leads_nowhere() -> None:
    starts = np.array([0, 3])
    one = walked(NEAR, starts, 30, 1, np.random.default_rng(0))
    assert set(one[0].tolist()) == {1, 2}
    assert set(one[1].tolist()) == {NOBODY}
    assert set(walked(NEAR, starts, 60, 2, np.random.default_rng(0))[0].tolist()) == {0, 1, 2}


def test_who_may_give_has_what_is_asked_for_or_else_everybody_may() -> None:
    near = np.array([[1, 2, 3], [0, 2, 3]], dtype=np.int32)
    codes = np.array([[0], [0], [0], [1]])
    found = who_may_give(near, np.array([0, 3]), codes)
    assert found.tolist() == [[True, True, False], [True, True, True]]


def test_columns_come_from_different_donors_who_may_give() -> None:
    starts, near = np.zeros(400, dtype=np.int64), np.tile(np.array([[1, 2, 3]], dtype=np.int32), (400, 1))
    may_give = np.tile([True, False, True], (400, 1))
    found = draw_donors(starts, near, may_give, 2, 0.0, np.random.default_rng(0))
    assert set(found.ravel().tolist()) == {1, 3}
    assert (found[:, 0] != found[:, 1]).any()
    alone = draw_donors(starts, near, np.zeros_like(may_give), 2, 0.0, np.random.default_rng(0))
    assert (alone == 0).all()


def test_moving_numbers_keeps_the_local_mean_and_spread() -> None:
    random = np.random.default_rng(0)
    reference = random.normal(5, 2, (50, 1))
    near = np.tile(np.arange(1, 50, dtype=np.int32), (4000, 1))
    starts = np.zeros(4000, dtype=np.int64)
    scores = reference[random.integers(0, 50, 4000)]
    found = moved(scores, reference, near, starts, 0.6, random)
    assert abs(found.mean() - reference.mean()) < 6 * 2 / np.sqrt(4000)
    assert abs(found.std() / reference.std() - 1) < 0.07
    assert not np.isin(found, reference).any()
