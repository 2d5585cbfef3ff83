"""A network of groups of people: circles joined by lines, shaded by a share, with the part of added rows as a ring."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from equitab.report.charts.svg import CHART_WIDTH, Markup, draw_chart, element

_FRAME = 340.0
_LEFT = (CHART_WIDTH - _FRAME) / 2
_LEGEND = 58.0
_LARGEST = 0.052 * _FRAME
_WIDEST = 5.0
_RING = 3.0
SHADES = (0.06, 0.22, 0.42, 0.65, 0.95)
"""How dark nodes are, by the fifth that their share lies in."""


@dataclass(frozen=True, kw_only=True)
class NetworkNode:
    """One circle.

    Parameters
    ----------
    x, y : float
        Its place in [0, 1].
    size : float
        Its area as a part of the largest.
    fifth : int or None
        In which fifth its share lies, from 0; None where nothing is known.
    added : float
        Part of added rows among its rows.
    name : str
        Shown on pointing at it.
    """

    x: float
    y: float
    size: float
    fifth: int | None
    added: float
    name: str

    @property
    def radius(self) -> float:
        """In units of the view box."""
        return max(_LARGEST * math.sqrt(self.size), 4.5)


@dataclass(frozen=True)
class NetworkLink:
    """One line between two nodes; its weight is 1 for the strongest."""

    start: int
    end: int
    weight: float


def draw_network(
    nodes: Sequence[NetworkNode],
    links: Sequence[NetworkLink],
    *,
    color: str,
    has_added: bool,
    title: str,
    description: str,
) -> Markup:
    """Return a network with its legend above.

    Parameters
    ----------
    nodes : sequence of NetworkNode
    links : sequence of NetworkLink
        By the positions of their nodes.
    color : str
        A class of the style sheet, for the shades.
    has_added : bool
        Whether rings are explained.
    title, description : str
        What the chart shows, for those who cannot see it.

    Returns
    -------
    Markup
    """
    parts = [*_draw_legend(color, has_added)]
    for one in links:
        (x1, y1), (x2, y2) = _place(nodes[one.start]), _place(nodes[one.end])
        width = max(_WIDEST * math.sqrt(one.weight), 0.6)
        parts.append(
            element(
                "path", class_="link", d=f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", stroke_width=f"{width:.1f}"
            )
        )
    for node in nodes:
        parts += _draw_node(node, color)
    return draw_chart(*parts, height=_LEGEND + _FRAME, title=title, description=description)


def _place(node: NetworkNode) -> tuple[float, float]:
    return _LEFT + node.x * _FRAME, _LEGEND + node.y * _FRAME


def _draw_node(node: NetworkNode, color: str) -> Iterator[Markup]:
    x, y = _place(node)
    yield element("circle", class_="cover", cx=x, cy=y, r=node.radius)
    if node.fifth is None:
        yield element("circle", element("title", node.name), class_="edge unknown", cx=x, cy=y, r=node.radius)
    else:
        yield element(
            "circle", class_=f"cell {color}", cx=x, cy=y, r=node.radius, opacity=f"{SHADES[node.fifth]:g}"
        )
        yield element(
            "circle", element("title", node.name), class_=f"edge {color}", cx=x, cy=y, r=node.radius
        )
    if node.added > 0:
        yield element("path", class_="ring-part", d=_arc(x, y, node.radius + _RING, node.added))


def _arc(x: float, y: float, radius: float, part: float) -> str:
    """Return the part of a circle that begins at the top and goes round with the clock."""
    turn = 2 * math.pi * min(part, 0.999)
    end_x, end_y = x + radius * math.sin(turn), y - radius * math.cos(turn)
    is_long = int(turn > math.pi)
    return f"M{x:.1f} {y - radius:.1f}A{radius:.1f} {radius:.1f} 0 {is_long} 1 {end_x:.1f} {end_y:.1f}"


def _draw_legend(color: str, has_added: bool) -> Iterator[Markup]:
    step = CHART_WIDTH / len(SHADES)
    for place, shade in enumerate(SHADES):
        x = place * step
        yield element("circle", class_=f"cell {color}", cx=x + 8, cy=9, r=6, opacity=f"{shade:g}")
        yield element("circle", class_=f"edge {color}", cx=x + 8, cy=9, r=6)
        low, high = (100 * end // len(SHADES) for end in (place, place + 1))
        yield element("text", f"{low}–{high}%", class_="tick", x=x + 18, y=13)
    yield element("circle", class_=f"edge {color}", cx=8, cy=33, r=3.5)
    yield element("circle", class_=f"edge {color}", cx=22, cy=33, r=8)
    yield element("text", "fewer, more people", class_="tick", x=35, y=37)
    if has_added:
        x = 0.52 * CHART_WIDTH
        yield element("circle", class_=f"edge {color}", cx=x, cy=33, r=5)
        yield element("path", class_="ring-part", d=_arc(x, 33, 5 + _RING, 0.4))
        yield element("text", "part of added rows", class_="tick", x=x + 14, y=37)
