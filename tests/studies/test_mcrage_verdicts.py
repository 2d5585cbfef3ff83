"""Differences of arms over overlapping splits, and what the MCRAGE study makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from scipy import stats

from equitab.studies.mcrage import FOREST, IMBALANCED
from equitab.studies.mcrage_cells import (
    chance_text,
    claim_lines,
    claims_table,
    differences_table,
    number_text,
    paper_table,
)
from equitab.studies.mcrage_differences import (
    ArmNumber,
    Numbers,
    Quantity,
    differences_frame,
    differences_from_frame,
    estimate,
    holm,
    numbers_frame,
    numbers_from_frame,
)
from equitab.studies.mcrage_page import rare_sentences
from equitab.studies.mcrage_paper import CLAIMS, PAPER, Claim
from equitab.studies.mcrage_verdicts import judge_bars, judge_claim, judge_claims, what_cannot_be_seen

F1 = Quantity("patients", FOREST, "f1")
STEPS = (-0.002, -0.001, 0.0, 0.001, 0.002)


def _numbers(
    means: Mapping[str, float],
    *,
    metric: str = "f1",
    steps: Sequence[float] = STEPS,
    table: str = "patients",
    learner: str = FOREST,
) -> list[ArmNumber]:
    """Return arms around their means; all but the imbalanced one move by `steps` over splits."""
    return [
        ArmNumber(
            table=table,
            arm=arm,
            learner=learner,
            metric=metric,
            split=split,
            value=mean + (0.0 if arm == IMBALANCED else step),
        )
        for arm, mean in means.items()
        for split, step in enumerate(steps)
    ]


def test_the_corrected_interval_is_wider_by_the_overlap() -> None:
    """Student's is SciPy's; the corrected one has 1/J + n2/n1 in place of 1/J."""
    values = np.array([0.01, 0.03, 0.02, 0.04, -0.01])
    found = estimate(values, overlap=0.25)
    student = stats.ttest_1samp(values, 0.0)
    interval = student.confidence_interval(0.95)
    assert (found.plain_low, found.plain_high) == pytest.approx((interval.low, interval.high))
    assert found.plain_p == pytest.approx(student.pvalue)
    widened = (found.high - found.low) / (found.plain_high - found.plain_low)
    assert widened == pytest.approx(np.sqrt((1 / 5 + 0.25) / (1 / 5)))
    assert found.p > found.plain_p


def test_without_overlap_both_are_students() -> None:
    """The correction vanishes."""
    found = estimate(np.array([0.1, 0.2, 0.4]), overlap=0.0)
    assert (found.low, found.high, found.p) == (found.plain_low, found.plain_high, found.plain_p)


def test_one_split_has_no_interval_and_equal_ones_a_point() -> None:
    """Nothing is invented."""
    alone, equal = estimate(np.array([0.2]), overlap=0.25), estimate(np.zeros(4), overlap=0.25)
    assert np.isnan(alone.low)
    assert alone.mean == 0.2
    assert (equal.low, equal.high, equal.p) == (0.0, 0.0, 1.0)


def test_the_smallest_visible_difference_is_seen_four_times_in_five() -> None:
    """Simulated with independent splits."""
    rng = np.random.default_rng(0)
    spread, n, seen = 0.01, 20, 0
    visible = estimate(rng.normal(0, spread, 4_000)[:n], overlap=0.0)
    quantile = stats.t.ppf(0.975, n - 1) + stats.t.ppf(0.8, n - 1)
    smallest = quantile * spread / np.sqrt(n)
    for _ in range(2_000):
        seen += estimate(rng.normal(smallest, spread, n), overlap=0.0).low > 0
    assert seen / 2_000 == pytest.approx(0.8, abs=0.04)
    assert visible.visible == pytest.approx(smallest, rel=0.5)


def test_holm_never_lets_a_larger_chance_become_smaller() -> None:
    """Against a case by hand."""
    assert holm([0.01, 0.02, 0.5]) == pytest.approx([0.03, 0.04, 0.5])
    assert holm([0.4, 0.9]) == pytest.approx([0.8, 0.9])
    assert holm([]) == []


def test_differences_pair_splits() -> None:
    """Splits that one arm lacks are left out; a gap's gain is by how much it shrinks."""
    numbers = Numbers(
        [
            *_numbers({IMBALANCED: 0.6, "guided": 0.65}),
            ArmNumber(table="patients", arm="guided", learner=FOREST, metric="f1", split=99, value=0.0),
            *_numbers({IMBALANCED: -0.1, "guided": 0.02}, metric="tpr_gap", steps=(0.0, 0.01)),
        ]
    )
    found = numbers.difference(F1, "guided", IMBALANCED)
    assert found is not None
    assert (found.n, found.gain) == (5, pytest.approx(0.05))
    gap = numbers.difference(Quantity("patients", FOREST, "tpr_gap"), "guided", IMBALANCED)
    assert gap is not None
    assert gap.gain == pytest.approx(0.1 - 0.025)
    assert numbers.difference(F1, "smote", IMBALANCED) is None


def test_values_that_are_not_defined_take_no_part() -> None:
    """NaN is left out, not averaged."""
    held = _numbers({IMBALANCED: 0.5, "guided": float("nan")})
    assert Numbers(held).difference(F1, "guided", IMBALANCED) is None


@pytest.mark.parametrize(
    ("gain", "steps", "verdict"),
    [
        (0.030, STEPS, "reached"),
        (-0.010, STEPS, "not reached"),
        (0.001, STEPS, "not reached"),
        (0.010, tuple(20 * step for step in STEPS), "cannot be told"),
    ],
)
def test_a_claim_is_judged_by_its_interval(gain: float, steps: Sequence[float], verdict: str) -> None:
    """A gain as printed; a loss; one too small; an interval that holds nothing and everything."""
    claim = Claim("F1 rises", "Table 1", "f1", "guided", IMBALANCED, paper=0.03)
    numbers = Numbers(_numbers({IMBALANCED: 0.64, "guided": 0.64 + gain}, steps=steps))
    judged = judge_claim(claim, numbers)
    assert judged.verdict == verdict
    assert judged.gain == pytest.approx(gain)


def test_a_claim_of_less_is_judged_downwards() -> None:
    """SMOTE costs accuracy."""
    claim = next(one for one in CLAIMS if one.wanted == "less" and one.metric == "accuracy")
    costs = Numbers(_numbers({IMBALANCED: 0.74, "smote": 0.72}, metric="accuracy"))
    helps = Numbers(_numbers({IMBALANCED: 0.74, "smote": 0.76}, metric="accuracy"))
    assert judge_claim(claim, costs).verdict == "reached"
    assert judge_claim(claim, helps).verdict == "not reached"


def test_what_was_not_measured_is_said() -> None:
    """No verdict of an arm that took no part."""
    judged = judge_claims(Numbers(_numbers({IMBALANCED: 0.64})))
    assert {one.verdict for one in judged} == {"not measured"}
    assert judge_claims(Numbers(_numbers({IMBALANCED: 0.64}, table="adult"))) == []


def test_the_papers_differences_are_those_of_its_table() -> None:
    """F1 by 0.030 over the imbalanced rows, by 0.018 over all real women."""
    printed = {(one.arm, one.control): one.paper for one in CLAIMS if one.metric == "f1"}
    assert printed["guided", IMBALANCED] == pytest.approx(0.03013)
    assert printed["guided", "balanced"] == pytest.approx(0.01832)
    assert PAPER["guided"]["accuracy"] == 0.7248


def test_our_bars() -> None:
    """Overall just within, women above; a control that is clearly better is not reached."""
    numbers = Numbers(
        [
            *_numbers({IMBALANCED: 0.79, "guided": 0.79}, metric="auroc", steps=tuple(s / 4 for s in STEPS)),
            *_numbers({IMBALANCED: 0.76, "guided": 0.77}, metric="auroc_few"),
            *_numbers({IMBALANCED: 0.74, "smote": 0.70, "guided": 0.72}, metric="accuracy"),
        ]
    )
    verdicts = [one.verdict for one in judge_bars(numbers)]
    assert verdicts == ["reached", "reached", "not reached", "reached"]


def test_what_cannot_be_seen_is_computed() -> None:
    """Where all real women change nothing that can be seen, no generator can."""
    steps = tuple(20 * step for step in STEPS)
    wide = Numbers(_numbers({IMBALANCED: 0.66, "balanced": 0.661, "guided": 0.66}, steps=steps))
    narrow = Numbers(_numbers({IMBALANCED: 0.66, "balanced": 0.69, "guided": 0.66}))
    assert "not even a perfect generator" in what_cannot_be_seen(wide)[0]
    assert "bounds what drawn women can give" in what_cannot_be_seen(narrow)[0]


def test_numbers_and_differences_return_from_their_frames() -> None:
    """Empty texts stay empty."""
    held = _numbers({IMBALANCED: 0.6, "guided": 0.65, "smote": 0.61})
    assert numbers_from_frame(numbers_frame(held)) == held
    found = Numbers(held).differences(F1, IMBALANCED)
    assert differences_from_frame(differences_frame(found)) == found
    assert all(one.p_holm >= one.p for one in found)


def test_tables_show_the_papers_number_and_ours() -> None:
    """Signed, with an interval, and p-values of both tests."""
    numbers = Numbers(_numbers({IMBALANCED: 0.64, "guided": 0.67}))
    row = next(row for row in claims_table(judge_claims(numbers), caption="").rows if "F1 rises" in row[0])
    assert row[1] == "+0.030"
    assert row[2].startswith("+0.030 [")
    assert row[4] == "reached"
    assert paper_table(numbers).rows[0][2].startswith("0.642 / 0.640")
    assert differences_table(numbers, "patients", FOREST, {"f1": "F1"}).rows[0][1].count("/") == 2
    assert claim_lines(judge_claims(numbers))[0].startswith("reached: F1 rises")
    assert number_text(float("nan")) == ""
    assert chance_text(0.5) == "0.500"


def test_the_bars_of_the_smallest_groups_are_said_in_words() -> None:
    """Recall that rises, accuracy that falls by more than half a point, rows that are told apart."""
    numbers = Numbers(
        [
            *_numbers({"guided": 0.82}, metric="held_out_detection_auroc", table="adult", learner=""),
            *_numbers({IMBALANCED: 0.4, "guided": 0.5}, metric="recall_rare", table="adult"),
            *_numbers({IMBALANCED: 0.87, "guided": 0.86}, metric="accuracy", table="adult"),
        ]
    )
    (said,) = rare_sentences(numbers, "adult", FOREST)
    assert "beyond the bar of 0.70" in said
    assert "rises" in said
    assert "not kept" in said


def test_numbers_come_back_from_a_frame_also_undefined_ones() -> None:
    """An interrupted study goes on from files, in which what could not be computed is empty."""
    held = [
        ArmNumber(table="compas", arm="guided", learner="", metric="auroc", split=split, value=value)
        for split, value in ((0, 0.75), (1, float("nan")))
    ]
    first, second = numbers_from_frame(numbers_frame(held))
    assert first == held[0]
    assert np.isnan(second.value)
