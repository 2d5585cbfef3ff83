"""``equitab search``: flags land where they belong, and the winner is a generator that other commands take."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]
SCHEMA_FLAGS = ["--target", "income", "--sensitive", "sex", "--reference", "sex=Male", "--missing-token", "?"]
PLAN = ["--plan", "fill_both", "--max-rows", 200]
CHEAP = ["--generator", "smote", "--model", "gaussian_naive_bayes", *PLAN, "--jobs", 1]


def test_the_winner_is_taken_by_augment(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """Every candidate is printed, and the next step works."""
    place = tmp_path / "chosen"
    words = ["--grid", "n_neighbors=2,5", "--metric", "balanced_accuracy", "--validation", 0.3]
    result = call("search", people_csv, *SCHEMA_FLAGS, *CHEAP, *words, "--out", place)
    assert result.exit_code == 0, result.output
    for said in (
        "n_neighbors=2",
        "n_neighbors=5",
        "no rows added",
        "180 validation rows",
        "balanced_accuracy",
    ):
        assert said in result.stdout, said
    assert "too high" in result.stderr
    words = ["--generator", place, *PLAN, "--out", tmp_path / "more.parquet", "--quiet"]
    result = call("augment", people_csv, *SCHEMA_FLAGS, *words)
    assert result.exit_code == 0, result.output


def test_json_holds_every_candidate(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """As plain data, with what chose."""
    words = ["--grid", "n_neighbors=3,9", "--rule", "best", "--n-draws", 2, "--over", "worst_group"]
    report = ["--report", tmp_path / "search.html", "--out", tmp_path / "g", "--json", "--quiet"]
    result = call("search", people_csv, *SCHEMA_FLAGS, *CHEAP, *words, *report, "--seed", 5)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [held["settings"] for held in found["candidates"]] == [{"n_neighbors": 3}, {"n_neighbors": 9}]
    assert all(len(held["scores"]) == 2 for held in found["candidates"])
    assert (found["rule"], found["over"], found["learner"]) == ("best", "worst_group", "gaussian_naive_bayes")
    assert (tmp_path / "search.html").exists()


def test_a_recipe_says_what_no_flag_says(
    call: Call, people_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flags lie over the recipe's search."""
    monkeypatch.chdir(tmp_path)
    lines = [
        f"table: {people_csv}",
        "schema: {target: income, sensitive_features: [sex], missing_tokens: ['?']}",
        "generator: {name: smote, search: {grid: {n_neighbors: [2, 4]}, metric: f1, rule: best}}",
        "plan: {strategy: fill_both, max_rows: 100}",
        "models: gaussian_naive_bayes",
        "split: {validation: 0.25}",
        "seed: 3",
    ]
    Path("equitab.yaml").write_text("\n".join(lines) + "\n")
    words = ["--config", "equitab.yaml", "--metric", "accuracy", "--jobs", 1, "--json", "--quiet"]
    result = call("search", people_csv, *words)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["metric"], found["rule"], found["learner"]) == ("accuracy", "best", "gaussian_naive_bayes")
    assert found["n_validation"] == 150
    assert Path("generator/generator.json").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--grid", "n_neighbors"], "ARGUMENT=VALUE"),
        (["--grid", "n_neighbours=3"], "did you mean 'n_neighbors'"),
        (["--grid", "n_neighbors=none", "--grid", "n_neighbors=2"], "twice"),
        (["--guidance", "a,b"], "numbers separated by commas"),
        (["--guidance", "0,1"], "can be guided"),
        (["--checkpoints", 3], "keeps none"),
        (["--metric", "auc"], "a metric of performance"),
        (["--rule", "luck"], "one_standard_error"),
        (["--over", "nobody"], "worst_group"),
        (["--model", "forest"], "random_forest"),
        (["--max-seconds", 0], "more than 0"),
        (["--validation", 1], "less than 1"),
        (["--generator", "smoke"], "did you mean 'smote'"),
    ],
)
def test_what_cannot_be_searched_is_refused(
    call: Call, people_csv: Path, tmp_path: Path, words: list[Any], said: str
) -> None:
    """With exit code 2 and the way out, before anything is learned or written."""
    place = tmp_path / "chosen"
    result = call("search", people_csv, *SCHEMA_FLAGS, *CHEAP, *words, "--out", place)
    assert result.exit_code == 2, result.output
    assert said in " ".join(result.stderr.split())
    assert not place.exists()
