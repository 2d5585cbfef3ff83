"""Run in the peer's environment: fit mostlyai-engine on a split, draw with its fairness option, keep the rows.

python -m benchmarks.fairness.peer JOB.json
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.generators.making import machine_facts
from equitab.dataframe import as_frame, read_table, write_table
from equitab.generators import make_generator
from equitab.schema import FairnessConstraint, read_schema


def draw(job: dict[str, Any]) -> dict[str, Any]:
    """Fit, draw for every set of features, write the rows; return seconds."""
    schema, training = read_schema(job["schema"]), read_table(job["training"])
    load, started = os.getloadavg()[0], time.perf_counter()
    generator = make_generator("tabular_argn").fit(training.to_native(), schema, seed=job["seed"])
    facts: dict[str, Any] = {"fit_seconds": time.perf_counter() - started, "load": load}
    for place, features in job["rows"].items():
        constraint = FairnessConstraint(sensitive_features=tuple(features), aim="table", mapping="quantile")
        asked = (constraint,) if features else ()
        started = time.perf_counter()
        rows = as_frame(generator.sample(job["n_drawn"], constraints=asked, seed=job["seed"] + 1))
        facts[f"sample_seconds {' × '.join(features)}"] = time.perf_counter() - started
        write_table(rows, place, overwrite=True)
    return {**facts, **machine_facts()}


def main() -> None:
    path = Path(sys.argv[1])
    facts = draw(json.loads(path.read_text(encoding="utf-8")))
    path.with_suffix(".done.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main()
