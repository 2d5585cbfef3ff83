"""Reads an evidence store for whoever shows it: plain rows, from any thread, and nothing is ever written."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equitab.assurance.chain import ChainCheck, ChainFault

Row = dict[str, Any]
_SUBJECTS_AT_ONCE = 500
_ANSWERS_KEPT, _MOST_ROWS_KEPT = 16, 20_000


class EvidenceReader:
    """An evidence store, opened for reading.

    Parameters
    ----------
    store : str, Path or None
        As for `equitab history`: a path, ``sqlite:///...``, ``postgresql://...``, or None for the user's own.

    Raises
    ------
    InputError
        If there is no store; none is made.
    SavedFormatError
        If it is damaged, of another kind, or of a later version.
    StorageError
        If the disk or the server refuses.

    Attributes
    ----------
    name : str
        The store, without a password.
    """

    def __init__(self, store: str | Path | None = None) -> None:
        from equitab.assurance.anchors import known_heads
        from equitab.assurance.chain_follower import ChainFollower
        from equitab.assurance.evidence_store import EvidenceStore

        self._store = EvidenceStore.open(store, read_only=True)
        self.name = self._store.address.shown
        self._anchors = known_heads(self._store.header.identifier)
        self._new_follower = lambda: ChainFollower(self._store, self._anchors)
        self._follower = self._new_follower()
        self._lock, self._counting = threading.Lock(), threading.Lock()
        self._answered_at = ""
        self._answers: OrderedDict[tuple[Any, ...], list[Row]] = OrderedDict()
        self._seen = 0
        self._runs: dict[tuple[str, str], Row] = {}

    def head(self) -> tuple[int, str]:
        """Return the number and the digest of the last row; 0 for an empty store."""
        head = self._store.head
        return head.sequence, head.digest

    def runs(self) -> list[Row]:
        """Return one row for each subject and run: how many rows, the first and the last time; the newest first.

        Rows that were counted once are not counted again.
        """
        from equitab.assurance.evidence_pages import runs_after

        with self._counting:
            end = self._store.head.sequence
            if end < self._seen:  # somebody took rows away: all are counted anew
                self._seen, self._runs = 0, {}
            if end > self._seen:
                self._seen, rows = self._store.ask(runs_after, after=self._seen)
                for row in rows:
                    self._add(row)
            return sorted(self._runs.values(), key=lambda row: (row["last_time"], row["run"]), reverse=True)

    def newest_clauses(self) -> list[Row]:
        """Return the newest verdict on each clause of each form of each contract of each subject."""
        from equitab.assurance.evidence_pages import newest_clauses

        subjects = sorted({row["subject"] for row in self.runs()})
        return [row for part in _parts(subjects) for row in self._ask(newest_clauses, subjects=part)]

    def clause_verdicts(self, *, subject: str = "", run: str = "", limit: int | None = None) -> list[Row]:
        """Return verdicts on clauses, the oldest first; of many the newest."""
        from equitab.assurance.evidence_pages import clause_verdicts

        return self._ask(clause_verdicts, subject=subject, run=run, limit=limit)

    def certificate_steps(self, *, subject: str = "", run: str = "", certificate: str = "") -> list[Row]:
        """Return steps in the lives of certificates, the oldest first."""
        from equitab.assurance.evidence_pages import certificate_steps

        if run:
            return self._ask(certificate_steps, run=run)
        subjects = [subject] if subject else sorted({row["subject"] for row in self.runs()})
        found = [
            row
            for part in _parts(subjects)
            for row in self._ask(certificate_steps, subjects=part, certificate=certificate)
        ]
        return sorted(found, key=lambda row: row["sequence"])

    def rows_of_run(self, run: str, kind: str) -> list[Row]:
        """Return the rows of one kind of a run with everything that they say, the oldest first."""
        from equitab.assurance.evidence_pages import rows_of_run

        return self._ask(rows_of_run, run=run, kind=kind)

    def context_of_run(self, run: str, subject: str) -> Row:
        """Return the seed and the digests that the newest row of a run names."""
        from equitab.assurance.evidence_pages import context_of_run

        found = self._ask(context_of_run, run=run, subject=subject)
        return found[0] if found else {}

    def follow_chain(self, n_rows: int) -> int:
        """Check the next rows of the chain; return the number of the last row that was checked."""
        self._follower.follow(n_rows)
        return self._follower.last

    def restart_chain(self) -> None:
        """Begin the check of the chain anew, with the first row."""
        self._follower = self._new_follower()

    def chain(self) -> ChainCheck:
        """Return what was found of the chain so far."""
        return self._follower.check()

    def chain_end(self) -> tuple[ChainFault, ...]:
        """Say whether the end of the chain was cut off since this machine last saw it."""
        return self._follower.check_end()

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _ask(self, ask: Callable[..., list[Row]], **options: Any) -> list[Row]:
        """Return the rows of an answer; while the store stays as it is, the last answers are not asked for again."""
        key = (ask.__name__, *sorted((name, str(value)) for name, value in options.items()))
        head = self._store.head.digest
        with self._lock:
            if head != self._answered_at:
                self._answered_at, self._answers = head, OrderedDict()
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        rows = self._store.ask(ask, **options)
        if len(rows) <= _MOST_ROWS_KEPT:
            self._keep(head, key, rows)
        return rows

    def _keep(self, head: str, key: tuple[Any, ...], rows: list[Row]) -> None:
        with self._lock:
            if head == self._answered_at:
                self._answers[key] = rows
                while len(self._answers) > _ANSWERS_KEPT:
                    self._answers.popitem(last=False)

    def _add(self, row: Row) -> None:
        key = (row["subject"], row["run"])
        known = self._runs.get(key)
        if known:
            row = {
                **row,
                "n_rows": known["n_rows"] + row["n_rows"],
                "first_time": min(known["first_time"], row["first_time"]),
                "last_time": max(known["last_time"], row["last_time"]),
            }
        self._runs[key] = row


def _parts(names: list[str]) -> Iterable[list[str]]:
    return (names[start : start + _SUBJECTS_AT_ONCE] for start in range(0, len(names), _SUBJECTS_AT_ONCE))
