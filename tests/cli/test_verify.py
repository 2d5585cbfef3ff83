"""``equitab verify``: one command, and every question answered apart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equitab.assurance import EvidenceStore, SigningKey, local_key
from equitab.assurance.envelope import Envelope, seal

Call = Callable[..., Any]


@pytest.fixture
def run(finished_run: Path, tmp_path: Path) -> Path:
    """A copy of a finished run, signed by this machine's key."""
    folder = tmp_path / "result"
    shutil.copytree(finished_run, folder)
    return folder


def test_a_run_of_this_machine_needs_no_further_argument(call: Call, run: Path) -> None:
    """The key is named; what it means, and what not, is said."""
    result = call("verify", run)
    assert result.exit_code == 0, result.output
    assert "local key of this machine" in result.stdout
    assert local_key().key_id in result.stdout
    for title in ("Signature:", "Time:", "Integrity:", "Not checked:"):
        assert title in result.stdout
    assert "What it does not mean" in result.stderr


def test_quiet_and_json_say_the_same(call: Call, run: Path) -> None:
    """Everything that the text says is in the JSON."""
    quiet = call("verify", run, "--quiet")
    assert quiet.stderr == ""
    said = json.loads(call("verify", run, "--json", "--quiet").stdout)
    assert said["is_valid"] is True
    assert said["key_name"] == "local key of this machine"
    assert {entry["what"] for entry in said["not_checked"]} >= {"the source table", "a contract"}


def test_measurements_are_made_again_when_asked(call: Call, run: Path, people_csv: Path) -> None:
    """The model, the rows and the table are those of the run, so every number comes out again."""
    result = call("verify", run, "--recompute", "--table", people_csv)
    assert result.exit_code == 0, result.output
    assert "numbers of the saved model measured again, all equal" in result.stdout
    assert "Table: the source table, 600 rows, is unchanged" in result.stdout


def test_another_table_is_found(call: Call, run: Path, held_out_csv: Path) -> None:
    """By its content; the model is then not judged on it."""
    result = call("verify", run, "--table", held_out_csv, "--recompute")
    assert result.exit_code == 1
    assert "source table" in result.stdout
    assert "measured again, all equal" not in result.stdout


def test_a_table_that_is_not_there_is_a_bad_call(call: Call, run: Path) -> None:
    """It was asked for, so silence would be wrong."""
    result = call("verify", run, "--table", "nowhere.csv")
    assert result.exit_code == 2
    assert "nowhere.csv" in result.stderr


def test_a_changed_file_is_named(call: Call, run: Path) -> None:
    """With both digests."""
    with (run / "measurements.parquet").open("ab") as file:
        file.write(b"\0")
    result = call("verify", run)
    assert result.exit_code == 1
    assert result.stdout.startswith("NOT VALID")
    assert "file 'measurements.parquet'" in result.stdout
    assert "Do not rely on it" in result.stderr


def test_a_model_that_was_exchanged_is_never_loaded(call: Call, run: Path) -> None:
    """Files come before anything is built from them."""
    (run / "model" / "estimator.skops").write_bytes(b"not a model")
    result = call("verify", run, "--recompute")
    assert result.exit_code == 1
    assert "file 'model/estimator.skops'" in result.stdout
    assert "what does not hold comes first" in result.stdout


def test_a_stranger_needs_the_owners_public_key(
    call: Call, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On another machine nothing is trusted until a key is named."""
    public = local_key().public.save(tmp_path / "owner.pub.pem")
    monkeypatch.setenv("EQUITAB_HOME", str(tmp_path / "other-home"))
    result = call("verify", run)
    assert result.exit_code == 1
    assert "no key is trusted here" in result.stdout
    assert "--key" in result.stdout
    named = call("verify", run, "--key", public)
    assert named.exit_code == 0, named.output
    assert "'owner'" in named.stdout
    assert not (tmp_path / "other-home").exists()


def test_named_keys_alone_are_trusted(call: Call, run: Path, tmp_path: Path) -> None:
    """Whoever asks whether the lab signed does not want to hear that somebody else did."""
    SigningKey.generate().save(tmp_path / "lab.pem")
    result = call("verify", run, "--key", tmp_path / "lab.pub.pem")
    assert result.exit_code == 1
    assert "'lab'" in result.stdout
    private = call("verify", run, "--key", tmp_path / "lab.pem")
    assert private.exit_code == 2
    assert "received a private one" in private.stderr


def test_signing_anew_does_not_help_a_forger(call: Call, run: Path) -> None:
    """Changed claims under another key."""
    place = run / "certificate.json"
    payload = Envelope.from_bytes(place.read_bytes()).payload.replace(b'"seeds":[0]', b'"seeds":[1]')
    place.write_bytes(seal(payload, SigningKey.generate()).to_bytes())
    result = call("verify", run)
    assert result.exit_code == 1
    assert "keyid" in result.stdout


def test_a_revoked_certificate_is_not_valid(call: Call, run: Path, tmp_path: Path) -> None:
    """The file is as it was; the store knows what happened since."""
    from datetime import UTC, datetime

    from equitab.assurance import EvidenceSource, certificate_evidence, digest_file

    source = EvidenceSource(run="r", subject="people.csv", time=datetime.now(UTC))
    told = certificate_evidence(
        source,
        certificate=digest_file(run / "certificate.json"),
        status="revoked",
        event="promise broken",
        reason="parity broke on the new rows",
    )
    place = tmp_path / "evidence.sqlite"
    with EvidenceStore.open(place) as store:
        store.append([told])
    result = call("verify", run, "--store", place)
    assert result.exit_code == 1
    assert result.stdout.startswith("NOT VALID (revoked)")
    assert "parity broke on the new rows" in result.stdout
    assert call("verify", run, "--store", "none").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "nothing there"),
        (("FOLDER",), "without certificate.json"),
        (("RUN", "--key", "nowhere.pem"), "public key in PEM"),
        (("RUN", "--store", "nowhere.sqlite"), "nowhere.sqlite"),
    ],
)
def test_a_bad_call_says_what_to_do(
    call: Call, run: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    """Exit code 2: no answer about the certificate."""
    (tmp_path / "empty").mkdir()
    places = {"RUN": str(run), "FOLDER": str(tmp_path / "empty")}
    result = call("verify", *(places.get(word, word) for word in words))
    assert result.exit_code == 2, result.output
    assert said in result.stderr
