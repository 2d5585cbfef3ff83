"""Bar charts that lay shares of two tables side by side, one pair of bars for each category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from equitab.report.charts.scales import LinearScale, fit_scale
from equitab.report.charts.svg import CHART_WIDTH, Markup, draw_chart, element, label

_LABELS_END = 132.0
_PLOT_START = 140.0
_PLOT_END = CHART_WIDTH - 16.0
_ROW_HEIGHT = 22.0
_TOP = 4.0


@dataclass(frozen=True)
class BarPair:
    """One category with its share in the real and in the synthetic table; None where it has none."""

    label: str
    real: float | None
    synthetic: float | None


def draw_bar_pairs(pairs: tuple[BarPair, ...], *, title: str, description: str) -> Markup:
    """Return a chart of paired bars: real ones are filled, synthetic ones are outlined."""
    bottom = _TOP + _ROW_HEIGHT * len(pairs)
    shares = [share for pair in pairs for share in (pair.real, pair.synthetic)]
    scale = fit_scale([0.0, *shares], _PLOT_START, _PLOT_END)
    parts = [*_draw_axis(scale, bottom)]
    for place, pair in enumerate(pairs):
        parts += _draw_pair(pair, scale, _TOP + place * _ROW_HEIGHT)
    return draw_chart(*parts, height=bottom + 18, title=title, description=description)


def _draw_axis(scale: LinearScale, bottom: float) -> Iterator[Markup]:
    for tick in scale.ticks:
        x = scale.position(tick)
        yield element("path", class_="grid", d=f"M{x:.1f} {_TOP}V{bottom:.1f}")
        yield element("text", f"{100 * tick:g}%", class_="tick", x=x, y=bottom + 14, text_anchor="middle")


def _draw_pair(pair: BarPair, scale: LinearScale, top: float) -> Iterator[Markup]:
    yield label(pair.label, _LABELS_END, top + 15, _LABELS_END, class_="label", text_anchor="end")
    for share, color, y in ((pair.real, "t0", top + 3), (pair.synthetic, "t3", top + 12)):
        if share is not None:
            kind = "solid" if color == "t0" else "outlined"
            width = max(scale.position(share) - _PLOT_START, 0.0)
            yield element("rect", class_=f"{kind} {color}", x=_PLOT_START, y=y, width=width, height=7)
