"""What the verdicts of clauses make of a contract."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product

import pytest

from equitab.assurance import EXIT_CODES, ClauseVerdict, ContractVerdict, contract_state

CLAUSE = ClauseVerdict(name="a", property="fairness", severity="block", verdict="met", text="A is at most 1")


@pytest.mark.parametrize("states", list(product(EXIT_CODES, repeat=2)))
def test_one_violated_clause_decides_then_one_undetermined(states: tuple[str, str]) -> None:
    found = contract_state(replace(CLAUSE, verdict=state) for state in states)
    if "violated" in states:
        assert found == "violated"
    elif "undetermined" in states:
        assert found == "undetermined"
    else:
        assert found == ("met" if "met" in states else "not applicable")


def test_warnings_decide_nothing() -> None:
    warned = replace(CLAUSE, severity="warn", verdict="violated")
    assert contract_state([CLAUSE, warned]) == "met"
    assert contract_state([warned]) == "not applicable"


def test_exit_codes_tell_doubt_from_violation() -> None:
    assert EXIT_CODES == {"met": 0, "not applicable": 0, "violated": 1, "undetermined": 3}


def test_an_end_at_infinity_is_no_number_in_json() -> None:
    """Canonical JSON has no infinity."""
    clause = replace(CLAUSE, value=2.0, low=1.0, high=float("inf"))
    verdict = ContractVerdict(
        contract="c", contract_digest="sha256:0", verdict="met", clauses=(clause,), confidence=0.95,
        interval_confidence=0.95, n_compared=1,
    )  # fmt: skip
    data = json.loads(json.dumps(verdict.to_dict(), allow_nan=False))
    assert data["clauses"][0]["high"] is None
    assert ContractVerdict.from_dict(data).clauses[0].value == 2.0
