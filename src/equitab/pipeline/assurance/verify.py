"""Checking a certificate, with whatever is at hand: the run's folder, the source table, the evidence store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.assurance import (
    Certificate,
    TrustedKeys,
    Verification,
    certificate_place,
    run_folder_of,
    verify_certificate,
)
from equitab.errors import InputError, Problem
from equitab.pipeline.assurance.store_knowledge import ask_store, renewed_measurements

if TYPE_CHECKING:
    from equitab.evaluation.results import Measurement
    from equitab.pipeline.assurance.remeasure import SourceTable

__all__ = ["Verification", "verify"]

_NOT_ASKED = "not asked for (--recompute)"
_FIRST = "what does not hold comes first"


def verify(
    certificate: str | Path,
    *,
    run: str | Path | None = None,
    keys: Sequence[str | Path] = (),
    table: Any = None,
    recompute: bool = False,
    store: str | Path | None = None,
    now: datetime | None = None,
) -> Verification:
    """Check a certificate.

    Parameters
    ----------
    certificate : str or Path
        Its file, or the folder of a run.
    run : str or Path, optional
        The folder of the run, where the certificate lies elsewhere.
    keys : sequence of str or Path
        Public keys: with any, only these are trusted; otherwise those in the reader's folder of trusted keys,
        the machine's own among them.
    table : table or location, optional
        The source table: its content is compared with the one that was signed.
    recompute : bool, default False
        Whether the saved model is judged again on the real rows and compared with the recorded numbers; the
        table is looked for where the recipe says, unless it is named.
    store : str or Path, optional
        The evidence store that may know that it was suspended or revoked since; the user's own when not given,
        ``none`` for no store.
    now : datetime, optional

    Returns
    -------
    Verification
        Everything that is wrong with the certificate is in its findings, never an exception.

    Raises
    ------
    InputError
        If there is no certificate or a named key is no public key.
    TableError
        If the table was named, or needed, and cannot be read.
    StorageError, SavedFormatError
        If a store was named and cannot be read.

    Notes
    -----
    Nothing that lies in the run's folder is opened before signature and files hold: neither its recipe, nor the
    table that the recipe names, nor its model.
    """
    place = certificate_place(Path(certificate))
    _check_there(place, Path(certificate))
    folder = run_folder_of(place) if run is None else Path(run)
    trusted = TrustedKeys.of_files(tuple(keys)) if keys else None
    first = verify_certificate(place, folder=folder, trusted=trusted, not_remeasured=_FIRST, now=now)
    if first.certificate is None:
        return first
    known = ask_store(store, first.digest, first.certificate, folder)
    source = _open(folder, table, recompute=recompute) if first.is_valid else None
    return verify_certificate(
        place,
        folder=folder,
        trusted=trusted,
        table=None if source is None else source.frame,
        remeasure=_remeasure_with(source) if source is not None and recompute else None,
        not_remeasured=_NOT_ASKED if first.is_valid else _FIRST,
        status=known.status,
        status_reason=known.reason,
        commitments=known.commitments,
        earlier=renewed_measurements(first.certificate, folder) or known.earlier,
        now=now,
    )


def _check_there(place: Path, asked: Path) -> None:
    if place.is_file():
        return
    missing = "a folder without certificate.json" if asked.is_dir() else "nothing there"
    advice = "name a certificate's file or a run's folder; equitab certify RUN writes one"
    raise InputError(
        Problem(f"certificate {str(asked)!r}", "a certificate's file or a run's folder", missing, advice)
    )


def _open(folder: Path | None, table: Any, *, recompute: bool) -> SourceTable | None:
    """Return the source table, if it is needed."""
    if table is None and not recompute:
        return None
    from equitab.pipeline.assurance.remeasure import open_source

    if folder is None:
        advice = "name the run's folder with --run"
        raise InputError(Problem("run of the certificate", "its folder, for the table", "none", advice))
    return open_source(folder, table)


def _remeasure_with(source: SourceTable) -> Any:
    """Return the function that judges a run's model again on a table."""

    def measured(folder: Path, certificate: Certificate) -> list[Measurement]:
        from equitab.pipeline.assurance.remeasure import remeasure

        if certificate.measurements.startswith("monitor/"):
            expected = "numbers of the run's own rows"
            raise InputError(Problem(certificate.measurements, expected, "those of rows that came later"))
        return remeasure(folder, source, chosen=certificate.chosen)

    return measured
