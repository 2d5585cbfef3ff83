"""Verification: whether a certificate holds, and if not, what exactly does not.

Five questions are asked in turn, and answered apart from each other:

1. *signature*: are these the canonical bytes of an envelope, signed by a key that the reader trusts?
2. *integrity*: are the artefacts that it names here, unchanged, with nothing added among them?
3. *verdict*: does the contract, checked again on the measurements, give the verdict that is claimed?
4. *time*: was it issued before now, is it not expired, suspended or revoked, and was the contract fixed before
   the run, if that is claimed?
5. *measurements*: does the saved model, judged again on the real test rows, give the numbers recorded?

The first four are always asked. The fifth needs the table; where it is not asked, that is said with the reason.
After a wrong signature nothing else is looked at: nothing that such a file says is worth reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from equitab.assurance.certificate import Certificate, certificate_digest, unsigned_claims
from equitab.assurance.envelope import MAX_BYTES, Envelope
from equitab.assurance.examination import (
    Examination,
    Finding,
    Remeasure,
    check_commitment,
    check_files,
    check_measurements,
    check_order,
    check_owner,
    check_promises,
    check_signature,
    check_state,
    check_table,
    check_time,
    mention_ignored,
)
from equitab.assurance.keys import TrustedKeys
from equitab.assurance.run_files import CERTIFICATE
from equitab.assurance.statement import RUN_RECORD
from equitab.dataframe import Frame
from equitab.errors import InputError, Problem


@dataclass(frozen=True)
class Verification:
    """What a verification found.

    Attributes
    ----------
    is_valid : bool
        Whether nothing was found that does not hold.
    key_id, key_name : str
        Who signed, and what the reader calls that key; empty where the signature does not count.
    status : str
        ``valid``, ``renewed`` (it holds, but a later one took its place), ``invalid``, ``expired``, ``suspended``
        or ``revoked``.
    findings : tuple of Finding
        What does not hold.
    checked : tuple of str
        What was checked and holds.
    not_checked : tuple of (str, str)
        What was not checked, and why.
    verdict : mapping or None
        The contract's verdict as it was recomputed here, never as it was claimed.
    certificate : Certificate or None
        Its claims, where the signature counts.
    digest : str
        Of the certificate's file.
    """

    is_valid: bool
    key_id: str
    key_name: str
    status: str
    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    not_checked: tuple[tuple[str, str], ...]
    verdict: Mapping[str, Any] | None
    certificate: Certificate | None
    digest: str

    @property
    def overall_verdict(self) -> str:
        """The recomputed verdict: ``met``, ``violated`` ..., or empty without a contract."""
        return "" if self.verdict is None else str(self.verdict["verdict"])

    @property
    def exit_code(self) -> int:
        """0 valid with its contract met, not applicable or absent; 1 invalid or violated; 3 undetermined."""
        if not self.is_valid or self.overall_verdict == "violated":
            return 1
        return 3 if self.overall_verdict == "undetermined" else 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        held = self.certificate
        return {
            "is_valid": self.is_valid,
            "status": self.status,
            "digest": self.digest,
            "key_id": self.key_id,
            "key_name": self.key_name,
            "findings": [vars(finding) for finding in self.findings],
            "checked": list(self.checked),
            "not_checked": [{"what": what, "why": why} for what, why in self.not_checked],
            "verdict": self.verdict,
            "certificate": None if held is None else {**held.to_predicate(), "subjects": dict(held.subjects)},
        }


def verify_certificate(
    path: str | Path,
    *,
    folder: str | Path | None = None,
    trusted: TrustedKeys | None = None,
    table: Frame | None = None,
    remeasure: Remeasure | None = None,
    not_remeasured: str = "not asked for",
    status: str | None = None,
    status_reason: str = "",
    commitments: Mapping[int, str] | None = None,
    earlier: Iterable[Frame] = (),
    now: datetime | None = None,
) -> Verification:
    """Check a certificate and everything that can be checked of what it claims.

    Parameters
    ----------
    path : str or Path
        The certificate, or the folder of a run with a ``certificate.json``.
    folder : str or Path, optional
        The folder of the run; found by the certificate's own place when not given.
    trusted : TrustedKeys, optional
        Whose signatures count; the reader's own trusted keys when not given.
    table : Frame, optional
        The source table, with the rows of a test table last; its content is compared.
    remeasure : callable, optional
        Measures the saved model again; called only once everything before it holds.
    not_remeasured : str
        Why there is no `remeasure`, for the reader.
    status : str, optional
        The last known state of the certificate, from an evidence store; None where no store was asked.
    status_reason : str
        Why it has that state, or why no store was asked.
    commitments : mapping of int to str, optional
        The digests of the commitments that an evidence store holds, by their place in its chain.
    earlier : iterable of Frame
        Measurements of earlier runs, for clauses over time; oldest first.
    now : datetime, optional

    Returns
    -------
    Verification
        Never an exception for something wrong with the certificate.

    Raises
    ------
    InputError
        If there is no such file.
    """
    place = certificate_place(Path(path))
    content = _read(place)
    found = Examination()
    certificate, key_name = check_signature(content, place.name, trusted, found)
    if certificate is not None:
        check_time(certificate, now or datetime.now(UTC), found)
        check_state(status, status_reason, found)
        run_folder = run_folder_of(place) if folder is None else Path(folder)
        check_order(certificate, run_folder, found)
        check_files(certificate, run_folder, found)
        check_table(certificate, table, found)
        check_promises(certificate, run_folder, tuple(earlier), found)
        check_commitment(certificate, run_folder, commitments, found)
        check_owner(certificate, run_folder, found)
        check_measurements(certificate, run_folder, remeasure, not_remeasured, found)
        mention_ignored(certificate, found)
    return _verification(found, certificate, key_name, certificate_digest(content))


def certificate_place(path: Path) -> Path:
    """Return where a certificate is: the file itself, or ``certificate.json`` in a folder."""
    return path / CERTIFICATE if path.is_dir() else path


def run_folder_of(place: Path) -> Path | None:
    """Return the run's folder that a certificate's file lies in or under; None where there is none."""
    for folder in list(place.resolve().parents)[:4]:
        if (folder / RUN_RECORD).is_file():
            return folder
    return None


def _verification(
    found: Examination, certificate: Certificate | None, key_name: str, digest: str
) -> Verification:
    is_valid = not found.findings
    return Verification(
        is_valid=is_valid,
        key_id="" if certificate is None else certificate.key_id,
        key_name=key_name,
        status="invalid" if not is_valid and found.status in {"valid", "renewed"} else found.status,
        findings=tuple(found.findings),
        checked=tuple(found.checked),
        not_checked=tuple(found.not_checked),
        verdict=found.verdict,
        certificate=certificate,
        digest=digest,
    )


def _read(place: Path) -> bytes:
    try:
        with place.open("rb") as file:
            return file.read(MAX_BYTES + 1)  # a larger file is refused by its size
    except OSError as error:
        received = error.strerror or type(error).__name__
        advice = "name a certificate's file, or the folder of a run that has one"
        raise InputError(Problem(f"certificate {str(place)!r}", "a file", received, advice)) from error


def claims_of(content: bytes) -> tuple[Certificate, str]:
    """Return the claims and the key's id of a certificate without asking who signed it.

    Fit for finding out which run or key a certificate is about; never for believing it.
    """
    envelope = Envelope.from_bytes(content)
    return unsigned_claims(envelope), envelope.key_id


__all__ = ["Finding", "Verification", "certificate_place", "claims_of", "run_folder_of", "verify_certificate"]
