"""Each command in this process: results on stdout, remarks on stderr, files where they were asked for."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import equitab
from equitab.pipeline import load_recipe

SCHEMA_FLAGS = ["--target", "income", "--sensitive", "sex", "--reference", "sex=Male"]
Call = Callable[..., Any]


def test_every_option_of_every_command_has_a_help_text() -> None:
    """An option without a word about it is a riddle."""
    from typer.main import get_command

    from equitab.cli.main import app

    commands = get_command(app).commands  # type: ignore[attr-defined]
    expected = {"demo", "init", "audit", "run", "fit", "sample", "augment", "evaluate", "predict", "study"}
    assert expected <= set(commands)
    for name, command in commands.items():
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


@pytest.mark.parametrize(
    "name", ["demo", "init", "audit", "run", "fit", "sample", "evaluate", "predict", "study"]
)
def test_the_common_options_are_everywhere(call: Call, name: str) -> None:
    """--seed, --json, --quiet and --config."""
    shown = call(name, "--help").output
    for option in ("--seed", "--json", "--quiet", "--config"):
        assert option in shown


def test_audit_shows_groups_gaps_and_guesses(call: Call, people_csv: Path) -> None:
    """In text on stdout."""
    result = call("audit", people_csv, *SCHEMA_FLAGS)
    assert result.exit_code == 0, result.output
    for words in ("Groups of sex", "reference", "demographic_parity_difference", "Guessed"):
        assert words in result.stdout
    assert "equitab init" in result.stderr


def test_audit_as_json_is_json(call: Call, people_csv: Path) -> None:
    """With every measurement, and nothing else on stdout."""
    data = json.loads(call("audit", people_csv, *SCHEMA_FLAGS, "--json").stdout)
    assert data["rows"] == 600
    assert {row["group"] for row in data["groups"]} == {"Female", "Male"}
    assert {row["metric"] for row in data["measurements"]} >= {"base_rate", "statistical_parity_difference"}


def test_audit_says_what_python_says(call: Call, people_csv: Path) -> None:
    """The command is the function."""
    said = json.loads(call("audit", people_csv, *SCHEMA_FLAGS, "--json").stdout)
    schema = {"target": "income", "sensitive_features": [{"name": "sex", "reference": "Male"}]}
    found = equitab.audit(people_csv, schema).to_dict()
    assert json.loads(json.dumps(found)) == said


def test_audit_judges_a_column_of_predictions(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """Perfect predictions have a balanced accuracy of one and the gaps of the labels."""
    people = equitab.read_table(people_csv)
    table = people.to_native().append_column("guess", people.to_native()["income"])
    equitab.write_table(table, tmp_path / "with_guess.csv")
    words = ["audit", tmp_path / "with_guess.csv", *SCHEMA_FLAGS, "--prediction", "guess", "--json"]
    measured = json.loads(call(*words).stdout)["measurements"]
    everybody = [
        row["value"] for row in measured if row["metric"] == "balanced_accuracy" and not row["group"]
    ]
    assert everybody == [1.0]


def test_audit_writes_its_measurements(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """As a tidy table, which is not overwritten unasked; or as a page."""
    place = tmp_path / "measurements.parquet"
    words = ["audit", people_csv, *SCHEMA_FLAGS, "--out", place]
    assert call(*words).exit_code == 0
    assert "demographic_parity_ratio" in equitab.read_table(place)["metric"].to_list()
    again = call(*words)
    assert again.exit_code == 2
    assert "overwrit" in again.stderr
    assert call(*words, "--overwrite").exit_code == 0
    page = tmp_path / "audit.html"
    assert call("audit", people_csv, *SCHEMA_FLAGS, "--out", page).exit_code == 0
    assert page.read_text().startswith("<!doctype html>")


def test_init_writes_a_recipe_that_can_be_read(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """With comments, the guesses at its head, and paths from its folder."""
    place = tmp_path / "equitab.yaml"
    result = call("init", people_csv, *SCHEMA_FLAGS, "--out", place, "--seed", 4, "--generator", "smote")
    assert result.exit_code == 0, result.output
    assert "Guessed" in result.stdout
    assert "# Guessed from the table" in place.read_text()
    recipe = load_recipe(place)
    assert (recipe.seed, recipe.generator.name) == (4, "smote")
    assert Path(recipe.table).resolve() == people_csv.resolve()
    assert yaml.safe_load(place.read_text())["schema"]["target"] == "income"


def test_init_does_not_overwrite_a_recipe(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """Somebody may have corrected it by hand."""
    place = tmp_path / "equitab.yaml"
    place.write_text("mine")
    assert call("init", people_csv, *SCHEMA_FLAGS, "--out", place).exit_code == 2
    assert place.read_text() == "mine"


def test_run_answers_on_stdout_and_points_on_stderr(
    call: Call, finished_run: Path, recipe_file: Path
) -> None:
    """A finished run that is resumed says its answer again."""
    result = call("run", recipe_file, "--out", finished_run, "--resume")
    assert result.exit_code == 0, result.output
    assert "Chosen on validation rows" in result.stdout
    assert "report.html" in result.stderr
    assert "equitab predict" in result.stderr
    data = json.loads(call("run", recipe_file, "--out", finished_run, "--resume", "--json").stdout)
    assert data["headline"]["model"] == "gaussian_naive_bayes"


def test_run_refuses_a_folder_that_exists(call: Call, finished_run: Path, recipe_file: Path) -> None:
    """Unless asked."""
    result = call("run", recipe_file, "--out", finished_run)
    assert result.exit_code == 2
    assert "--overwrite" in result.stderr


def test_flags_of_run_override_the_recipe(call: Call, recipe_file: Path, tmp_path: Path) -> None:
    """And bad ones are said all at once, before anything is written."""
    words = ["--plan", "fil_groups", "--preset", "qualty", "--model", "logistic_regresion"]
    result = call("run", recipe_file, "--out", tmp_path / "result", *words)
    assert result.exit_code == 2
    assert "did you mean 'fill_groups'" in result.stderr
    assert "did you mean 'quality'" in result.stderr
    assert not (tmp_path / "result").exists()


@pytest.mark.slow
def test_fit_sample_evaluate_work_one_after_the_other(
    call: Call, people_csv: Path, held_out_csv: Path, tmp_path: Path
) -> None:
    """Each stage alone."""
    generator, rows = tmp_path / "generator", tmp_path / "rows.parquet"
    fitted = call(
        "fit", people_csv, *SCHEMA_FLAGS, "--generator", "independent_marginals", "--out", generator
    )
    assert fitted.exit_code == 0, fitted.output
    assert (generator / "generator.json").exists()
    drawn = call(
        "sample", generator, "--rows", 500, "--given", "income=>50K", "--given", "age=40", "--out", rows
    )
    assert drawn.exit_code == 0, drawn.output
    table = equitab.read_table(rows)
    assert set(table["income"].to_list()) == {">50K"}
    assert set(table["age"].to_list()) == {40}
    assert call("sample", generator, "--rows", 500, "--out", rows, "--overwrite").exit_code == 0
    words = ["--synthetic", rows, "--holdout", held_out_csv, "--model", "gaussian_naive_bayes", "--json"]
    judged = call("evaluate", people_csv, *SCHEMA_FLAGS, *words)
    assert judged.exit_code == 0, judged.output
    data = json.loads(judged.stdout)
    stages = {"fidelity", "privacy", "complexity", "group_truth", "test", "explanation"}
    assert {row["stage"] for row in data["measurements"]} == stages
    assert any("AUROC" in line for line in data["findings"])
    assert {row["features"] for row in data["group_answers"]} == {"sex"}


def test_augment_fills_groups_and_says_so(
    call: Call, people_csv: Path, finished_run: Path, tmp_path: Path
) -> None:
    """With a generator that is learned now, or with a saved one."""
    for source in ("independent_marginals", finished_run):
        place = tmp_path / f"{Path(source).name}.parquet"
        words = [*SCHEMA_FLAGS, "--generator", source, "--plan", "fill_both", "--mitigation", "reweighing"]
        result = call("augment", people_csv, *words, "--out", place)
        assert result.exit_code == 0, result.output
        assert "fill_both: add" in result.stdout
        table = equitab.read_table(place).to_pandas()
        assert table.groupby(["sex", "income"]).size().nunique() == 1
        assert table["equitab_origin"].iloc[:600].eq("real").all()
        assert table["equitab_weight"].to_numpy() == pytest.approx(1.0)


def test_augment_shows_its_plan_and_does_nothing(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """With every bound; a table of one's own needs no strategy; as JSON it is plain data."""
    place = tmp_path / "augmented.parquet"
    words = ["augment", people_csv, *SCHEMA_FLAGS, "--sensitive", "race", "--out", place, "--dry-run"]
    bounds = ["--min-rows", 3, "--few-rows", "parent", "--max-growth", 4]
    shown = call(*words, "--plan", "fill_within_outcomes", *bounds)
    assert shown.exit_code == 0, shown.output
    assert "fill_within_outcomes: add" in shown.stdout
    assert "afterwards | parent" in shown.stdout
    assert "by the bound max_growth (4 times the real rows)" in shown.stdout
    own = tmp_path / "own.csv"
    own.write_text("sex,income,rows_wanted\nFemale,>50K,300\n")
    data = json.loads(call(*words, "--plan-table", own, "--json").stdout)
    plan = data["plan"]
    named = dict(zip(itertools.product(*plan["levels"][::-1]), plan["afterwards"], strict=True))
    assert named[(">50K", "Female")] == 300
    assert not place.exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--plan", "fill_both", "--few-rows", "parents"], "did you mean 'parent'"),
        (["--plan", "append", "--max-growth", "2"], "a strategy that fills groups"),
        (["--plan", "fill_both", "--plan-table", "own.csv"], "'table' with the strategy 'table'"),
        (["--plan", "fill_both", "--few-rows", "parent", "--generator", "smote"], "few_rows: refuse"),
    ],
)
def test_plans_that_contradict_themselves_are_refused(
    call: Call, people_csv: Path, words: list[str], expected: str
) -> None:
    """Before a row is read, with the next step."""
    result = call("augment", people_csv, *SCHEMA_FLAGS, *words, "--dry-run")
    assert result.exit_code == 2, result.output
    assert expected in result.stderr


@pytest.mark.slow
def test_evaluate_without_held_out_rows_says_what_it_leaves_out(
    call: Call, people_csv: Path, held_out_csv: Path, tmp_path: Path
) -> None:
    """What needs held-out rows is undefined, each with the reason; no model is trained."""
    page = tmp_path / "quality.html"
    result = call("evaluate", people_csv, *SCHEMA_FLAGS, "--synthetic", held_out_csv, "--out", page)
    assert result.exit_code == 0, result.output
    assert "Quality of the synthetic rows" in page.read_text()
    assert "--holdout FILE" in result.stdout
    assert "hard to tell from real ones" in result.stdout
    assert "worst sex: " in result.stdout
    shown = {line.split()[0]: line for line in result.stdout.splitlines() if line.split()}
    assert "undefined" in shown["dcr_share"]
    assert "held-out" in shown["dcr_share"]
    assert "undefined" not in shown["univariate_error"]
    assert "Use: models" not in result.stdout


def test_sample_without_out_prints_csv(call: Call, finished_run: Path) -> None:
    """A run's folder serves as a generator; the same seed gives the same rows."""
    first, second, other = (
        call("sample", finished_run, "--rows", 5, "--seed", seed).stdout for seed in (1, 1, 2)
    )
    assert len(first.splitlines()) == 6
    assert first == second != other


def test_predict_uses_the_chosen_model(
    call: Call, finished_run: Path, held_out_csv: Path, tmp_path: Path
) -> None:
    """Its predictions can be audited."""
    place = tmp_path / "predictions.parquet"
    result = call("predict", finished_run, held_out_csv, "--out", place)
    assert result.exit_code == 0, result.output
    table = equitab.read_table(place)
    assert set(table["equitab_prediction"].to_list()) <= {">50K", "<=50K"}
    judged = call(
        "audit", place, *SCHEMA_FLAGS, "--prediction", "equitab_prediction", "--ignore", "equitab_score"
    )
    assert judged.exit_code == 0, judged.output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["audit", "absent.csv"], "absent.csv"),
        (["audit", "postgresql://host/people"], "not in this release"),
        (["audit", "packaged:adlt"], "did you mean 'adult'"),
        (["run", "absent.yaml"], "equitab init"),
        (["sample", "absent", "--rows", "3"], "absent"),
        (["sample", "absent"], "--rows"),
        (["predict", "absent", "packaged:adult"], "absent"),
        (["study", "blw"], "did you mean 'blow'"),
        (["study", "blow", "--data", "."], "only options that it has"),
        (["study", "mostly", "--data", "."], "bank_marketing/bank_full.parquet"),
        (["audit", "packaged:adult", "--reference", "sex"], "COLUMN=VALUE"),
        (["audit", "packaged:adult", "--target", "incom"], "did you mean 'income'"),
        (["audit", "packaged:adult", "--target", "income", "--favorable-outcome", ">50"], "'>50K'"),
    ],
)
def test_bad_calls_end_with_code_two_and_a_next_step(call: Call, words: list[str], expected: str) -> None:
    """A message on stderr, nothing on stdout, no traceback."""
    result = call(*words)
    assert result.exit_code == 2, result.output
    assert expected in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
