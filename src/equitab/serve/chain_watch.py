"""Checks the chain of the store beside the pages: a million rows take longer than anybody waits for a page.

Every row holds the digest of the one before it. The watch goes through all of them, then through new ones as they
come, and from time to time through all of them again; pages show how far it has come.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from equitab.errors import EquitabError
from equitab.serve.records import ChainFault, EvidenceSource

_STEP = 2_000
_PAUSE_SECONDS = 2.0
_SECONDS_UNTIL_ANEW = 600.0

ChainState = Literal["intact", "broken", "checking", "unknown"]


@dataclass(frozen=True, kw_only=True)
class ChainReport:
    """How far the chain was checked, and what was found.

    Parameters
    ----------
    state : {"intact", "broken", "checking", "unknown"}
        ``unknown``: the check itself failed; `reason` says why.
    n_checked, n_rows : int
        Numbers of the last row that was checked, and of the last there is.
    faults : tuple of ChainFault
        The first of them.
    checked_at : str
        When the last check came to the end.
    reason : str
    """

    state: ChainState
    n_checked: int = 0
    n_rows: int = 0
    faults: tuple[ChainFault, ...] = ()
    checked_at: str = ""
    reason: str = ""


class ChainWatch:
    """Checks a store's chain, in a thread of its own if asked to.

    Parameters
    ----------
    source : EvidenceSource
    """

    def __init__(self, source: EvidenceSource) -> None:
        self._source = source
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._began = time.monotonic()
        self._furthest = 0
        self._faults: tuple[ChainFault, ...] = ()
        self._checked_at = ""
        self._reason = ""

    def start(self) -> None:
        """Begin to check, and go on as rows arrive."""
        self._thread = threading.Thread(target=self._watch, name="chain-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the check."""
        self._stopped.set()
        if self._thread:
            self._thread.join(timeout=5)

    def check_now(self) -> None:
        """Check all rows that were not looked at since the last check began."""
        end, last, before = self._source.head().n_rows, 0, -1
        self._note_shrinking(end)
        while before != last and not self._stopped.is_set():
            before, last = last, self._source.follow_chain(_STEP)
            self._furthest = max(self._furthest, last)
            self._note(self._source.chain_faults(is_at_end=before == last))
        self._checked_at = datetime.now(UTC).isoformat(timespec="seconds")

    def report(self, n_rows: int) -> ChainReport:
        """Return what is known of a store whose last row has a number."""
        state: ChainState = "intact" if self._furthest >= n_rows and self._checked_at else "checking"
        if self._faults:
            state = "broken"
        elif self._reason:
            state = "unknown"
        return ChainReport(
            state=state,
            n_checked=min(self._furthest, n_rows),
            n_rows=n_rows,
            faults=self._faults,
            checked_at=self._checked_at,
            reason=self._reason,
        )

    def _note(self, faults: tuple[ChainFault, ...]) -> None:
        """Keep what is wrong: a fault that was seen once stays, even if somebody mends the file."""
        self._faults = (*self._faults, *(fault for fault in faults if fault not in self._faults))

    def _note_shrinking(self, end: int) -> None:
        if end < self._furthest:
            text = f"rows {end + 1} to {self._furthest} were there a while ago and were cut off"
            self._note((ChainFault(end + 1, text),))

    def _watch(self) -> None:
        while not self._stopped.is_set():
            try:
                if time.monotonic() - self._began > _SECONDS_UNTIL_ANEW:
                    self._source.restart_chain()
                    self._began = time.monotonic()
                self.check_now()
                self._reason = ""
            except EquitabError as error:
                self._reason = str(error)
            self._stopped.wait(_PAUSE_SECONDS)
