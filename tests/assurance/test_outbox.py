"""Evidence that a store did not take waits, and nothing is lost or kept twice."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from assurance.conftest import StorePlace
from equitab.assurance.evidence import Evidence
from equitab.assurance.evidence_store import EvidenceStore
from equitab.assurance.home import home_folder
from equitab.assurance.outbox import flush_outbox, outbox_size, record
from equitab.errors import InputError, StorageError
from postgres import PASSWORD, QUOTED_PASSWORD, PostgresServer, running_server


@pytest.fixture(autouse=True)
def fresh_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUITAB_HOME", str(tmp_path / "home"))


def waiting_files() -> list[Path]:
    return sorted((home_folder() / "outbox").glob("*/*.jsonl"))


def test_what_a_store_takes_is_stored_and_nothing_waits(place: StorePlace, pieces: list[Evidence]) -> None:
    outcome = record(pieces, place.url)
    assert (outcome.state, outcome.n, outcome.first, outcome.last, outcome.reason) == ("stored", 6, 1, 6, "")
    assert outcome.head is not None
    assert outcome.head.sequence == 6
    assert waiting_files() == []
    again = record(pieces, place.url)
    assert (again.state, again.first, again.last) == ("stored", 7, 6)


def test_the_store_of_the_user_is_the_default(pieces: list[Evidence]) -> None:
    record(pieces)
    assert (home_folder() / "evidence.sqlite").is_file()
    with EvidenceStore.open(read_only=True) as store:
        assert len(store.history()) == 6


def test_a_store_that_is_no_store_loses_nothing(tmp_path: Path, pieces: list[Evidence]) -> None:
    """The evidence waits; once the place is free it enters the store, the oldest first, each piece once."""
    path = tmp_path / "evidence.sqlite"
    path.write_text("not a database, just some notes")
    first, second = record(pieces[:2], path), record(pieces[2:4], path)
    assert (first.state, second.state) == ("kept", "kept")
    assert "a file of another kind" in first.reason
    assert "wait in the outbox" in str(first)
    assert outbox_size(path) == 4
    assert flush_outbox(path).n_stored == 0
    assert path.read_text() == "not a database, just some notes"
    path.unlink()
    third = record(pieces[4:], path)
    assert (third.state, third.n_flushed, third.first, third.last) == ("stored", 4, 5, 6)
    assert waiting_files() == []
    with EvidenceStore.open(path, read_only=True) as store:
        assert store.history()["n"].to_list() == [100, 101, 102, 103, 104, 105]
        assert store.verify_chain() == ()


def test_a_file_of_the_outbox_that_was_taken_up_already_is_not_kept_twice(
    tmp_path: Path, pieces: list[Evidence]
) -> None:
    """The process was killed between the commit and the removal of the file."""
    path = tmp_path / "folder" / "evidence.sqlite"
    (tmp_path / "folder").write_text("in the way")
    record(pieces, path)
    (tmp_path / "folder").unlink()
    file = waiting_files()[0]
    content = file.read_bytes()
    assert flush_outbox(path).n_stored == 6
    file.write_bytes(content)
    assert flush_outbox(path).n_stored == 0
    assert waiting_files() == []
    with EvidenceStore.open(path, read_only=True) as store:
        assert store.head.sequence == 6


def test_a_damaged_file_of_the_outbox_is_set_aside_and_stops_nothing(
    tmp_path: Path, pieces: list[Evidence]
) -> None:
    path = tmp_path / "folder" / "evidence.sqlite"
    (tmp_path / "folder").write_text("in the way")
    record(pieces[:3], path)
    record(pieces[3:], path)
    (tmp_path / "folder").unlink()
    file = waiting_files()[0]
    file.write_bytes(file.read_bytes()[:-100])
    outcome = flush_outbox(path)
    assert (outcome.n_stored, outcome.n_waiting) == (3, 0)
    assert "set aside" in outcome.remarks[0]
    assert len(list(home_folder().glob("outbox/*/*.damaged"))) == 1


def test_the_first_line_says_why_without_a_password(pieces: list[Evidence]) -> None:
    """Nobody listens on port 1; the message, the file and its folder hold no password."""
    url = f"postgresql://me:{QUOTED_PASSWORD}@127.0.0.1:1/evidence"
    outcome = record(pieces, url)
    assert outcome.state == "kept"
    assert outcome.reason == (
        "store 'postgresql://127.0.0.1:1/evidence' could not be used: the server does not answer. "
        "Next: check that it runs, and its name and port."
    )
    header = json.loads(waiting_files()[0].read_bytes().splitlines()[0])
    assert header["reason"] == outcome.reason
    everything = waiting_files()[0].read_text() + str(waiting_files()[0]) + repr(outcome)
    assert not {PASSWORD, QUOTED_PASSWORD, "s3cret"} & {
        word for word in (PASSWORD, "s3cret") if word in everything
    }
    other_password = "postgresql://me:other@127.0.0.1:1/evidence"
    assert outbox_size(other_password) == 6


def test_a_full_store_loses_nothing(
    tmp_path: Path, pieces: list[Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite says that it is full: what was there stays, the rest waits."""
    from equitab.assurance import store_engine

    path = tmp_path / "evidence.sqlite"
    record(pieces[:1], path)
    usual = store_engine._pragmas
    monkeypatch.setattr(
        store_engine, "_pragmas", lambda read_only: [*usual(read_only), "max_page_count = 12"]
    )
    many = [pieces[0].says("measurement", {"metric": "x" * 300, "n": number}) for number in range(500)]
    outcome = record(many, path)
    assert outcome.state == "kept"
    assert outcome.reason.endswith("could not be used: the disk is full. Next: free some space.")
    monkeypatch.undo()
    os.environ["EQUITAB_HOME"] = str(tmp_path / "home")
    assert flush_outbox(path).n_stored == 500
    with EvidenceStore.open(path, read_only=True) as store:
        assert store.check_chain().is_whole
        assert store.head.sequence == 501


@pytest.mark.slow
def test_a_limit_on_the_size_of_files_loses_nothing(tmp_path: Path) -> None:
    """The operating system refuses in the middle of a commit."""
    code = f"""
import resource
from datetime import UTC, datetime
from equitab.assurance.evidence import EvidenceSource
from equitab.assurance.outbox import record
source = EvidenceSource(run="r", subject="s", time=datetime.now(UTC))
path = {str(tmp_path / "evidence.sqlite")!r}
print(record([source.says("run", {{"table": "a.csv"}})], path).state)
many = [source.says("measurement", {{"metric": "x" * 300, "n": n}}) for n in range(300)]
resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, 250_000))
outcome = record(many, path)
print(outcome.state, outcome.reason)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.splitlines()[0] == "stored", done.stderr
    assert done.stdout.splitlines()[1].startswith("kept store"), done.stdout
    assert "the disk" in done.stdout
    assert flush_outbox(tmp_path / "evidence.sqlite").n_stored == 300
    with EvidenceStore.open(tmp_path / "evidence.sqlite", read_only=True) as store:
        assert store.check_chain().is_whole


def test_neither_store_nor_outbox_is_said_with_both_reasons(tmp_path: Path, pieces: list[Evidence]) -> None:
    (tmp_path / "home").write_text("in the way")
    (tmp_path / "folder").write_text("in the way")
    with pytest.raises(StorageError, match=r"could not be opened.*And the outbox did not take"):
        record(pieces, tmp_path / "folder" / "evidence.sqlite")


def test_a_store_held_by_another_program_keeps_the_evidence_waiting(
    tmp_path: Path, pieces: list[Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "evidence.sqlite"
    record(pieces[:1], path)
    monkeypatch.setattr("equitab.assurance.store_engine.WAIT_SECONDS", 0.05)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    outcome = record(pieces[1:], path)
    holder.execute("ROLLBACK")
    holder.close()
    assert outcome.state == "kept"
    assert "another program has been writing into it all the while" in outcome.reason
    assert record([], path).n_flushed == 5


def test_a_name_that_makes_no_sense_is_refused_at_once(pieces: list[Evidence]) -> None:
    """There would be nowhere to try again."""
    with pytest.raises(InputError, match="mysql"):
        record(pieces, "mysql://me:secret@host/db")
    assert waiting_files() == []


def test_evidence_that_is_no_plain_data_is_refused_at_once(tmp_path: Path, pieces: list[Evidence]) -> None:
    with pytest.raises(InputError, match="plain data"):
        record([pieces[0].says("run", {"thing": object()})], tmp_path / "evidence.sqlite")


@pytest.mark.server
@pytest.mark.slow
def test_a_server_that_goes_down_and_comes_back_loses_nothing(
    postgres: PostgresServer, pieces: list[Evidence]
) -> None:
    """Stopped as by a crash while the store is open; started again; everything is there once."""
    with running_server(postgres.binaries) as server:
        server.sql("CREATE DATABASE evidence")
        url = server.url("evidence")
        with EvidenceStore.open(url) as store:
            store.append(pieces[:2])
            server.stop()
            with pytest.raises(StorageError, match=r"does not answer|shutting down"):
                store.append(pieces[2:3])
            assert record(pieces[2:4], url).state == "kept"
            server.start()
            outcome = record(pieces[4:], url)
            assert (outcome.state, outcome.n_flushed, outcome.last) == ("stored", 2, 6)
            assert store.append(pieces) == (7, 6)  # the open store found its server again
            assert store.verify_chain() == ()


@pytest.mark.server
@pytest.mark.parametrize(
    ("user", "database", "reason"),
    [
        ("nobody", "evidence", "the server refuses the password"),
        ("owner", "absent", "there is no such database on the server"),
        ("reader", "evidence", "the user may not do that there"),
    ],
)
def test_what_a_server_refuses_is_said_and_kept(
    postgres: PostgresServer, pieces: list[Evidence], user: str, database: str, reason: str
) -> None:
    postgres.sql(
        "DO $$ BEGIN CREATE ROLE reader LOGIN PASSWORD '" + PASSWORD + "'; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    outcome = record(pieces, postgres.url(database, user=user))
    assert outcome.state == "kept"
    assert reason in outcome.reason
    assert "s3cret" not in repr(outcome)


@pytest.mark.server
def test_a_user_who_may_only_add_and_read_can_use_a_store(
    postgres: PostgresServer, pieces: list[Evidence]
) -> None:
    """The owner makes the store, writers get INSERT and SELECT, readers SELECT: what the guide advises."""
    postgres.sql(
        "CREATE SCHEMA shared; CREATE ROLE writer LOGIN PASSWORD '" + PASSWORD + "'; "
        "GRANT USAGE ON SCHEMA shared TO writer",
        database="evidence",
    )
    EvidenceStore.open(postgres.url("evidence", options="?schema=shared")).close()
    postgres.sql("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA shared TO writer", database="evidence")
    url = postgres.url("evidence", user="writer", options="?schema=shared")
    assert record(pieces, url).state == "stored"
    with EvidenceStore.open(url, read_only=True) as store:
        assert store.check_chain().is_whole
