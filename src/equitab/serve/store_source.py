"""The evidence store as the values of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.serve.records import (
    CertificateEvent,
    ChainFault,
    Evidence,
    Head,
    Promise,
    Run,
    Subject,
)

if TYPE_CHECKING:
    from equitab.pipeline.assurance.evidence_reader import EvidenceReader

_FAULTS_SHOWN = 20


class StoreSource:
    """An evidence store that pages are made from.

    Parameters
    ----------
    reader : EvidenceReader
    """

    def __init__(self, reader: EvidenceReader) -> None:
        self._reader = reader
        self.name = reader.name

    @classmethod
    def open(cls, store: str | Path | None = None) -> StoreSource:
        """Open a store for reading; none is ever made.

        Parameters
        ----------
        store : str, Path or None
            As for `equitab history`.

        Returns
        -------
        StoreSource
        """
        from equitab.pipeline.assurance.evidence_reader import EvidenceReader

        return cls(EvidenceReader(store))

    def prepare(self) -> None:
        """Count the rows once: the first page that is asked for need not wait for it."""
        self._reader.runs()

    def head(self) -> Head:
        """Return how many rows there are, and the digest of the last."""
        return Head(*self._reader.head())

    def subjects(self) -> tuple[Subject, ...]:
        """Return everything that evidence is about."""
        held: dict[str, list[Mapping[str, Any]]] = {}
        for row in self._reader.runs():
            held.setdefault(row["subject"], []).append(row)
        return tuple(_subject(name, rows) for name, rows in held.items())

    def runs(self, *, subject: str = "", run: str = "") -> tuple[Run, ...]:
        """Return all runs, those of a subject, or the one of a name; the newest first."""
        found = [
            row
            for row in self._reader.runs()
            if (not subject or row["subject"] == subject) and (not run or row["run"] == run)
        ]
        return tuple(self._run(row, has_context=bool(run)) for row in found)

    def newest_promises(self) -> tuple[Promise, ...]:
        """Return the newest verdict on every clause of every contract of every subject."""
        return tuple(map(_promise, self._reader.newest_clauses()))

    def promises(self, *, subject: str = "", run: str = "", limit: int | None = None) -> tuple[Promise, ...]:
        """Return the verdicts on clauses for a subject or a run, the oldest first; of many the newest."""
        return tuple(map(_promise, self._reader.clause_verdicts(subject=subject, run=run, limit=limit)))

    def certificates(
        self, *, subject: str = "", run: str = "", digest: str = ""
    ) -> tuple[CertificateEvent, ...]:
        """Return the steps in the lives of all certificates, or of some, the oldest first."""
        rows = self._reader.certificate_steps(subject=subject, run=run, certificate=digest)
        return tuple(map(_step, rows))

    def evidence(self, run: str, kind: str) -> tuple[Evidence, ...]:
        """Return the rows of one run and one kind, the oldest first."""
        return tuple(
            Evidence(
                sequence=row["sequence"],
                time=row["time"],
                kind=kind,
                run=run,
                subject=row["subject"],
                digest=row["digest"],
                body=row["content"],
            )
            for row in self._reader.rows_of_run(run, kind)
        )

    def follow_chain(self, n_rows: int) -> int:
        """Check the next rows of the chain; return the number of the last one that was checked."""
        return self._reader.follow_chain(n_rows)

    def restart_chain(self) -> None:
        """Begin the check anew, with the first row."""
        self._reader.restart_chain()

    def chain_faults(self, *, is_at_end: bool) -> tuple[ChainFault, ...]:
        """Return what is wrong with the rows that were checked, and, at the end, whether rows are missing there."""
        faults = (*self._reader.chain().faults, *(self._reader.chain_end() if is_at_end else ()))
        return tuple(ChainFault(fault.first, fault.text) for fault in faults[:_FAULTS_SHOWN])

    def close(self) -> None:
        """Close the store."""
        self._reader.close()

    def _run(self, row: Mapping[str, Any], *, has_context: bool) -> Run:
        context = self._reader.context_of_run(row["run"], row["subject"]) if has_context else {}
        return Run(
            name=row["run"],
            subject=row["subject"],
            n_rows=row["n_rows"],
            first_time=row["first_time"],
            last_time=row["last_time"],
            seed=context.get("seed"),
            digests={
                key.removesuffix("_digest"): value
                for key, value in context.items()
                if key.endswith("_digest") and value
            },
        )


def _subject(name: str, rows: list[Mapping[str, Any]]) -> Subject:
    newest = max(rows, key=lambda row: row["last_time"])
    return Subject(
        name=name,
        n_rows=sum(row["n_rows"] for row in rows),
        n_runs=len(rows),
        first_time=min(row["first_time"] for row in rows),
        last_time=newest["last_time"],
        last_run=newest["run"],
    )


def _promise(row: Mapping[str, Any]) -> Promise:
    return Promise(
        **_texts(
            row, ("time", "run", "subject", "contract", "contract_digest", "clause", "verdict", "reason")
        ),
        **_texts(row, ("shown",)),
        **_numbers(row, ("value", "low", "high", "confidence", "at_most", "at_least")),
        sequence=row["sequence"],
        text=_text(row.get("promise")),
        about=_text(row.get("property")),
        severity=_text(row.get("severity")) or "block",
        n=row["n"] if isinstance(row.get("n"), int) else None,
    )


def _step(row: Mapping[str, Any]) -> CertificateEvent:
    return CertificateEvent(
        **_texts(row, ("time", "run", "subject", "status", "event", "reason", "verdict", "contract")),
        **_texts(row, ("expires_at", "issued_at")),
        sequence=row["sequence"],
        digest=_text(row.get("certificate")),
        key_id=_text(row.get("key") or row.get("key_id")),
        previous=_text(row.get("previous_certificate")),
    )


def _texts(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: _text(row.get(name)) for name in names}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _numbers(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return numbers; whatever is none, or not finite, is absent."""
    found = {name: row.get(name) for name in names}
    return {
        name: float(value) if isinstance(value, int | float) and value - value == 0 else None
        for name, value in found.items()
    }
