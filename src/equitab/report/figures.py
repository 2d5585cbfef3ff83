"""Curve points put into charts: threshold sweeps, frontiers, distributions and training."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from equitab.evaluation.results import CurvePoint, Headline
from equitab.report import wording
from equitab.report.charts.bar_chart import BarPair, draw_bar_pairs
from equitab.report.charts.line_chart import Line, LinePoint, Panel, draw_line_chart
from equitab.report.charts.marks import MarkStyle, style_of
from equitab.report.charts.scatter_chart import ScatterPoint, draw_scatter
from equitab.report.charts.svg import Markup
from equitab.report.column_figures import COLUMN_KINDS, draw_columns
from equitab.report.constraint_contents import AskedConstraint
from equitab.report.constraint_figures import KINDS, LISTED, ConstraintFigures, lay_out_constraint_figures
from equitab.report.contents import MetricTexts
from equitab.report.explanation_section import EXPLANATION_KINDS
from equitab.report.figure import Figure
from equitab.report.gain_figures import draw_gains
from equitab.report.network_section import NETWORK_KINDS
from equitab.report.picture_figures import PICTURE_KINDS
from equitab.report.ratio_section import RATIO_KINDS

Series = dict[str, list[CurvePoint]]

_MAX_CATEGORIES = 24
_MISSING = "(missing)"
_CHOSEN = "chosen_threshold"
_PERFORMANCE = "balanced_accuracy"


@dataclass(frozen=True)
class Figures:
    """All charts that come from curve points, by section of the page."""

    sweeps: tuple[Figure, ...]
    frontiers: tuple[Figure, ...]
    distributions: tuple[Figure, ...]
    training: tuple[Figure, ...]
    gains: tuple[Figure, ...]
    columns: tuple[Figure, ...]
    constraints: ConstraintFigures
    unknown: tuple[str, ...]


def lay_out_figures(
    points: Iterable[CurvePoint],
    headline: Headline | None,
    texts: MetricTexts,
    constraints: tuple[AskedConstraint, ...] = (),
) -> Figures:
    """Return the charts of all curve points; figures of an unknown kind are named, not dropped."""
    by_kind: dict[str, dict[str, Series]] = {}
    for point in points:
        kind, _, rest = point.figure.partition("/")
        by_kind.setdefault(kind, {}).setdefault(rest, {}).setdefault(point.series, []).append(point)
    plain = ("threshold_sweep", "frontier", "distribution", "training", "gain")
    elsewhere = (*PICTURE_KINDS, *RATIO_KINDS, *EXPLANATION_KINDS, *NETWORK_KINDS)
    known = {*plain, "candidates", *COLUMN_KINDS, *elsewhere, *KINDS, *LISTED}
    return Figures(
        _main_first(
            figure
            for name, series in by_kind.get("threshold_sweep", {}).items()
            for figure in _draw_sweeps(name, series, headline, texts)
        ),
        _main_first(
            _draw_frontier(name, series, headline, texts)
            for name, series in by_kind.get("frontier", {}).items()
        ),
        tuple(_draw_distribution(name, series) for name, series in by_kind.get("distribution", {}).items()),
        tuple(_draw_training(name, series) for name, series in by_kind.get("training", {}).items()),
        tuple(draw_gains(name, series, texts) for name, series in by_kind.get("gain", {}).items()),
        tuple(
            figure
            for kind in COLUMN_KINDS
            for figure in draw_columns(kind, by_kind.get(kind, {}).get("", {}))
        ),
        lay_out_constraint_figures(by_kind, constraints, headline),
        tuple(sorted(f"{kind}/{name}" for kind in by_kind.keys() - known for name in by_kind[kind])),
    )


def _main_first(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """Where none is the main one, the first is shown."""
    ordered = sorted(figures, key=lambda figure: not figure.is_main)
    return tuple(ordered)


def _draw_sweeps(name: str, series: Series, headline: Headline | None, texts: MetricTexts) -> list[Figure]:
    """Return before and after for the headline's model, and all treatments where there are more."""
    features, _, model = name.rpartition("/")
    treatments = list(dict.fromkeys(key.rpartition("|")[0] for key in series))
    is_main = headline is None or model == headline.model
    pair = ["original", headline.treatment] if headline else treatments
    pair = [treatment for treatment in pair if treatment in treatments]
    heading = f"{wording.show_model(model)}, {wording.show_features(features)}"
    figures = []
    if is_main and pair:
        figures.append(_draw_sweep(heading, series, pair, texts, is_main=True))
    if not is_main or set(pair) != set(treatments):
        figures.append(_draw_sweep(f"{heading}, all treatments", series, treatments, texts, is_main=False))
    return figures


def _draw_sweep(
    heading: str, series: Series, treatments: list[str], texts: MetricTexts, *, is_main: bool
) -> Figure:
    metrics = dict.fromkeys(key.rpartition("|")[2] for key in series)
    panels = []
    for metric in sorted(texts.order(set(metrics) - {_CHOSEN}), key=lambda metric: metric != _PERFORMANCE):
        lines = tuple(
            _sweep_line(treatment, series[f"{treatment}|{metric}"], series)
            for treatment in treatments
            if f"{treatment}|{metric}" in series
        )
        description = texts.describe(metric)
        panels.append(Panel(description.title, lines, description.target))
    shown = ", ".join(wording.show_treatment(treatment) for treatment in treatments)
    chart = draw_line_chart(
        tuple(panels),
        x_title="Threshold",
        title=f"Threshold sweep: {heading}",
        description=f"{' and '.join(panel.title for panel in panels)} over the threshold, for: {shown}.",
    )
    chosen = any(line.chosen_x is not None for panel in panels for line in panel.lines)
    caption = "A point on a line marks the threshold that was chosen on validation rows." if chosen else ""
    return Figure(heading, caption, chart, is_main)


def _sweep_line(treatment: str, points: list[CurvePoint], series: Series) -> Line:
    chosen = series.get(f"{treatment}|{_CHOSEN}")
    return Line(
        wording.show_treatment(treatment),
        style_of(treatment),
        _line_points(points),
        parse_number(chosen[0].x) if chosen else None,
    )


def _draw_frontier(name: str, series: Series, headline: Headline | None, texts: MetricTexts) -> Figure:
    features, _, metric = name.rpartition("/")
    description = texts.describe(metric)
    performance = texts.describe(headline.performance_after.metric if headline else _PERFORMANCE)
    treatments, models = (list(dict.fromkeys(key.split("|", 1)[place] for key in series)) for place in (0, 1))
    heading = f"{description.title}, {wording.show_features(features)}"
    is_asked = bool(headline and metric == headline.fairness_after.metric)
    chart = draw_scatter(
        tuple(point for key, points in series.items() for point in _frontier_points(key, points, headline)),
        legend=tuple((wording.show_treatment(treatment), style_of(treatment)) for treatment in treatments),
        x_title=f"Distance from fair: {wording.lower_first(description.title)}",
        y_title=performance.title,
        band=(0.0, headline.tolerance) if headline and is_asked else None,
        title=f"{performance.title} against the distance from fair: {heading}",
        description="One point for each model and treatment; further left is fairer, further up is better.",
    )
    is_main = headline is None or features == headline.fairness_after.sensitive_features
    return Figure(heading, _word_frontier(models, headline), chart, is_main)


def _word_frontier(models: list[str], headline: Headline | None) -> str:
    if headline is None or models == [headline.model]:
        return ""
    others = ", ".join(
        wording.lower_first(wording.show_model(model)) for model in models if model != headline.model
    )
    return f"In full colour: {wording.lower_first(wording.show_model(headline.model))}. Faint: {others}."


def _frontier_points(key: str, points: list[CurvePoint], headline: Headline | None) -> list[ScatterPoint]:
    treatment, _, model = key.partition("|")
    name = f"{wording.show_model(model)}, {wording.show_treatment(treatment)}"
    is_result = bool(headline and (model, treatment) == (headline.model, headline.treatment))
    return [
        ScatterPoint(
            x=x,
            y=point.y,
            low=point.low,
            high=point.high,
            tag="this result" if is_result else "",
            name=f"{name}: {wording.format_number(x)} from fair, {wording.format_number(point.y)}",
            style=style_of(treatment),
            is_faint=bool(headline and model != headline.model),
        )
        for point in points
        if (x := parse_number(point.x)) is not None and math.isfinite(point.y)
    ]


def _draw_distribution(column: str, series: Series) -> Figure:
    places = [point.x for name in ("real", "synthetic") for point in series.get(name, [])]
    heading = wording.show_name(column, limit=60)
    named = [place for place in dict.fromkeys(places) if parse_number(place) is None]
    if set(named) <= {_MISSING} and len(set(places)) > 2:
        return Figure(heading, _word_missing(series) if named else "", _draw_histogram(heading, series))
    return _draw_categories(heading, series, list(dict.fromkeys(places)))


def _word_missing(series: Series) -> str:
    """Say how many values are missing, which have no place on an axis of numbers."""
    shares = [
        f"{wording.format_share(point.y)} of {name} rows"
        for name in ("real", "synthetic")
        for point in series.get(name, [])
        if point.x == _MISSING
    ]
    return f"Missing: {', '.join(shares)}."


def _draw_histogram(heading: str, series: Series) -> Markup:
    real, synthetic = (_step_points(_line_points(series.get(name, []))) for name in ("real", "synthetic"))
    lines = (
        Line("Real", MarkStyle("t0", "circle"), real, is_filled=True),
        Line("Synthetic", MarkStyle("t3", "diamond"), synthetic),
    )
    return draw_line_chart(
        (Panel("", lines, is_share=True),),
        x_title="",
        title=f"Distribution of {heading}",
        description="Share of rows in bins of equal width, in the real and in the synthetic table.",
        has_legend=False,
    )


def _step_points(points: tuple[LinePoint, ...]) -> tuple[LinePoint, ...]:
    """Return the outline of bars: each as wide as the closest two are apart, nothing between distant ones."""
    ordered = sorted(points, key=lambda point: point.x)
    gaps = [right.x - left.x for left, right in pairwise(ordered) if right.x > left.x]
    half = min(gaps, default=1.0) / 2
    outline: list[LinePoint] = []
    for point in ordered:
        left, right = point.x - half, point.x + half
        # Middles may come rounded: less than a quarter of a bar is no gap.
        if outline and left - outline[-1].x > half / 2:
            outline += [LinePoint(outline[-1].x, 0.0), LinePoint(left, 0.0)]
        outline += [LinePoint(left, point.y), LinePoint(right, point.y)]
    return tuple(outline)


def _draw_categories(heading: str, series: Series, places: list[str]) -> Figure:
    shares = {name: {point.x: point.y for point in series.get(name, [])} for name in ("real", "synthetic")}
    shown = places[:_MAX_CATEGORIES]
    chart = draw_bar_pairs(
        tuple(
            BarPair(wording.show_name(place), shares["real"].get(place), shares["synthetic"].get(place))
            for place in shown
        ),
        title=f"Distribution of {heading}",
        description="Share of rows in each category, in the real and in the synthetic table.",
    )
    left_out = len(places) - len(shown)
    return Figure(heading, f"{left_out} more categories are not drawn." if left_out else "", chart)


def _draw_training(name: str, series: Series) -> Figure:
    dashes = (None, "5 3", "2 3")
    lines = tuple(
        Line(
            wording.sentence_case(key),
            MarkStyle(f"t{(3, 0, 2)[place % 3]}", "circle", dashes[place % 3]),
            _line_points(points),
        )
        for place, (key, points) in enumerate(series.items())
    )
    heading = f"Training {wording.show_name(name)}"
    chart = draw_line_chart(
        (Panel("", lines),),
        x_title="Step",
        title=heading,
        description="The loss while the generator learned.",
    )
    return Figure(heading, "", chart)


def _line_points(points: list[CurvePoint]) -> tuple[LinePoint, ...]:
    """Points without a finite place are left out: an undefined value leaves no mark."""
    return tuple(
        LinePoint(x, point.y, point.low, point.high)
        for point in points
        if (x := parse_number(point.x)) is not None and math.isfinite(point.y)
    )


def parse_number(text: str) -> float | None:
    """Return the finite number that a text holds, or None.

    Examples
    --------
    >>> parse_number("0.25"), parse_number("Female"), parse_number("nan")
    (0.25, None, None)
    """
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
