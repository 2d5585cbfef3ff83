"""``equitab history`` from the command line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import equitab
from equitab.assurance.evidence import EvidenceSource, certificate_evidence, run_evidence
from equitab.assurance.evidence_store import EvidenceStore
from equitab.assurance.outbox import record

Call = Callable[..., Any]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with one run."""
    monkeypatch.setenv("EQUITAB_HOME", str(tmp_path / "home"))
    source = EvidenceSource(
        run="run-1", subject="sha256:" + "5" * 64, time=datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    )
    promise = {"contract": "fair", "clause": "parity", "verdict": "violated", "promise": "at most 0.1"}
    place = tmp_path / "evidence.sqlite"
    with EvidenceStore.open(place) as opened:
        opened.append(
            [
                run_evidence(source, table="people.csv", facts={"n_rows": 400}),
                source.says(
                    "measurement", {"metric": "accuracy", "value": 0.81, "low": 0.78, "high": 0.84, "n": 1200}
                ),
                source.says("verdict", {"contract": "fair", "clause": "", "verdict": "violated"}),
                source.says("verdict", {**promise, "value": 0.2, "low": 0.15, "high": 0.25}),
                certificate_evidence(
                    source, certificate="sha256:" + "6" * 64, status="revoked", event="promise broken"
                ),
                source.says("platform", {"wall_seconds": 12.34}),
            ]
        )
    return place


def flat(text: str) -> str:
    return " ".join(text.split())


def test_runs_are_shown_by_default(call: Call, store: Path) -> None:
    result = call("history", "--store", store)
    assert result.exit_code == 0, result.output
    assert "2026-03-01 12:30 run-1 people.csv violated 1 violated revoked 1 12.3" in flat(result.stdout)
    assert "Next: equitab history --run NAME" in result.stderr
    assert call("history", "--store", store, "--quiet").stderr == ""


def test_each_view_shows_its_rows(call: Call, store: Path) -> None:
    promises = flat(call("history", "--store", store, "--view", "promises").stdout)
    assert "2026-03-01 12:30 run-1 fair parity violated 0.200 0.150 to 0.250" in promises
    certificates = flat(call("history", "--store", store, "--view", "certificates").stdout)
    assert "run-1 sha256:66666666… promise broken revoked" in certificates
    metric = flat(call("history", "--store", store, "--metric", "accuracy").stdout)
    assert "2 2026-03-01 12:30 run-1 measurement accuracy 0.810 0.780 to 0.840 1,200" in metric
    assert "nothing there that was asked for" in call("history", "--store", store, "--metric", "auroc").stdout


def test_json_holds_everything_and_a_file_the_table(call: Call, store: Path, tmp_path: Path) -> None:
    place = tmp_path / "runs.csv"
    result = call("history", "--store", store, "--run", "run-1", "--json", "--check", "--out", place)
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert [row["kind"] for row in data["rows"]] == [
        "run",
        "measurement",
        "verdict",
        "verdict",
        "certificate",
        "platform",
    ]
    assert data["check"]["is_whole"]
    assert data["check"]["n_anchors"] == 1
    assert len(equitab.read_table(place)) == 6
    again = call("history", "--store", store, "--out", place)
    assert again.exit_code == 2
    assert "overwrite" in again.stderr


def test_a_touched_row_is_named_and_the_exit_code_is_1(call: Call, store: Path) -> None:
    assert "The chain is whole: 6 rows" in call("history", "--store", store, "--check").stdout
    connection = sqlite3.connect(store)
    connection.execute("DROP TRIGGER equitab_evidence_no_update")
    connection.execute("UPDATE equitab_evidence SET verdict = 'met' WHERE sequence = 4")
    connection.commit()
    connection.close()
    result = call("history", "--store", store, "--check")
    assert result.exit_code == 1
    assert "The chain is broken: 1 finding in 6 rows." in result.stdout
    assert "row 4 was changed: what it says is not what was written" in result.stdout
    assert "Remark: the store no longer refuses changes" in result.stdout
    assert (
        json.loads(call("history", "--store", store, "--check", "--json").stdout)["check"]["is_whole"]
        is False
    )


def test_a_cut_off_end_is_seen_on_the_machine_that_wrote_it(call: Call, store: Path) -> None:
    """Its own home remembers where the chain ended."""
    connection = sqlite3.connect(store)
    connection.execute("DROP TRIGGER equitab_evidence_no_delete")
    connection.execute("DELETE FROM equitab_evidence WHERE sequence > 4")
    connection.commit()
    connection.close()
    result = call("history", "--store", store, "--check")
    assert result.exit_code == 1
    assert "rows 5 to 6 were cut off" in result.stdout


def test_what_waits_is_delivered_or_said(call: Call, store: Path, tmp_path: Path) -> None:
    """Looking at a store is using it: the outbox is tried again."""
    source = EvidenceSource(run="run-2", subject="s", time=datetime(2026, 3, 2, tzinfo=UTC))
    aside = store.rename(tmp_path / "aside.sqlite")
    store.write_text("something else for a while")
    assert record([run_evidence(source, table="people.csv", facts={})], store).state == "kept"
    result = call("history", "--store", store)
    assert result.exit_code == 2
    assert "a file of another kind" in result.stderr
    store.unlink()
    aside.rename(store)
    assert "run-2 people.csv" in flat(call("history", "--store", store).stdout)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--store", "absent.sqlite"], "expected an evidence store, received no file there yet"),
        (["--store", "mysql://me:hunter2@host/db"], "received mysql://"),
        (["--store", "postgresql://me:hunter2@127.0.0.1:1/db"], "the server does not answer"),
        (["--view", "run"], "did you mean 'runs'?"),
        (["--kind", "verdicts"], "did you mean 'verdict'?"),
        (["--since", "yesterday"], "since: expected a day or a time as in 2026-01-31"),
        (
            ["--view", "promises", "--metric", "accuracy"],
            "expected no filter by metric or kind, received --metric",
        ),
    ],
)
def test_a_bad_call_is_explained(call: Call, store: Path, words: list[str], said: str) -> None:
    named = [] if "--store" in words else ["--store", store]
    result = call("history", *named, *words)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert "hunter2" not in result.output
    assert "Traceback" not in result.output


def test_a_user_without_evidence_is_told_how_it_comes(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EQUITAB_HOME", str(tmp_path / "new home"))
    result = call("history")
    assert result.exit_code == 2
    assert "equitab run and equitab assure write evidence" in result.stderr
    assert not (tmp_path / "new home").exists()
