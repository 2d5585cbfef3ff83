"""Measures that every column of a synthetic table has: how far off it is, how well it can be predicted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from equitab.evaluation.results import CurvePoint
from equitab.report import wording
from equitab.report.charts.interval_plot import IntervalGroup, IntervalRow, draw_interval_plot
from equitab.report.charts.marks import MarkStyle
from equitab.report.figure import Figure

COLUMN_KINDS = ("column_error", "column_utility")
MOST_COLUMNS = 24

_SYNTHETIC = MarkStyle("t3", "diamond")


def draw_columns(kind: str, series: Mapping[str, Sequence[CurvePoint]]) -> Iterator[Figure]:
    """Return the chart of ``column_error`` or ``column_utility``; none where there are no points.

    Parameters
    ----------
    kind : str
        Of `COLUMN_KINDS`.
    series : mapping of str to sequence of CurvePoint
        ``synthetic``, and for errors ``holdout``: x is a column.
    """
    synthetic = series.get("synthetic", ())
    if not synthetic:
        return
    if kind == "column_error":
        yield _draw_errors(synthetic, {point.x: point for point in series.get("holdout", ())})
    else:
        yield _draw_utilities(synthetic)


def _draw_errors(synthetic: Sequence[CurvePoint], holdout: Mapping[str, CurvePoint]) -> Figure:
    """Draw the errors of columns, those furthest off first."""
    ordered = sorted(synthetic, key=lambda point: -point.y)
    rows = tuple(_row(point, holdout.get(point.x)) for point in ordered[:MOST_COLUMNS])
    chart = draw_interval_plot(
        (IntervalGroup("", rows),),
        title="Error of every column",
        description="Distance of the shares of values from those of the training rows, for synthetic and real rows.",
        origin=0.0,
    )
    caption = "Filled: synthetic rows. Hollow: real rows that were never seen, which are off by chance alone."
    return Figure("How far every column is off", _with_rest(caption, ordered), chart)


def _draw_utilities(synthetic: Sequence[CurvePoint]) -> Figure:
    """Draw the utilities of columns, those that lost most first."""
    ordered = sorted(synthetic, key=lambda point: point.y)
    chart = draw_interval_plot(
        (IntervalGroup("", tuple(_row(point) for point in ordered[:MOST_COLUMNS])),),
        title="Every column predicted from the others",
        description="Skill learned from synthetic rows, as a share of that learned from real ones.",
        ideal=1.0,
    )
    caption = "1: what is learned from synthetic rows predicts held-out real values as well as what real rows teach."
    return Figure("Every column as target", _with_rest(caption, ordered), chart)


def _row(point: CurvePoint, beside: CurvePoint | None = None) -> IntervalRow:
    return IntervalRow(
        label=wording.show_name(point.x),
        value=point.y,
        low=point.low,
        high=point.high,
        value_text=wording.format_number(point.y),
        style=_SYNTHETIC,
        beside=None if beside is None else beside.y,
    )


def _with_rest(caption: str, ordered: Sequence[CurvePoint]) -> str:
    n_more = len(ordered) - MOST_COLUMNS
    return f"{caption} {n_more} more columns are not drawn." if n_more > 0 else caption
