"""What an evidence store knows of a certificate: its last state, its commitment, and earlier measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from equitab.assurance import Certificate, EvidenceStore, claims_of, conditions_of, digest_file
from equitab.assurance.run_files import read_record
from equitab.dataframe import Frame, read_table, take_rows
from equitab.errors import EquitabError

if TYPE_CHECKING:
    from equitab.assurance import Contract

NO_STORE = "none"
ROUNDS_PROBE = "rounds"
"""Says of measurements that they are of rounds of growing: they chose, and are no earlier result."""
_MONITORED = "monitor/"


@dataclass(frozen=True, eq=False)
class StoreKnowledge:
    """What a store says of a certificate.

    Attributes
    ----------
    status : str or None
        Its last recorded state; None where the store does not know it.
    reason : str
        Why it has that state, or why nothing is known.
    commitments : mapping of int to str, or None
        The digests of recorded commitments by their place in the chain; None where the store does not know the
        certificate.
    earlier : tuple of Frame
        What earlier runs about the same subject measured, oldest first, as far as the contract looks back.
    """

    status: str | None = None
    reason: str = "no evidence store was asked"
    commitments: dict[int, str] | None = None
    earlier: tuple[Frame, ...] = ()


def ask_store(
    store: str | Path | None, digest: str, certificate: Certificate, folder: Path | None
) -> StoreKnowledge:
    """Return what a store knows of a certificate; nothing is written, and no store is made.

    Parameters
    ----------
    store : str, Path or None
        URL or path; the user's own when None; nothing is asked when ``none``.
    digest : str
        Of the certificate's file.
    certificate : Certificate
        Whose signature was verified.
    folder : Path or None
        Of the run.
    """
    if store == NO_STORE:
        return StoreKnowledge()
    try:
        with EvidenceStore.open(store, read_only=True) as opened:
            return _ask(opened, digest, certificate, folder)
    except EquitabError as error:
        if store is not None:
            raise
        return StoreKnowledge(reason=f"this machine's evidence store could not be asked ({error})")


def renewed_measurements(certificate: Certificate, folder: Path | None) -> tuple[Frame, ...]:
    """Return the measurements of the certificate that a monitor's certificate renews, if they are there.

    They are the time before of promises that look back. The old certificate is found by its digest, which the new
    one names, and its measurements by the digest that the old one names: nothing else would be the same.
    """
    if folder is None or not certificate.measurements.startswith(_MONITORED) or not certificate.previous:
        return ()
    for place in (folder / "certificate.json", *sorted(folder.glob("monitor/*/certificate.json"))):
        if place.is_file() and digest_file(place) == certificate.previous:
            before, _ = claims_of(place.read_bytes())
            held = folder / before.measurements
            if held.is_file() and digest_file(held) == before.subjects.get(before.measurements):
                return (read_table(held),)
    return ()


def look_back(contract: Contract) -> int:
    """Return how many earlier times a contract looks at."""
    windows = [clause.over.runs - 1 for clause in contract.clauses if clause.over is not None]
    compares = any(
        "table" in condition.against
        for clause in contract.clauses
        for condition in conditions_of(clause.requirement)
    )
    return max([*windows, int(compares)], default=0)


def _ask(store: EvidenceStore, digest: str, certificate: Certificate, folder: Path | None) -> StoreKnowledge:
    status, reason = state_of(store, digest)
    if status is None:  # somebody else's store: its places in the chain are not those that are claimed
        return StoreKnowledge(reason=reason)
    return StoreKnowledge(
        status=status,
        reason=reason,
        commitments={row["sequence"]: row["digest"] for row in _rows(store.history(kind="commitment"))},
        earlier=_earlier(store, certificate, folder),
    )


def state_of(store: EvidenceStore, digest: str) -> tuple[str | None, str]:
    """Return the last state that a store knows of a certificate, and why; None where it does not know it."""
    steps = [row for row in _rows(store.certificates()) if row["certificate"] == digest]
    if not steps:
        return None, "the evidence store does not know this certificate (--store names another store)"
    return str(steps[-1]["status"]), str(steps[-1]["reason"] or "")


def earlier_runs(store: EvidenceStore, contract: Contract, *, subject: str, run: str) -> tuple[Frame, ...]:
    """Return the measurements of the runs before one, as many as a contract looks at, oldest first.

    Parameters
    ----------
    store : EvidenceStore
    contract : Contract
    subject, run : str
        As the run recorded them; a run that the store does not know has none before it.
    """
    n_times = look_back(contract)
    if not n_times:
        return ()
    rows = _rows(store.runs(subject=subject))
    names = [row["run"] for row in rows]
    earlier = rows[: names.index(run)] if run in names else []
    before = [row["run"] for row in earlier if row["n_measurements"]]
    return tuple(newest_results(store, before, subject=subject, n_times=n_times).values())


def newest_results(
    store: EvidenceStore, runs: Sequence[str], *, subject: str, n_times: int
) -> dict[str, Frame]:
    """Return what the newest of some runs measured, by run, oldest first.

    Rounds of growing are left aside, and runs that got no further: they chose, and are no result.

    Parameters
    ----------
    store : EvidenceStore
    runs : sequence of str
        Oldest first.
    subject : str
    n_times : int
        How many runs at most.
    """
    found = ((name, _results_of(store, subject=subject, run=name)) for name in reversed(runs))
    newest = list(islice(((name, frame) for name, frame in found if len(frame)), n_times))
    return dict(reversed(newest))


def _results_of(store: EvidenceStore, *, subject: str, run: str) -> Frame:
    frame = store.history(subject=subject, run=run, kind="measurement")
    return take_rows(frame, np.asarray(frame["probe"].to_list()) != ROUNDS_PROBE)


def _earlier(store: EvidenceStore, certificate: Certificate, folder: Path | None) -> tuple[Frame, ...]:
    from equitab.assurance import Contract

    if certificate.contract is None or folder is None:
        return ()
    facts = read_record(folder).get("facts", {})
    contract = Contract.from_dict(certificate.contract)
    return earlier_runs(store, contract, subject=str(facts.get("subject", "")), run=str(facts.get("run", "")))


def _rows(frame: Frame) -> list[dict[str, Any]]:
    return list(frame.to_native().to_pylist())
