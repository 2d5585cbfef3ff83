"""The tables of a model card: treatments beside each other, metrics before and after, groups one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from equitab.evaluation.results import Headline, Measurement
from equitab.report import wording
from equitab.report.cards.contents import FEWEST_ROWS
from equitab.report.cards.markdown import Markdown, lay_out_table
from equitab.report.contents import MetricTexts

_WITHOUT_HEADLINE = ("balanced_accuracy", "accuracy")
_GROUP_METRICS = ("selection_rate", "true_positive_rate", "false_positive_rate", "accuracy")
_GROUP_HEADS = ("Selection rate", "True positive rate", "False positive rate", "Accuracy")
_MOST_GROUPS = 60
_ALL_PEOPLE = ("", wording.POOLED_GROUP)


@dataclass(frozen=True)
class GroupSection:
    """The groups of one sensitive feature, or of several taken together."""

    title: str
    table: Markdown
    note: str


def lay_out_treatments(
    measurements: Sequence[Measurement], headline: Headline | None, texts: MetricTexts
) -> Markdown:
    """Return one row for every model and treatment that was judged on test rows; the chosen one is marked."""
    wanted = _main_metrics(headline)
    found = {(one.model, one.treatment, one.metric): one for one in measurements if _is_wanted(one, wanted)}
    pairs = dict.fromkeys((model, treatment) for model, treatment, _ in found)
    metrics = [metric for metric, _, _ in wanted]
    rows = [
        [
            wording.show_model(model) + (" (chosen)" if _is_chosen(headline, model, treatment) else ""),
            wording.show_treatment(treatment),
            wording.sentence_case(wording.show_training_rows(treatment)),
            *(_value(found.get((model, treatment, metric))) for metric in metrics),
            _verdict(headline, model, treatment),
        ]
        for model, treatment in pairs
    ]
    heads = [
        f"{texts.describe(name).title} ({wording.show_direction(texts.describe(name))})" for name in metrics
    ]
    return lay_out_table(["Model", "Treatment", "Learned from", *heads, "Beaten by the chosen one"], rows)


def lay_out_metrics(measurements: Sequence[Measurement], headline: Headline, texts: MetricTexts) -> Markdown:
    """Return every metric of the chosen model, learned from the original rows and as it was chosen."""
    point = headline.fairness_after.operating_point
    main = headline.fairness_after.sensitive_features
    kept = [
        one
        for one in measurements
        if one.model == headline.model
        and one.stage == "test"
        and one.operating_point == point
        and (one.sensitive_features == "" or (one.sensitive_features == main and _compares(one)))
    ]
    rows = [
        row
        for features in dict.fromkeys(("", main))
        for row in _metric_rows([one for one in kept if one.sensitive_features == features], headline, texts)
    ]
    shown = ("Chosen",) if headline.treatment == "original" else ("Original rows", "Chosen")
    return lay_out_table(["Metric", "For", "Good is", *shown, "Test rows"], rows)


def lay_out_groups(
    measurements: Sequence[Measurement],
    headline: Headline | None,
    features: Iterable[str],
    *,
    small_group: int,
) -> tuple[GroupSection, ...]:
    """Return the chosen model's rates group by group, a section for each sensitive feature.

    Parameters
    ----------
    measurements : sequence of Measurement
    headline : Headline or None
        None: nothing was chosen, so there is nothing to show.
    features : iterable of str
        Which comparisons, in order.
    small_group : int
        Groups with fewer test rows are called small.
    """
    if headline is None:
        return ()
    place = (headline.model, headline.treatment, headline.fairness_after.operating_point, "test")
    kept = [
        one for one in measurements if (one.model, one.treatment, one.operating_point, one.stage) == place
    ]
    by_feature = {name: [one for one in kept if one.sensitive_features == name] for name in features}
    return tuple(
        _group_section(name, members, small_group) for name, members in by_feature.items() if members
    )


def _main_metrics(headline: Headline | None) -> list[tuple[str, str, str]]:
    """Return the metrics that treatments are compared by, each with its features and operating point."""
    if headline is None:
        return [(name, "", "0.5") for name in _WITHOUT_HEADLINE]
    main = (headline.fairness_after, headline.performance_after)
    return [(one.metric, one.sensitive_features, one.operating_point) for one in main]


def _is_wanted(one: Measurement, wanted: Sequence[tuple[str, str, str]]) -> bool:
    key = (one.metric, one.sensitive_features, one.operating_point)
    return one.stage == "test" and bool(one.model) and one.group in _ALL_PEOPLE and key in wanted


def _is_chosen(headline: Headline | None, model: str, treatment: str) -> bool:
    return headline is not None and (headline.model, headline.treatment) == (model, treatment)


def _verdict(headline: Headline | None, model: str, treatment: str) -> str:
    """Return whether the chosen model beat this one; only baselines of the same model were compared."""
    if headline is None or headline.model != model:
        return ""
    return next((one.verdict for one in headline.baselines if one.treatment == treatment), "")


def _metric_rows(
    members: Sequence[Measurement], headline: Headline, texts: MetricTexts
) -> Iterable[list[str]]:
    for name in texts.order(one.metric for one in members):
        described = texts.describe(name)
        whole = _of_everybody([one for one in members if one.metric == name])
        found = {one.treatment: one for one in whole}
        after = found.get(headline.treatment)
        if after is None or len({(one.group, one.reference_group) for one in whole}) > 1:
            continue  # one value for every group: too many for this table
        treatments = dict.fromkeys(("original", headline.treatment))
        values = [_value(found.get(treatment)) for treatment in treatments]
        yield [described.title, _whom(after), wording.show_direction(described), *values, _few(after.n)]


def _of_everybody(members: list[Measurement]) -> list[Measurement]:
    """Return the values of all groups together where there are any, else all."""
    return [one for one in members if one.group in _ALL_PEOPLE] or members


def _compares(one: Measurement) -> bool:
    """Return whether a measurement is about all groups, or about one beside another: no rate of a single group."""
    return not one.group or bool(one.reference_group)


def _whom(one: Measurement) -> str:
    if not one.sensitive_features:
        return "everybody"
    return f"{wording.show_features(one.sensitive_features)}: {wording.show_groups(one)}"


def _group_section(features: str, members: Sequence[Measurement], small_group: int) -> GroupSection:
    sizes = {one.group: one.n for one in members if one.metric == "selection_rate" and one.group}
    found = {(one.metric, one.group): one for one in members}
    shown = list(sizes)[:_MOST_GROUPS]
    rows = [
        [
            wording.show_name(group) + (" (small)" if sizes[group] < small_group else ""),
            _few(sizes[group]),
            *(_rate(found.get((metric, group)), sizes[group]) for metric in _GROUP_METRICS),
        ]
        for group in shown
    ]
    return GroupSection(
        wording.title_features(features),
        lay_out_table(["Group", "Test rows", *_GROUP_HEADS], rows),
        _group_note(sizes, shown, small_group),
    )


def _group_note(sizes: dict[str, int], shown: Sequence[str], small_group: int) -> str:
    parts = []
    if any(size < small_group for size in sizes.values()):
        parts.append(
            f"Small: fewer than {small_group} test rows. Such groups are left out of the metrics that compare groups; "
            "their own rates are hardly known."
        )
    if len(sizes) > len(shown):
        parts.append(f"{len(sizes) - len(shown)} more groups are in measurements.parquet.")
    return " ".join(parts)


def _rate(one: Measurement | None, size: int) -> str:
    """Return a group's rate; what rests on very few rows would be about single people."""
    if one is None:
        return "not measured"
    if one.value is not None and one.n < FEWEST_ROWS:
        return f"not said: fewer than {FEWEST_ROWS} rows"
    rests = "" if one.n == size or one.value is None else f" (n {wording.format_count(one.n)})"
    return f"{_value(one)}{rests}"


def _value(one: Measurement | None) -> str:
    if one is None:
        return "not measured"
    return wording.format_value(one).replace(wording.NO_BREAK, " ")


def _few(count: int) -> str:
    return f"fewer than {FEWEST_ROWS}" if count < FEWEST_ROWS else wording.format_count(count)
