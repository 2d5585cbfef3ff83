"""The tables part of the Dr-Fairness study: what it measures, chooses and claims, and all of it on few rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, read_table
from equitab.errors import OutputExistsError, RecipeError
from equitab.studies.dr_fairness import (
    ALWAYS,
    CORRUPTED,
    LOGISTIC,
    PLAIN,
    QUICK,
    RATIOS,
    DrFairnessSettings,
)
from equitab.studies.dr_fairness_arms import STRATEGIES, measure
from equitab.studies.dr_fairness_claims import JudgedClaim, corrupted_cells, judge_claims
from equitab.studies.dr_fairness_numbers import (
    ACCURACY,
    CALLED,
    CHOSEN,
    GAP,
    ArmNumber,
    Numbers,
    Way,
    numbers_frame,
    numbers_from_frame,
)
from equitab.studies.dr_fairness_page import study_page
from equitab.studies.dr_fairness_rows import StudyRows, corrupt_pool
from equitab.studies.dr_fairness_run import study_dr_fairness
from equitab.studies.mcrage_differences import Estimate

TINY = replace(
    QUICK,
    learners=(LOGISTIC,),
    generators=("independent_marginals",),
    ratio_settings=(*QUICK.ratio_settings, (ALWAYS, 0.5)),
    n_steps=30,
    n_pool=60,
    max_rows=600,
)


def rows(outcomes: list[int], groups: list[int]) -> StudyRows:
    """Return rows whose one feature is their place."""
    place = np.arange(len(outcomes))
    frame = frame_from_columns({"place": place})
    return StudyRows(frame, np.array(outcomes), np.array(groups), place[:, None].astype(float))


def number(arm: str, metric: str, value: float, **changes: Any) -> ArmNumber:
    """Return a number of a logistic head on Adult's test rows."""
    held = {"table": "adult", "learner": LOGISTIC, "generator": "", "setting": "", "stage": "test", "seed": 0}
    return ArmNumber(**{**held, "arm": arm, "metric": metric, "value": value, **changes})


def measured(arm: str, accuracy: float, gap: float, **changes: Any) -> list[ArmNumber]:
    """Return an arm that is as good on validation as on test rows, the same on three seeds but for a little."""
    return [
        number(arm, metric, value + 0.001 * seed * (metric == GAP), stage=stage, seed=seed, **changes)
        for metric, value in ((ACCURACY, accuracy), (GAP, gap), (CALLED, 0.2))
        for stage in ("validation", "test")
        for seed in range(3)
    ]


def some_numbers() -> Numbers:
    """Return plain training and learned ratios in four settings, of which one is fair and costs too much."""
    return Numbers(
        [
            *measured(PLAIN, 0.85, 0.09),
            *measured("fairbatch", 0.85, 0.07, setting="step, 0.005"),
            *measured("fairbatch", 0.85, 0.065, setting="step, 0.02"),
            *measured(RATIOS, 0.848, 0.03, setting="ours, 1"),
            *measured(RATIOS, 0.849, 0.05, setting="ours, 2"),
            *measured(RATIOS, 0.82, 0.001, setting="ours, 0.25"),
            *measured(RATIOS, 0.85, 0.002, setting="published, 20"),
        ],
        accuracy_loss=0.01,
    )


def test_gaps_and_accuracy_are_counted_right() -> None:
    """Four people of each group and outcome rates by hand."""
    truth = rows([1, 1, 0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1])
    predicted = np.array([1, 0, 0, 0, 1, 1, 1, 0], dtype=bool)
    assert measure(predicted, truth) == {
        "accuracy": 0.75,
        "called_favorable": 0.5,
        "equalized_odds_gap": 0.5,
        "tpr_gap": -0.5,
        "fpr_gap": -0.5,
    }


def test_a_corrupted_cell_holds_rows_of_the_other_outcome_and_nothing_else_changes() -> None:
    """Labels stay; only the people of one cell are exchanged, for people of the same group."""
    pool = rows([0, 0, 1, 1, 0, 1], [0, 0, 0, 0, 1, 1])
    spoiled = corrupt_pool(pool, outcome=1, group=0)
    assert spoiled.features[:, 0].tolist() == [0, 1, 0, 1, 4, 5]
    assert np.array_equal(spoiled.outcomes, pool.outcomes)


def test_the_setting_is_chosen_on_validation_rows_within_the_loss_of_accuracy() -> None:
    """The smallest weight that may be had, not the fairest, and no other form; without one, the most accurate."""
    numbers = some_numbers()
    way = Way(RATIOS, setting=CHOSEN)
    assert numbers.chosen_setting("adult", LOGISTIC, way, 0) == "ours, 1"
    assert numbers.value("adult", LOGISTIC, way, "test", GAP, 0) == 0.03
    assert numbers.chosen_setting("adult", LOGISTIC, Way("fairbatch", setting=CHOSEN), 0) == "step, 0.02"
    strict = Numbers(numbers.all, accuracy_loss=-0.1)
    assert strict.chosen_setting("adult", LOGISTIC, way, 0) == "ours, 2"


def test_test_rows_have_no_part_in_the_choice() -> None:
    """Whatever happens on test rows, the choice is the same."""
    numbers = some_numbers()
    turned = [replace(one, value=1 - one.value) if one.stage == "test" else one for one in numbers.all]
    other = Numbers(turned, accuracy_loss=0.01)
    way = Way(RATIOS, setting=CHOSEN)
    assert other.chosen_setting("adult", LOGISTIC, way, 1) == numbers.chosen_setting(
        "adult", LOGISTIC, way, 1
    )


def test_claims_are_differences_paired_by_seed() -> None:
    """Half of plain training's gap, accuracy within a point, a smaller gap than FairBatch's rule."""
    judged = {one.words: one for one in judge_claims(some_numbers())}
    halved = judged["real rows only: the gap is at most half of plain training's"]
    assert halved.found.mean == pytest.approx(0.03 + 0.001 - 0.5 * 0.091)
    assert judged["real rows only: accuracy falls by at most one point"].found.mean == pytest.approx(0.002)
    assert judged["real rows only: the gap is smaller than with FairBatch's rule"].verdict == "held"


@pytest.mark.parametrize(
    ("mean", "high", "verdict"),
    [(-0.02, -0.01, "held"), (-0.02, 0.01, "held on average"), (0.01, 0.02, "not held")],
)
def test_a_claim_is_held_with_its_whole_interval_or_on_average(
    mean: float, high: float, verdict: str
) -> None:
    """A mean alone is not enough for the strong word."""
    found = Estimate(mean, mean - 0.01, high, mean, mean, 0.5, 0.5, 0.1, 5)
    assert JudgedClaim("adult", LOGISTIC, "a claim", found, 0.0).verdict == verdict


def test_a_corrupted_cell_is_compared_with_the_same_cell_as_drawn() -> None:
    """Seed by seed, so that a rise can be counted."""
    place = {"stage": "ratios", "cell": "Female, favorable", "setting": "loss, 20"}
    held = [
        number(RATIOS, "real_share", value, generator=generator, seed=seed, **place)
        for generator, values in (("boosted_trees", (0.5, 0.6)), (CORRUPTED, (0.9, 0.55)))
        for seed, value in enumerate(values)
    ]
    (found,) = corrupted_cells(Numbers(held, accuracy_loss=0.01), "adult")
    assert (found.n_risen, found.n) == (1, 2)
    assert (found.clean, found.corrupted) == pytest.approx((0.55, 0.725))


def test_numbers_survive_a_file() -> None:
    """The frame holds everything."""
    numbers = some_numbers().all
    assert numbers_from_frame(numbers_frame(numbers)) == numbers


def test_the_page_says_what_was_found() -> None:
    """Verdicts, the chosen settings and the frontier stand on it."""
    page = study_page(some_numbers(), DrFairnessSettings(), ["COMPAS was left out."])
    text = str(page)
    assert "0.091 (accuracy 0.850) → 0.031 (accuracy 0.848)" in text
    assert "ours, 1 (3)" in text
    assert "COMPAS was left out." in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"generators": ("boosted_tree",)}, "did you mean 'boosted_trees'"),
        ({"learners": ()}, "learners of the study"),
        ({"n_seeds": 1}, "at least 2"),
        ({"ratio_settings": ()}, "ratio_settings"),
    ],
)
def test_settings_that_say_nothing_are_refused(changes: dict[str, Any], said: str) -> None:
    """Before anything is trained."""
    with pytest.raises(RecipeError, match=said):
        replace(QUICK, **changes)


def test_unknown_parts_and_missing_tables_are_refused(tmp_path: Path) -> None:
    """With the parts there are, and nothing written."""
    with pytest.raises(RecipeError, match="did you mean 'tables'"):
        study_dr_fairness(tmp_path / "study", part="table")  # type: ignore[arg-type]
    with pytest.raises(RecipeError, match="tables of the study"):
        study_dr_fairness(tmp_path / "study", quick=True, tables=["compas"])
    assert not (tmp_path / "study").exists()


@pytest.mark.slow
def test_the_whole_tables_part_runs_on_few_rows(tmp_path: Path) -> None:
    """Every arm is measured on both seeds; the folder is kept from being overwritten."""
    from equitab.studies.dr_fairness_tables import study_tables

    found = study_tables(tmp_path / "study", settings=TINY)
    assert {one.arm for one in found.numbers} == {*STRATEGIES, "reweighing"}
    assert {one.seed for one in found.numbers} == {0, 1}
    always = {one.generator for one in found.numbers if one.setting == f"{ALWAYS}, 0.5"}
    assert always == {"independent_marginals"}, "without a pool there is none to use"
    assert len(numbers_from_frame(read_table(tmp_path / "study" / "numbers.parquet"))) == len(found.numbers)
    assert "## Adult, men and women: every arm" in (tmp_path / "study" / "study.md").read_text(
        encoding="utf-8"
    )
    with pytest.raises(OutputExistsError):
        study_tables(tmp_path / "study", settings=TINY)
