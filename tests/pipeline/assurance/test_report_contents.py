"""What the page is told of promises over time."""

from __future__ import annotations

from typing import Any

from equitab.assurance import Contract, read_contract
from equitab.pipeline.assurance.report_contents import promise_histories, show_time

CONTRACT = read_contract(
    {
        "name": "ours",
        "clauses": [
            {"name": "parity", "metric": "demographic_parity_difference", "at_most": 0.1},
            {"name": "useful", "metric": "accuracy", "at_least": 0.6},
        ],
    }
)


def row(clause: str, time: str, *, contract: Contract = CONTRACT, verdict: str = "met") -> dict[str, Any]:
    """Return one row as the store hands it out."""
    plain = {"value": 0.05, "low": 0.02, "high": 0.08, "reason": "so it is", "promise": f"{clause} in words"}
    place = {"run": f"run {time}", "time": f"{time}:00.000000Z", "contract": contract.name, "clause": clause}
    return {**plain, **place, "verdict": verdict, "contract_digest": contract.digest}


def test_a_promise_that_was_checked_twice_has_a_history() -> None:
    """In the order of the contract, with the bounds that it compares with."""
    rows = [
        row(clause, time)
        for time in ("2026-05-01T08:00", "2026-05-02T08:00")
        for clause in ("parity", "useful")
    ]
    parity, useful = promise_histories(rows, CONTRACT)
    assert [point.time for point in parity.points] == ["2026-05-01", "2026-05-02"]
    assert {(point.at_most, point.at_least) for point in parity.points} == {(0.1, None)}
    assert {(point.at_most, point.at_least) for point in useful.points} == {(None, 0.6)}
    assert parity.text == "parity in words"


def test_checks_of_one_day_are_told_apart_by_the_hour() -> None:
    """A monitor may look every minute."""
    rows = [row("parity", f"2026-05-01T08:0{minute}") for minute in range(3)]
    (parity,) = promise_histories(rows, CONTRACT)
    assert [point.time for point in parity.points] == ["08:00 UTC", "08:01 UTC", "08:02 UTC"]


def test_a_first_check_has_no_history() -> None:
    """One point is no line."""
    assert (
        promise_histories([row("parity", "2026-05-01T08:00"), row("useful", "2026-05-01T08:00")], CONTRACT)
        == ()
    )


def test_other_contracts_and_other_thresholds_are_not_mixed_up() -> None:
    """Another name is left out; a changed contract of this name keeps its verdicts, not this one's bound."""
    other = Contract("theirs", CONTRACT.clauses)
    changed = Contract("ours", CONTRACT.clauses, confidence=0.9)
    rows = [row("parity", "2026-05-01T08:00", contract=changed, verdict="violated")]
    rows += [row("parity", f"2026-05-0{day}T08:00") for day in (2, 3)]
    rows += [row("parity", f"2026-05-0{day}T09:00", contract=other) for day in (2, 3)]
    (parity,) = promise_histories(rows, CONTRACT)
    assert [point.verdict for point in parity.points] == ["violated", "met", "met"]
    assert [point.at_most for point in parity.points] == [None, 0.1, 0.1]


def test_times_are_written_to_the_minute() -> None:
    """In UTC, and saying so."""
    assert show_time("2026-05-01T08:00:59.000001Z") == "2026-05-01 08:00 UTC"
