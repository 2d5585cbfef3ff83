"""Pieces of evidence: what they say, and how."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from equitab.assurance.evidence import (
    Evidence,
    EvidenceSource,
    certificate_evidence,
    commitment_evidence,
    file_name_only,
    measurement_evidence,
    parse_time,
    run_evidence,
    time_text,
    verdict_evidence,
)
from equitab.assurance.verdict import ClauseVerdict, ContractVerdict
from equitab.errors import InputError
from equitab.evaluation.results import Measurement, measurements_frame


def test_evidence_has_everything_of_its_source(source: EvidenceSource) -> None:
    piece = source.says("run", {"table": "people.csv"})
    assert {name: getattr(piece, name) for name in asdict(source)} == asdict(source)
    assert (piece.kind, piece.body) == ("run", {"table": "people.csv"})


def test_a_time_without_a_zone_and_an_unknown_kind_are_refused(source: EvidenceSource) -> None:
    with pytest.raises(InputError, match="time zone"):
        EvidenceSource(run="r", subject="s", time=datetime(2026, 1, 1))
    with pytest.raises(InputError, match="did you mean 'measurement'"):
        source.says("measurment", {})  # type: ignore[arg-type]


def test_the_order_of_times_is_the_order_of_their_texts() -> None:
    """Whatever their zones; that is how a store finds a span of time."""
    zone = timezone(timedelta(hours=-5))
    times = [
        datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        datetime(2025, 12, 31, 20, tzinfo=zone),
        datetime(2026, 1, 1, 2, tzinfo=UTC),
    ]
    assert sorted(times) == times
    assert sorted(map(time_text, times)) == list(map(time_text, times))
    assert [parse_time(time_text(time)) for time in times] == times


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000000Z"),
        (" 2026-01-31T12:00 ", "2026-01-31T12:00:00.000000Z"),
        ("2026-01-31T12:00:00.5+02:00", "2026-01-31T10:00:00.500000Z"),
        (date(2026, 1, 31), "2026-01-31T00:00:00.000000Z"),
        (datetime(2026, 1, 31, 1, tzinfo=UTC), "2026-01-31T01:00:00.000000Z"),
    ],
)
def test_times_are_read_as_people_write_them(said: str | date, meant: str) -> None:
    assert time_text(parse_time(said)) == meant


@pytest.mark.parametrize("said", ["yesterday", "31.01.2026", "", "2026-13-01", "0001-01-01T00:00+10:00"])
def test_what_is_no_time_is_refused(said: str) -> None:
    with pytest.raises(InputError, match="since: expected a day or a time as in 2026-01-31"):
        parse_time(said, where="since")


def test_a_table_of_measurements_and_a_list_say_the_same(source: EvidenceSource) -> None:
    measured = [
        Measurement(metric="accuracy", value=0.8, low=0.7, high=0.9, n=50, stage="test"),
        Measurement(metric="auroc", value=None, status="undefined", reason="one outcome only"),
    ]
    listed, framed = (
        measurement_evidence(source, measured),
        measurement_evidence(source, measurements_frame(measured)),
    )
    assert listed == framed
    assert [piece.kind for piece in listed] == ["measurement", "measurement"]


def test_a_verdict_is_one_piece_for_the_contract_and_one_for_each_clause(source: EvidenceSource) -> None:
    clause = ClauseVerdict(
        name="parity", property="fairness", severity="block", verdict="met", text="at most 0.1", value=0.02
    )
    verdict = ContractVerdict(
        contract="fair",
        contract_digest="sha256:c",
        verdict="met",
        clauses=(clause,),
        confidence=0.95,
        interval_confidence=0.99,
        n_compared=2,
    )
    whole, one = verdict_evidence(source, verdict)
    assert (whole.body["clause"], whole.body["verdict"], whole.contract_digest) == ("", "met", "sha256:c")
    assert (one.body["clause"], one.body["promise"], one.body["value"]) == ("parity", "at most 0.1", 0.02)


def test_certificates_commitments_and_runs_are_pieces_too(source: EvidenceSource) -> None:
    until = datetime(2027, 1, 1, tzinfo=UTC)
    issued = certificate_evidence(
        source, certificate="sha256:d", status="valid", event="issued", expires_at=until
    )
    assert (issued.kind, issued.body["expires_at"]) == ("certificate", "2027-01-01T00:00:00.000000Z")
    committed = commitment_evidence(source, contract="fair", terms={"clauses": []})
    assert (committed.kind, committed.body["event"]) == ("commitment", "committed")
    assert run_evidence(source, table="/home/jane/people.csv", facts={}).body == {"table": "people.csv"}


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("/home/jane/people.csv", "people.csv"),
        ("C:\\Users\\jane\\people.csv", "people.csv"),
        ("s3://key:secret@bucket/a/people.parquet?version=3#x", "people.parquet"),
        ("people.csv", "people.csv"),
        ("folder/", "folder"),
    ],
)
def test_of_a_place_only_the_name_of_the_file_is_kept(place: str, name: str) -> None:
    assert file_name_only(place) == name


def test_two_pieces_are_equal_when_they_say_the_same(source: EvidenceSource) -> None:
    assert source.says("run", {"a": 1}) == source.says("run", {"a": 1})
    assert isinstance(source.says("run", {}), Evidence)
