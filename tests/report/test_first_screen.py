from __future__ import annotations

from dataclasses import replace

import pytest

from equitab.evaluation.results import Headline, Measurement
from equitab.report.contents import MetricTexts
from equitab.report.first_screen import FirstScreen, lay_out_first_screen, overall_verdict
from report.sample_contents import METRICS, make_headline, make_test_measurements


def make_screen(verdict: str = "not beaten", **changes: object) -> FirstScreen:
    headline: Headline = replace(make_headline(make_test_measurements(), verdict), **changes)
    return lay_out_first_screen(headline, MetricTexts(METRICS))


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("not beaten", "Not better than every simple baseline."),
        ("undetermined", "Not shown to be better than every simple baseline."),
        ("beaten", "Better than every simple baseline that it was compared with."),
    ],
)
def test_one_baseline_decides_what_the_banner_says(verdict: str, words: str) -> None:
    screen = make_screen(verdict)
    assert screen.verdict == verdict
    assert screen.banner == words


def test_the_banner_names_the_baseline_that_was_not_beaten_and_no_other() -> None:
    detail = make_screen("not beaten").banner_detail
    assert "Threshold optimizer" in detail
    assert "SMOTE" not in detail


def test_no_baselines_is_no_success() -> None:
    assert overall_verdict(()) == "not compared"
    assert "Not compared" in make_screen(baselines=()).banner


def test_not_beaten_outweighs_undetermined() -> None:
    baselines = make_headline(make_test_measurements(), "not beaten").baselines
    mixed = (replace(baselines[0], verdict="undetermined"), *baselines[1:])
    assert overall_verdict(mixed) == "not beaten"


def test_the_five_questions_are_answered_in_order() -> None:
    questions = [answer.question for answer in make_screen().answers]
    assert questions == [
        "Fair for whom?",
        "By which criterion?",
        "How sure?",
        "At what cost?",
        "Better than simple ways?",
    ]


def test_the_first_number_shows_before_and_after_with_both_intervals() -> None:
    headline = make_headline(make_test_measurements())
    number = make_screen().numbers[0]
    assert (number.before, number.after) == ("−0.114", "−0.016")
    assert f"{headline.fairness_before.low:.3f}".replace("-", "−") in number.detail
    assert f"{headline.fairness_after.high:.3f}" in number.detail


def test_an_undefined_result_is_said_with_its_reason() -> None:
    missing = Measurement(
        metric="average_odds_difference",
        value=None,
        n=3,
        sensitive_features="sex",
        status="undefined",
        reason="the group has no favorable outcome",
    )
    screen = make_screen(fairness_after=missing)
    assert screen.numbers[0].after == "undefined"
    assert "cannot be held against" in screen.lead
    assert any(
        "the group has no favorable outcome" in text for answer in screen.answers for text in answer.sentences
    )


@pytest.mark.parametrize(("tolerance", "words"), [(0.05, "is within the gap"), (0.03, "may or may not be")])
def test_the_answer_depends_on_the_gap_that_was_asked_for(tolerance: float, words: str) -> None:
    assert words in make_screen(tolerance=tolerance).lead
