"""Taking a certificate back: its key was copied, its table was wrong, or its issuer no longer stands by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from equitab.assurance import (
    Certificate,
    EvidenceSource,
    EvidenceStore,
    TrustedKeys,
    certificate_digest,
    certificate_evidence,
    certificate_place,
    read_certificate,
    run_folder_of,
    store_address,
    transition,
)
from equitab.assurance.run_files import read_record
from equitab.errors import InputError, Problem
from equitab.pipeline.assurance.store_knowledge import state_of

PROBE = "certify"


@dataclass(frozen=True)
class Withdrawal:
    """A certificate that was taken back.

    Attributes
    ----------
    certificate : str
        The digest of its file, which stays as it is.
    reason : str
    store : str
        Where it is recorded, without a password.
    sequence : int
        The record's place in the chain.
    """

    certificate: str
    reason: str
    store: str
    sequence: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return dict(vars(self))


def revoke(
    certificate: str | Path,
    *,
    reason: str,
    store: str | Path | None = None,
    now: datetime | None = None,
) -> Withdrawal:
    """Record that a certificate is revoked, for good.

    Parameters
    ----------
    certificate : str or Path
        Its file, or the folder of a run; signed by a key that is trusted here.
    reason : str
        In a sentence, for whoever checks it.
    store : str or Path, optional
        The evidence store that readers ask; the user's own when not given.
    now : datetime, optional

    Returns
    -------
    Withdrawal

    Raises
    ------
    InputError
        If there is no reason, no certificate, or it was revoked, renewed or expired before.
    SavedFormatError
        If its signature does not count here.
    StorageError
        If the store does not take it: a revocation that waits somewhere else warns nobody.
    """
    if not reason.strip():
        raise InputError(
            Problem("--revoke", "a reason, in a sentence", "none", 'such as --revoke "wrong table"')
        )
    place = certificate_place(Path(certificate))
    if not place.is_file():
        raise InputError(Problem(f"certificate {str(place)!r}", "a file", "nothing there"))
    content = place.read_bytes()
    held = read_certificate(content, TrustedKeys.read(), where=place.name)
    digest = certificate_digest(content)
    with EvidenceStore.open(store) as opened:
        status, _ = state_of(opened, digest)
        transition(status or "valid", "revoke")  # type: ignore[arg-type]
        source = _source(held, run_folder_of(place), now or datetime.now(UTC))
        sequence, _ = opened.append([_evidence(source, held, digest, reason.strip())])
    return Withdrawal(digest, reason.strip(), store_address(store).shown, sequence)


def _source(certificate: Certificate, folder: Path | None, time: datetime) -> EvidenceSource:
    facts = {} if folder is None else read_record(folder).get("facts", {})
    return EvidenceSource(
        run=str(facts.get("run", "certify")),
        subject=str(facts.get("subject", certificate.subjects.get("table", "certificate"))),
        time=time,
        probe=PROBE,
        data_digest=certificate.subjects.get("table", ""),
        contract_digest=certificate.contract_digest,
    )


def _evidence(source: EvidenceSource, certificate: Certificate, digest: str, reason: str) -> Any:
    return certificate_evidence(
        source,
        certificate=digest,
        status="revoked",
        event="revoked",
        contract="" if certificate.contract is None else str(certificate.contract["name"]),
        verdict=certificate.overall_verdict,
        reason=reason,
        expires_at=certificate.expires_at,
        key=certificate.key_id,
    )
