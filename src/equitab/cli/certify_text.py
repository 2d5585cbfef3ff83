"""What a signed run, or a new key, says on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from equitab.cli.options import CommonFlags
from equitab.cli.output import print_json, print_lines, remark

if TYPE_CHECKING:
    from equitab.pipeline.assurance.certify import Issued, NewKey
    from equitab.pipeline.assurance.withdrawal import Withdrawal

BASIS_WORDS = {
    "measured": "the numbers that the run measured",
    "remeasured": "what the lab measured itself; a promise about anything else stays undetermined",
    "owner_numbers": "the owner's numbers, which nobody else has measured",
}


def report_certificate(issued: Issued, common: CommonFlags) -> None:
    """Print what was signed, by whom, and how others check it."""
    if common.as_json:
        print_json(issued.to_dict())
    else:
        print_lines(_certificate_lines(issued))
    remark([*(f"Note: {said}." for said in issued.remarks), *_next_lines(issued)], quiet=common.quiet)


def report_key(key: NewKey, common: CommonFlags) -> None:
    """Print where a new key is, and what to do with its halves."""
    if common.as_json:
        print_json(key.to_dict())
    else:
        print_lines(
            [
                f"Private key: {key.private} (only you can read it; keep a copy in a safe place, give it to nobody)",
                f"Public key:  {key.public} (give it to whoever is to check your certificates)",
                f"Key id:      {key.key_id} (tell it by another way, so that they can compare)",
            ]
        )
    remark([f"Next: equitab certify RUN --key {key.private}"], quiet=common.quiet)


def report_withdrawal(withdrawal: Withdrawal, common: CommonFlags) -> None:
    """Print what was taken back, and who gets to know."""
    if common.as_json:
        print_json(withdrawal.to_dict())
    else:
        print_lines([f"Revoked: {withdrawal.certificate}", f"  reason: {withdrawal.reason}"])
    said = f"Recorded in {withdrawal.store}, row {withdrawal.sequence:,}; the file itself stays as it is."
    advice = (
        "Whoever checks it against that store (equitab verify --store) is told; tell the others yourself."
    )
    remark([said, advice], quiet=common.quiet)


def _certificate_lines(issued: Issued) -> Iterator[str]:
    held = issued.certificate
    who = f"by the lab {held.lab!r}, " if held.lab else ""
    yield f"Signed {who}with the key {issued.key_id}"
    yield f"  {len(held.subjects)} artefacts by their digests, {_until(issued)}"
    if held.contract is None:
        yield "  no contract: it says that these files belong together and did not change, and no more"
    else:
        yield f"  contract {held.contract['name']!r}: {held.overall_verdict}"
        yield f"  resting on {BASIS_WORDS[held.basis]}"
    if held.previous:
        yield f"  it renews the certificate {held.previous}"
    if held.owner_certificate:
        yield f"  it judges the run of the owner's certificate {held.owner_certificate}"


def _until(issued: Issued) -> str:
    ends = issued.certificate.expires_at
    return "valid as long as they are unchanged" if ends is None else f"valid until {ends:%Y-%m-%d}"


def _next_lines(issued: Issued) -> Iterator[str]:
    yield f"Wrote {issued.path}."
    yield f"Next: equitab verify {issued.path}"
    yield "      others need the run's folder and your public key: equitab verify CERTIFICATE --key PUBLIC.pem"
