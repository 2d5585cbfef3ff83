"""What the pages show, as values: subjects, runs, promises, certificates. Whoever reads the store makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What evidence is about: a table, a model, a pipeline.

    Parameters
    ----------
    name : str
    n_rows, n_runs : int
        Pieces of evidence, and runs that gave them.
    first_time, last_time : str
        ISO 8601, UTC.
    last_run : str
    """

    name: str
    n_rows: int
    n_runs: int
    first_time: str
    last_time: str
    last_run: str


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run, as the store knows it; a digest is empty where the evidence names none."""

    name: str
    subject: str
    n_rows: int
    first_time: str
    last_time: str
    seed: int | None = None
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """The verdict on one clause at one time.

    Parameters
    ----------
    sequence : int
        The row of the store that holds it.
    time, run, subject : str
    contract, contract_digest, clause : str
        What was promised; the digest changes when anybody changes the contract.
    verdict : str
        ``met``, ``violated``, ``undetermined`` or ``not applicable``.
    text : str
        The promise in words.
    about : str
        The property that the clause belongs to (fairness, privacy …).
    severity : str
        Only ``block`` decides the contract's verdict; ``warn`` is shown.
    value, low, high, n, confidence
        The measurement that decided, where there is one.
    at_most, at_least : float or None
        The bounds, where the clause is one comparison.
    reason, shown : str
        Why the verdict is what it is, and which measurement it rests on.
    """

    sequence: int
    time: str
    run: str
    subject: str
    contract: str
    contract_digest: str
    clause: str
    verdict: str
    text: str = ""
    about: str = ""
    severity: str = "block"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    confidence: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    reason: str = ""
    shown: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Name the promise over time: its contract and its clause."""
        return self.contract, self.clause


@dataclass(frozen=True, kw_only=True)
class CertificateEvent:
    """One step in the life of a certificate."""

    sequence: int
    time: str
    run: str
    subject: str
    digest: str
    status: str
    event: str = ""
    reason: str = ""
    verdict: str = ""
    contract: str = ""
    key_id: str = ""
    issued_at: str = ""
    expires_at: str = ""
    previous: str = ""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One row of the store; `body` holds what was found."""

    sequence: int
    time: str
    kind: str
    run: str
    subject: str
    digest: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """How far the store has come: while it stays the same, so does every page."""

    n_rows: int
    digest: str


@dataclass(frozen=True)
class ChainFault:
    """A row that does not follow from the one before it, and what is wrong with it."""

    sequence: int
    text: str


class EvidenceSource(Protocol):
    """Where the pages get their values; nothing here writes."""

    name: str
    """The store as a reader may see it: without a password."""

    def head(self) -> Head:
        """Return how many rows there are, and the digest of the last."""

    def subjects(self) -> tuple[Subject, ...]:
        """Return everything that evidence is about."""

    def runs(self, *, subject: str = "", run: str = "") -> tuple[Run, ...]:
        """Return all runs, those of a subject, or the one of a name; the newest first."""

    def newest_promises(self) -> tuple[Promise, ...]:
        """Return the newest verdict on every clause of every contract of every subject."""

    def promises(self, *, subject: str = "", run: str = "", limit: int | None = None) -> tuple[Promise, ...]:
        """Return the verdicts on clauses for a subject or a run, the oldest first; of many the newest."""

    def certificates(
        self, *, subject: str = "", run: str = "", digest: str = ""
    ) -> tuple[CertificateEvent, ...]:
        """Return the steps in the lives of all certificates, or of some, the oldest first."""

    def evidence(self, run: str, kind: str) -> tuple[Evidence, ...]:
        """Return the rows of one run and one kind, the oldest first."""

    def follow_chain(self, n_rows: int) -> int:
        """Check the next rows of the chain; return the number of the last one that was checked."""

    def restart_chain(self) -> None:
        """Begin the check anew, with the first row."""

    def chain_faults(self, *, is_at_end: bool) -> tuple[ChainFault, ...]:
        """Return what is wrong with the rows that were checked, and, at the end, whether rows are missing there."""
