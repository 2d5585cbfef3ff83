"""What is signed: an in-toto statement, subjects apart from claims.

A statement says *of these artefacts* (subjects, by digest) *this holds* (the predicate, of a named type)::

    {"_type": "https://in-toto.io/Statement/v1",
     "subject": [{"name": "recipe.yaml", "digest": {"sha256": "..."}}, ...],
     "predicateType": "https://equitab.readthedocs.io/certificate/v1",
     "predicate": {...}}

Most digests are the SHA-256 of a file's bytes. Two subjects are no files, and their digests carry names of
their own, so that no other tool takes them for the digest of a file: ``table`` (the content of the source
table, wherever it is stored; `equitab.assurance.digest_frame`) and ``run.json`` (the settled part of a run's
record; `equitab.assurance.run_files`).

References
----------
in-toto Attestation Framework, *Statement layer specification*, version 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from equitab.assurance.canonical import canonical_json, read_canonical_json
from equitab.assurance.digests import PREFIX
from equitab.errors import SavedFormatError

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://equitab.readthedocs.io/certificate/v1"

TABLE, RUN_RECORD = "table", "run.json"
_ALGORITHMS = {TABLE: "equitabTable1", RUN_RECORD: "equitabRunRecord1"}
_FILE_ALGORITHM = "sha256"
_HEXADECIMAL = re.compile(r"[0-9a-f]{64}")
_KEYS = {"_type", "subject", "predicateType", "predicate"}


@dataclass(frozen=True)
class Statement:
    """Artefacts and what is claimed of them.

    Parameters
    ----------
    subjects : mapping of str to str
        Name of an artefact (a path within the run's folder with ``/``, or one of the two names above) to its
        digest, ``sha256:...``.
    predicate : mapping
        The claims.
    """

    subjects: Mapping[str, str]
    predicate: Mapping[str, Any]

    def to_payload(self) -> bytes:
        """Return the bytes that are signed: canonical JSON, subjects in order of their names."""
        return canonical_json(
            {
                "_type": STATEMENT_TYPE,
                "subject": [_subject(name, self.subjects[name]) for name in sorted(self.subjects)],
                "predicateType": PREDICATE_TYPE,
                "predicate": self.predicate,
            },
            where="statement",
        )

    @classmethod
    def from_payload(cls, payload: bytes, *, where: str = "payload") -> Statement:
        """Return the statement that some bytes are.

        Raises
        ------
        SavedFormatError
            If they are not the canonical form of a statement of a type that this release reads.
        """
        data = read_canonical_json(payload, where=where)
        if not isinstance(data, dict) or set(data) != _KEYS:
            listed = ", ".join(sorted(_KEYS))
            raise SavedFormatError(
                f"{where}: expected a statement with exactly {listed}, received another value."
            )
        if data["_type"] != STATEMENT_TYPE:
            raise SavedFormatError(f"{where}, _type: expected {STATEMENT_TYPE!r}, received another type.")
        _check_predicate_type(data["predicateType"], where)
        if not isinstance(data["predicate"], dict):
            raise SavedFormatError(f"{where}, predicate: expected an object, received another value.")
        return cls(_read_subjects(data["subject"], where), data["predicate"])


def _subject(name: str, digest: str) -> dict[str, Any]:
    algorithm = _ALGORITHMS.get(name, _FILE_ALGORITHM)
    return {"name": name, "digest": {algorithm: digest.removeprefix(PREFIX)}}


def _check_predicate_type(kind: Any, where: str) -> None:
    if kind == PREDICATE_TYPE:
        return
    family = PREDICATE_TYPE.rsplit("/", 1)[0]
    if isinstance(kind, str) and kind.startswith(f"{family}/v"):
        advice = "a newer release of equitab may read it"
        received = f"version {kind.rsplit('/', 1)[1][:12]!r}"
        raise SavedFormatError(
            f"{where}, predicateType: expected version 'v1' of the certificate, received {received}. Next: {advice}."
        )
    raise SavedFormatError(
        f"{where}, predicateType: expected {PREDICATE_TYPE!r}, received another type; this is a statement "
        "about something else than a run of equitab."
    )


def _read_subjects(data: Any, where: str) -> dict[str, str]:
    if not isinstance(data, list) or not data:
        raise SavedFormatError(f"{where}, subject: expected a list of artefacts, received another value.")
    found: dict[str, str] = {}
    for position, entry in enumerate(data, start=1):
        name, digest = _read_subject(entry, f"{where}, subject {position}")
        if name in found:
            raise SavedFormatError(
                f"{where}, subject {position}: expected each name once, received {name!r} twice."
            )
        found[name] = digest
    if list(found) != sorted(found):
        raise SavedFormatError(f"{where}, subject: expected names in order, received another order.")
    return found


def _read_subject(entry: Any, where: str) -> tuple[str, str]:
    if not isinstance(entry, dict) or set(entry) != {"name", "digest"} or not isinstance(entry["name"], str):
        raise SavedFormatError(f"{where}: expected exactly name and digest, received another value.")
    name, digests = entry["name"], entry["digest"]
    if not _is_inside(name):
        raise SavedFormatError(
            f"{where}: expected a path within the run's folder, received one that leads out of it."
        )
    algorithm = _ALGORITHMS.get(name, _FILE_ALGORITHM)
    if not isinstance(digests, dict) or set(digests) != {algorithm}:
        raise SavedFormatError(
            f"{where} ({name!r}): expected exactly one digest, {algorithm!r}, received others."
        )
    value = digests[algorithm]
    if not isinstance(value, str) or not _HEXADECIMAL.fullmatch(value):
        raise SavedFormatError(f"{where} ({name!r}): expected 64 hexadecimal digits, received another value.")
    return name, PREFIX + value


def _is_inside(name: str) -> bool:
    """Return whether a name is a plain path within a folder."""
    parts = name.split("/")
    return not any(part in {"", ".", ".."} for part in parts) and "\\" not in name and ":" not in parts[0]
