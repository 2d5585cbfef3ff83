"""Every candidate of a search in one chart: its score with its interval over the training steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from equitab.report import wording
from equitab.report.charts.marks import MarkStyle, draw_mark
from equitab.report.charts.scales import LinearScale, fit_scale
from equitab.report.charts.svg import CHART_WIDTH, Markup, draw_chart, element, label
from equitab.report.contents import MetricTexts
from equitab.report.figure import Figure
from equitab.report.search_contents import SearchContents, SearchedCandidate

_LEFT = 44.0
_RIGHT = CHART_WIDTH - 10.0
_TOP = 26.0
_HEIGHT = 230.0
_LEGEND_ROW = 17.0
_CROWD = 40
"""With more candidates than that, all but the chosen one are faint."""

_STYLES = (
    MarkStyle("t3", "circle"),
    MarkStyle("t1", "triangle"),
    MarkStyle("t2", "square"),
    MarkStyle("t4", "diamond"),
    MarkStyle("t6", "wedge"),
    MarkStyle("t5", "plus"),
)
_BASELINE = MarkStyle("t0", "bar", "5 3")


def draw_candidates(search: SearchContents, texts: MetricTexts) -> Figure:
    """Return the chart of every candidate that has a score.

    Candidates of one training step stand side by side, setting by setting; without steps, in the order of the grid.
    The shape tells the guidance weight, the broken line is the model without added rows.

    Parameters
    ----------
    search : SearchContents
    texts : MetricTexts
    """
    shown = [held for held in search.candidates if held.score is not None and math.isfinite(held.score)]
    title = texts.describe(search.metric).title
    where = "Validation rows" if search.over == "everybody" else "Validation rows, worst group"
    ends = [end for held in (*shown, search.baseline) for end in (held.score, held.low, held.high)]
    y_scale = fit_scale(ends, _TOP + _HEIGHT, _TOP, n_ticks=5)
    places, ticks = _places(shown)
    weights = sorted({held.guidance for held in shown if held.guidance is not None})
    parts = [*_draw_plane(y_scale, ticks, _x_title(shown), where)]
    parts += _draw_baseline(search.baseline, y_scale)
    crowd = len(shown) > _CROWD
    for held in sorted(shown, key=lambda held: held.is_chosen):
        parts += _draw_candidate(held, places[held.place], y_scale, _style(held, weights), crowd)
    entries = [(f"Guidance {weight:g}", _STYLES[place % 6]) for place, weight in enumerate(weights)]
    entries = entries or [("Candidate", _STYLES[0])]
    top = _TOP + _HEIGHT + 46
    parts += _draw_legend([*entries, ("No rows added", _BASELINE)], top)
    height = top + _LEGEND_ROW * ((len(entries) + 2) // 2)
    heading = f"{title} of {wording.lower_first(wording.show_model(search.learner))}, by candidate"
    described = (
        f"{len(shown)} candidates with the interval of their score on {search.n_validation:,} validation rows; "
        "the chosen one is ringed, the broken line is the model without added rows."
    )
    chart = draw_chart(*parts, height=height, title=heading, description=described)
    caption = (
        "Ringed: the chosen one. Broken line and shade: the same model without added rows, and its interval."
    )
    return Figure(heading, caption, chart)


def _places(shown: Sequence[SearchedCandidate]) -> tuple[dict[int, float], list[tuple[float, str]]]:
    """Return where each candidate stands, and the ticks: a block for each training step."""
    steps = sorted({held.step for held in shown if held.step is not None})
    blocks: list[list[SearchedCandidate]]
    if steps:
        blocks = [[held for held in shown if held.step == step] for step in steps]
        names = [f"{step:,}" for step in steps]
    else:
        blocks, names = [[held] for held in shown], [str(held.place) for held in shown]
    width = (_RIGHT - _LEFT) / max(len(blocks), 1)
    places, ticks = {}, []
    for index, (block, name) in enumerate(zip(blocks, names, strict=True)):
        left = _LEFT + index * width
        for rank, held in enumerate(block):
            places[held.place] = left + width * (0.1 + 0.8 * (rank + 0.5) / len(block))
        ticks.append((left + width / 2, name))
    return places, _thinned(ticks)


def _thinned(ticks: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return at most nine ticks."""
    every = -(-len(ticks) // 9)
    return ticks[::every] if every > 1 else ticks


def _x_title(shown: Sequence[SearchedCandidate]) -> str:
    return "Training step" if any(held.step is not None for held in shown) else "Candidate"


def _draw_plane(
    y_scale: LinearScale, ticks: list[tuple[float, str]], x_title: str, y_title: str
) -> Iterator[Markup]:
    yield label(y_title, 0, 12, CHART_WIDTH, class_="heading")
    for tick in y_scale.ticks:
        y = y_scale.position(tick)
        yield element("path", class_="grid", d=f"M{_LEFT} {y:.1f}H{_RIGHT}")
        text = y_scale.tick_label(tick)
        yield element("text", text, class_="tick", x=_LEFT - 5, y=y + 4, text_anchor="end")
    for x, name in ticks:
        yield element("text", name, class_="tick", x=x, y=_TOP + _HEIGHT + 15, text_anchor="middle")
    yield label(x_title, _RIGHT, _TOP + _HEIGHT + 30, _RIGHT, class_="heading", text_anchor="end")


def _draw_baseline(baseline: SearchedCandidate, y_scale: LinearScale) -> Iterator[Markup]:
    if baseline.score is None:
        return
    if baseline.low is not None and baseline.high is not None:
        top, bottom = y_scale.position(baseline.high), y_scale.position(baseline.low)
        yield element("rect", class_="band", x=_LEFT, y=top, width=_RIGHT - _LEFT, height=bottom - top)
    y = y_scale.position(baseline.score)
    yield element("path", class_="line t0", d=f"M{_LEFT} {y:.1f}H{_RIGHT}", stroke_dasharray=_BASELINE.dashes)


def _draw_candidate(
    held: SearchedCandidate, x: float, y_scale: LinearScale, style: MarkStyle, crowd: bool
) -> Iterator[Markup]:
    assert held.score is not None, "the caller draws only those with a score"
    y, parts = y_scale.position(held.score), []
    if held.low is not None and held.high is not None:
        ends = f"M{x:.1f} {y_scale.position(held.low):.1f}V{y_scale.position(held.high):.1f}"
        parts.append(element("path", class_=f"interval thin {style.color}", d=ends))
    name = f"{held.place}: {name_of(held)}: {wording.format_number(held.score)}"
    parts.append(draw_mark(style, x, y, name=name))
    if held.is_chosen:
        anchor, shift = ("end", -11) if x > (_LEFT + _RIGHT) / 2 else ("start", 11)
        yield element("circle", class_="ring", cx=x, cy=y, r=8.5)
        yield element("text", "chosen", class_="label strong halo", x=x + shift, y=y - 6, text_anchor=anchor)
    yield element("g", *parts, class_="faint") if crowd and not held.is_chosen else Markup("".join(parts))


def _draw_legend(entries: list[tuple[str, MarkStyle]], top: float) -> Iterator[Markup]:
    for place, (text, style) in enumerate(entries):
        x, y = (place % 2) * CHART_WIDTH / 2, top + (place // 2) * _LEGEND_ROW
        if style is _BASELINE:
            line = f"M{x:.1f} {y - 4:.1f}h14"
            yield element("path", class_="line t0", d=line, stroke_dasharray=style.dashes)
        else:
            yield draw_mark(style, x + 7, y - 4)
        yield label(text, x + 18, y, CHART_WIDTH / 2 - 22, class_="label")


def _style(held: SearchedCandidate, weights: list[float]) -> MarkStyle:
    return _STYLES[0] if held.guidance is None else _STYLES[weights.index(held.guidance) % 6]


def name_of(held: SearchedCandidate) -> str:
    """Return a candidate in words."""
    parts = [
        held.setting,
        "" if held.step is None else f"step {held.step:,}",
        "" if held.guidance is None else f"guidance {held.guidance:g}",
    ]
    return "; ".join(part for part in parts if part) or "as set"
