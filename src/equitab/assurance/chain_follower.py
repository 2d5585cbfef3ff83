"""Checks a chain piece by piece, and goes on where it stopped: for whoever watches a store that grows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from equitab.assurance.chain import ChainCheck, ChainFault, ChainReader, Head, first_digest
from equitab.errors import SavedFormatError

if TYPE_CHECKING:
    from equitab.assurance.evidence_store import EvidenceStore


class ChainFollower:
    """Goes along a chain, a piece at each call.

    Parameters
    ----------
    store : EvidenceStore
    anchors : iterable of Head
        Heads noted elsewhere; those of other stores are left out.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from pathlib import Path
    >>> from equitab.assurance.evidence import EvidenceSource
    >>> from equitab.assurance.evidence_store import EvidenceStore
    >>> source = EvidenceSource(run="r1", subject="people", time=datetime(2026, 1, 1, tzinfo=UTC))
    >>> with EvidenceStore.open(Path(tempfile.mkdtemp()) / "evidence.sqlite") as store:
    ...     first, last = store.append([source.says("run", {"table": "people.csv"})])
    ...     follower = ChainFollower(store)
    ...     follower.follow(100), follower.check().is_whole
    (1, True)
    """

    def __init__(self, store: EvidenceStore, anchors: Iterable[Head] = ()) -> None:
        self._store = store
        self._anchors = [anchor for anchor in anchors if anchor.store == store.header.identifier]
        self._reader = ChainReader(first_digest(store.header), self._anchors)
        self._damage: ChainFault | None = None

    @property
    def n_checked(self) -> int:
        """Count the rows that were looked at."""
        return self._reader.n_rows

    @property
    def last(self) -> int:
        """Return the number of the last row that was looked at."""
        return self._reader.last.sequence

    def follow(self, n_rows: int) -> int:
        """Look at the next rows.

        Parameters
        ----------
        n_rows : int
            At most so many.

        Returns
        -------
        int
            How many there were; 0 at the end of the chain, and where the file is damaged.
        """
        try:
            links = self._store.links(after=self._reader.after, limit=n_rows)
        except SavedFormatError as error:
            place = self._reader.last.sequence + 1
            self._damage = ChainFault("damaged", place, place, f"from row {place} on: {error}")
            return 0
        self._reader.read(links)
        return len(links)

    def check(self) -> ChainCheck:
        """Return what was found so far; whether the end is missing is said by `check_end`."""
        last = self._reader.last
        faults = (*self._reader.faults, *((self._damage,) if self._damage else ()))
        head = Head(self._store.header.identifier, last.sequence, last.digest)
        return ChainCheck(
            self._reader.n_rows, head, faults, tuple(self._reader.remarks), n_anchors=len(self._anchors)
        )

    def check_end(self) -> tuple[ChainFault, ...]:
        """Return whether rows are missing at the end that were there when a head was noted."""
        end = self._reader.last.sequence
        furthest = max((anchor.sequence for anchor in self._anchors), default=0)
        if furthest <= end or self._damage:
            return ()
        text = (
            f"rows {end + 1} to {furthest} were cut off: row {furthest} was there when its digest was noted"
        )
        return (ChainFault("cut off", end + 1, furthest, text),)
