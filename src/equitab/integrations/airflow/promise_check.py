"""A promise and what a task returned, made into a verdict; nothing here needs Airflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.integrations.airflow.promise_terms import Promise, stops
from equitab.integrations.airflow.task_answer import place_of

if TYPE_CHECKING:
    from equitab.pipeline import Assurance

PROBE = "airflow"


@dataclass(frozen=True, kw_only=True)
class PromiseOutcome:
    """What became of a promise.

    Attributes
    ----------
    contract : str
        The contract's name.
    subject : str
        What was judged.
    verdict : {"met", "violated", "undetermined", "not applicable"}
    is_broken : bool
        Whether the DAG stops here.
    clauses : dict
        Verdicts by the names of the clauses.
    evidence : str
        Where the evidence went.
    lines : tuple of str
        Why, clause by clause.
    """

    contract: str
    subject: str
    verdict: str
    is_broken: bool
    clauses: dict[str, str]
    evidence: str
    lines: tuple[str, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether a reader should look, though the DAG may go on."""
        return self.verdict != "met" or any(verdict != "met" for verdict in self.clauses.values())

    @property
    def text(self) -> str:
        """The verdict, what it rests on, and where the evidence went."""
        return "\n".join([f"Promise {self.contract!r} about {self.subject}: {self.verdict}", *self.lines])

    def to_dict(self) -> dict[str, Any]:
        """Return what may be handed to other tasks: names and verdicts."""
        return {
            "contract": self.contract,
            "verdict": self.verdict,
            "is_broken": self.is_broken,
            "clauses": dict(self.clauses),
            "evidence": self.evidence,
        }


def check_promise(
    held: Promise, returned: Any, *, run: str, subject: str, now: datetime | None
) -> PromiseOutcome:
    """Check a promise on what a task returned, and keep the evidence.

    Parameters
    ----------
    held : Promise
        With its templates filled in.
    returned : str, path, mapping or table
        What the task returned; not looked at where the promise says where the output is.
    run : str
        The name of the task's place in one run of its DAG.
    subject : str
        What the evidence is about, over all runs, where neither the promise nor a run's folder says it.
    now : datetime or None
        The time of the evidence: the same at every try of a task, so that the store keeps it once.

    Raises
    ------
    InputError
        If there is no output, or the contract cannot be checked on it.
    """
    from equitab.pipeline import assure

    place = place_of(returned if held.on is None else held.on)
    found = assure(
        held.read(),
        place,
        schema=held.schema_keys(),
        prediction=held.prediction,
        subject=held.subject or ("" if _is_run(place) else subject),
        store=held.store,
        run=run,
        probe=PROBE,
        seed=held.seed,
        now=now,
    )
    verdict = found.verdict
    return PromiseOutcome(
        contract=held.name,
        subject=found.subject,
        verdict=verdict.verdict,
        is_broken=stops(verdict.verdict, held.if_undetermined),
        clauses={clause.name: clause.verdict for clause in verdict.clauses},
        evidence="not kept" if found.kept is None else str(found.kept),
        lines=tuple(_lines(found)),
    )


def _lines(found: Assurance) -> Iterator[str]:
    """Yield the verdicts, clause by clause, and where the evidence went."""
    for clause in found.verdict.clauses:
        mark = " (warning only)" if clause.severity == "warn" else ""
        reason = f": {clause.reason}" if clause.reason else ""
        yield f"{clause.name}{mark}: {clause.verdict}; {clause.text}{reason}"
    yield from found.verdict.remarks
    if found.kept is not None:
        yield str(found.kept)


def _is_run(place: Any) -> bool:
    """Return whether a place is a run's folder, which has a subject of its own."""
    return isinstance(place, str) and Path(place).is_dir()
