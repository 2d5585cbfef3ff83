"""Verdicts of the Maghool study: an improvement is claimed only where its interval leaves out 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from equitab.studies.maghool import BEFORE_FOLDS, BOOSTING, FOREST, ORIGINAL, TRAINING_ONLY
from equitab.studies.maghool_complexity import change_of
from equitab.studies.maghool_findings import (
    F1,
    Finding,
    Findings,
    findings_frame,
    findings_from_frame,
    fold_findings,
    gap_findings,
    reliance_findings,
)
from equitab.studies.maghool_folds import FoldScore
from equitab.studies.maghool_gaps import Judges
from equitab.studies.maghool_paper import TABLE_2, Claim, claims, table_2_arithmetic
from equitab.studies.maghool_people_page import leak_sentences
from equitab.studies.maghool_verdicts import headline, judge_claim, judge_claims, treatment_sentences

CLAIM = Claim(
    words="F1 rises",
    place="table 1",
    part="table 1",
    metric=F1,
    arm="balanced_classes",
    form=TRAINING_ONLY,
    learner=FOREST,
    paper=0.176,
    wanted="more",
)


def _finding(low: float, high: float, *, claim: Claim = CLAIM) -> Finding:
    return Finding(
        part=claim.part,
        form=claim.form,
        arm=claim.arm,
        control=ORIGINAL,
        learner=claim.learner,
        metric=claim.metric,
        value=(low + high) / 2,
        low=low,
        high=high,
        n=301,
        n_repeats=5,
        interval_method="",
    )


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.01, 0.30, "reached"),
        (0.01, 0.10, "reached"),
        (-0.30, -0.01, "not reached"),
        (-0.05, 0.10, "not reached"),
        (-0.05, 0.20, "cannot be told"),
    ],
)
def test_a_claimed_rise_needs_an_interval_above_zero(low: float, high: float, verdict: str) -> None:
    """And one as large as printed must not be ruled out for it to stay open."""
    assert judge_claim(CLAIM, Findings([_finding(low, high)])).verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-0.30, -0.01, "reached"), (0.01, 0.30, "not reached"), (-0.20, 0.05, "cannot be told")],
)
def test_a_claimed_fall_is_judged_the_other_way_round(low: float, high: float, verdict: str) -> None:
    """With the printed fall on the same side."""
    claim = replace(CLAIM, wanted="less", paper=-0.176)
    assert judge_claim(claim, Findings([_finding(low, high)])).verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.04, 0.03, "reached"),
        (0.01, 0.04, "reached"),
        (0.01, 0.20, "not reached"),
        (-0.20, 0.02, "cannot be told"),
    ],
)
def test_a_claim_of_no_change_needs_an_interval_within_the_margin(
    low: float, high: float, verdict: str
) -> None:
    """That 0 is in a wide interval shows nothing."""
    claim = replace(CLAIM, wanted="same", margin=0.05)
    assert judge_claim(claim, Findings([_finding(low, high)])).verdict == verdict


def test_what_was_not_measured_is_not_judged() -> None:
    """No verdict out of nothing."""
    assert judge_claim(CLAIM, Findings([])).verdict == "not measured"
    assert judge_claims(Findings([])) == []
    assert "not judged" in headline(Findings([]))


def test_every_claim_names_a_finding_of_its_own() -> None:
    """No two claims read the same number, and each says what the paper prints."""
    held = claims()
    places = [(one.part, one.metric, one.arm, one.form, one.learner, one.group) for one in held]
    assert len(set(places)) == len(held)
    printed = {one.words: one.paper for one in held if one.part == "table 2"}
    assert sorted(printed.values()) == pytest.approx([-0.18, -0.18, -0.09, -0.09])


def test_the_papers_rates_contradict_its_equal_opportunity_gap() -> None:
    """.27 - .252 is .018, not .35; .60 - .42 is .18: tenfold, not half."""
    before, after = (abs(TABLE_2[arm]["tpr_other"] - TABLE_2[arm]["tpr_reference"]) for arm in TABLE_2)
    assert (round(before, 3), round(after, 2)) == (0.018, 0.18)
    first, second = table_2_arithmetic()
    assert "grows from 0.018 to 0.180, 10 times as large: not from 0.35 to 0.17 as printed" in first
    assert "shrinks from 0.166 to 0.083: as printed" in second


def test_the_same_scores_give_no_difference_and_no_improvement() -> None:
    """A treatment that changes nothing has a difference of 0 without width, and the text claims nothing."""
    rng = np.random.default_rng(0)
    judges = Judges(rng.random(300) < 0.5, rng.integers(0, 2, 300))
    score = rng.random((300, 2))
    found = gap_findings(
        {ORIGINAL: score, "network": score},
        judges,
        part="adult",
        learner=BOOSTING,
        n_replicates=50,
        seed=0,
    )
    steps = [one for one in found if one.control]
    assert steps
    assert all((one.value, one.low, one.high) == (0, 0, 0) for one in steps)
    findings = Findings(found)
    assert "can be told from none" in headline(findings)
    sentence = treatment_sentences(findings, "adult", BOOSTING)[0]
    assert "moves by less than can be told" in sentence
    assert "not met" in sentence


def test_a_treatment_that_closes_the_gap_is_said_to() -> None:
    """From models that favour one group to models that do not: the interval leaves out 0, and the text says so."""
    rng = np.random.default_rng(0)
    truth, group = rng.random(2_000) < 0.5, rng.integers(0, 2, 2_000)
    fair = np.where(truth, 0.9, 0.1) * (rng.random(2_000) < 0.8)
    unfair = np.where((group == 1) & (rng.random(2_000) < 0.5), 0.1, fair)
    found = gap_findings(
        {ORIGINAL: unfair[:, None], "network": fair[:, None]},
        Judges(truth, group),
        part="compas",
        learner=BOOSTING,
        n_replicates=100,
        seed=0,
    )
    assert "shrinks with network" in headline(Findings(found))
    sentence = treatment_sentences(Findings(found), "compas", BOOSTING)[0]
    assert "a third less at one point at most is shown" in sentence


def test_f1_is_paired_by_fold_and_the_leak_is_not() -> None:
    """An arm that is better by the same amount in every fold is better for sure."""
    rng = np.random.default_rng(0)
    held = [
        FoldScore(form=form, arm=arm, learner=FOREST, repeat=repeat, fold=fold, value=value)
        for repeat in range(2)
        for fold in range(5)
        for base in [float(rng.random())]
        for form, arm, value in (
            (TRAINING_ONLY, ORIGINAL, base),
            (TRAINING_ONLY, "balanced_classes", base + 0.01),
            ("before the folds", "balanced_classes", base + 0.02),
        )
    ]
    findings = Findings(fold_findings(held, n_people=301, n_folds=5))
    step = findings.get(
        "table 1", "balanced_classes", F1, form=TRAINING_ONLY, control=ORIGINAL, learner=FOREST
    )
    assert step is not None
    assert step.low == pytest.approx(0.01)
    assert step.n_repeats == 2
    leak = findings.get(
        "table 1", "balanced_classes", F1, form="before the folds", control=TRAINING_ONLY, learner=FOREST
    )
    assert leak is not None
    assert leak.low is not None
    assert leak.low < 0 < leak.value  # type: ignore[operator]


def test_shares_of_shap_values_sum_to_one_and_splits_are_signed() -> None:
    """By hand: two columns, two people."""
    values = np.array([[[0.3, 0.1]], [[-0.1, 0.1]]])
    found = reliance_findings(
        {ORIGINAL: values},
        ("Sex", "pay"),
        {"Sex": np.array([True, False])},
        sensitive=("Sex",),
        form="",
        learner=FOREST,
        n_replicates=30,
        seed=0,
    )
    held = {(one.metric, one.group): one.value for one in found}
    assert held["shap_share", "Sex"] == pytest.approx(0.4 / 0.6)
    assert held["shap_split", "Sex"] == pytest.approx(0.4)
    assert held["shap_total", ""] == pytest.approx(0.3)


def test_a_change_from_nothing_is_undefined() -> None:
    """No share of 0, and no interval of two halves."""
    assert change_of(np.array([[0.0, 0.1]]), np.ones((5, 2))).value is None
    assert change_of(np.array([[0.1, 0.1]]), np.ones((2, 2))).value is None


def test_findings_are_read_back_as_they_were() -> None:
    """Also where a value is not defined."""
    held = [_finding(0.1, 0.2), replace(_finding(0.1, 0.2), value=None, low=None, high=None)]
    assert findings_from_frame(findings_frame(held)) == held


@pytest.mark.parametrize(("leaking", "sound", "counted"), [(0.83, 0.52, "1 of 1"), (0.60, 0.80, "0 of 1")])
def test_where_a_printed_number_comes_from_is_read_off_the_numbers(
    leaking: float, sound: float, counted: str
) -> None:
    """.842 is nearer to what the leak gives only where it is."""
    held = [
        replace(_finding(value, value), form=form, control="")
        for form, value in ((BEFORE_FOLDS, leaking), (TRAINING_ONLY, sound))
    ]
    sentences = leak_sentences(Findings(held))
    assert sentences[0].startswith(f"{counted} printed numbers")
    assert "the paper prints 0.842" in sentences[1]
