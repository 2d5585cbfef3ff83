"""Questions to a store over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from assurance.conftest import StorePlace
from equitab.assurance.evidence import Evidence, EvidenceSource, certificate_evidence, run_evidence
from equitab.assurance.evidence_store import EvidenceStore
from equitab.errors import InputError

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def days(source: EvidenceSource) -> list[Evidence]:
    """Two subjects, measured on three days, with promises and a certificate that is suspended in the end."""
    found = []
    for day in range(3):
        for subject in ("people", "loans"):
            seen = replace(source, subject=subject, run=f"{subject}-{day}", time=START + timedelta(days=day))
            verdict = "violated" if (day, subject) == (2, "loans") else "met"
            promise = {"contract": "fair", "clause": "parity", "verdict": verdict, "promise": "at most 0.1"}
            found += [
                run_evidence(seen, table=f"/data/{subject}.csv", facts={"n_rows": 40 + day}),
                seen.says("measurement", {"metric": "accuracy", "value": 0.7 + day / 10, "n": 40}),
                seen.says("measurement", {"metric": "auroc", "value": 0.8, "n": 40}),
                seen.says("verdict", {"contract": "fair", "clause": "", "verdict": verdict}),
                seen.says("verdict", {**promise, "value": day / 20}),
                seen.says("verdict", {**promise, "clause": "copies", "verdict": "not applicable"}),
                seen.says(
                    "platform", {"wall_seconds": 1.5 + day, "cpu_seconds": 2, "peak_memory_bytes": 10**9}
                ),
                certificate_evidence(
                    seen, certificate=f"sha256:{subject}", status="valid", event="issued", contract="fair"
                ),
            ]
    last = found[-1]
    suspended = certificate_evidence(
        replace(source, subject="loans", run="loans-2", time=last.time),
        certificate="sha256:loans",
        status="suspended",
        event="promise violated",
        expires_at=START,
    )
    return [*found, suspended]


@pytest.fixture
def filled(place: StorePlace, source: EvidenceSource) -> EvidenceStore:
    with EvidenceStore.open(place.url) as store:
        store.append(days(source))
        yield store  # type: ignore[misc]


def test_subjects_are_never_mixed(filled: EvidenceStore) -> None:
    """Evidence from another table is not among one's own."""
    rows = filled.history(subject="people")
    assert set(rows["run"].to_list()) == {"people-0", "people-1", "people-2"}
    assert set(filled.promises(subject="loans")["run"].to_list()) == {"loans-0", "loans-1", "loans-2"}
    assert filled.certificates(subject="loans")["status"].to_list() == ["valid"] * 3 + ["suspended"]
    assert filled.runs(subject="people")["run"].to_list() == ["people-0", "people-1", "people-2"]
    assert len(filled.history(subject="peopl")) == len(filled.history(subject="people'--")) == 0


def test_a_metric_over_time(filled: EvidenceStore) -> None:
    rows = filled.history(subject="people", metric="accuracy")
    assert rows["value"].to_list() == [0.7, 0.7 + 1 / 10, 0.7 + 2 / 10]
    assert rows["time"].to_list() == sorted(rows["time"].to_list())
    assert filled.history(metric="accuracy", run="loans-1")["n"].to_list() == [40]


@pytest.mark.parametrize(
    ("since", "until", "n"),
    [
        ("2026-03-02", None, 4),
        (None, "2026-03-01", 2),
        (None, date(2026, 3, 2), 4),
        ("2026-03-02T12:00", "2026-03-02T12:00", 2),
        ("2026-03-02T12:00:00.000001", None, 2),
        (START, START, 2),
        ("2026-03-02T13:00+01:00", None, 4),
    ],
)
def test_a_span_of_time(
    filled: EvidenceStore, since: str | date | None, until: str | date | None, n: int
) -> None:
    """A day as the end is meant to its end."""
    assert len(filled.history(metric="accuracy", since=since, until=until)) == n


def test_a_limit_keeps_the_latest_in_the_order_of_time(filled: EvidenceStore) -> None:
    assert filled.history(limit=2)["sequence"].to_list() == [48, 49]
    assert filled.runs(limit=2)["run"].to_list() == ["people-2", "loans-2"]
    assert filled.promises(limit=1)["clause"].to_list() == ["copies"]


def test_a_run_is_counted_with_its_promises_and_what_it_used(filled: EvidenceStore) -> None:
    rows = filled.runs().to_native().to_pylist()
    assert [row["run"] for row in rows] == [
        f"{subject}-{day}" for day in range(3) for subject in ("people", "loans")
    ]
    assert rows[-1] == {
        "run": "loans-2",
        "subject": "loans",
        "started": "2026-03-03T12:00:00.000000Z",
        "ended": "2026-03-03T12:00:00.000000Z",
        "table": "loans.csv",
        "n_rows": 42,
        "n_measurements": 2,
        "n_met": 0,
        "n_violated": 1,
        "n_undetermined": 0,
        "n_not_applicable": 1,
        "contract": "fair",
        "verdict": "violated",
        "certificate": "sha256:loans",
        "status": "suspended",
        "wall_seconds": 3.5,
        "cpu_seconds": 2.0,
        "peak_memory_bytes": 10**9,
    }
    assert filled.runs(run="people-1")["verdict"].to_list() == ["met"]


def test_promises_are_those_of_clauses_and_certificates_say_until_when(filled: EvidenceStore) -> None:
    promises = filled.promises(subject="loans", run="loans-2")
    assert promises["clause"].to_list() == ["parity", "copies"]
    assert promises["verdict"].to_list() == ["violated", "not applicable"]
    last = filled.certificates().to_native().to_pylist()[-1]
    assert (last["event"], last["expires_at"]) == ("promise violated", "2026-03-01T12:00:00.000000Z")


def test_bad_questions_are_refused(filled: EvidenceStore) -> None:
    with pytest.raises(InputError, match="did you mean 'verdict'"):
        filled.history(kind="verdicts")
    with pytest.raises(InputError, match="limit: expected at least 1 row"):
        filled.history(limit=0)
    with pytest.raises(InputError, match="since"):
        filled.history(since="last week")
