"""The certificate of a run: everything that lies in its folder, what was promised, and what came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    subject_digests,
    validity,
)
from equitab.dataframe import Frame, read_table, write_bytes_atomically
from equitab.errors import OutputExistsError, SavedFormatError
from equitab.pipeline.run_folder import RunRecord, environment, read_run_record
from equitab.pipeline.storage import digest_of

if TYPE_CHECKING:
    from equitab.assurance import Contract, ContractVerdict

CERTIFICATE = "certificate.json"
MEASUREMENTS = "measurements.parquet"
_DONE_STAGE = "results"


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
    earlier: Sequence[Frame] = (),
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
    earlier : sequence of Frame
        Measurements of earlier runs, for promises that look back, where no verdict is given.
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
    target = free_target(place / CERTIFICATE if out is None else Path(out), overwrite=overwrite)
    headline = chosen_by(record) if chosen is None else chosen
    if contract is not None and verdict is None:
        verdict = judge(contract, read_table(place / measurements), headline, earlier)
    certificate = run_certificate(
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
    return issue(certificate, key, target)


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


def recipe_store(folder: Path) -> str | None:
    """Return the evidence store that a run's recipe names, if any."""
    from equitab.pipeline.recipe import load_recipe

    choice = load_recipe(folder / "recipe.yaml").contract
    return None if choice is None else choice.store


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


def free_target(path: Path, *, overwrite: bool) -> Path:
    """Return where a certificate goes, before anything slow."""
    if path.is_dir():
        raise OutputExistsError(f"{str(path)!r} is a folder. Next: name a file for the certificate.")
    if path.exists() and not overwrite:
        advice = "--overwrite replaces it (the new one names the old), --out FILE keeps both"
        raise OutputExistsError(f"{str(path)!r} exists. Next: {advice}.")
    return path


def judge(
    contract: Contract, measurements: Frame, chosen: Mapping[str, str], earlier: Sequence[Frame] = ()
) -> ContractVerdict:
    """Return what became of a contract's promises in a run."""
    from equitab.assurance import check_contract

    return check_contract(contract, measurements, chosen=dict(chosen) or None, earlier=earlier)


def run_certificate(
    folder: Path,
    record: RunRecord,
    *,
    contract: Contract | None,
    verdict: ContractVerdict | None,
    measurements: str,
    **others: Any,
) -> Certificate:
    """Return the claims about a run, ready to be signed."""
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


def issue(
    certificate: Certificate, key: SigningKey | None, target: Path, remarks: tuple[str, ...] = ()
) -> Issued:
    """Sign a certificate and write it; with the local key where none is given."""
    signer = local_key() if key is None else key
    content = issue_certificate(certificate, signer)
    write_bytes_atomically(target, content, overwrite=True)
    return Issued(target, certificate_digest(content), certificate, signer.key_id, remarks)


def digest_if_there(path: Path) -> str:
    """Return a file's digest; nothing where there is no file."""
    return digest_file(path) if path.is_file() else ""
