"""Small multiples of one plane: counts in hexagons behind, points before, the same frame in every panel."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from equitab.report.charts.svg import Markup, draw_chart, element, label

_PANEL = 172.0
_GAP = 16.0
_HEADING = 46.0
_LEGEND = 40.0
SHADES = (0.08, 0.18, 0.33, 0.5, 0.7)
"""How dark hexagons are: of fewer rows on the same area than a narrow one may hold, of these, of twice as many ..."""


@dataclass(frozen=True)
class Hexagon:
    """A hexagon's centre in [0, 1], the rows in it, and how many times as wide it is as the narrowest."""

    x: float
    y: float
    n: int
    widening: int = 1

    @property
    def density(self) -> float:
        """Rows in the area of a hexagon of the narrowest kind."""
        return self.n / self.widening**2


@dataclass(frozen=True)
class PlanePanel:
    """One table on the plane.

    Parameters
    ----------
    title : str
    notes : tuple of two str
        Lines below the title: its real and its drawn rows.
    hexagons : tuple of Hexagon
    points : tuple of (float, float)
        In [0, 1].
    """

    title: str
    notes: tuple[str, str]
    hexagons: tuple[Hexagon, ...]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class PlaneFrame:
    """What all panels share.

    Parameters
    ----------
    width : float
        Of a narrow hexagon, as a share of the panel.
    fewest : int
        Rows that a hexagon holds at least.
    outlines : tuple of Hexagon
        Whose narrow ones are outlined in every panel, so that one can be held against the other.
    """

    width: float
    fewest: int
    outlines: tuple[Hexagon, ...]

    @property
    def size(self) -> float:
        """Between two opposite sides of a narrow hexagon."""
        return self.width * _PANEL


def draw_planes(
    panels: Sequence[PlanePanel], frame: PlaneFrame, *, n_columns: int, title: str, description: str
) -> Markup:
    """Return panels side by side and below each other, as one chart.

    Parameters
    ----------
    panels : sequence of PlanePanel
    frame : PlaneFrame
    n_columns : int
        At least two, which are readable on a phone.
    title, description : str
        What the chart shows, for those who cannot see it.

    Returns
    -------
    Markup
    """
    row_height = _HEADING + _PANEL + _GAP
    total = n_columns * (_PANEL + _GAP) - _GAP
    parts = [*_draw_legend(frame)]
    for place, panel in enumerate(panels):
        left = (place % n_columns) * (_PANEL + _GAP)
        top = _LEGEND + (place // n_columns) * row_height + _HEADING
        parts += _draw_panel(panel, frame, left, top)
    height = _LEGEND + math.ceil(len(panels) / n_columns) * row_height - _GAP + 2
    return draw_chart(*parts, height=height, width=total, title=title, description=description)


def draw_plane_panels(panels: Sequence[PlanePanel], frame: PlaneFrame) -> tuple[Markup, ...]:
    """Return a chart for each panel, for a page that puts as many side by side as it has room for."""
    return tuple(
        draw_chart(
            *_draw_panel(panel, frame, 1.0, _HEADING),
            height=_HEADING + _PANEL + 2,
            width=_PANEL + 2,
            title=panel.title,
            description=f"{', '.join(filter(None, panel.notes))}: "
            f"{len(panel.hexagons)} hexagons behind {len(panel.points)} points.",
        )
        for panel in panels
    )


def draw_plane_legend(frame: PlaneFrame) -> Markup:
    """Return what shades and points stand for."""
    return draw_chart(
        *_draw_legend(frame),
        height=_LEGEND - 4,
        title="Legend",
        description="Shades are numbers of real rows.",
    )


def _draw_panel(panel: PlanePanel, frame: PlaneFrame, left: float, top: float) -> Iterator[Markup]:
    yield label(panel.title, left, top - 32, _PANEL, class_="heading")
    for place, note in enumerate(panel.notes):
        yield label(note, left, top - 19 + 13 * place, _PANEL, class_="tick")
    narrow = [one for one in frame.outlines if one.widening == 1]
    inside = [
        *_draw_shades(panel.hexagons, frame),
        element("path", class_="grid", d=_hexagons(narrow, frame.size)),
    ]
    if panel.points:
        inside.append(element("path", class_="dots t3", d=_dots(panel.points)))
    # A drawing within the drawing cuts off what a hexagon at the edge has outside of the frame.
    yield element("svg", *inside, x=left, y=top, width=_PANEL, height=_PANEL)
    yield element("rect", class_="grid", x=left, y=top, width=_PANEL, height=_PANEL)


def _draw_shades(hexagons: Sequence[Hexagon], frame: PlaneFrame) -> Iterator[Markup]:
    """Draw wide hexagons first; narrow ones cover them, so that no shade adds to another."""
    for widening in sorted({one.widening for one in hexagons}, reverse=True):
        layer = [one for one in hexagons if one.widening == widening]
        yield element("path", class_="cover", d=_hexagons(layer, frame.size))
        for shade, opacity in enumerate(SHADES):
            alike = [one for one in layer if _shade_of(one, frame.fewest) == shade]
            if alike:
                yield element("path", class_="cell t0", fill_opacity=opacity, d=_hexagons(alike, frame.size))


def _draw_legend(frame: PlaneFrame) -> Iterator[Markup]:
    """Show the shades with the rows that they stand for, and the points."""
    yield element("text", "Real rows on the area of a small hexagon", class_="label", x=0, y=12)
    yield element("path", class_="dots t3", d="M276 8h0m7-3h0m6 4h0")
    yield element("text", "Drawn rows", class_="label", x=298, y=12)
    starts = [0, *(frame.fewest * 2**step for step in range(len(SHADES) - 1))]
    for place, (low, opacity) in enumerate(zip(starts, SHADES, strict=True)):
        until = starts[place + 1] if place + 1 < len(starts) else 0
        name = f"below {until}" if not low else f"{low}–{until - 1}" if until else f"{low} or more"
        x = 8.0 + place * 68 + (8 if place else 0)
        yield element("path", class_="cell t0", fill_opacity=opacity, d=_hexagon(x, 26.0, 14.0))
        yield element("text", name, class_="tick", x=x + 12, y=30)


def _shade_of(one: Hexagon, fewest: int) -> int:
    if one.density < fewest:
        return 0
    return min(1 + int(math.log2(one.density / fewest)), len(SHADES) - 1)


def _hexagons(hexagons: Sequence[Hexagon], size: float) -> str:
    return "".join(_hexagon(one.x * _PANEL, (1 - one.y) * _PANEL, size * one.widening) for one in hexagons)


def _hexagon(x: float, y: float, size: float) -> str:
    """Return the path of an upright hexagon, `size` between two opposite sides."""
    half, quarter = size / 2, size / math.sqrt(12)
    start = f"M{x - half:.1f} {y - quarter:.1f}"
    right, down = f"{half:.1f}", f"{quarter:.1f}"
    return f"{start}l{right}-{down}l{right} {down}v{2 * quarter:.1f}l-{right} {down}l-{right}-{down}z"


def _dots(points: Sequence[tuple[float, float]]) -> str:
    """Return all points as one path of strokes without length, which round ends make visible."""
    return "".join(f"M{x * _PANEL:.1f} {(1 - y) * _PANEL:.1f}h0" for x, y in points)
