"""What was touched is found and named, whoever touched it and however."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from assurance.conftest import StorePlace, sqlite_place
from equitab.assurance.chain import ChainCheck, Head, link_digest
from equitab.assurance.evidence import Evidence, EvidenceSource
from equitab.assurance.evidence_rows import digest_content, stored_form
from equitab.assurance.evidence_store import EvidenceStore
from equitab.assurance.evidence_tables import COLUMNS
from equitab.errors import EquitabError

SHIFT = "UPDATE equitab_evidence SET sequence = -sequence - ({by}) WHERE sequence > {after}; " + (
    "UPDATE equitab_evidence SET sequence = -sequence WHERE sequence < 0"
)


def touched(place: StorePlace, pieces: list[Evidence], statement: str, *heads: Head) -> ChainCheck:
    """Write, touch, look."""
    with EvidenceStore.open(place.url) as store:
        store.append(pieces)
        assert store.check_chain().is_whole
    place.tamper(statement)
    with EvidenceStore.open(place.url, read_only=True) as store:
        return store.check_chain(heads)


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ("value = 0.99", 3),
        ("value = NULL", 3),
        ("value = 0.7000000000000001", 3),
        ("metric = 'recall'", 1),
        ("n = n + 1", 6),
        ("time = '2026-03-01T12:00:00.000001Z'", 2),
        ("subject = 'another'", 2),
        ("run = 'run-2'", 2),
        ("seed = 8", 2),
        ("seed = NULL", 2),
        ("data_digest = ''", 2),
        ("recorded_at = '2020-01-01T00:00:00.000000Z'", 2),
        ("status = 'ok'", 2),
        ("status = ''", 2),
        ("""body = '{"note":"x"}'""", 2),
        ("""body = '{ }'""", 2),
        ("body = 'no JSON'", 2),
        ("""value = NULL, body = '{"value":0.6}'""", 2),
        ("evidence_digest = 'sha256:00'", 2),
        ("digest = 'sha256:00'", 2),
        ("previous = digest", 2),
    ],
)
def test_a_changed_value_is_found_and_its_row_named(
    place: StorePlace, pieces: list[Evidence], change: str, row: int
) -> None:
    """Any column, any row, also where the meaning would stay the same."""
    check = touched(place, pieces, f"UPDATE equitab_evidence SET {change} WHERE sequence = {row}")
    assert not check.is_whole
    assert row in {number for fault in check.faults for number in (fault.first, fault.first - 1)}
    assert f"row {row}" in " ".join(fault.text for fault in check.faults)


def test_a_removed_row_is_named(place: StorePlace, pieces: list[Evidence]) -> None:
    check = touched(place, pieces, "DELETE FROM equitab_evidence WHERE sequence IN (3, 4)")
    assert [(fault.kind, fault.first, fault.last, fault.text) for fault in check.faults] == [
        ("removed", 3, 4, "rows 3 to 4 were removed")
    ]


def test_the_removed_first_row_is_named(place: StorePlace, pieces: list[Evidence]) -> None:
    check = touched(place, pieces, "DELETE FROM equitab_evidence WHERE sequence = 1")
    assert [fault.text for fault in check.faults] == ["row 1 was removed"]


def test_a_removed_row_whose_gap_was_closed_is_named(place: StorePlace, pieces: list[Evidence]) -> None:
    """The rows after it were numbered anew."""
    statement = "DELETE FROM equitab_evidence WHERE sequence = 3; " + SHIFT.format(by=-1, after=3)
    check = touched(place, pieces, statement)
    assert [fault.text for fault in check.faults] == [
        "between rows 2 and 3 a row was removed, or row 2 was replaced",
        "rows 3 to 5 stand where other rows were written",
    ]


def test_two_exchanged_rows_are_named(place: StorePlace, pieces: list[Evidence]) -> None:
    statement = (
        "UPDATE equitab_evidence SET sequence = 100 WHERE sequence = 2; "
        "UPDATE equitab_evidence SET sequence = 2 WHERE sequence = 5; "
        "UPDATE equitab_evidence SET sequence = 5 WHERE sequence = 100"
    )
    check = touched(place, pieces, statement)
    texts = [fault.text for fault in check.faults if fault.kind == "moved"]
    assert texts == ["row 2 was written as row 5", "row 5 was written as row 2"]


def test_an_inserted_row_is_named(place: StorePlace, pieces: list[Evidence], source: EvidenceSource) -> None:
    """With digests of its own that are right in themselves, and the later rows numbered anew."""
    with EvidenceStore.open(place.url) as store:
        store.append(pieces)
        before = store.history()["digest"].to_list()[1]
        at = store.last_recorded_at
    forged = source.says("measurement", {"metric": "accuracy", "value": 1.0, "n": 9})
    evidence = digest_content(stored_form(forged).content)
    digest = link_digest(3, evidence, before, at)
    values = (
        f"INSERT INTO equitab_evidence ({', '.join(COLUMNS)}) SELECT "
        + ", ".join(
            {
                "sequence": "3",
                "value": "1.0",
                "n": "9",
                "evidence_digest": f"'{evidence}'",
                "previous": f"'{before}'",
                "digest": f"'{digest}'",
            }.get(name, name)
            for name in COLUMNS
        )
        + " FROM equitab_evidence WHERE sequence = 1"
    )
    place.tamper(SHIFT.format(by=1, after=2) + "; " + values)
    with EvidenceStore.open(place.url, read_only=True) as store:
        check = store.check_chain()
    assert check.n_rows == 7
    assert check.faults[0].text == "row 3 was inserted: row 4 continues the row before it"


def test_a_row_before_the_first_is_named(place: StorePlace, pieces: list[Evidence]) -> None:
    names = ", ".join(name for name in COLUMNS if name != "sequence")
    statement = f"INSERT INTO equitab_evidence (sequence, {names}) SELECT -5, {names} FROM equitab_evidence"
    check = touched(place, pieces, statement + " WHERE sequence = 2")
    assert check.faults[0].text == "row -5 was inserted: rows are numbered from 1"


def test_a_cut_off_end_shows_against_a_head_noted_before(place: StorePlace, pieces: list[Evidence]) -> None:
    """In itself the shorter chain is whole: that is why heads are noted elsewhere."""
    with EvidenceStore.open(place.url) as store:
        store.append(pieces)
        head = store.head
    check = touched(place, [], "DELETE FROM equitab_evidence WHERE sequence > 4")
    assert (check.faults, check.n_anchors) == ((), 0)
    with EvidenceStore.open(place.url, read_only=True) as store:
        check = store.check_chain([head, Head("another-store", 9, "sha256:1")])
    assert check.n_anchors == 1
    assert [(fault.kind, fault.first, fault.last) for fault in check.faults] == [("cut off", 5, 6)]
    with EvidenceStore.open(place.url) as store:
        store.append(pieces[4:])
        assert [fault.kind for fault in store.verify_chain([head])] == ["another chain"]


def test_a_chain_written_anew_shows_against_a_head_noted_before(
    place: StorePlace, pieces: list[Evidence]
) -> None:
    """Somebody removes rows 3 to 6 and appends others with digests that fit."""
    with EvidenceStore.open(place.url) as store:
        store.append(pieces)
        head = store.head
    place.tamper("DELETE FROM equitab_evidence WHERE sequence > 2")
    with EvidenceStore.open(place.url) as store:
        store.append(pieces[3:])
        store.append([pieces[0].says("measurement", {"metric": "accuracy", "value": 0.9})])
        assert store.verify_chain() == ()
        faults = store.verify_chain([head])
    assert [fault.text for fault in faults] == [
        "row 6 is not the row that was there when its digest was noted: the chain was written anew"
    ]


def test_a_changed_header_breaks_the_first_link(place: StorePlace, pieces: list[Evidence]) -> None:
    check = touched(place, pieces, "UPDATE equitab_store SET created = '2020-01-01T00:00:00.000000Z'")
    assert [fault.first for fault in check.faults] == [1]


def test_many_touched_neighbours_are_one_finding(place: StorePlace, pieces: list[Evidence]) -> None:
    check = touched(place, pieces, "UPDATE equitab_evidence SET value = 0.5 WHERE sequence > 1")
    assert [(fault.first, fault.last, fault.text) for fault in check.faults] == [
        (2, 6, "rows 2 to 6 were changed")
    ]


def test_any_changed_byte_of_the_file_is_found(tmp_path: Path, pieces: list[Evidence]) -> None:
    """In what a row says, in the numbers of its pages, in the words of the tables: never a silent yes."""
    path = tmp_path / "evidence.sqlite"
    place = sqlite_place(path)
    with EvidenceStore.open(place.url) as store:
        store.append(pieces)
        said = store.history().to_native()
        found = store.history(subject=pieces[0].subject, kind="measurement").to_native()
    whole = path.read_bytes()
    assert b"accuracy" in whole
    rng = random.Random(4)
    used = [position for position, byte in enumerate(whole) if byte]
    unseen = 0
    for position in rng.sample(used, 40):
        changed = bytearray(whole)
        changed[position] ^= 1 << rng.randrange(8)
        path.write_bytes(bytes(changed))
        try:
            with EvidenceStore.open(path, read_only=True) as store:
                if store.check_chain().is_whole:
                    unseen += 1
                    assert store.history().to_native().equals(said)
                    again = store.history(subject=pieces[0].subject, kind="measurement")
                    assert again.to_native().equals(found)
        except EquitabError:
            continue
    assert unseen < 20  # bytes that nobody reads: counters of SQLite's, old pages
