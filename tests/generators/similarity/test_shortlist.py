"""Shortlists: whatever comes in, in whatever order, the nearest stay."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.generators.similarity import shortlist as shortlists
from equitab.generators.similarity.shortlist import Shortlist
from equitab.generators.similarity.whole_numbers import FARTHEST


def test_the_nearest_stay_nearest_first_and_nobody_twice() -> None:
    near = Shortlist(2, 9, 3)
    near.offer(np.array([0, 0, 1, 0]), np.array([4, 5, 8, 4]), np.array([30, 10, 7, 30], dtype=np.int16))
    assert near.rows().tolist() == [[5, 4, -1], [8, -1, -1]]
    near.offer(np.array([0, 0]), np.array([6, 7]), np.array([20, 40], dtype=np.int16))
    assert near.rows().tolist() == [[5, 6, 4], [8, -1, -1]]
    assert near.reach.tolist() == [30, FARTHEST]
    assert near.rows(np.array([1])).tolist() == [[8, -1, -1]]


@pytest.mark.parametrize("most", [1, 50, 10**6])
def test_when_pairs_are_sorted_in_changes_nothing(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortlists, "MOST_WAITING", most)
    random = np.random.default_rng(0)
    distance = random.permutation(30 * 30).reshape(30, 30).astype(np.int16)
    near = Shortlist(30, 30, 5)
    for place in np.array_split(random.permutation(900), 40):
        near.offer(place // 30, place % 30, distance.ravel()[place])
    assert np.array_equal(near.rows(), np.argsort(distance, axis=1)[:, :5])


def test_links_go_both_ways_and_the_nearest_are_kept() -> None:
    """Rows 1 and 2 have row 0 on their lists; row 0 has row 3, and row 3 nobody."""
    near = Shortlist(4, 4, 1)
    near.offer(np.array([0, 1, 2]), np.array([3, 0, 0]), np.array([5, 9, 7], dtype=np.int16))
    assert near.linked(3).tolist() == [[3, 2, 1], [0, -1, -1], [0, -1, -1], [0, -1, -1]]
    assert near.linked(1).tolist() == [[3], [0], [0], [0]]
