"""What rounds of growing find: every round with what became of the contract, which one is kept, and why it ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from equitab.assurance import ContractVerdict
from equitab.augmentation import AugmentedTable
from equitab.evaluation import Measurement

Stopped = Literal["held", "stalled", "cannot", "rounds", "seconds", "plan_exhausted"]

STOPPED_WORDS = {
    "held": "the contract holds on the validation rows",
    "stalled": "nothing came nearer",
    "cannot": "the contract cannot be shown to hold",
    "rounds": "all rounds that were allowed are over",
    "seconds": "the time is up",
    "plan_exhausted": "the plan has no more rows to add",
}


@dataclass(frozen=True, kw_only=True)
class ClauseStanding:
    """How far one clause is from being met in one round.

    Parameters
    ----------
    name : str
        Of the clause.
    severity : {"block", "warn"}
    verdict : {"met", "violated", "undetermined", "not applicable"}
    value, low, high : float or None
        Of the measurement that decided, with the interval that was compared.
    at_most, at_least : float or None
        The bounds of a clause of one condition; None for several together.
    excess : float or None
        How far the end of the interval that counts is beyond the bound, as a share of the metric's range; 0 where it
        is met, None where nothing was measured.
    rows_to_decide : int or None
        So many validation rows would tell a value like this one from the bound; None where they are enough or nobody
        can say.
    rows_at_best : int or None
        So many would tell even the best value there is from the bound; None where these rows could.
    unmeasured : str
        Why no round can measure it; empty where one can.

    Examples
    --------
    >>> ClauseStanding(name="fair", severity="block", verdict="met", excess=0.0).is_open
    False
    """

    name: str
    severity: str
    verdict: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    excess: float | None = None
    rows_to_decide: int | None = None
    rows_at_best: int | None = None
    unmeasured: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it decides the contract and is not met yet."""
        return self.severity == "block" and self.verdict in ("violated", "undetermined")


@dataclass(frozen=True, kw_only=True)
class GrowthRound:
    """One round: rows added so far, and what became of the contract with them.

    Parameters
    ----------
    number : int
        0 before any row is added.
    n_added : int
        Rows added in all rounds up to this one.
    verdict : ContractVerdict
        On validation rows: it chooses, and proves nothing.
    measurements : tuple of Measurement
        Everything measured in the round; stage ``validation`` for models.
    seconds : float
        Of drawing, training and measuring.
    label_certainty : float or None
        How certain a similarity network is of the labels of the round's new rows, on average from 0 to 1; None for
        other generators.
    standings : tuple of ClauseStanding
        In the order of the contract's clauses.
    """

    number: int
    n_added: int
    verdict: ContractVerdict
    measurements: tuple[Measurement, ...]
    seconds: float = 0.0
    label_certainty: float | None = None
    standings: tuple[ClauseStanding, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every promise that counts is met; so it is too where none applies."""
        return self.verdict.verdict in ("met", "not applicable")

    @property
    def reached(self) -> str:
        """Where it stands, in a few words: how many of the promises that count are met."""
        counted = [held for held in self.standings if held.severity == "block"]
        n_met = sum(held.verdict == "met" for held in counted)
        return f"{n_met} of {len(counted)} promises met with {self.n_added:,} rows added"

    @property
    def n_violated(self) -> int:
        """How many of the promises that count are violated."""
        return sum(held.is_open and held.verdict == "violated" for held in self.standings)

    @property
    def excess(self) -> float:
        """How far the promises that count are from being met, summed; one that was not measured counts 1."""
        return sum(1.0 if held.excess is None else held.excess for held in self.standings if held.is_open)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: all of it but the measurements."""
        return {
            "number": self.number,
            "n_added": self.n_added,
            "seconds": round(self.seconds, 3),
            "label_certainty": self.label_certainty,
            "verdict": self.verdict.to_dict(),
            "clauses": [asdict(held) for held in self.standings],
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class Growth:
    """Rounds of growing, and the table of the round that was kept.

    Attributes
    ----------
    rounds : tuple of GrowthRound
        From round 0, which has no added rows.
    stopped : {"held", "stalled", "cannot", "rounds", "seconds", "plan_exhausted"}
    reason : str
        Why it ended there, in words.
    kept : int
        The number of the round whose rows are kept.
    kept_reason : str
        Why that one.
    augmented : AugmentedTable
        The training rows with the rows of that round.
    learner : str
    n_validation : int
    seconds : float
    remarks : tuple of str
        What a reader must know.
    """

    rounds: tuple[GrowthRound, ...]
    stopped: Stopped
    reason: str
    kept: int
    kept_reason: str
    augmented: AugmentedTable
    learner: str
    n_validation: int
    seconds: float
    remarks: tuple[str, ...] = ()

    @property
    def kept_round(self) -> GrowthRound:
        """The round whose rows are kept."""
        return self.rounds[self.kept]

    @property
    def exit_code(self) -> int:
        """0 held, 3 it cannot be told, 1 everything else."""
        return _exit_code(self.stopped, self.kept_round.verdict.verdict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: all of it but rows and measurements."""
        return {
            "stopped": self.stopped,
            "reason": self.reason,
            "kept": self.kept,
            "kept_reason": self.kept_reason,
            "exit_code": self.exit_code,
            "learner": self.learner,
            "n_validation": self.n_validation,
            "seconds": round(self.seconds, 1),
            "rounds": [held.to_dict() for held in self.rounds],
            "plan": self.augmented.plan.to_dict(),
            "remarks": list(self.remarks),
        }


def _exit_code(stopped: Stopped, verdict: str) -> int:
    if stopped == "held":
        return 0
    return 3 if stopped == "cannot" or verdict == "undetermined" else 1
