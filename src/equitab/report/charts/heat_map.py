"""Heat maps: one square for every pair of columns, the darker the stronger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from equitab.report.charts.svg import CHART_WIDTH, Markup, draw_chart, element, label

_LABELS_END = 92.0
_TOP = 6.0
_BOTTOM = 84.0
_GAP = 1.0


def draw_heat_map(
    values: Mapping[tuple[str, str], float],
    names: Sequence[str],
    *,
    ringed: Sequence[tuple[str, str]] = (),
    title: str,
    description: str,
) -> Markup:
    """Return a square of squares: the value of every pair of names, in both orders.

    Parameters
    ----------
    values : mapping of (str, str) to float
        In [0, 1]; either order of a pair will do, a pair that is not there is left empty.
    names : sequence of str
        Of rows and columns, in order; a name with itself has the darkest square.
    ringed : sequence of (str, str)
        Pairs that get a ring.
    title, description : str
        What the chart shows, for those who cannot see it.

    Returns
    -------
    Markup
    """
    size = (CHART_WIDTH - 4 - _LABELS_END) / max(len(names), 1)
    parts = [*_draw_names(names, size)]
    for row, first in enumerate(names):
        for column, second in enumerate(names):
            value = 1.0 if first == second else values.get((first, second), values.get((second, first)))
            if value is not None:
                parts.append(_draw_square(value, row, column, size, name=f"{first}, {second}: {value:.3f}"))
    for first, second in ringed:
        for one, other in ((first, second), (second, first)):
            if one in names and other in names:
                parts.append(_draw_ring(list(names).index(one), list(names).index(other), size))
    return draw_chart(*parts, height=_TOP + size * len(names) + _BOTTOM, title=title, description=description)


def _draw_names(names: Sequence[str], size: float) -> Iterator[Markup]:
    bottom = _TOP + size * len(names)
    for place, name in enumerate(names):
        middle = (place + 0.5) * size
        yield label(
            name, _LABELS_END - 5, _TOP + middle + 4, _LABELS_END - 5, class_="tick", text_anchor="end"
        )
        x = _LABELS_END + middle + 3
        turned = f"rotate(-60 {x:.1f} {bottom + 10:.1f})"
        yield label(name, x, bottom + 10, _BOTTOM, class_="tick", text_anchor="end", transform=turned)


def _draw_square(value: float, row: int, column: int, size: float, *, name: str) -> Markup:
    return element(
        "rect",
        element("title", name),
        class_="solid t3",
        x=_LABELS_END + column * size,
        y=_TOP + row * size,
        width=size - _GAP,
        height=size - _GAP,
        fill_opacity=f"{min(max(value, 0.0), 1.0):.3f}",
    )


def _draw_ring(row: int, column: int, size: float) -> Markup:
    x, y = _LABELS_END + (column + 0.5) * size - _GAP / 2, _TOP + (row + 0.5) * size - _GAP / 2
    return element("circle", class_="line t2", cx=x, cy=y, r=size * 0.62)
