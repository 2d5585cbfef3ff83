"""The stages of a run that promises are about: checking the contract, recording evidence, signing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from equitab.dataframe import Frame, read_table
from equitab.errors import EquitabError
from equitab.evaluation import Headline
from equitab.pipeline.assurance.commit import commitment_before_run
from equitab.pipeline.assurance.recipe_contract import ContractChoice
from equitab.pipeline.assurance.run_evidence import (
    Kept,
    contract_choice,
    keep_evidence,
    noted_time,
    platform_facts,
    source_of,
)
from equitab.pipeline.assurance.store_knowledge import earlier_runs, look_back
from equitab.pipeline.cards import write_cards
from equitab.pipeline.preparation import PreparedRun
from equitab.pipeline.run_folder import RunFolder
from equitab.pipeline.stages import Done

if TYPE_CHECKING:
    from equitab.assurance import Contract, ContractVerdict, Evidence, PlatformMeter

CONTRACT_STAGE, CARDS_STAGE, CERTIFICATE_STAGE = "contract", "cards", "certificate"
CERTIFICATE = "certificate.json"
_MEASUREMENTS = "measurements.parquet"


def chosen_of(headline: Headline | None) -> dict[str, str]:
    """Return what *chosen* means in a contract: model, treatment and operating point of the headline."""
    if headline is None:
        return {}
    point = headline.fairness_after.operating_point
    found = {"model": headline.model, "treatment": headline.treatment, "operating_point": point}
    return {name: value for name, value in found.items() if value}


def check_promises(
    prepared: PreparedRun, headline: Headline | None, folder: RunFolder, meter: PlatformMeter
) -> Done:
    """Check the recipe's contract on what the run measured, and record everything as evidence.

    Parameters
    ----------
    prepared : PreparedRun
    headline : Headline or None
    folder : RunFolder
        With its measurements.
    meter : PlatformMeter
        Started when the run began.

    Returns
    -------
    Done
        Facts: ``verdict``, ``chosen``, ``evidence`` (what became of it), ``commitment`` and why there is none.
    """
    choice, chosen = contract_choice(prepared), chosen_of(headline)
    measurements = read_table(folder.place(_MEASUREMENTS))
    verdict = None
    if choice.contract is not None:
        verdict = _judge(choice.contract, measurements, chosen, choice, folder)
    kept = keep_evidence(_evidence(prepared, folder, measurements, verdict, meter), choice)
    commitment, why_none = _commitment(choice, kept, folder)
    facts = {
        "verdict": None if verdict is None else verdict.to_dict(),
        "chosen": chosen,
        "evidence": kept.to_dict(),
        "commitment": commitment,
        "no_commitment_reason": why_none,
        "remarks": list(kept.remarks),
    }
    return Done([], facts, "evidence recorded" if verdict is None else f"contract {verdict.verdict}")


def make_cards(folder: RunFolder) -> Done:
    """Write data sheet and model card."""
    files = list(write_cards(folder.path))
    return Done(files, {}, ", ".join(file.name for file in files))


def sign_run(prepared: PreparedRun, folder: RunFolder) -> Done:
    """Write the certificate, which covers everything that the run left, and record that it was issued.

    A key that cannot be made, or a folder of keys that cannot be written, costs the certificate, not the run.
    """
    from equitab.assurance import ContractVerdict
    from equitab.pipeline.assurance.certify import certify_run
    from equitab.pipeline.assurance.issuing_store import issue_evidence

    choice, facts = contract_choice(prepared), folder.record.stages[CONTRACT_STAGE].facts
    held = facts["verdict"]
    try:
        issued = certify_run(
            folder.path,
            contract=choice.contract,
            verdict=None if held is None else ContractVerdict.from_dict(held),
            chosen=facts["chosen"],
            evidence_head=facts["evidence"]["head"],
            commitment=facts["commitment"],
            valid_days=choice.valid_days,
            overwrite=True,
        )
    except EquitabError as error:
        said = f"No certificate was written: {error} Next: equitab certify {folder.path.name} writes it."
        return Done([], {"remarks": [said]}, "no certificate")
    source = source_of(prepared, folder, time=issued.certificate.issued_at)
    kept = keep_evidence([issue_evidence(source, issued)], choice)
    said_of = {"digest": issued.digest, "key_id": issued.key_id, "remarks": [*issued.remarks, *kept.remarks]}
    return Done([issued.path], said_of, issued.key_id[:24])


def drop_stale_certificate(folder: RunFolder) -> None:
    """Have a certificate written again whose run went on after it: it would not cover what came later."""
    from equitab.assurance import claims_of, subject_digests

    if not folder.is_done(CERTIFICATE_STAGE) or not folder.place(CERTIFICATE).exists():
        return
    certificate, _ = claims_of(folder.place(CERTIFICATE).read_bytes())
    held = {name: digest for name, digest in certificate.subjects.items() if name != "table"}
    if held != dict(subject_digests(folder.path)):
        folder.forget_stage(CERTIFICATE_STAGE)


def _earlier_measurements(
    contract: Contract, choice: ContractChoice, *, subject: str, run: str
) -> Sequence[Frame]:
    """Return what earlier runs about the same subject measured, oldest first, as far as the contract looks back."""
    if not look_back(contract) or not choice.has_store:
        return ()
    from equitab.assurance import EvidenceStore

    try:
        with EvidenceStore.open(choice.store, read_only=True) as store:
            return earlier_runs(store, contract, subject=subject, run=run)
    except EquitabError:
        return ()


def _judge(
    contract: Contract,
    measurements: Frame,
    chosen: Mapping[str, str],
    choice: ContractChoice,
    folder: RunFolder,
) -> ContractVerdict:
    from equitab.assurance import check_contract

    subject, run = folder.record.facts["subject"], folder.record.facts["run"]
    return check_contract(
        contract,
        measurements,
        chosen=dict(chosen) or None,
        earlier=_earlier_measurements(contract, choice, subject=subject, run=run),
        subject=subject,
    )


def _evidence(
    prepared: PreparedRun,
    folder: RunFolder,
    measurements: Frame,
    verdict: ContractVerdict | None,
    meter: PlatformMeter,
) -> Sequence[Evidence]:
    """Return everything that a run leaves as evidence, but its beginning and its certificate."""
    from equitab.assurance import measurement_evidence, verdict_evidence

    source = source_of(prepared, folder, time=noted_time(folder, "measured_at"))
    contract = contract_choice(prepared).contract
    promised = [] if verdict is None else verdict_evidence(source, verdict, contract=contract)
    platform = source.says("platform", platform_facts(prepared, folder, meter))
    return [*measurement_evidence(source, measurements), *promised, platform]


def _commitment(choice: ContractChoice, kept: Kept, folder: RunFolder) -> tuple[dict[str, Any] | None, str]:
    """Return the commitment of exactly this contract that precedes the run, or why none is shown."""
    from equitab.assurance import EvidenceStore

    if choice.contract is None:
        return None, "nothing was promised"
    if kept.state != "stored":
        return None, "the evidence store could not be asked"
    facts = folder.record.facts
    try:
        with EvidenceStore.open(choice.store, read_only=True) as store:
            return commitment_before_run(
                store, contract_digest=choice.contract.digest, subject=facts["subject"], run=facts["run"]
            )
    except EquitabError as error:
        return None, f"the evidence store could not be asked ({error})"
