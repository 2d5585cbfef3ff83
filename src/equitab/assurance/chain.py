r"""The chain that ties every row of a store to all rows before it, and what shows when one was touched.

Row :math:`k` holds the digest :math:`e_k` of its evidence and its own digest

.. math:: d_k = \operatorname{sha256}(\operatorname{json}(e_k, d_{k-1}, t_k, k)),

over canonical JSON, where :math:`t_k` is the time of writing and :math:`d_0` the digest of the store's header, which
holds an identifier made at random. A row that is changed, removed, inserted or moved no longer fits its neighbours.
Whoever may write the file can also compute the whole rest of the chain anew, or cut off its end: that shows against
a `Head` that was noted elsewhere, in a certificate or on a machine that has seen the store.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from equitab.assurance.canonical import canonical_json
from equitab.assurance.evidence import parse_time

FaultKind = Literal["changed", "removed", "inserted", "moved", "cut off", "another chain", "damaged"]

_PLAIN = re.compile(r"[a-z0-9]+:[0-9a-f]+")
_FURTHEST = 5_000
"""How far from its place a row is looked for, when rows were moved,"""
_MOST_SEARCHES = 20
"""in so many searches without success; after them only a few rows away."""
_MOST_FAULTS = 1000


@dataclass(frozen=True)
class Head:
    """The end of a chain at some time: whoever holds it can tell whether the rows up to it are still the same.

    Parameters
    ----------
    store : str
        The identifier of the store.
    sequence : int
        The number of the last row; 0 for an empty store.
    digest : str
        The digest of that row.
    """

    store: str
    sequence: int
    digest: str


@dataclass(frozen=True)
class ChainFault:
    """Rows that are not as they were written.

    Parameters
    ----------
    kind : {"changed", "removed", "inserted", "moved", "cut off", "another chain", "damaged"}
    first, last : int
        The numbers of the rows.
    text : str
        In a sentence.
    """

    kind: FaultKind
    first: int
    last: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class ChainCheck:
    """What a look at every row of a store found.

    Parameters
    ----------
    n_rows : int
    head : Head
        As the last row says.
    faults : tuple of ChainFault
        Empty if the chain is whole.
    remarks : tuple of str
        What a reader should know and what is no fault: a clock that went back, evidence from the future,
        protection against changes that is gone.
    n_anchors : int
        How many heads noted elsewhere were compared.
    """

    n_rows: int
    head: Head
    faults: tuple[ChainFault, ...] = ()
    remarks: tuple[str, ...] = ()
    n_anchors: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether no row was touched."""
        return not self.faults


@dataclass(frozen=True)
class Link:
    """What the chain needs of one row.

    Parameters
    ----------
    sequence : int
    evidence : str
        The digest of the evidence, as the row says.
    content : str
        The digest of the evidence, computed from what the row holds; empty where that is nothing that we wrote.
    previous, digest : str
    recorded_at, time : str
        When it was written, and when it was seen.
    """

    sequence: int
    evidence: str
    content: str
    previous: str
    digest: str
    recorded_at: str
    time: str


def first_digest(header: Any) -> str:
    """Return what the first row is tied to: the digest of the store's header.

    Parameters
    ----------
    header : dataclass instance
    """
    return "sha256:" + hashlib.sha256(canonical_json(vars(header), where="store")).hexdigest()


def link_digest(sequence: int, evidence: str, previous: str, recorded_at: str) -> str:
    """Return the digest of a row.

    Examples
    --------
    >>> link_digest(1, "sha256:a", "sha256:b", "2026-01-01T00:00:00.000000Z")[:15]
    'sha256:13bc2dc3'
    """
    content = (  # canonical as it stands: the keys are in their order
        f'{{"evidence":{_quoted(evidence)},"previous":{_quoted(previous)},'
        f'"recorded_at":{_quoted_again(recorded_at)},"sequence":{sequence}}}'
    )
    return "sha256:" + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


@dataclass
class ChainReader:
    """Takes the rows of a store in their order, and notes what does not fit.

    Parameters
    ----------
    first : str
        The digest that the first row is tied to.
    anchors : sequence of Head
        Heads of this store that were noted elsewhere.
    """

    first: str
    anchors: Sequence[Head] = ()
    faults: list[ChainFault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.n_rows = 0
        self.last = Link(0, "", "", "", self.first, "", "")
        self._before = ""
        self._shift = 0
        self._n_searches = 0
        self._is_last_changed = False
        self._wanted = {anchor.sequence: anchor for anchor in self.anchors if anchor.sequence > 0}

    @property
    def after(self) -> int:
        """The number after which the next rows are read; at first below every number that a database can hold."""
        return self.last.sequence if self.n_rows else -(2**63)

    def read(self, links: Iterable[Link]) -> None:
        """Look at the next rows."""
        for link in links:
            self._check_place(link)
            self._check_content(link)
            self._check_time(link)
            anchor = self._wanted.pop(link.sequence, None) if self._wanted else None
            if anchor and anchor.digest != link.digest:
                self._note("another chain", link.sequence, _ANOTHER.format(link.sequence))
            self._before, self.last = self.last.digest, link
            self.n_rows += 1

    def finish(self) -> None:
        """Look at what is missing at the end."""
        furthest = max((anchor.sequence for anchor in self._wanted.values()), default=0)
        end = self.last.sequence
        if furthest > end:
            text = f"rows {end + 1} to {furthest} were cut off: row {furthest} was there when its digest was noted"
            self.faults.append(ChainFault("cut off", end + 1, furthest, text))

    def _check_place(self, link: Link) -> None:
        """Compare a row's number and its tie with the row before it."""
        before, was_changed = self.last, self._is_last_changed
        self._is_last_changed = False
        if link.sequence < 1:
            self._note(
                "inserted", link.sequence, f"row {link.sequence} was inserted: rows are numbered from 1"
            )
        if link.sequence > before.sequence + 1:
            gone = (before.sequence + 1, link.sequence - 1)
            self._note("removed", gone[0], f"{_rows(*gone)} {_were(*gone)} removed", last=gone[1])
        elif link.previous != before.digest:
            self._check_tie(link, was_changed)
        expected = link_digest(link.sequence + self._shift, link.evidence, link.previous, link.recorded_at)
        if link.digest != expected:
            self._check_digest(link)
        elif self._shift:
            self._moved(link)

    def _check_tie(self, link: Link, was_changed: bool) -> None:
        """Say why a row does not continue the row before it."""
        place = link.sequence
        if self._before and link.previous == self._before:
            text = f"row {place - 1} was inserted: row {place} continues the row before it"
            self._note("inserted", place - 1, text)
        elif not was_changed:
            text = f"between rows {place - 1} and {place} a row was removed, or row {place - 1} was replaced"
            self._note("removed", place, text)

    def _check_digest(self, link: Link) -> None:
        """Look for the place that a row was written at; a row without one was changed."""
        furthest = _FURTHEST if self._n_searches < _MOST_SEARCHES else 10
        for shift in _shifts(link.sequence, furthest):
            number = link.sequence + shift
            if link.digest == link_digest(number, link.evidence, link.previous, link.recorded_at):
                self._shift = shift
                if shift:
                    self._moved(link)
                return
        self._n_searches += 1
        self._is_last_changed = True
        self._note("changed", link.sequence, f"row {link.sequence} was changed: its digest is another one")

    def _moved(self, link: Link) -> None:
        place, number = link.sequence, link.sequence + self._shift
        self._note("moved", place, f"row {place} was written as row {number}")

    def _check_content(self, link: Link) -> None:
        if link.content != link.evidence:
            self._is_last_changed = True
            text = f"row {link.sequence} was changed: what it says is not what was written"
            self._note("changed", link.sequence, text)

    def _check_time(self, link: Link) -> None:
        """Remark a clock that went back; the row is kept as it is."""
        before = self.last.recorded_at
        if before and link.recorded_at < before:
            seconds = _seconds_between(link.recorded_at, before)
            self._remark(f"row {link.sequence}: the clock went back by {seconds}")
        if link.time > link.recorded_at:
            seconds = _seconds_between(link.recorded_at, link.time)
            self._remark(f"row {link.sequence}: seen {seconds} after it was written, as the clocks say")

    def _remark(self, text: str) -> None:
        if len(self.remarks) < _MOST_FAULTS:
            self.remarks.append(text)

    def _note(self, kind: FaultKind, first: int, text: str, *, last: int = 0) -> None:
        """Note a fault; faults of one kind in neighbouring rows become one."""
        known = self.faults[-1] if self.faults else None
        if known and known.kind == kind and kind in {"changed", "moved", "another chain"}:
            if known.first <= first <= known.last:
                return
            if first == known.last + 1:
                self.faults[-1] = ChainFault(kind, known.first, first, _joined(kind, known, first))
                return
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(ChainFault(kind, first, max(first, last), text))


_ANOTHER = "row {} is not the row that was there when its digest was noted: the chain was written anew"


def _joined(kind: FaultKind, known: ChainFault, last: int) -> str:
    texts = {
        "changed": "rows {} to {} were changed",
        "moved": "rows {} to {} stand where other rows were written",
        "another chain": "rows {} to {} are not the rows that were there when their digests were noted",
    }
    return texts[kind].format(known.first, last)


def _rows(first: int, last: int) -> str:
    return f"row {first}" if first == last else f"rows {first} to {last}"


def _were(first: int, last: int) -> str:
    return "was" if first == last else "were"


def _shifts(sequence: int, furthest: int) -> Iterator[int]:
    """Yield how far a row may have been moved, the nearest places first."""
    for distance in range(furthest):
        yield distance
        if 0 < distance < sequence:
            yield -distance


def _seconds_between(earlier: str, later: str) -> str:
    try:
        seconds = (parse_time(later) - parse_time(earlier)).total_seconds()
    except ValueError:
        return "a time that cannot be told"
    return f"{seconds:,.3f} seconds" if seconds < 120 else f"{seconds / 60:,.0f} minutes"


def _quoted(digest: str) -> str:
    """Return a digest as JSON; anything else than a digest is spelled out with care."""
    return f'"{digest}"' if _PLAIN.fullmatch(digest) else json.dumps(digest, ensure_ascii=False)


@lru_cache(maxsize=64)
def _quoted_again(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
