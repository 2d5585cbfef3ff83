"""One fit and one draw in a process of its own: ``python -m benchmarks.generators.making JOB.json``.

Reads the job, imports what the generator needs, then starts the clock. Writes the rows and, beside them, what
they took. Runs wherever equitab is importable, so that a peer can have an environment of its own.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame, as_frame, read_table, take_rows, write_table
from equitab.generators import generator_class, make_generator
from equitab.schema import read_schema

PACKAGES = ("equitab", "lightgbm", "torch", "mostlyai-engine", "imbalanced-learn", "scikit-learn", "numpy")


@dataclass(frozen=True)
class Clock:
    """Seconds of a piece of work: by the wall, and of all processors together."""

    wall: float
    cpu: float


def timed(work: Callable[[], Any]) -> tuple[Any, Clock]:
    """Return what some work returned, and what it took."""
    wall, cpu = time.perf_counter(), _cpu_seconds()
    result = work()
    return result, Clock(time.perf_counter() - wall, _cpu_seconds() - cpu)


def make(job: dict[str, Any]) -> dict[str, Any]:
    """Fit and draw as a job says; write the rows; return what it took."""
    frame, schema = read_table(job["training"]), read_schema(job["schema"])
    if job["n_training"] < len(frame):
        chosen = np.random.default_rng(job["seed"]).permutation(len(frame))[: job["n_training"]]
        frame = take_rows(frame, np.sort(chosen))
    if job["generator"] is None:
        rows = real_rows(job["contender"], frame, job)
        facts: dict[str, Any] = {}
    else:
        rows, facts = fit_and_draw(job, frame, schema)
    if job["rows"]:
        write_table(rows, job["rows"], overwrite=True)
    return {**facts, "n_training": len(frame), "n_columns": len(schema.modeled_columns), "n_drawn": len(rows)}


def fit_and_draw(job: dict[str, Any], frame: Frame, schema: Any) -> tuple[Frame, dict[str, Any]]:
    """Return drawn rows and what they took; imports are not counted."""
    _, imports = timed(lambda: _import(job))
    table = frame.to_native()
    load = os.getloadavg()[0]
    generator = make_generator(job["generator"], **job["settings"])
    before = peak_mebibytes()
    _, fit = timed(lambda: generator.fit(table, schema, seed=job["seed"]))
    rows, sample = timed(lambda: generator.sample(job["n_drawn"], seed=job["seed"] + 1))
    facts = {
        "fit_wall": fit.wall,
        "fit_cpu": fit.cpu,
        "sample_wall": sample.wall,
        "sample_cpu": sample.cpu,
        "import_wall": imports.wall,
        "peak_mib": peak_mebibytes(),
        "peak_mib_before": before,
        "load_before": load,
        "remarks": list(getattr(generator, "remarks_", ())),
    }
    return as_frame(rows), facts


def real_rows(contender: str, frame: Frame, job: dict[str, Any]) -> Frame:
    """Return the rows of a reference: training rows drawn with replacement, or rows never seen."""
    if contender == "real_resampled":
        return take_rows(frame, np.random.default_rng(job["seed"]).integers(0, len(frame), job["n_drawn"]))
    return read_table(job["fresh"])


def machine_facts() -> dict[str, Any]:
    """Return what a reader needs to compare times: processors, system, versions."""
    return {
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
    }


def peak_mebibytes() -> float:
    """Return the most memory that this process held so far.

    From ``/proc`` where there is one: there the peak of the parent, which `getrusage` may pass on, is left out.
    """
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.is_file() else None
    if found:
        return int(found[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def _cpu_seconds() -> float:
    """Return seconds of all threads, and of the processes that this one started and that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _import(job: dict[str, Any]) -> None:
    generator_class(job["generator"])
    for name in job["imports"]:
        importlib.import_module(name)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def main() -> None:
    path = Path(sys.argv[1])
    facts = {**make(json.loads(path.read_text(encoding="utf-8"))), **machine_facts()}
    path.with_suffix(".done.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main()
