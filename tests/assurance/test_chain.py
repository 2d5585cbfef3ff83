"""The chain's arithmetic, without a database."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from equitab.assurance.chain import ChainReader, Head, Link, first_digest, link_digest

AT = "2026-01-01T00:00:00.000000Z"


@dataclass(frozen=True)
class Header:
    format: str = "equitab evidence"
    version: int = 1


def chain(n: int) -> list[Link]:
    """Return a chain of n rows."""
    links: list[Link] = []
    previous = first_digest(Header())
    for number in range(1, n + 1):
        evidence = "sha256:" + hashlib.sha256(str(number).encode()).hexdigest()
        digest = link_digest(number, evidence, previous, AT)
        links.append(Link(number, evidence, evidence, previous, digest, AT, AT))
        previous = digest
    return links


def read(links: list[Link], *anchors: Head) -> ChainReader:
    reader = ChainReader(first_digest(Header()), anchors)
    reader.read(links)
    reader.finish()
    return reader


def test_a_digest_is_that_of_canonical_json() -> None:
    """Worked out with the reference library."""
    content = {"evidence": "sha256:a", "previous": 'x"}', "recorded_at": "é\n", "sequence": 3}
    expected = "sha256:" + hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    assert link_digest(3, "sha256:a", 'x"}', "é\n") == expected
    header = "sha256:" + hashlib.sha256(b'{"format":"equitab evidence","version":1}').hexdigest()
    assert first_digest(Header()) == header


def test_a_chain_as_it_was_written_is_whole_in_one_piece_or_many() -> None:
    links = chain(50)
    assert read(links).faults == []
    reader = ChainReader(first_digest(Header()))
    for start in range(0, 50, 7):
        reader.read(links[start : start + 7])
    reader.finish()
    assert (reader.faults, reader.n_rows, reader.last) == ([], 50, links[-1])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_rearrangement_is_found(data: st.DataObject) -> None:
    """Rows in another order, fewer or more of them, numbered as they come or as they were."""
    links = chain(8)
    chosen = data.draw(st.lists(st.sampled_from(links), min_size=1, max_size=10))
    if data.draw(st.booleans()):
        chosen = [replace(link, sequence=place) for place, link in enumerate(chosen, start=1)]
    is_start = chosen == links[: len(chosen)]
    head = Head("s", 8, links[-1].digest)
    assert (read(chosen).faults == []) == is_start
    assert (read(chosen, head).faults == []) == (chosen == links)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_any_changed_part_of_a_row_is_found(data: st.DataObject) -> None:
    links = chain(6)
    place = data.draw(st.integers(0, 5))
    name = data.draw(st.sampled_from(["evidence", "content", "previous", "digest", "recorded_at"]))
    other = data.draw(st.text().filter(lambda text: text != getattr(links[place], name)))
    links[place] = replace(links[place], **{name: other})
    faults = read(links).faults
    assert faults
    assert min(fault.first for fault in faults) in {place + 1, place + 2}


def test_a_store_that_is_new_since_the_head_was_noted_is_cut_off() -> None:
    faults = read([], Head("s", 3, "sha256:a")).faults
    assert [(fault.kind, fault.first, fault.last) for fault in faults] == [("cut off", 1, 3)]


@pytest.mark.slow
def test_a_table_changed_all_over_is_looked_through_in_little_time() -> None:
    """Rows are searched for far away only so often."""
    links = [replace(link, digest="sha256:0") for link in chain(2000)]
    start = time.process_time()
    assert [(fault.first, fault.last) for fault in read(links).faults] == [(1, 2000)]
    assert time.process_time() - start < 20


def test_ten_thousand_moved_rows_are_found_quickly_and_are_one_finding() -> None:
    """The first row was removed and the others numbered anew."""
    links = [replace(link, sequence=link.sequence - 1) for link in chain(10_001)[1:]]
    faults = read(links).faults
    assert [(fault.kind, fault.first, fault.last) for fault in faults] == [
        ("removed", 1, 1),
        ("moved", 1, 10_000),
    ]
