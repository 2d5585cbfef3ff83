"""When rounds of growing end, and which round is kept: rules on what became of the contract, round by round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equitab.search.growth import STOPPED_WORDS, ClauseStanding, GrowthRound, Stopped

NEARER = 0.001
"""A clause has come nearer when its excess is less by more than this share of the metric's range."""
CLEARLY_TOO_FEW = 4.0
"""Where more than so many times the validation rows are needed, it is said at once; less is believed when all rounds
say so for as long as patience lasts, because intervals change a little with the model."""
MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class StopRules:
    """When growing ends.

    Parameters
    ----------
    most_rounds : int
    patience : int
        It ends when no clause came nearer in so many rounds.
    n_validation : int
    """

    most_rounds: int
    patience: int
    n_validation: int

    def stop(self, rounds: Sequence[GrowthRound], *, is_exhausted: bool) -> tuple[Stopped, str] | None:
        """Return why it ends after the last of some rounds, or None where it goes on.

        Parameters
        ----------
        rounds : sequence of GrowthRound
            All so far.
        is_exhausted : bool
            Whether the plan has nothing more to add.
        """
        last = rounds[-1]
        if last.holds:
            return "held", self._held(last)
        lost = [said for held in last.standings if held.is_open and (said := self._lost(held, rounds))]
        if lost:
            return "cannot", _joined(lost)
        stopped = self._over(rounds, is_exhausted=is_exhausted)
        return None if stopped is None else (stopped, self.words(stopped, rounds))

    def words(self, stopped: Stopped, rounds: Sequence[GrowthRound]) -> str:
        """Return why it ended without the contract being held, and what is missing."""
        start = STOPPED_WORDS[stopped]
        if stopped == "stalled":
            start += f" in {_count(self.patience, 'round')}"
        return f"{start}: {_joined([_missing(held) for held in rounds[-1].standings if held.is_open])}"

    def _held(self, last: GrowthRound) -> str:
        if last.verdict.verdict == "not applicable":
            return "none of the promises that count applies here"
        added = f"with {_count(last.n_added, 'row')} added" if last.n_added else "before any row is added"
        return f"every promise that counts is met on {self.n_validation:,} validation rows, {added}"

    def _over(self, rounds: Sequence[GrowthRound], *, is_exhausted: bool) -> Stopped | None:
        if is_exhausted:
            return "plan_exhausted"
        if rounds[-1].number >= self.most_rounds:
            return "rounds"
        return "stalled" if _has_stalled(rounds, self.patience) else None

    def _lost(self, held: ClauseStanding, rounds: Sequence[GrowthRound]) -> str:
        """Return why a clause can never be shown to hold; empty where it may."""
        if held.unmeasured:
            return f"{held.name!r} is not measured in rounds: {held.unmeasured}"
        needed = [_standing(one, held.name).rows_at_best for one in rounds]
        known = [rows for rows in needed if rows is not None]
        if len(known) < len(rounds):  # some round had an interval narrow enough
            return ""
        fewest = min(known)
        if fewest <= CLEARLY_TOO_FEW * self.n_validation and len(rounds) <= self.patience:
            return ""
        return (
            f"{held.name!r} cannot be told from its bound by {self.n_validation:,} validation rows, whatever is added: "
            f"about {fewest:,} could tell it at its best value"
        )


def choose_round(rounds: Sequence[GrowthRound]) -> tuple[int, str]:
    """Return the number of the round that is kept, and why that one.

    The one that holds; without one, that with the fewest violated promises, then the nearest to all of them, then the
    earliest.
    """
    last = rounds[-1]
    if last.holds:
        return last.number, "it is the round in which the contract holds"
    kept = min(rounds, key=lambda one: (one.n_violated, round(one.excess, 9), one.number))
    if len(rounds) == 1:
        return kept.number, "there was no other"
    n_least = sum(one.n_violated == kept.n_violated for one in rounds)
    why = (
        "fewest promises are violated in it"
        if n_least == 1
        else "of the rounds with the fewest violated promises it is the nearest to what was promised"
    )
    nothing = "; the rows added in later rounds did not help" if kept.number == 0 else ""
    return kept.number, why + nothing


def _has_stalled(rounds: Sequence[GrowthRound], patience: int) -> bool:
    """Return whether no open clause came nearer in the last rounds than it ever was before."""
    if len(rounds) <= patience:
        return False
    earlier, late = rounds[:-patience], rounds[-patience:]
    return not any(
        _least(late, held.name) < _least(earlier, held.name) - NEARER
        for held in rounds[-1].standings
        if held.severity == "block"
    )


def _least(rounds: Sequence[GrowthRound], name: str) -> float:
    """Return the least excess that a clause had; one that was not measured is as far away as can be."""
    return min(2.0 if (held := _standing(one, name)).excess is None else held.excess for one in rounds)


def _standing(held: GrowthRound, name: str) -> ClauseStanding:
    return next(one for one in held.standings if one.name == name)


def _missing(held: ClauseStanding) -> str:
    """Say of an open clause where it stands and what would decide it."""
    if held.value is None:
        return f"{held.name!r} is {held.verdict}, without a value"
    interval = "" if held.low is None or held.high is None else f" [{held.low:.3f}, {held.high:.3f}]"
    said = f"{held.name!r} is {held.verdict} at {held.value:.3f}{interval}"
    bounds = [
        f"at {word} {bound:g}"
        for word, bound in (("least", held.at_least), ("most", held.at_most))
        if bound is not None
    ]
    said += f", promised {' and '.join(bounds)}" if bounds else ""
    if held.verdict == "undetermined" and held.rows_to_decide is not None:
        said += f" (about {held.rows_to_decide:,} validation rows would decide)"
    return said


def _joined(parts: Sequence[str]) -> str:
    n_more = len(parts) - MOST_NAMED
    listed = "; ".join(parts[:MOST_NAMED])
    return f"{listed}; and {n_more} more" if n_more > 0 else listed


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
