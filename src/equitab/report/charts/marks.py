"""Shapes, dashes and colours that tell treatments apart: by shape in black and white, by colour otherwise.

A colour is a class of the page's style sheet (``t0`` to ``t7``), so that it follows light, dark and paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from equitab.report.charts.svg import Markup, element

_SHAPES = {
    "circle": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
    "triangle": "M0-4.6L4.6 3.6H-4.6Z",
    "square": "M-3.7-3.7H3.7V3.7H-3.7Z",
    "diamond": "M0-5.2L5.2 0L0 5.2L-5.2 0Z",
    "cross": "M-3.7-3.7L3.7 3.7M-3.7 3.7L3.7-3.7",
    "plus": "M0-4.8V4.8M-4.8 0H4.8",
    "wedge": "M0 4.6L4.6-3.6H-4.6Z",
    "bar": "M-1.8-5H1.8V5H-1.8Z",
    "hexagon": "M-4.8 0L-2.4-4.1H2.4L4.8 0L2.4 4.1H-2.4Z",
    "hourglass": "M-4.2-4.6H4.2L-4.2 4.6H4.2Z",
}
_OPEN_SHAPES = {"cross", "plus"}


@dataclass(frozen=True)
class MarkStyle:
    """How one treatment looks.

    Parameters
    ----------
    color : str
        A class of the style sheet.
    shape : str
        The shape of its points.
    dashes : str or None
        The dashes of its lines; None for an unbroken one.
    is_hollow : bool
        Whether its points are only outlined.
    """

    color: str
    shape: str
    dashes: str | None = None
    is_hollow: bool = False


_STYLES = {
    "original": MarkStyle("t0", "circle", "5 3", is_hollow=True),
    "augmented": MarkStyle("t1", "triangle", "1.5 2.5"),
    "reweighed": MarkStyle("t2", "square", "8 3 1.5 3"),
    "augmented_reweighed": MarkStyle("t3", "diamond"),
    "dr_fairness": MarkStyle("t3", "square", "12 2"),
    "smote_nc": MarkStyle("t4", "cross", "3 2"),
    "threshold_optimizer": MarkStyle("t5", "plus", "10 4"),
    "random_oversampling": MarkStyle("t7", "hexagon", "4 4"),
    "random_undersampling": MarkStyle("t7", "hourglass", "1 3"),
    "unguided": MarkStyle("t7", "bar", "6 2 2 2"),
    "synthetic": MarkStyle("t6", "wedge", "2 4"),
    "constrained": MarkStyle("t3", "circle"),
    "real": MarkStyle("t0", "circle"),
}
_FALLBACKS = (
    MarkStyle("t7", "bar", "6 2 2 2"),
    MarkStyle("t7", "circle", "4 4"),
    MarkStyle("t7", "wedge", "1 3"),
)


def style_of(name: str) -> MarkStyle:
    """Return the style of a treatment or series; an unknown name always gets the same one."""
    return _STYLES.get(name) or _FALLBACKS[crc32(name.encode("utf-8", "replace")) % len(_FALLBACKS)]


def draw_mark(style: MarkStyle, x: float, y: float, *, name: str = "") -> Markup:
    """Return one point; `name` shows on pointing at it."""
    kind = "mark hollow" if style.is_hollow else "mark open" if style.shape in _OPEN_SHAPES else "mark"
    inside = (element("title", name),) if name else ()
    return element(
        "path",
        *inside,
        class_=f"{kind} {style.color}",
        d=_SHAPES[style.shape],
        transform=f"translate({x:.1f} {y:.1f})",
    )


def draw_line_sample(style: MarkStyle, x: float, y: float) -> Markup:
    """Return a short piece of a series' line with its point, for a legend."""
    stroke = element(
        "path", class_=f"line {style.color}", d=f"M{x:.1f} {y:.1f}h22", stroke_dasharray=style.dashes
    )
    return Markup(stroke + draw_mark(style, x + 11, y))
