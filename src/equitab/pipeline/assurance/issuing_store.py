"""What an evidence store adds to a certificate that is issued for a finished run, and what it is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.assurance import EvidenceSource, EvidenceStore, certificate_evidence
from equitab.dataframe import Frame
from equitab.errors import EquitabError
from equitab.pipeline.assurance.commit import commitment_before_run
from equitab.pipeline.assurance.run_evidence import keep_in
from equitab.pipeline.assurance.store_knowledge import NO_STORE, earlier_runs
from equitab.pipeline.run_folder import RunRecord

if TYPE_CHECKING:
    from equitab.assurance import Contract, Evidence
    from equitab.pipeline.assurance.run_certificate import Issued


@dataclass(frozen=True, eq=False)
class Background:
    """What a store knows of a run and its contract.

    Attributes
    ----------
    earlier : tuple of Frame
        Measurements of earlier runs, as far as the contract looks back.
    commitment : mapping or None
        When the contract was fixed, if it was before the run.
    head : str
        The digest of the store's last record; empty without a store.
    """

    earlier: tuple[Frame, ...] = ()
    commitment: Mapping[str, Any] | None = None
    head: str = ""


def background_of(record: RunRecord, contract: Contract | None, store: str | Path | None) -> Background:
    """Return what a store knows; nothing where there is no store, or it cannot be asked."""
    if store == NO_STORE or "run" not in record.facts:
        return Background()
    run, subject = str(record.facts["run"]), str(record.facts["subject"])
    try:
        with EvidenceStore.open(store, read_only=True) as opened:
            head = opened.head.digest
            if contract is None:
                return Background(head=head)
            commitment, _ = commitment_before_run(
                opened, contract_digest=contract.digest, subject=subject, run=run
            )
            return Background(earlier_runs(opened, contract, subject=subject, run=run), commitment, head)
    except EquitabError:
        return Background()


def issue_evidence(source: EvidenceSource, issued: Issued) -> Evidence:
    """Return the piece of evidence that a certificate was issued."""
    certificate = issued.certificate
    return certificate_evidence(
        source,
        certificate=issued.digest,
        status=certificate.status,
        event="issued",
        contract="" if certificate.contract is None else str(certificate.contract["name"]),
        verdict=certificate.overall_verdict,
        expires_at=certificate.expires_at,
        key=issued.key_id,
        previous=certificate.previous,
    )


def record_issue(
    issued: Issued, record: RunRecord, store: str | Path | None, *, probe: str
) -> tuple[str, ...]:
    """Record in a store that a certificate was issued, and which one it renews; return remarks."""
    if store == NO_STORE or "run" not in record.facts:
        return ()
    certificate = issued.certificate
    source = EvidenceSource(
        run=str(record.facts["run"]),
        subject=str(record.facts["subject"]),
        time=certificate.issued_at,
        probe=probe,
        data_digest=certificate.subjects.get("table", ""),
        code_digest=certificate.code_digest,
        contract_digest=certificate.contract_digest,
    )
    told = issue_evidence(source, issued)
    renewed = (
        [
            certificate_evidence(
                source,
                certificate=certificate.previous,
                status="renewed",
                event="renewed",
                reason="a later certificate took its place",
                key=issued.key_id,
            )
        ]
        if certificate.previous
        else []
    )
    return keep_in([told, *renewed], store).remarks
