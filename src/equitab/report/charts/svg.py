"""Writes SVG as text: every name and number goes through here, so nothing unescaped reaches the page."""

from __future__ import annotations

from html import escape
from typing import Any

FONT_SIZE = 11
"""In units of the view box; charts are drawn 360 units wide, so that a phone shows it at about 11 px."""

CHART_WIDTH = 360


class Markup(str):
    """Text that is already escaped; templates insert it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the text itself, as template engines ask for it."""
        return self


def element(name: str, *children: str, **attributes: Any) -> Markup:
    """Return one element.

    Parameters
    ----------
    name : str
    *children : str
        `Markup` stays as it is; any other text is escaped.
    **attributes
        Underscores become hyphens and ``class_`` becomes ``class``; None leaves an attribute out.

    Returns
    -------
    Markup

    Examples
    --------
    >>> element("text", ">50K & more", class_="label", text_anchor="end", x=3.0)
    '<text class="label" text-anchor="end" x="3">&gt;50K &amp; more</text>'
    """
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_attribute(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(child if isinstance(child, Markup) else escape(child) for child in children)
    return Markup(f"<{name}{pairs}>{inside}</{name}>" if inside else f"<{name}{pairs}/>")


def draw_chart(
    *children: str, height: float, title: str, description: str, width: float = CHART_WIDTH
) -> Markup:
    """Return a chart that scales with its place and says in words what it shows."""
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        *children,
        class_="chart",
        viewBox=f"0 0 {_attribute(width)} {_attribute(height)}",
        role="img",
    )


def shorten(text: str, width: float) -> str:
    """Return a text cut to about a width in units, with an ellipsis; wide signs count double.

    The reader's font is not known: the estimate is that of a wide one.

    Examples
    --------
    >>> shorten("Never-married", 60)
    'Never-ma…'
    """
    room = width / (FONT_SIZE * 0.6)
    for place, sign in enumerate(text):
        room -= 2 if ord(sign) > 0x2E80 else 1
        if room < 0:
            return text[: max(place - 1, 1)] + "…"
    return text


def label(text: str, x: float, y: float, width: float, **attributes: Any) -> Markup:
    """Return a text that keeps within a width; the full text shows on pointing at it."""
    shown = shorten(text, width)
    if shown == text:
        return element("text", text, x=x, y=y, **attributes)
    return element("text", element("title", text), shown, x=x, y=y, **attributes)


def path(points: list[tuple[float, float]]) -> str:
    """Return the path data of a broken line."""
    return "M" + "L".join(f"{_attribute(x)} {_attribute(y)}" for x, y in points)


def _attribute(value: Any) -> str:
    """Numbers have at most one decimal: a tenth of a pixel."""
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value)
