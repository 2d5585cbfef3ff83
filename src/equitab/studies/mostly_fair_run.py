"""The fairness part of `equitab study mostly`, carried out: stages that can be resumed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from equitab.dataframe import read_table, write_table
from equitab.evaluation import curves_frame, curves_from_frame, measure_distributions
from equitab.evaluation.results import CurvePoint
from equitab.pipeline.stages import Done, Stages
from equitab.studies.mostly_fair import FairPart, FairSettings, read_part
from equitab.studies.mostly_fair_measure import (
    MODELED,
    measure_proxies,
    measure_real,
    measure_synthesis,
    numbers_frame,
    numbers_from_frame,
    performance_of_real,
)
from equitab.studies.mostly_fair_page import FairFindings
from equitab.studies.mostly_fair_scores import FairNumber, TestPeople
from equitab.studies.mostly_fair_syntheses import Source
from equitab.studies.mostly_fair_verdicts import Found

WITH_CURVES = "adult_sex"
"""The part whose columns' distributions are drawn."""
WITH_PROXIES = "adult_proxy"
PROXY_ROWS = 6_000
"""Rows that the models see which guess the sex; each table is audited once."""
SELECTION = ("age", "hours-per-week", "marital-status", "relationship", "sex", "income")
"""Columns whose distributions are drawn: the paper shows a selection too."""


@dataclass(frozen=True, eq=False)
class FairResult:
    """What was measured.

    Parameters
    ----------
    numbers : list of FairNumber
    findings : FairFindings
    """

    numbers: list[FairNumber]
    findings: FairFindings


def study_fair_data(
    stages: Stages, settings: FairSettings, *, data: str | Path | None, seed: int
) -> FairResult:
    """Carry out every part, a stage each, and return what was measured.

    Parameters
    ----------
    stages : Stages
    settings : FairSettings
    data : path or None
        A folder with the COMPAS table, where that part is asked for.
    seed : int
    """
    numbers: list[FairNumber] = []
    remarks: list[str] = []
    curves: list[CurvePoint] = []
    for name in settings.parts:
        found, said, drawn = _measure_part(stages, name, settings, data, seed)
        numbers += found
        remarks += said
        curves += drawn
    if "compas" not in settings.parts:
        remarks.append("COMPAS is not packaged, and was left out: pass --data DIR with its table.")
    findings = FairFindings(Found(numbers), settings, tuple(remarks), tuple(curves))
    return FairResult(numbers, findings)


def _measure_part(
    stages: Stages, name: str, settings: FairSettings, data: str | Path | None, seed: int
) -> tuple[list[FairNumber], list[str], list[CurvePoint]]:
    place = stages.folder.work(f"fair-{name}.parquet")
    curves_place = stages.folder.work(f"fair-{name}-curves.parquet")

    def work() -> Done:
        part = read_part(name, data=data, max_training_rows=settings.max_training_rows, seed=seed)
        source = Source.learn(part, settings, seed=seed)
        stages.progress.advance(0.1, "generators fitted")
        found = list(_measured(part, source, settings, stages, seed))
        write_table(numbers_frame(found), place, overwrite=True)
        files = [place]
        if name == WITH_CURVES:
            write_table(curves_frame(_distributions(part, source, seed)), curves_place, overwrite=True)
            files.append(curves_place)
        return Done(files, {"remarks": list(source.remarks), "numbers": len(found)})

    def read() -> list[FairNumber]:
        return numbers_from_frame(read_table(place))

    stage = f"fair-{name}"
    numbers = stages.carry_out(stage, f"fair synthetic data: {name.replace('_', ' ')}", work, read)
    curves = curves_from_frame(read_table(curves_place)) if name == WITH_CURVES else []
    return numbers, list(stages.facts(stage)["remarks"]), curves


def _measured(
    part: FairPart, source: Source, settings: FairSettings, stages: Stages, seed: int
) -> Iterator[FairNumber]:
    people = TestPeople.read(part, seed=seed) if part.name in MODELED else None
    real = measure_real(part, people, seed=seed)
    yield from real
    if part.name == WITH_PROXIES:
        yield from measure_proxies(source, max_rows=PROXY_ROWS, seed=seed + 1)
    best = performance_of_real(real)
    for synthesis in range(settings.n_syntheses):
        drawn_by = source
        if part.name == "adult_sex" and 0 < synthesis < settings.refits:
            drawn_by = source.again(settings, seed=seed + synthesis)
        yield from measure_synthesis(
            drawn_by,
            synthesis,
            people=people if synthesis < settings.n_modeled else None,
            real=best,
            seed=seed + 1 + synthesis,
        )
        done = (synthesis + 1) / settings.n_syntheses
        stages.progress.advance(0.1 + 0.9 * done, f"{synthesis + 1} of {settings.n_syntheses} syntheses")


def _distributions(part: FairPart, source: Source, seed: int) -> list[CurvePoint]:
    """Return the paper's Fig. 4: every column, real and fair; of the first synthesis."""
    fair = next(table for table in source.tables(seed=seed + 1) if table.arm == "parity")
    points = measure_distributions({"real": part.training, "synthetic": fair.frame}, part.schema)
    return [point for point in points if point.figure.removeprefix("distribution/") in SELECTION]
