"""Every template works on what it is made for, and claims nothing where that is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

import equitab
from equitab.assurance import TEMPLATES, check_contract, contract_from_templates
from equitab.assurance.clause import promised_property
from equitab.assurance.contract_words import clause_words
from equitab.assurance.requirement import conditions_of
from equitab.evaluation.results import Measurement
from equitab.metrics import METRICS

LABELS = ("four_fifths_rule", "disparate_impact", "demographic_parity")
PREDICTIONS = (
    *LABELS, "equal_opportunity", "equal_misopportunity", "equalized_odds", "average_odds", "predictive_parity",
    "better_than_guessing", "accuracy",
)  # fmt: skip


@pytest.fixture(scope="module")
def measured() -> dict[str, tuple[Measurement, ...]]:
    """Labels and predictions of 800 people, half of them women, who are treated alike."""
    import pandas as pd

    rows = {"sex": ["F", "M"] * 400, "hired": ["yes", "yes", "no", "no"] * 200}
    people = pd.DataFrame(
        {**rows, "guess": (["yes"] * 2 + ["no"] * 2) * 195 + ["no", "no", "yes", "yes"] * 5}
    )
    schema = {
        "target": "hired", "favorable_outcome": ["yes"],
        "sensitive_features": [{"name": "sex", "reference": "M"}],
    }  # fmt: skip
    return {
        "labels": equitab.audit(people.drop(columns="guess"), schema).measurements,
        "predictions": equitab.audit(people, schema, prediction="guess").measurements,
    }


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_explained_and_names_metrics_that_exist(name: str) -> None:
    template = TEMPLATES[name]
    metrics = {condition.metric for condition in conditions_of(template.requirement)}
    assert metrics <= set(METRICS)
    assert template.explanation.endswith(".")
    clause = template.clause()
    assert clause_words(clause)[0].isupper() or clause_words(clause).startswith("(")
    assert promised_property(clause) == template.property


def test_the_guide_names_every_template() -> None:
    """With its metric and its threshold."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "contracts.md").read_text()
    for name, template in TEMPLATES.items():
        row = next((line for line in page.splitlines() if line.startswith(f"| `{name}` |")), "")
        for condition in conditions_of(template.requirement):
            assert f"`{condition.metric}`" in row, name
            for threshold in (condition.at_most, condition.at_least):
                assert threshold is None or f"{threshold:g}" in row, name


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_grants_nothing_without_evidence(name: str) -> None:
    found = check_contract(contract_from_templates(name), [])
    assert found.verdict == "undetermined"


@pytest.mark.parametrize("name", TEMPLATES)
def test_on_labels_a_template_of_labels_is_decided_and_one_of_predictions_is_undetermined(
    name: str, measured: dict[str, tuple[Measurement, ...]]
) -> None:
    found = check_contract(contract_from_templates(name), measured["labels"])
    # 400 people a group: selection rates are equal, and known to within 0.07; sex tells nobody's outcome
    verdicts = {**dict.fromkeys(LABELS, "met"), "complexity": "violated"}
    assert found.verdict == verdicts.get(name, "undetermined")


@pytest.mark.parametrize("name", PREDICTIONS)
def test_on_predictions_that_are_fair_and_good_every_promise_about_them_is_kept(
    name: str, measured: dict[str, tuple[Measurement, ...]]
) -> None:
    assert check_contract(contract_from_templates(name), measured["predictions"]).verdict == "met"


def test_what_was_not_measured_is_undetermined_and_says_so() -> None:
    found = check_contract(contract_from_templates("complexity"), []).clauses[0]
    assert found.verdict == "undetermined"
    assert "complexity_c2 was not measured" in found.reason


def test_naming_sensitive_features_narrows_promises_of_fairness_only() -> None:
    contract = contract_from_templates(TEMPLATES, sensitive_features="sex")
    narrowed = {
        clause.name
        for clause in contract.clauses
        for condition in conditions_of(clause.requirement)
        if condition.where.get("sensitive_features") == ("sex",)
    }
    assert narrowed == {
        name for name, template in TEMPLATES.items() if template.property in ("fairness", "drift")
    }
