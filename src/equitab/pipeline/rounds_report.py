"""What rounds of growing put on a page: their JSON as the contents of a section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equitab.report import RoundClause, RoundsContents, RoundStanding, ShownRound


def rounds_contents(found: Mapping[str, Any]) -> RoundsContents | None:
    """Return what a page shows of rounds.

    Parameters
    ----------
    found : mapping
        As `Growth.to_dict` gives it; empty where there were none.
    """
    if not found:
        return None
    return RoundsContents(
        learner=found["learner"],
        n_validation=found["n_validation"],
        stopped=found["stopped"],
        reason=found["reason"],
        kept=found["kept"],
        kept_reason=found["kept_reason"],
        seconds=found["seconds"],
        rounds=tuple(_round(held) for held in found["rounds"]),
        clauses=tuple(_clause(found, place) for place in range(len(found["rounds"][0]["clauses"]))),
        remarks=tuple(found["remarks"]),
    )


def _round(held: Mapping[str, Any]) -> ShownRound:
    return ShownRound(
        number=held["number"],
        n_added=held["n_added"],
        verdict=held["verdict"]["verdict"],
        seconds=held["seconds"],
        label_certainty=held["label_certainty"],
    )


def _clause(found: Mapping[str, Any], place: int) -> RoundClause:
    first, judged = found["rounds"][0]["clauses"][place], found["rounds"][0]["verdict"]["clauses"][place]
    return RoundClause(
        name=first["name"],
        text=judged["text"],
        severity=first["severity"],
        at_most=first["at_most"],
        at_least=first["at_least"],
        standings=tuple(_standing(held["clauses"][place]) for held in found["rounds"]),
    )


def _standing(held: Mapping[str, Any]) -> RoundStanding:
    return RoundStanding(
        verdict=held["verdict"],
        value=held["value"],
        low=held["low"],
        high=held["high"],
        rows_to_decide=held["rows_to_decide"],
    )
