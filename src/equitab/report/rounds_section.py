"""The section of a page about rounds of growing: what stopped it, every round in a table, every promise in a chart."""

from __future__ import annotations

from dataclasses import dataclass

from equitab.report import wording
from equitab.report.charts.promise_chart import PromisePoint, draw_promise_chart
from equitab.report.figure import Figure
from equitab.report.promises_rows import SIGNS, verdict_style
from equitab.report.rounds_contents import RoundClause, RoundsContents, RoundStanding, ShownRound

UNFOLDED = 6
"""So many charts are shown at once; those of further promises are folded."""

_HELD = "The contract holds on the validation rows."
_CANNOT = "It cannot be told whether the contract holds."
_NOT_HELD = "The contract was not reached."


@dataclass(frozen=True)
class RoundCell:
    """One promise in one round, as the table shows it."""

    sign: str
    style: str
    verdict: str
    value: str


@dataclass(frozen=True)
class RoundLine:
    """One round, as the table shows it."""

    number: str
    n_added: str
    verdict: RoundCell
    cells: tuple[RoundCell, ...]
    certainty: str
    seconds: str
    is_kept: bool


@dataclass(frozen=True)
class RoundsSection:
    """Everything that the page shows of rounds.

    Attributes
    ----------
    lead : str
        What was done.
    end : str
        Whether the contract holds.
    reason, kept : str
        What stopped it, and which round was kept.
    promises : tuple of (str, bool)
        The names of the promises, the columns of the table, and whether one only warns.
    lines : tuple of RoundLine
    figures, folded : tuple of Figure
        One chart for each promise that has a value.
    has_certainty : bool
    remarks : tuple of str
    """

    lead: str
    end: str
    reason: str
    kept: str
    promises: tuple[tuple[str, bool], ...]
    lines: tuple[RoundLine, ...]
    figures: tuple[Figure, ...]
    folded: tuple[Figure, ...]
    has_certainty: bool
    remarks: tuple[str, ...]


def lay_out_rounds(rounds: RoundsContents | None) -> RoundsSection | None:
    """Return what a page shows of rounds of growing; None where there were none.

    Parameters
    ----------
    rounds : RoundsContents or None
    """
    if rounds is None:
        return None
    figures = tuple(_figure(clause, rounds) for clause in rounds.clauses if _has_values(clause))
    return RoundsSection(
        lead=_lead(rounds),
        end={"held": _HELD, "cannot": _CANNOT}.get(rounds.stopped, _NOT_HELD),
        reason=f"{wording.upper_first(wording.show_name(rounds.reason, limit=900))}.",
        kept=_kept(rounds),
        promises=tuple((wording.show_name(one.name), one.severity == "warn") for one in rounds.clauses),
        lines=tuple(_line(held, rounds) for held in rounds.rounds),
        figures=figures[:UNFOLDED],
        folded=figures[UNFOLDED:],
        has_certainty=any(held.label_certainty is not None for held in rounds.rounds),
        remarks=tuple(wording.upper_first(wording.show_name(one, limit=400)) for one in rounds.remarks),
    )


def _lead(rounds: RoundsContents) -> str:
    n_grown = len(rounds.rounds) - 1
    grown = "No row was added" if not n_grown else f"Rows were added in {_count(n_grown, 'round')}"
    return (
        f"{grown}; before and after, a {wording.lower_first(wording.show_model(rounds.learner))} learned from real and "
        f"added rows and was judged on {wording.format_count(rounds.n_validation)} real validation rows. These "
        "verdicts say when to stop; they are no result, because the rows that chose cannot prove. What holds on rows "
        "that took no part stands under Promises."
    )


def _kept(rounds: RoundsContents) -> str:
    added = rounds.rounds[rounds.kept].n_added
    rows = f"{wording.format_count(added)} added rows" if added else "no added rows"
    why = wording.show_name(rounds.kept_reason, limit=300)
    return f"Kept: round {rounds.kept}, with {rows}; {why}."


def _line(held: ShownRound, rounds: RoundsContents) -> RoundLine:
    standings = [clause.standings[held.number] for clause in rounds.clauses]
    certainty = "" if held.label_certainty is None else wording.format_number(held.label_certainty)
    return RoundLine(
        number=str(held.number),
        n_added=wording.format_count(held.n_added),
        verdict=_cell(RoundStanding(verdict=held.verdict)),
        cells=tuple(_cell(one) for one in standings),
        certainty=certainty,
        seconds=f"{held.seconds:.1f}",
        is_kept=held.number == rounds.kept,
    )


def _cell(held: RoundStanding) -> RoundCell:
    value = ""
    if held.value is not None:
        value = f"{wording.format_number(held.value)} {wording.format_interval(held.low, held.high)}".strip()
    return RoundCell(SIGNS.get(held.verdict, "?"), verdict_style(held.verdict), held.verdict, value)


def _has_values(clause: RoundClause) -> bool:
    return any(held.value is not None for held in clause.standings)


def _figure(clause: RoundClause, rounds: RoundsContents) -> Figure:
    points = tuple(
        PromisePoint(
            time=f"+{wording.format_count(held.n_added)} rows" if held.n_added else "no rows",
            verdict=one.verdict,
            value=one.value,
            low=one.low,
            high=one.high,
            at_most=clause.at_most,
            at_least=clause.at_least,
            name=f"round {held.number}, {wording.format_count(held.n_added)} rows added: {one.verdict}"
            + ("" if one.value is None else f" at {wording.format_number(one.value)}"),
        )
        for held, one in zip(rounds.rounds, clause.standings, strict=True)
    )
    words = _words(clause)
    chart = draw_promise_chart(
        points, title=f"{wording.show_name(clause.name)} over rounds", description=words
    )
    text = wording.upper_first(wording.show_name(clause.text, limit=300))
    return Figure(wording.sentence_case(clause.name), f"{text}. {words}", chart)


def _words(clause: RoundClause) -> str:
    """Return in a sentence what became of a promise from the first round to the last."""
    first, last = clause.standings[0], clause.standings[-1]
    if len(clause.standings) == 1:
        return f"{wording.upper_first(first.verdict)} without added rows."
    start = wording.upper_first(first.verdict)
    said = f"{start} without added rows, {last.verdict} in round {len(clause.standings) - 1}."
    if last.rows_to_decide is not None:
        said += f" About {wording.format_count(last.rows_to_decide)} validation rows would decide."
    return said


def _count(number: int, noun: str) -> str:
    return f"{wording.format_count(number)} {noun}{'' if number == 1 else 's'}"
