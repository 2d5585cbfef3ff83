"""The MCRAGE study: its splits, its arms, its arithmetic of differences, and the whole of it on few rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from equitab.dataframe import Frame, frame_from_columns, read_table
from equitab.errors import OutputExistsError, RecipeError, TableError
from equitab.schema import Column, SensitiveFeature, TableSchema
from equitab.studies import study_mcrage
from equitab.studies.mcrage import (
    ARMS,
    BALANCED,
    FOREST,
    FULL,
    IMBALANCED,
    QUICK,
    McrageSettings,
    TableSettings,
)
from equitab.studies.mcrage_arms import FAMILIES, Making, families, treat
from equitab.studies.mcrage_rows import judge_women, match_outcomes, measure_rare, rare_people
from equitab.studies.mcrage_scores import METRICS, counts, measure_scores
from equitab.studies.mcrage_tables import Split, StudyTable, readable_tables

SCHEMA = TableSchema(
    columns=(Column("AGE", "numeric"), Column("SEX", "categorical"), Column("SOURCE", "categorical")),
    target="SOURCE",
    favorable_outcome=("in",),
    sensitive_features=(SensitiveFeature("SEX", reference="M"),),
)
SMALL = McrageSettings(
    patients=None,
    adult=TableSettings(
        2,
        (IMBALANCED, "smote", "random_undersampling", "reweighing"),
        ("logistic_regression",),
        max_rows=1_500,
        max_growth=3.0,
    ),
    compas=None,
)


def _people(n_few: int = 12, n_many: int = 60, *, start: float = 0.0) -> Frame:
    """Return people of both sexes; every third is inpatient."""
    n_rows = n_few + n_many
    return frame_from_columns(
        {
            "AGE": [start + 0.5 * place for place in range(n_rows)],
            "SEX": ["F"] * n_few + ["M"] * n_many,
            "SOURCE": ["in" if place % 3 == 0 else "out" for place in range(n_rows)],
        }
    )


@pytest.fixture(scope="module")
def split() -> Split:
    training, test = _people(), _people(30, 30, start=0.25)
    unseen = _people(30, 0, start=0.125)
    return Split("patients", 0, 0, SCHEMA, training, _people(42, 60), unseen, test, test)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_splits": 1}, "at least 2 splits"),
        ({"arms": (IMBALANCED, "smotte")}, "did you mean 'smote'"),
        ({"arms": ("smote",)}, "imbalanced"),
        ({"learners": ("random_forrest",)}, "did you mean 'random_forest'"),
        ({"learners": ()}, "at least one learner"),
    ],
)
def test_settings_that_make_no_study_are_refused(changes: dict[str, object], message: str) -> None:
    """Before anything is read."""
    assert SMALL.adult is not None
    with pytest.raises(RecipeError, match=message):
        replace(SMALL, adult=replace(SMALL.adult, **changes))  # type: ignore[arg-type]


def test_a_study_without_tables_is_refused() -> None:
    """Nothing would be measured."""
    with pytest.raises(RecipeError, match="tables of the study"):
        SMALL.without(["adult"])


def test_every_arm_belongs_to_one_family() -> None:
    """No arm is forgotten, and none is made twice."""
    listed = [arm for family in FAMILIES for arm in family]
    assert sorted(listed) == sorted(ARMS)
    assert sorted(arm for family in families(ARMS) for arm in family) == sorted(ARMS)


def test_the_whole_study_has_every_control_of_the_patients() -> None:
    """Twenty splits, and three learners with the paper's forest first."""
    assert FULL.patients is not None
    assert FULL.patients.n_splits == 20
    assert FULL.patients.arms == tuple(ARMS)
    assert FULL.patients.learners[0] == FOREST


def test_patients_need_a_folder(tmp_path: Path) -> None:
    """The message names the file."""
    assert readable_tables(None) == ("adult",)
    assert readable_tables(tmp_path) == ("adult",)
    with pytest.raises(TableError, match=r"patient_treatment\.parquet"):
        StudyTable.read("patients", data=tmp_path)


def test_patients_are_split_as_in_the_paper(shared_data: Path) -> None:
    """Equal sexes in test and complete rows; a tenth of the women in training and validation rows."""
    table = StudyTable.read("patients", data=shared_data)
    first, second = (table.split(number, seed=0) for number in (0, 1))
    sexes = {
        name: Counter(getattr(first, name)["SEX"].to_list()) for name in ("test", "complete", "training")
    }
    assert sexes["test"]["F"] / len(first.test) == pytest.approx(0.5, abs=0.002)
    assert sexes["complete"]["F"] / sexes["complete"]["M"] == pytest.approx(1.0, abs=0.01)
    assert sexes["training"]["F"] == round(0.1 * sexes["complete"]["F"])
    assert sexes["training"]["M"] == sexes["complete"]["M"]
    assert len(first.unseen) == len(first.complete) - len(first.training)
    assert len(first.test) + len(first.complete) + len(first.validation) < 4_244
    assert set(first.training.iter_rows()).isdisjoint(first.test.iter_rows())
    assert set(first.training.iter_rows()) != set(second.training.iter_rows())
    assert list(first.training.iter_rows()) == list(table.split(0, seed=0).training.iter_rows())


def test_adult_keeps_its_test_rows_and_compas_its_filter(shared_data: Path) -> None:
    """26,048 / 6,513 / 16,281, and 6,172 people."""
    held = StudyTable.read("adult", data=None).split(1, seed=0)
    assert (len(held.training), len(held.validation), len(held.test)) == (26_048, 6_513, 16_281)
    compas = StudyTable.read("compas", data=shared_data)
    assert len(compas.frame) == 6_172
    assert "score_text" not in compas.schema.modeled_columns
    assert len(StudyTable.read("adult", data=None).split(0, seed=0, max_rows=500).training) == 500


def test_arms_fill_cells_from_the_same_rows(split: Split) -> None:
    """Oversampling and SMOTE fill every cell; undersampling empties to the smallest; weights leave rows alone."""
    cells = Counter(zip(split.training["SEX"].to_list(), split.training["SOURCE"].to_list(), strict=True))
    for arm in ("smote", "random_oversampling"):
        made = treat(split, [arm], Making())[0]
        held = Counter(zip(made.frame["SEX"].to_list(), made.frame["SOURCE"].to_list(), strict=True))
        assert set(held.values()) == {max(cells.values())}
        assert made.added is not None
        assert len(made.frame) == len(split.training) + len(made.added)
    fewer = treat(split, ["random_undersampling"], Making())[0].frame
    held = Counter(zip(fewer["SEX"].to_list(), fewer["SOURCE"].to_list(), strict=True))
    assert set(held.values()) == {min(cells.values())}
    weighed = treat(split, ["reweighing"], Making())[0]
    assert weighed.weights is not None
    assert weighed.weights.sum() == pytest.approx(len(split.training))


def test_a_bound_on_growth_is_kept(split: Split) -> None:
    """No cell is more than doubled."""
    made = treat(split, ["smote"], Making(max_growth=2.0))[0]
    before = Counter(zip(split.training["SEX"].to_list(), split.training["SOURCE"].to_list(), strict=True))
    after = Counter(zip(made.frame["SEX"].to_list(), made.frame["SOURCE"].to_list(), strict=True))
    assert all(after[cell] <= 2 * before[cell] for cell in before)


def test_metrics_by_hand() -> None:
    """Eight people: women's rates and areas are their own."""
    truth = np.array([True, True, False, False, True, True, False, False])
    group = np.array(["F"] * 4 + ["M"] * 4)
    found = measure_scores(np.array([0.9, 0.2, 0.6, 0.1, 0.8, 0.7, 0.3, 0.2]), truth, group)
    assert set(found) == set(METRICS)
    assert found["accuracy"] == 0.75
    assert found["auroc_few"] == 0.75
    assert found["auroc_many"] == 1.0
    assert found["tpr_gap"] == -0.5
    assert found["parity_gap"] == 0.0
    assert found["f1"] == found["f1_weighted"] == 0.75
    assert counts(truth, ~truth).tolist() == [[0, 4], [4, 0]]


def test_the_smallest_groups_are_measured_apart() -> None:
    """Recall of nobody is not defined."""
    truth, rare = np.array([True, False, True, False]), np.array([False, True, False, True])
    found = measure_rare(np.array([0.9, 0.7, 0.8, 0.1]), truth, rare)
    assert np.isnan(found["recall_rare"])
    assert found["precision_rare"] == 0.0
    assert found["accuracy"] == 0.75
    assert found["accuracy_rare"] == 0.5


def test_people_of_groups_with_a_small_cell_are_the_smallest_groups(split: Split) -> None:
    """All have fewer than 100 rows here."""
    assert rare_people(split).all()


def test_women_that_were_drawn_far_away_are_told_apart(split: Split) -> None:
    """Copies of unseen women are not; those of training rows are counted as copies."""
    copied = treat(split, ["random_oversampling"], Making())[0]
    found = judge_women(copied, split)
    assert found["copies"] == 1.0
    same = judge_women(replace(copied, added=split.unseen), split)
    away = judge_women(replace(copied, added=_people(30, 0, start=500.0)), split)
    assert same["column_distance"] == 0.0
    assert away["column_distance"] == 1.0
    assert same["detection"] < away["detection"]
    assert set(judge_women(replace(copied, added=None, arm=IMBALANCED), split)) == {"column_distance"}
    assert judge_women(replace(copied, added=None), split) == {}


def test_drawn_and_real_rows_have_the_same_outcomes_before_they_are_told_apart(split: Split) -> None:
    """Otherwise a detector would tell the plan, not the rows."""
    drawn, real = match_outcomes(_people(40, 0), _people(15, 0), split, seed=0)
    assert Counter(drawn["SOURCE"].to_list()) == Counter(real["SOURCE"].to_list())


@pytest.mark.slow
def test_the_study_without_a_folder_says_what_was_left_out(tmp_path: Path) -> None:
    """Adult only: models and drawn rows of the smallest cells, no claim of the paper."""
    folder = tmp_path / "study"
    wanted = replace(SMALL, patients=QUICK.patients)
    result = study_mcrage(folder, settings=wanted, seed=1, n_jobs=1)
    assert "not judged" in result.summary
    text = (folder / "study.md").read_text()
    assert "The table 'patients' was left out" in text
    assert "## Adult: sex, race and income" in text
    arms = {one.arm for one in result.numbers}
    assert arms >= {"smote", "random_undersampling", "reweighing"}
    assert BALANCED not in arms
    again = study_mcrage(folder, settings=wanted, seed=1, resume=True)
    assert again.numbers == result.numbers
    with pytest.raises(OutputExistsError):
        study_mcrage(folder, settings=wanted, seed=1)


@pytest.mark.slow
def test_the_study_of_patients_judges_the_paper(tmp_path: Path, shared_data: Path) -> None:
    """Two splits, a few training steps: every claim has a verdict, pictures and draws are there."""
    pytest.importorskip("torch")
    settings = McrageSettings(
        patients=TableSettings(2, (IMBALANCED, BALANCED, "smote", "guided"), (FOREST,)),
        adult=None,
        compas=None,
        n_steps=40,
        n_density_draws=50,
        plane="pca",  # UMAP is compiled for most of a minute, and tested elsewhere
    )
    folder = tmp_path / "study"
    result = study_mcrage(folder, settings=settings, data=shared_data, seed=0, n_jobs=1)
    assert "Of the paper's" in result.summary
    assert len(read_table(folder / "draws.parquet")) == 4 * 50
    page = (folder / "report.html").read_text()
    assert "0.672" in page
    assert "does not know how to draw" not in page
    assert "MCHC" in page
