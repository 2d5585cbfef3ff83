"""A whole run with promises: evidence, verdict, certificate, page; and what a broken store or key does to it."""

from __future__ import annotations

import importlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from equitab.assurance import EvidenceStore
from equitab.dataframe import write_text_atomically
from equitab.pipeline import RunResult, load_run, run, verify
from equitab.pipeline.assurance.commit import commit_contract
from equitab.pipeline.assurance.run_evidence import keep_in
from equitab.pipeline.assurance.run_stage import chosen_of, drop_stale_certificate
from equitab.pipeline.run_folder import RunFolder, read_run_record

PROMISES = ["demographic_parity", "no_copies", "attack_near_chance"]


def rows_of(store: Any, **asked: Any) -> list[dict[str, Any]]:
    with EvidenceStore.open(store, read_only=True) as opened:
        return opened.history(**asked).to_native().to_pylist()


@pytest.fixture(scope="session")
def store(promising_recipe: dict[str, Any]) -> str:
    return promising_recipe["contract"]["store"]


def test_every_promise_has_a_verdict(finished: RunResult) -> None:
    """On the measurements of the run; three hundred people decide little."""
    assert finished.verdict is not None
    assert [clause.name for clause in finished.verdict.clauses] == PROMISES
    assert finished.exit_code == finished.verdict.exit_code
    assert finished.to_dict()["verdict"]["verdict"] == finished.verdict.verdict
    assert load_run(finished.folder).verdict == finished.verdict


def test_the_chosen_model_is_the_one_that_is_judged(finished: RunResult) -> None:
    """And nothing else that was tried."""
    parity = finished.verdict.clauses[0]  # type: ignore[union-attr]
    assert finished.headline is not None
    chosen = chosen_of(finished.headline)
    held = [
        one
        for one in finished.measurements
        if (one.metric, one.stage, one.model, one.treatment, one.operating_point)
        == ("demographic_parity_difference", "test", *chosen.values())
    ]
    assert parity.value in {one.value for one in held}
    assert chosen_of(None) == {}


def test_the_certificate_holds_and_needs_no_further_argument(finished: RunResult) -> None:
    """Signed by the local key, which is named; every file is covered."""
    found = verify(finished.folder)
    assert found.is_valid, found.findings
    assert found.key_name == "local key of this machine"
    assert found.certificate is not None
    covered = set(found.certificate.subjects)
    assert covered >= {
        "report.html",
        "measurements.parquet",
        "datasheet.json",
        "model_card.md",
        "recipe.yaml",
    }
    assert found.overall_verdict == finished.verdict.verdict  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["report.html", "measurements.parquet", "model_card.md", "recipe.yaml"])
def test_one_changed_byte_is_found_and_named(finished: RunResult, tmp_path: Path, name: str) -> None:
    """Wherever it is."""
    folder = tmp_path / "result"
    shutil.copytree(finished.folder, folder)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert any(name in finding.where for finding in verify(folder).findings)


def test_the_evidence_follows_the_order_of_the_run(finished: RunResult, store: str) -> None:
    """It begins, it is measured, it is judged, it is certified; all under one name."""
    facts = read_run_record(finished.folder).facts
    held = rows_of(store, run=facts["run"])
    kinds = list(dict.fromkeys(row["kind"] for row in held))
    assert kinds == ["run", "measurement", "verdict", "platform", "certificate"]
    assert sum(row["kind"] == "measurement" for row in held) == len(finished.measurements)
    assert {row["subject"] for row in held} == {"people.csv"}
    assert {row["probe"] for row in held} == {"run"}
    assert held[-1]["status"] == "valid"
    platform = json.loads(next(row["body"] for row in held if row["kind"] == "platform"))
    assert platform["wall_seconds"] > 0
    assert platform["data_access"]["n_rows"] == 600
    assert "models-0" in platform["stage_seconds"]


def test_the_evidence_of_a_verdict_says_the_thresholds(finished: RunResult, store: str) -> None:
    """For charts over time: a contract may change, and its old checks keep their bound."""
    facts = read_run_record(finished.folder).facts
    verdicts = [row for row in rows_of(store, run=facts["run"], kind="verdict") if row["clause"]]
    bounds = {row["clause"]: json.loads(row["body"]).get("at_most") for row in verdicts}
    assert bounds == {"demographic_parity": 0.1, "no_copies": 0.01, "attack_near_chance": 0.55}


def test_no_evidence_holds_a_path_of_the_user(finished: RunResult, store: str) -> None:
    """Names of files, never their folders."""
    facts = read_run_record(finished.folder).facts
    folder = str(finished.folder.parent)
    assert not any(folder in str(row["body"]) for row in rows_of(store, run=facts["run"]))


def test_the_page_says_what_was_promised_and_what_became_of_it(finished: RunResult) -> None:
    """The verdict on the first screen; every clause in words; the key by name."""
    page = (finished.folder / "report.html").read_text()
    assert finished.verdict is not None
    assert f"Contract: {finished.verdict.verdict}." in page
    assert page.index("promise-verdict") < page.index("dl class=")
    for clause in finished.verdict.clauses:
        assert clause.text in page
    assert "local key of this machine" in page
    assert "equitab verify" in page
    assert "no contract was committed" in page


def test_nothing_in_the_record_changes_after_the_certificate(finished: RunResult) -> None:
    """A certificate that is current is left alone; one that a later change made stale is written anew."""
    folder = RunFolder(finished.folder, read_run_record(finished.folder))
    drop_stale_certificate(folder)
    assert "certificate" in folder.record.stages


def test_a_certificate_that_the_run_outgrew_is_written_again(finished: RunResult, tmp_path: Path) -> None:
    """It is forgotten, so that the stage is done anew."""
    place = tmp_path / "result"
    shutil.copytree(finished.folder, place)
    folder = RunFolder(place, read_run_record(place))
    folder.note(remarks=["something new"])
    drop_stale_certificate(folder)
    assert "certificate" not in read_run_record(place).stages


def test_a_store_that_is_no_folder_keeps_the_evidence_in_the_outbox(tmp_path: Path) -> None:
    """And says so, with what happens next."""
    from datetime import UTC, datetime

    from equitab.assurance import EvidenceSource, flush_outbox, outbox_size

    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    source = EvidenceSource(run="r", subject="s", time=datetime(2026, 1, 1, tzinfo=UTC))
    kept = keep_in([source.says("run", {"event": "started"})], blocked / "evidence.sqlite")
    assert kept.state == "kept"
    assert "outbox" in kept.remarks[0]
    assert outbox_size(blocked / "evidence.sqlite") == 1
    blocked.unlink()
    assert flush_outbox(blocked / "evidence.sqlite").n_stored == 1


@pytest.mark.slow
def test_a_broken_store_and_a_broken_key_cost_no_run(
    recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are said; the run is finished, its evidence waits, and a certificate can be written later."""
    home = tmp_path / "home"
    (home / "keys").mkdir(parents=True)
    (home / "keys" / "local.pem").write_text("damaged")
    (home / "keys" / "local.pem").chmod(0o600)
    monkeypatch.setenv("EQUITAB_HOME", str(home))
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    promised = {"templates": PROMISES, "store": str(blocked / "evidence.sqlite")}
    quick = {**recipe, "contract": promised, "baselines": [], "mitigation": [], "pictures": "none"}
    result = run(quick, tmp_path / "result")
    assert result.certificate is None
    assert not (result.folder / "certificate.json").exists()
    assert any("No certificate was written" in remark for remark in result.remarks)
    assert any("outbox" in remark for remark in result.remarks)
    assert result.verdict is not None
    assert "No certificate was written" in (result.folder / "report.html").read_text()


@pytest.mark.slow
def test_a_run_after_a_commitment_shows_it_and_the_history_of_its_promises(
    finished: RunResult, promising_recipe: dict[str, Any], store: str, tmp_path: Path
) -> None:
    """The second run about the same table: what was promised before it, and both checks on one chart."""
    assert finished.verdict is not None
    committed = commit_contract(PROMISES, subject="people.csv", store=store)
    quick = {**promising_recipe, "baselines": [], "mitigation": [], "pictures": "none", "seed": 3}
    result = run(quick, tmp_path / "result")
    found = verify(result.folder, store=store)
    assert found.is_valid, found.findings
    assert found.certificate is not None
    commitment = found.certificate.commitment
    assert commitment is not None
    assert commitment["contract"] == committed.contract_digest
    assert commitment["earlierRuns"] == 1
    assert commitment["sequence"] < commitment["runSequence"]
    page = (result.folder / "report.html").read_text()
    assert "exactly this contract was committed" in page
    assert "their results may have been known" in page
    assert "The same promises over time" in page


@pytest.mark.slow
def test_an_interrupted_signing_goes_on_without_saying_anything_twice(
    promising_recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evidence that was recorded before the interruption stands once in the store."""
    module = importlib.import_module("equitab.pipeline.run")  # its name is that of the function too
    store = tmp_path / "evidence.sqlite"
    asked = {**promising_recipe, "contract": {"templates": PROMISES, "store": str(store)}}
    asked |= {"baselines": [], "mitigation": [], "pictures": "none"}

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "make_cards", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(asked, tmp_path / "result")
    before = len(rows_of(store))
    result = run(asked, tmp_path / "result", resume=True)
    assert len(rows_of(store)) == before + 1
    assert verify(result.folder).is_valid
    write_text_atomically(result.folder / "note.txt", "not ours", overwrite=True)
    assert verify(result.folder).is_valid
