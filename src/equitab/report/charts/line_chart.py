"""Line charts: panels one above another that share the horizontal axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from equitab.report.charts.marks import MarkStyle, draw_line_sample, draw_mark
from equitab.report.charts.scales import LinearScale, fit_scale
from equitab.report.charts.svg import CHART_WIDTH, Markup, draw_chart, element, label, path

_LEFT = 40.0
_RIGHT = CHART_WIDTH - 14.0
_PANEL_HEIGHT = 118.0
_PANEL_GAP = 30.0
_LEGEND_ROW = 17.0


@dataclass(frozen=True)
class LinePoint:
    """One point of a line, with its interval where it has one."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Line:
    """One line; `chosen_x` is marked on it."""

    label: str
    style: MarkStyle
    points: tuple[LinePoint, ...]
    chosen_x: float | None = None
    is_filled: bool = False


@dataclass(frozen=True)
class Panel:
    """Lines over one vertical axis; `ideal` gets a line of its own, shares are written as percentages."""

    title: str
    lines: tuple[Line, ...]
    ideal: float | None = None
    is_share: bool = False


def draw_line_chart(
    panels: tuple[Panel, ...], *, x_title: str, title: str, description: str, has_legend: bool = True
) -> Markup:
    """Return panels one above another over one horizontal axis.

    Parameters
    ----------
    panels : tuple of Panel
        From top to bottom; the legend names the lines of the first.
    x_title : str
        What the horizontal axis is.
    title, description : str
        What the chart shows, for those who cannot see it.
    has_legend : bool

    Returns
    -------
    Markup
    """
    x_scale = fit_scale(
        (point.x for panel in panels for line in panel.lines for point in line.points),
        _LEFT,
        _RIGHT,
        n_ticks=5,
    )
    entries = panels[0].lines if has_legend else ()
    top = _LEGEND_ROW * ((len(entries) + 1) // 2) + 4
    parts = list(_draw_legend(entries))
    for panel in panels:
        top += 24 if panel.title else 6
        parts += _draw_panel(panel, x_scale, top)
        top += _PANEL_HEIGHT + _PANEL_GAP
    bottom = top - _PANEL_GAP
    parts += _draw_x_axis(x_scale, bottom, x_title)
    return draw_chart(*parts, height=bottom + (32 if x_title else 18), title=title, description=description)


def _draw_legend(lines: tuple[Line, ...]) -> Iterator[Markup]:
    for place, line in enumerate(lines):
        x, y = (place % 2) * CHART_WIDTH / 2, 10 + (place // 2) * _LEGEND_ROW
        yield draw_line_sample(line.style, x + 2, y)
        yield label(line.label, x + 30, y + 4, CHART_WIDTH / 2 - 34, class_="label")


def _draw_panel(panel: Panel, x_scale: LinearScale, top: float) -> Iterator[Markup]:
    ends = [end for line in panel.lines for point in line.points for end in (point.y, point.low, point.high)]
    y_scale = fit_scale([*ends, panel.ideal], top + _PANEL_HEIGHT, top)
    if panel.title:
        yield label(panel.title, 0, top - 12, CHART_WIDTH, class_="heading")
    for tick in y_scale.ticks:
        y = y_scale.position(tick)
        yield element("path", class_="grid", d=f"M{_LEFT} {y:.1f}H{_RIGHT}")
        text = f"{100 * tick:g}%" if panel.is_share else y_scale.tick_label(tick)
        yield element("text", text, class_="tick", x=_LEFT - 5, y=y + 4, text_anchor="end")
    if panel.ideal is not None:
        yield element("path", class_="ideal", d=f"M{_LEFT} {y_scale.position(panel.ideal):.1f}H{_RIGHT}")
    for line in panel.lines:
        yield from _draw_line(line, x_scale, y_scale)


def _draw_line(line: Line, x_scale: LinearScale, y_scale: LinearScale) -> Iterator[Markup]:
    points = sorted(line.points, key=lambda point: point.x)
    positions = [(x_scale.position(point.x), y_scale.position(point.y)) for point in points]
    if line.is_filled and positions:
        floor = [(positions[-1][0], y_scale.start), (positions[0][0], y_scale.start)]
        yield element("path", class_=f"area {line.style.color}", d=path([*positions, *floor]) + "Z")
    yield from _draw_interval_area(points, line.style, x_scale, y_scale)
    if positions:
        yield element(
            "path", class_=f"line {line.style.color}", d=path(positions), stroke_dasharray=line.style.dashes
        )
    if line.chosen_x is not None and points:
        nearest = min(points, key=lambda point: abs(point.x - float(line.chosen_x or 0)))
        name = f"{line.label}: chosen threshold {line.chosen_x:.2f}"
        yield draw_mark(line.style, x_scale.position(nearest.x), y_scale.position(nearest.y), name=name)


def _draw_interval_area(
    points: list[LinePoint], style: MarkStyle, x_scale: LinearScale, y_scale: LinearScale
) -> Iterator[Markup]:
    upper = [(x_scale.position(p.x), y_scale.position(p.high)) for p in points if p.high is not None]
    lower = [(x_scale.position(p.x), y_scale.position(p.low)) for p in points if p.low is not None]
    if len(upper) > 1 and len(upper) == len(lower):
        yield element("path", class_=f"area {style.color}", d=path([*upper, *reversed(lower)]) + "Z")


def _draw_x_axis(scale: LinearScale, bottom: float, x_title: str) -> Iterator[Markup]:
    for tick in scale.ticks:
        x = scale.position(tick)
        yield element("path", class_="axis", d=f"M{x:.1f} {bottom:.1f}v4")
        yield element("text", scale.tick_label(tick), class_="tick", x=x, y=bottom + 15, text_anchor="middle")
    if x_title:
        yield label(x_title, _RIGHT, bottom + 29, _RIGHT - _LEFT, class_="tick", text_anchor="end")
