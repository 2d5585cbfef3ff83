"""Verdicts: every quarter of the plane of fairness and performance, and the noise between them."""

from dataclasses import replace

import pytest

from equitab.evaluation import (
    ComparisonRule,
    HeadlineQuestion,
    Measurement,
    PairedDifference,
    compare_with_baseline,
)
from equitab.evaluation.baseline_verdict import decide

SURE = 0.005
QUESTION = HeadlineQuestion(sensitive_features="sex")


def _difference(value, noise=SURE):
    return PairedDifference(value, value - noise, value + noise)


@pytest.mark.parametrize(
    ("fairness", "performance", "verdict"),
    [
        (_difference(-0.10), _difference(0.02), "beaten"),  # fairer and better
        (_difference(-0.10), _difference(0.00), "beaten"),  # fairer at no cost
        (_difference(0.00), _difference(0.05), "beaten"),  # as fair, better
        (_difference(-0.10), _difference(-0.05), "not beaten"),  # a trade
        (_difference(0.10), _difference(0.05), "not beaten"),  # the opposite trade
        (_difference(0.10), _difference(-0.05), "not beaten"),  # worse in both
        (PairedDifference(0.0, 0.0, 0.0), PairedDifference(0.0, 0.0, 0.0), "not beaten"),  # the very same
        (_difference(-0.05, 0.2), _difference(-0.10), "not beaten"),  # too dear, however fair
        (_difference(0.00), _difference(0.00), "undetermined"),  # a little better in one, perhaps
        (_difference(-0.05, 0.2), _difference(0.0, 0.2), "undetermined"),  # nothing but noise
        (_difference(-0.10), _difference(-0.01, 0.03), "undetermined"),  # fairer, the cost is unknown
    ],
)
def test_each_case_has_its_verdict(fairness, performance, verdict):
    assert decide(fairness, performance, margin=0.01) == verdict


def _pair(gap, performance, noise=SURE, **more):
    kept = {"confidence": 0.95, "model": "m", **more}
    return (
        Measurement(
            metric="demographic_parity_difference",
            value=gap,
            low=max(gap - noise, 0),
            high=gap + noise,
            sensitive_features="sex",
            **kept,
        ),
        Measurement(
            metric="balanced_accuracy",
            value=performance,
            low=performance - noise,
            high=performance + noise,
            **kept,
        ),
    )


def test_without_predictions_the_separate_intervals_decide_and_say_so():
    found = compare_with_baseline(
        "original", ours=_pair(0.05, 0.8), theirs=_pair(0.2, 0.8), question=QUESTION, rule=ComparisonRule()
    )
    assert found.verdict == "beaten"
    assert "by the separate intervals" in found.reason
    assert "only the result is within the tolerance" in found.reason


def test_wide_intervals_leave_it_undetermined():
    found = compare_with_baseline(
        "original",
        ours=_pair(0.15, 0.8, 0.1),
        theirs=_pair(0.2, 0.8, 0.1),
        question=QUESTION,
        rule=ComparisonRule(),
    )
    assert found.verdict == "undetermined"


def test_of_a_ratio_the_low_end_is_the_unfair_one():
    question = replace(QUESTION, criterion="demographic_parity_ratio")
    ours, theirs = (
        replace(_pair(0.2, 0.8)[0], metric="demographic_parity_ratio", value=value, low=low, high=high)
        for value, low, high in ((0.9, 0.88, 0.91), (0.6, 0.3, 0.65))
    )
    performance = _pair(0.2, 0.8)[1]
    found = compare_with_baseline(
        "original",
        ours=(ours, performance),
        theirs=(theirs, performance),
        question=question,
        rule=ComparisonRule(),
    )
    # Distances from fair are .1 (.09 to .12) and .4 (.35 to .7): the difference is surely negative.
    assert found.verdict in {"beaten", "undetermined"}
    assert "distance from fair -0.300, -0.600 to -0.246" in found.reason


def test_a_measurement_without_an_interval_proves_nothing():
    ours = tuple(replace(held, low=None, high=None) for held in _pair(0.05, 0.8))
    found = compare_with_baseline(
        "original", ours=ours, theirs=_pair(0.2, 0.8), question=QUESTION, rule=ComparisonRule()
    )
    assert found.verdict == "undetermined"


def test_an_undefined_metric_is_undetermined_with_the_reason():
    theirs = _pair(0.2, 0.8, treatment="smote_nc")
    theirs = (replace(theirs[0], value=None, status="undefined"), theirs[1])
    found = compare_with_baseline(
        "smote_nc", ours=_pair(0.05, 0.8), theirs=theirs, question=QUESTION, rule=ComparisonRule()
    )
    assert (found.verdict, found.reason) == (
        "undetermined",
        "demographic_parity_difference is undefined for smote_nc",
    )


def test_the_paired_bootstrap_is_used_where_predictions_are_there(town):
    ours, theirs = town.test.favorable, ~town.test.favorable
    found = compare_with_baseline(
        "original",
        ours=_pair(0.05, 0.9),
        theirs=_pair(0.05, 0.1),
        question=QUESTION,
        predictions=(ours, theirs),
        test=town.test,
        rule=ComparisonRule(n_replicates=200),
    )
    assert "paired bootstrap" in found.reason
    assert found.verdict == "beaten"


def test_who_surely_exceeds_a_tolerance_that_was_asked_for_is_no_answer():
    """A trade is not beaten; but where a tolerance was asked for, only who keeps it answers."""
    ours, theirs = _pair(0.04, 0.80), _pair(0.17, 0.85)
    asked = replace(QUESTION, tolerance=0.05, is_asked=True)
    verdicts = [
        compare_with_baseline(
            "original", ours=ours, theirs=theirs, question=question, rule=ComparisonRule()
        ).verdict
        for question in (replace(asked, is_asked=False), asked, replace(asked, tolerance=0.03))
    ]
    assert verdicts == ["not beaten", "beaten", "not beaten"]
    near = compare_with_baseline(
        "original", ours=ours, theirs=_pair(0.052, 0.85), question=asked, rule=ComparisonRule()
    )
    assert near.verdict == "not beaten"  # perhaps it keeps the tolerance
