"""Measurements put in order: blocks of one metric, each with a chart and a table, headline first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from equitab.evaluation.results import Headline, Measurement
from equitab.report import wording
from equitab.report.charts.interval_plot import IntervalGroup, IntervalRow, draw_interval_plot
from equitab.report.charts.marks import style_of
from equitab.report.charts.svg import Markup
from equitab.report.contents import MetricDescription, MetricTexts
from equitab.report.first_screen import describe_fairness_target

TABLE_STAGES = ("fidelity", "privacy")
CONSTRAINT_STAGES = ("preservation", "proxies")
"""What a constraint changed stands in a section of its own."""
GROUP_STAGE = "group_truth"
"""And so do drawn rows of single groups."""
EXPLANATION_STAGE = "explanation"
"""And what models look at; and how hard tables are to learn from, where several are compared."""
_MAX_CHARTED_GROUPS = 24


@dataclass(frozen=True)
class TableRow:
    """One measurement in words."""

    treatment: str
    compared: str
    value: str
    n: str
    remark: str


@dataclass(frozen=True)
class RowGroup:
    """The rows of one model; no heading where no model is involved."""

    heading: str
    rows: tuple[TableRow, ...]


@dataclass(frozen=True)
class MeasurementTable:
    """All measurements of one metric, model by model."""

    caption: str
    groups: tuple[RowGroup, ...]
    has_treatment: bool
    has_compared: bool
    has_remarks: bool


@dataclass(frozen=True)
class MetricBlock:
    """One metric for one sensitive feature: what it means, a chart and the table beneath."""

    title: str
    meaning: str
    direction: str
    chart: Markup | None
    table: MeasurementTable


@dataclass(frozen=True)
class OverviewRow:
    """One metric before and after, for the headline's model."""

    title: str
    direction: str
    before: str
    after: str


@dataclass(frozen=True)
class FeatureSection:
    """Everything about one sensitive feature at one operating point."""

    features: str
    title: str
    where: str
    is_main: bool
    overview: tuple[OverviewRow, ...]
    blocks: tuple[MetricBlock, ...]

    @property
    def n_values(self) -> int:
        """How many values its tables hold."""
        return sum(len(group.rows) for block in self.blocks for group in block.table.groups)


@dataclass(frozen=True)
class Comparison:
    """The section *Before and after* of the page.

    Parameters
    ----------
    focus : tuple of MetricBlock
        The headline's metrics, drawn for every model and treatment.
    overviews : tuple of FeatureSection
        The headline's feature and everybody, whose overviews are shown unfolded.
    sections : tuple of FeatureSection
        Everything, the headline's feature and operating point first.
    """

    focus: tuple[MetricBlock, ...]
    overviews: tuple[FeatureSection, ...]
    sections: tuple[FeatureSection, ...]


def lay_out_comparison(
    measurements: Iterable[Measurement], headline: Headline | None, texts: MetricTexts, *, only: str = ""
) -> Comparison:
    """Return the measurements of models and labels in the order in which the page shows them.

    Parameters
    ----------
    measurements : iterable of Measurement
    headline : Headline or None
    texts : MetricTexts
    only : str
        A stage that has a section of its own, whose measurements are asked for alone.
    """
    kept = fold_seeds([one for one in measurements if (one.stage == only if only else _is_here(one))])
    keys = sorted(_group_by(kept, _section_key), key=lambda key: _rank_section(key, headline))
    by_section = _group_by(kept, _section_key)
    sections = tuple(_lay_out_section(key, by_section[key], headline, texts) for key in keys)
    wanted = {""} | ({headline.fairness_after.sensitive_features} if headline else set())
    overviews = tuple(one for one in sections if one.is_main and one.overview and one.features in wanted)
    return Comparison(_lay_out_focus(kept, headline, texts), overviews, sections)


def _is_here(one: Measurement) -> bool:
    """Return whether a measurement has no section of its own; a single table's complexity, an audit's, has none."""
    if one.stage == "complexity":
        return not one.treatment
    return one.stage not in (*TABLE_STAGES, *CONSTRAINT_STAGES, GROUP_STAGE, EXPLANATION_STAGE)


def fold_seeds(measurements: list[Measurement]) -> list[Measurement]:
    """Return means over seeds with the values of the single seeds in their remark.

    Where there is no mean, every measurement is kept, and its remark names its seeds.
    """
    folded: list[Measurement] = []
    for members in _group_by(measurements, _quantity_key).values():
        means = [one for one in members if one.generator_seed is None and one.model_seed is None]
        singles = [one for one in members if one not in means]
        if len(means) == 1 and singles:
            values = ", ".join(wording.format_number(one.value) for one in singles)
            folded.append(
                replace(
                    means[0], reason="; ".join(filter(None, (means[0].reason, f"single seeds: {values}")))
                )
            )
        else:
            folded += [_name_seeds(one) for one in members] if len(members) > 1 else members
    return folded


def _name_seeds(one: Measurement) -> Measurement:
    seeds = (("generator seed", one.generator_seed), ("model seed", one.model_seed))
    named = [f"{name} {seed}" for name, seed in seeds if seed is not None]
    return replace(one, reason="; ".join(filter(None, (one.reason, *named))))


def _quantity_key(one: Measurement) -> tuple[str, ...]:
    return (*_section_key(one), one.metric, one.group, one.reference_group, one.model, one.treatment)


def _section_key(one: Measurement) -> tuple[str, str, str]:
    return (one.stage, one.operating_point, one.sensitive_features)


def _rank_section(key: tuple[str, str, str], headline: Headline | None) -> tuple[bool, ...]:
    stage, point, features = key
    main = headline.fairness_after if headline else None
    return (
        stage == "validation",
        stage == "complexity",
        bool(main and point not in (main.operating_point, "")),
        bool(main and features != main.sensitive_features),
        bool(features),
    )


def _lay_out_section(
    key: tuple[str, str, str], members: list[Measurement], headline: Headline | None, texts: MetricTexts
) -> FeatureSection:
    stage, point, features = key
    is_main = stage not in ("validation", "complexity") and (
        headline is None or point in (headline.fairness_after.operating_point, "")
    )
    by_metric = _group_by(members, lambda one: one.metric)
    names = texts.order(by_metric)
    where = ", ".join(filter(None, (wording.show_stage(stage).lower(), wording.show_operating_point(point))))
    return FeatureSection(
        features,
        wording.title_features(features),
        where,
        is_main,
        _lay_out_overview(by_metric, names, headline, texts),
        tuple(_lay_out_block(by_metric[name], headline, texts, has_chart=is_main) for name in names),
    )


def _lay_out_overview(
    by_metric: dict[str, list[Measurement]], names: list[str], headline: Headline | None, texts: MetricTexts
) -> tuple[OverviewRow, ...]:
    """Metrics with one value per group are left to their charts."""
    if headline is None:
        return ()
    rows = []
    for name in names:
        found = {one.treatment: one for one in _comparable(by_metric[name]) if one.model == headline.model}
        if _count_subjects(_comparable(by_metric[name])) == 1 and {"original", headline.treatment} <= set(
            found
        ):
            description = texts.describe(name)
            before, after = found["original"], found[headline.treatment]
            values = (wording.format_value(before), wording.format_value(after))
            rows.append(OverviewRow(description.title, wording.show_direction(description), *values))
    return tuple(rows)


def _lay_out_focus(
    measurements: list[Measurement], headline: Headline | None, texts: MetricTexts
) -> tuple[MetricBlock, ...]:
    if headline is None:
        return ()
    blocks = []
    for main in (headline.fairness_after, headline.performance_after):
        members = [
            one
            for one in measurements
            if _section_key(one) == _section_key(main) and one.metric == main.metric
        ]
        if members:
            blocks.append(_lay_out_block(members, headline, texts, has_chart=True))
    return tuple(blocks)


def _lay_out_block(
    members: list[Measurement], headline: Headline | None, texts: MetricTexts, *, has_chart: bool
) -> MetricBlock:
    description = texts.describe(members[0].metric)
    features = wording.show_features(members[0].sensitive_features)
    title = f"{description.title}, {features}"
    chart = _draw_members(members, description, headline, title) if has_chart else None
    table = _tabulate(members, title)
    return MetricBlock(
        description.title, description.meaning, wording.show_direction(description), chart, table
    )


def _draw_members(
    members: list[Measurement], description: MetricDescription, headline: Headline | None, title: str
) -> Markup:
    """Return a chart by model; by group where several groups are compared or no model is involved."""
    grouped = list(_arrange(members, headline).items())
    groups = tuple(
        IntervalGroup(heading, tuple(_chart_row(one, headline) for one in rows))
        for heading, rows in grouped[:_MAX_CHARTED_GROUPS]
    )
    left_out = len(grouped) - len(groups)
    more = f" {left_out} more are in the table." if left_out else ""
    return draw_interval_plot(
        groups,
        title=title,
        description=f"Values with intervals, {wording.show_direction(description)}.{more}",
        ideal=description.target,
        band=_find_band(description, headline),
    )


def _arrange(members: list[Measurement], headline: Headline | None) -> dict[str, list[Measurement]]:
    """Return the measurements that a chart shows under their headings."""
    if not any(one.model for one in members):
        return {"": members[:_MAX_CHARTED_GROUPS]}
    shown = _comparable(members)
    if _count_subjects(shown) == 1:
        return _group_by(shown, lambda one: wording.show_model(one.model))
    return _group_by(_pick_main(shown, headline), wording.show_groups)


def _find_band(description: MetricDescription, headline: Headline | None) -> tuple[float, float] | None:
    """Return the gap that was asked for: it belongs to the headline's metric only."""
    if headline is None or description.name != headline.fairness_after.metric:
        return None
    return describe_fairness_target(headline, description.target)


def _comparable(members: list[Measurement]) -> list[Measurement]:
    """Values of all groups together where there are any, otherwise those of each group."""
    return [one for one in members if one.group in ("", wording.POOLED_GROUP)] or members


def _count_subjects(members: list[Measurement]) -> int:
    return len({(one.group, one.reference_group) for one in members})


def _pick_main(members: list[Measurement], headline: Headline | None) -> list[Measurement]:
    """Return the headline's model before and after; without a headline, the first model."""
    model = headline.model if headline else members[0].model
    chosen = [one for one in members if one.model == model] or members
    if headline is None:
        return chosen
    return [one for one in chosen if one.treatment in ("original", headline.treatment)] or chosen


def _chart_row(one: Measurement, headline: Headline | None) -> IntervalRow:
    is_result = bool(headline and one.model == headline.model and one.treatment == headline.treatment)
    return IntervalRow(
        label=wording.show_treatment(one.treatment) if one.model else wording.show_group(one),
        value=one.value,
        low=one.low,
        high=one.high,
        value_text=wording.format_number(one.value),
        style=style_of(one.treatment or "real"),
        is_emphasized=is_result,
    )


def _tabulate(members: list[Measurement], caption: str) -> MeasurementTable:
    groups = tuple(
        RowGroup(wording.show_model(model) if model else "", tuple(_table_row(one) for one in rows))
        for model, rows in _group_by(members, lambda one: one.model).items()
    )
    rows = [row for group in groups for row in group.rows]
    return MeasurementTable(
        caption=f"{caption}{_word_reference(members)}",
        groups=groups,
        has_treatment=any(row.treatment for row in rows),
        has_compared=not any(row.treatment for row in rows) or len({row.compared for row in rows}) > 1,
        has_remarks=any(row.remark for row in rows),
    )


def _word_reference(members: list[Measurement]) -> str:
    """Return whom all rows compare with; a table of one group names that group here."""
    if _count_subjects(members) == 1:
        return f": {wording.show_groups(members[0])}" if members[0].group else ""
    references = {one.reference_group for one in members}
    return (
        f", compared with {wording.show_name(*references)}"
        if len(references) == 1 and any(references)
        else ""
    )


def _table_row(one: Measurement) -> TableRow:
    return TableRow(
        wording.show_treatment(one.treatment) if one.treatment else "",
        wording.show_group(one),
        wording.format_value(one),
        wording.format_count(one.n),
        one.reason,
    )


def _group_by(members: Iterable[Measurement], key: Callable) -> dict:
    """Return members by a key, in the order in which the keys first occur."""
    grouped: dict = {}
    for one in members:
        grouped.setdefault(key(one), []).append(one)
    return grouped
