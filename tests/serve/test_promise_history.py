"""Which promises count now, and since when they stand as they stand."""

from __future__ import annotations

from equitab.serve.promise_history import (
    draw_history,
    lay_out_histories,
    overall_verdict,
    promises_in_force,
    show_value,
)
from equitab.serve.records import Promise
from equitab.serve.subject_page import lay_out_timeline


def check(
    sequence: int, verdict: str, clause: str = "parity", *, digest: str = "a", **more: object
) -> Promise:
    return Promise(
        sequence=sequence,
        time=f"2026-01-{sequence:02d}T00:00:00Z",
        run=f"r{sequence}",
        subject="people",
        contract="fair",
        contract_digest=digest,
        clause=clause,
        verdict=verdict,
        **more,  # type: ignore[arg-type]
    )


def test_a_clause_that_left_its_contract_no_longer_counts() -> None:
    promises = [
        check(1, "violated", "old", digest="a"),
        check(2, "met", digest="b"),
        check(3, "met", digest="b"),
    ]
    assert [promise.sequence for promise in promises_in_force(promises)] == [3]
    histories = lay_out_histories(promises)
    assert [(one.newest.clause, one.is_in_force) for one in histories] == [("parity", True), ("old", False)]


def test_the_order_of_rows_does_not_matter() -> None:
    promises = [check(1, "met"), check(3, "violated"), check(2, "undetermined")]
    assert [one.sequence for one in lay_out_histories(promises)[0].checks] == [1, 2, 3]
    assert promises_in_force(promises)[0].verdict == "violated"


def test_a_verdict_stands_since_the_first_of_its_last_checks_in_a_row() -> None:
    history = lay_out_histories([check(1, "met"), check(2, "violated"), check(3, "met"), check(4, "met")])[0]
    assert (history.n_standing, history.since) == (2, "2026-01-03T00:00:00Z")


def test_one_broken_promise_outweighs_all_others_and_a_warning_decides_nothing() -> None:
    assert overall_verdict([check(1, "met"), check(2, "violated"), check(3, "undetermined")]) == "violated"
    assert overall_verdict([check(1, "met"), check(2, "undetermined")]) == "undetermined"
    assert overall_verdict([check(1, "met"), check(2, "violated", severity="warn")]) == "met"
    assert overall_verdict([check(1, "not applicable")]) == "not applicable"
    assert overall_verdict([]) == ""


def test_a_timeline_has_one_column_for_each_run_the_newest_last() -> None:
    promises = [check(day, "met") for day in range(1, 16)] + [check(16, "met", "copies")]
    timeline = lay_out_timeline(lay_out_histories(promises))
    assert [column.run for column in timeline.columns] == [f"r{day}" for day in range(5, 17)]
    assert timeline.n_left_out == 4
    assert [[bool(one) for one in row.checks] for row in timeline.rows] == [
        [False] * 11 + [True],
        [True] * 11 + [False],
    ]


def test_a_check_without_a_value_says_so_and_is_still_marked() -> None:
    history = lay_out_histories(
        [check(1, "undetermined"), check(2, "met", value=0.04, low=0.01, high=0.07, at_most=0.1)]
    )[0]
    chart = draw_history(history)
    assert show_value(history.checks[0]) == "no value"
    assert "2 Jan 2026, 00:00: met, 0.040 [0.010, 0.070]".replace(", 0.070", ",\u00a00.070") in chart
    assert "no value" in chart
    assert "promised: ≤ 0.1" in chart
