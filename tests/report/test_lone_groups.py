from __future__ import annotations

from dataclasses import replace

from equitab.report.lone_groups import name_lone_groups
from report.sample_contents import make_contents, make_headline, make_test_measurements

SEX = [
    one
    for one in make_test_measurements()
    if one.sensitive_features == "sex" and one.metric == "average_odds_difference"
]
POOLED = [replace(one, group="(all others)") for one in SEX]


def test_of_two_groups_the_pooled_row_is_shown_by_name_and_once() -> None:
    contents = name_lone_groups(make_contents(measurements=(*SEX, *POOLED)))
    assert contents.measurements == tuple(SEX)


def test_a_pooled_row_alone_gets_the_name_of_the_group() -> None:
    contents = name_lone_groups(make_contents(measurements=tuple(POOLED)))
    assert {one.group for one in contents.measurements} == {"Female"}


def test_several_other_groups_keep_their_pooled_row() -> None:
    rows = tuple(one for one in make_test_measurements() if one.sensitive_features == "race")
    assert name_lone_groups(make_contents(measurements=rows)).measurements == rows


def test_the_headline_and_its_baselines_name_the_group_too() -> None:
    headline = make_headline(make_test_measurements())
    pooled = replace(
        headline,
        fairness_after=replace(headline.fairness_after, group="(all others)"),
        baselines=tuple(
            replace(one, fairness=replace(one.fairness, group="(all others)")) for one in headline.baselines
        ),
    )
    assert name_lone_groups(make_contents(headline=pooled)).headline == headline


def test_without_group_counts_nothing_is_renamed() -> None:
    contents = make_contents(measurements=tuple(POOLED), groups=())
    assert name_lone_groups(contents) is contents
