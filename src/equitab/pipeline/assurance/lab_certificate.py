"""A lab's judgement of somebody else's run: its model measured again, and signed with the lab's own key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.assurance import SigningKey, validity
from equitab.dataframe import read_table
from equitab.errors import EquitabError, InputError, Problem
from equitab.evaluation.results import Measurement
from equitab.pipeline.assurance.run_certificate import (
    CERTIFICATE,
    MEASUREMENTS,
    Issued,
    checked_record,
    chosen_by,
    digest_if_there,
    free_target,
    issue,
    judge,
    recipe_contract,
    run_certificate,
)
from equitab.pipeline.measurement_files import save_measurements
from equitab.pipeline.run_folder import RunRecord

if TYPE_CHECKING:
    from equitab.assurance import Contract

LAB_FOLDER = "lab"
_SLUG = re.compile(r"[^a-z0-9]+")


def certify_as_lab(
    folder: str | Path,
    *,
    lab: str,
    key: SigningKey,
    contract: Contract | None = None,
    table: Any = None,
    valid_days: int | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    now: datetime | None = None,
) -> Issued:
    """Judge somebody else's run: measure its model again, and sign what came out.

    Parameters
    ----------
    folder : str or Path
        Of the run.
    lab : str
        The lab's name.
    key : SigningKey
        The lab's own.
    contract : Contract, optional
        The run's own when not given.
    table : table or location, optional
        The source table; looked for where the recipe says when not given.
    valid_days, out, overwrite, now
        As in `certify_run`; without `out` the certificate lies in ``lab/<name>/`` in the run's folder.

    Returns
    -------
    Issued
        Where the table is at hand, the verdict rests on what the lab measured itself, and a clause about
        anything else is undetermined. Where it is not, the verdict rests on the owner's numbers, and the
        certificate says so.

    Raises
    ------
    TableError
        If the table is not the one that the run was made from.
    SavedFormatError, OutputExistsError, StorageError, InputError
    """
    place, time = Path(folder), now or datetime.now(UTC)
    record = checked_record(place)
    slug = _slug(lab)
    home = place / LAB_FOLDER / slug
    target = free_target(home / CERTIFICATE if out is None else Path(out), overwrite=overwrite)
    headline = chosen_by(record)
    promised = contract if contract is not None else recipe_contract(place)
    found, remarks = _measure_again(place, record, headline, table)
    measurements = MEASUREMENTS
    home.mkdir(parents=True, exist_ok=True)
    if found is not None:
        save_measurements(found, home / MEASUREMENTS, overwrite=True)
        measurements = f"{LAB_FOLDER}/{slug}/{MEASUREMENTS}"
    verdict = None if promised is None else judge(promised, read_table(place / measurements), headline)
    certificate = run_certificate(
        place,
        record,
        contract=promised,
        verdict=verdict,
        chosen=headline,
        measurements=measurements,
        lab=lab,
        basis="owner_numbers" if found is None else "remeasured",
        owner_certificate=digest_if_there(place / CERTIFICATE),
        issued_at=time,
        expires_at=validity(time, valid_days),
    )
    return issue(certificate, key, target, remarks)


def _measure_again(
    folder: Path, record: RunRecord, chosen: Mapping[str, str], table: Any
) -> tuple[list[Measurement] | None, tuple[str, ...]]:
    """Return what a second measurement gives; None, and why, where the table is not at hand."""
    from equitab.pipeline.assurance.remeasure import open_source, remeasure

    try:
        source = open_source(folder, table)
    except EquitabError as error:
        if table is not None:
            raise
        return None, (f"the verdict rests on the owner's numbers: the table is not at hand ({error})",)
    expected = f"sha256:{record.fingerprint['table']}"
    if source.digest != expected:
        advice = "name the table of the run with --table"
        raise InputError(
            Problem("table", f"the one that the run was made from ({expected})", source.digest, advice)
        )
    return remeasure(folder, source, chosen=chosen), ()


def _slug(lab: str) -> str:
    """Return a lab's name as the name of a folder."""
    found = _SLUG.sub("-", lab.lower()).strip("-")
    if not found or len(lab) > 120:
        raise InputError(Problem("--lab", "a name with letters or digits, at most 120 characters", "another"))
    return found
