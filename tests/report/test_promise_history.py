"""Promises over time on the page."""

from __future__ import annotations

from dataclasses import replace

from equitab.report.promise_history import SHOWN, lay_out_history
from report.promise_contents import HISTORY, assured, page_of, point


def test_each_promise_has_a_chart_with_its_bound() -> None:
    """And a sentence that says what changed last."""
    (figure,) = lay_out_history(assured())
    assert "promised: ≤ 0.1" in figure.chart
    assert "undetermined before, violated since 3 May" in figure.caption
    assert "The same promises over time" in page_of(assured())


def test_a_verdict_that_never_changed_is_said_once() -> None:
    """Twice met is met every time."""
    same = replace(HISTORY, points=(point("1 May", "met", 0.05), point("2 May", "met", 0.06)))
    (figure,) = lay_out_history(assured(history=(same,)))
    assert "2 checks, met every time" in figure.caption


def test_a_long_history_shows_the_newest_checks() -> None:
    """And says how many there are."""
    many = tuple(point(f"day {day}", "met", 0.05) for day in range(SHOWN + 60))
    (figure,) = lay_out_history(assured(history=(replace(HISTORY, points=many),)))
    assert "100 checks, the last 40 drawn" in figure.caption
    assert figure.chart.count("<circle") <= SHOWN


def test_without_earlier_checks_there_is_no_chart() -> None:
    """A first run has no past."""
    assert lay_out_history(None) == ()
    assert "The same promises over time" not in page_of(assured(history=()))
