"""What a page is told about rounds of growing: every round, every promise in it, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RoundStanding:
    """One promise in one round.

    Parameters
    ----------
    verdict : {"met", "violated", "undetermined", "not applicable"}
    value, low, high : float or None
        Of the measurement that decided, with the interval that was compared.
    rows_to_decide : int or None
        So many validation rows would tell it from the bound.
    """

    verdict: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    rows_to_decide: int | None = None


@dataclass(frozen=True, kw_only=True)
class RoundClause:
    """One promise over the rounds.

    Parameters
    ----------
    name, text : str
    severity : {"block", "warn"}
    at_most, at_least : float or None
        Its bounds; None where it is about several conditions.
    standings : tuple of RoundStanding
        One for each round, from round 0.
    """

    name: str
    text: str
    severity: str = "block"
    at_most: float | None = None
    at_least: float | None = None
    standings: tuple[RoundStanding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShownRound:
    """One round.

    Parameters
    ----------
    number : int
    n_added : int
        Rows added up to this round.
    verdict : str
        Of the contract.
    seconds : float
    label_certainty : float or None
    """

    number: int
    n_added: int
    verdict: str
    seconds: float = 0.0
    label_certainty: float | None = None


@dataclass(frozen=True, kw_only=True)
class RoundsContents:
    """Rounds of growing: what became of every promise, which round was kept, why it ended.

    Parameters
    ----------
    learner : str
        The model that was trained in every round.
    n_validation : int
        Real rows that it was judged on.
    stopped : {"held", "stalled", "cannot", "rounds", "seconds", "plan_exhausted"}
    reason, kept_reason : str
    kept : int
        The number of the round whose rows were kept.
    seconds : float
    rounds : tuple of ShownRound
    clauses : tuple of RoundClause
        In the order of the contract.
    remarks : tuple of str
    """

    learner: str
    n_validation: int
    stopped: str
    reason: str
    kept: int
    kept_reason: str
    seconds: float
    rounds: tuple[ShownRound, ...]
    clauses: tuple[RoundClause, ...]
    remarks: tuple[str, ...] = ()
