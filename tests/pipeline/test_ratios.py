"""Learned ratios in a run: what a recipe may say, the weights that come of them, and the whole of it on few rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equitab.dataframe import Frame, concatenate, frame_from_columns, take_rows, write_table
from equitab.errors import ConstraintError, MissingExtraError, RecipeError, SchemaError
from equitab.evaluation import RealRows
from equitab.pipeline import augment_table, load_curves, run
from equitab.pipeline.mitigation_choice import DrFairnessChoice
from equitab.pipeline.ratios import MIN_JUDGED, LearnedRatios, check_ratios, learn_ratios, ratio_table
from equitab.pipeline.recipe import recipe_from_dict
from equitab.pipeline.treatments import TrainingRows
from equitab.schema import Column, SensitiveFeature, TableSchema

SMALLEST = {"table": "people.csv", "schema": {"target": "income", "sensitive_features": ["sex"]}}
SCHEMA = TableSchema(
    columns=(Column("sex", "categorical"), Column("skill", "numeric"), Column("hired", "categorical")),
    target="hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex", reference="M"),),
)
FEW_STEPS = DrFairnessChoice(n_steps=60)


def people(n_rows: int, *, seed: int, spoiled: bool = False) -> Frame:
    """Return people whose skill tells who is hired; of spoiled ones, women who are hired have the least."""
    random = np.random.default_rng(seed)
    is_woman, skill = random.random(n_rows) < 0.4, random.normal(size=n_rows)
    hired = skill + 0.8 * ~is_woman + 0.5 * random.normal(size=n_rows) > 0.5
    if spoiled:
        skill = np.where(is_woman & hired, -skill - 1.0, skill)
    sex = np.where(is_woman, "F", "M").tolist()
    return frame_from_columns({"sex": sex, "skill": skill, "hired": np.where(hired, "yes", "no").tolist()})


def learned(
    training: Frame, pool: Frame, choice: DrFairnessChoice = FEW_STEPS, *, schema: TableSchema = SCHEMA
) -> LearnedRatios:
    """Return the ratios of a table and a pool, judged on other people."""
    judged = RealRows.read(people(400, seed=9), SCHEMA)
    rows = TrainingRows.of(training, schema)
    return learn_ratios(rows, (pool,), judged, choice, use_sensitive_features=True, seed=0)


def shares(frame: Frame, weights: np.ndarray) -> dict[tuple[str, str], float]:
    """Return each group's weighted share within each outcome."""
    sex, hired = (np.array(frame[name].to_list()) for name in ("sex", "hired"))
    return {
        (group, outcome): weights[(sex == group) & (hired == outcome)].sum() / weights[hired == outcome].sum()
        for group in ("F", "M")
        for outcome in ("no", "yes")
    }


def test_a_recipe_says_it_short_or_with_options_and_writes_both_back() -> None:
    """The resolved recipe spells every option out and reads as the same recipe."""
    short = recipe_from_dict({**SMALLEST, "mitigation": "dr_fairness"})
    options = {"name": "dr_fairness", "accuracy_weight": 5, "objective": "equal_opportunity"}
    long = recipe_from_dict({**SMALLEST, "mitigation": ["reweighing", options]})
    assert short.ratios == DrFairnessChoice()
    assert long.mitigation_names == ("reweighing", "dr_fairness")
    assert long.ratios == DrFairnessChoice(accuracy_weight=5, objective="equal_opportunity")
    for recipe in (short, long):
        assert recipe_from_dict(recipe.to_dict()) == recipe
    assert long.to_dict()["mitigation"][1]["hypergradient"] == "identity"
    assert short.digest() != long.digest()


@pytest.mark.parametrize(
    ("mitigation", "where", "said"),
    [
        (["reweighting"], "mitigation[0]", "did you mean 'reweighing'"),
        ([{"name": "dr_fairnes"}], "mitigation[0].name", "did you mean 'dr_fairness'"),
        ([{"objective": "equalized_odds"}], "mitigation[0].name", "name: dr_fairness"),
        ([{"name": "dr_fairness", "accuracy": 3}], "mitigation[0].accuracy", "an unknown one"),
        ([{"name": "dr_fairness", "objective": "parity"}], "mitigation[0].objective", "'demographic_parity'"),
        ([{"name": "dr_fairness", "accuracy_weight": -1}], "mitigation[0].accuracy_weight", "at least 0"),
        (["dr_fairness", {"name": "dr_fairness"}], "mitigation", "more than once"),
        ([{"name": "dr_fairness", "sensitive_features": []}], "mitigation", "at least one name"),
    ],
)
def test_options_that_are_wrong_are_refused_with_their_path(mitigation: Any, where: str, said: str) -> None:
    """One problem each, with the key path and what to do."""
    with pytest.raises(RecipeError) as caught:
        recipe_from_dict({**SMALLEST, "mitigation": mitigation})
    (problem,) = caught.value.problems
    assert where in problem.where
    assert said in str(problem)


def test_a_table_alone_cannot_have_ratios(people_csv: str) -> None:
    """Augmenting trains no model, so that nothing would be done: refused, with the command that can."""
    with pytest.raises(RecipeError, match="equitab run"):
        augment_table(
            people_csv, {"target": "income"}, mitigation=("dr_fairness",), generator="smote", seed=0
        )


def test_sensitive_features_that_the_schema_lacks_are_refused(recipe: dict[str, Any], tmp_path: Path) -> None:
    """Before anything is learned."""
    asked = {"name": "dr_fairness", "sensitive_features": ["sx"]}
    with pytest.raises(SchemaError, match="did you mean 'sex'"):
        run({**recipe, "mitigation": asked}, tmp_path / "run")


def test_weights_give_groups_and_outcomes_their_shares() -> None:
    """What weighted rows look like is what the ratios say."""
    training, pool = people(600, seed=0), people(300, seed=1)
    found = learned(training, pool)
    table = ratio_table(TrainingRows.of(training, SCHEMA), found.pool, found.weights, ())
    assert table.treatment == "dr_fairness"
    weighted = shares(table.frame, found.weights)
    names = {"no": "not favorable", "yes": "favorable"}
    for cell in found.contents.cells:
        outcome = next(key for key, name in names.items() if name == cell.outcome)
        assert weighted[cell.group, outcome] == pytest.approx(cell.share_end)
    hired = np.array(table.frame["hired"].to_list()) == "yes"
    assert found.weights[hired].sum() / found.weights.sum() == pytest.approx(found.contents.favorable_end)
    assert found.weights.mean() == pytest.approx(1.0)


def test_a_pool_that_harms_is_left_out_and_that_is_said() -> None:
    """No weight is given to it, and the page keeps what was there and that none of it is used."""
    training, pool = people(600, seed=0), people(600, seed=1, spoiled=True)
    found = learned(training, pool)
    assert len(found.pool) == 0
    assert len(found.weights) == len(training)
    assert any("left out" in remark for remark in found.contents.remarks)
    assert all(
        cell.n_generated and cell.is_little_used and cell.real_end == 1 for cell in found.contents.cells
    )


def test_real_rows_have_the_share_that_the_ratios_give_them() -> None:
    """Within a cell, real and generated rows share its weight as the table of the page says."""
    training, pool = people(500, seed=2), people(700, seed=3)
    found = learned(training, pool)
    table = ratio_table(TrainingRows.of(training, SCHEMA), found.pool, found.weights, ())
    sex, hired = (np.array(table.frame[name].to_list()) for name in ("sex", "hired"))
    is_real = np.arange(len(table.frame)) < len(training)
    cell = next(c for c in found.contents.cells if (c.group, c.outcome) == ("F", "favorable"))
    inside = (sex == "F") & (hired == "yes")
    assert found.weights[inside & is_real].sum() / found.weights[inside].sum() == pytest.approx(cell.real_end)


def test_the_same_seed_gives_the_same_weights() -> None:
    """Nothing is timed, nothing else is random."""
    training, pool = people(300, seed=4), people(300, seed=5)
    first, second = (learned(training, pool).weights for _ in range(2))
    assert np.array_equal(first, second)


def test_a_cell_whose_generated_rows_are_bad_turns_to_its_real_ones() -> None:
    """Corrupt one cell on purpose and its real share rises, far above what clean rows leave it."""
    training = people(1500, seed=0)
    choice = DrFairnessChoice(n_steps=600)
    real = {}
    for spoiled in (False, True):
        cells = learned(training, people(1500, seed=1, spoiled=spoiled), choice).contents.cells
        real[spoiled] = {(cell.group, cell.outcome): cell for cell in cells}
    clean, bad = (real[spoiled]["F", "favorable"] for spoiled in (False, True))
    assert bad.real_end > clean.real_end + 0.15


def test_groups_too_small_to_be_judged_keep_their_weight() -> None:
    """A third group with no validation rows takes no part; its rows weigh what real rows weigh on average."""
    many, few = people(400, seed=6), people(20, seed=7)
    others = frame_from_columns({**{name: few[name].to_list() for name in few.columns}, "sex": ["X"] * 20})
    training = concatenate([many, others])
    found = learned(training, people(200, seed=8))
    assert {cell.group for cell in found.contents.cells} == {"F", "M"}
    assert found.contents.n_outside == 20
    real = found.weights[: len(training)]
    total = found.weights.sum() - real[400:].sum()
    assert np.allclose(real[400:], total / 400)


def test_a_pool_without_rows_of_a_cell_leaves_it_to_real_ones() -> None:
    """No generated row, no share for one."""
    pool = people(300, seed=1)
    kept = [
        not (sex == "F" and hired == "yes") for sex, hired in zip(pool["sex"], pool["hired"], strict=True)
    ]
    cells = learned(people(400, seed=0), take_rows(pool, np.array(kept))).contents.cells
    lone = next(cell for cell in cells if (cell.group, cell.outcome) == ("F", "favorable"))
    assert (lone.n_generated, lone.real_end, lone.is_little_used) == (0, 1.0, False)


def test_fewer_than_two_groups_to_judge_are_refused() -> None:
    """Said before anything is learned, with the number that would do."""
    rows = TrainingRows.of(people(200, seed=0), SCHEMA)
    judged = RealRows.read(people(12, seed=1), SCHEMA)
    with pytest.raises(ConstraintError, match=f"{MIN_JUDGED} validation rows of each outcome"):
        check_ratios(rows, judged, DrFairnessChoice())
    check_ratios(rows, judged, None)


def test_a_run_learns_ratios_trains_with_them_and_shows_them(recipe: dict[str, Any], tmp_path: Path) -> None:
    """Recipe, treatment, curves and page in one tiny run."""
    write_table(people(700, seed=0), tmp_path / "people.csv")
    schema = {"target": "hired", "favorable_outcome": ["yes"], "sensitive_features": ["sex"]}
    asked = {"mitigation": [{"name": "dr_fairness", "n_steps": 40}], "pictures": "none", "baselines": []}
    table = {"table": str(tmp_path / "people.csv"), "schema": schema}
    result = run({**recipe, **table, **asked}, tmp_path / "run")
    assert "dr_fairness" in {held.treatment for held in result.measurements if held.stage == "test"}
    figures = {point.figure for point in load_curves(result.folder / "curves.parquet")}
    assert {"ratio_share/favorable", "ratio_real/not favorable"} <= figures
    page = (result.folder / "report.html").read_text(encoding="utf-8")
    assert '<h2 id="ratios">Ratios</h2>' in page
    assert "does not know how to draw" not in page


def test_mlp_heads_without_torch_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "torch", None)
    rows, judged = TrainingRows.of(people(200, seed=0), SCHEMA), RealRows.read(people(400, seed=1), SCHEMA)
    with pytest.raises(MissingExtraError, match="torch"):
        check_ratios(rows, judged, DrFairnessChoice(head="mlp"))
