"""How long it takes: fit, tune to a model, and sample, on Adult's training file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from benchmarks.fairness.models_part import ADULT_TARGETS, BOTH, DRAWN_PER_ROW
from benchmarks.fairness.records import FairRecords
from benchmarks.fairness.rows import adult_part
from benchmarks.generators.making import machine_facts
from equitab.evaluation import LEARNERS, RealRows, fit_model
from equitab.generators import make_generator
from equitab.search import tune_to_model

WARM_ROWS = 500


def measure_time(records: FairRecords, *, repeats: int, quick: bool, say: Callable[[str], None]) -> None:
    """Record the seconds of every step, for both learners; libraries are loaded before the clock starts."""
    for repeat in range(repeats):
        for model in BOTH:
            key = f"time/{'quick' if quick else 'full'}/{model}/{repeat}"
            if not records.has(key):
                say(f"time: {model}, {repeat + 1} of {repeats}")
                records.append(
                    key, "time", {"model": model, "repeat": repeat, **_timed(model, repeat, quick)}
                )


def _timed(model: str, seed: int, quick: bool) -> dict[str, Any]:
    part = adult_part(seed, quick=quick)
    _warm(part, model)
    load, marks = os.getloadavg()[0], [time.perf_counter()]
    generator = make_generator("boosted_trees").fit(part.training.to_native(), part.schema, seed=seed)
    marks.append(time.perf_counter())
    draft = generator.draft(DRAWN_PER_ROW * len(part.training), seed=seed + 1)
    marks.append(time.perf_counter())
    validation = RealRows.read(part.validation, part.schema)
    target = ADULT_TARGETS[0]
    tuned = tune_to_model(
        draft, target.constraints, model, schema=part.schema, validation=validation, seed=seed
    )
    marks.append(time.perf_counter())
    generator.sample(len(part.training), constraints=tuned.constraints, seed=seed + 2)
    marks.append(time.perf_counter())
    names = ("fit", "draft", "tune", "sample")
    steps = zip(names, pairwise(marks), strict=True)
    seconds = {name: later - first for name, (first, later) in steps}
    facts = {"n_training": len(part.training), "n_candidates": len(tuned.points), "load": load}
    return {**facts, "seconds": {**seconds, "all": marks[-1] - marks[0]}, **machine_facts()}


def _warm(part: Any, model: str) -> None:
    """Load what is needed: a small fit of generator and model."""
    few = part.training.head(WARM_ROWS)
    generator = make_generator("boosted_trees").fit(few.to_native(), part.schema, seed=0)
    generator.draft(WARM_ROWS, seed=0)
    fit_model(few, LEARNERS[model], schema=part.schema, seed=0)
