"""A store that is only read, by several at once, while others write."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from equitab.assurance.evidence import EvidenceSource
from equitab.assurance.evidence_store import EvidenceStore
from equitab.errors import InputError
from equitab.pipeline.assurance.evidence_reader import EvidenceReader

START = datetime(2026, 3, 1, tzinfo=UTC)


def source(run: int, subject: str = "people") -> EvidenceSource:
    return EvidenceSource(run=f"r{run}", subject=subject, time=START + timedelta(hours=run))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "evidence.sqlite"
    with EvidenceStore.open(place) as store:
        store.append([source(run).says("measurement", {"metric": "auroc", "value": run}) for run in range(3)])
    return place


def test_reading_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        EvidenceReader(tmp_path / "nothing.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_runs_are_counted_on_as_rows_arrive_and_anew_when_rows_are_gone(file: Path) -> None:
    reader = EvidenceReader(file)
    assert [row["run"] for row in reader.runs()] == ["r2", "r1", "r0"]
    with EvidenceStore.open(file) as store:
        store.append([source(1).says("platform", {}), source(9).says("platform", {})])
    assert {row["run"]: row["n_rows"] for row in reader.runs()} == {"r9": 1, "r2": 1, "r1": 2, "r0": 1}
    reader.close()


def test_an_answer_changes_with_the_store_and_not_before(file: Path) -> None:
    reader = EvidenceReader(file)
    first = reader.rows_of_run("r1", "measurement")
    assert reader.rows_of_run("r1", "measurement") is first
    assert reader.rows_of_run("r2", "measurement")[0]["content"]["value"] == 2
    with EvidenceStore.open(file) as store:
        store.append([source(1).says("measurement", {"metric": "accuracy", "value": 0.5})])
    assert len(reader.rows_of_run("r1", "measurement")) == 2
    reader.close()


def test_many_readers_and_a_writer_do_not_disturb_each_other(file: Path) -> None:
    reader = EvidenceReader(file)

    def read(number: int) -> int:
        reader.follow_chain(1) if number == 0 else None
        return sum(row["n_rows"] for row in reader.runs()) + len(
            reader.rows_of_run(f"r{number % 3}", "measurement")
        )

    with ThreadPoolExecutor(8) as threads, EvidenceStore.open(file) as store:
        found = [threads.submit(read, number) for number in range(40)]
        for run in range(10, 30):
            store.append([source(run).says("platform", {})])
        assert all(answer.result() >= 4 for answer in found)
    assert sum(row["n_rows"] for row in reader.runs()) == 23
    reader.close()
