"""The life of a certificate as evidence: what happened to it, one record for each step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equitab.assurance import Certificate, Evidence, EvidenceSource

EVENT_WORDS = {
    "issue": "issued",
    "activate": "in force",
    "change_digest": "changed",
    "pass_evidence": "evidence met",
    "lack_evidence": "evidence undetermined",
    "fail_block_clause": "promise broken",
    "renew": "renewed",
    "expire": "expired",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happened to a certificate.

    Parameters
    ----------
    certificate : str
        Its digest.
    event : str
        A word of `equitab.assurance.certificate_life`.
    status : str
        Where it led.
    reason : str
        In a sentence.
    """

    certificate: str
    event: str
    status: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Return plain data."""
        return dict(vars(self))

    def __str__(self) -> str:
        return f"{EVENT_WORDS.get(self.event, self.event)} -> {self.status}: {self.reason}"


def take_step(digest: str, status: str, event: str, reason: str) -> Step:
    """Return the step that an event leads to; a state that the event cannot change stays."""
    from equitab.assurance import TRANSITIONS

    return Step(
        certificate=digest, event=event, status=TRANSITIONS.get((status, event), status), reason=reason
    )


def step_evidence(
    source: EvidenceSource, step: Step, certificate: Certificate, *, verdict: str = "", previous: str = ""
) -> Evidence:
    """Return a step as a piece of evidence."""
    from equitab.assurance import certificate_evidence

    contract = "" if certificate.verdict is None else str(certificate.verdict["contract"])
    return certificate_evidence(
        source,
        certificate=step.certificate,
        status=step.status,
        event=EVENT_WORDS.get(step.event, step.event),
        contract=contract,
        verdict=verdict,
        reason=step.reason,
        expires_at=certificate.expires_at,
        key=certificate.key_id,
        previous=previous,
    )


def is_over(certificate: Certificate, now: datetime) -> bool:
    """Return whether a certificate's time is over."""
    return certificate.expires_at is not None and now >= certificate.expires_at
