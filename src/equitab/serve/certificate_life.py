"""The lives of certificates: the steps of each, where it stands now, and which one is the newest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from equitab.serve.records import CertificateEvent
from equitab.serve.wording import Badge, status_badge


@dataclass(frozen=True)
class LivingCertificate:
    """A certificate with the steps of its life, the oldest first; at least one."""

    steps: tuple[CertificateEvent, ...]

    @property
    def digest(self) -> str:
        """Return the digest that names the certificate."""
        return self.steps[-1].digest

    @property
    def newest(self) -> CertificateEvent:
        """Return the last step."""
        return self.steps[-1]

    @property
    def badge(self) -> Badge:
        """Return where the certificate stands now; one whose time is up has expired."""
        return status_badge(self.newest.status, self.expires_at)

    @property
    def expires_at(self) -> str:
        """Return when its time is up, as its last step that names a time says."""
        return self._last("expires_at")

    @property
    def issued_at(self) -> str:
        """Return when it was issued."""
        return self._last("issued_at")

    @property
    def key_id(self) -> str:
        """Return the key that signed it."""
        return self._last("key_id")

    @property
    def contract(self) -> str:
        """Return the contract that it is about."""
        return self._last("contract")

    @property
    def verdict(self) -> str:
        """Return the verdict that it holds."""
        return self._last("verdict")

    @property
    def previous(self) -> str:
        """Return the digest of the certificate that it renews."""
        return self._last("previous")

    def _last(self, name: str) -> str:
        return next((value for step in reversed(self.steps) if (value := getattr(step, name))), "")

    def to_dict(self) -> dict[str, Any]:
        """Return the certificate as plain values."""
        return {
            "digest": self.digest,
            "status": self.badge.word,
            "steps": [asdict(step) for step in self.steps],
        }


def gather_certificates(events: Iterable[CertificateEvent]) -> tuple[LivingCertificate, ...]:
    """Return the certificates that steps belong to: the one with the newest step first."""
    held: dict[str, list[CertificateEvent]] = {}
    for event in sorted(events, key=lambda event: event.sequence):
        held.setdefault(event.digest, []).append(event)
    certificates = (LivingCertificate(tuple(steps)) for steps in held.values())
    return tuple(sorted(certificates, key=lambda one: one.newest.sequence, reverse=True))


def newest_by_subject(events: Iterable[CertificateEvent]) -> dict[str, LivingCertificate]:
    """Return for each subject the certificate that was issued last."""
    held: dict[str, LivingCertificate] = {}
    for certificate in sorted(gather_certificates(events), key=lambda one: one.steps[0].sequence):
        held[certificate.steps[0].subject] = certificate
    return held
