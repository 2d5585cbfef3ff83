"""``equitab augment --until``: the exit code tells, the rounds are printed, and what makes no sense is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equitab.dataframe import read_table, write_table
from search.rounds_people import people

Call = Callable[..., Any]
FLAGS = ["--target", "hired", "--favorable-outcome", "yes", "--sensitive", "sex"]
CHEAP = ["--generator", "smote", "--plan", "fill_both", "--model", "gaussian_naive_bayes"]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("rounds") / "people.csv"
    write_table(people(1_000, 0), place)
    return place


def promise(folder: Path, **clause: Any) -> Path:
    place = folder / "contract.json"
    text = {"name": "test", "clauses": [{"name": "parity", **clause}]}
    place.write_text(json.dumps(text), encoding="utf-8")
    return place


def test_a_contract_that_holds_is_exit_code_0(call: Call, table: Path, tmp_path: Path) -> None:
    contract = promise(tmp_path, metric="demographic_parity_difference", at_most=0.4)
    out = tmp_path / "grown.parquet"
    result = call(
        "augment", table, *FLAGS, *CHEAP, "--until", contract, "--step", 0.2, "--out", out, "--quiet"
    )
    assert result.exit_code == 0, result.output
    assert "Stopped (held): every promise that counts is met on 200 validation rows" in result.stdout
    assert "Kept: round" in result.stdout
    assert "fill_both: add" in result.stdout
    assert not result.stderr
    origins = read_table(out)["equitab_origin"].to_list()
    assert origins.count("real") == 800
    assert len(origins) > 800


def test_a_contract_that_does_not_hold_is_exit_code_1_with_everything_as_json(
    call: Call, table: Path, tmp_path: Path
) -> None:
    contract = promise(tmp_path, metric="accuracy", at_least=0.95)
    words = ["--rounds", 1, "--validation", 0.3, "--json", "--out", tmp_path / "g.csv"]
    result = call("augment", table, *FLAGS, *CHEAP, "--until", contract, *words)
    assert result.exit_code == 1, result.output
    found = json.loads(result.stdout)
    assert (found["growth"]["stopped"], found["exit_code"]) == ("rounds", 1)
    assert (found["training_rows"], found["validation_rows"]) == (700, 300)
    assert [one["number"] for one in found["growth"]["rounds"]] == [0, 1]
    assert "judge the table on others" in result.stderr
    assert (tmp_path / "g.csv").exists()


def test_a_contract_that_cannot_be_told_is_exit_code_3(call: Call, table: Path, tmp_path: Path) -> None:
    contract = promise(tmp_path, metric="demographic_parity_difference", at_most=0.01)
    result = call(
        "augment", table, *FLAGS, *CHEAP, "--until", contract, "--out", tmp_path / "g.parquet", "--quiet"
    )
    assert result.exit_code == 3, result.output
    assert "Stopped (cannot)" in result.stdout
    assert "validation rows" in result.stdout


def test_flags_of_rounds_need_a_contract(call: Call, table: Path, tmp_path: Path) -> None:
    words = ["--step", 0.2, "--round-seconds", 5, "--patience", 2, "--out", tmp_path / "g.parquet"]
    result = call("augment", table, *FLAGS, "--generator", "smote", *words)
    assert result.exit_code == 2
    assert "--step, --round-seconds, --patience" in result.stderr
    assert not (tmp_path / "g.parquet").exists()


def test_a_recipe_says_what_no_flag_says(call: Call, table: Path, tmp_path: Path) -> None:
    """Its contract, its rounds and its first model; flags lie over them."""
    lines = [
        f"table: {table}",
        "schema: {target: hired, favorable_outcome: ['yes'], sensitive_features: [sex]}",
        "generator: smote",
        "plan: {strategy: fill_both, rounds: {step: 0.2, most: 1}}",
        "contract: {name: c, clauses: [{name: good, metric: accuracy, at_least: 0.95}]}",
        "models: gaussian_naive_bayes",
    ]
    config = tmp_path / "equitab.yaml"
    config.write_text("\n".join(lines), encoding="utf-8")
    words = ["--config", config, "--step", 0.1, "--json", "--quiet", "--out", tmp_path / "g.parquet"]
    result = call("augment", table, *words)
    assert result.exit_code == 1, result.output
    growth = json.loads(result.stdout)["growth"]
    assert growth["learner"] == "gaussian_naive_bayes"
    assert [one["n_added"] for one in growth["rounds"]] == [0, 80]


def test_an_unknown_template_is_refused_before_anything_is_learned(
    call: Call, table: Path, tmp_path: Path
) -> None:
    words = ["--until", "four_fifth_rule", "--out", tmp_path / "g.parquet"]
    result = call("augment", table, *FLAGS, *CHEAP, *words)
    assert result.exit_code == 2
    assert "four_fifths_rule" in result.stderr
