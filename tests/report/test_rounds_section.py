"""The section about rounds: every round in the table, every promise in a chart, and no choice sold as a result."""

from __future__ import annotations

from typing import Any

import pytest

from equitab.report import (
    ReportContents,
    RoundClause,
    RoundsContents,
    RoundStanding,
    ShownRound,
    render_report,
)
from equitab.report.rounds_section import UNFOLDED, lay_out_rounds


def clause(name: str, *values: float | None, **others: Any) -> RoundClause:
    standings = []
    for value in values:
        verdict = "undetermined" if value is None else "met" if value <= 0.1 else "violated"
        ends = {} if value is None else {"low": value - 0.02, "high": value + 0.02}
        standings.append(RoundStanding(verdict=verdict, value=value, **ends))
    known: dict[str, Any] = {"text": f"{name} is at most 0.1", "at_most": 0.1}
    return RoundClause(name=name, standings=tuple(standings), **{**known, **others})


def rounds_of(*clauses: RoundClause, **others: Any) -> RoundsContents:
    n_rounds = len(clauses[0].standings)
    known: dict[str, Any] = {
        "learner": "random_forest",
        "n_validation": 1_600,
        "stopped": "held",
        "reason": "every promise that counts is met on 1,600 validation rows, with 800 rows added",
        "kept": n_rounds - 1,
        "kept_reason": "it is the round in which the contract holds",
        "seconds": 12.0,
        "rounds": tuple(
            ShownRound(number=number, n_added=400 * number, verdict="violated", seconds=1.5)
            for number in range(n_rounds)
        ),
    }
    return RoundsContents(clauses=clauses, **{**known, **others})


def test_every_round_is_a_row_with_every_promise() -> None:
    section = lay_out_rounds(rounds_of(clause("odds", 0.3, 0.2, 0.05), clause("parity", 0.05, 0.05, 0.05)))
    assert section is not None
    assert [line.number for line in section.lines] == ["0", "1", "2"]
    assert [line.n_added for line in section.lines] == ["0", "400", "800"]
    assert [line.is_kept for line in section.lines] == [False, False, True]
    assert [cell.verdict for cell in section.lines[0].cells] == ["violated", "met"]
    assert section.lines[2].cells[0].value.replace("\xa0", " ") == "0.050 [0.030, 0.070]"
    assert [name for name, _ in section.promises] == ["odds", "parity"]
    assert not section.has_certainty


def test_every_promise_with_a_value_is_a_chart_with_its_bound() -> None:
    section = lay_out_rounds(rounds_of(clause("odds", 0.3, 0.05), clause("silent", None, None)))
    assert section is not None
    assert [figure.heading for figure in section.figures] == ["Odds"]
    chart = str(section.figures[0].chart)
    assert "promised: ≤ 0.1" in chart
    assert "no rows" in chart
    assert "+400 rows" in chart
    assert "Violated without added rows, met in round 1." in section.figures[0].caption


def test_many_promises_are_folded() -> None:
    held = [clause(f"promise {place}", 0.3, 0.05) for place in range(UNFOLDED + 2)]
    section = lay_out_rounds(rounds_of(*held))
    assert section is not None
    assert (len(section.figures), len(section.folded)) == (UNFOLDED, 2)


@pytest.mark.parametrize(
    ("stopped", "words"),
    [
        ("held", "The contract holds on the validation rows."),
        ("stalled", "The contract was not reached."),
        ("cannot", "It cannot be told whether the contract holds."),
        ("seconds", "The contract was not reached."),
    ],
)
def test_the_page_says_what_stopped_it(stopped: str, words: str) -> None:
    contents = ReportContents(
        title="Fairness report: test", rounds=rounds_of(clause("odds", 0.3, 0.2), stopped=stopped, kept=0)
    )
    page = render_report(contents)
    section = page[page.index('<h2 id="rounds">') :]
    section = section[: section.index("</section>")]
    assert words in section
    assert "Kept: round 0, with no added rows" in section
    assert "they are no result, because the rows that chose cannot prove" in section
    assert '<a href="#rounds">' in page


def test_a_hostile_name_stays_text() -> None:
    name = "<script>alert(1)</script>"
    page = render_report(ReportContents(title="t", rounds=rounds_of(clause(name, 0.3, 0.2), reason=name)))
    assert "<script>alert" not in page


def test_a_page_without_rounds_has_no_section() -> None:
    assert lay_out_rounds(None) is None
    assert 'id="rounds"' not in render_report(ReportContents(title="t"))


def test_certainty_of_labels_is_a_column_where_a_network_says_it() -> None:
    held = rounds_of(clause("odds", 0.3, 0.2))
    certain = tuple(
        ShownRound(number=one.number, n_added=one.n_added, verdict="met", label_certainty=0.75)
        for one in held.rounds
    )
    page = render_report(
        ReportContents(title="t", rounds=rounds_of(clause("odds", 0.3, 0.2), rounds=certain))
    )
    assert "Label certainty" in page
    assert "0.750" in page
