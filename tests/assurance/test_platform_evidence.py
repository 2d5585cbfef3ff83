"""What a run used, and nothing that names a person or a machine."""

from __future__ import annotations

import getpass
import json
import socket
import sys
import time
from pathlib import Path

import pytest

from equitab.assurance.canonical import canonical_json
from equitab.assurance.digests import digest_bytes, is_digest
from equitab.assurance.platform_evidence import (
    FileRead,
    PlatformMeter,
    environment_digest,
    file_read,
    peak_memory_bytes,
    platform_evidence,
)


def test_time_memory_versions_and_code_are_said() -> None:
    meter = PlatformMeter.start()
    deadline = time.process_time() + 0.05
    while time.process_time() < deadline:
        pass
    facts = platform_evidence(meter, rows=12)
    assert 0.04 <= facts["cpu_seconds"] < 10
    assert 0.05 <= facts["wall_seconds"] < 60
    assert facts["peak_memory_bytes"] > 10**7
    assert {"python", "numpy", "pyarrow", "scikit-learn"} <= facts["versions"].keys()
    assert is_digest(facts["code_digest"])
    assert is_digest(facts["environment_digest"])
    assert facts["data_access"] == {"files": [], "n_rows": 12}


def test_without_a_meter_no_time_is_claimed() -> None:
    assert {"wall_seconds", "cpu_seconds"} & platform_evidence().keys() == set()


def test_files_are_named_without_their_folders(tmp_path: Path) -> None:
    path = tmp_path / "jane.doe" / "people.csv"
    path.parent.mkdir()
    path.write_bytes(b"age\n31\n")
    facts = platform_evidence(
        files=[path, "s3://key:secret@bucket/x/loans.csv?v=1", FileRead("adult", n_rows=3)]
    )
    assert facts["data_access"]["files"] == [
        {"name": "people.csv", "digest": digest_bytes(b"age\n31\n"), "n_bytes": 7},
        {"name": "loans.csv"},
        {"name": "adult", "n_rows": 3},
    ]
    assert file_read(path, n_rows=1).n_rows == 1


def test_nothing_names_the_user_or_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("x")
    said = json.dumps(platform_evidence(PlatformMeter.start(), files=[path]))
    words = said.replace('"', " ").replace("/", " ").split()
    assert getpass.getuser() not in words
    assert socket.gethostname() not in words
    assert str(tmp_path) not in said
    assert str(Path.home()) + "/" not in said


def test_it_can_be_said_as_canonical_json() -> None:
    assert canonical_json(platform_evidence(PlatformMeter.start()))


def test_the_environment_is_the_same_twice_and_another_with_other_versions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = environment_digest()
    assert first == environment_digest()
    module = sys.modules["equitab.assurance.platform_evidence"]  # the room has a function of the same name
    monkeypatch.setattr(module, "library_versions", lambda: {"numpy": "0"})
    assert environment_digest() != first


def test_memory_grows_with_what_is_held() -> None:
    before = peak_memory_bytes()
    held = bytearray(300_000_000)
    held[::4096] = b"x" * len(held[::4096])
    after = peak_memory_bytes()
    assert before is not None
    assert after is not None
    assert after >= before
    assert after > 300_000_000
