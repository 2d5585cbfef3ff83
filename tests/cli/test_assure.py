"""``equitab assure``: exit codes for a gate, one message for everything that is wrong, files for others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import equitab

SCHEMA_FLAGS = ["--target", "income", "--sensitive", "sex", "--reference", "sex=Male"]
Call = Callable[..., Any]


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A contract that is met in part."""
    place = tmp_path_factory.mktemp("contract") / "gate.yaml"
    place.write_text(
        "clauses:\n"
        "  - {name: good enough, metric: balanced_accuracy, at_least: 0.55}\n"
        "  - {template: four_fifths_rule, severity: warn}\n"
    )
    return place


def test_a_broken_promise_ends_with_1_and_is_explained(call: Call, people_csv: Path) -> None:
    result = call("assure", "--template", "four_fifths_rule", "--on", people_csv, *SCHEMA_FLAGS)
    assert result.exit_code == 1
    for words in (
        ": violated, a promise is broken.",
        "Demographic parity ratio is at least 0.8",
        "shown: ",
        "sha256:",
    ):
        assert words in result.stdout
    assert "Evidence: " in result.stderr


def test_doubt_ends_with_3(call: Call, people_csv: Path) -> None:
    result = call("assure", "--template", "drift", "--on", people_csv, *SCHEMA_FLAGS, "--store", "none")
    assert result.exit_code == 3
    assert "there is no earlier table" in result.stdout
    assert "Evidence" not in result.stderr


def test_a_promise_kept_on_predictions_ends_with_0(call: Call, tmp_path: Path, contract: Path) -> None:
    table = equitab.load_adult().drop(columns="split").iloc[:600]
    table = table.assign(guess=table["income"])
    table.to_csv(tmp_path / "predictions.csv", index=False)
    result = call(
        "assure", contract, "--on", tmp_path / "predictions.csv", "--prediction", "guess", *SCHEMA_FLAGS,
        "--store", "none",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "(only warns)" in result.stdout


def test_a_run_is_judged_by_its_chosen_model(call: Call, finished_run: Path, contract: Path) -> None:
    result = call("assure", contract, "--on", finished_run, "--json", "--store", "none", "--quiet")
    data = json.loads(result.stdout)
    assert result.exit_code == data["exit_code"]
    assert result.stderr == ""
    headline = equitab.pipeline.load_run(finished_run).headline
    assert f"trained on {headline.treatment!r}" in data["clauses"][0]["shown"]
    assert not any("was not said which model" in remark for remark in data["remarks"])


def test_json_and_junit_say_the_same(call: Call, people_csv: Path, tmp_path: Path) -> None:
    words = ["--template", "four_fifths_rule", "--template", "no_copies", "--on", people_csv, *SCHEMA_FLAGS]
    result = call("assure", *words, "--json", "--junit", tmp_path / "j.xml", "--store", "none")
    data = json.loads(result.stdout)
    root = ElementTree.parse(tmp_path / "j.xml").getroot()
    assert [case.attrib["name"] for case in root.iter("testcase")] == [one["name"] for one in data["clauses"]]
    assert (root.attrib["failures"], root.attrib["errors"]) == ("1", "1")
    again = call("assure", *words, "--junit", tmp_path / "j.xml", "--store", "none")
    assert again.exit_code == 2
    assert "--overwrite replaces it" in again.stderr


def test_templates_are_listed_as_text_and_as_json(call: Call) -> None:
    shown = call("assure", "--list-templates")
    listed = json.loads(call("assure", "--list-templates", "--json").stdout)["templates"]
    assert shown.exit_code == 0
    assert all(row["name"] in shown.stdout for row in listed)
    assert len(listed) == len(equitab.assurance.TEMPLATES)


def test_a_bad_call_ends_with_2_and_says_all_of_it(call: Call, people_csv: Path, tmp_path: Path) -> None:
    result = call("assure")
    assert result.exit_code == 2
    assert "--list-templates" in result.stderr
    assert "flag --on" in result.stderr
    (tmp_path / "bad.yaml").write_text(
        "clauses: [{metric: acuracy, at_least: 2}, four_fifth_rule]\ncolour: red\n"
    )
    bad = call("assure", tmp_path / "bad.yaml", "--on", people_csv)
    assert bad.exit_code == 2
    assert bad.stderr.startswith("Contract: 3 problems")


def test_a_contract_that_cannot_be_read_is_told_from_one_that_is_broken(call: Call, people_csv: Path) -> None:
    """A gate must not go green, nor red, for a missing file."""
    assert call("assure", "nowhere.yaml", "--on", people_csv).exit_code == 2


def test_a_hostile_table_does_not_steer_the_terminal(call: Call, tmp_path: Path) -> None:
    """Names of groups are shown, escape sequences in them are not obeyed."""
    rows = [{"sex": f"F\x1b[2J{n % 2}", "hired": ["no", "yes"][n % 3 == 0]} for n in range(400)]
    lines = ["sex,hired", *(f"{row['sex']},{row['hired']}" for row in rows)]
    (tmp_path / "people.csv").write_text("\n".join(lines))
    result = call(
        "assure", "--template", "disparate_impact", "--on", tmp_path / "people.csv", "--target", "hired",
        "--sensitive", "sex", "--store", "none", "--quiet",
    )  # fmt: skip
    assert result.exit_code in (0, 1, 3), result.output
    assert "\x1b" not in result.stdout
    assert "shown: disparate_impact: sex, F" in result.stdout
