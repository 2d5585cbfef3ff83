"""Watching a certified run: a change has it measured, and the verdict decides what becomes of its certificate."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import equitab
import equitab.assurance
from equitab.assurance import EvidenceStore, read_contract
from equitab.dataframe import Frame
from equitab.errors import InputError, SavedFormatError, TableError
from equitab.pipeline import MonitorCheck, RunResult, monitor, verify
from equitab.pipeline.assurance.certify import certify_run
from equitab.pipeline.assurance.probe import Probe, Seen, describe_changes, last_probe
from equitab.pipeline.run_folder import read_run_record

EASY = {"name": "easy", "clauses": [{"metric": "accuracy", "at_least": 0.2}]}
IMPOSSIBLE = {"name": "impossible", "clauses": [{"metric": "accuracy", "at_least": 0.999}]}
UNDECIDED = {
    "name": "undecided",
    "clauses": [{"metric": "accuracy", "against": {"treatment": "original"}, "at_least": -0.5}],
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "watch.sqlite"


@pytest.fixture
def new(held_out: Frame, tmp_path: Path) -> Path:
    """Four hundred rows that nobody has seen."""
    equitab.write_table(held_out, tmp_path / "new.csv")
    return tmp_path / "new.csv"


@pytest.fixture
def certified(finished: RunResult, tmp_path: Path) -> Any:
    """Return a copy of a run whose certificate promises something else."""

    def made(contract: dict[str, Any], **options: Any) -> Path:
        folder = tmp_path / "result"
        shutil.copytree(finished.folder, folder)
        chosen = read_run_record(folder).facts["chosen"]
        certify_run(folder, contract=read_contract(contract), chosen=chosen, overwrite=True, **options)
        return folder

    return made


def look(folder: Path, table: Any, store: Any, **options: Any) -> MonitorCheck:
    (found,) = monitor(folder, table, store=store, **options)
    return found


def states(store: Path) -> list[tuple[str, str]]:
    with EvidenceStore.open(store, read_only=True) as opened:
        rows = opened.certificates().to_native().to_pylist()
    return [(row["event"], row["status"]) for row in rows]


def test_kept_promises_on_new_rows_renew_the_certificate(certified: Any, new: Path, store: Path) -> None:
    """The new one names the old one, and can be verified like it."""
    folder = certified(EASY)
    old = verify(folder)
    found = look(folder, str(new), store)
    assert (found.status, found.exit_code, found.is_measured) == ("valid", 0, True)
    assert "data" in found.changes
    assert found.certificate == folder / "monitor" / "1" / "certificate.json"
    again = verify(found.certificate, store=store)
    assert again.is_valid, again.findings
    assert again.certificate is not None
    assert again.certificate.previous == old.digest
    assert states(store) == [("changed", "suspended"), ("renewed", "renewed"), ("issued", "valid")]
    assert verify(folder, store="none").is_valid


def test_a_broken_promise_revokes_the_certificate_for_good(certified: Any, new: Path, store: Path) -> None:
    """The next look does not bring it back, whatever it finds."""
    folder = certified(IMPOSSIBLE)
    found = look(folder, str(new), store)
    assert found.verdict is not None
    assert (found.verdict.verdict, found.status, found.exit_code) == ("violated", "revoked", 1)
    assert not (folder / "monitor" / "1" / "certificate.json").exists()
    assert states(store)[-1] == ("promise broken", "revoked")
    assert verify(folder, store=store).status == "revoked"
    again = look(folder, str(new), store)
    assert (again.is_measured, again.status, again.exit_code) == (False, "revoked", 1)


def test_what_the_new_rows_do_not_decide_suspends_the_certificate(
    certified: Any, new: Path, store: Path
) -> None:
    """A promise that cannot be measured on them is not taken for kept."""
    folder = certified(UNDECIDED)
    small = equitab.read_table(str(new)).head(40)
    found = look(folder, small.to_native(), store)
    assert found.verdict is not None
    assert (found.verdict.verdict, found.status, found.exit_code) == ("undetermined", "suspended", 3)


def test_nothing_is_measured_where_nothing_changed(certified: Any, new: Path, store: Path) -> None:
    """But somebody looked, which is on record."""
    folder = certified(EASY)
    look(folder, str(new), store)
    found = look(folder, str(new), store)
    assert (found.changes, found.is_measured, found.status, found.exit_code) == ((), False, "valid", 0)
    assert "nothing has changed" in "\n".join(found.lines())
    assert [place.name for place in (folder / "monitor").iterdir()] == ["1"]
    with EvidenceStore.open(store, read_only=True) as opened:
        looks = opened.history(kind="run").to_native().to_pylist()
    assert [row["event"] for row in looks] == ["looked", "looked"]


def test_a_certificate_whose_time_is_over_expires_and_another_takes_its_place(
    certified: Any, new: Path, store: Path
) -> None:
    """Where the promises still hold."""
    folder = certified(EASY, valid_days=1)
    later = datetime.now(UTC) + timedelta(days=2)
    found = look(folder, str(new), store, now=later)
    assert found.steps[0].status == "expired"
    assert (found.status, found.exit_code) == ("valid", 0)
    assert states(store)[0] == ("expired", "expired")


def test_a_model_that_was_exchanged_is_never_certified_again(certified: Any, new: Path, store: Path) -> None:
    """Its promises may be met; it is not what the run made."""
    folder = certified(EASY)
    model = folder / "model" / "model.json"
    model.write_text(model.read_text() + "\n")
    found = look(folder, str(new), store)
    assert "model" in found.changes
    assert found.status == "suspended"
    assert any("run it again" in remark for remark in found.remarks)
    assert not (folder / "monitor" / "1" / "certificate.json").exists()


@pytest.mark.parametrize("name", ["certificate.json", "measurements.parquet"])
def test_a_certificate_that_does_not_hold_is_not_watched(
    certified: Any, new: Path, store: Path, name: str
) -> None:
    """Somebody changed it, or what it covers: nothing is measured, and that is said."""
    folder = certified(EASY)
    content = bytearray((folder / name).read_bytes())
    is_signed = name == "certificate.json"
    place = content.index(b'"sig":"') + len(b'"sig":"') if is_signed else len(content) // 2
    content[place] = ord("B") if content[place] == ord("A") else ord("A")  # both may stand in a signature
    (folder / name).write_bytes(content)
    found = look(folder, str(new), store)
    assert (found.status, found.exit_code, found.is_measured) == ("invalid", 1, False)
    assert any(name in remark for remark in found.remarks)


def test_a_certificate_that_cannot_be_read_is_refused(certified: Any, new: Path, store: Path) -> None:
    """Half of it is no certificate at all, and nothing is measured."""
    folder = certified(EASY)
    content = (folder / "certificate.json").read_bytes()
    (folder / "certificate.json").write_bytes(content[: len(content) // 2])
    with pytest.raises(SavedFormatError):
        look(folder, str(new), store)


def test_a_certificate_of_an_untrusted_key_is_not_watched(certified: Any, new: Path, store: Path) -> None:
    """Anybody can sign."""
    from equitab.assurance import SigningKey

    folder = certified(EASY, key=SigningKey.generate())
    found = look(folder, str(new), store)
    assert (found.status, found.exit_code) == ("invalid", 1)
    assert not store.exists()


def test_rows_without_outcomes_or_columns_are_refused(certified: Any, new: Path, store: Path) -> None:
    """Everything that is missing is said at once."""
    folder = certified(EASY)
    rows = equitab.read_table(str(new))
    with pytest.raises(TableError) as caught:
        look(folder, rows.drop("income", "age").to_native(), store)
    assert len(caught.value.problems) == 2
    assert "outcomes that became known" in str(caught.value)


def test_nothing_is_renewed_on_rows_that_the_model_learned_from(
    certified: Any, people: Frame, store: Path
) -> None:
    """The table of the run itself, with one row less: its promises are met, and that proves nothing."""
    found = look(certified(EASY), people.head(599).to_native(), store)
    assert any("hardly new" in remark for remark in found.remarks)
    assert found.verdict is not None
    assert (found.verdict.verdict, found.status, found.exit_code) == ("met", "suspended", 3)


def test_the_runs_own_table_is_judged_on_its_test_rows_alone(
    certified: Any, people: Frame, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where equitab itself changed: the same numbers as in the run."""
    folder = certified(EASY)
    monkeypatch.setattr(equitab.assurance, "code_digest", lambda: "sha256:" + "0" * 64)
    found = look(folder, people.to_native(), store)
    assert found.changes == ("code",)
    assert any("120 test rows" in remark for remark in found.remarks)
    accuracy = found.verdict.clauses[0]  # type: ignore[union-attr]
    before = verify(folder, store="none").verdict["clauses"][0]  # type: ignore[index]
    assert accuracy.value == pytest.approx(before["value"])
    assert accuracy.n == before["n"] == 120
    assert found.status == "valid"


def test_a_run_without_promises_has_nothing_to_watch(finished: RunResult, tmp_path: Path, new: Path) -> None:
    """The error says what to do."""
    folder = tmp_path / "result"
    shutil.copytree(finished.folder, folder)
    certify_run(folder, overwrite=True)
    with pytest.raises(InputError, match="'contract'"):
        monitor(folder, str(new), store="none")
    (folder / "certificate.json").unlink()
    with pytest.raises(InputError, match="equitab certify"):
        monitor(folder, str(new), store="none")


def test_a_schedule_looks_again_and_again(certified: Any, new: Path, store: Path) -> None:
    """It waits between looks, reads the rows anew, and tells the caller of each."""
    folder = certified(EASY)
    waited: list[float] = []
    heard: list[MonitorCheck] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            rows = equitab.read_table(str(new))
            equitab.write_table(rows.head(350), new, overwrite=True)

    found = monitor(folder, str(new), every=60, times=3, store=store, on_check=heard.append, sleep=sleep)
    assert waited == [60, 60]
    assert tuple(heard) == found
    assert [check.is_measured for check in found] == [True, False, True]
    assert [check.n_rows for check in found] == [400, 400, 350]
    assert last_probe(folder)["schedule"] == "every 60 seconds"  # type: ignore[index]


@pytest.mark.parametrize(("options", "words"), [({"every": -1}, "--every"), ({"times": 0}, "at least 1")])
def test_a_schedule_that_makes_no_sense_is_refused(options: dict[str, Any], words: str) -> None:
    """Before anything is read."""
    with pytest.raises(InputError, match=words):
        monitor("absent", "absent.csv", **options)


def test_without_a_store_the_folder_itself_remembers(certified: Any, new: Path) -> None:
    """What the last look left."""
    folder = certified(IMPOSSIBLE)
    assert look(folder, str(new), "none").status == "revoked"
    assert look(folder, str(new), "none").status == "revoked"


def test_a_damaged_memory_is_said(certified: Any, new: Path) -> None:
    """And what to do about it."""
    folder = certified(EASY)
    look(folder, str(new), "none")
    (folder / "monitor" / "1" / "probe.json").write_text("{}")
    with pytest.raises(SavedFormatError, match="look again"):
        look(folder, str(new), "none")


def test_a_store_that_is_down_keeps_the_evidence_for_later(certified: Any, new: Path, tmp_path: Path) -> None:
    """The look is not lost, and the certificate moves on."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    found = look(certified(EASY), str(new), str(blocked / "evidence.sqlite"))
    assert found.status == "valid"
    assert any("outbox" in remark for remark in found.remarks)


def test_what_a_look_found_is_plain_data(certified: Any, new: Path) -> None:
    """For JSON."""
    data = json.loads(json.dumps(look(certified(EASY), str(new), "none").to_dict()))
    assert data["verdict"]["verdict"] == "met"
    assert data["exit_code"] == 0


def test_a_probe_says_when_it_looks() -> None:
    """Once, or again and again."""
    assert (Probe.every(None).kind, Probe.every(None).schedule) == ("test", "on demand")
    assert Probe.every(3600).kind == "monitor"


def test_each_change_is_said_in_words() -> None:
    """And nothing else."""
    before = Seen(data="a", model="b", code="c")
    assert before.changes_since(before) == ()
    assert Seen(data="x", model="b", code="y").changes_since(before) == ("data", "code")
    assert "another version" in describe_changes(("code",))
