"""Reading the claims of a certificate: every field, its kind, and what is unknown.

A certificate of the version that this release writes has exactly these fields; one more or one less is an
error. In a later ``1.x`` there may be more: they are left out and named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from equitab.assurance.digests import is_digest
from equitab.assurance.evidence import parse_time, time_text
from equitab.errors import InputError, SavedFormatError

KNOWN_MINOR = 0
_VERSION = re.compile(r"1\.(0|[1-9][0-9]{0,5})")
_KEY_ID = re.compile(r"ed25519:[0-9a-f]{64}")
_STATES = ("valid",)


@dataclass(frozen=True, kw_only=True)
class CertificateFields:
    """The claims of a certificate, by the names that `Certificate` gives them."""

    format_version: str
    kind: Literal["run", "table", "model"]
    key_id: str
    lab: str
    issued_at: datetime
    expires_at: datetime | None
    status: str
    contract: Mapping[str, Any] | None
    contract_digest: str
    verdict: Mapping[str, Any] | None
    chosen: Mapping[str, str]
    measurements: str
    basis: Literal["measured", "remeasured", "owner_numbers"]
    evidence_head: str
    commitment: Mapping[str, Any] | None
    seeds: tuple[int, ...]
    environment: Mapping[str, str]
    code_digest: str
    previous: str
    owner_certificate: str
    ignored: tuple[str, ...]


def read_fields(predicate: Mapping[str, Any], *, where: str) -> CertificateFields:
    """Return the claims of a predicate.

    Parameters
    ----------
    predicate : mapping
    where : str
        For the message.

    Raises
    ------
    SavedFormatError
        If the version is unknown, a field is absent or of another kind, or, in the version that this release
        writes, unknown; all of these at once.
    """
    minor = _minor_version(predicate.get("formatVersion"), where)
    data, ignored = _known_part(predicate)
    faults = [f"{name} ({expected})" for name, expected in _faults(data)]
    if ignored and minor <= KNOWN_MINOR:
        faults += [f"{len(ignored)} fields that version 1.{KNOWN_MINOR} does not have"]
    if faults:
        raise SavedFormatError(
            f"{where}: expected the fields of a certificate, received faults in {', '.join(faults)}."
        )
    return _fields(data, ignored)


def _minor_version(text: Any, where: str) -> int:
    found = _VERSION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        received = repr(text[:20]) if isinstance(text, str) else "none"
        advice = "a newer release of equitab may read it"
        raise SavedFormatError(
            f"{where}, formatVersion: expected '1.x', received {received}. Next: {advice}."
        )
    return int(found[1])


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_digest_or_empty(value: Any) -> bool:
    return value == "" or is_digest(value)


def _is_time(value: Any) -> bool:
    """Return whether a value is a time in the one spelling that we write."""
    try:
        return isinstance(value, str) and time_text(parse_time(value)) == value
    except InputError:
        return False


def _is_words(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(held, str) for held in value.values())


def _is_seeds(value: Any) -> bool:
    return isinstance(value, list) and all(_is_count(seed) for seed in value)


def _or_null(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


def _one_of(*words: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in words


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_commitment(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and is_digest(value.get("contract"))
        and is_digest(value.get("record"))
        and all(_is_count(value.get(name)) for name in ("sequence", "runSequence", "earlierRuns"))
        and _is_time(value.get("time"))
    )


def _is_key_id(value: Any) -> bool:
    return isinstance(value, str) and _KEY_ID.fullmatch(value) is not None


_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "formatVersion": (_is_text, "text"),
    "kind": (_one_of("run", "table", "model"), "run, table or model"),
    "issuer": (_is_object, "an object"),
    "issuer.keyId": (_is_key_id, "ed25519: and 64 hexadecimal digits"),
    "issuer.lab": (_is_text, "text"),
    "issuedAt": (_is_time, "a time in UTC with microseconds"),
    "expiresAt": (_or_null(_is_time), "a time in UTC with microseconds, or null"),
    "status": (_one_of(*_STATES), "valid"),
    "contract": (_or_null(_is_object), "an object or null"),
    "verdict": (_or_null(_is_object), "an object or null"),
    "chosen": (_is_words, "names and texts"),
    "evidence": (_is_object, "an object"),
    "evidence.measurements": (_is_text, "text"),
    "evidence.basis": (_one_of("measured", "remeasured", "owner_numbers"), "a known word"),
    "evidence.storeHead": (_is_digest_or_empty, "a digest or empty"),
    "commitment": (
        _or_null(_is_commitment),
        "contract, record, sequence, time, runSequence and earlierRuns, or null",
    ),
    "seeds": (_is_seeds, "whole numbers"),
    "environment": (_is_words, "names and texts"),
    "codeDigest": (_is_digest_or_empty, "a digest or empty"),
    "renews": (_is_digest_or_empty, "a digest or empty"),
    "ownerCertificate": (_is_digest_or_empty, "a digest or empty"),
}
_CONTRACT_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "contract.digest": (is_digest, "a digest"),
    "contract.text": (_is_object, "an object"),
}
_NESTED = {
    "issuer": ("keyId", "lab"),
    "evidence": ("measurements", "basis", "storeHead"),
    "contract": ("digest", "text"),
    "commitment": ("contract", "record", "sequence", "time", "runSequence", "earlierRuns"),
}


def _known_part(predicate: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a predicate without unknown fields, and the paths of these."""
    top = [name for name in _CHECKS if "." not in name]
    known = {name: predicate[name] for name in top if name in predicate}
    ignored = [name for name in predicate if name not in top]
    for name, inner in _NESTED.items():
        held = known.get(name)
        if isinstance(held, dict):
            known[name] = {key: held[key] for key in inner if key in held}
            ignored += [f"{name}.{key}" for key in held if key not in inner]
    return known, tuple(sorted(ignored))


def _faults(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    checks = {**_CHECKS, **(_CONTRACT_CHECKS if data.get("contract") is not None else {})}
    found = [(path, expected) for path, (holds, expected) in checks.items() if not holds(_at(data, path))]
    if (data.get("contract") is None) != (data.get("verdict") is None):
        found.append(("verdict", "one for the contract, or neither"))
    return found


class _Absent:
    """What stands in for a field that is not there: no check holds for it."""


def _at(data: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path such as ``issuer.keyId``."""
    value: Any = data
    for part in path.split("."):
        value = value.get(part, _Absent) if isinstance(value, dict) else _Absent
    return value


def _fields(data: Mapping[str, Any], ignored: tuple[str, ...]) -> CertificateFields:
    contract = data["contract"]
    ends = data["expiresAt"]
    return CertificateFields(
        format_version=data["formatVersion"],
        kind=data["kind"],
        key_id=data["issuer"]["keyId"],
        lab=data["issuer"]["lab"],
        issued_at=parse_time(data["issuedAt"]),
        expires_at=None if ends is None else parse_time(ends),
        status=data["status"],
        contract=None if contract is None else contract["text"],
        contract_digest="" if contract is None else contract["digest"],
        verdict=data["verdict"],
        chosen=data["chosen"],
        measurements=data["evidence"]["measurements"],
        basis=data["evidence"]["basis"],
        evidence_head=data["evidence"]["storeHead"],
        commitment=data["commitment"],
        seeds=tuple(data["seeds"]),
        environment=data["environment"],
        code_digest=data["codeDigest"],
        previous=data["renews"],
        owner_certificate=data["ownerCertificate"],
        ignored=ignored,
    )
