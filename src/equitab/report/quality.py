"""The section about the quality of the synthetic rows: everybody, then group by group beside the majority."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from equitab.evaluation.results import Measurement
from equitab.report import wording
from equitab.report.charts.interval_plot import IntervalGroup, IntervalRow, draw_interval_plot
from equitab.report.charts.marks import MarkStyle
from equitab.report.comparison import MeasurementTable, MetricBlock, RowGroup, TableRow
from equitab.report.contents import GroupRow, MetricTexts
from equitab.report.figure import Figure
from equitab.report.quality_rows import ASPECTS, HOLDOUT, SYNTHETIC, Aspect, QualityRows
from equitab.report.quality_words import (
    GroupAnswer,
    group_answers,
    lost_groups,
    quality_sentences,
)
from equitab.report.tables import QualityTable, lay_out_quality

MOST_GROUPS = 16

_SYNTHETIC = MarkStyle("t3", "diamond")
_SMALL = MarkStyle("t3", "diamond", is_hollow=True)
_LABELS = {
    "univariate_error": "single columns",
    "bivariate_error": "pairs of columns",
    "trivariate_error": "triples of columns",
    "coverage": "real rows covered",
    "dcr_share": "nearer to learned rows",
    "exact_copy_share": "copies of learned rows",
    "holdout_copy_share": "copies of others",
}
"""Short enough for a chart."""


@dataclass(frozen=True)
class GroupQuality:
    """The groups of one comparison: a block for every aspect."""

    title: str
    answers: tuple[GroupAnswer, ...]
    blocks: tuple[MetricBlock, ...]


@dataclass(frozen=True)
class QualitySection:
    """Everything that the section shows.

    Parameters
    ----------
    sentences : tuple of str
        The summary, in plain words.
    warnings : tuple of str
        Groups that were lost.
    figures, columns : tuple of Figure
        Of everybody, and of single columns.
    groups : tuple of GroupQuality
    tables : tuple of QualityTable
        Every number about everybody.
    """

    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    figures: tuple[Figure, ...]
    columns: tuple[Figure, ...]
    groups: tuple[GroupQuality, ...]
    tables: tuple[QualityTable, ...]


def lay_out_quality_section(
    measurements: Iterable[Measurement],
    groups: Sequence[GroupRow],
    texts: MetricTexts,
    columns: Sequence[Figure] = (),
) -> QualitySection:
    """Return the section.

    Parameters
    ----------
    measurements : iterable of Measurement
        Of any stage.
    groups : sequence of GroupRow
        For which groups are small, and which is the reference.
    texts : MetricTexts
    columns : sequence of Figure
        Measures of single columns, already drawn.
    """
    held = tuple(measurements)
    rows = QualityRows.of(held)
    answers = group_answers(held)
    return QualitySection(
        sentences=quality_sentences(held),
        warnings=lost_groups(held),
        figures=tuple(_draw_everybody(rows, texts)),
        columns=tuple(columns),
        groups=tuple(
            _lay_out_groups(rows, features, answers, groups, texts) for features in rows.comparisons
        ),
        tables=lay_out_quality(rows.everybody, texts),
    )


def _draw_everybody(rows: QualityRows, texts: MetricTexts) -> Iterable[Figure]:
    figures = (
        _beside_holdout(
            rows,
            ("univariate_error", "bivariate_error", "trivariate_error"),
            heading="Shares of values, pairs and triples",
            caption="How far off the shares are. Hollow: real rows that were never seen, off by chance alone.",
        ),
        _by_model(rows, "c2st_auroc", texts, heading="Can a model tell synthetic rows from real ones?"),
        _beside_holdout(
            rows,
            ("coverage",),
            heading="How much of the real table is covered",
            caption="Share of real rows with a neighbour among synthetic rows; hollow: among fresh real rows.",
        ),
        _by_model(rows, "membership_auroc", texts, heading="Can an attacker tell who was learned from?"),
        _beside_holdout(
            rows,
            ("dcr_share", "exact_copy_share", "holdout_copy_share"),
            heading="Nearness to single real rows",
            caption="A share of 0.5 nearer to learned rows is chance; copies stand beside those among rows never seen.",
        ),
    )
    return [figure for figure in figures if figure is not None]


def _by_model(rows: QualityRows, metric: str, texts: MetricTexts, *, heading: str) -> Figure | None:
    """Draw every detector or attack; the line is chance."""
    members = rows.by_model(metric)
    if not members:
        return None
    description = texts.describe(metric)
    chart = draw_interval_plot(
        (IntervalGroup("", tuple(_row(one, wording.show_model(one.model), _SYNTHETIC) for one in members)),),
        title=heading,
        description=f"{description.title} with intervals; the line at 0.5 is chance.",
        ideal=0.5,
    )
    return Figure(heading, f"{description.title}. The line at 0.5 is chance; further right is worse.", chart)


def _beside_holdout(
    rows: QualityRows, metrics: Sequence[str], *, heading: str, caption: str
) -> Figure | None:
    """Draw metrics of the synthetic rows, each with that of fresh real rows below it."""
    drawn = [
        replace(_row(one, _LABELS[metric], _SYNTHETIC), beside=None if floor is None else floor.value)
        for metric in metrics
        for one in rows.everybody
        if one.metric == metric and one.treatment != HOLDOUT
        for floor in (rows.floor(metric),)
    ]
    if not drawn:
        return None
    chart = draw_interval_plot(
        (IntervalGroup("", tuple(drawn)),),
        title=heading,
        description="Values with intervals, of synthetic rows and of real rows that were never seen.",
        origin=0.0,
    )
    return Figure(heading, caption, chart)


def _lay_out_groups(
    rows: QualityRows,
    features: str,
    answers: Sequence[GroupAnswer],
    groups: Sequence[GroupRow],
    texts: MetricTexts,
) -> GroupQuality:
    blocks = [_block(rows, features, aspect, groups, texts) for aspect in ASPECTS]
    return GroupQuality(
        wording.title_features(features),
        tuple(answer for answer in answers if answer.features == features),
        tuple(block for block in blocks if block is not None),
    )


def _block(
    rows: QualityRows, features: str, aspect: Aspect, groups: Sequence[GroupRow], texts: MetricTexts
) -> MetricBlock | None:
    sizes = {row.group: row.n for row in groups if row.sensitive_features == features}
    members = sorted(rows.charted(features, aspect), key=lambda one: -sizes.get(one.group, one.n))
    if not members:
        return None
    description = texts.describe(aspect.metric)
    model = f" ({wording.lower_first(wording.show_model(members[0].model))})" if members[0].model else ""
    small = {row.group for row in groups if row.sensitive_features == features and row.is_small}
    shown = members[:MOST_GROUPS]
    chart = draw_interval_plot(
        (IntervalGroup("", tuple(_group_row(one, one is members[0], one.group in small) for one in shown)),),
        title=f"{description.title}{model}, {wording.show_features(features)}",
        description="Values with intervals, the largest group first; its interval is shaded.",
        ideal=aspect.unchanged,
        band=_band(members[0]),
    )
    return MetricBlock(
        f"{description.title}{model}",
        description.meaning,
        wording.show_direction(description),
        chart,
        _tabulate(rows.of_groups(features, aspect.tabulated), description.title, texts),
    )


def _band(majority: Measurement) -> tuple[float, float] | None:
    return None if majority.low is None or majority.high is None else (majority.low, majority.high)


def _group_row(one: Measurement, is_majority: bool, is_small: bool) -> IntervalRow:
    name = wording.show_name(one.group)
    style = _SMALL if is_small else _SYNTHETIC
    return _row(one, f"{name} (small)" if is_small else name, style, is_emphasized=is_majority)


def _row(one: Measurement, label: str, style: MarkStyle, *, is_emphasized: bool = False) -> IntervalRow:
    return IntervalRow(
        label=label,
        value=one.value,
        low=one.low,
        high=one.high,
        value_text=wording.format_number(one.value)
        if one.value is not None
        else one.reason or wording.UNDEFINED,
        style=style,
        is_emphasized=is_emphasized,
    )


def _tabulate(members: Sequence[Measurement], caption: str, texts: MetricTexts) -> MeasurementTable:
    """Return all values of some metrics, metric by metric and model by model."""
    by_heading: dict[str, list[TableRow]] = {}
    for one in members:
        model = f", {wording.lower_first(wording.show_model(one.model))}" if one.model else ""
        rows = by_heading.setdefault(f"{texts.describe(one.metric).title}{model}", [])
        rows.append(_table_row(one))
    return MeasurementTable(
        caption=caption,
        groups=tuple(RowGroup(heading, tuple(rows)) for heading, rows in by_heading.items()),
        has_treatment=any(one.treatment == HOLDOUT for one in members),
        has_compared=True,
        has_remarks=any(one.reason for one in members),
    )


def _table_row(one: Measurement) -> TableRow:
    return TableRow(
        {SYNTHETIC: "Synthetic", HOLDOUT: "Real, never seen"}.get(one.treatment, one.treatment),
        wording.show_groups(one),
        wording.format_value(one),
        wording.format_count(one.n),
        one.reason,
    )
