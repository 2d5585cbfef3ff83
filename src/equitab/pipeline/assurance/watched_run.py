"""A run that is being watched: its certificate, its contract, what was seen last, and what happens to it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.errors import EquitabError, InputError, Problem
from equitab.pipeline.assurance.new_rows import NewRows, read_new_rows
from equitab.pipeline.assurance.probe import Seen, last_probe, model_digest, probe_folders
from equitab.pipeline.assurance.store_knowledge import ask_store
from equitab.pipeline.run_folder import RunRecord, read_run_record

if TYPE_CHECKING:
    from equitab.assurance import Certificate, Contract, Verification

_CERTIFICATE = "certificate.json"
_MODEL_FILES = "file 'model/"


@dataclass(frozen=True, eq=False, kw_only=True)
class WatchedRun:
    """A run with a certificate, opened for a look.

    Attributes
    ----------
    folder, place : Path
        Of the run, and the file of the certificate that counts now: the run's own or the last renewal.
    certificate : Certificate
    digest : str
        Of the certificate's file.
    contract : Contract
    record : RunRecord
    status : str
        Of the certificate before the look; ``invalid`` where it does not hold.
    last_seen : Seen
    store : str, Path or None
    remarks : tuple of str
    """

    folder: Path
    place: Path
    certificate: Certificate
    digest: str
    contract: Contract
    record: RunRecord
    status: str
    last_seen: Seen
    store: str | Path | None
    remarks: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """What the evidence is about."""
        return str(self.record.facts.get("subject", self.record.facts["table"]))

    def read_rows(self, table: Any) -> NewRows:
        """Return the new rows."""
        return read_new_rows(self.folder, table)

    def see(self, rows: NewRows) -> Seen:
        """Return what is there now."""
        from equitab.assurance import code_digest, digest_frame

        return Seen(data=digest_frame(rows.frame), model=model_digest(self.folder), code=code_digest())


def open_watched(
    run: str | Path, *, store: str | Path | None = None, now: datetime | None = None
) -> WatchedRun:
    """Return a run that can be watched.

    Parameters
    ----------
    run : str or Path
        Its folder.
    store : str or Path, optional
        Where the run's recipe says when None.
    now : datetime, optional
        The time of the look.

    Raises
    ------
    InputError
        If it has no certificate, or promises nothing.
    SavedFormatError
        If it is no run's folder.
    """
    from equitab.assurance import Contract, claims_of, verify_certificate

    folder = Path(run)
    record = read_run_record(folder)
    place = newest_certificate(folder)
    certificate, _ = claims_of(place.read_bytes())
    if certificate.contract is None:
        advice = "give its recipe a key 'contract', and run it again"
        raise InputError(
            Problem(f"run {str(folder)!r}", "a contract to watch", "a run that promises nothing", advice)
        )
    where = _store_of(folder, store)
    checked = verify_certificate(place, folder=folder, now=now)
    status, remarks = _state(checked, where, folder)
    return WatchedRun(
        folder=folder,
        place=place,
        certificate=certificate,
        digest=checked.digest,
        contract=Contract.from_dict(certificate.contract),
        record=record,
        status=status,
        last_seen=_last_seen(folder, certificate, record),
        store=where,
        remarks=remarks,
    )


def newest_certificate(folder: Path) -> Path:
    """Return the certificate of a run that counts now: its last renewal, else its own.

    Raises
    ------
    InputError
        If it has none.
    """
    renewed = [place / _CERTIFICATE for place in probe_folders(folder)]
    found = [place for place in (folder / _CERTIFICATE, *renewed) if place.is_file()]
    if not found:
        advice = "equitab certify writes one"
        raise InputError(Problem(f"run {str(folder)!r}", f"a {_CERTIFICATE}", "none", advice))
    return found[-1]


def _state(checked: Verification, store: str | Path | None, folder: Path) -> tuple[str, tuple[str, ...]]:
    """Return the certificate's state before the look: as the store knows it, else as the last look left it."""
    faults = [str(one) for one in checked.findings if not _is_for_the_look(one.where)]
    if faults:
        return "invalid", tuple(f"The certificate does not hold: {fault}" for fault in faults)
    known = _stored_status(checked, store, folder)
    if known is not None:
        return known, ()
    left = last_probe(folder)
    if left is not None and left.get("certificate") == checked.digest:
        return str(left["status"]), ()
    return "valid", ()


def _stored_status(checked: Verification, store: str | Path | None, folder: Path) -> str | None:
    """Return the state that the store knows; None where it knows none or cannot be asked."""
    if checked.certificate is None:
        return None
    try:
        return ask_store(store, checked.digest, checked.certificate, folder).status
    except EquitabError:
        return None


def _is_for_the_look(where: str) -> bool:
    """Return whether a finding is one that the look itself has to say: another model, a time that is over."""
    return where.startswith(_MODEL_FILES) or where == "expiresAt"


def _last_seen(folder: Path, certificate: Certificate, record: RunRecord) -> Seen:
    left = last_probe(folder)
    if left is not None:
        return left["seen"]
    model = next((stage.files["model"] for stage in record.stages.values() if "model" in stage.files), "")
    return Seen(
        data=certificate.subjects.get("table", ""),
        model=f"sha256:{model}" if model else "",
        code=certificate.code_digest,
    )


def _store_of(folder: Path, store: str | Path | None) -> str | Path | None:
    """Return the store that was named, else the one of the run's recipe."""
    if store is not None:
        return store
    from equitab.pipeline.recipe import load_recipe

    choice = load_recipe(folder / "recipe.yaml").contract
    return None if choice is None else choice.store


__all__ = ["WatchedRun", "newest_certificate", "open_watched"]
