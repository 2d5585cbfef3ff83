"""A contract against measurements: which clauses are met, which are violated, and which nobody can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from equitab.assurance.clause import APPLIES_WHEN, Clause, promised_property
from equitab.assurance.contract import Contract
from equitab.assurance.contract_words import clause_words
from equitab.assurance.judging import MET, UNDETERMINED, VIOLATED, Judge, Outcome, count_intervals
from equitab.assurance.matching import Matches, find_matches
from equitab.assurance.measurement_table import MeasurementTable
from equitab.assurance.requirement import AllOf, Condition, Not, Over, Requirement, conditions_of
from equitab.assurance.verdict import ClauseVerdict, ContractVerdict, Verdict, contract_state
from equitab.dataframe import Frame
from equitab.evaluation.results import Measurement

__all__ = ["check_contract"]

_WORDS: Mapping[int, Verdict] = {VIOLATED: "violated", UNDETERMINED: "undetermined", MET: "met"}


def check_contract(
    contract: Contract,
    measurements: Frame | Iterable[Measurement],
    *,
    chosen: Mapping[str, str] | None = None,
    earlier: Sequence[Frame | Iterable[Measurement]] = (),
    subject: str = "",
) -> ContractVerdict:
    r"""Return what became of a contract's promises.

    Parameters
    ----------
    contract : Contract
    measurements : Frame or iterable of Measurement
        What was measured: of a run, of a table, of predictions.
    chosen : mapping of str to str, optional
        The run's ``model``, ``treatment`` and ``operating_point``; without it a promise about models must be kept by
        every model on every table that was tried.
    earlier : sequence of Frame or of iterables of Measurement, optional
        What was measured at earlier times, oldest first: for clauses that look back.
    subject : str, optional
        What was checked, for the reader.

    Returns
    -------
    ContractVerdict

    Raises
    ------
    ContractError
        If the measurements lack columns.

    Notes
    -----
    ``at_most t`` is met where the whole interval is at most *t*, violated where all of it is above, and undetermined
    in between; ``at_least`` likewise. A condition that is about several measurements must hold for each. What is
    undefined or was not measured is undetermined.

    With the correction of Bonferroni each of the *m* different intervals that are compared, in whichever clause and
    at whichever time, is widened to the confidence :math:`1 - (1 - c)/m`, so that all of them together hold with
    confidence :math:`c`. The same interval compared twice counts once, for it is right or wrong but once.

    Examples
    --------
    >>> from equitab.assurance import contract_from_templates
    >>> ratio = Measurement(metric="demographic_parity_ratio", value=0.9, low=0.85, high=0.95, confidence=0.95,
    ...     n=900, sensitive_features="sex", stage="audit")
    >>> verdict = check_contract(contract_from_templates("four_fifths_rule"), [ratio])
    >>> verdict.verdict, verdict.clauses[0].reason
    ('met', 'the whole interval [0.850, 0.950] is at least 0.8')
    """
    evidence = _Evidence(
        tables=tuple(MeasurementTable.of(one) for one in (*earlier, measurements)), chosen=dict(chosen or {})
    )
    applicable = [clause for clause in contract.clauses if not _missing(clause, evidence)]
    found = {
        (id(condition), place): evidence.matches(condition, place)
        for clause in applicable
        for place in evidence.places(clause.over)
        for condition in conditions_of(clause.requirement)
    }
    n_compared = count_intervals(found.values())
    confidence = _interval_confidence(contract, n_compared)
    check = _Check(contract, evidence, found, Judge(confidence))
    clauses = tuple(check.clause(clause) for clause in contract.clauses)
    return ContractVerdict(
        contract=contract.name,
        contract_digest=contract.digest,
        verdict=contract_state(clauses),
        clauses=clauses,
        confidence=contract.confidence,
        interval_confidence=confidence,
        n_compared=n_compared,
        subject=subject,
        remarks=tuple(_remarks(contract, evidence, n_compared, confidence)),
    )


@dataclass(frozen=True, eq=False)
class _Evidence:
    """Measurements of all times, this one last."""

    tables: tuple[MeasurementTable, ...]
    chosen: Mapping[str, str]

    @property
    def now(self) -> MeasurementTable:
        return self.tables[-1]

    @property
    def is_of_models(self) -> bool:
        return bool(self.now.has("stage", ("test", "validation")).any())

    def places(self, over: Over | None) -> range:
        """Return the times that a clause looks at, as positions in `tables`."""
        n_times = 1 if over is None or over.window == "last" else over.runs
        return range(max(len(self.tables) - n_times, 0), len(self.tables))

    def matches(self, condition: Condition, place: int) -> Matches:
        before = self.tables[place - 1] if place else None
        return find_matches(condition, self.tables[place], chosen=self.chosen, before=before)


@dataclass(frozen=True, eq=False)
class _Check:
    """One contract, all that its conditions match, and who compares intervals with thresholds."""

    contract: Contract
    evidence: _Evidence
    found: Mapping[tuple[int, int], Matches]
    judge: Judge

    def clause(self, clause: Clause) -> ClauseVerdict:
        """Return the verdict of one clause."""
        blank = ClauseVerdict(
            name=clause.name,
            property=promised_property(clause),
            severity=clause.severity,
            verdict="not applicable",
            text=clause_words(clause),
        )
        missing = _missing(clause, self.evidence)
        if missing:
            return replace(blank, reason=f"it does not apply here: it needs {' and '.join(missing)}")
        outcome = self.over_time(clause)
        verdict, reason = self.decided(outcome)
        return replace(
            blank,
            verdict=verdict,
            value=outcome.value,
            low=outcome.low,
            high=outcome.high,
            n=outcome.n,
            reason=reason,
            shown=outcome.shown,
        )

    def decided(self, outcome: Outcome) -> tuple[Verdict, str]:
        """Return the verdict in a word, after what the contract says about doubt."""
        if outcome.state == UNDETERMINED and self.contract.in_doubt == "violated":
            return "violated", f"{outcome.reason}; the contract takes doubt for a violation"
        return _WORDS[outcome.state], outcome.reason

    def over_time(self, clause: Clause) -> Outcome:
        """Return what became of a clause over the times that it is about."""
        places = self.evidence.places(clause.over)
        outcomes = [self.outcome(clause.requirement, place) for place in places]
        if clause.over is None or clause.over.window == "last":
            return outcomes[-1]
        states = [outcome.state for outcome in outcomes]
        state = _window_state(clause.over, states)
        counts = ", ".join(
            f"{states.count(one)} times {_WORDS[one]}"
            for one in (MET, VIOLATED, UNDETERMINED)
            if one in states
        )
        lacking = clause.over.runs - len(states)
        without = f", {_times(lacking)} without evidence" if lacking else ""
        return replace(
            outcomes[-1], state=state, reason=f"{counts}{without}; this time: {outcomes[-1].reason}"
        )

    def outcome(self, requirement: Requirement, place: int) -> Outcome:
        """Return what became of a requirement at one time."""
        if isinstance(requirement, Condition):
            return self.judge.outcome(self.found[id(requirement), place])
        if isinstance(requirement, Not):
            held = self.outcome(requirement.part, place)
            return replace(held, state=-held.state)
        parts = [self.outcome(part, place) for part in requirement.parts]
        deciding = (min if isinstance(requirement, AllOf) else max)(part.state for part in parts)
        return _joined(parts, deciding)


def _joined(parts: Sequence[Outcome], deciding: int) -> Outcome:
    """Return the first part with the state that decides, with the reasons of all such parts."""
    decisive = [part for part in parts if part.state == deciding]
    return replace(decisive[0], reason="; and ".join(dict.fromkeys(part.reason for part in decisive)))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _window_state(over: Over, states: Sequence[int]) -> int:
    """Return the state of a clause over several times; a time without evidence is undetermined."""
    n_met, n_violated = states.count(MET), states.count(VIOLATED)
    share = 1.0 if over.window == "all" else over.share
    needed = int(np.ceil(share * over.runs - 1e-9))
    if n_met >= needed:
        return MET
    return VIOLATED if over.runs - n_violated < needed else UNDETERMINED


def _missing(clause: Clause, evidence: _Evidence) -> list[str]:
    """Return what a clause is about and the evidence does not have, in words."""
    return [APPLIES_WHEN[word] for word in clause.applies_when if not _is_there(word, evidence)]


def _is_there(word: str, evidence: _Evidence) -> bool:
    now = evidence.now
    if word == "earlier":
        return len(evidence.tables) > 1
    if word == "trained_models":
        return bool(now.has("stage", ("test",)).any())
    if word == "predictions":
        return evidence.is_of_models or bool(now.has("metric", ("accuracy", "selection_rate")).any())
    if word == "made_rows":
        return bool(now.has("stage", ("fidelity", "privacy", "group_truth")).any())
    return bool((~now.has("sensitive_features", ("",))).any())


def _interval_confidence(contract: Contract, n_compared: int) -> float:
    if contract.correction == "none" or n_compared < 2:
        return contract.confidence
    return 1 - (1 - contract.confidence) / n_compared


def _remarks(contract: Contract, evidence: _Evidence, n_compared: int, confidence: float) -> Iterator[str]:
    if contract.correction == "bonferroni" and n_compared > 1:
        yield (
            f"{n_compared:,} intervals were compared; each was widened to a confidence of {confidence:.4%}, so that "
            f"all together hold with {contract.confidence:g} (Bonferroni)."
        )
    if contract.correction == "none" and n_compared > 1:
        yield (
            f"{n_compared:,} intervals were compared, each at {contract.confidence:g}: no correction for being "
            "several."
        )
    if evidence.is_of_models and "model" not in evidence.chosen:
        yield (
            "It was not said which model was chosen: every model on every table that was tried has to keep the "
            "promises."
        )
