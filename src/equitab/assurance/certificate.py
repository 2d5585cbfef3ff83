"""Certificates: what was promised of a run, what came out, on what evidence, until when.

A `Certificate` is a value; `issue_certificate` writes it as a signed envelope around an in-toto statement,
`read_certificate` reads it back once signature and form are right. The format has a version: ``1.0``. A later
``1.x`` may add fields, and this release leaves out what it does not know: a field is only ever added whose
absence grants nothing, so that leaving it out can never turn a refusal into an approval. Another first number
is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from equitab.assurance.certificate_fields import CertificateFields, read_fields
from equitab.assurance.digests import digest_bytes
from equitab.assurance.envelope import Envelope, seal
from equitab.assurance.evidence import time_text
from equitab.assurance.keys import SigningKey, TrustedKeys
from equitab.assurance.statement import Statement
from equitab.errors import InputError, Problem, SavedFormatError

Kind = Literal["run", "table", "model"]
Basis = Literal["measured", "remeasured", "owner_numbers"]
"""Whose numbers the verdict rests on: the issuer's own run, a second measurement by the issuer, or the owner's."""

FORMAT_VERSION = "1.0"
DEFAULT_VALID_DAYS = 365
MEASUREMENTS = "measurements.parquet"


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What is claimed of a run, a table or a model.

    Parameters
    ----------
    subjects : mapping of str to str
        Path of a file within the folder, or ``table`` or ``run.json``, to its digest (``sha256:...``).
    issued_at : datetime
    expires_at : datetime or None
        None for a certificate that lives as long as what it names.
    kind : {"run", "table", "model"}
    contract : mapping or None
        The whole contract, as `Contract.to_dict` describes it.
    contract_digest : str
    verdict : mapping or None
        As `ContractVerdict.to_dict` describes it; None without a contract.
    chosen : mapping of str to str
        What *chosen* means in the contract: model and treatment of the headline.
    measurements : str
        The subject that the verdict is computed from.
    evidence_head : str
        The digest of the evidence store's last record when the certificate was issued; empty without a store.
    commitment : mapping or None
        When the contract was fixed: ``contract`` and ``record`` (digests), ``sequence`` and ``time`` of the
        commitment in the evidence store, ``runSequence`` of the run's first record there, and ``earlierRuns``,
        the number of runs about the same subject that the store held before the commitment.
    seeds : tuple of int
    environment : mapping of str to str
        Versions of equitab, Python and the libraries that compute.
    code_digest : str
        Of the source code of equitab that ran.
    status : str
        The state at the time of issue.
    previous : str
        The digest of the certificate that this one renews.
    lab : str
        The name of the lab that judged; empty for the owner.
    basis : {"measured", "remeasured", "owner_numbers"}
    owner_certificate : str
        For a lab: the digest of the owner's certificate of the same run, if there is one.
    key_id : str
        Who signed; filled in when it is signed.
    format_version : str
    ignored : tuple of str
        Fields of a later version that this release does not know; nothing is believed of them.
    """

    subjects: Mapping[str, str]
    issued_at: datetime
    expires_at: datetime | None = None
    kind: Kind = "run"
    contract: Mapping[str, Any] | None = None
    contract_digest: str = ""
    verdict: Mapping[str, Any] | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)
    measurements: str = MEASUREMENTS
    evidence_head: str = ""
    commitment: Mapping[str, Any] | None = None
    seeds: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    code_digest: str = ""
    status: str = "valid"
    previous: str = ""
    lab: str = ""
    basis: Basis = "measured"
    owner_certificate: str = ""
    key_id: str = ""
    format_version: str = FORMAT_VERSION
    ignored: tuple[str, ...] = ()

    @property
    def overall_verdict(self) -> str:
        """The verdict that is claimed: ``met``, ``violated`` ..., or empty without a contract."""
        return "" if self.verdict is None else str(self.verdict.get("verdict", ""))

    def to_predicate(self) -> dict[str, Any]:
        """Return the claims as plain data."""
        return {
            "formatVersion": FORMAT_VERSION,
            "kind": self.kind,
            "issuer": {"keyId": self.key_id, "lab": self.lab},
            "issuedAt": time_text(self.issued_at),
            "expiresAt": None if self.expires_at is None else time_text(self.expires_at),
            "status": self.status,
            "contract": self._contract_field(),
            "verdict": self.verdict,
            "chosen": dict(self.chosen),
            "evidence": {
                "measurements": self.measurements,
                "basis": self.basis,
                "storeHead": self.evidence_head,
            },
            "commitment": self.commitment,
            "seeds": list(self.seeds),
            "environment": dict(self.environment),
            "codeDigest": self.code_digest,
            "renews": self.previous,
            "ownerCertificate": self.owner_certificate,
        }

    def _contract_field(self) -> dict[str, Any] | None:
        return None if self.contract is None else {"digest": self.contract_digest, "text": self.contract}


def issue_certificate(certificate: Certificate, key: SigningKey) -> bytes:
    """Return a certificate, signed: the bytes of its file.

    Parameters
    ----------
    certificate : Certificate
        Its `key_id` is replaced by that of the key.
    key : SigningKey

    Raises
    ------
    InputError
        If it names nothing, ends before it begins, or holds a verdict without a contract.
    """
    from dataclasses import replace

    _check_issuable(certificate)
    named = replace(certificate, key_id=key.key_id)
    return seal(Statement(named.subjects, named.to_predicate()).to_payload(), key).to_bytes()


def read_certificate(
    content: bytes, trusted: TrustedKeys | None, *, where: str = "certificate"
) -> Certificate:
    """Return what a certificate claims, once its form and signature are right.

    Parameters
    ----------
    content : bytes
        The file, byte for byte.
    trusted : TrustedKeys or None
        Whose signatures count; the reader's own trusted keys when None.

    Returns
    -------
    Certificate
        Signed by a trusted key. Whether its claims hold is the question of `verify_certificate`.

    Raises
    ------
    SavedFormatError
        If the bytes are not in canonical form, the key is not trusted, the signature is not over these
        bytes, or the claims are incomplete or of an unknown version.
    """
    envelope = Envelope.from_bytes(content, where=where)
    check_signature(envelope, TrustedKeys.read() if trusted is None else trusted, where=where)
    return _certificate_in(envelope, where)


def certificate_digest(content: bytes) -> str:
    """Return the digest by which others name a certificate: of its file."""
    return digest_bytes(content)


def check_signature(envelope: Envelope, trusted: TrustedKeys, *, where: str) -> str:
    """Return the name of the trusted key that signed an envelope.

    Raises
    ------
    SavedFormatError
        If the key is not trusted, or its signature is not over these bytes.
    """
    key = trusted.find(envelope.key_id)
    if key is None:
        raise SavedFormatError(f"{where}, keyid: {_untrusted(envelope.key_id, trusted)}")
    if not key.verify(envelope.signature, envelope.signed_bytes):
        name = trusted.names[key]
        received = "one of other bytes: payload, type or signature was changed, or somebody else signed"
        raise SavedFormatError(
            f"{where}, signature: expected the signature of the payload by {name!r} ({envelope.key_id}), "
            f"received {received}."
        )
    return trusted.names[key]


def unsigned_claims(envelope: Envelope, *, where: str = "certificate") -> Certificate:
    """Return what an envelope claims, whoever signed it; nothing of it may be believed yet.

    Raises
    ------
    SavedFormatError
        If the claims are incomplete or of an unknown version.
    """
    return _certificate_in(envelope, where)


def validity(now: datetime, valid_days: int | None) -> datetime:
    """Return when a certificate that is issued now expires.

    Parameters
    ----------
    now : datetime
    valid_days : int or None
        At least 1; 365 when None.

    Raises
    ------
    InputError
        If it is less than a day or more than a hundred years.
    """
    days = DEFAULT_VALID_DAYS if valid_days is None else valid_days
    if not 1 <= days <= 36_500:
        raise InputError(Problem("days of validity", "1 to 36,500", f"{days:,}"))
    return now + timedelta(days=days)


def _certificate_in(envelope: Envelope, where: str) -> Certificate:
    statement = Statement.from_payload(envelope.payload, where=f"{where}, payload")
    fields = read_fields(statement.predicate, where=f"{where}, predicate")
    found = _certificate(statement, fields)
    if found.key_id != envelope.key_id:
        raise SavedFormatError(
            f"{where}, issuer.keyId: expected the key of the envelope, received another one; "
            "the statement was made for another key."
        )
    if found.contract is not None and found.measurements not in found.subjects:
        raise SavedFormatError(
            f"{where}, evidence.measurements: expected the name of a subject, received another name."
        )
    return found


def _certificate(statement: Statement, fields: CertificateFields) -> Certificate:
    return Certificate(subjects=statement.subjects, **vars(fields))


def _untrusted(key_id: str, trusted: TrustedKeys) -> str:
    if not trusted.names:
        return (
            f"expected the id of a trusted key, but no key is trusted here, received {key_id[:80]!r}. "
            "Next: ask whoever signed for the public key, compare its id with them, and name it with --key."
        )
    listed = ", ".join(f"{name!r} ({key.key_id})" for key, name in list(trusted.names.items())[:4])
    return (
        f"expected the id of a trusted key, one of {listed}, received {key_id[:80]!r}. "
        "Next: if you know whose key that is, name its public half with --key."
    )


def _check_issuable(certificate: Certificate) -> None:
    problems = []
    if not certificate.subjects:
        problems.append(Problem("certificate", "at least one artefact", "none"))
    if certificate.expires_at is not None and certificate.expires_at <= certificate.issued_at:
        problems.append(Problem("certificate", "an end after its beginning", "an earlier end"))
    if (certificate.contract is None) != (certificate.verdict is None):
        problems.append(Problem("certificate", "a contract with its verdict, or neither", "one of the two"))
    if certificate.contract is not None and certificate.measurements not in certificate.subjects:
        problems.append(Problem("certificate", "the measurements among the subjects", "a run without them"))
    for name, allowed in (("kind", get_args(Kind)), ("basis", get_args(Basis))):
        if getattr(certificate, name) not in allowed:
            problems.append(Problem(f"{name} of the certificate", " or ".join(allowed), "another word"))
    if problems:
        raise InputError(problems)
