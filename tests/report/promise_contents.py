"""Promises, history and a certificate for tests of the page."""

from __future__ import annotations

from typing import Any

from equitab.assurance import ClauseVerdict, ContractVerdict
from equitab.report import (
    AssuranceContents,
    CertificateContents,
    CommitmentContents,
    PromiseHistory,
    PromisePoint,
    ReportContents,
    render_report,
)


def clause(name: str, verdict: Any, **changes: Any) -> ClauseVerdict:
    """Return the verdict of one clause."""
    plain = {
        "property": "fairness",
        "severity": "block",
        "text": f"{name} holds",
        "reason": f"because of {name}",
    }
    return ClauseVerdict(**{"name": name, "verdict": verdict, **plain, **changes})


CLAUSES = (
    clause("parity", "met", value=0.05, low=0.02, high=0.08, n=3256, shown="sex, at threshold 0.5"),
    clause("copies", "undetermined", reason="nobody measured it"),
    clause("attack", "violated", value=0.7, low=0.66, high=0.74, n=900),
    clause("drift", "not applicable"),
    clause("utility", "violated", severity="warn", value=-0.2, low=-0.3, high=-0.1, n=400),
)
COMMITMENT = CommitmentContents(time="2026-05-01 08:00 UTC", sequence=12, run_sequence=40)
CERTIFICATE = CertificateContents(
    key_name="Lab key",
    key_id="ed25519:12ab",
    valid_days=365,
    digests=(("measurements.parquet", "sha256:aa"),),
    contract_digest="sha256:cc",
    commitment=COMMITMENT,
    store="evidence.sqlite.",
)


def verdict_of(*clauses: ClauseVerdict, verdict: Any = "violated", **changes: Any) -> ContractVerdict:
    """Return a contract's verdict."""
    plain = {"contract_digest": "sha256:cc", "confidence": 0.95, "interval_confidence": 0.99, "n_compared": 5}
    return ContractVerdict(
        **{"contract": "hiring", "verdict": verdict, "clauses": clauses, **plain, **changes}
    )


def point(time: str, verdict: str, value: float | None) -> PromisePoint:
    """Return one check of a promise."""
    low, high = (None, None) if value is None else (value - 0.03, value + 0.03)
    return PromisePoint(time=time, verdict=verdict, value=value, low=low, high=high, at_most=0.1)


HISTORY = PromiseHistory(
    name="parity",
    text="selection rates differ by at most 0.1",
    points=(
        point("1 May", "met", 0.05),
        point("2 May", "undetermined", 0.09),
        point("3 May", "violated", 0.2),
    ),
)


def assured(**changes: Any) -> AssuranceContents:
    """Return what a page is told."""
    plain = {"verdict": verdict_of(*CLAUSES), "contract_name": "hiring", "certificate": CERTIFICATE}
    return AssuranceContents(**{**plain, "history": (HISTORY,), **changes})


def page_of(contents: AssuranceContents | None) -> str:
    """Return a page that shows nothing else."""
    return render_report(
        ReportContents(title="Report", no_headline_reason="Nothing ran.", assurance=contents)
    )
