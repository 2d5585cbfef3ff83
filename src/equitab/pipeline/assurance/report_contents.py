"""What a run's page is told about promises, their history and the certificate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from equitab.errors import EquitabError
from equitab.pipeline.assurance.recipe_contract import ContractChoice
from equitab.pipeline.assurance.run_evidence import contract_choice
from equitab.pipeline.assurance.run_stage import CONTRACT_STAGE
from equitab.pipeline.preparation import PreparedRun
from equitab.pipeline.run_folder import RunFolder
from equitab.report import (
    AssuranceContents,
    CertificateContents,
    CommitmentContents,
    PromiseHistory,
    PromisePoint,
)

if TYPE_CHECKING:
    from equitab.assurance import Contract, Requirement

_SHOWN_CHECKS = 4000
"""So many verdicts of clauses are read from the store at most, the newest."""


def assurance_contents(prepared: PreparedRun, folder: RunFolder) -> AssuranceContents:
    """Return what the page of a run shows, once its contract is checked and its evidence recorded."""
    from equitab.assurance import ContractVerdict

    choice, facts = contract_choice(prepared), folder.record.stages[CONTRACT_STAGE].facts
    held, contract = facts["verdict"], choice.contract
    return AssuranceContents(
        verdict=None if held is None else ContractVerdict.from_dict(held),
        contract_name="" if contract is None else contract.name,
        description="" if contract is None else contract.description,
        history=_history(choice, facts, folder),
        certificate=_certificate(choice, facts, folder),
    )


def _certificate(choice: ContractChoice, facts: Mapping[str, Any], folder: RunFolder) -> CertificateContents:
    from equitab.assurance import DEFAULT_VALID_DAYS, local_key

    try:
        key = local_key()
    except EquitabError as error:
        return CertificateContents(reason=str(error))
    evidence = facts["evidence"]
    return CertificateContents(
        key_name=_key_name(key.key_id),
        key_id=key.key_id,
        valid_days=choice.valid_days or DEFAULT_VALID_DAYS,
        digests=tuple(_digests(folder)),
        contract_digest="" if choice.contract is None else choice.contract.digest,
        commitment=_commitment(facts["commitment"]),
        no_commitment_reason=facts["no_commitment_reason"],
        store=_store_words(choice, evidence),
        store_remark=" ".join(evidence["remarks"]),
    )


def _key_name(key_id: str) -> str:
    from equitab.assurance import TrustedKeys

    try:
        return TrustedKeys.read().name_of(key_id)
    except EquitabError:
        return ""


def _digests(folder: RunFolder) -> list[tuple[str, str]]:
    """Return the digests of the files that finished stages keep."""
    return [
        (name, f"sha256:{digest}")
        for stage in folder.record.stages.values()
        for name, digest in stage.files.items()
        if not name.startswith("unfinished/")
    ]


def _commitment(held: Mapping[str, Any] | None) -> CommitmentContents | None:
    if held is None:
        return None
    return CommitmentContents(
        time=show_time(held["time"]),
        sequence=held["sequence"],
        run_sequence=held["runSequence"],
        n_earlier_runs=held["earlierRuns"],
    )


def _store_words(choice: ContractChoice, evidence: Mapping[str, Any]) -> str:
    """Name the store; of a file only its name, for its folder is nobody's business."""
    if evidence["state"] == "none":
        return "not kept, as the recipe says"
    place = evidence["store"]
    name = place if "://" in place else place.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{name}, the store of the user who ran this." if choice.store is None and name else f"{name}."


def _history(
    choice: ContractChoice, facts: Mapping[str, Any], folder: RunFolder
) -> tuple[PromiseHistory, ...]:
    """Return every promise of the contract over time; nothing where this run is the first."""
    if choice.contract is None or facts["evidence"]["state"] != "stored":
        return ()
    from equitab.assurance import EvidenceStore

    subject = folder.record.facts["subject"]
    try:
        with EvidenceStore.open(choice.store, read_only=True) as store:
            rows = store.promises(subject=subject, limit=_SHOWN_CHECKS).to_native().to_pylist()
    except EquitabError:
        return ()
    return promise_histories(rows, choice.contract)


def promise_histories(rows: list[dict[str, Any]], contract: Contract) -> tuple[PromiseHistory, ...]:
    """Return the history of each clause of a contract that was checked more than once.

    Parameters
    ----------
    rows : list of dict
        As `EvidenceStore.promises` returns them, oldest first.
    contract : Contract
        Only checks under a contract of its name are shown.
    """
    own = [row for row in rows if row["contract"] == contract.name]
    if len({(row["run"], row["time"]) for row in own}) < 2:
        return ()
    days = {row["time"][:10] for row in own}
    found = []
    for clause in contract.clauses:
        checks = [row for row in own if row["clause"] == clause.name]
        if len(checks) > 1:
            text = checks[-1]["promise"] or clause.name
            bounds = _bounds(clause.requirement)
            points = [
                _point(
                    row,
                    bounds if row["contract_digest"] == contract.digest else {},
                    is_one_day=len(days) == 1,
                )
                for row in checks
            ]
            found.append(PromiseHistory(name=clause.name, text=text, points=tuple(points)))
    return tuple(found)


def _bounds(requirement: Requirement) -> dict[str, float | None]:
    """Return what a clause of one condition compares its number with; nothing for several together."""
    from equitab.assurance import Condition

    if not isinstance(requirement, Condition):
        return {}
    return {"at_most": requirement.at_most, "at_least": requirement.at_least}


def _point(row: Mapping[str, Any], bounds: Mapping[str, float | None], *, is_one_day: bool) -> PromisePoint:
    """Return one check; its place on the axis says the day, or the hour where all checks are of one day."""
    time = show_time(row["time"])
    return PromisePoint(
        time=time[11:] if is_one_day else time[:10],
        verdict=row["verdict"],
        value=row["value"],
        low=row["low"],
        high=row["high"],
        at_most=bounds.get("at_most"),
        at_least=bounds.get("at_least"),
        name=f"{time}: {row['verdict']}. {row['reason'] or ''}".strip(),
    )


def show_time(text: str) -> str:
    """Return a time as readers write it, to the minute.

    Examples
    --------
    >>> show_time("2026-01-02T03:04:05.000000Z")
    '2026-01-02 03:04 UTC'
    """
    return f"{text[:10]} {text[11:16]} UTC"
