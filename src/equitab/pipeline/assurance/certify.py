"""Signing what a run found: the run's own certificate, and a lab's judgement of somebody else's run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.assurance import (
    Certificate,
    SigningKey,
    certificate_digest,
    code_digest,
    digest_file,
    issue_certificate,
    local_key,
    public_place,
    subject_digests,
    trust_key,
    trusted_name,
    validity,
)
from equitab.dataframe import read_table, write_bytes_atomically
from equitab.errors import EquitabError, InputError, OutputExistsError, Problem, SavedFormatError
from equitab.evaluation.results import Measurement
from equitab.pipeline.measurement_files import save_measurements
from equitab.pipeline.run_folder import RunRecord, environment, read_run_record
from equitab.pipeline.storage import digest_of

if TYPE_CHECKING:
    from equitab.assurance import Contract
    from equitab.assurance.verdict import ContractVerdict

CERTIFICATE = "certificate.json"
MEASUREMENTS = "measurements.parquet"
LAB_FOLDER = "lab"
_DONE_STAGE = "results"
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Issued:
    """A certificate that was written.

    Attributes
    ----------
    path : Path
    digest : str
        Of the file; others name the certificate by it.
    certificate : Certificate
    key_id : str
    remarks : tuple of str
        What a reader must know.
    """

    path: Path
    digest: str
    certificate: Certificate
    key_id: str
    remarks: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "certificate": str(self.path),
            "digest": self.digest,
            "key_id": self.key_id,
            "remarks": list(self.remarks),
            "claims": self.certificate.to_predicate(),
            "subjects": dict(self.certificate.subjects),
        }


@dataclass(frozen=True)
class NewKey:
    """A key pair that was made.

    Attributes
    ----------
    private, public : Path
    key_id : str
    trusted_as : str
        What this machine's user calls it from now on.
    """

    private: Path
    public: Path
    key_id: str
    trusted_as: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: never the private key."""
        return {
            "private": str(self.private),
            "public": str(self.public),
            "key_id": self.key_id,
            "trusted_as": self.trusted_as,
        }


def make_key(path: str | Path) -> NewKey:
    """Make a key pair: the private file, readable by its owner alone, and the public one beside it.

    Parameters
    ----------
    path : str or Path
        Ends in ``.pem``.

    Returns
    -------
    NewKey
        Trusted by this machine's user from now on, under the name of the file.

    Raises
    ------
    OutputExistsError
        If a file is there: a key is never overwritten; or if another trusted key has that name.
    InputError, StorageError
    """
    key = SigningKey.generate()
    place = Path(path)
    name = trusted_name(place)
    private = key.save(place)
    trust_key(key.public, name)
    return NewKey(private, public_place(private), key.key_id, name)


def certify(
    run: str | Path,
    *,
    contract: Any = None,
    key: str | Path | None = None,
    lab: str | None = None,
    table: Any = None,
    valid_days: int | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    now: datetime | None = None,
) -> Issued:
    """Sign a run: as its owner, or as a lab that judges it.

    Parameters
    ----------
    run : str or Path
        The folder of a run.
    contract : Contract, mapping, path or name of a template, optional
        What is promised; what the run's recipe promises when not given.
    key : str or Path, optional
        A private key's file; the local key of this machine when not given. A lab names its own.
    lab : str, optional
        The name of the lab that judges somebody else's run.
    table : table or location, optional
        For a lab: the source table, where it is not where the recipe says.
    valid_days : int, optional
        365 when not given.
    out : str or Path, optional
    overwrite : bool, default False
        Whether a certificate that exists is replaced; the new one names it as the one that it renews.
    now : datetime, optional

    Returns
    -------
    Issued

    Raises
    ------
    InputError
        If a lab names no key, or an owner names a table.
    ContractError, SavedFormatError, OutputExistsError, StorageError
    """
    from equitab.pipeline.assurance.assure import as_contract

    _check_call(lab, key, table)
    promised = None if contract is None else as_contract(contract)
    signer = None if key is None else SigningKey.load(key)
    common: dict[str, Any] = {"valid_days": valid_days, "out": out, "overwrite": overwrite, "now": now}
    if lab is not None and signer is not None:
        return certify_as_lab(run, lab=lab, key=signer, contract=promised, table=table, **common)
    place = Path(run)
    renewed = place / CERTIFICATE if out is None else Path(out)
    return certify_run(
        place,
        contract=recipe_contract(place) if promised is None else promised,
        key=signer,
        previous=_digest_if_there(renewed) if overwrite else "",
        **common,
    )


def certify_run(
    folder: str | Path,
    *,
    contract: Contract | None = None,
    verdict: ContractVerdict | None = None,
    key: SigningKey | None = None,
    chosen: Mapping[str, str] | None = None,
    evidence_head: str = "",
    commitment: Mapping[str, Any] | None = None,
    previous: str = "",
    measurements: str = MEASUREMENTS,
    valid_days: int | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    now: datetime | None = None,
) -> Issued:
    """Write the certificate of a run: everything in its folder, what was promised, and what came out.

    Parameters
    ----------
    folder : str or Path
        Of the run; its results must be there.
    contract : Contract, optional
        What was promised; without one the certificate says that these artefacts belong together, no more.
    verdict : ContractVerdict, optional
        Computed from the measurements when not given.
    key : SigningKey, optional
        The local key of this machine when not given.
    chosen : mapping, optional
        ``model`` and ``treatment`` of the headline; as the run recorded them when not given.
    evidence_head : str
        The digest of the evidence store's last record.
    commitment : mapping, optional
        When the contract was fixed; see `Certificate`.
    previous : str
        The digest of the certificate that this one renews.
    measurements : str
        The file, within the folder, that the verdict rests on.
    valid_days : int, optional
        365 when not given.
    out : str or Path, optional
        ``certificate.json`` in the folder when not given.
    overwrite : bool, default False
        Whether a certificate that exists is replaced.
    now : datetime, optional

    Returns
    -------
    Issued

    Raises
    ------
    SavedFormatError
        If it is no run's folder, or a file is not what the run recorded.
    OutputExistsError, StorageError, InputError
    """
    place, time = Path(folder), now or datetime.now(UTC)
    record = checked_record(place)
    target = _target(place / CERTIFICATE if out is None else Path(out), overwrite=overwrite)
    headline = chosen_by(record) if chosen is None else chosen
    if contract is not None and verdict is None:
        verdict = _judge(contract, read_table(place / measurements), headline)
    certificate = _certificate(
        place,
        record,
        contract=contract,
        verdict=verdict,
        chosen=headline,
        measurements=measurements,
        evidence_head=evidence_head,
        commitment=commitment,
        previous=previous,
        issued_at=time,
        expires_at=validity(time, valid_days),
    )
    return _issue(certificate, key, target)


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
    target = _target(home / CERTIFICATE if out is None else Path(out), overwrite=overwrite)
    headline = chosen_by(record)
    promised = contract if contract is not None else recipe_contract(place)
    found, remarks = _measure_again(place, record, headline, table)
    measurements = MEASUREMENTS
    if found is not None:
        home.mkdir(parents=True, exist_ok=True)
        save_measurements(found, home / MEASUREMENTS, overwrite=True)
        measurements = f"{LAB_FOLDER}/{slug}/{MEASUREMENTS}"
    verdict = None if promised is None else _judge(promised, read_table(place / measurements), headline)
    certificate = _certificate(
        place,
        record,
        contract=promised,
        verdict=verdict,
        chosen=headline,
        measurements=measurements,
        lab=lab,
        basis="owner_numbers" if found is None else "remeasured",
        owner_certificate=_digest_if_there(place / CERTIFICATE),
        issued_at=time,
        expires_at=validity(time, valid_days),
    )
    return _issue(certificate, key, target, remarks)


def _check_call(lab: str | None, key: str | Path | None, table: Any) -> None:
    problems = []
    if lab is not None and key is None:
        advice = "equitab certify --new-key lab.pem makes one, then --key lab.pem"
        problems.append(Problem("--lab", "a key of the lab's own", "none", advice))
    if lab is None and table is not None:
        advice = "leave --table out: what the run measured is signed as it is"
        problems.append(Problem("--table", "only with --lab", "an owner's certificate", advice))
    if problems:
        raise InputError(problems)


def checked_record(folder: Path) -> RunRecord:
    """Return a run's record, once its results are there and every file is what the run recorded.

    Raises
    ------
    SavedFormatError
        If it is no run's folder, has no results yet, or a file was changed; all such files at once.
    """
    record = read_run_record(folder)
    if _DONE_STAGE not in record.stages:
        raise SavedFormatError(
            f"{str(folder)!r}: expected a run with results, received one that is {record.state}. "
            "Next: equitab run --resume finishes it."
        )
    changed = [
        name for name, digest in _recorded_files(record).items() if not _is_same(folder / name, digest)
    ]
    if changed:
        listed = ", ".join(repr(name) for name in changed)
        raise SavedFormatError(
            f"{str(folder)!r}: expected the files that the run wrote, received others in place of {listed}. "
            "Next: nothing is certified that the run did not write: run it again."
        )
    return record


def chosen_by(record: RunRecord) -> dict[str, str]:
    """Return model, treatment and operating point of a run's headline; nothing where it has none."""
    contract = record.stages.get("contract")
    if contract is not None and contract.facts.get("chosen"):
        return {str(name): str(value) for name, value in contract.facts["chosen"].items()}
    held = record.stages[_DONE_STAGE].facts.get("headline")
    if held is None:
        return {}
    point = str(held["fairness_after"]["operating_point"])
    found = {"model": str(held["model"]), "treatment": str(held["treatment"]), "operating_point": point}
    return {name: value for name, value in found.items() if value}


def recipe_contract(folder: Path) -> Contract | None:
    """Return what a run's recipe promised, if anything."""
    from equitab.pipeline.recipe import load_recipe

    choice = load_recipe(folder / "recipe.yaml").contract
    return None if choice is None else choice.contract


def _recorded_files(record: RunRecord) -> dict[str, str]:
    """Return the digests of a run's files that it keeps, but of its certificate."""
    return {
        name: digest
        for stage in record.stages.values()
        for name, digest in stage.files.items()
        if not name.startswith("unfinished/") and name != CERTIFICATE
    }


def _is_same(path: Path, digest: str) -> bool:
    return path.exists() and digest_of(path) == digest


def _target(path: Path, *, overwrite: bool) -> Path:
    """Return where a certificate goes, before anything slow."""
    if path.is_dir():
        raise OutputExistsError(f"{str(path)!r} is a folder. Next: name a file for the certificate.")
    if path.exists() and not overwrite:
        advice = "--overwrite replaces it (the new one names the old), --out FILE keeps both"
        raise OutputExistsError(f"{str(path)!r} exists. Next: {advice}.")
    return path


def _judge(contract: Contract, measurements: Any, chosen: Mapping[str, str]) -> ContractVerdict:
    from equitab.assurance.checking import check_contract

    return check_contract(contract, measurements, chosen=dict(chosen) or None)


def _certificate(
    folder: Path,
    record: RunRecord,
    *,
    contract: Contract | None,
    verdict: ContractVerdict | None,
    measurements: str,
    **others: Any,
) -> Certificate:
    subjects = {**subject_digests(folder), "table": f"sha256:{record.fingerprint['table']}"}
    if measurements not in subjects:
        subjects[measurements] = digest_file(folder / measurements)
    return Certificate(
        subjects=subjects,
        contract=None if contract is None else contract.to_dict(),
        contract_digest="" if contract is None else contract.digest,
        verdict=None if verdict is None else verdict.to_dict(),
        measurements=measurements,
        seeds=tuple(record.facts.get("seeds", ())),
        environment=record.environment or environment(),
        code_digest=code_digest(),
        **others,
    )


def _issue(
    certificate: Certificate, key: SigningKey | None, target: Path, remarks: tuple[str, ...] = ()
) -> Issued:
    signer = local_key() if key is None else key
    content = issue_certificate(certificate, signer)
    write_bytes_atomically(target, content, overwrite=True)
    return Issued(target, certificate_digest(content), certificate, signer.key_id, remarks)


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


def _digest_if_there(path: Path) -> str:
    return digest_file(path) if path.is_file() else ""


def _slug(lab: str) -> str:
    """Return a lab's name as the name of a folder."""
    found = _SLUG.sub("-", lab.lower()).strip("-")
    if not found or len(lab) > 120:
        raise InputError(Problem("--lab", "a name with letters or digits, at most 120 characters", "another"))
    return found


__all__ = [
    "Issued",
    "NewKey",
    "certify",
    "certify_as_lab",
    "certify_run",
    "checked_record",
    "chosen_by",
    "make_key",
    "recipe_contract",
]
