"""TabDDPM under fairness constraints: through the outcome model, at sampling and in training."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from equitab.errors import ConstraintError, SavedFormatError
from equitab.generators import load_generator
from equitab.generators.diffusion import PRESETS, TabDDPM
from equitab.schema import Column, FairnessConstraint, SensitiveFeature, TableSchema

TINY = replace(
    PRESETS["fast"], n_steps=60, batch_size=128, width=32, n_blocks=1, n_numeric_steps=3, warmup_steps=10
)
PARITY = FairnessConstraint(aim="table", tolerance=0.02)
TRAINED = FairnessConstraint(places=("training",))


def people(n_rows: int = 1500) -> pd.DataFrame:
    random = np.random.default_rng(0)
    sex, age = random.choice(["F", "M"], n_rows), random.integers(18, 70, n_rows)
    chance = np.where(sex == "M", 0.6, 0.2) + (age - 44) / 150
    return pd.DataFrame(
        {"age": age, "sex": sex, "hired": np.where(random.random(n_rows) < chance, "yes", "no")}
    )


SCHEMA = TableSchema(
    (Column("age", "integer"), Column("sex", "categorical"), Column("hired", "categorical")),
    "hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex"),),
)


@pytest.fixture(scope="module")
def fitted() -> TabDDPM:
    return TabDDPM(TINY).fit(people(), SCHEMA, condition_on=["sex", "hired"], seed=0)


@pytest.fixture(scope="module")
def trained() -> TabDDPM:
    return TabDDPM(TINY).fit(people(), SCHEMA, condition_on=["sex", "hired"], constraints=(TRAINED,), seed=0)


def gap(rows: pd.DataFrame) -> float:
    rates = (rows["hired"] == "yes").groupby(rows["sex"]).mean()
    return float(rates["M"] - rates["F"])


def test_at_sampling_the_groups_meet_and_all_else_stays(fitted: TabDDPM) -> None:
    plain = fitted.sample(3000, seed=1)
    fair = fitted.sample(3000, constraints=(PARITY,), seed=1)
    assert gap(plain) > 0.25
    assert abs(gap(fair)) < 0.05
    pd.testing.assert_frame_equal(fair[["age", "sex"]], plain[["age", "sex"]])
    assert (fair["hired"] == "yes").mean() == pytest.approx((plain["hired"] == "yes").mean(), abs=0.03)


def test_a_draft_is_the_sample_and_its_table_the_constrained_one(fitted: TabDDPM) -> None:
    draft = fitted.draft(400, seed=3)
    assert draft.probability.shape == (400,)
    pd.testing.assert_frame_equal(fitted.template_.restore(draft.frame), fitted.sample(400, seed=3))
    labelled = draft.table((PARITY,))
    constrained = fitted.sample(400, constraints=(PARITY,), seed=3)
    pd.testing.assert_frame_equal(fitted.template_.restore(labelled.frame), constrained)
    changed = (labelled.frame["hired"].to_numpy() != draft.frame["hired"].to_numpy()).mean()
    assert labelled.share_changed == pytest.approx(changed)
    assert 0 < changed < 0.4


def test_in_training_outcomes_come_from_the_penalised_outcome_model(
    trained: TabDDPM, fitted: TabDDPM
) -> None:
    # Three standard deviations of the difference of two rates of half of the rows, and what the penalty leaves.
    assert abs(gap(trained.sample(3000, seed=1))) < 3 * np.sqrt(0.25 * 4 / 3000) + 0.03
    assert gap(fitted.sample(3000, seed=1)) > 0.25
    assert trained.record_["constraints"] == [{"criterion": "demographic_parity", "places": ["training"]}]
    assert fitted.record_["constraints"] == []


def test_an_outcome_that_is_given_stays_as_given(trained: TabDDPM) -> None:
    assert (trained.sample(50, given={"hired": "yes"}, seed=1)["hired"] == "yes").all()


def test_groups_that_are_too_small_for_training_are_named() -> None:
    table = people(200)
    table.loc[:9, "sex"] = "X"
    generator = TabDDPM(TINY).fit(table, SCHEMA, constraints=(TRAINED,), seed=0)
    assert any("take no part: X" in remark for remark in generator.remarks_)


def test_a_saved_generator_honours_constraints_as_before(
    fitted: TabDDPM, trained: TabDDPM, tmp_path: Path
) -> None:
    for place, generator in enumerate((fitted, trained)):
        generator.save(tmp_path / str(place))
        loaded = load_generator(tmp_path / str(place))
        pd.testing.assert_frame_equal(loaded.sample(200, seed=2), generator.sample(200, seed=2))
        pd.testing.assert_frame_equal(
            loaded.sample(200, constraints=(PARITY,), seed=2),
            generator.sample(200, constraints=(PARITY,), seed=2),
        )


def test_a_folder_of_an_earlier_release_draws_rows_but_refuses_constraints(
    fitted: TabDDPM, tmp_path: Path
) -> None:
    fitted.save(tmp_path / "old")
    description = tmp_path / "old" / "generator.json"
    data = json.loads(description.read_text())
    for name in ("form", "outcome_model", "is_penalised"):
        del data["details"][name]
    for name in ("arrays.npz", "trees.txt"):
        del data["files"][name]
        (tmp_path / "old" / name).unlink()
    description.write_text(json.dumps(data))
    loaded = TabDDPM.load(tmp_path / "old")
    pd.testing.assert_frame_equal(loaded.sample(20, seed=1), fitted.sample(20, seed=1))
    with pytest.raises(ConstraintError, match="earlier release saved without"):
        loaded.sample(20, constraints=(PARITY,), seed=1)
    loaded.save(tmp_path / "again")
    assert load_generator(tmp_path / "again").sample(20, seed=1).equals(fitted.sample(20, seed=1))


def test_a_folder_of_a_later_form_is_refused(fitted: TabDDPM, tmp_path: Path) -> None:
    fitted.save(tmp_path / "new")
    description = tmp_path / "new" / "generator.json"
    data = json.loads(description.read_text())
    data["details"]["form"] = 3
    description.write_text(json.dumps(data))
    with pytest.raises(SavedFormatError, match="expected form 1 or 2"):
        TabDDPM.load(tmp_path / "new")


def test_what_cannot_be_honoured_is_refused(fitted: TabDDPM) -> None:
    with pytest.raises(ConstraintError, match="an outcome that is drawn"):
        fitted.sample(5, given={"hired": "yes"}, constraints=(PARITY,), seed=0)
    with pytest.raises(ConstraintError, match="hand it to fit"):
        fitted.sample(5, constraints=(TRAINED,), seed=0)
    with pytest.raises(ConstraintError, match="hand it to sample"):
        TabDDPM(TINY).fit(people(100), SCHEMA, constraints=(PARITY,), seed=0)
    unknown = FairnessConstraint(sensitive_features=("age",), aim="table")
    with pytest.raises(ConstraintError, match="age"):
        fitted.sample(5, constraints=(unknown,), seed=0)
