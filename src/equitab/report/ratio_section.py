"""Learned ratios as a section of a page: how they moved while the model trained, and where they ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equitab.evaluation.results import CurvePoint
from equitab.report import wording
from equitab.report.charts.line_chart import Line, LinePoint, Panel, draw_line_chart
from equitab.report.charts.marks import MarkStyle
from equitab.report.figure import Figure
from equitab.report.ratio_contents import RatioCell, RatioContents

SHARES, REAL_SHARES = "ratio_share", "ratio_real"
"""Kinds of figures: ``<kind>/<outcome>``, a series for each group, over batches."""
RATIO_KINDS = (SHARES, REAL_SHARES)
MOST_GROUPS = 8
"""So many groups are drawn, the largest; the table has them all."""
_DASHES = (None, "6 3")
_GAPS = {"loss": "the loss", "rate": "the predicted share of favorable outcomes"}
_SHAPES = ("circle", "diamond", "square", "triangle")
_COLORS = ("t3", "t1", "t2", "t4", "t5", "t6", "t7", "t0")
_OBJECTIVES = {
    "equalized_odds": "differences of {gap} between groups with the same outcome",
    "equal_opportunity": "differences of {gap} between groups with the favorable outcome",
    "demographic_parity": "differences of the predicted share of favorable outcomes between groups",
}


@dataclass(frozen=True)
class RatioLine:
    """One row of the table of ratios."""

    group: str
    outcome: str
    n_real: str
    n_generated: str
    share_start: str
    share_end: str
    real_start: str
    real_end: str
    is_little_used: bool


@dataclass(frozen=True)
class RatioSection:
    """Everything that the page shows of ratios."""

    lead: str
    figures: tuple[Figure, ...]
    lines: tuple[RatioLine, ...]
    warnings: tuple[str, ...]


def lay_out_ratios(ratios: RatioContents | None, points: Iterable[CurvePoint]) -> RatioSection | None:
    """Return the section about ratios, or None where none were learned.

    Parameters
    ----------
    ratios : RatioContents or None
    points : iterable of CurvePoint
        Those of figures of `RATIO_KINDS` are drawn.
    """
    if ratios is None:
        return None
    shown = _largest_groups(ratios.cells)
    by_kind: dict[str, dict[str, dict[str, list[CurvePoint]]]] = {}
    for point in points:
        kind, _, outcome = point.figure.partition("/")
        if kind in RATIO_KINDS and point.series in shown:
            by_kind.setdefault(kind, {}).setdefault(outcome, {}).setdefault(point.series, []).append(point)
    figures = tuple(_draw(kind, by_kind[kind], shown, ratios) for kind in RATIO_KINDS if kind in by_kind)
    return RatioSection(_lead(ratios), figures, tuple(map(_line, ratios.cells)), tuple(_warnings(ratios)))


def _largest_groups(cells: Iterable[RatioCell]) -> tuple[str, ...]:
    """Return the groups that are drawn, the largest first."""
    sizes: dict[str, int] = {}
    for cell in cells:
        sizes[cell.group] = sizes.get(cell.group, 0) + cell.n_real
    return tuple(sorted(sizes, key=lambda group: -sizes[group])[:MOST_GROUPS])


def _draw(
    kind: str,
    by_outcome: dict[str, dict[str, list[CurvePoint]]],
    groups: tuple[str, ...],
    ratios: RatioContents,
) -> Figure:
    """Return one panel for each outcome, one above another."""
    is_share = kind == SHARES
    panels = tuple(
        Panel(
            f"Outcome {wording.show_name(outcome)}",
            tuple(
                Line(wording.show_name(group), _style(place), _points(series[group]))
                for place, group in enumerate(groups)
                if group in series
            ),
            is_share=True,
        )
        for outcome, series in by_outcome.items()
    )
    heading = "Groups within each outcome" if is_share else "Real rows within each group and outcome"
    described = (
        "Share of each group's rows" if is_share else "Share of real rows among real and generated ones"
    )
    n_more = len({cell.group for cell in ratios.cells}) - len(groups)
    caption = f"{n_more} smaller groups are in the table only." if n_more > 0 else ""
    chart = draw_line_chart(
        panels, x_title="Batch", title=heading, description=f"{described} in a batch, while the head learned."
    )
    return Figure(heading, caption, chart)


def _style(place: int) -> MarkStyle:
    return MarkStyle(
        _COLORS[place % len(_COLORS)], _SHAPES[place % len(_SHAPES)], _DASHES[place % len(_DASHES)]
    )


def _points(points: Iterable[CurvePoint]) -> tuple[LinePoint, ...]:
    return tuple(LinePoint(float(point.x), point.y) for point in points)


def _lead(ratios: RatioContents) -> str:
    count = wording.format_count
    aim = _OBJECTIVES.get(ratios.objective, wording.show_name(ratios.objective)).format(gap=_GAPS[ratios.gap])
    judges = "training and validation rows" if ratios.uses_training_rows else "validation rows"
    said = (
        f"While a {wording.show_name(ratios.head)} head trained for {count(ratios.n_steps)} batches, the share of each "
        "group within each outcome, and of real against generated rows within each group, were moved so as to make "
        f"{aim} small on {count(ratios.n_judged)} real {judges}, with a weight of "
        f"{ratios.accuracy_weight:g} on the loss of everybody. Every model of the treatment then learned from all "
        "rows with weights that give these shares."
    )
    said += _outcomes_sentence(ratios)
    if ratios.n_outside:
        said += (
            f" {count(ratios.n_outside)} training rows of groups too small to be judged keep their weight."
        )
    return said


def _outcomes_sentence(ratios: RatioContents) -> str:
    """Say what became of the share of the favorable outcome, which models learn to predict as often."""
    start, end = (wording.format_share(share) for share in (ratios.favorable_start, ratios.favorable_end))
    if start == end:
        return f" Outcomes kept their shares: {start} of the rows are favorable."
    how = "fewer" if ratios.favorable_end < ratios.favorable_start else "more"
    said = f" The share of the favorable outcome itself moved from {start} to {end}, so that models call {how} people"
    said += " favorable"
    if ratios.objective == "equalized_odds":
        said += ": that is how the rates of true and of false positives come together both"
    return f"{said}."


def _warnings(ratios: RatioContents) -> list[str]:
    said = [
        f"The generated rows of {wording.show_name(cell.group)} with the outcome {wording.show_name(cell.outcome)} are "
        f"little used: their share fell from {wording.format_share(1 - cell.real_start)} to "
        f"{wording.format_share(1 - cell.real_end)}. That is a sign that they do not resemble real ones."
        for cell in ratios.cells
        if cell.is_little_used
    ]
    return [*said, *(wording.upper_first(remark) for remark in ratios.remarks)]


def _line(cell: RatioCell) -> RatioLine:
    has_generated = cell.n_generated > 0
    return RatioLine(
        group=wording.show_name(cell.group),
        outcome=wording.show_name(cell.outcome),
        n_real=wording.format_count(cell.n_real),
        n_generated=wording.format_count(cell.n_generated),
        share_start=wording.format_share(cell.share_start),
        share_end=wording.format_share(cell.share_end),
        real_start=wording.format_share(cell.real_start) if has_generated else "",
        real_end=wording.format_share(cell.real_end) if has_generated else "all",
        is_little_used=cell.is_little_used,
    )
