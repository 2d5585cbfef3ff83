"""Quality against time, all tables in one picture: a standalone SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from equitab.report.charts.svg import Markup, element

COLUMNS = 3
PANEL_WIDTH, PANEL_HEIGHT = 250.0, 200.0
LEFT, TOP, GAP_X, GAP_Y = 46.0, 78.0, 34.0, 62.0
COLORS = ("#1b6ca8", "#c2571a", "#8a3ffc", "#5b8c2a", "#8d8d8d", "#b8860b", "#444444", "#777777")
SHAPES = {
    "ours": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z",
    "baseline": "M0-5.6L5.6 4.4H-5.6Z",
    "peer": "M-4.6-4.6H4.6V4.6H-4.6Z",
}
STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#222}.title{font-weight:600}.tick{fill:#555}"
    ".grid{stroke:#ddd;fill:none}.ideal{stroke:#2a7;fill:none;stroke-dasharray:4 3}"
    "@media (prefers-color-scheme:dark){text{fill:#ddd}.tick{fill:#aaa}.grid{stroke:#444}}"
)


@dataclass(frozen=True)
class TimedQuality:
    """One generator on one table: seconds to fit and draw, and how well it is told from real rows."""

    table: str
    name: str
    label: str
    family: str
    seconds: float
    detection: float


def draw_quality_against_time(points: Sequence[TimedQuality]) -> Markup:
    """Return the picture: one panel a table, seconds from left to right, detection from below.

    Parameters
    ----------
    points : sequence of TimedQuality
        At least one; the order of first appearance is that of panels and legend.
    """
    tables = list(dict.fromkeys(point.table for point in points))
    names = list(dict.fromkeys(point.name for point in points))
    colors = {name: COLORS[place % len(COLORS)] for place, name in enumerate(names)}
    decades = _decades([point.seconds for point in points])
    parts: list[Markup] = [*_legend(points, colors)]
    for place, table in enumerate(tables):
        held = [point for point in points if point.table == table]
        x = LEFT + (place % COLUMNS) * (PANEL_WIDTH + GAP_X)
        y = TOP + (place // COLUMNS) * (PANEL_HEIGHT + GAP_Y)
        parts.append(
            element("g", *_panel(table, held, colors, decades), transform=f"translate({x:.0f} {y:.0f})")
        )
    n_rows = math.ceil(len(tables) / COLUMNS)
    n_columns = min(COLUMNS, len(tables))
    width = max(LEFT + n_columns * (PANEL_WIDTH + GAP_X), 560)
    height = TOP + n_rows * (PANEL_HEIGHT + GAP_Y)
    return element(
        "svg",
        element("title", "Quality against time"),
        element("style", Markup(STYLE)),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
    )


def _legend(points: Sequence[TimedQuality], colors: dict[str, str]) -> Iterator[Markup]:
    """Draw what each colour is, and what the axes are."""
    known = {point.name: point for point in points}
    for place, point in enumerate(known.values()):
        x, y = LEFT + (place % 4) * 150, 14 + (place // 4) * 18
        yield _mark(point, x, y - 4, colors)
        yield element("text", point.label.replace("`", ""), x=x + 12, y=y)
    axes = "Up: AUROC of the best of three detectors (0.5, dashed: not told from real rows). Right: seconds"
    yield element("text", f"{axes} to fit and draw, each step ten times.", class_="tick", x=LEFT - 34, y=52.0)


def _panel(
    table: str, points: Sequence[TimedQuality], colors: dict[str, str], decades: range
) -> Iterator[Markup]:
    yield element("text", table, class_="title", x=0, y=-8)
    for share in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        y = _height(share)
        yield element("path", class_="ideal" if share == 0.5 else "grid", d=f"M0 {y:.1f}H{PANEL_WIDTH:.0f}")
        yield element("text", f"{share:.1f}", class_="tick", x=-6, y=y + 4, text_anchor="end")
    for decade in decades:
        x = _across(10.0**decade, decades)
        yield element("path", class_="grid", d=f"M{x:.1f} 0V{PANEL_HEIGHT:.0f}")
        text = f"{10.0**decade:g}"
        yield element("text", text, class_="tick", x=x, y=PANEL_HEIGHT + 15, text_anchor="middle")
    for point in points:
        yield _mark(point, _across(point.seconds, decades), _height(point.detection), colors)


def _mark(point: TimedQuality, x: float, y: float, colors: dict[str, str]) -> Markup:
    name = f"{point.label.replace('`', '')}, {point.table}: {point.seconds:.3g} s, {point.detection:.3f}"
    return element(
        "path",
        element("title", name),
        d=SHAPES[point.family],
        fill=colors[point.name],
        fill_opacity="0.85",
        transform=f"translate({x:.1f} {y:.1f})",
    )


def _decades(seconds: Sequence[float]) -> range:
    """Return the powers of ten from just below the shortest time to just above the longest."""
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    return range(low, max(high, low + 1) + 1)


def _across(seconds: float, decades: range) -> float:
    return PANEL_WIDTH * (math.log10(seconds) - decades[0]) / (decades[-1] - decades[0])


def _height(detection: float) -> float:
    """Return the height of an AUROC; below 0.45 (chance, on small tables) it stays at the floor."""
    return PANEL_HEIGHT * (1.0 - max(detection, 0.45)) / 0.55
