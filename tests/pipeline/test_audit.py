"""An audit of labels says how hard the table is to learn from; one of predictions does not."""

from __future__ import annotations

import pytest

import equitab
from equitab.assurance import check_contract, contract_from_templates
from equitab.cli.audit_text import print_audit
from equitab.datasets import adult_schema, load_adult
from equitab.metrics import definitions_with

NAMES = {definition.name for definition in definitions_with(family="complexity")}
PEOPLE = {"x": [place // 3 for place in range(60)], "sex": ["F", "M"] * 30, "y": ["no"] * 30 + ["yes"] * 30}
SCHEMA = {"target": "y", "favorable_outcome": ["yes"], "sensitive_features": ["sex"]}


def test_complexity_is_measured_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    found = equitab.audit(load_adult().iloc[:1500], adult_schema())
    measured = {one.metric: one for one in found.measurements if one.stage == "complexity"}
    assert measured.keys() == NAMES
    assert measured["complexity_density"].n == 1000
    print_audit(found)
    shown = capsys.readouterr().out
    assert all(name in shown for name in NAMES)
    assert "Performance" not in shown


def test_predictions_are_judged_without_it() -> None:
    import pandas as pd

    people = pd.DataFrame({**PEOPLE, "guess": PEOPLE["y"]})
    found = equitab.audit(people, SCHEMA, prediction="guess")
    assert not {one.metric for one in found.measurements} & NAMES


def test_a_table_of_outcomes_alone_is_audited_all_the_same() -> None:
    import pandas as pd

    found = equitab.audit(pd.DataFrame({"y": PEOPLE["y"]}), {"target": "y", "favorable_outcome": ["yes"]})
    assert found.n_rows == 60
    assert not {one.metric for one in found.measurements} & NAMES


def test_the_promise_about_complexity_is_decided_by_an_audit() -> None:
    """Two equal outcomes that x tells apart keep it; two that nothing tells break it."""
    import pandas as pd

    contract = contract_from_templates("complexity")
    easy = equitab.audit(
        pd.DataFrame({name: PEOPLE[name] for name in ("x", "y")}), {**SCHEMA, "sensitive_features": []}
    )
    assert check_contract(contract, easy.measurements).verdict == "met"
    hard = equitab.audit(
        pd.DataFrame({**PEOPLE, "y": ["no", "yes"] * 30, "sex": ["F", "F", "M", "M"] * 15}), SCHEMA
    )
    assert check_contract(contract, hard.measurements).verdict == "violated"
