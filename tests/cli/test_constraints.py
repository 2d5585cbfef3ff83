"""Fairness on the command line: flags land where they belong, and what cannot be honoured ends with exit code 2."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import equitab
from equitab.pipeline import load_recipe

Call = Callable[..., Any]
SCHEMA_FLAGS = ["--target", "income", "--sensitive", "sex", "--reference", "sex=Male", "--missing-token", "?"]
PARITY = ["--constraint", "demographic_parity"]


@pytest.fixture(scope="module")
def generator(call: Call, people_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Boosted trees of 600 people, in seconds."""
    place = tmp_path_factory.mktemp("fair") / "generator"
    words = ["fit", people_csv, *SCHEMA_FLAGS, "--preset", "fast", "--out", place, "--quiet"]
    result = call(*words)
    assert result.exit_code == 0, result.output
    return place


def gap(place: Path) -> float:
    """Return the difference of the rates of women and men in a table."""
    table = equitab.read_table(place).to_pandas()
    rates = table["income"].eq(">50K").groupby(table["sex"]).mean()
    return float(abs(rates["Female"] - rates["Male"]))


def test_a_fair_table_is_drawn(call: Call, generator: Path, tmp_path: Path) -> None:
    """Aimed at the table: parity within the tolerance, and how many outcomes that changed."""
    plain, fair = tmp_path / "plain.parquet", tmp_path / "fair.parquet"
    assert call("sample", generator, "--rows", 4000, "--out", plain).exit_code == 0
    result = call(
        "sample", generator, "--rows", 4000, *PARITY, "--aim", "table", "--tolerance", 0.01, "--out", fair
    )
    assert result.exit_code == 0, result.output
    assert "Outcomes changed:" in result.stderr
    assert gap(fair) < 0.03 < gap(plain)
    others = [name for name in equitab.read_table(fair).columns if name != "income"]
    assert equitab.read_table(fair).select(others).rows() == equitab.read_table(plain).select(others).rows()


def test_a_strength_of_nothing_changes_nothing(call: Call, generator: Path, tmp_path: Path) -> None:
    """0 is no treatment."""
    words = ["--rows", 300, *PARITY, "--strength", 0, "--json", "--out", tmp_path / "rows.csv"]
    result = call("sample", generator, *words)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["constraints"]["share_changed"] == 0.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([*PARITY], "it aims at models"),
        ([*PARITY, "--aim", "table", "--given", "income=>50K"], "an outcome that is drawn"),
        (["--constraint", "demographic_parity=gender", "--aim", "table"], "possible: 'sex'"),
        (["--constraint", "minimum_rate", "--bound", 0.9, "--aim", "table"], "lower the bound"),
        (["--constraint", "parity"], "flag --constraint of 'parity'"),
        (["--tolerance", 0.1], "name one: --constraint"),
        ([*PARITY, *PARITY, "--aim", "table"], "keep one"),
        ([*PARITY, "--place", "training"], "hand it to fit"),
        ([*PARITY, "--aim", "table", "--model", "svm"], "a run that tuned"),
        ([*PARITY, "--aim", "table", "--mapping", "quantile", "--strength", 0.5], "coupled"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    call: Call, generator: Path, tmp_path: Path, words: list[Any], said: str
) -> None:
    """With exit code 2, and nothing is written."""
    place = tmp_path / "rows.parquet"
    result = call("sample", generator, "--rows", 200, *words, "--out", place)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert not place.exists()


def test_a_what_if_is_not_asked_under_a_constraint(call: Call, generator: Path, people_csv: Path) -> None:
    """The rows are somebody's own."""
    words = ["--given-table", people_csv, "--what-if", "sex=Female", *PARITY, "--aim", "table"]
    result = call("sample", generator, *words)
    assert result.exit_code == 2
    assert "--what-if or --constraint" in result.stderr


def test_a_generator_that_cannot_honour_constraints_says_so(
    call: Call, people_csv: Path, tmp_path: Path
) -> None:
    """Fitting under one, or drawing under one."""
    place = tmp_path / "smote"
    result = call("fit", people_csv, *SCHEMA_FLAGS, "--generator", "smote", *PARITY, "--out", place)
    assert result.exit_code == 2
    assert "cannot honour any" in result.stderr
    plain = ["--generator", "independent_marginals", "--out", tmp_path / "plain"]
    assert call("fit", people_csv, *SCHEMA_FLAGS, *plain).exit_code == 0
    result = call("sample", tmp_path / "plain", "--rows", 10, *PARITY, "--aim", "table")
    assert result.exit_code == 2
    assert "cannot honour any" in result.stderr


def test_augment_refuses_a_constraint(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """Real rows keep their labels: it says what to do instead."""
    result = call("augment", people_csv, *SCHEMA_FLAGS, *PARITY, "--out", tmp_path / "rows.csv")
    assert result.exit_code == 2
    assert "equitab sample --constraint" in result.stderr


def test_init_writes_the_constraint_into_the_recipe(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """And reading it gives the same."""
    place = tmp_path / "equitab.yaml"
    words = ["--constraint", "equalized_odds=sex", "--tolerance", 0.05, "--out", place]
    result = call("init", people_csv, *SCHEMA_FLAGS, *words)
    assert result.exit_code == 0, result.output
    (one,) = load_recipe(place).constraints
    assert (one.name, one.tolerance) == ("equalized_odds over sex", 0.05)
    assert "constraints:\n  - {criterion: equalized_odds" in place.read_text()
    wrong = call(
        "init", people_csv, *SCHEMA_FLAGS, "--constraint", "equalized_odds=race", "--out", tmp_path / "n"
    )
    assert wrong.exit_code == 2


def test_run_takes_the_flags_over_the_recipe(call: Call, recipe_file: Path, tmp_path: Path) -> None:
    """The recipe's generator cannot honour the constraint that the flag asks for, so the flag arrived."""
    result = call("run", recipe_file, *PARITY, "--out", tmp_path / "run")
    assert result.exit_code == 2
    assert "independent_marginals" in result.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_generator_learns_under_a_constraint(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """In training: its plain rows are fairer than those of one that learned without."""
    places = {}
    for name, words in (("without", []), ("with", [*PARITY, "--strength", 1])):
        folder, places[name] = tmp_path / name, tmp_path / f"{name}.parquet"
        fitted = call(
            "fit", people_csv, *SCHEMA_FLAGS, "--preset", "fast", *words, "--out", folder, "--quiet"
        )
        assert fitted.exit_code == 0, fitted.output
        assert call("sample", folder, "--rows", 4000, "--out", places[name]).exit_code == 0
    assert gap(places["with"]) < gap(places["without"]) / 2


@pytest.mark.slow
def test_the_frontier_is_shown_with_the_command_of_a_point(
    call: Call, people_csv: Path, tmp_path: Path
) -> None:
    """In text on stdout, and a page with every command."""
    place = tmp_path / "frontier"
    words = [
        *PARITY,
        "--preset",
        "fast",
        "--model",
        "gaussian_naive_bayes",
        "--strengths",
        "0,1",
        "--rows",
        1000,
    ]
    result = call("frontier", people_csv, *SCHEMA_FLAGS, *words, "--out", place)
    assert result.exit_code == 0, result.output
    assert "strength 1" in result.stdout
    assert f"equitab sample {place}/generator --constraint demographic_parity --strength 1" in result.stderr
    assert "--strength 1 --rows 1000" in (place / "frontier.html").read_text()


@pytest.mark.parametrize(
    "words", [["--strengths", "many"], ["--tolerance", "0.1"], ["--model", "oracle", *PARITY]]
)
def test_a_frontier_that_cannot_be_traced_is_refused(
    call: Call, people_csv: Path, tmp_path: Path, words: list[str]
) -> None:
    """Before anything is learned."""
    result = call("frontier", people_csv, *SCHEMA_FLAGS, *words, "--out", tmp_path / "f")
    assert result.exit_code == 2, result.output
    assert not (tmp_path / "f").exists()
