"""A chain that is checked piece by piece is checked as well as one that is checked at once."""

from __future__ import annotations

import pytest

from assurance.conftest import StorePlace
from equitab.assurance.chain import Head
from equitab.assurance.chain_follower import ChainFollower
from equitab.assurance.evidence import Evidence
from equitab.assurance.evidence_store import EvidenceStore


def follow(follower: ChainFollower, n_rows: int) -> None:
    while follower.follow(n_rows):
        pass


@pytest.mark.parametrize("n_rows", [1, 4, 100])
def test_a_whole_chain_is_whole_however_it_is_cut(
    place: StorePlace, pieces: list[Evidence], n_rows: int
) -> None:
    with EvidenceStore.open(place.url) as store:
        store.append(pieces)
        follower = ChainFollower(store, [store.head])
        follow(follower, n_rows)
        assert follower.check() == store.check_chain([store.head])
        assert (follower.last, follower.check_end()) == (6, ())


def test_new_rows_are_followed_without_the_old_ones(place: StorePlace, pieces: list[Evidence]) -> None:
    with EvidenceStore.open(place.url) as store:
        store.append(pieces[:4])
        follower = ChainFollower(store)
        follow(follower, 100)
        store.append(pieces[4:])
        assert follower.follow(100) == 2
        assert follower.check().is_whole


@pytest.mark.parametrize("n_rows", [1, 2, 100])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE equitab_evidence SET value = 1 WHERE sequence = 3",
        "DELETE FROM equitab_evidence WHERE sequence = 3",
        "UPDATE equitab_evidence SET previous = digest WHERE sequence = 3",
    ],
)
def test_what_was_touched_is_named_as_by_a_look_at_all_of_it(
    place: StorePlace, pieces: list[Evidence], change: str, n_rows: int
) -> None:
    with EvidenceStore.open(place.url) as store:
        store.append(pieces)
        place.tamper(change)
        follower = ChainFollower(store)
        follow(follower, n_rows)
        assert follower.check().faults == store.check_chain().faults != ()


def test_a_cut_end_shows_against_a_head_that_was_noted(place: StorePlace, pieces: list[Evidence]) -> None:
    with EvidenceStore.open(place.url) as store:
        store.append(pieces)
        noted = store.head
        place.tamper("DELETE FROM equitab_evidence WHERE sequence > 4")
        follower = ChainFollower(store, [noted, Head("another store", 99, "sha256:x")])
        follow(follower, 100)
        assert [(fault.kind, fault.first, fault.last) for fault in follower.check_end()] == [
            ("cut off", 5, 6)
        ]
