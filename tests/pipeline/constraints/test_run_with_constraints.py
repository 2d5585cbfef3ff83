"""Laws of a run with constraints: asked once, honoured everywhere, measured beside everything else, remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import equitab
from equitab.dataframe import as_frame, read_table
from equitab.errors import ConstraintError, RecipeError
from equitab.pipeline import load_curves, run, sample
from equitab.pipeline.constraints.memory import ConstraintMemory
from equitab.pipeline.constraints.tables import count_rows
from equitab.pipeline.run import RunResult
from equitab.pipeline.run_folder import read_run_record
from equitab.schema import FairnessConstraint, TableSchema, favorable

SCHEMA = {
    "target": "hired",
    "favorable_outcome": ["yes"],
    "sensitive_features": [{"name": "sex", "reference": "M"}],
}
ROWS = 2000


@pytest.fixture(scope="module")
def town_csv(tmp_path_factory: pytest.TempPathFactory) -> str:
    """900 people; men are hired more often, and a skill says who is hired."""
    random = np.random.default_rng(7)
    sex = random.choice(["F", "M"], 900)
    skill = random.normal(size=900) + (sex == "M") * 0.8
    hired = random.random(900) < 1 / (1 + np.exp(-2 * skill + 0.8))
    import pandas as pd

    people = pd.DataFrame({"sex": sex, "skill": skill.round(2), "hired": np.where(hired, "yes", "no")})
    place = tmp_path_factory.mktemp("town") / "town.csv"
    people.to_csv(place, index=False)
    return str(place)


@pytest.fixture(scope="module")
def asked(town_csv: str) -> dict[str, Any]:
    return {
        "table": town_csv,
        "schema": SCHEMA,
        "generator": {"name": "boosted_trees", "preset": "fast"},
        "models": "logistic_regression",
        "constraints": [{"criterion": "demographic_parity", "tolerance": 0.1}],
        "constrained_rows": ROWS,
    }


@pytest.fixture(scope="module")
def finished(asked: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return run(asked, tmp_path_factory.mktemp("runs") / "result")


def parity_gap(table: Any) -> float:
    """Return the difference of the rates of the two groups of a table."""
    frame = as_frame(table)
    schema = TableSchema.infer(
        frame.to_native(), target="hired", favorable_outcome=("yes",), sensitive_features=["sex"]
    )
    good, sex = favorable(frame, schema), np.asarray(frame["sex"].to_list())
    return abs(float(good[sex == "F"].mean() - good[sex == "M"].mean()))


def test_the_constrained_treatment_stands_beside_all_others(finished: RunResult) -> None:
    """The same protocol, the same test rows; every baseline is compared."""
    treatments = {held.treatment for held in finished.measurements if held.stage == "test"}
    assert {"original", "reweighed", "smote_nc", "threshold_optimizer", "constrained"} <= treatments
    assert finished.headline is not None
    assert finished.headline.treatment == "constrained"
    assert finished.headline.tolerance == 0.1
    compared = {one.treatment for one in finished.headline.baselines}
    assert compared == {"original", "reweighed", "smote_nc", "threshold_optimizer"}


def test_a_model_of_the_constrained_rows_is_fairer_on_real_people(finished: RunResult) -> None:
    """Which is what was asked for; the town's men are hired far more often."""
    assert finished.headline is not None
    before, after = finished.headline.fairness_before, finished.headline.fairness_after
    assert before.value is not None
    assert after.value is not None
    assert before.value > 0.2
    assert after.value < before.value / 2


def test_the_chosen_models_table_is_kept_with_its_origin(finished: RunResult) -> None:
    """As many rows as the recipe says, all of them synthetic, fairer than the plain ones."""
    table = read_table(finished.folder / "tables" / "constrained.parquet")
    assert set(table["equitab_origin"].to_list()) == {"synthetic:boosted_trees:0"}
    assert len(table) == ROWS
    assert parity_gap(table) < parity_gap(read_table(finished.folder / "tables" / "synthetic.parquet"))


def test_the_command_of_the_closing_lines_draws_the_table_again(finished: RunResult) -> None:
    """The run remembers what it tuned; same seed, same rows."""
    assert finished.constraint_command == (
        f"equitab sample result --constraint demographic_parity --rows {ROWS} --out fair.parquet"
    )
    again = sample(finished.folder, ROWS, constraints=["demographic_parity"], seed=0)
    kept = read_table(finished.folder / "tables" / "constrained.parquet").drop(["equitab_origin"])
    assert again.frame.rows() == kept.rows()
    assert again.details["constraints"]["share_changed"] > 0


def test_another_tolerance_than_the_runs_is_not_taken_for_it(finished: RunResult) -> None:
    """Strengths were found for one tolerance."""
    other = {"criterion": "demographic_parity", "tolerance": 0.02}
    with pytest.raises(ConstraintError, match="strength"):
        sample(finished.folder, 100, constraints=[other], seed=0)


def test_a_model_that_nobody_tuned_to_is_refused(finished: RunResult) -> None:
    """With the ones that there are."""
    with pytest.raises(ConstraintError, match="one that the run tuned to"):
        sample(finished.folder, 100, constraints=["demographic_parity"], model="svm", seed=0)


def test_table_preservation_proxies_and_individuals_are_measured(finished: RunResult) -> None:
    """For the table itself, before and after."""
    found = {(one.stage, one.treatment, one.metric) for one in finished.measurements}
    for treatment in ("original", "synthetic", "constrained"):
        assert ("audit", treatment, "demographic_parity_difference") in found
    assert ("preservation", "constrained", "outcome_changed_share") in found
    assert ("proxies", "constrained", "proxy_auroc") in found
    assert ("test", "constrained", "consistency") in found
    (error,) = [one.value for one in finished.measurements if one.metric == "other_column_error"]
    assert error == 0.0


def test_every_candidate_is_a_point_beside_the_baselines(finished: RunResult) -> None:
    """Strengths on the path; no treatment, reweighing, SMOTE-NC and moved thresholds as marks."""
    curves = load_curves(finished.folder / "curves.parquet")
    name = "price/validation/sex/demographic_parity/auroc/logistic_regression"
    series = {one.series for one in curves if one.figure == name}
    assert {"original|", "reweighed|", "smote_nc|", "threshold_optimizer|test"} <= series
    facts = read_run_record(finished.folder).stages["constrained-0"].facts
    tried = facts["models"]["logistic_regression"]["candidates"]
    strengths = {one.partition("|")[2] for one in series if one.startswith("model|")}
    assert 3 <= len(strengths) <= tried
    assert any(one.figure.startswith("score_density/sex/") for one in curves)


def test_the_page_answers_what_was_asked(finished: RunResult) -> None:
    """Which constraint, reached where, at what price, and that parity moves true positive rates."""
    page = (finished.folder / "report.html").read_text()
    for words in (
        "Asked for: a difference of at most 0.1",
        "Reached where",
        "Arithmetic:",
        "Price, logistic",
    ):
        assert words in page
    assert "Figures that this page does not know" not in page
    assert finished.constraint_command in page


@pytest.mark.slow
def test_a_run_that_stops_after_the_draft_goes_on_from_there(
    asked: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tuning is not repeated."""
    from equitab.pipeline import seed_stages

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    small = {
        **asked,
        "constrained_rows": 500,
        "baselines": [],
        "mitigation": [],
        "models": "gaussian_naive_bayes",
    }
    with monkeypatch.context() as patched:
        patched.setattr(seed_stages, "train_all", stop)
        with pytest.raises(KeyboardInterrupt):
            run(small, tmp_path / "run")
    assert "constrained-0" in read_run_record(tmp_path / "run").stages
    monkeypatch.setattr(seed_stages, "constrained_tables", stop)
    assert run(small, tmp_path / "run", resume=True).headline is not None


@pytest.mark.slow
def test_the_table_itself_can_be_aimed_at(asked: dict[str, Any], tmp_path: Path) -> None:
    """No tuning: arithmetic says the strength, one table is for every model; a tolerance too sharp is recorded."""
    aimed = [{"criterion": "demographic_parity", "aim": "table", "tolerance": 0.001}]
    small = {
        **asked,
        "constraints": aimed,
        "baselines": [],
        "mitigation": [],
        "models": "gaussian_naive_bayes",
    }
    result = run(small, tmp_path / "run")
    facts = read_run_record(result.folder).stages["constrained-0"].facts
    assert list(facts["models"]) == [""]
    assert parity_gap(read_table(result.folder / "tables" / "constrained.parquet")) < 0.06
    assert "--aim table" in result.constraint_command
    (said,) = [remark for remark in result.remarks if remark.startswith("undetermined on the test rows")]
    assert "rows in all would show it" in said


def test_a_generator_that_cannot_honour_constraints_is_refused_before_anything_is_read(
    asked: dict[str, Any], tmp_path: Path
) -> None:
    """With the names of those that can."""
    with pytest.raises(RecipeError, match="boosted_trees"):
        run({**asked, "generator": "smote", "table": "absent.csv"}, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_constraint_on_an_absent_feature_is_refused_when_the_schema_is_known(
    asked: dict[str, Any], tmp_path: Path
) -> None:
    """Before anything is written."""
    with pytest.raises(ConstraintError, match="did you mean 'sex'"):
        run({**asked, "constraints": {"sensitive_features": ["sx"]}}, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_contradictory_constraints_are_refused(asked: dict[str, Any], tmp_path: Path) -> None:
    """Two aims, and the same criterion twice: both are said."""
    twice = ["demographic_parity", {"criterion": "demographic_parity", "aim": "table"}]
    with pytest.raises(ConstraintError) as caught:
        run({**asked, "constraints": twice}, tmp_path / "run")
    assert len(caught.value.problems) == 2


def test_the_draft_is_as_large_as_the_training_rows_say() -> None:
    """Within bounds, unless the recipe says it."""
    assert [count_rows(None, n) for n in (100, 20_000, 500_000)] == [20_000, 60_000, 200_000]
    assert count_rows(7, 100) == 7


def test_what_was_tuned_is_remembered_for_every_model(tmp_path: Path) -> None:
    """Written and read again; the chosen model is meant where none is named."""
    one, other = (FairnessConstraint(strength=value, group_strengths=(("F", value),)) for value in (0.5, 0.9))
    ConstraintMemory("tree", {"tree": (one,), "linear": (other,)}).save(tmp_path)
    memory = ConstraintMemory.load(tmp_path)
    assert memory is not None
    assert memory.of_model() == (one,)
    assert memory.of_model("linear") == (other,)
    assert memory.recall([{"criterion": "demographic_parity"}], "linear")[0]["strength"] == 0.9
    assert memory.recall([{"criterion": "demographic_parity", "strength": 0.1}])[0]["strength"] == 0.1
    assert "strength" not in memory.recall([{"criterion": "equalized_odds"}])[0]
    assert ConstraintMemory.load(tmp_path / "elsewhere") is None


def test_a_damaged_memory_is_said_to_be_damaged(tmp_path: Path) -> None:
    """Not read as no memory."""
    (tmp_path / "constraints.json").write_text("{}")
    with pytest.raises(equitab.errors.SavedFormatError, match="damaged"):
        ConstraintMemory.load(tmp_path)
