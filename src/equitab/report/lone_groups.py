"""Names the group that *all others* stand for, where a sensitive feature has only two groups.

Signed metrics have a row for each group and one for all others together. With two groups these two rows say
the same; readers are shown one of them, by the group's own name.
"""

from __future__ import annotations

from dataclasses import replace

from equitab.evaluation.results import BaselineComparison, Headline, Measurement
from equitab.report.contents import GroupRow, ReportContents
from equitab.report.wording import POOLED_GROUP


def name_lone_groups(contents: ReportContents) -> ReportContents:
    """Return contents in which a group that is alone beside its reference is called by its name."""
    names = _find_lone_groups(contents.groups)
    if not names:
        return contents
    own = {_place(one) for one in contents.measurements if one.sensitive_features in names}
    pairs = ((one, _rename(one, names)) for one in contents.measurements)
    kept = [new for old, new in pairs if new is old or _place(new) not in own]
    headline = contents.headline and _rename_headline(contents.headline, names)
    return replace(contents, measurements=tuple(kept), headline=headline)


def _find_lone_groups(rows: tuple[GroupRow, ...]) -> dict[str, str]:
    """Return the one other group of each sensitive feature that has two groups, one of them the reference."""
    by_feature: dict[str, list[GroupRow]] = {}
    for row in rows:
        by_feature.setdefault(row.sensitive_features, []).append(row)
    return {
        features: next(row.group for row in members if not row.is_reference)
        for features, members in by_feature.items()
        if sorted(row.is_reference for row in members) == [False, True]
    }


def _rename(one: Measurement, names: dict[str, str]) -> Measurement:
    if one.group == POOLED_GROUP and one.sensitive_features in names:
        return replace(one, group=names[one.sensitive_features])
    return one


def _place(one: Measurement) -> tuple[object, ...]:
    """Return what was measured, without what came out: intervals of twins may differ by noise."""
    seeds = (one.generator_seed, one.model_seed)
    place = (one.stage, one.operating_point, one.model, one.treatment, *seeds)
    return (one.metric, one.sensitive_features, one.group, one.reference_group, *place)


def _rename_headline(headline: Headline, names: dict[str, str]) -> Headline:
    return replace(
        headline,
        fairness_before=_rename(headline.fairness_before, names),
        fairness_after=_rename(headline.fairness_after, names),
        baselines=tuple(_rename_baseline(one, names) for one in headline.baselines),
    )


def _rename_baseline(one: BaselineComparison, names: dict[str, str]) -> BaselineComparison:
    return replace(one, fairness=_rename(one.fairness, names))
