"""What happens to a watched certificate during one look: suspended, renewed, revoked, expired, each on record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from equitab.dataframe import read_table
from equitab.evaluation.results import measurements_frame
from equitab.pipeline.assurance.certificate_steps import Step, is_over, step_evidence, take_step
from equitab.pipeline.assurance.new_rows import Judgement, NewRows, measure_new_rows
from equitab.pipeline.assurance.probe import MONITOR, Probe, Seen, next_probe_folder, save_probe
from equitab.pipeline.assurance.recipe_contract import NO_STORE
from equitab.pipeline.assurance.run_evidence import keep_in
from equitab.pipeline.assurance.watched_run import WatchedRun
from equitab.pipeline.measurement_files import save_measurements

if TYPE_CHECKING:
    from equitab.assurance import Certificate, ContractVerdict, Evidence, EvidenceSource, SigningKey
    from equitab.pipeline.assurance.certify import Issued

_CERTIFICATE, _MEASUREMENTS = "certificate.json", "measurements.parquet"


@dataclass(frozen=True, eq=False, kw_only=True)
class Measured:
    """What a look measured.

    Attributes
    ----------
    judgement : Judgement
    verdict : ContractVerdict
    """

    judgement: Judgement
    verdict: ContractVerdict


@dataclass(eq=False, kw_only=True)
class Life:
    """What happens to a certificate during one look.

    Attributes
    ----------
    status : str
    steps : list of Step
    remarks : list of str
    """

    watched: WatchedRun
    probe: Probe
    seen: Seen
    now: datetime
    status: str
    steps: list[Step] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def expire_if_over(self) -> None:
        """End a certificate whose time is over."""
        if self.status in {"valid", "suspended"} and is_over(self.watched.certificate, self.now):
            self._step("expire", "its time is over")

    def suspend(self, reason: str) -> None:
        """Suspend a certificate that speaks of something else than what is there now."""
        if self.status in {"valid", "suspended"}:
            self._step("change_digest", reason)

    def keep_look(self) -> tuple[str, ...]:
        """Record that somebody looked and found nothing new; return what has to be said about it."""
        return self._keep([self._looked("nothing has changed")])

    def measure(self, rows: NewRows) -> Measured:
        """Judge the model on the new rows, and check the contract."""
        from equitab.assurance import check_contract

        watched = self.watched
        chosen = watched.certificate.chosen
        seed = int(watched.record.facts["seeds"][0])
        is_source = self.seen.data == watched.certificate.subjects.get("table")
        found = measure_new_rows(watched.folder, rows, chosen=chosen, seed=seed, is_source=is_source)
        before = read_table(watched.folder / watched.certificate.measurements)
        verdict = check_contract(
            watched.contract,
            measurements_frame(found.measurements),
            chosen=dict(chosen),
            earlier=[before],
            subject=rows.name,
        )
        return Measured(judgement=found, verdict=verdict)

    def decide(self, measured: Measured, key: SigningKey | str | Path | None) -> Issued | None:
        """Let the verdict decide about the certificate, write what was found, and record it."""
        from equitab.assurance import measurement_evidence, verdict_evidence

        place = next_probe_folder(self.watched.folder)
        save_measurements(measured.judgement.measurements, place / _MEASUREMENTS)
        word = measured.verdict.verdict
        issued = self._renew(measured, place, key) if word == "met" else None
        if word != "met":
            self._fall(word, _reason(measured.verdict))
        source = self._source(measured.verdict.contract_digest)
        own = [one for one in measured.judgement.measurements if one.stage == "test"]
        self.remarks += self._keep(
            [
                self._looked("; ".join(step.reason for step in self.steps)),
                *measurement_evidence(source, own),
                *verdict_evidence(source, measured.verdict, contract=self.watched.contract),
                *(self._evidence_of(step, word) for step in self.steps),
                *([] if issued is None else [self._issued_evidence(issued, word)]),
            ]
        )
        self._save(place, word, issued)
        return issued

    def _renew(self, measured: Measured, place: Path, key: SigningKey | str | Path | None) -> Issued | None:
        """Issue a certificate in place of the old one, unless that was taken back."""
        from equitab.pipeline.assurance.certify import certify_run

        watched = self.watched
        if self.status == "revoked":
            self.remarks.append(
                "The promises are met again, but the certificate was revoked: whoever answers for it has to issue "
                "another one (equitab certify)."
            )
            return None
        if not measured.judgement.is_new:
            self.remarks.append("Nothing is renewed on rows that the model may have learned from.")
            return None
        if self.seen.model != self._certified_model():
            self.remarks.append(
                "The model is not the one that was certified, so nothing is renewed: run it again."
            )
            return None
        issued = certify_run(
            watched.folder,
            contract=watched.contract,
            verdict=measured.verdict,
            key=_signing_key(key),
            chosen=watched.certificate.chosen,
            evidence_head=self._head(),
            commitment=watched.certificate.commitment,
            previous=watched.digest,
            measurements=f"{MONITOR}/{place.name}/{_MEASUREMENTS}",
            valid_days=_days(watched.certificate),
            out=place / _CERTIFICATE,
            now=self.now,
        )
        self._step("renew", "the promises are met on the new rows")
        self.status = "valid"
        return issued

    def _fall(self, word: str, reason: str) -> None:
        """Suspend or revoke a certificate by a verdict."""
        from equitab.assurance import event_of_verdict

        if self.status in {"valid", "suspended"}:
            self._step(event_of_verdict(word), reason)

    def _step(self, event: str, reason: str) -> None:
        step = take_step(self.watched.digest, self.status, event, reason)
        self.steps.append(step)
        self.status = step.status

    def _certified_model(self) -> str:
        """Return the digest of the model as the run recorded it."""
        for stage in self.watched.record.stages.values():
            if "model" in stage.files:
                return f"sha256:{stage.files['model']}"
        return ""

    def _head(self) -> str:
        from equitab.assurance import EvidenceStore
        from equitab.errors import EquitabError

        if self.watched.store == NO_STORE:
            return ""
        try:
            with EvidenceStore.open(self.watched.store, read_only=True) as store:
                return store.head.digest
        except EquitabError:
            return ""

    def _source(self, contract_digest: str) -> EvidenceSource:
        from equitab.assurance import EvidenceSource, environment_digest

        record = self.watched.record
        return EvidenceSource(
            run=f"monitor-{self.now:%Y%m%dT%H%M%S%f}",
            subject=self.watched.subject,
            time=self.now,
            probe=self.probe.name,
            data_digest=self.seen.data,
            model_digest=self.seen.model,
            code_digest=self.seen.code,
            recipe_digest=f"sha256:{record.fingerprint['recipe']}",
            contract_digest=contract_digest,
            environment_digest=environment_digest(),
            seed=int(record.facts["seeds"][0]),
        )

    def _looked(self, found: str) -> Evidence:
        facts = {
            "event": "looked",
            "schedule": self.probe.schedule,
            "of_run": self.watched.record.facts.get("run"),
        }
        source = self._source(self.watched.contract.digest)
        return source.says("run", {"table": self.watched.subject, **facts, "found": found})

    def _evidence_of(self, step: Step, verdict: str) -> Evidence:
        source = self._source(self.watched.contract.digest)
        return step_evidence(source, step, self.watched.certificate, verdict=verdict)

    def _issued_evidence(self, issued: Issued, verdict: str) -> Evidence:
        step = Step(certificate=issued.digest, event="issue", status="valid", reason="renews the one before")
        source = self._source(self.watched.contract.digest)
        return step_evidence(source, step, issued.certificate, verdict=verdict, previous=self.watched.digest)

    def _keep(self, evidence: list[Evidence]) -> tuple[str, ...]:
        if self.watched.store == NO_STORE:
            return ()
        return keep_in(evidence, self.watched.store).remarks

    def _save(self, place: Path, word: str, issued: Issued | None) -> None:
        facts = {
            "time": self.now.isoformat(),
            "schedule": self.probe.schedule,
            "verdict": word,
            "status": self.status,
            "certificate": self.watched.digest if issued is None else issued.digest,
            "steps": [step.to_dict() for step in self.steps],
        }
        save_probe(place, self.seen, facts)


def _reason(verdict: ContractVerdict) -> str:
    """Return which promises decided, and why."""
    said = [f"{one.name}: {one.reason}" for one in verdict.clauses if one.verdict == verdict.verdict]
    return "; ".join(said) or f"the contract is {verdict.verdict}"


def _days(certificate: Certificate) -> int | None:
    """Return how many days the certificate was valid."""
    if certificate.expires_at is None:
        return None
    return max(1, (certificate.expires_at - certificate.issued_at).days)


def _signing_key(key: SigningKey | str | Path | None) -> SigningKey | None:
    from equitab.assurance import SigningKey

    return SigningKey.load(key) if isinstance(key, str | Path) else key
