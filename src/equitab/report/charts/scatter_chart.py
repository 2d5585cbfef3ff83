"""Scatter charts: one value against another; some points stand out, the others are faint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from equitab.report.charts.marks import MarkStyle, draw_mark
from equitab.report.charts.scales import LinearScale, fit_scale
from equitab.report.charts.svg import CHART_WIDTH, Markup, draw_chart, element, label, path

_LEFT = 44.0
_RIGHT = CHART_WIDTH - 14.0
_TOP = 26.0
_HEIGHT = 250.0
_LEGEND_ROW = 17.0


@dataclass(frozen=True, kw_only=True)
class ScatterPoint:
    """One point: its place, its interval along the vertical axis, a short tag or note beside it and a name.

    Faint points show the company that the others are in; they have no interval.
    """

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    tag: str = ""
    note: str = ""
    name: str = ""
    style: MarkStyle
    is_faint: bool = False


@dataclass(frozen=True)
class ScatterPath:
    """A line through places, in their order."""

    places: tuple[tuple[float, float], ...]
    style: MarkStyle


def draw_scatter(
    points: tuple[ScatterPoint, ...],
    *,
    legend: tuple[tuple[str, MarkStyle], ...],
    x_title: str,
    y_title: str,
    band: tuple[float, float] | None,
    paths: tuple[ScatterPath, ...] = (),
    title: str,
    description: str,
) -> Markup:
    """Return a scatter chart.

    Parameters
    ----------
    points : tuple of ScatterPoint
    legend : tuple of (str, MarkStyle)
        What each shape stands for.
    x_title, y_title : str
    band : tuple of two floats or None
        A horizontal range with a light background.
    paths : tuple of ScatterPath
        Drawn under the points.
    title, description : str
        What the chart shows, for those who cannot see it.

    Returns
    -------
    Markup
    """
    ends = [
        end
        for point in points
        for end in ((point.y,) if point.is_faint else (point.y, point.low, point.high))
    ]
    y_scale = fit_scale(ends, _TOP + _HEIGHT, _TOP, n_ticks=5)
    x_scale = fit_scale([0.0, *(point.x for point in points)], _LEFT, _RIGHT)
    parts = [*_draw_plane(x_scale, y_scale, x_title, y_title, band)]
    for one in paths:
        parts += _draw_path(one, x_scale, y_scale)
    for point in sorted(points, key=lambda point: (not point.is_faint, not point.tag)):
        parts += _draw_point(point, x_scale, y_scale)
    top = _TOP + _HEIGHT + 46
    parts += _draw_legend(legend, top)
    height = top + _LEGEND_ROW * ((len(legend) + 1) // 2)
    return draw_chart(*parts, height=height, title=title, description=description)


def _draw_plane(
    x_scale: LinearScale,
    y_scale: LinearScale,
    x_title: str,
    y_title: str,
    band: tuple[float, float] | None,
) -> Iterator[Markup]:
    yield label(y_title, 0, 12, CHART_WIDTH, class_="heading")
    if band:
        left, right = (x_scale.position(min(max(end, x_scale.low), x_scale.high)) for end in band)
        yield element("rect", class_="band", x=left, y=_TOP, width=right - left, height=_HEIGHT)
    for tick in y_scale.ticks:
        y = y_scale.position(tick)
        yield element("path", class_="grid", d=f"M{_LEFT} {y:.1f}H{_RIGHT}")
        yield element(
            "text", y_scale.tick_label(tick), class_="tick", x=_LEFT - 5, y=y + 4, text_anchor="end"
        )
    for tick in x_scale.ticks:
        x = x_scale.position(tick)
        yield element("path", class_="grid", d=f"M{x:.1f} {_TOP}V{_TOP + _HEIGHT}")
        yield element(
            "text", x_scale.tick_label(tick), class_="tick", x=x, y=_TOP + _HEIGHT + 15, text_anchor="middle"
        )
    yield label(x_title, _RIGHT, _TOP + _HEIGHT + 30, _RIGHT, class_="heading", text_anchor="end")


def _draw_path(one: ScatterPath, x_scale: LinearScale, y_scale: LinearScale) -> Iterator[Markup]:
    places = [(x_scale.position(x), y_scale.position(y)) for x, y in one.places]
    if len(places) > 1:
        dashes = one.style.dashes
        yield element("path", class_=f"line {one.style.color}", d=path(places), stroke_dasharray=dashes)


def _draw_point(point: ScatterPoint, x_scale: LinearScale, y_scale: LinearScale) -> Iterator[Markup]:
    x, y = x_scale.position(point.x), y_scale.position(point.y)
    if point.is_faint:
        yield element("g", draw_mark(point.style, x, y, name=point.name), class_="faint")
        return
    if point.low is not None and point.high is not None:
        ends = f"M{x:.1f} {y_scale.position(point.low):.1f}V{y_scale.position(point.high):.1f}"
        yield element("path", class_=f"interval thin {point.style.color}", d=ends)
    if point.tag:
        anchor, shift = ("end", -11) if x > (_LEFT + _RIGHT) / 2 else ("start", 11)
        yield element("circle", class_="ring", cx=x, cy=y, r=8.5)
        yield element("text", point.tag, class_="label strong halo", x=x + shift, y=y - 6, text_anchor=anchor)
    if point.note:
        yield element("text", point.note, class_="tick halo", x=x, y=y + 16, text_anchor="middle")
    yield draw_mark(point.style, x, y, name=point.name)


def _draw_legend(legend: tuple[tuple[str, MarkStyle], ...], top: float) -> Iterator[Markup]:
    for place, (text, style) in enumerate(legend):
        x, y = (place % 2) * CHART_WIDTH / 2, top + (place // 2) * _LEGEND_ROW
        yield draw_mark(style, x + 7, y - 4)
        yield label(text, x + 18, y, CHART_WIDTH / 2 - 22, class_="label")
