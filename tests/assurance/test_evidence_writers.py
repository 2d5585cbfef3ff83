"""Writers that are killed, and writers that write at the same time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assurance.conftest import StorePlace
from equitab.assurance.evidence_store import EvidenceStore

WRITER = """
import sys
from datetime import UTC, datetime
from equitab.assurance.evidence import EvidenceSource
from equitab.assurance.evidence_store import EvidenceStore

url, name, size, batches = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
source = EvidenceSource(run=name, subject="people", time=datetime.now(UTC))
print("ready", flush=True)
sys.stdin.readline()
with EvidenceStore.open(url) as store:
    for batch in range(batches):
        numbers = range(batch * size, (batch + 1) * size)
        store.append([source.says("measurement", {"metric": "accuracy", "n": n, "value": n / 7}) for n in numbers])
        print(numbers[-1], flush=True)
"""


def started_writer(place: StorePlace, name: str, size: int, batches: int) -> subprocess.Popen[str]:
    """Return a process that has loaded everything and waits for a line."""
    command = [sys.executable, "-c", WRITER, place.url, name, str(size), str(batches)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    writer = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    return writer


def let_go(writer: subprocess.Popen[str]) -> None:
    assert writer.stdin is not None
    writer.stdin.write("\n")
    writer.stdin.flush()


def ended(writer: subprocess.Popen[str]) -> list[str]:
    """Return what a writer still said; its pipes are closed."""
    said, _ = writer.communicate(timeout=60)
    return said.split()


@pytest.mark.slow
def test_no_acknowledged_row_is_lost_when_the_writer_is_killed(place: StorePlace) -> None:
    """Killed at some moment, five times; every number that it printed is in the store, and the chain is whole."""
    acknowledged: dict[str, int] = {}
    killed_at_work = 0
    for number in range(5):
        name = f"run-{number}"
        writer = started_writer(place, name, size=20, batches=100_000)
        let_go(writer)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.05 + 0.07 * number)
        writer.send_signal(signal.SIGKILL)
        said = ended(writer)
        killed_at_work += writer.returncode == -signal.SIGKILL
        acknowledged[name] = max([19, *map(int, said)])
        with EvidenceStore.open(place.url, read_only=True) as store:
            check = store.check_chain()
            assert check.is_whole, check.faults
            kept = store.history(run=name)["n"].to_list()
        assert kept == list(range(len(kept)))
        assert len(kept) % 20 == 0  # a call is kept whole or not at all
        assert kept[-1] >= acknowledged[name]
    assert killed_at_work == 5
    with EvidenceStore.open(place.url) as store:
        runs = dict(store.runs().select("run", "n_measurements").iter_rows())
    assert all(runs[name] > last for name, last in acknowledged.items())


@pytest.mark.slow
def test_writers_at_the_same_time_make_one_chain(place: StorePlace) -> None:
    """Three processes, also racing to make the store; their calls alternate and none is lost."""
    writers = [started_writer(place, f"run-{number}", size=10, batches=12) for number in range(3)]
    for writer in writers:
        let_go(writer)
    for writer in writers:
        ended(writer)
        assert writer.returncode == 0
    with EvidenceStore.open(place.url, read_only=True) as store:
        check = store.check_chain()
        runs = store.history()["run"].to_list()
    assert check.is_whole
    assert check.n_rows == 360
    assert {runs.count(f"run-{number}") for number in range(3)} == {120}


def test_two_open_stores_in_one_process_take_turns(place: StorePlace, tmp_path: Path) -> None:
    """The second sees what the first wrote, and continues it."""
    from datetime import UTC, datetime

    from equitab.assurance.evidence import EvidenceSource

    source = EvidenceSource(run="r", subject="s", time=datetime(2026, 1, 1, tzinfo=UTC))
    with EvidenceStore.open(place.url) as one, EvidenceStore.open(place.url) as other:
        for number in range(4):
            store = (one, other)[number % 2]
            assert store.append([source.says("run", {"table": f"{number}.csv"})]) == (number + 1, number + 1)
        assert one.head == other.head
        assert one.verify_chain() == ()
    assert tmp_path.exists()
