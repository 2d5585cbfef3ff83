"""The certificate as a section of a page: who signs what, what was fixed beforehand, how anybody can check it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from equitab.report import wording

if TYPE_CHECKING:
    from equitab.report.assurance_contents import AssuranceContents, CertificateContents, CommitmentContents


@dataclass(frozen=True, kw_only=True)
class CertificateSection:
    """Everything that the page shows of a certificate.

    Attributes
    ----------
    lead : str
    is_signed : bool
    commands : tuple of (str, str)
        A command, and what it does.
    facts : tuple of (str, str)
    digests : tuple of (str, str)
    """

    lead: str
    is_signed: bool
    commands: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    digests: tuple[tuple[str, str], ...]


def lay_out_certificate(contents: AssuranceContents | None) -> CertificateSection | None:
    """Return what a page shows of a certificate; None where it is told nothing about one."""
    if contents is None or contents.certificate is None:
        return None
    held = contents.certificate
    if held.reason:
        lead = f"No certificate was written: {wording.show_name(held.reason, limit=400)}"
        return CertificateSection(lead=lead, is_signed=False, commands=(), facts=(), digests=())
    return CertificateSection(
        lead=_lead(held),
        is_signed=True,
        commands=(
            (
                "equitab verify FOLDER",
                "checks signature, files and verdict, on the machine that made the run",
            ),
            (
                "equitab verify FOLDER --key KEY.pub.pem",
                "does the same anywhere else; the public key has to come to you by another way than this page",
            ),
        ),
        facts=tuple(_facts(held)),
        digests=tuple((wording.show_name(name), digest) for name, digest in held.digests),
    )


def _lead(held: CertificateContents) -> str:
    return (
        f"{held.file}, beside this page, is signed by the key {_name_key(held)} and says which files belong to this "
        "run, what was promised and what was found. One changed byte in any of them is found and named."
    )


def _name_key(held: CertificateContents) -> str:
    return f"“{wording.show_name(held.key_name)}”" if held.key_name else "with the id below"


def _facts(held: CertificateContents) -> list[tuple[str, str]]:
    facts = [
        ("Key", f"{_name_key(held)} ({held.key_id})"),
        ("Valid", f"{wording.format_count(held.valid_days)} days from its signing, unless it is withdrawn"),
        ("Contract", held.contract_digest or "none: nothing was promised"),
        ("Fixed beforehand", word_commitment(held)),
        ("Evidence", " ".join(filter(None, (held.store or "not kept", held.store_remark)))),
    ]
    return [(name, value) for name, value in facts if value]


def word_commitment(held: CertificateContents) -> str:
    """Return in words whether the contract was fixed before the run."""
    if not held.contract_digest:
        return ""
    if held.commitment is None:
        reason = held.no_commitment_reason or "no commitment precedes this run in the store"
        return f"Not shown: {reason}."
    return _word_committed(held.commitment)


def _word_committed(held: CommitmentContents) -> str:
    said = (
        f"Yes: exactly this contract was committed at {held.time}, as record {held.sequence:,} of the evidence store; "
        f"this run begins at record {held.run_sequence:,}."
    )
    if not held.n_earlier_runs:
        return f"{said} The store held no run about the same subject before."
    runs = f"{held.n_earlier_runs:,} run{'s' if held.n_earlier_runs != 1 else ''}"
    return f"{said} The store held {runs} about the same subject already: their results may have been known."
