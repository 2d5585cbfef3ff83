"""Contracts in files: every mistake is named with its place, and nothing hostile is carried out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from equitab.assurance import Condition, contract_from_templates, read_contract
from equitab.errors import ContractError


def problems_of(*clauses: Any, **settings: Any) -> str:
    """Return what is said about a contract."""
    with pytest.raises(ContractError) as caught:
        read_contract({"clauses": list(clauses), **settings})
    return str(caught.value)


def test_a_clause_may_be_a_template_by_name_a_template_with_changes_or_ones_own() -> None:
    contract = read_contract(
        """
        name: hiring
        clauses:
          - four_fifths_rule
          - {template: demographic_parity, at_most: 0.05, where: {sensitive_features: sex}, severity: warn}
          - {metric: balanced_accuracy, at_least: 0.7}
        """
    )
    assert [clause.name for clause in contract.clauses] == [
        "four_fifths_rule",
        "demographic_parity",
        "balanced_accuracy",
    ]
    changed = contract.clauses[1]
    assert changed.requirement == Condition(
        metric="demographic_parity_difference", where={"sensitive_features": ("sex",)}, at_most=0.05
    )
    assert (changed.severity, changed.template) == ("warn", "demographic_parity")


def test_a_contract_without_a_name_is_called_as_its_file(tmp_path: Path) -> None:
    (tmp_path / "gate.yaml").write_text("clauses: [no_copies]")
    assert read_contract(tmp_path / "gate.yaml").name == "gate"
    assert read_contract(str(tmp_path / "gate.yaml")).name == "gate"


def test_a_number_in_a_where_is_the_text_of_measurements() -> None:
    """The operating point 0.5 is written without quotes by everybody."""
    contract = read_contract(
        {"clauses": [{"metric": "f1", "at_least": 0.5, "where": {"operating_point": 0.5}}]}
    )
    assert contract.clauses[0].requirement.where == {"operating_point": ("0.5",)}


def test_an_intersection_may_be_written_with_the_letter_x() -> None:
    where = {"sensitive_features": ["sex x race", "sex"]}
    contract = read_contract({"clauses": [{"metric": "f1", "at_least": 0.5, "where": where}]})
    assert contract.clauses[0].requirement.where == {"sensitive_features": ("sex × race", "sex")}


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("four_fifth_rule", "did you mean 'four_fifths_rule'?"),
        ({"metric": "acuracy", "at_least": 0.5}, "did you mean 'accuracy'?"),
        ({"metric": "accuracy", "at_lest": 0.5}, "did you mean 'at_least'?"),
        ({"metric": "accuracy"}, "a threshold, received none"),
        ({"metric": "accuracy", "at_least": "0.5"}, "write it without quotes"),
        ({"metric": "accuracy", "at_least": True}, "a number, received true or false"),
        ({"metric": "accuracy", "at_least": float("inf")}, "a finite number"),
        ({"metric": "accuracy", "at_least": 0.8, "at_most": 0.7}, "at_most 0.7 below at_least 0.8"),
        ({"metric": "accuracy", "at_least": 0.5, "where": {"stage": "tset"}}, "did you mean 'test'?"),
        ({"metric": "accuracy", "at_least": 0.5, "where": {"treatment": "agmented"}}, "'augmented'"),
        ({"metric": "accuracy", "at_least": 0.5, "where": {"modle": "x"}}, "did you mean 'model'?"),
        ({"metric": "accuracy", "at_least": 0.5, "where": {}}, "columns and values, received none"),
        ({"metric": "accuracy", "at_least": 0.5, "where": {"model": []}}, "at least one value, received none"),
        ({"metric": "accuracy", "at_least": 0.5, "where": {"model": {"a": 1}}}, "received keys and values"),
        ({"metric": "accuracy", "at_least": 0.5, "against": {"metric": "f2"}}, "received 'f2'"),
        ({"metric": "accuracy", "at_least": 0.5, "against": {"table": "before"}}, "the word 'earlier'"),
        ({"metric": "accuracy", "at_least": 0.5, "against": {"model": "every"}}, "one value, received 'every'"),
        ({"metric": "accuracy", "at_least": 0.5, "severity": "wran"}, "did you mean 'warn'?"),
        ({"metric": "accuracy", "at_least": 0.5, "over": {"window": "all"}}, "how many times"),
        ({"metric": "accuracy", "at_least": 0.5, "over": "all"}, "received the text 'all'"),
        ({"metric": "accuracy", "at_least": 0.5, "absolute": "yes"}, "true or false, received the text 'yes'"),
        ({"metric": "accuracy", "all_of": []}, "one of metric, all_of, any_of, not"),
        ({"all_of": []}, "at least one condition, received none"),
        ({"all_of": {"metric": "accuracy"}}, "a list of conditions"),
        ({"all_of": [{"metric": "accuracy", "at_least": 0.5}], "at_most": 1}, "thresholds inside all_of"),
        ({"not": {"metric": "accuracy", "at_least": 0.5, "severity": "warn"}}, "key 'severity'"),
        ({"template": "complexity", "at_most": 0.3}, "it has several conditions"),
        ({"template": "four_fifths_rule", "metric": "accuracy", "at_least": 0.1}, "another promise"),
        ({"template": "four_fifths_rule", "absolute": True}, "the template's own"),
        (17, "received the number 17"),
        ({"name": "a\x1b[2J", "metric": "accuracy", "at_least": 0.5}, "characters that cannot be printed"),
        ({"name": "two\nlines", "metric": "accuracy", "at_least": 0.5}, "characters that cannot be printed"),
        ({"name": "x" * 121, "metric": "accuracy", "at_least": 0.5}, "received 121 characters"),
        ({"property": "\t", "metric": "accuracy", "at_least": 0.5}, "a name, received an empty one"),
        ([], "received a list"),
        ({"name": 3, "metric": "accuracy", "at_least": 0.5}, "a text, received the number 3"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_clause_is_named_with_its_place(clause: Any, words: str) -> None:
    text = problems_of("no_copies", clause)
    assert "clause 2" in text
    assert words in text


def test_all_mistakes_are_said_at_once() -> None:
    text = problems_of(
        "fair", {"metric": "acuracy", "at_least": 2}, correction="holm", colour="red", version=2
    )
    for words in ("5 problems", "'fair'", "'acuracy'", "'holm'", "'colour'", "key 'version': expected 1"):
        assert words in text


def test_two_clauses_of_one_name_are_refused() -> None:
    assert "2 clauses named 'accuracy'" in problems_of(
        {"metric": "accuracy", "at_least": 0.5}, {"metric": "accuracy", "at_least": 0.6}
    )


@pytest.mark.parametrize("clauses", [None, [], "no_copies", {}])
def test_a_contract_must_have_a_list_of_clauses(clauses: Any) -> None:
    with pytest.raises(ContractError, match="a list of clauses"):
        read_contract({"clauses": clauses})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &a [x]\nclauses: *a", "an alias"),
        ("clauses:\n  " + "[" * 100, "deep"),
        ("clauses: [no_copies]\nclauses: [drift]", "stands twice"),
        ("clauses:\n  - {metric: !!python/name:os.system , at_least: 0.5}", "the tag"),
        ("- no_copies\n- drift", "a list"),
        ("name: " + "x" * 1_000_001 + "\n", "at most 1,000,000 bytes"),
    ],
)
def test_a_hostile_file_is_refused(text: str, words: str, tmp_path: Path) -> None:
    """As text and as a file."""
    with pytest.raises(ContractError, match=words):
        read_contract(text)
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ContractError, match=words):
        read_contract(tmp_path / "c.yaml")


def test_conditions_nested_without_end_are_refused() -> None:
    """Also where they come from Python or JSON, not from YAML."""
    deep: dict[str, Any] = {"metric": "accuracy", "at_least": 0.5}
    for _ in range(200):
        deep = {"not": deep}
    assert "fewer levels" in problems_of(deep)


def test_templates_alone_make_a_contract() -> None:
    contract = contract_from_templates(["four_fifths_rule", "no_copies"], sensitive_features=["sex"])
    assert contract.clauses[0].requirement.where == {"sensitive_features": ("sex",)}
    assert contract.clauses[1].requirement.where == {}
    with pytest.raises(ContractError, match="did you mean 'no_copies'"):
        contract_from_templates(["no_copy"])
    with pytest.raises(ContractError, match="at least one clause"):
        contract_from_templates([])
