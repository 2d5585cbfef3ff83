"""Where the pages listen, and how they end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from equitab.errors import InputError, MissingExtraError, SavedFormatError
from equitab.serve import serve, server


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_taken_port_is_said_with_one_that_is_free(sample_file: Path) -> None:
    with taken_port() as port, pytest.raises(InputError) as caught:
        serve(sample_file, port=port)
    said = str(caught.value)
    assert f"{port}, which another program holds" in said
    free = int(said.rsplit("--port ", 1)[1].split()[0])
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", free))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", ""])
def test_other_machines_are_kept_out_unless_asked_for(sample_file: Path, host: str) -> None:
    with pytest.raises(InputError, match="--expose"):
        serve(sample_file, host=host)


def test_all_that_is_wrong_with_the_place_is_said_at_once(sample_file: Path) -> None:
    with pytest.raises(InputError) as caught:
        serve(sample_file, host="0.0.0.0", port=70_000)
    assert len(caught.value.problems) == 2


def test_a_host_that_is_not_this_machine_is_refused(sample_file: Path) -> None:
    with pytest.raises(InputError, match="an address of this machine"):
        serve(sample_file, host="203.0.113.7", port=0, expose=True)


def test_no_store_is_made_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected an evidence store"):
        serve(tmp_path / "sub" / "evidence.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_kind_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a store, but long enough to be looked at")
    with pytest.raises(SavedFormatError):
        serve(tmp_path / "notes.txt")


def test_a_folder_of_runs_that_is_none_is_refused(sample_file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="runs"):
        serve(sample_file, port=0, runs=(tmp_path / "nowhere",))


def test_a_missing_extra_is_named(sample_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"equitab\[ui\]"):
        serve(sample_file)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_the_command_says_where_answers_and_ends_cleanly_at_an_interrupt(
    sample_file: Path, flags: list[str]
) -> None:
    words = [sys.executable, "-m", "equitab", "serve", "--store", str(sample_file), "--port", "0", *flags]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as command:
        assert command.stdout is not None
        said = command.stdout.readline()
        while "http://" not in said:
            said = command.stdout.readline()
        url = "http://" + said.split("http://")[1].split("/")[0] + "/"
        with urllib.request.urlopen(url, timeout=20) as answer:
            assert "How it stands now" in answer.read().decode()
            assert answer.headers.get("server") is None
        command.send_signal(signal.SIGINT)
        _, remarks = command.communicate(timeout=20)
    assert command.returncode == 0
    assert remarks.splitlines() == ["It only shows; nothing can be changed there. Ctrl-C ends it.", "Ended."]
