"""What pages ask of a store, of SQLite and of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assurance.conftest import StorePlace
from equitab.assurance import evidence_pages
from equitab.assurance.evidence import Evidence, EvidenceSource
from equitab.assurance.evidence_store import EvidenceStore

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def check(source: EvidenceSource, clause: str, verdict: str, **more: object) -> Evidence:
    body = {"contract": "fair", "clause": clause, "verdict": verdict, "promise": "at most 0.1", **more}
    return source.says("verdict", body)


@pytest.fixture
def store(place: StorePlace, source: EvidenceSource) -> Iterator[EvidenceStore]:
    """Three runs about people, the last one about loans as well."""
    days = [
        replace(source, run=f"r{day}", subject="people", time=START + timedelta(days=day)) for day in range(3)
    ]
    with EvidenceStore.open(place.url) as opened:
        for day, seen in enumerate(days):
            opened.append(
                [
                    seen.says(
                        "measurement", {"metric": "accuracy", "value": 0.7 + day / 10, "group": "sex=F"}
                    ),
                    seen.says("measurement", {"metric": "ratio", "value": float("inf"), "n": 3}),
                    seen.says("verdict", {"contract": "fair", "clause": "", "verdict": "met"}),
                    check(seen, "parity", ("violated", "met", "met")[day], shown="sex", at_most=0.1),
                    check(seen, "copies", "undetermined"),
                ]
            )
        certificate = {"certificate": "sha256:c", "status": "valid", "event": "issue", "key": "ed25519:0f"}
        loans = replace(days[2], subject="loans")
        opened.append([days[2].says("certificate", certificate), check(loans, "parity", "met")])
        yield opened


def test_runs_are_counted_for_each_subject_of_each(store: EvidenceStore) -> None:
    end, rows = store.ask(evidence_pages.runs_after, after=0)
    assert end == store.head.sequence == 17
    counts = {(row["run"], row["subject"]): row["n_rows"] for row in rows}
    assert counts == {("r0", "people"): 5, ("r1", "people"): 5, ("r2", "people"): 6, ("r2", "loans"): 1}
    assert {row["last_time"] for row in rows if row["run"] == "r0"} == {"2026-03-01T12:00:00.000000Z"}


def test_counting_on_counts_each_row_once(store: EvidenceStore) -> None:
    _, all_rows = store.ask(evidence_pages.runs_after, after=0)
    _, late_rows = store.ask(evidence_pages.runs_after, after=12)
    assert sum(row["n_rows"] for row in all_rows) == 17
    assert sum(row["n_rows"] for row in late_rows) == 5


def test_only_the_newest_verdict_on_each_clause_is_current(store: EvidenceStore) -> None:
    rows = store.ask(evidence_pages.newest_clauses, subjects=["people", "loans", "nobody"])
    found = {(row["subject"], row["clause"]): (row["run"], row["verdict"]) for row in rows}
    assert found == {
        ("people", "parity"): ("r2", "met"),
        ("people", "copies"): ("r2", "undetermined"),
        ("loans", "parity"): ("r2", "met"),
    }


def test_verdicts_come_in_order_with_everything_that_they_say(store: EvidenceStore) -> None:
    rows = store.ask(evidence_pages.clause_verdicts, subject="people")
    assert [row["run"] for row in rows] == ["r0", "r0", "r1", "r1", "r2", "r2"]
    assert (rows[0]["shown"], rows[0]["at_most"], rows[0]["promise"]) == ("sex", 0.1, "at most 0.1")
    newest = store.ask(evidence_pages.clause_verdicts, subject="people", limit=3)
    assert newest == rows[-3:]
    assert {row["subject"] for row in store.ask(evidence_pages.clause_verdicts, run="r2")} == {
        "people",
        "loans",
    }


def test_certificates_are_found_by_subject_run_and_digest(store: EvidenceStore) -> None:
    for asked in ({"subjects": ["people"]}, {"run": "r2"}, {"certificate": "sha256:c"}, {}):
        rows = store.ask(evidence_pages.certificate_steps, **asked)
        assert [(row["certificate"], row["key"]) for row in rows] == [("sha256:c", "ed25519:0f")]
    assert store.ask(evidence_pages.certificate_steps, subjects=["loans"]) == []


def test_a_row_says_what_was_written_even_where_no_number_is_finite(store: EvidenceStore) -> None:
    rows = store.ask(evidence_pages.rows_of_run, run="r1", kind="measurement")
    assert [row["content"] for row in rows] == [
        {"metric": "accuracy", "value": pytest.approx(0.8), "group": "sex=F"},
        {"metric": "ratio", "value": float("inf"), "n": 3},
    ]


def test_a_body_that_somebody_made_no_json_says_nothing(place: StorePlace, store: EvidenceStore) -> None:
    place.tamper("UPDATE equitab_evidence SET body = '[[['")
    assert store.ask(evidence_pages.rows_of_run, run="r1", kind="measurement")[1]["content"] == {
        "metric": "ratio",
        "n": 3,
    }
    assert len(store.ask(evidence_pages.clause_verdicts, subject="people")) == 6


def test_the_context_of_a_run_is_that_of_its_newest_row(store: EvidenceStore) -> None:
    found = store.ask(evidence_pages.context_of_run, run="r1", subject="people")[0]
    assert (found["seed"], found["data_digest"][:10]) == (7, "sha256:bbb")
    assert store.ask(evidence_pages.context_of_run, run="r9", subject="people") == []
