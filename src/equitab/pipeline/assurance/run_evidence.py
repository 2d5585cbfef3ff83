"""What a run leaves in the evidence store: that it began, what it measured, what it used, what it certified.

A store that is down or full never stops a run: what it does not take waits in the outbox, and that is said.
The times of evidence are noted once in ``run.json``, so that a stage that is repeated after an interruption
says the same bytes again, which the store keeps once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.errors import EquitabError
from equitab.pipeline.assurance.recipe_contract import ContractChoice
from equitab.pipeline.run_folder import RunFolder
from equitab.pipeline.storage import digest_of

if TYPE_CHECKING:
    from equitab.assurance import Evidence, EvidenceSource
    from equitab.assurance.platform_evidence import PlatformMeter
    from equitab.pipeline.preparation import PreparedRun

PROBE = "run"
_PREFIX = "sha256:"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of evidence.

    Attributes
    ----------
    state : {"stored", "kept", "lost", "none"}
        In the store, in the outbox, nowhere, or not wanted.
    store : str
        The store, without a password.
    head : str
        The digest of the store's last record after it; empty unless stored.
    remarks : tuple of str
        What a reader must know.
    """

    state: str
    store: str = ""
    head: str = ""
    remarks: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for ``run.json``."""
        return {**vars(self), "remarks": list(self.remarks)}


def contract_choice(prepared: PreparedRun) -> ContractChoice:
    """Return what the recipe says of promises and evidence; the defaults where it says nothing."""
    return prepared.recipe.contract or ContractChoice()


def begin_evidence(prepared: PreparedRun, folder: RunFolder) -> PlatformMeter:
    """Give the run its name, and record that it begins: what is committed from now on comes after it.

    Returns
    -------
    PlatformMeter
        From now on it counts what the run uses.
    """
    from equitab.assurance import PlatformMeter, run_evidence

    meter = PlatformMeter.start()
    if "run" not in folder.record.facts:
        now = datetime.now(UTC)
        name = f"run-{now:%Y%m%dT%H%M%S%f}-{prepared.fingerprint['recipe'][:8]}"
        folder.note(run=name, subject=contract_choice(prepared).subject or prepared.name)
    facts = {
        "event": "started",
        "n_rows": len(prepared.frame),
        "generator": prepared.recipe.generator.name,
        "models": [model.name for model in prepared.recipe.models],
        "seeds": list(prepared.recipe.seeds),
    }
    source = source_of(prepared, folder, time=noted_time(folder, "begun_at"))
    source = replace(source, model_digest="")  # a run that goes on has its model already
    keep_evidence([run_evidence(source, table=prepared.name, facts=facts)], contract_choice(prepared))
    return meter


def noted_time(folder: RunFolder, name: str) -> datetime:
    """Return the time that the run noted under a name; it is noted at the first call."""
    from equitab.assurance import parse_time, time_text

    if name not in folder.record.facts:
        folder.note(**{name: time_text(datetime.now(UTC))})
    return parse_time(folder.record.facts[name])


def source_of(prepared: PreparedRun, folder: RunFolder, *, time: datetime) -> EvidenceSource:
    """Return where the evidence of a run comes from."""
    from equitab.assurance import EvidenceSource, code_digest, environment_digest

    facts, prints = folder.record.facts, prepared.fingerprint
    model = folder.place("model")
    contract = contract_choice(prepared).contract
    return EvidenceSource(
        run=facts["run"],
        subject=facts["subject"],
        time=time,
        probe=PROBE,
        data_digest=_PREFIX + prints["table"],
        model_digest=_PREFIX + digest_of(model) if model.exists() else "",
        code_digest=code_digest(),
        recipe_digest=_PREFIX + prints["recipe"],
        contract_digest="" if contract is None else contract.digest,
        environment_digest=environment_digest(),
        seed=prepared.recipe.seed,
    )


def keep_evidence(evidence: Iterable[Evidence], choice: ContractChoice) -> Kept:
    """Record evidence where the recipe says; whatever happens, the run goes on."""
    if not choice.has_store:
        return Kept(state="none", store="none, as the recipe says")
    return keep_in(evidence, choice.store)


def keep_in(evidence: Iterable[Evidence], store: str | Path | None) -> Kept:
    """Record evidence in a store or in its outbox, and say which."""
    from equitab.assurance import record

    try:
        outcome = record(evidence, store)
    except EquitabError as error:
        return Kept(state="lost", remarks=(f"Evidence was not recorded: {error}",))
    said = [f"Evidence: {remark}" for remark in outcome.remarks]
    if outcome.state == "kept":
        said.append(str(outcome))
    head = "" if outcome.head is None else outcome.head.digest
    return Kept(state=outcome.state, store=outcome.store, head=head, remarks=tuple(said))


def platform_facts(prepared: PreparedRun, folder: RunFolder, meter: PlatformMeter) -> Mapping[str, Any]:
    """Return what the run used: time, memory, versions, and which files it read."""
    from equitab.assurance import platform_evidence

    recipe = prepared.recipe
    places = [place for place in (recipe.table, recipe.split.test_table) if place is not None]
    seconds = {name: round(stage.seconds, 3) for name, stage in folder.record.stages.items()}
    return {
        **platform_evidence(meter, files=places, rows=len(prepared.frame)),
        "stage_seconds": seconds,
    }
