"""The command as a process: how fast it starts, what it exits with, what an interrupt and a kill leave."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "equitab"]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "EQUITAB_DEBUG"}


def start(*words: object) -> subprocess.Popen[str]:
    arguments = [*COMMAND, *(str(word) for word in words)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(arguments, text=True, env=environment(), **pipes)  # type: ignore[call-overload,no-any-return]


def cpu_seconds(*words: str) -> float:
    """Return the processor time of a call: the clock would measure the neighbours too."""
    before = os.times()
    subprocess.run([*COMMAND, *words], check=True, capture_output=True, env=environment())
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_help_takes_less_than_a_second() -> None:
    """Nothing heavy is imported for it; the best of three, since caches may be cold."""
    assert min(cpu_seconds("--help") for _ in range(3)) < 1.0


def test_help_loads_nothing_heavy() -> None:
    """Not even the package's own rooms."""
    heavy = ("numpy", "pyarrow", "sklearn", "torch")
    code = f"import sys, equitab.cli.main; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_is_printed() -> None:
    """On stdout."""
    done = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("equitab 0.")


def test_an_unknown_option_is_a_bad_call() -> None:
    """Exit code 2, the message on stderr."""
    done = subprocess.run(
        [*COMMAND, "audit", "--no-such-option"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no-such-option" in done.stderr
    assert done.stdout == ""


def wait_for_stage(folder: Path, stage: str, process: subprocess.Popen[str]) -> None:
    """Wait until a run's log says that a stage begins."""
    log = folder / "run.log"
    for _ in range(1200):
        if log.exists() and f"{stage}: begins" in log.read_text():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError(f"the stage {stage} never began")


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["models-0", "quality-0"])
def test_an_interrupted_run_exits_with_130_and_can_be_resumed(
    recipe_file: Path, tmp_path: Path, stage: str
) -> None:
    """SIGINT is recorded; --resume goes on after the last finished stage."""
    folder = tmp_path / "result"
    process = start("run", recipe_file, "--out", folder)
    wait_for_stage(folder, stage, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "--resume" in err
    record = json.loads((folder / "run.json").read_text())
    assert record["state"] == "interrupted"
    assert_resumes(folder, recipe_file, done=record["stages"])


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["split", "models-0", "report"])
def test_a_killed_run_resumes(recipe_file: Path, tmp_path: Path, finished_run: Path, stage: str) -> None:
    """SIGKILL leaves no time to clean up; what is on disk is enough, and the result is the same."""
    folder = tmp_path / "result"
    process = start("run", recipe_file, "--out", folder)
    wait_for_stage(folder, stage, process)
    process.kill()
    process.communicate(timeout=60)
    record = json.loads((folder / "run.json").read_text())
    assert record["state"] == "running"
    assert_resumes(folder, recipe_file, done=record["stages"])
    for name in ("measurements.parquet", "tables/synthetic.parquet", "tables/augmented.parquet"):
        assert (folder / name).read_bytes() == (finished_run / name).read_bytes()


def assert_resumes(folder: Path, recipe: Path, *, done: dict[str, dict[str, object]]) -> None:
    """Resume, and check that finished stages were not done again."""
    process = start("run", recipe, "--out", folder, "--resume", "--quiet")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    record = json.loads((folder / "run.json").read_text())
    assert record["state"] == "finished"
    assert all(record["stages"][name]["seconds"] == stage["seconds"] for name, stage in done.items())
    assert "Chosen" in out
    assert not list(folder.rglob("*.partial"))
    assert not (folder / "unfinished").exists()


@pytest.mark.slow
@pytest.mark.parametrize("n_bytes", [3_000, 60_000])
def test_a_full_disk_ends_with_a_message_and_can_be_resumed(
    recipe_file: Path, tmp_path: Path, n_bytes: int
) -> None:
    """No file may grow beyond a bound, as on a disk that fills up; later there is room again."""
    folder = tmp_path / "result"
    words = [*COMMAND, "run", str(recipe_file), "--out", str(folder), "--quiet"]

    def fill_up() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))

    done = subprocess.run(
        words, capture_output=True, text=True, env=environment(), check=False, preexec_fn=fill_up
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert str(folder) in done.stderr
    assert not list(folder.rglob("*.partial"))
    record = json.loads((folder / "run.json").read_text())
    assert record["state"] in {"failed", "running"}
    assert_resumes(folder, recipe_file, done=record["stages"])


def test_a_closed_pipe_is_no_fault(people_csv: Path) -> None:
    """`equitab audit ... | head` ends quietly."""
    words = ["audit", people_csv, "--target", "income", "--sensitive", "sex", "--quiet"]
    process = start(*words)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as errors:
        assert "Traceback" not in errors.read()
    assert process.wait() == 0
