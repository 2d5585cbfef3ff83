"""Figures of a constraint: what fairness costs, what the strength does, and how scores are distributed by group."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from equitab.evaluation.results import CurvePoint, Headline
from equitab.report import wording
from equitab.report.charts.line_chart import Line, LinePoint, Panel, draw_line_chart
from equitab.report.charts.marks import MarkStyle, style_of
from equitab.report.charts.scatter_chart import ScatterPath, ScatterPoint, draw_scatter
from equitab.report.constraint_contents import AskedConstraint
from equitab.report.constraint_screen import name_criterion
from equitab.report.figure import Figure

Series = dict[str, list[CurvePoint]]
KINDS = ("price", "strength", "score_density", "score_ecdf")
LISTED = ("score_histogram", "proxy_columns")
"""Figures whose numbers stand in a table, or that another figure shows better."""

_PRICES = {"auroc": "AUROC", "accuracy": "Accuracy"}
_STAGES = {"validation": "validation rows", "test": "test rows"}
_TABLE = MarkStyle("t6", "square", "2 4", is_hollow=True)
_MODEL = style_of("constrained")
_MOST_GROUPS = 6
_GROUP_STYLES = (
    MarkStyle("t0", "circle"),
    MarkStyle("t3", "diamond", "6 3"),
    MarkStyle("t5", "square", "2 3"),
    MarkStyle("t4", "triangle", "8 3 2 3"),
    MarkStyle("t2", "cross", "4 2"),
    MarkStyle("t1", "plus", "1 3"),
)


@dataclass(frozen=True)
class ConstraintFigures:
    """All charts about constraints, by section of the page."""

    prices: tuple[Figure, ...]
    strengths: tuple[Figure, ...]
    scores: tuple[Figure, ...]


def lay_out_constraint_figures(
    by_kind: dict[str, dict[str, Series]],
    constraints: tuple[AskedConstraint, ...],
    headline: Headline | None,
) -> ConstraintFigures:
    """Return the charts of curve points, by kind and name; the headline's model first."""
    chosen = headline.model if headline else ""
    prices = [
        _draw_price(name, series, constraints, chosen) for name, series in by_kind.get("price", {}).items()
    ]
    strengths = [_draw_strength(name, series, chosen) for name, series in by_kind.get("strength", {}).items()]
    scores = [
        _draw_scores(kind, name, series, headline)
        for kind in ("score_density", "score_ecdf")
        for name, series in by_kind.get(kind, {}).items()
    ]
    return ConstraintFigures(*(_main_first(figures) for figures in (prices, strengths, scores)))


def _main_first(figures: list[Figure]) -> tuple[Figure, ...]:
    return tuple(sorted(figures, key=lambda figure: not figure.is_main))


def _draw_price(name: str, series: Series, constraints: tuple[AskedConstraint, ...], chosen: str) -> Figure:
    """Draw performance against the gap: a path over the strength for model and table, other ways as marks."""
    stage, features, criterion, price, model = _parts(name, 5)
    candidates = {who: _candidates(who, series) for who in ("model", "table")}
    last = max((held.n for who in candidates.values() for _, _, held in who), default=0)
    last = last if stage == "validation" else 0  # on test rows nothing is chosen
    points = [
        point
        for who, style in (("model", _MODEL), ("table", _TABLE))
        for point in _candidate_points(who, candidates[who], style, last)
    ]
    ways = [key for key in series if _is_shown(key.partition("|")[0], price)]
    points += [_way_point(key, series[key][0]) for key in ways if _is_finite(series[key][0])]
    title = f"{_PRICES.get(price, price)}, {wording.show_model(model)}"
    what = f"{name_criterion(criterion)}, {wording.show_features(features)}"
    on = _STAGES.get(stage, stage)
    chart = draw_scatter(
        tuple(points),
        legend=_legend(ways, candidates),
        x_title=f"Distance from {name_criterion(criterion).lower()}",
        y_title=f"{_PRICES.get(price, price)} on real {on}",
        band=_band(constraints, features, criterion),
        paths=tuple(
            ScatterPath(tuple((x, point.y) for _, x, point in candidates[who]), style)
            for who, style in (("model", _MODEL), ("table", _TABLE))
        ),
        title=f"{title}: {what}",
        description="One point for each strength; further left is fairer, further up is better.",
    )
    return Figure(f"{title}: {what}", _word_price(stage, price, series), chart, model == chosen or not chosen)


def _is_shown(treatment: str, price: str) -> bool:
    """Return whether a way is marked: one that decides by drawing lots does not rank people."""
    is_candidate = treatment in ("model", "table", "constrained")
    return not is_candidate and (treatment, price) != ("threshold_optimizer", "auroc")


def _word_price(stage: str, price: str, series: Series) -> str:
    said = ["Numbers along the path are strengths."]
    if any(key.startswith("table|") for key in series):
        said.append("The second path has the same models over the gap of their table.")
    moved = [key for key in series if key.startswith("threshold_optimizer|")]
    if moved and price == "auroc":
        shown = wording.format_number(series[moved[0]][0].y)
        said.append(
            f"The threshold optimizer decides and does not rank people: its AUROC, {shown}, is not drawn."
        )
    elif moved and stage != "test":
        said.append("The threshold optimizer was learned on validation rows and is judged on test rows.")
    return " ".join(said)


def _candidates(who: str, series: Series) -> list[tuple[float, float, CurvePoint]]:
    """Return strength, gap and point of the candidates, in the order of the strength."""
    found = []
    for key, points in series.items():
        whose, _, strength = key.partition("|")
        if whose != who:
            continue
        found += [
            (number, gap, point)
            for point in points
            if (number := _number(strength)) is not None
            and (gap := _number(point.x)) is not None
            and _is_finite(point)
        ]
    return sorted(found, key=lambda entry: entry[0])


def _candidate_points(
    who: str, candidates: list[tuple[float, float, CurvePoint]], style: MarkStyle, last: int
) -> Iterator[ScatterPoint]:
    for strength, gap, point in candidates:
        is_chosen = who == "model" and point.n == last > 0
        yield ScatterPoint(
            x=gap,
            y=point.y,
            low=point.low,
            high=point.high,
            tag=f"chosen: {strength:g}" if is_chosen else "",
            note=f"{strength:g}" if who == "model" and not is_chosen else "",
            name=f"{wording.sentence_case(who)}, strength {strength:g}: {wording.format_number(gap)} from fair, "
            f"{wording.format_number(point.y)}",
            style=style,
        )


def _way_point(key: str, point: CurvePoint) -> ScatterPoint:
    treatment = key.partition("|")[0]
    gap = _number(point.x)
    assert gap is not None, "checked by the caller"
    shown = "No treatment" if treatment == "original" else wording.show_treatment(treatment)
    return ScatterPoint(
        x=gap,
        y=point.y,
        low=point.low,
        high=point.high,
        name=f"{shown}: {wording.format_number(gap)} from fair, {wording.format_number(point.y)}",
        style=style_of(treatment),
    )


def _legend(
    ways: list[str], candidates: dict[str, list[tuple[float, float, CurvePoint]]]
) -> tuple[tuple[str, MarkStyle], ...]:
    entries = [("Gap of the model", _MODEL)] if candidates["model"] else []
    entries += [("Gap of its table", _TABLE)] if candidates["table"] else []
    for key in ways:
        treatment = key.partition("|")[0]
        shown = "No treatment" if treatment == "original" else wording.show_treatment(treatment)
        entries.append((shown, style_of(treatment)))
    return tuple(entries)


def _band(
    constraints: tuple[AskedConstraint, ...], features: str, criterion: str
) -> tuple[float, float] | None:
    for one in constraints:
        if (one.sensitive_features, one.criterion) == (features, criterion) and one.tolerance > 0:
            return (0.0, one.tolerance)
    return None


def _draw_strength(name: str, series: Series, chosen: str) -> Figure:
    """Draw gap and performance over the strength."""
    stage, features, criterion, model = _parts(name, 4)
    gaps = tuple(
        Line(title, style, _line(series[key]))
        for key, title, style in (
            ("gap|model", "Of the model", _MODEL),
            ("gap|table", "Of the table", _TABLE),
        )
        if key in series
    )
    panels = [Panel(f"Distance from {name_criterion(criterion).lower()}", gaps, 0.0)]
    panels += [
        Panel(title, (Line(title, _MODEL, _line(series[key])),))
        for key, title in _PRICES.items()
        if key in series
    ]
    heading = (
        f"{name_criterion(criterion)}, {wording.show_features(features)}: {wording.show_model(model).lower()}"
    )
    chart = draw_line_chart(
        tuple(panels),
        x_title="Strength",
        title=f"Over the strength: {heading}",
        description="The gap of the model and of the table, and the model's performance, over the strength.",
    )
    caption = f"Models are judged on real {_STAGES.get(stage, stage)}."
    return Figure(heading, caption, chart, model == chosen or not chosen)


def _draw_scores(kind: str, name: str, series: Series, headline: Headline | None) -> Figure:
    """Draw scores by group, a panel for each treatment; the largest groups where there are many."""
    features, _, model = name.rpartition("/")
    sizes: dict[str, int] = {}
    for key, points in series.items():
        group = key.partition("|")[2]
        sizes[group] = max([sizes.get(group, 0), *(point.n for point in points)])
    shown = sorted(sizes, key=lambda group: -sizes[group])[:_MOST_GROUPS]
    styles = dict(zip(shown, _GROUP_STYLES, strict=False))
    panels = tuple(
        Panel(
            "Without the constraint" if treatment == "original" else "With it",
            tuple(
                Line(wording.show_name(group), styles[group], _line(series[f"{treatment}|{group}"]))
                for group in shown
                if f"{treatment}|{group}" in series
            ),
        )
        for treatment in dict.fromkeys(key.partition("|")[0] for key in series)
    )
    what = "Scores" if kind == "score_density" else "Share of people with at most a score"
    heading = f"{what} by {wording.show_features(features)}: {wording.show_model(model).lower()}"
    left_out = len(sizes) - len(shown)
    chart = draw_line_chart(
        panels, x_title="Score", title=heading, description="By group, without the constraint and with it."
    )
    is_main = kind == "score_density" and (
        headline is None or (model, features) == (headline.model, headline.fairness_after.sensitive_features)
    )
    return Figure(heading, f"{left_out} smaller groups are not drawn." if left_out else "", chart, is_main)


def _parts(name: str, count: int) -> list[str]:
    """Return the parts of a figure's name; what is too much belongs to the last."""
    parts = name.split("/", count - 1)
    return [*parts, *[""] * (count - len(parts))]


def _line(points: list[CurvePoint]) -> tuple[LinePoint, ...]:
    return tuple(
        LinePoint(x, point.y, point.low, point.high)
        for point in points
        if (x := _number(point.x)) is not None and math.isfinite(point.y)
    )


def _is_finite(point: CurvePoint) -> bool:
    return math.isfinite(point.y) and _number(point.x) is not None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
