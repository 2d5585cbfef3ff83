"""The page of a certificate: its fields, its life, what checking its file found, and how to check it oneself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from equitab.serve.certificate_life import LivingCertificate, gather_certificates
from equitab.serve.promise_history import promises_in_force
from equitab.serve.records import EvidenceSource, Promise


@dataclass(frozen=True, kw_only=True)
class FileCheck:
    """What checking the file of a certificate found.

    Parameters
    ----------
    place : str
        The file.
    is_valid : bool
    findings : tuple of str
        What does not hold, in sentences.
    checked, not_checked : tuple of str
        What was looked at, and what was not, with the reason.
    key_name : str
        Who signed, as the reader's list of trusted keys calls them.
    """

    place: str
    is_valid: bool
    findings: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    key_name: str = ""


FileChecker = Callable[[str], FileCheck | None]
"""Checks the file of the certificate with a digest; None where no such file is at hand."""


@dataclass(frozen=True, kw_only=True)
class CertificatePage:
    """What the page of a certificate shows.

    Parameters
    ----------
    certificate : LivingCertificate
    promises : tuple of Promise
        The verdicts of its run on its contract.
    renewed_by : tuple of LivingCertificate
        Certificates that renew this one.
    file_check : FileCheck or None
    """

    certificate: LivingCertificate
    promises: tuple[Promise, ...]
    renewed_by: tuple[LivingCertificate, ...]
    file_check: FileCheck | None

    def to_dict(self) -> dict[str, Any]:
        """Return the page as plain values."""
        return {
            **self.certificate.to_dict(),
            "issued_at": self.certificate.issued_at or None,
            "expires_at": self.certificate.expires_at or None,
            "key_id": self.certificate.key_id or None,
            "contract": self.certificate.contract or None,
            "verdict": self.certificate.verdict or None,
            "previous": self.certificate.previous or None,
            "renewed_by": [certificate.digest for certificate in self.renewed_by],
            "promises": [asdict(promise) for promise in self.promises],
            "file": asdict(self.file_check) if self.file_check else None,
        }


def lay_out_certificate(
    source: EvidenceSource, parameters: Mapping[str, str], check_file: FileChecker | None = None
) -> CertificatePage | None:
    """Return the page of the certificate that an address names, or None where the store does not know it.

    Parameters
    ----------
    source : EvidenceSource
    parameters : mapping of str to str
        ``digest``.
    check_file : callable or None
        Finds and checks its file.

    Returns
    -------
    CertificatePage or None
    """
    digest = parameters.get("digest", "")
    found = gather_certificates(source.certificates(digest=digest)) if digest else ()
    if not found:
        return None
    certificate = found[0]
    siblings = gather_certificates(source.certificates(subject=certificate.newest.subject))
    promises = source.promises(run=certificate.steps[0].run)
    contracts = {certificate.contract} if certificate.contract else {promise.contract for promise in promises}
    return CertificatePage(
        certificate=certificate,
        promises=promises_in_force(promise for promise in promises if promise.contract in contracts),
        renewed_by=tuple(one for one in siblings if one.previous == digest),
        file_check=check_file(digest) if check_file else None,
    )
