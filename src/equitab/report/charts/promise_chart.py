"""A promise over time: one interval for each time it was checked, and the line that it must keep to.

Places follow the order in which evidence was written, not the clock: checks that came in a burst do not fall on
each other, and a clock that went back changes nothing. Verdicts differ by shape as well as by colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from equitab.report.charts.marks import MarkStyle, draw_mark
from equitab.report.charts.scales import LinearScale, fit_scale
from equitab.report.charts.svg import CHART_WIDTH, Markup, draw_chart, element, label

VERDICT_STYLES = {
    "met": MarkStyle("t1", "circle"),
    "violated": MarkStyle("t2", "cross"),
    "undetermined": MarkStyle("t0", "diamond", is_hollow=True),
    "not applicable": MarkStyle("t7", "bar"),
}
_OTHER = MarkStyle("t7", "hexagon", is_hollow=True)
_LEFT, _RIGHT = 44.0, CHART_WIDTH - 12.0
_TOP, _HEIGHT = 22.0, 118.0
_BOTTOM = _TOP + _HEIGHT
_NO_VALUE = 16.0
_LABEL = 76.0


@dataclass(frozen=True, kw_only=True)
class PromisePoint:
    """One check of a promise.

    Parameters
    ----------
    time : str
        When, as the page writes it.
    verdict : str
        ``met``, ``violated``, ``undetermined`` or ``not applicable``.
    value, low, high : float or None
        The number with its interval; without a value the mark stands below the axis.
    at_most, at_least : float or None
        The bounds that held at that time.
    name : str
        Shows on pointing at the mark.
    """

    time: str
    verdict: str
    value: float | None
    low: float | None
    high: float | None
    at_most: float | None = None
    at_least: float | None = None
    name: str = ""


def draw_promise_chart(points: tuple[PromisePoint, ...], *, title: str, description: str) -> Markup:
    """Return the chart of one promise over time.

    Parameters
    ----------
    points : tuple of PromisePoint
        From the oldest to the newest; at least one.
    title, description : str
        What the chart shows, for those who cannot see it.

    Returns
    -------
    Markup

    Examples
    --------
    >>> point = PromisePoint(time="2 May", verdict="met", value=0.05, low=0.02, high=0.08, at_most=0.1)
    >>> chart = draw_promise_chart((point,), title="Parity within 0.1", description="Met once.")
    >>> "promised: ≤ 0.1" in chart, "2 May" in chart
    (True, True)
    """
    scale = fit_scale((end for point in points for end in _ends(point)), _BOTTOM, _TOP)
    has_gaps = any(point.value is None for point in points)
    places = _places(len(points))
    floor = _BOTTOM + (_NO_VALUE if has_gaps else 0)
    parts = [
        *_backdrop(scale),
        *_bounds(points, places, scale),
        *(mark for point, x in zip(points, places, strict=True) for mark in _draw_point(point, x, scale)),
        *([element("text", "no value", class_="missing", x=0, y=_BOTTOM + 14)] if has_gaps else []),
        *_times(points, places, floor),
    ]
    return draw_chart(*parts, height=floor + 22, title=title, description=description)


def _ends(point: PromisePoint) -> tuple[float | None, ...]:
    return point.value, point.low, point.high, point.at_most, point.at_least


def _places(n_points: int) -> list[float]:
    """Return the middles of equal steps across the plot."""
    step = (_RIGHT - _LEFT) / n_points
    return [_LEFT + step * (index + 0.5) for index in range(n_points)]


def _backdrop(scale: LinearScale) -> Iterator[Markup]:
    for tick in scale.ticks:
        y = scale.position(tick)
        yield element("path", class_="grid", d=f"M{_LEFT} {y:.1f}H{_RIGHT}")
        yield element("text", scale.tick_label(tick), class_="tick", x=_LEFT - 5, y=y + 4, text_anchor="end")


def _bounds(points: tuple[PromisePoint, ...], places: list[float], scale: LinearScale) -> Iterator[Markup]:
    at_most, at_least = [point.at_most for point in points], [point.at_least for point in points]
    for bounds, sign, x, anchor in ((at_least, "≥", _LEFT, "start"), (at_most, "≤", _RIGHT, "end")):
        yield from _bound_lines(bounds, places, scale)
        newest = next((bound for bound in reversed(bounds) if bound is not None), None)
        if newest is not None:
            text = f"promised: {sign} {newest:g}".replace("-", "−")
            yield element("text", text, class_="strong", x=x, y=10, text_anchor=anchor)


def _bound_lines(bounds: list[float | None], places: list[float], scale: LinearScale) -> Iterator[Markup]:
    half_step = places[0] - _LEFT
    for first, last, bound in _stretches(bounds):
        start, stop, y = places[first] - half_step, places[last] + half_step, scale.position(bound)
        yield element("path", class_="ideal", d=f"M{start:.1f} {y:.1f}H{stop:.1f}", stroke_dasharray="6 3")


def _stretches(bounds: list[float | None]) -> Iterator[tuple[int, int, float]]:
    """Yield the first and last place of every run of equal bounds."""
    start = 0
    for place in range(1, len(bounds) + 1):
        bound = bounds[start]
        if place == len(bounds) or bounds[place] != bound:
            if bound is not None:
                yield start, place - 1, bound
            start = place


def _draw_point(point: PromisePoint, x: float, scale: LinearScale) -> Iterator[Markup]:
    style = VERDICT_STYLES.get(point.verdict, _OTHER)
    if point.value is None:
        yield draw_mark(style, x, _BOTTOM + 10, name=point.name)
        return
    if point.low is not None and point.high is not None:
        low, high = scale.position(point.low), scale.position(point.high)
        yield element("path", class_=f"interval {style.color}", d=f"M{x:.1f} {low:.1f}V{high:.1f}")
    yield draw_mark(style, x, scale.position(point.value), name=point.name)


def _times(points: tuple[PromisePoint, ...], places: list[float], floor: float) -> Iterator[Markup]:
    """Name the oldest and the newest check, and one between where there is room."""
    last = len(points) - 1
    for place in sorted({0, last // 2, last} if last > 3 else {0, last}):
        anchor = "middle" if len(points) == 1 or 0 < place < last else "start" if place == 0 else "end"
        x = {"start": _LEFT, "end": _RIGHT}.get(anchor, places[place])
        yield element("path", class_="axis", d=f"M{places[place]:.1f} {floor}v4")
        yield label(points[place].time, x, floor + 17, _LABEL + 20, class_="tick", text_anchor=anchor)
