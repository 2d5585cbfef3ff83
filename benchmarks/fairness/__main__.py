"""The command: measure what is asked for and not done yet, then write the page."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fairness.models_part import ADULT_TARGETS, COMPAS_TARGETS, Bench, measure_models
from benchmarks.fairness.page import write_page
from benchmarks.fairness.peer_part import measure_peer
from benchmarks.fairness.records import FairRecords
from benchmarks.fairness.rows import adult_part, compas_part
from benchmarks.fairness.tables_part import measure_tables
from benchmarks.fairness.time_part import measure_time
from benchmarks.generators.jobs import ROOT
from equitab.studies.mostly_fair import has_compas

WORK = ROOT / ".benchmarks" / "fairness"
RESULTS = ROOT / "benchmarks" / "fairness" / "results.jsonl"
PAGE = ROOT / "docs" / "benchmarks" / "fairness.md"
PARTS = ("time", "data", "compas", "models", "peer")
DEFAULT = "time,data,compas,models"


def read_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fairness",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    data = os.environ.get("EQUITAB_BENCHMARK_DATA", str(ROOT.parent / "shared" / "data"))
    peer = os.environ.get("EQUITAB_PEER_PYTHON", sys.executable)
    add = parser.add_argument
    add("--parts", default=DEFAULT, help=f"of {', '.join(PARTS)}, with commas")
    add(
        "--splits",
        default="",
        help="as 0-9 or 0,3,5; the first ten, of the peer the first three, when not given",
    )
    add("--targets", default="", help="names of targets, with commas; all when not given")
    add("--syntheses", type=int, default=50, help="tables drawn of each fit")
    add("--repeats", type=int, default=2, help="of the timing")
    add("--drawn", type=int, default=0, help="rows of a draft; three times the training rows when 0")
    add("--data", type=Path, default=Path(data), help="folder of tables; EQUITAB_BENCHMARK_DATA")
    add("--peer-python", default=peer, help="interpreter with mostlyai-engine; EQUITAB_PEER_PYTHON")
    add("--quick", action="store_true", help="a smoke run: few rows, one split, results apart")
    add("--only-page", action="store_true", help="write the page from the results that there are")
    add("--seed", type=int, default=0)
    add("--work", type=Path, default=WORK, help="folder for rows between processes")
    add("--results", type=Path, help="results file")
    add("--page", type=Path, help="page to write")
    found = parser.parse_args(words)
    unknown = set(found.parts.split(",")) - set(PARTS)
    if unknown:
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")
    found.results = found.results or (found.work / "results.jsonl" if found.quick else RESULTS)
    found.page = found.page or (found.work / "page.md" if found.quick else PAGE)
    if found.quick:
        found.syntheses, found.repeats, found.splits = 3, 1, found.splits or "0"
    return found


def main(words: Sequence[str] | None = None) -> None:
    arguments = read_arguments(words)
    records = FairRecords(arguments.results)
    if not arguments.only_page:
        run(arguments, records)
    write_page(list(records.all().values()), arguments.page)
    print(f"results: {arguments.results}\npage: {arguments.page}")


def run(arguments: argparse.Namespace, records: FairRecords) -> None:
    """Do what is asked and not done yet, in the order of `PARTS`."""
    started = time.perf_counter()

    def say(text: str) -> None:
        print(f"{time.perf_counter() - started:7.0f} s  {text}", flush=True)

    parts = [part for part in PARTS if part in arguments.parts.split(",")]
    if "time" in parts:
        measure_time(records, repeats=arguments.repeats, quick=arguments.quick, say=say)
    if "data" in parts:
        settings = {"n_syntheses": arguments.syntheses, "seed": arguments.seed, "quick": arguments.quick}
        measure_tables(records, data=arguments.data, say=say, **settings)
    if "compas" in parts and has_compas(arguments.data):
        for split in splits_of(arguments.splits, 10):
            part = compas_part(split, arguments.data)
            measure_models(
                Bench(part, split, records, "compas", say, arguments.seed), chosen(COMPAS_TARGETS, arguments)
            )
    for split in splits_of(arguments.splits, 10) if "models" in parts else ():
        measure_models(_adult_bench(split, records, say, arguments), chosen(ADULT_TARGETS, arguments))
    for split in splits_of(arguments.splits, 3) if "peer" in parts else ():
        targets = [
            target for target in chosen(ADULT_TARGETS, arguments) if target.name in ("parity", "sex × race")
        ]
        bench = _adult_bench(split, records, say, arguments)
        measure_peer(bench, targets, python=arguments.peer_python, work=arguments.work)


def _adult_bench(split: int, records: FairRecords, say, arguments: argparse.Namespace) -> Bench:  # type: ignore[no-untyped-def]
    part = adult_part(split, quick=arguments.quick)
    return Bench(part, split, records, "models", say, arguments.seed, arguments.drawn)


def chosen(targets, arguments: argparse.Namespace):  # type: ignore[no-untyped-def]
    """Return the targets that are asked for."""
    names = [name for name in arguments.targets.split(",") if name]
    return [target for target in targets if not names or target.name in names]


def splits_of(text: str, n_default: int) -> list[int]:
    """Return the numbers that ``0-9`` or ``0,3,5`` means.

    Examples
    --------
    >>> splits_of("0-2,7", 10)
    [0, 1, 2, 7]
    """
    if not text:
        return list(range(n_default))
    found: list[int] = []
    for word in text.split(","):
        first, _, last = word.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


if __name__ == "__main__":
    main()
