"""Recording evidence so that none is lost: what a store does not take waits in the outbox until it does.

The outbox is a folder, ``home_folder()/outbox``, with one folder for each store and one file for each call that
could not be served: a first line that says why, then the pieces of evidence as canonical JSON, one a line. Every
later use of the store takes up first what waits for it. A piece is named by its digest, so that it enters the store
once, however often it is handed in.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from equitab.assurance.canonical import canonical_json
from equitab.assurance.chain import Head
from equitab.assurance.evidence import Evidence, time_text
from equitab.assurance.evidence_rows import evidence_from_content, stored_form
from equitab.assurance.evidence_store import EvidenceStore
from equitab.assurance.home import home_folder
from equitab.assurance.store_location import StoreAddress, store_address
from equitab.dataframe import write_bytes_atomically
from equitab.errors import EquitabError, StorageError

OUTBOX = "outbox"
FORMAT = "equitab outbox"
_ENDING = ".jsonl"
_DAMAGED = ".damaged"


@dataclass(frozen=True)
class RecordOutcome:
    """What became of evidence that was handed in.

    Parameters
    ----------
    state : {"stored", "kept"}
        ``kept``: it waits in the outbox.
    store : str
        The store's name without its password.
    reason : str
        Why the store did not take it; empty if it did.
    n : int
        How many pieces were handed in.
    first, last : int
        The numbers of their rows; 0 and -1 if there are none.
    head : Head or None
        The end of the chain after them.
    n_flushed : int
        How many earlier pieces left the outbox on this occasion.
    remarks : tuple of str
        What a reader should know.
    """

    state: Literal["stored", "kept"]
    store: str
    n: int
    reason: str = ""
    first: int = 0
    last: int = -1
    head: Head | None = None
    n_flushed: int = 0
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.state == "kept":
            return (
                f"{self.n} pieces of evidence wait in the outbox, because {self.reason} "
                "They are tried again on the next use."
            )
        earlier = f", and {self.n_flushed} that had waited" if self.n_flushed else ""
        return f"{self.n} pieces of evidence are in the store {self.store}{earlier}."


@dataclass(frozen=True)
class FlushOutcome:
    """What became of the evidence that waited for a store.

    Parameters
    ----------
    n_stored : int
        Pieces that left the outbox.
    n_waiting : int
        Files that still wait.
    reason : str
        Why they wait; empty if none does.
    remarks : tuple of str
    """

    n_stored: int
    n_waiting: int
    reason: str = ""
    remarks: tuple[str, ...] = ()


def record(evidence: Iterable[Evidence], store: str | Path | None = None) -> RecordOutcome:
    """Put evidence into a store, or keep it in the outbox where the store does not take it.

    Parameters
    ----------
    evidence : iterable of Evidence
    store : str, Path or None
        As in `store_address`.

    Returns
    -------
    RecordOutcome

    Raises
    ------
    InputError
        If the store's name makes no sense, or a piece cannot be said as plain data.
    StorageError
        If neither the store nor the outbox takes it; the message has both reasons.
    """
    pieces = list(evidence)
    address = store_address(store, needs_driver=False)
    lines = [stored_form(piece).content for piece in pieces]
    try:
        return _put(pieces, store, address)
    except EquitabError as error:
        reason = str(error)
    try:
        _keep(lines, address, reason)
    except StorageError as error:
        raise StorageError(f"{reason} And the outbox did not take the evidence either: {error}") from error
    return RecordOutcome("kept", address.shown, len(pieces), reason)


def flush_outbox(store: str | Path | None = None) -> FlushOutcome:
    """Put what waits for a store into it.

    Parameters
    ----------
    store : str, Path or None

    Returns
    -------
    FlushOutcome
        A store that still does not take it is no error; the reason is in the outcome.
    """
    address = store_address(store, needs_driver=False)
    waiting = list(_waiting(address))
    if not waiting:
        return FlushOutcome(0, 0)
    remarks: list[str] = []
    try:
        with EvidenceStore.open(store) as opened:
            n_stored = _deliver(opened, waiting, remarks)
    except EquitabError as error:
        return FlushOutcome(0, len(list(_waiting(address))), str(error), tuple(remarks))
    return FlushOutcome(n_stored, len(list(_waiting(address))), "", tuple(remarks))


def outbox_size(store: str | Path | None = None) -> int:
    """Return how many pieces of evidence wait for a store."""
    address = store_address(store, needs_driver=False)
    return sum(max(0, path.read_bytes().count(b"\n") - 1) for path in _waiting(address))


def _put(pieces: list[Evidence], store: str | Path | None, address: StoreAddress) -> RecordOutcome:
    remarks: list[str] = []
    with EvidenceStore.open(store) as opened:
        before = opened.last_recorded_at
        n_flushed = _deliver(opened, list(_waiting(address)), remarks)
        first, last = opened.append(pieces)
        if before > opened.last_recorded_at:
            remarks.append(f"the clock went back: the store's last row was written at {before}")
        head = opened.head
    return RecordOutcome(
        "stored", address.shown, len(pieces), "", first, last, head, n_flushed, tuple(remarks)
    )


def _deliver(store: EvidenceStore, waiting: list[Path], remarks: list[str]) -> int:
    """Put the files of the outbox into a store, the oldest first; a damaged one is set aside."""
    n_stored = 0
    for path in waiting:
        try:
            pieces = _read(path)
        except FileNotFoundError:
            continue  # another process was quicker
        except (OSError, ValueError, KeyError, TypeError):
            aside = path.with_suffix(_DAMAGED)
            path.replace(aside)
            remarks.append(
                f"evidence that had waited is damaged and was set aside as {OUTBOX}/.../{aside.name}"
            )
            continue
        first, last = store.append(pieces)
        n_stored += last - first + 1
        path.unlink(missing_ok=True)
    return n_stored


def _keep(lines: list[bytes], address: StoreAddress, reason: str) -> None:
    """Write a file of the outbox, whole and on the disk, or raise."""
    now = time_text(datetime.now(UTC))
    folder = _folder(address)
    header = {"format": FORMAT, "version": 1, "store": address.shown, "kept_at": now, "reason": reason}
    name = now.replace(":", "").replace(".", "") + "-" + secrets.token_hex(4) + _ENDING
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"the folder {folder} could not be made ({error.strerror}).") from error
    write_bytes_atomically(folder / name, b"\n".join([canonical_json(header), *lines]) + b"\n")
    _sync_folder(folder)


def _read(path: Path) -> list[Evidence]:
    header, *lines = path.read_bytes().splitlines()
    if json.loads(header)["format"] != FORMAT:
        raise ValueError("not of the outbox")
    return [evidence_from_content(line) for line in lines]


def _waiting(address: StoreAddress) -> Iterator[Path]:
    folder = _folder(address)
    return iter(sorted(folder.glob(f"[!.]*{_ENDING}"))) if folder.is_dir() else iter(())


def _folder(address: StoreAddress) -> Path:
    return home_folder() / OUTBOX / address.key


def _sync_folder(folder: Path) -> None:
    """Have the name of a new file on the disk too; some systems cannot."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
