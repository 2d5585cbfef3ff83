"""Interval dot plots: one row for each value, its interval as a line, its number at the right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from equitab.report.charts.marks import MarkStyle, draw_mark
from equitab.report.charts.scales import LinearScale, fit_scale
from equitab.report.charts.svg import CHART_WIDTH, Markup, draw_chart, element, label

_LABELS_END = 146.0
_PLOT_START = 156.0
_PLOT_END = 306.0
_ROW_HEIGHT = 19.0
_HEADING_HEIGHT = 22.0
_TOP = 8.0
_BESIDE = MarkStyle("t0", "circle", is_hollow=True)


@dataclass(frozen=True, kw_only=True)
class IntervalRow:
    """One row: a label, a value with its interval, and how it looks.

    Parameters
    ----------
    label : str
    value, low, high : float or None
        Without a value the row says `value_text` in its place.
    value_text : str
        The number as the page writes it, or why there is none.
    style : MarkStyle
    is_emphasized : bool
        Whether the label is bold.
    beside : float or None
        A value to hold this one against, on the same row.
    beside_style : MarkStyle
        A hollow circle, unless said otherwise.
    """

    label: str
    value: float | None
    low: float | None
    high: float | None
    value_text: str
    style: MarkStyle
    is_emphasized: bool = False
    beside: float | None = None
    beside_style: MarkStyle = _BESIDE


@dataclass(frozen=True)
class IntervalGroup:
    """Rows under one heading; no heading when it is empty."""

    heading: str
    rows: tuple[IntervalRow, ...]


def draw_interval_plot(
    groups: tuple[IntervalGroup, ...],
    *,
    title: str,
    description: str,
    ideal: float | None = None,
    band: tuple[float, float] | None = None,
    origin: float | None = None,
) -> Markup:
    """Return an interval dot plot.

    Parameters
    ----------
    groups : tuple of IntervalGroup
        From top to bottom.
    title, description : str
        What the chart shows, for those who cannot see it.
    ideal : float or None
        A value that gets a line through all rows.
    band : tuple of two floats or None
        A range that gets a light background: the gap that was asked for.
    origin : float or None
        A value that the axis must reach.

    Returns
    -------
    Markup
    """
    rows = [row for group in groups for row in group.rows]
    bottom = _TOP + _ROW_HEIGHT * len(rows) + _HEADING_HEIGHT * sum(1 for group in groups if group.heading)
    ends = [
        end for row in rows if row.value is not None for end in (row.value, row.low, row.high, row.beside)
    ]
    scale = fit_scale([*ends, ideal, origin], _PLOT_START, _PLOT_END, n_ticks=3)
    parts = [*_backdrop(scale, bottom, ideal, band), *_place(groups, scale)]
    return draw_chart(*parts, height=bottom + 20, title=title, description=description)


def _backdrop(
    scale: LinearScale, bottom: float, ideal: float | None, band: tuple[float, float] | None
) -> Iterator[Markup]:
    if band:
        left, right = (scale.position(min(max(end, scale.low), scale.high)) for end in band)
        yield element("rect", class_="band", x=left, y=_TOP, width=right - left, height=bottom - _TOP)
    for tick in scale.ticks:
        x = scale.position(tick)
        yield element("path", class_="grid", d=f"M{x:.1f} {_TOP}V{bottom:.1f}")
        yield element("text", scale.tick_label(tick), class_="tick", x=x, y=bottom + 14, text_anchor="middle")
    if ideal is not None:
        yield element("path", class_="ideal", d=f"M{scale.position(ideal):.1f} {_TOP}V{bottom:.1f}")


def _place(groups: tuple[IntervalGroup, ...], scale: LinearScale) -> Iterator[Markup]:
    y = _TOP
    for group in groups:
        if group.heading:
            yield label(group.heading, 0, y + 15, _PLOT_END, class_="heading")
            y += _HEADING_HEIGHT
        for row in group.rows:
            yield from _draw_row(row, scale, y + _ROW_HEIGHT / 2)
            y += _ROW_HEIGHT


def _draw_row(row: IntervalRow, scale: LinearScale, y: float) -> Iterator[Markup]:
    weight = "label strong" if row.is_emphasized else "label"
    yield label(row.label, _LABELS_END, y + 4, _LABELS_END, class_=weight, text_anchor="end")
    if row.value is None:
        yield label(row.value_text, _PLOT_START + 4, y + 4, CHART_WIDTH - _PLOT_START, class_="missing")
        return
    if row.low is not None and row.high is not None:
        left, right = scale.position(row.low), scale.position(row.high)
        yield element("path", class_=f"interval {row.style.color}", d=f"M{left:.1f} {y:.1f}H{right:.1f}")
    if row.beside is not None:
        yield draw_mark(row.beside_style, scale.position(row.beside), y)
    yield draw_mark(row.style, scale.position(row.value), y)
    yield element("text", row.value_text, class_="value", x=CHART_WIDTH - 2, y=y + 4, text_anchor="end")
