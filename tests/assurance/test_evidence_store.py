"""The evidence store, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assurance.conftest import StorePlace
from equitab.assurance.chain import Head
from equitab.assurance.evidence import Evidence, EvidenceSource
from equitab.assurance.evidence_store import EvidenceStore
from equitab.errors import InputError, SavedFormatError, StorageError
from postgres import PASSWORD, PostgresServer


def test_rows_come_back_as_they_were_appended(place: StorePlace, pieces: list[Evidence]) -> None:
    """Numbered from 1, in order, with every value as it was, also after opening again."""
    with EvidenceStore.open(place.url) as store:
        assert store.append(pieces[:4]) == (1, 4)
        assert store.append(pieces[4:]) == (5, 6)
    with EvidenceStore.open(place.url, read_only=True) as store:
        rows = store.history()
        assert store.verify_chain() == ()
        assert store.head == Head(store.header.identifier, 6, rows["digest"].to_list()[-1])
    assert rows["sequence"].to_list() == [1, 2, 3, 4, 5, 6]
    assert rows["value"].to_list() == [piece.body["value"] for piece in pieces]
    assert rows["n"].to_list() == [100, 101, 102, 103, 104, 105]
    assert set(rows["seed"].to_list()) == {7}
    assert rows["previous"].to_list()[1:] == rows["digest"].to_list()[:-1]


def test_an_empty_store_is_whole(place: StorePlace) -> None:
    with EvidenceStore.open(place.url) as store:
        assert store.append([]) == (1, 0)
        assert store.head.sequence == 0
        check = store.check_chain()
        assert (check.is_whole, check.n_rows, check.remarks) == (True, 0, ())
        assert (
            len(store.history())
            == len(store.runs())
            == len(store.promises())
            == len(store.certificates())
            == 0
        )


def test_the_same_piece_is_kept_once(place: StorePlace, pieces: list[Evidence]) -> None:
    """However often it is handed in, in one call or in several."""
    with EvidenceStore.open(place.url) as store:
        assert store.append([*pieces[:3], pieces[0]]) == (1, 3)
        assert store.append(pieces[:3]) == (4, 3)
        assert store.append(pieces[2:5]) == (4, 5)
        assert store.verify_chain() == ()


def test_a_batch_with_a_bad_piece_leaves_nothing(
    place: StorePlace, pieces: list[Evidence], source: EvidenceSource
) -> None:
    """All or none."""
    with EvidenceStore.open(place.url) as store:
        store.append(pieces[:1])
        with pytest.raises(InputError, match="plain data"):
            store.append([*pieces, source.says("run", {"thing": object()})])
        assert store.head.sequence == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE equitab_evidence SET value = 1 WHERE sequence = 2",
        "DELETE FROM equitab_evidence WHERE sequence = 2",
        "DELETE FROM equitab_evidence",
        "UPDATE equitab_store SET identifier = 'x'",
        "DELETE FROM equitab_store",
    ],
)
def test_the_database_itself_refuses_changes(
    place: StorePlace, pieces: list[Evidence], statement: str
) -> None:
    with EvidenceStore.open(place.url) as store:
        store.append(pieces)
        with pytest.raises(Exception, match="never changed or removed"), store._engine.begin() as connection:
            connection.exec_driver_sql(statement)
        assert store.verify_chain() == ()
        assert store.head.sequence == 6


@pytest.mark.server
def test_postgresql_refuses_to_be_emptied(postgres: PostgresServer, pieces: list[Evidence]) -> None:
    postgres.sql("CREATE SCHEMA emptied", database="evidence")
    with EvidenceStore.open(postgres.url("evidence", options="?schema=emptied")) as store:
        store.append(pieces)
        with pytest.raises(RuntimeError, match="never changed or removed"):
            postgres.sql("TRUNCATE emptied.equitab_evidence", database="evidence")
        assert store.head.sequence == 6


def test_sqlite_refuses_to_replace_a_row(tmp_path: Path, pieces: list[Evidence]) -> None:
    """INSERT OR REPLACE deletes without asking the trigger against deletion."""
    path = tmp_path / "evidence.sqlite"
    with EvidenceStore.open(path) as store:
        store.append(pieces)
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only appended"):
        connection.execute(
            "INSERT OR REPLACE INTO equitab_evidence SELECT * FROM equitab_evidence WHERE sequence = 2"
        )
    connection.close()


def test_a_store_opened_for_reading_takes_nothing(place: StorePlace, pieces: list[Evidence]) -> None:
    with EvidenceStore.open(place.url) as store:
        store.append(pieces)
    with EvidenceStore.open(place.url, read_only=True) as store:
        with pytest.raises(StorageError, match="opened for reading only"):
            store.append(pieces)
        with pytest.raises(Exception, match=r"read-?only"), store._engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO equitab_store VALUES ('a', 1, 'b', 'c')")


def test_reading_makes_no_store(place: StorePlace) -> None:
    """Looking back where nothing is must not leave something."""
    with pytest.raises(InputError, match="expected an evidence store, received no"):
        EvidenceStore.open(place.url, read_only=True)
    if "://" not in place.url:
        assert not Path(place.url).exists()


def test_another_database_is_left_alone(place: StorePlace) -> None:
    """Tables that are not ours: refused, and nothing added."""
    place.tamper("CREATE TABLE customers (id INTEGER)")
    for read_only in (False, True):
        with pytest.raises(SavedFormatError, match="nothing was written into it") as caught:
            EvidenceStore.open(place.url, read_only=read_only)
        assert PASSWORD not in str(caught.value)
    place.tamper("DROP TABLE customers")
    with EvidenceStore.open(place.url) as store:
        assert store.head.sequence == 0


def test_tables_of_our_names_with_other_content_are_left_alone(place: StorePlace) -> None:
    place.tamper("CREATE TABLE equitab_store (a INTEGER); CREATE TABLE equitab_evidence (a INTEGER)")
    with pytest.raises(SavedFormatError, match="other content"):
        EvidenceStore.open(place.url)


def test_a_later_version_is_named(place: StorePlace) -> None:
    EvidenceStore.open(place.url).close()
    place.tamper("UPDATE equitab_store SET version = 9")
    with pytest.raises(SavedFormatError, match="expected version 1, received version 9"):
        EvidenceStore.open(place.url)


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, today I measured nothing.")
    with pytest.raises(SavedFormatError, match="a file of another kind; nothing was written"):
        EvidenceStore.open(path)
    assert path.read_text().startswith("Dear diary")
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_and_a_path_below_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="received a folder"):
        EvidenceStore.open(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="could not be opened"):
        EvidenceStore.open(tmp_path / "file" / "evidence.sqlite")


def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path, pieces: list[Evidence]) -> None:
    path = tmp_path / "evidence.sqlite"
    with EvidenceStore.open(path) as store:
        store.append(pieces)
    content = bytearray(path.read_bytes())
    content[100:4000] = b"\xff" * 3900
    path.write_bytes(bytes(content))
    with pytest.raises(SavedFormatError, match="damaged"):
        EvidenceStore.open(path)


def test_a_clock_that_went_back_is_remarked_and_nothing_is_refused(
    place: StorePlace, pieces: list[Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time is recorded as the clock says it."""
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # noqa: ARG003
            return now

    monkeypatch.setattr("equitab.assurance.evidence_store.datetime", Clock)
    with EvidenceStore.open(place.url) as store:
        store.append(pieces[:3])
        now -= timedelta(seconds=90)
        store.append(pieces[3:4])
        now -= timedelta(days=90)
        store.append(pieces[4:])
        check = store.check_chain()
    assert check.faults == ()
    assert check.remarks == (
        "row 4: the clock went back by 90.000 seconds",
        "row 5: the clock went back by 129,600 minutes",
        "row 5: seen 41,762 minutes after it was written, as the clocks say",
        "row 6: seen 41,762 minutes after it was written, as the clocks say",
    )


def test_removed_protection_is_remarked(place: StorePlace, pieces: list[Evidence]) -> None:
    with EvidenceStore.open(place.url) as store:
        store.append(pieces)
        statement = "DROP TRIGGER equitab_evidence_no_update"
        statement += " ON equitab_evidence" if "://" in place.url else ""
        with store._engine.begin() as connection:
            connection.exec_driver_sql(statement)
        check = store.check_chain()
    assert check.is_whole
    assert check.remarks == (
        "the store no longer refuses changes: it lacks the triggers equitab_evidence_no_update",
    )


def test_awkward_values_come_back_on_either_database(place: StorePlace, source: EvidenceSource) -> None:
    """Not finite, tiny, huge, not ASCII, control characters, NUL, half a character, nested data."""
    values = [
        float("inf"),
        float("-inf"),
        1e-300,
        5e-324,
        1.7976931348623157e308,
        0.1 + 0.2,
        -0.0,
        1 / 3,
        1e16,
        2,
    ]
    bodies = [{"metric": "m", "value": value} for value in values]
    bodies += [{"metric": text} for text in ("\\N", "\\.", "a\\tb\tc", "\r\n", "")]
    bodies += [
        {"metric": "m", "group": 'naïve × 日本 \U0001f600 "quoted" \\ back\n\t\x01'},
        {"metric": "nul \0 and half \ud83d", "n": 2**60, "value": None},
        {"shown": "x", "deep": {"b": [1, {"a": None}], "é": 1e-7}, "value": True, "n": 2.5, "metric": 3},
        {"value": float("nan"), "n": 12.0},
    ]
    with EvidenceStore.open(place.url) as store:
        assert store.append([source.says("measurement", body) for body in bodies]) == (1, 19)
        assert store.verify_chain() == ()
        rows = store.history().to_native().to_pylist()
        assert store.append([source.says("measurement", body) for body in bodies]) == (20, 19)
    assert [row["value"] for row in rows[:10]] == values
    assert [row["metric"] for row in rows[10:15]] == ["\\N", "\\.", "a\\tb\tc", "\r\n", ""]
    rows = rows[5:]
    assert rows[10]["group"] == bodies[15]["group"]
    assert rows[11]["metric"] == "nul \ufffd and half \ufffd"
    assert rows[11]["body"] == '{"n":"1152921504606846976"}'
    assert (
        rows[12]["body"]
        == '{"deep":{"b":[1,{"a":null}],"é":1e-7},"metric":3,"n":2.5,"shown":"x","value":true}'
    )
    assert (rows[13]["value"], rows[13]["body"]) == (None, '{"value":"NaN"}')
    assert rows[13]["n"] == 12


@pytest.mark.server
def test_encryption_is_asked_for_and_its_absence_is_said(postgres: PostgresServer) -> None:
    """The server of the tests has no certificate."""
    for mode in ("require", "verify-full"):
        with pytest.raises(StorageError, match="no encrypted connection could be made"):
            EvidenceStore.open(postgres.url("evidence", options=f"?sslmode={mode}"))


@pytest.mark.server
def test_the_password_may_come_from_the_environment(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.sql("CREATE SCHEMA silent", database="evidence")
    url = f"postgresql://owner@127.0.0.1:{postgres.port}/evidence?schema=silent"
    with pytest.raises(StorageError, match="check user and password"):
        EvidenceStore.open(url)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    EvidenceStore.open(url).close()


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can become another user, whom the system refuses something"
)
def test_a_user_without_rights_reads_what_may_be_read_and_is_told_the_rest(
    tmp_path: Path, pieces: list[Evidence]
) -> None:
    """Somebody else's folder: the store can be looked at, not written; nothing is left in it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    with EvidenceStore.open(folder / "evidence.sqlite") as store:
        store.append(pieces)
    code = f"""
import os
from equitab.assurance.evidence_store import EvidenceStore
from equitab.errors import StorageError
with EvidenceStore.open({str(tmp_path / "first.sqlite")!r}) as store:  # loads what the other user could not
    store.append(list())
    print(store.check_chain().is_whole, len(store.history()))
os.setgid(65534)
os.setuid(65534)
path = {str(folder / "evidence.sqlite")!r}
with EvidenceStore.open(path, read_only=True) as store:
    print(store.check_chain().is_whole, len(store.history()))
try:
    with EvidenceStore.open(path) as store:
        print(store.append(list()))
        print("appended")
except StorageError as error:
    print(error)
try:
    EvidenceStore.open({str(folder / "new.sqlite")!r})
except StorageError as error:
    print(error)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "EQUITAB_HOME": "/nonexistent/home"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    _, *lines = done.stdout.splitlines()
    assert lines[0] == "True 6"
    assert "Next: ask for the right to write there" in lines[1]
    assert "Next: check that its folder is there and may be written" in lines[2]
    assert [path.name for path in folder.iterdir()] == ["evidence.sqlite"]
    shutil.rmtree(folder)
