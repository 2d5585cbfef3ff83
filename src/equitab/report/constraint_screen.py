"""The first screen of a constraint: asked for what, reached where, how sure, at what price, against whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from equitab.evaluation.results import Headline, Measurement
from equitab.report import wording
from equitab.report.constraint_contents import AskedConstraint, TunedModel
from equitab.report.contents import GroupRow, MetricTexts, ReportContents
from equitab.report.measurement_lookup import Lookup, ends

CONSTRAINED = "constrained"
WAYS = (CONSTRAINED, "original", "reweighed", "smote_nc", "threshold_optimizer")
_CRITERIA = {
    "demographic_parity": "Demographic parity",
    "equal_opportunity": "Equal opportunity",
    "equalized_odds": "Equalized odds",
    "predictive_parity": "Predictive parity",
    "minimum_rate": "Minimum rate",
    "bounded_proxies": "Bounded proxies",
}
_PLACES = {"sampling": "when rows are drawn", "training": "while the generator learns"}
_VERDICTS: dict[str, str] = {
    "within": "kept, with the whole interval",
    "outside": "not kept",
    "unknown": "undefined",
}
_MOST_NAMED = 8


@dataclass(frozen=True)
class ReachedRow:
    """One place at which the criterion was measured, before and after."""

    where: str
    before: str
    after: str
    n: str
    verdict: str
    is_aimed: bool


@dataclass(frozen=True)
class WayRow:
    """One way to do the job: the criterion and the price, for the same model on the same rows."""

    name: str
    gap: str
    auroc: str
    accuracy: str
    is_result: bool


@dataclass(frozen=True)
class ConstraintScreen:
    """Everything about one constraint that stands above the first fold."""

    title: str
    asked: str
    measure: str
    reached: tuple[ReachedRow, ...]
    ways: tuple[WayRow, ...]
    ways_caption: str
    sentences: tuple[str, ...]


def lay_out_constraints(contents: ReportContents, texts: MetricTexts) -> tuple[ConstraintScreen, ...]:
    """Return a screen for every constraint that was asked for."""
    lookup = Lookup(contents.measurements)
    return tuple(_lay_out(one, contents, lookup, texts) for one in contents.constraints)


def name_criterion(criterion: str) -> str:
    """Return a criterion's name as a title."""
    return _CRITERIA.get(criterion, wording.sentence_case(criterion))


def _lay_out(
    asked: AskedConstraint, contents: ReportContents, lookup: Lookup, texts: MetricTexts
) -> ConstraintScreen:
    models = _models(lookup, contents.headline)
    main = models[0] if models else ""
    ways = tuple(_ways(asked, lookup, main)) if asked.metric else ()
    rows = [one for way in WAYS if (one := lookup.of_model("accuracy", way, main)) is not None]
    on = f", {wording.format_count(rows[0].n)} real test rows" if rows else ""
    return ConstraintScreen(
        title=f"{name_criterion(asked.criterion)}, {wording.show_features(asked.sensitive_features)}",
        asked=_word_asked(asked),
        measure=texts.describe(asked.metric).title if asked.metric else "Lowest and highest",
        reached=tuple(_reached(asked, lookup, models)),
        ways=ways,
        ways_caption=f"{wording.show_model(main)}{on}",
        sentences=tuple(_sentences(asked, contents, lookup, main)),
    )


def _models(lookup: Lookup, headline: Headline | None) -> list[str]:
    """Return the models of constrained tables, the chosen one first."""
    chosen = headline.model if headline else ""
    return sorted(lookup.models(CONSTRAINED), key=lambda model: model != chosen)


def _word_asked(asked: AskedConstraint) -> str:
    aim = (
        "aimed at models that learn from the table, judged on real people"
        if asked.aim == "model"
        else "aimed at the table itself"
    )
    places = " and ".join(_PLACES[place] for place in asked.places if place in _PLACES)
    if asked.criterion == "bounded_proxies":
        return f"Asked for: other columns tell the feature with an AUROC of at most {asked.bound:g}; enforced {places}."
    limit = (
        f"a rate of at least {asked.bound:g} in every group"
        if asked.bound is not None
        else f"a difference of at most {asked.tolerance:g} between any two groups"
    )
    return f"Asked for: {limit}, {aim}; enforced {places}."


def _reached(asked: AskedConstraint, lookup: Lookup, models: Sequence[str]) -> Iterator[ReachedRow]:
    if asked.criterion == "bounded_proxies":
        yield from _reached_proxies(asked, lookup)
        return
    features = asked.sensitive_features
    metric = asked.metric or "lowest_selection_rate"
    before, after = (lookup.of_table(metric, name, features=features) for name in ("synthetic", CONSTRAINED))
    if after is not None:
        yield _row("The table itself, against the same rows without it", before, after, asked, "table")
    for model in models:
        pair = _of_model(asked, lookup, model)
        if pair is not None:
            name = wording.lower_first(wording.show_model(model))
            yield _row(f"A model of it, on real test people: {name}", *pair, asked, "model")


def _of_model(
    asked: AskedConstraint, lookup: Lookup, model: str
) -> tuple[Measurement | None, Measurement] | None:
    """Return a model without treatment and with it; of a minimum rate the group that has the lowest."""
    features = asked.sensitive_features
    if asked.metric:
        after = lookup.of_model(asked.metric, CONSTRAINED, model, features=features)
        before = lookup.of_model(asked.metric, "original", model, features=features)
        return None if after is None else (before, after)
    found = {}
    for treatment in ("original", CONSTRAINED):
        rates = ends(lookup.by_group("selection_rate", treatment, model, features))
        found[treatment] = None if rates is None else rates[0]
    after = found[CONSTRAINED]
    return None if after is None else (found["original"], after)


def _reached_proxies(asked: AskedConstraint, lookup: Lookup) -> Iterator[ReachedRow]:
    for one in lookup.measurements:
        if (one.stage, one.metric, one.treatment) != ("proxies", "proxy_auroc", CONSTRAINED):
            continue
        if one.sensitive_features != asked.sensitive_features:
            continue
        before = next(
            (
                held
                for held in lookup.measurements
                if (held.stage, held.metric, held.treatment) == ("proxies", "proxy_auroc", "synthetic")
                and (held.sensitive_features, held.operating_point)
                == (one.sensitive_features, one.operating_point)
            ),
            None,
        )
        where = f"AUROC of a guess, {one.operating_point or 'without the outcome'}"
        yield _row(where, before, one, asked, "table")


def _row(
    where: str, before: Measurement | None, after: Measurement, asked: AskedConstraint, place: str
) -> ReachedRow:
    group = f" ({wording.show_group(after)})" if asked.bound is not None and after.group else ""
    return ReachedRow(
        where=where,
        before="" if before is None else wording.format_value(before),
        after=f"{wording.format_value(after)}{group}",
        n=wording.format_count(after.n),
        verdict=judge(after, asked),
        is_aimed=place == asked.aim,
    )


def judge(after: Measurement, asked: AskedConstraint) -> str:
    """Say whether a measurement keeps what was asked for, as far as its interval can say.

    Examples
    --------
    >>> asked = AskedConstraint(criterion="demographic_parity", sensitive_features="sex", metric="m", tolerance=0.1)
    >>> judge(Measurement(metric="m", value=0.05, low=0.0, high=0.12), asked)
    'undetermined: the value keeps it, its interval reaches beyond'
    >>> judge(Measurement(metric="m", value=0.2, low=0.15, high=0.25), asked)
    'not kept'
    """
    if after.value is None or after.low is None or after.high is None:
        return _VERDICTS["unknown"]
    if asked.criterion == "minimum_rate" and asked.bound is not None:
        is_kept, is_sure = after.value >= asked.bound, after.low >= asked.bound
        is_broken = after.high < asked.bound
    else:
        limit = asked.tolerance if asked.bound is None else asked.bound
        is_kept, is_sure, is_broken = after.value <= limit, after.high <= limit, after.low > limit
    if is_sure:
        return _VERDICTS["within"]
    if is_broken:
        return _VERDICTS["outside"]
    says = "the value keeps it, its interval reaches beyond"
    misses = "the value itself does not keep it, its interval may"
    return f"undetermined: {says if is_kept else misses}"


def _ways(asked: AskedConstraint, lookup: Lookup, model: str) -> Iterator[WayRow]:
    for way in WAYS:
        gap = lookup.of_model(asked.metric, way, model, features=asked.sensitive_features)
        prices = [lookup.of_model(name, way, model) for name in ("auroc", "accuracy")]
        if gap is None:
            continue
        name = "No treatment" if way == "original" else wording.show_treatment(way)
        shown = ["" if one is None else wording.format_value(one) for one in prices]
        yield WayRow(name, wording.format_value(gap), shown[0], shown[1], way == CONSTRAINED)


def _sentences(asked: AskedConstraint, contents: ReportContents, lookup: Lookup, model: str) -> Iterator[str]:
    yield from _word_price(lookup, model)
    yield from _word_strengths(asked, model)
    if asked.criterion == "demographic_parity":
        yield from _word_arithmetic(asked, contents.groups, lookup, model)
    yield from _word_small(asked, contents.groups, lookup, model)
    yield from _word_individuals(lookup, model)


def _word_price(lookup: Lookup, model: str) -> Iterator[str]:
    parts = []
    for name, title in (("auroc", "AUROC"), ("accuracy", "accuracy")):
        before, after = (lookup.of_model(name, way, model) for way in ("original", CONSTRAINED))
        if before is not None and after is not None:
            parts.append(f"{title} {wording.format_value(before)} → {wording.format_value(after)}")
    if parts:
        yield (
            f"Price, {wording.lower_first(wording.show_model(model))}: {'; '.join(parts)}. The constrained model "
            "learned from synthetic rows only: real rows keep their labels."
        )


def _word_strengths(asked: AskedConstraint, model: str) -> Iterator[str]:
    held = next((one for one in asked.tuned if one.model in (model, "")), None)
    if held is None:
        return
    changed = wording.format_share(held.share_changed)
    rows = f"{wording.format_count(held.n_rows)} rows were drawn, of which {changed} got another outcome"
    if held.strength is None:
        yield f"{rows}."
        return
    how = (
        f"found by {held.n_candidates} candidates judged on validation rows" if held.n_candidates else "given"
    )
    reached = {True: ", where it is reached", False: ", where it is not reached", None: ""}[held.is_reached]
    yield f"Strength {held.strength:g}, {how}{reached} (0 does nothing, 1 levels the outcome). {rows}.{_own(held)}"


def _own(held: TunedModel) -> str:
    if not held.group_strengths:
        return ""
    named = [f"{wording.show_name(name)} {value:g}" for name, value in held.group_strengths]
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return f" Groups with a strength of their own: {', '.join(named[:_MOST_NAMED])}{more}."


def _word_arithmetic(
    asked: AskedConstraint, groups: Sequence[GroupRow], lookup: Lookup, model: str
) -> Iterator[str]:
    """Say what parity does to true positive rates where groups differ in their outcomes."""
    rates = [
        one
        for one in groups
        if one.sensitive_features == asked.sensitive_features
        and one.base_rate is not None
        and not one.is_small
    ]
    if len(rates) < 2:
        return
    low, high = (
        pick(rates, key=lambda one: one.base_rate if one.base_rate is not None else 0.0)
        for pick in (min, max)
    )
    if low.high is None or high.low is None or low.high >= high.low:
        return
    found = {
        one.group: one
        for one in lookup.by_group("true_positive_rate", CONSTRAINED, model, asked.sensitive_features)
    }
    shown = [
        f"{wording.show_name(row.group)} {wording.format_number(found[row.group].value)}"
        for row in (low, high)
        if row.group in found
    ]
    gaps = [
        lookup.of_model("equal_opportunity_gap", way, model, features=asked.sensitive_features)
        for way in ("original", CONSTRAINED)
    ]
    change = (
        f"; the gap is {wording.format_number(gaps[0].value)} without the constraint and "
        f"{wording.format_number(gaps[1].value)} with it"
        if gaps[0] is not None and gaps[1] is not None
        else ""
    )
    yield (
        f"Arithmetic: outcomes are favorable for {wording.format_share(low.base_rate)} of "
        f"{wording.show_name(low.group)} and {wording.format_share(high.base_rate)} of "
        f"{wording.show_name(high.group)}. "
        "Whoever decides favorably equally often for both must find the favorable people of one more often than those "
        f"of the other: true positive rates {' and '.join(shown) or 'differ'}{change}. No data can change that; "
        "where it is unwanted, ask for equal opportunity or equalized odds."
    )


def _word_small(
    asked: AskedConstraint, groups: Sequence[GroupRow], lookup: Lookup, model: str
) -> Iterator[str]:
    small = [one for one in groups if one.sensitive_features == asked.sensitive_features and one.is_small]
    if small:
        named = [f"{wording.show_name(one.group)} ({wording.format_count(one.n)})" for one in small]
        more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
        yield f"Groups too small to say (people in the table): {', '.join(named[:_MOST_NAMED])}{more}."
    gap = asked.metric and lookup.of_model(
        asked.metric, CONSTRAINED, model, features=asked.sensitive_features
    )
    if gap and gap.reason:
        yield f"On test rows: {wording.upper_first(gap.reason)}."


def _word_individuals(lookup: Lookup, model: str) -> Iterator[str]:
    before, after = (lookup.of_model("consistency", way, model) for way in ("original", CONSTRAINED))
    if before is not None and after is not None:
        yield (
            f"Individual fairness: predictions agree with those of the nearest neighbours by "
            f"{wording.format_value(before)} without the constraint and {wording.format_value(after)} with it "
            "(1: always)."
        )
