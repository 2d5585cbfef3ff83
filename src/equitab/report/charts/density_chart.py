"""Densities of two samples, panel above panel over one axis: one filled with its band, one a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from equitab.report.charts.line_chart import LinePoint
from equitab.report.charts.marks import MarkStyle
from equitab.report.charts.scales import LinearScale, fit_scale
from equitab.report.charts.svg import CHART_WIDTH, Markup, draw_chart, element, label, path

_LEFT = 4.0
_RIGHT = CHART_WIDTH - 4.0
_PANEL_HEIGHT = 58.0
_HEADING = 34.0
_GAP = 8.0
_LEGEND = 20.0
FILLED, LINED = MarkStyle("t0", "circle"), MarkStyle("t3", "diamond", "5 2")


@dataclass(frozen=True)
class DensityPanel:
    """One group: a filled curve in pieces (none where it is not shown), and a line.

    Parameters
    ----------
    title, note : str
        The note stands below the title.
    filled : tuple of tuple of LinePoint
        Pieces of rising x.
    line : tuple of LinePoint
    """

    title: str
    note: str
    filled: tuple[tuple[LinePoint, ...], ...]
    line: tuple[LinePoint, ...]


def draw_densities(
    panels: tuple[DensityPanel, ...], *, names: tuple[str, str], title: str, description: str
) -> Markup:
    """Return panels above each other; each has a height of its own, all have the same horizontal axis.

    Parameters
    ----------
    panels : tuple of DensityPanel
    names : tuple of two str
        What is filled and what is a line.
    title, description : str
        What the chart shows, for those who cannot see it.

    Returns
    -------
    Markup
    """
    x_scale = fit_scale((point.x for panel in panels for point in panel.line), _LEFT, _RIGHT, n_ticks=5)
    top = _LEGEND
    parts = [*_draw_legend(names)]
    for panel in panels:
        top += _HEADING
        parts += _draw_panel(panel, x_scale, top)
        top += _PANEL_HEIGHT + _GAP
    bottom = top - _GAP
    parts += _draw_axis(x_scale, bottom)
    return draw_chart(*parts, height=bottom + 18, title=title, description=description)


def _draw_legend(names: tuple[str, str]) -> Iterator[Markup]:
    yield element("rect", class_="area t0", x=2, y=3, width=22, height=9)
    yield element("path", class_="line t0", d="M2 3h22")
    yield label(names[0], 30, 12, CHART_WIDTH / 2 - 34, class_="label")
    x = CHART_WIDTH / 2
    yield element("path", class_=f"line {LINED.color}", d=f"M{x + 2} 8h22", stroke_dasharray=LINED.dashes)
    yield label(names[1], x + 30, 12, CHART_WIDTH / 2 - 34, class_="label")


def _draw_axis(x_scale: LinearScale, bottom: float) -> Iterator[Markup]:
    ends = {x_scale.ticks[0]: "start", x_scale.ticks[-1]: "end"}
    for tick in x_scale.ticks:
        x, text = x_scale.position(tick), x_scale.tick_label(tick)
        yield element("path", class_="axis", d=f"M{x:.1f} {bottom:.1f}v4")
        yield element("text", text, class_="tick", x=x, y=bottom + 15, text_anchor=ends.get(tick, "middle"))


def _draw_panel(panel: DensityPanel, x_scale: LinearScale, top: float) -> Iterator[Markup]:
    points = [point for piece in panel.filled for point in piece] + list(panel.line)
    heights = [end for point in points for end in (point.y, point.high) if end is not None]
    highest = max(heights, default=1.0) or 1.0
    bottom = top + _PANEL_HEIGHT
    y_scale = LinearScale(0.0, highest, bottom, top, (), 0)
    yield label(panel.title, 0, top - 19, CHART_WIDTH, class_="heading")
    yield label(panel.note, 0, top - 5, CHART_WIDTH, class_="tick")
    for tick in x_scale.ticks:
        yield element("path", class_="grid", d=f"M{x_scale.position(tick):.1f} {top:.1f}V{bottom:.1f}")
    yield element("path", class_="grid", d=f"M{_LEFT} {bottom:.1f}H{_RIGHT}")
    for piece in panel.filled:
        yield from _draw_piece(piece, x_scale, y_scale)
    if panel.line:
        data = path([(x_scale.position(point.x), y_scale.position(point.y)) for point in panel.line])
        yield element("path", class_=f"line {LINED.color}", d=data, stroke_dasharray=LINED.dashes)


def _draw_piece(piece: tuple[LinePoint, ...], x_scale: LinearScale, y_scale: LinearScale) -> Iterator[Markup]:
    across = [x_scale.position(point.x) for point in piece]
    high = [y_scale.position(point.y if point.high is None else point.high) for point in piece]
    low = [y_scale.position(point.y if point.low is None else point.low) for point in piece]
    band = [*zip(across, high, strict=True), *reversed(list(zip(across, low, strict=True)))]
    yield element("path", class_="area t0 strong-area", d=path(band) + "Z")
    curve = [(x, y_scale.position(point.y)) for x, point in zip(across, piece, strict=True)]
    floor = [(across[-1], y_scale.start), (across[0], y_scale.start)]
    yield element("path", class_="area t0", d=path([*curve, *floor]) + "Z")
    yield element("path", class_="line t0", d=path(curve))
