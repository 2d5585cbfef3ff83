"""The augmentation study: its rows, its settings, and the whole of it on a cheap generator."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from equitab.dataframe import Frame, read_table
from equitab.errors import OutputExistsError, RecipeError, TableError
from equitab.schema import favorable
from equitab.studies import study_mostly
from equitab.studies.mostly import BALANCED, OVERSAMPLING, QUICK, MostlySettings, StudyRows
from equitab.studies.mostly_added_rows import Arm, amounts, make_arms
from equitab.studies.mostly_verdicts import gains_from_frame

SMALL = MostlySettings(
    shares=(0.05,),
    n_rows=400,
    multiples=(1, 2),
    generators=("independent_marginals", OVERSAMPLING),
    learners=("logistic_regression", "decision_tree"),
    n_seeds=2,
    n_replicates=50,
)
SMALLEST = replace(SMALL, learners=("decision_tree",), multiples=(1,))


@pytest.fixture(scope="module")
def adult() -> StudyRows:
    return StudyRows.read("adult", data=None, seed=0)


@pytest.fixture(scope="module")
def arms(adult: StudyRows) -> list[Arm]:
    real = adult.cut(0.05, 400, seed=1)
    return list(make_arms(real, adult.schema, SMALL, table="adult", seed=1))


def rare(frame: Frame, adult: StudyRows) -> int:
    return int(favorable(frame, adult.schema).sum())


def test_a_cut_has_the_share_that_was_asked_for_and_comes_from_training_rows(adult: StudyRows) -> None:
    """20 rare rows of 400; every one of them is a training row; another seed cuts others."""
    cut, other = adult.cut(0.05, 400, seed=1), adult.cut(0.05, 400, seed=2)
    assert (len(cut), rare(cut, adult)) == (400, 20)
    assert cut.to_native().equals(adult.cut(0.05, 400, seed=1).to_native())
    assert not cut.to_native().equals(other.to_native())
    weights = set(np.asarray(adult.frame["fnlwgt"].to_numpy())[adult.splits.train].tolist())
    assert set(cut["fnlwgt"].to_list()) <= weights


def test_more_rare_rows_than_there_are_is_refused(adult: StudyRows) -> None:
    """The message has the numbers."""
    with pytest.raises(TableError, match="rare rows of 'adult'"):
        adult.cut(0.49, 26_000, seed=0)


def test_every_amount_is_added_and_real_rows_stand_first(arms: list[Arm], adult: StudyRows) -> None:
    """Nothing, 1 and 2 times all rows, 1 and 2 times the rare ones, and as many as balance the outcomes."""
    real = arms[0].frame.to_native()
    found = {(arm.generator, arm.kind, arm.multiple): arm for arm in arms}
    assert found["", "none", "0"].n_added == 0
    for generator in SMALL.generators:
        added = {
            (kind, multiple): arm.n_added
            for (name, kind, multiple), arm in found.items()
            if name == generator
        }
        assert added == {
            ("as_table", "1"): 400,
            ("as_table", "2"): 800,
            ("rare", "1"): 20,
            ("rare", "2"): 40,
            ("rare", BALANCED): 360,
        }
    assert all(len(arm.frame) == 400 + arm.n_added for arm in arms)
    assert all(arm.frame.head(400).to_native().equals(real) for arm in arms)
    balanced = found[OVERSAMPLING, "rare", BALANCED].frame
    assert rare(balanced, adult) * 2 == len(balanced)


def test_rows_of_the_rare_outcome_have_it(arms: list[Arm], adult: StudyRows) -> None:
    """All of them, whoever drew them."""
    for arm in arms:
        if arm.kind == "rare":
            assert rare(arm.frame, adult) == 20 + arm.n_added


def test_rows_repeated_at_random_are_training_rows(arms: list[Arm]) -> None:
    """The control adds nothing that was not there."""
    real = set(map(str, arms[0].frame.to_native().to_pylist()))
    repeated = next(arm for arm in arms if arm.generator == OVERSAMPLING)
    assert set(map(str, repeated.frame.to_native().to_pylist())) <= real


def test_a_smaller_amount_is_the_beginning_of_a_larger_one(arms: list[Arm]) -> None:
    """So that amounts differ by their number only."""
    for generator in SMALL.generators:
        one, two = (arm for arm in arms if (arm.generator, arm.kind) == (generator, "as_table"))
        assert two.frame.head(len(one.frame)).to_native().equals(one.frame.to_native())


def test_amounts_of_a_table_that_is_nearly_balanced_are_never_negative() -> None:
    """499 rare rows of 1,000 need two more."""
    assert amounts(1000, 499, (1,), "rare") == {"1": 499, BALANCED: 2}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tables": ("adlt",)}, "did you mean 'adult'"),
        ({"learners": ("gradient_bosting",)}, "did you mean 'gradient_boosting'"),
        ({"shares": (0.6,)}, "below 0.5"),
        ({"n_rows": 100, "shares": (0.01,)}, "10 rare rows"),
        ({"n_seeds": 1}, "at least 2"),
        ({"multiples": ()}, "multiples"),
    ],
)
def test_settings_that_make_no_study_are_refused(changes: dict[str, object], message: str) -> None:
    """Before anything is read."""
    with pytest.raises(RecipeError, match=message):
        replace(QUICK, **changes)  # type: ignore[arg-type]


def test_a_table_that_is_not_packaged_needs_a_folder(tmp_path: Path) -> None:
    """None given, or the file is not in it: both say which file."""
    with pytest.raises(TableError, match="--data DIR"):
        StudyRows.read("bank_marketing", data=None, seed=0)
    with pytest.raises(TableError, match="bank_full"):
        StudyRows.read("bank_marketing", data=tmp_path, seed=0)


@pytest.mark.parametrize("name", ["bank_marketing", "credit_default"])
def test_the_other_tables_have_a_rare_outcome_and_no_leak(shared_data: Path, name: str) -> None:
    """Columns that say the answer are not among the features."""
    rows = StudyRows.read(name, data=shared_data, seed=0)
    assert rare(rows.cut(0.02, 1_000, seed=0), rows) == 20
    assert not {"duration", "ID"} & set(rows.frame.columns)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mostly") / "study"
    study_mostly(folder, settings=SMALLEST, seed=3, n_jobs=1)
    return folder


def test_every_arm_is_compared_with_nothing_added_and_with_the_control(finished: Path) -> None:
    """Two generators of three arms, thirteen measures; the control is not compared with itself."""
    gains = gains_from_frame(read_table(finished / "numbers.parquet"))
    plain = [one for one in gains if one.compared_with == "nothing added"]
    assert len(plain) == 2 * 3 * 13
    assert len(gains) - len(plain) == 3 * 13
    assert all(one.low <= one.gain <= one.high and one.n_seeds == 2 for one in gains)
    exact = {round(one.gain - (one.after - one.before), 9) for one in gains if one.metric == "auroc"}
    assert exact == {0.0}


def test_the_page_says_what_the_paper_claims_and_what_was_found(finished: Path) -> None:
    """In both forms; the figure has a line for each amount."""
    text, page = (finished / "study.md").read_text(), (finished / "report.html").read_text()
    assert "cannot get any smarter" in text
    assert "Against as many rows repeated at random" in text
    assert "| Learners of low capacity do not get smarter by more rows |" in text
    assert "decision tree (low capacity)" in text
    assert "Gain over nothing added" in page
    assert "does not know how to draw" not in page


def test_a_finished_study_is_not_written_over_and_resumes_at_once(finished: Path) -> None:
    """Its numbers are read back; other settings are no continuation."""
    with pytest.raises(OutputExistsError):
        study_mostly(finished, settings=SMALLEST, seed=3)
    again = study_mostly(finished, settings=SMALLEST, seed=3, resume=True)
    assert again.numbers == gains_from_frame(read_table(finished / "numbers.parquet"))
    assert str(finished) in again.summary


@pytest.mark.slow
def test_other_generators_take_the_place_of_those_of_the_settings(tmp_path: Path) -> None:
    """Rows repeated at random stay in as the control."""
    result = study_mostly(tmp_path / "study", settings=SMALLEST, generators=["smote"], seed=0, n_jobs=1)
    assert {one.generator for one in result.numbers} == {"smote", OVERSAMPLING}
