"""Every promise over time as charts of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitab.report import wording
from equitab.report.charts.promise_chart import PromisePoint, draw_promise_chart
from equitab.report.figure import Figure

if TYPE_CHECKING:
    from equitab.report.assurance_contents import AssuranceContents, PromiseHistory

SHOWN = 40
"""The newest so many checks of a promise are drawn."""


def lay_out_history(contents: AssuranceContents | None) -> tuple[Figure, ...]:
    """Return one chart for each promise that was checked before."""
    return () if contents is None else tuple(_figure(held) for held in contents.history if held.points)


def _figure(held: PromiseHistory) -> Figure:
    points = held.points[-SHOWN:]
    name = wording.show_name(held.name)
    words = _words(points, len(held.points))
    chart = draw_promise_chart(points, title=f"{name} over time", description=words)
    return Figure(wording.sentence_case(held.name), f"{wording.upper_first(held.text)}. {words}", chart)


def _words(points: tuple[PromisePoint, ...], n_checks: int) -> str:
    """Return the history in one sentence."""
    changes = [(one.time, one.verdict) for one in points]
    runs = [
        change for place, change in enumerate(changes) if place == 0 or change[1] != changes[place - 1][1]
    ]
    shown = f"{wording.format_count(n_checks)} checks"
    if n_checks > len(points):
        shown += f", the last {len(points)} drawn"
    if len(runs) == 1:
        return f"{shown}, {runs[0][1]} every time."
    last = runs[-1]
    return f"{shown}; {runs[-2][1]} before, {last[1]} since {last[0]}."
