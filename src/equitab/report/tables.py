"""Groups of people and the quality of a synthetic table, put into tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equitab.evaluation.results import Measurement
from equitab.report import wording
from equitab.report.charts.interval_plot import IntervalGroup, IntervalRow, draw_interval_plot
from equitab.report.charts.marks import MarkStyle
from equitab.report.charts.svg import Markup
from equitab.report.comparison import TABLE_STAGES, fold_seeds
from equitab.report.contents import GroupRow, MetricTexts

_MAX_UNFOLDED_GROUPS = 12


@dataclass(frozen=True)
class GroupLine:
    """One group of people in words."""

    name: str
    tags: tuple[str, ...]
    n: str
    share: str
    base_rate: str
    added: str
    remark: str


@dataclass(frozen=True)
class GroupTable:
    """The groups of one sensitive feature, or of several taken together."""

    title: str
    lines: tuple[GroupLine, ...]
    chart: Markup
    has_added: bool
    n_small: int

    @property
    def is_folded(self) -> bool:
        """Whether it is too long to be shown at once."""
        return len(self.lines) > _MAX_UNFOLDED_GROUPS


@dataclass(frozen=True)
class QualityRow:
    """One number about a synthetic table, what it means and which direction is good."""

    title: str
    about: str
    value: str
    n: str
    meaning: str
    direction: str
    remark: str


@dataclass(frozen=True)
class QualityTable:
    """The numbers of one stage."""

    title: str
    rows: tuple[QualityRow, ...]


@dataclass(frozen=True)
class GlossaryEntry:
    """One metric that the page uses."""

    title: str
    name: str
    meaning: str
    direction: str
    range: str


def lay_out_groups(rows: Iterable[GroupRow]) -> tuple[GroupTable, ...]:
    """Return one table for each sensitive feature, in the order in which they first occur."""
    by_feature: dict[str, list[GroupRow]] = {}
    for row in rows:
        by_feature.setdefault(row.sensitive_features, []).append(row)
    return tuple(_lay_out_groups(features, members) for features, members in by_feature.items())


def lay_out_quality(measurements: Iterable[Measurement], texts: MetricTexts) -> tuple[QualityTable, ...]:
    """Return a table for fidelity and one for privacy, where there are measurements."""
    titles = {
        "fidelity": "Fidelity: is it like the real table?",
        "privacy": "Privacy: does it repeat real people?",
    }
    kept = [one for one in measurements if one.stage in TABLE_STAGES]
    tables = []
    for stage in TABLE_STAGES:
        members = fold_seeds([one for one in kept if one.stage == stage])
        rank = {name: place for place, name in enumerate(texts.order(one.metric for one in members))}
        ordered = sorted(members, key=lambda one: rank[one.metric])
        if ordered:
            tables.append(QualityTable(titles[stage], tuple(_quality_row(one, texts) for one in ordered)))
    return tuple(tables)


def lay_out_glossary(names: Iterable[str], texts: MetricTexts) -> tuple[GlossaryEntry, ...]:
    """Return an entry for each metric that occurs."""
    return tuple(
        GlossaryEntry(
            one.title,
            one.name,
            one.meaning or "No description was handed to the report.",
            wording.show_direction(one) if one.meaning else "",
            wording.show_range(one),
        )
        for one in (texts.describe(name) for name in texts.order(names))
    )


def _lay_out_groups(features: str, members: list[GroupRow]) -> GroupTable:
    title = wording.show_features(features)
    rows = tuple(_chart_row(row) for row in members[:_MAX_UNFOLDED_GROUPS])
    left_out = len(members) - len(rows)
    chart = draw_interval_plot(
        (
            IntervalGroup(
                "Share of favorable outcomes" + (f", first {len(rows)} groups" if left_out else ""), rows
            ),
        ),
        title=f"Share of favorable outcomes by {title}",
        description="Values with intervals; hollow points are small groups.",
        origin=0.0,
    )
    return GroupTable(
        wording.title_features(features),
        tuple(_group_line(row) for row in members),
        chart,
        any(row.n_added is not None for row in members),
        sum(row.is_small for row in members),
    )


def _chart_row(row: GroupRow) -> IntervalRow:
    return IntervalRow(
        label=wording.show_name(row.group),
        value=row.base_rate,
        low=row.low,
        high=row.high,
        value_text=wording.format_number(row.base_rate),
        style=MarkStyle("t0", "circle", is_hollow=row.is_small),
        is_emphasized=row.is_reference,
    )


def _group_line(row: GroupRow) -> GroupLine:
    tags = (("reference", row.is_reference), ("small", row.is_small))
    rate = f"{wording.format_number(row.base_rate)} {wording.format_interval(row.low, row.high)}".strip()
    return GroupLine(
        wording.show_name(row.group),
        tuple(tag for tag, holds in tags if holds),
        wording.format_count(row.n),
        wording.format_share(row.share),
        rate,
        "" if row.n_added is None else wording.format_count(row.n_added),
        row.reason,
    )


def _quality_row(one: Measurement, texts: MetricTexts) -> QualityRow:
    description = texts.describe(one.metric)
    about = wording.show_groups(one) if one.group else ""
    return QualityRow(
        description.title,
        about,
        wording.format_value(one),
        wording.format_count(one.n),
        description.meaning,
        wording.show_direction(description),
        one.reason,
    )
