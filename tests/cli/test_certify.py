"""``equitab certify``: signing a run, judging somebody else's, making keys."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equitab.assurance import PublicKey, SigningKey, read_certificate
from equitab.assurance.keys import TrustedKeys

Call = Callable[..., Any]
CONTRACT = """
name: lending
clauses:
  - {name: useful, metric: accuracy, at_least: 0.3}
  - {name: no copies, metric: exact_copy_share, at_most: 0.9, severity: warn}
"""


@pytest.fixture
def run(finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished run of one's own, and an empty home."""
    monkeypatch.setenv("EQUITAB_HOME", str(tmp_path / "home"))
    folder = tmp_path / "result"
    shutil.copytree(finished_run, folder)
    return folder


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    place = tmp_path / "contract.yaml"
    place.write_text(CONTRACT)
    return place


@pytest.fixture
def lab_key(call: Call, run: Path, tmp_path: Path) -> Path:
    """Made after the home was set."""
    assert run.exists()
    place = tmp_path / "lab.pem"
    assert call("certify", "--new-key", place, "--quiet").exit_code == 0
    return place


def claims(place: Path) -> Any:
    return read_certificate(place.read_bytes(), TrustedKeys.read())


def test_a_key_pair_is_made_and_explained(call: Call, run: Path, tmp_path: Path) -> None:
    """Which half to keep, which to give away, and the id to compare."""
    assert run.exists()
    result = call("certify", "--new-key", tmp_path / "bergamo.pem")
    assert result.exit_code == 0
    assert "give it to nobody" in result.stdout
    key = SigningKey.load(tmp_path / "bergamo.pem")
    assert key.key_id in result.stdout
    assert PublicKey.load(tmp_path / "bergamo.pub.pem") == key.public
    assert TrustedKeys.read().name_of(key.key_id) == "bergamo"


def test_the_private_key_is_never_printed(call: Call, run: Path, tmp_path: Path) -> None:
    """Neither as text nor as JSON."""
    assert run.exists()
    result = call("certify", "--new-key", tmp_path / "a.pem", "--json")
    pem = (tmp_path / "a.pem").read_text()
    assert json.loads(result.stdout)["key_id"].startswith("ed25519:")
    assert pem.splitlines()[1] not in result.output


def test_an_owner_signs_again_and_the_new_certificate_names_the_old(
    call: Call, run: Path, contract: Path
) -> None:
    """Nothing is overwritten unasked."""
    refused = call("certify", run, "--contract", contract)
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    result = call("certify", run, "--contract", contract, "--overwrite", "--json", "--valid-days", 7)
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["claims"]["renews"].startswith("sha256:")
    held = claims(run / "certificate.json")
    assert (held.expires_at - held.issued_at).days == 7
    assert held.contract["name"] == "lending"
    assert held.overall_verdict in {"met", "undetermined"}


def test_another_file_keeps_both(call: Call, run: Path, contract: Path, tmp_path: Path) -> None:
    """With --out nothing is renewed."""
    place = tmp_path / "other.json"
    assert call("certify", run, "--contract", contract, "--out", place, "--quiet").exit_code == 0
    assert claims(place).previous == ""
    assert call("verify", place, "--run", run, "--quiet").exit_code in {0, 3}


def test_a_lab_measures_again_and_signs_with_its_own_key(
    call: Call, run: Path, contract: Path, lab_key: Path
) -> None:
    """What it did not measure stays undetermined; the owner's certificate is named."""
    result = call("certify", run, "--contract", contract, "--lab", "Fairness lab", "--key", lab_key)
    assert result.exit_code == 0, result.output
    assert "what the lab measured itself" in result.stdout
    place = run / "lab" / "fairness-lab" / "certificate.json"
    held = claims(place)
    assert (held.lab, held.basis) == ("Fairness lab", "remeasured")
    assert held.key_id == SigningKey.load(lab_key).key_id
    assert held.measurements == "lab/fairness-lab/measurements.parquet"
    assert held.owner_certificate.startswith("sha256:")
    verdicts = {clause["name"]: clause["verdict"] for clause in held.verdict["clauses"]}
    assert verdicts == {"useful": "met", "no copies": "undetermined"}
    checked = call("verify", place, "--key", lab_key.with_name("lab.pub.pem"), "--recompute")
    assert checked.exit_code == 0, checked.output
    assert "'Fairness lab'" in checked.stdout
    assert "measured again, all equal" in checked.stdout


def test_a_lab_without_the_table_says_whose_numbers_it_believes(
    call: Call, run: Path, contract: Path, lab_key: Path
) -> None:
    """In the certificate, not only on the terminal."""
    recipe = run / "recipe.yaml"
    elsewhere = run.parent / "deeper" / "result"
    elsewhere.parent.mkdir()
    shutil.move(run, elsewhere)
    assert "people.csv" in (elsewhere / "recipe.yaml").read_text()
    assert not recipe.exists()
    result = call("certify", elsewhere, "--contract", contract, "--lab", "Lab", "--key", lab_key)
    assert result.exit_code == 0, result.output
    assert "owner's numbers" in result.output
    assert claims(elsewhere / "lab" / "lab" / "certificate.json").basis == "owner_numbers"


def test_a_lab_does_not_judge_another_table(call: Call, run: Path, lab_key: Path, held_out_csv: Path) -> None:
    """The table that is named is not the one that the run was made from."""
    result = call("certify", run, "--lab", "Lab", "--key", lab_key, "--table", held_out_csv)
    assert result.exit_code == 2
    assert "the one that the run was made from" in result.stderr
    assert not (run / "lab").exists()


def test_a_changed_run_is_not_signed(call: Call, run: Path) -> None:
    """All files that are not what the run wrote are named."""
    (run / "measurements.parquet").write_bytes(b"x")
    (run / "report.html").unlink()
    result = call("certify", run, "--overwrite")
    assert result.exit_code == 2
    assert "'measurements.parquet'" in result.stderr
    assert "'report.html'" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "argument RUN"),
        (("RUN", "--lab", "Lab"), "a key of the lab's own"),
        (("RUN", "--table", "x.csv"), "only with --lab"),
        (("RUN", "--new-key", "k.pem"), "nothing beside it"),
        (("RUN", "--valid-days", "0", "--overwrite"), "days of validity"),
        (("RUN", "--key", "nowhere.pem", "--overwrite"), "private key in PEM"),
        (("RUN", "--contract", "nowhere.yaml", "--overwrite"), "nowhere.yaml"),
        (("RUN/tables",), "without run.json"),
        (("RUN", "--out", "RUN/tables"), "is a folder"),
    ],
)
def test_a_bad_call_says_what_to_do(call: Call, run: Path, words: tuple[str, ...], said: str) -> None:
    """Exit code 2, one clean message, nothing written."""
    before = (run / "certificate.json").read_bytes()
    result = call("certify", *(word.replace("RUN", str(run)) for word in words))
    assert result.exit_code == 2, result.output
    assert said in result.stderr.replace("\n", " ")
    assert (run / "certificate.json").read_bytes() == before


def test_a_key_that_others_may_read_is_refused(call: Call, run: Path, lab_key: Path) -> None:
    """Before anything is written."""
    lab_key.chmod(0o644)
    result = call("certify", run, "--key", lab_key, "--overwrite")
    assert result.exit_code == 2
    assert "chmod 600" in result.stderr


def test_a_certificate_is_taken_back_for_good(call: Call, run: Path, tmp_path: Path) -> None:
    """The file stays, the store tells; once is enough."""
    place = tmp_path / "evidence.sqlite"
    issued = call("certify", run, "--overwrite", "--store", place, "--quiet")
    assert issued.exit_code == 0, issued.output
    assert call("verify", run, "--store", place).exit_code == 0
    result = call("certify", run, "--revoke", "the table was the wrong one", "--store", place)
    assert result.exit_code == 0, result.output
    assert "the wrong one" in result.stdout
    found = call("verify", run, "--store", place)
    assert found.exit_code == 1
    assert found.stdout.startswith("NOT VALID (revoked)")
    assert "the table was the wrong one" in found.stdout
    again = call("certify", run, "--revoke", "really", "--store", place)
    assert again.exit_code == 2
    assert "'revoked' is final" in again.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--revoke", " "), "a reason"),
        (("--revoke", "x", "--lab", "Lab"), "nothing beside it"),
        (("--revoke", "x", "--valid-days", "3"), "--valid-days"),
    ],
)
def test_a_revocation_has_a_reason_and_nothing_beside_it(
    call: Call, run: Path, words: tuple[str, ...], said: str
) -> None:
    """A slip is not recorded for ever."""
    result = call("certify", run, *words)
    assert result.exit_code == 2
    assert said in result.stderr
