"""The Maghool study: its employees, its folds, its gaps, and the whole of it on people who were made up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equitab.dataframe import Frame, as_frame, frame_from_columns, read_table, take_rows, write_table
from equitab.errors import OutputExistsError, RecipeError, TableError
from equitab.evaluation import Learner
from equitab.studies import maghool_figures, maghool_folds, maghool_measure, study_maghool
from equitab.studies.maghool import (
    BEFORE_FOLDS,
    BOOSTING,
    FOREST,
    FULL,
    LEARNERS,
    ORIGINAL,
    QUICK,
    REPRESENTATIONS,
    TRAINING_ONLY,
    TREATMENTS,
    WITH_TITLES,
    WITHOUT_TITLES,
    XGBOOST,
    MaghoolSettings,
    PeopleSettings,
    TreatedSettings,
)
from equitab.studies.maghool_arms import represent, treat
from equitab.studies.maghool_complexity import measured_change
from equitab.studies.maghool_folds import deal, known_learners, score_fold, weighted_f1
from equitab.studies.maghool_gaps import Draws, Judges, measure_arm, middle
from equitab.studies.maghool_people import (
    FILE,
    LEFT_OUT,
    LEVEL,
    PAY,
    TITLES,
    People,
    automatic_bins,
    has_people,
)

SMALL = MaghoolSettings(
    people=PeopleSettings(2, 1, 1, 1, (WITHOUT_TITLES,), 3), adult=None, compas=None, n_replicates=20
)


def _employees(n_rows: int = 60, *, seed: int = 0) -> Frame:
    """Return employees who were made up, written as untidily as the published ones."""
    rng = np.random.default_rng(seed)

    def drawn(*values: str) -> list[str]:
        return [str(value) for value in rng.choice(values, n_rows)]

    pay = np.round(
        np.where(rng.random(n_rows) < 0.4, rng.normal(55, 4, n_rows), rng.normal(20, 3, n_rows)), 2
    )
    positions = ["Area Manager" if held > 40 else "Technician " for held in pay]
    sexes = drawn("Male", "Female")
    return frame_from_columns(
        {
            "Employee Name": [f"Person {place}" for place in range(n_rows)],
            "Employee Number": [1, *range(1, n_rows)],
            "State": ["MA"] * n_rows,
            "Zip": list(range(n_rows)),
            "DOB": ["1/1/1980"] * n_rows,
            "Age": [int(age) for age in rng.integers(25, 60, n_rows)],
            "Sex": ["male", *sexes[1:]],
            "MaritalDesc": drawn("Single", "Married"),
            "CitizenDesc": drawn("US Citizen", "Non-Citizen"),
            "Hispanic/Latino": ["no", "yes", *drawn("No", "No", "Yes")[2:]],
            "RaceDesc": drawn("White", "Asian"),
            "Date of Hire": ["1/1/2010"] * n_rows,
            "Date of Termination": ["1/1/2012"] * n_rows,
            "Reason For Term": ["hours"] * n_rows,
            "Employment Status": drawn("Active", "Leave of Absence"),
            "Department": drawn("Production       ", "Sales"),
            "Position": positions,
            PAY: pay.tolist(),
            "Manager Name": ["A Manager"] * n_rows,
            "Employee Source": drawn("Referral", "Billboard"),
            "Performance Score": drawn("Fully Meets", "Exceeds"),
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of data with employees who were made up."""
    place = tmp_path / "data" / FILE
    place.parent.mkdir(parents=True)
    write_table(_employees(), place)
    return tmp_path / "data"


@pytest.fixture
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learners of three trees: fast."""
    small = {
        FOREST: Learner(FOREST, "sklearn.ensemble.RandomForestClassifier", {"n_estimators": 3}, "ordinal"),
        XGBOOST: Learner(XGBOOST, "sklearn.tree.DecisionTreeClassifier", {"max_depth": 3}, "ordinal"),
        BOOSTING: Learner(BOOSTING, "sklearn.tree.DecisionTreeClassifier", {"max_depth": 3}, "ordinal"),
    }
    monkeypatch.setattr(maghool_folds, "LEARNERS", small)
    monkeypatch.setattr(maghool_measure, "LEARNERS", small)


def test_settings_that_make_no_study_are_refused() -> None:
    """All that is wrong at once, before anything is read."""
    with pytest.raises(RecipeError, match="did you mean 'network_by_group'"):
        MaghoolSettings(adult=TreatedSettings(arms=(ORIGINAL, "network_by_groups")))
    with pytest.raises(RecipeError, match="which others are compared with"):
        MaghoolSettings(compas=TreatedSettings(arms=("network",)))
    with pytest.raises(RecipeError, match="at least 3"):
        replace(SMALL, people=PeopleSettings(n_halves=2))
    with pytest.raises(RecipeError, match="dealt at least once"):
        replace(SMALL, people=PeopleSettings(n_repeats=0))
    with pytest.raises(RecipeError, match="n_replicates"):
        replace(SMALL, n_replicates=5)
    with pytest.raises(RecipeError, match="tables of the study"):
        SMALL.without(["people"])


def test_the_whole_study_is_the_papers_and_the_quick_one_has_every_part() -> None:
    """Ten folds, five representations of which the augmented one twice, and both further tables."""
    assert FULL.tables == QUICK.tables == ("people", "adult", "compas")
    assert FULL.people is not None
    assert FULL.people.n_folds == 10
    assert len(REPRESENTATIONS) == 6
    assert FULL.adult is not None
    assert FULL.adult.arms == tuple(TREATMENTS)
    assert FULL.adult.max_rows is None


def test_without_the_folder_the_study_says_which_file_it_needs(tmp_path: Path) -> None:
    """The message names the file and the option; a study of nothing else is refused."""
    assert not has_people(None)
    assert not has_people(tmp_path)
    with pytest.raises(TableError, match=r"hr_core_301\.parquet.*--data DIR"):
        People.read(tmp_path)
    with pytest.raises(RecipeError, match="need --data DIR"):
        study_maghool(tmp_path / "study", settings=SMALL)


def test_employees_are_cleaned_and_what_names_them_is_left_out() -> None:
    """One way of writing a word, no padding, and the remarks count what was changed."""
    people = People.clean(_employees())
    assert set(people.frame["Sex"].to_list()) == {"Male", "Female"}
    assert set(people.frame["Hispanic/Latino"].to_list()) == {"Yes", "No"}
    assert set(people.frame["Department"].to_list()) == {"Production", "Sales"}
    assert "3 were written as the others are" in people.remarks[0]
    assert "1 employee number is used twice" in people.remarks[1]
    assert set(LEFT_OUT).isdisjoint(people.frame.columns)
    frame, schema = people.with_levels(people.two_levels(), WITHOUT_TITLES)
    assert set(TITLES).isdisjoint(frame.columns)
    assert schema.target == LEVEL
    assert PAY not in frame.columns


def test_the_privileged_are_men_of_40_or_younger() -> None:
    """A man of 40 is, a man of 41 is not, no woman is."""
    rows = _employees(4)
    held = {name: rows[name].to_list() for name in rows.columns}
    held |= {"Sex": ["Male", "male", "Female", "Female"], "Age": [40, 41, 40, 41]}
    assert People.clean(frame_from_columns(held)).group.tolist() == [0, 1, 1, 1]


def test_automatic_bins_hold_enough_people_and_everybody() -> None:
    """For any pay: no bin under the least number, nobody outside, ends kept."""
    rng = np.random.default_rng(1)
    for values in (rng.exponential(10, 200), rng.normal(0, 1, 40), np.array([1.0, 2.0] * 8), np.ones(30)):
        edges = automatic_bins(values, least=10)
        counts = np.histogram(values, edges)[0]
        assert counts.sum() == len(values)
        assert len(counts) == 1 or counts.min() >= 10
        assert edges[0] <= values.min() <= values.max() <= edges[-1]


def test_folds_hold_no_synthetic_row_in_tests_and_no_test_row_in_training() -> None:
    """Over all folds every real row is a test row once, and generators are given the others only."""
    people = People.clean(_employees())
    frame, schema = people.with_levels(people.two_levels(), WITH_TITLES)
    numbered = frame_from_columns(
        {**{name: frame[name].to_list() for name in frame.columns}, "Age": range(60)}
    )
    folds = deal(numbered, schema, repeat=1, seed=3, n_folds=5)
    tested = [age for fold in folds for age in fold.test["Age"].to_list()]
    assert sorted(tested) == list(range(60))
    for fold in folds:
        trained = fold.training["Age"].to_list()
        assert set(trained).isdisjoint(fold.test["Age"].to_list())
        assert len(trained) + len(fold.test) == 60
        assert list(fold.test.iter_rows()) == list(take_rows(numbered, fold.positions).iter_rows())


@pytest.mark.usefixtures("few_trees")
def test_every_representation_is_made_of_the_training_rows_it_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is scored is a fold's test rows; what is represented is its training rows, and nothing else."""
    people = People.clean(_employees())
    frame, schema = people.with_levels(people.two_levels(), WITH_TITLES)
    fold = deal(frame, schema, repeat=0, seed=0, n_folds=3)[0]
    seen: list[Frame] = []

    def spied(training: Frame, *values: Any, **named: Any) -> Frame:
        seen.append(training)
        return represent(training, *values, **named)

    monkeypatch.setattr(maghool_folds, "represent", spied)
    found = score_fold(fold, schema, tuple(REPRESENTATIONS), (FOREST,))
    assert all(rows is fold.training for rows in seen)
    assert len(seen) == len(REPRESENTATIONS)
    assert {one.form for one in found} == {TRAINING_ONLY}
    assert all(0 <= one.value <= 1 for one in found)


def test_representations_keep_the_real_rows_and_add_what_they_say() -> None:
    """Balanced columns are balanced, networks double the rows, and the first rows are the real ones."""
    people = People.clean(_employees())
    frame, schema = people.with_levels(people.two_levels(), WITH_TITLES)
    balanced = {"balanced_classes": LEVEL, "balanced_gender": "Sex", "balanced_ethnicity": "Hispanic/Latino"}
    for name in REPRESENTATIONS:
        rows = represent(frame, schema, name, seed=0)
        assert list(rows.head(60).iter_rows()) == list(frame.iter_rows())
        if name in balanced:
            _, counts = np.unique(rows[balanced[name]].to_list(), return_counts=True)
            assert counts.min() == counts.max()
        elif name != ORIGINAL:
            assert len(rows) == 120
        again = represent(frame, schema, name, seed=0)
        assert list(again.iter_rows()) == list(rows.iter_rows())


def test_weighted_f1_is_that_of_scikit_learn() -> None:
    """Also where a class is never predicted."""
    from sklearn.metrics import f1_score

    rng = np.random.default_rng(0)
    truth, predicted = rng.choice(["a", "b", "c"], 50), rng.choice(["a", "b"], 50)
    expected = f1_score(truth, predicted, average="weighted", zero_division=0)
    assert weighted_f1(truth, predicted) == pytest.approx(expected)


def test_gaps_by_hand() -> None:
    """Ten people, two repeats: rates are means over repeats, gaps those of the second group less the first."""
    truth = np.array([True, True, False, False, False, True, True, True, True, False])
    group = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    first = np.array([0.9, 0.1, 0.8, 0.1, 0.2, 0.9, 0.9, 0.9, 0.1, 0.7])
    second = np.array([0.9, 0.9, 0.1, 0.1, 0.2, 0.9, 0.9, 0.1, 0.1, 0.7])
    judges = Judges(truth, group)
    held = measure_arm(np.column_stack([first, second]), judges, Draws.make(10, 2, 20, seed=0))
    found = {name: float(values[0]) for name, values in held.items()}
    assert found["tpr_reference"] == pytest.approx(0.75)  # 1 of 2, then 2 of 2
    assert found["tpr_other"] == pytest.approx(0.625)  # 3 of 4, then 2 of 4
    assert found["fpr_reference"] == pytest.approx(1 / 6)  # 1 of 3, then 0 of 3
    assert found["fpr_other"] == pytest.approx(1.0)
    assert found["tpr_gap"] == pytest.approx(-0.125)
    assert found["fpr_gap"] == pytest.approx(5 / 6)
    assert found["tpr_gap_size"] == pytest.approx(0.125)
    assert found["odds_gap"] == pytest.approx(5 / 6)
    assert found["accuracy"] == pytest.approx((6 + 7) / 20)


def test_people_of_neither_group_count_for_accuracy_alone() -> None:
    """Gaps do not move when a third group changes."""
    truth = np.array([True, False, True, False, True, False])
    judges = Judges(truth, np.array([0, 0, 1, 1, -1, -1]))
    draws = Draws.make(6, 1, 20, seed=0)
    right, wrong = np.array([[0.9, 0.1, 0.9, 0.1, 0.9, 0.1]]).T, np.array([[0.9, 0.1, 0.9, 0.1, 0.1, 0.9]]).T
    good, bad = (measure_arm(score, judges, draws) for score in (right, wrong))
    assert good["odds_gap"][0] == bad["odds_gap"][0] == 0.0
    assert good["accuracy"][0] == 1.0
    assert bad["accuracy"][0] == pytest.approx(4 / 6)


def test_a_group_without_anybody_to_say_has_no_rate() -> None:
    """Undefined, not 0, and without an interval."""
    judges = Judges(np.array([True, True, False, False]), np.array([0, 0, 1, 1]))
    found = measure_arm(np.full((4, 1), 0.9), judges, Draws.make(4, 1, 50, seed=0))
    assert middle(found["tpr_gap"]).value is None
    assert middle(found["tpr_reference"]).value == 1.0


def test_a_draw_counts_people_and_repeats() -> None:
    """Every draw has as many people, its weights of repeats sum to 1, and the first is everybody once."""
    draws = Draws.make(30, 3, 25, seed=1)
    assert (draws.people.sum(axis=1) == 30).all()
    assert np.allclose(draws.repeats.sum(axis=1), 1)
    assert (draws.people[0] == 1).all()
    assert np.allclose(draws.repeats[0], 1 / 3)


def test_complexity_is_compared_by_as_many_rows() -> None:
    """Density and dimensions of a table that was not grown do not change."""
    people = People.clean(_employees())
    frame, schema = people.with_levels(people.two_levels(), WITHOUT_TITLES)
    found = measured_change(frame, schema, ORIGINAL, seed=0)
    assert all(before == after for before, after in found.values())


def test_treatments_of_a_table_keep_its_rows_and_its_columns() -> None:
    """Each grows the training rows; equal rates are equal afterwards."""
    people = People.clean(_employees(200))
    frame, schema = people.with_levels(people.two_levels(), WITHOUT_TITLES)
    arms = (ORIGINAL, "network", "network_by_group", "network_equal_rates")
    tables = treat(frame, schema, arms, feature="Sex", seed=0)
    assert list(tables) == list(arms)
    for arm, rows in tables.items():
        assert rows.columns == frame.columns
        assert list(rows.head(200).iter_rows()) == list(frame.iter_rows())
        assert len(rows) == {"network": 400, "network_by_group": 400, ORIGINAL: 200}.get(arm, len(rows))
    high = np.array(tables["network_equal_rates"][LEVEL].to_list()) == "high"
    is_man = np.array(tables["network_equal_rates"]["Sex"].to_list()) == "Male"
    assert high[is_man].mean() == pytest.approx(high[~is_man].mean(), abs=0.01)


def test_a_learner_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The forest stays."""
    monkeypatch.setattr(maghool_folds.importlib.util, "find_spec", lambda _: None)
    assert known_learners((FOREST, XGBOOST)) == (FOREST,)


@pytest.mark.slow
@pytest.mark.usefixtures("few_trees")
def test_the_whole_study_of_made_up_people(folder: Path, tmp_path: Path) -> None:
    """Every part has numbers, every claim a verdict, a finished study is read back, and COMPAS is missed by name."""
    place = tmp_path / "study"
    settings = replace(SMALL, compas=TreatedSettings(n_repeats=1))
    result = study_maghool(place, settings=settings, data=folder, n_jobs=1)
    assert {one.part for one in result.numbers} == {"table 1", "table 2", "figure 3", "complexity"}
    assert {one.form for one in result.numbers if one.part == "table 1"} == {TRAINING_ONLY, BEFORE_FOLDS}
    assert all(one.low <= one.value <= one.high for one in result.numbers if one.low is not None)
    assert "claims about the employees" in result.summary
    text = (place / "study.md").read_text()
    assert "The table 'compas' was left out" in text
    assert "## Table 2: rates and gaps of two groups" in text
    assert "from 0.018 to 0.180, 10 times as large" in text
    assert "does not know how to draw" not in (place / "report.html").read_text()
    assert len(read_table(place / "measurements.parquet")) == len(result.numbers)
    again = study_maghool(place, settings=settings, data=folder, resume=True)
    assert again.numbers == result.numbers
    with pytest.raises(OutputExistsError):
        study_maghool(place, settings=settings, data=folder)


@pytest.mark.slow
def test_the_real_employees_are_those_of_the_paper(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """301 people, 82 of them privileged, seven levels of pay; SMOTE before the folds gives what the paper prints."""
    people = People.read(shared_data)
    assert len(people.frame) == 301
    assert int((people.group == 0).sum()) == 82
    levels, counts = np.unique(people.many_levels(), return_counts=True)
    assert len(levels) == 7
    assert counts.min() == 10
    assert people.two_levels().count("high") == 71
    frame, schema = people.with_levels(people.many_levels(), WITH_TITLES)
    forest = replace(LEARNERS[FOREST], parameters={"n_estimators": 30})
    monkeypatch.setattr(maghool_folds, "LEARNERS", {FOREST: forest})
    found = maghool_folds.score_leaking(
        frame, schema, "balanced_classes", (FOREST,), repeat=0, seed=0, n_folds=10
    )
    leaking = float(np.mean([one.value for one in found]))
    assert leaking == pytest.approx(0.842, abs=0.06)
    folds = deal(frame, schema, repeat=0, seed=0, n_folds=10)
    sound = [score_fold(fold, schema, ("balanced_classes",), (FOREST,))[0].value for fold in folds]
    assert float(np.mean(sound)) < leaking - 0.1


@pytest.mark.slow
@pytest.mark.usefixtures("few_trees")
def test_adult_and_compas_are_judged_on_real_rows(tmp_path: Path, shared_data: Path) -> None:
    """16,281 test rows of Adult, everybody of COMPAS once; a treatment's difference is that of its values."""
    held = TreatedSettings(1, 400, (ORIGINAL, "network_by_group"), (BOOSTING,))
    settings = MaghoolSettings(people=None, adult=held, compas=held, n_replicates=20)
    result = study_maghool(tmp_path / "study", settings=settings, data=shared_data, n_jobs=1)
    assert {one.n for one in result.numbers if one.part == "adult"} == {16_281}
    assert {one.n for one in result.numbers if one.part == "compas"} == {400}
    assert "not judged" in result.summary
    values = {
        (one.part, one.arm, one.control): one.value for one in result.numbers if one.metric == "accuracy"
    }
    for part in ("adult", "compas"):
        step = values[part, "network_by_group", ""] - values[part, ORIGINAL, ""]
        assert values[part, "network_by_group", ORIGINAL] == pytest.approx(step)
    assert as_frame(read_table(tmp_path / "study" / "measurements.parquet")).columns[0] == "part"


def test_every_arm_has_a_short_name_for_charts() -> None:
    """One that was forgotten would stop the page at its end."""
    assert set(maghool_figures._SHORT) == {*REPRESENTATIONS, *TREATMENTS}
    assert max(map(len, maghool_figures._SHORT.values())) <= 22
