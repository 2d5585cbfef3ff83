"""Time the evidence store: writing, checking the chain, asking; on SQLite and on PostgreSQL.

    python benchmarks/evidence_store.py [--rows 100000] [--check-rows 1000000] [--store PATH|URL] [--postgresql]

Without ``--store`` a file in a temporary folder is used; ``--postgresql`` starts a server of its own in a temporary
folder (the programs of PostgreSQL must be installed). Every row is durable when its call returns: SQLite syncs
its log, PostgreSQL commits synchronously. Prints a markdown table; the processor's time is that of this process.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from equitab.assurance.evidence import Evidence, EvidenceSource, measurement_evidence
from equitab.assurance.evidence_store import EvidenceStore
from equitab.evaluation.results import Measurement

METRICS = ("demographic_parity_difference", "disparate_impact", "equal_opportunity_difference", "accuracy")
PER_RUN = 2_000


def make_evidence(n_rows: int, *, seed: int) -> list[Evidence]:
    """Return measurements as runs make them: 2,000 for each run, an hour between runs."""
    rng = np.random.default_rng(seed)
    found: list[Evidence] = []
    for start in range(0, n_rows, PER_RUN):
        numbers = rng.random((min(PER_RUN, n_rows - start), 3)).tolist()
        found += measurement_evidence(
            source_of_run(start // PER_RUN, seed),
            [measurement(*row, place) for place, row in enumerate(numbers)],
        )
    return found


def source_of_run(number: int, seed: int) -> EvidenceSource:
    digest = "sha256:{:064x}".format
    return EvidenceSource(
        run=f"run-{seed}-{number}",
        subject="people.csv",
        time=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number),
        probe="run",
        data_digest=digest(1),
        model_digest=digest(number),
        code_digest=digest(3),
        recipe_digest=digest(4),
        contract_digest=digest(5),
        environment_digest=digest(6),
        seed=seed,
    )


def measurement(value: float, one: float, other: float, place: int) -> Measurement:
    return Measurement(
        metric=METRICS[place % 4],
        value=value,
        low=min(one, other),
        high=max(one, other),
        confidence=0.95,
        interval_method="wilson",
        n=1000 + place,
        sensitive_features="sex × race",
        group="Female × Black",
        reference_group="Male × White",
        model="gradient_boosting",
        treatment="augmented",
        stage="test",
        operating_point="0.5",
        generator_seed=0,
        model_seed=place % 5,
    )


def timed(label: str, work: Callable[[], object]) -> object:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"| {label} | {wall:.2f} | {cpu:.2f} |", flush=True)
    return result


def append_in_calls(store: EvidenceStore, evidence: list[Evidence], size: int) -> None:
    for start in range(0, len(evidence), size):
        store.append(evidence[start : start + size])


def measure(place: str, n_rows: int, n_checked: int) -> None:
    evidence = make_evidence(n_rows, seed=0)
    with EvidenceStore.open(place) as store:
        timed(f"{n_rows:,} pieces, one call", lambda: store.append(evidence))
        other = [replace(piece, probe="monitor") for piece in evidence]
        timed(f"{n_rows:,} pieces, 1,000 a call", lambda: append_in_calls(store, other, 1000))
        few = [replace(piece, probe="assure") for piece in evidence[:1000]]
        timed("1,000 pieces, one a call", lambda: append_in_calls(store, few, 1))
        timed(f"{n_rows:,} pieces that are there already", lambda: store.append(evidence))
        check = timed(f"the chain of {store.head.sequence:,} rows", store.verify_chain)
        assert check == ()
        timed("one metric of one run", lambda: store.history(run="run-0-3", metric="accuracy"))
        timed(
            "one metric over time", lambda: store.history(subject="people.csv", metric="accuracy", limit=1000)
        )
        timed("all runs", store.runs)
        if n_checked > store.head.sequence:
            for seed in range(1, 1 + (n_checked - store.head.sequence) // n_rows):
                store.append(make_evidence(n_rows, seed=seed))
            timed(f"the chain of {store.head.sequence:,} rows", store.verify_chain)


@contextmanager
def own_server() -> Iterator[str]:
    """Start PostgreSQL as the tests do."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    from postgres import running_server, server_binaries

    binaries = server_binaries()
    if binaries is None:
        raise SystemExit("no PostgreSQL server is installed here")
    with running_server(binaries) as server:
        server.sql("CREATE DATABASE evidence")
        yield server.url("evidence")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--check-rows", type=int, default=0, help="also check a chain of so many rows")
    parser.add_argument("--store", help="a place where no store is yet")
    parser.add_argument("--postgresql", action="store_true", help="start a server in a temporary folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EQUITAB_HOME"] = folder
        print("| | seconds | of them this process |\n|---|---|---|")
        if asked.postgresql:
            with own_server() as url:
                measure(url, asked.rows, asked.check_rows)
        else:
            path = asked.store or str(Path(folder) / "evidence.sqlite")
            measure(path, asked.rows, asked.check_rows)
            if Path(path).exists():
                print(f"| size of the file | {Path(path).stat().st_size / 1e6:,.0f} MB | |")


if __name__ == "__main__":
    main()
