"""What added rows changed, model by model and amount by amount: an interval for each, a line at no change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equitab.evaluation.results import CurvePoint
from equitab.report import wording
from equitab.report.charts.interval_plot import IntervalGroup, IntervalRow, draw_interval_plot
from equitab.report.charts.marks import MarkStyle
from equitab.report.contents import MetricTexts
from equitab.report.figure import Figure

_HELPS = MarkStyle("t1", "triangle")
_HARMS = MarkStyle("t2", "wedge")
_OPEN = MarkStyle("t0", "circle", is_hollow=True)


def draw_gains(name: str, series: Mapping[str, Sequence[CurvePoint]], texts: MetricTexts) -> Figure:
    """Return the chart of a figure ``gain/<heading>/<metric>``.

    Parameters
    ----------
    name : str
        ``<heading>/<metric>``.
    series : mapping of str to sequence of CurvePoint
        By model; x is the amount, y the gain, positive where it is good.
    texts : MetricTexts
    """
    heading, _, metric = name.rpartition("/")
    title = texts.describe(metric).title
    chart = draw_interval_plot(
        tuple(
            IntervalGroup(wording.show_model(model), tuple(_row(point) for point in points))
            for model, points in series.items()
        ),
        title=f"{title}: {heading}",
        description="Gain over nothing added, with its interval; right of the line is better.",
        ideal=0.0,
    )
    caption = (
        f"{title}: gain over nothing added. Triangles point up where the interval lies above zero, down where it "
        "lies below; circles are open questions."
    )
    return Figure(heading, caption, chart)


def _row(point: CurvePoint) -> IntervalRow:
    return IntervalRow(
        label=point.x,
        value=point.y,
        low=point.low,
        high=point.high,
        value_text=wording.format_number(point.y),
        style=_style(point),
    )


def _style(point: CurvePoint) -> MarkStyle:
    if point.low is not None and point.low > 0:
        return _HELPS
    return _HARMS if point.high is not None and point.high < 0 else _OPEN
