"""Which files of a run's folder a certificate covers.

Everything that the run left, but what changes after the certificate: ``run.log``, certificates themselves,
and what a monitor or a lab adds in ``monitor/`` and ``lab/``. Of ``run.json``, which is written once more when
the run ends, the settled part is covered: digests of recipe, schema and table, versions, facts, and what every
stage before the certificate found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from equitab.assurance.canonical import canonical_json
from equitab.assurance.digests import digest_bytes, digest_entry
from equitab.assurance.statement import RUN_RECORD
from equitab.errors import SavedFormatError

CERTIFICATE = "certificate.json"
CERTIFICATE_STAGE = "certificate"
_SETTLED = ("format", "version", "started", "fingerprint", "facts", "environment")
_UNCOVERED_FILES = frozenset({RUN_RECORD, "run.log"})
_UNCOVERED_FOLDERS = frozenset({"unfinished", "monitor", "lab"})


def covered_paths(folder: Path) -> dict[str, Path]:
    """Return the files of a run's folder that a certificate covers, by path within it, in order."""
    found = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }
    return {name: found[name] for name in sorted(found) if is_coverable(name)}


def is_coverable(name: str) -> bool:
    """Return whether a file of a run's folder is one that a certificate covers.

    Examples
    --------
    >>> is_coverable("model/model.json"), is_coverable("certificate.json"), is_coverable("run.log")
    (True, False, False)
    """
    first, _, rest = name.partition("/")
    if rest:
        return first not in _UNCOVERED_FOLDERS
    return name not in _UNCOVERED_FILES and not _is_certificate(name) and not name.endswith(".partial")


def subject_digests(folder: Path) -> dict[str, str]:
    """Return the digests of a run: of every covered file, and of the settled part of its record."""
    found = {name: digest_entry(path) for name, path in covered_paths(folder).items()}
    return {**found, RUN_RECORD: run_record_digest(folder)}


def run_record_digest(folder: Path) -> str:
    """Return the digest of the part of ``run.json`` that does not change after the certificate.

    Raises
    ------
    SavedFormatError
        If there is no readable record.
    """
    data = read_record(folder)
    kept = {name: data.get(name) for name in _SETTLED}
    stages = data.get("stages")
    kept["stages"] = _settled_stages(stages) if isinstance(stages, dict) else None
    return digest_bytes(canonical_json(kept, where=str(folder / RUN_RECORD)))


def read_record(folder: Path) -> dict[str, Any]:
    """Return what a run's ``run.json`` says; a number that JSON has no word for stays a word."""
    place = folder / RUN_RECORD
    try:
        data = json.loads(place.read_text(encoding="utf-8"), parse_constant=str)
    except (OSError, ValueError, RecursionError) as error:
        raise SavedFormatError(
            f"{str(place)!r}: expected the record of a run, received no readable file."
        ) from error
    if not isinstance(data, dict):
        raise SavedFormatError(f"{str(place)!r}: expected the record of a run, received something else.")
    return data


def _settled_stages(stages: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stages before the certificate, less the digests of files that a finished run does not keep."""
    return {name: _without_work(stage) for name, stage in stages.items() if name != CERTIFICATE_STAGE}


def _without_work(stage: Any) -> Any:
    if not isinstance(stage, dict) or not isinstance(stage.get("files"), dict):
        return stage
    kept = {name: digest for name, digest in stage["files"].items() if not name.startswith("unfinished/")}
    return {**stage, "files": kept}


def _is_certificate(name: str) -> bool:
    return name.startswith("certificate") and name.endswith(".json")
