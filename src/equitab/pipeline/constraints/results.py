"""What the constrained table of a run is, once a model is chosen: measured, kept, and remembered with its strengths."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from equitab.augmentation import ORIGIN_COLUMN
from equitab.dataframe import Frame, frame_from_columns, read_table, write_table
from equitab.errors import EquitabError
from equitab.evaluation import (
    HALF,
    CurvePoint,
    Measurement,
    TableFairnessSettings,
    audit_proxies,
    measure_consistency,
    measure_preservation,
    measure_table_fairness,
    predictions_from_frame,
    unshowable_tolerances,
)
from equitab.pipeline.constraints.curves import baseline_curves
from equitab.pipeline.constraints.memory import ConstraintMemory
from equitab.pipeline.constraints.question import CONSTRAINED
from equitab.pipeline.run_folder import RunFolder
from equitab.pipeline.run_rows import RunRows
from equitab.pipeline.seed_stages import SeedStages
from equitab.schema import FairnessConstraint

MARKED = (CONSTRAINED, "original", "reweighed", "smote_nc", "threshold_optimizer")
"""Treatments that are marked beside the candidates."""

MOST_JUDGED_ROWS = 50_000
"""So many rows of a drawn table are judged where a criterion needs a model of the table, for speed."""

MOST_AUDITED_ROWS = 10_000
"""So many rows tell how well other columns give a sensitive feature away."""


@dataclass(frozen=True, eq=False)
class ConstrainedMeasures:
    """What was measured of a constrained table.

    Attributes
    ----------
    measurements : list of Measurement
    curves : list of CurvePoint
    remarks : tuple of str
        What could not be measured, or cannot be shown by so few rows.
    """

    measurements: list[Measurement]
    curves: list[CurvePoint]
    remarks: tuple[str, ...]


def measure_constrained(
    rows: RunRows, seed: SeedStages, model: str, measured: Iterable[Measurement]
) -> ConstrainedMeasures:
    """Measure the table of a run's chosen model: its own fairness, what it left as it was, who is like whom.

    Parameters
    ----------
    rows : RunRows
    seed : SeedStages
        Of which all stages are done.
    model : str
        The chosen model.
    measured : iterable of Measurement
        Of all treatments: their points stand beside the candidates.
    """
    asked, schema = rows.prepared.recipe.constraints, rows.prepared.schema
    files = seed.constrained_files
    frame, drawn = read_table(files.place(files.model_of(model))), files.drawn()
    tables = {"original": rows.training.modeled, "synthetic": drawn, CONSTRAINED: frame}
    remarks: list[str] = []
    found: list[Measurement] = []

    def collect(measure: Callable[[], list[Measurement]]) -> None:
        try:
            found.extend(measure())
        except EquitabError as error:
            remarks.append(f"not measured of the constrained rows: {error}")

    settings = TableFairnessSettings(use_sensitive_features=rows.prepared.recipe.use_sensitive_features)
    for name, table in tables.items():
        collect(lambda table=table, name=name: _fairness(table, name, asked, rows, settings, seed.seed))  # type: ignore[misc]
    collect(
        lambda: measure_preservation(
            frame, drawn, schema, treatments=(CONSTRAINED, "synthetic"), seed=seed.seed
        )
    )
    collect(lambda: _consistency(rows, seed, model))
    curves = files.curves()
    collect(lambda: _proxies(frame, drawn, rows, seed.seed, curves))
    curves += baseline_curves(measured, asked, schema, stage="validation", treatments=MARKED)
    return ConstrainedMeasures(found, curves, (*remarks, *_unshowable(rows, settings, seed.seed)))


def keep_constrained(seed: SeedStages, folder: RunFolder, model: str) -> list[Path]:
    """Write the chosen model's table to ``tables/constrained.parquet``, and the strengths beside the run."""
    files = seed.constrained_files
    place = folder.place("tables/constrained.parquet")
    frame = read_table(files.place(files.model_of(model)))
    origin = f"synthetic:{seed.rows.prepared.recipe.generator.name}:{seed.seed}"
    write_table(_with_origin(frame, origin), place, overwrite=True)
    memory = ConstraintMemory(model, {name: files.constraints(name) for name in files.models})
    return [place, memory.save(folder.path)]


def _with_origin(frame: Frame, origin: str) -> Frame:
    columns = {name: frame.to_native()[name] for name in frame.columns}
    return frame_from_columns({**columns, ORIGIN_COLUMN: np.full(len(frame), origin)})


def _fairness(
    table: Frame,
    treatment: str,
    asked: tuple[FairnessConstraint, ...],
    rows: RunRows,
    settings: TableFairnessSettings,
    seed: int,
) -> list[Measurement]:
    """Return how fair a table itself is; large ones are cut where a model of the table has to be learned."""
    needs_model = any(one.criterion not in {"demographic_parity", "minimum_rate"} for one in asked)
    judged = table.head(MOST_JUDGED_ROWS) if needs_model and len(table) > MOST_JUDGED_ROWS else table
    schema = rows.prepared.schema
    return measure_table_fairness(
        judged, schema, constraints=asked, settings=settings, treatment=treatment, seed=seed
    )


def _proxies(
    frame: Frame, drawn: Frame, rows: RunRows, seed: int, curves: list[CurvePoint]
) -> list[Measurement]:
    """Return how well other columns tell the sensitive features, before and after; the columns go to the curves."""
    audit = audit_proxies(
        frame,
        rows.prepared.schema,
        reference=drawn,
        treatments=(CONSTRAINED, "synthetic"),
        max_rows=MOST_AUDITED_ROWS,
        seed=seed,
    )
    curves.extend(audit.points)
    return list(audit.measurements)


def _consistency(rows: RunRows, seed: SeedStages, model: str) -> list[Measurement]:
    """Return how alike the predictions of like test people are, before and after."""
    held = predictions_from_frame(read_table(seed.result_files["predictions"]))
    found: list[Measurement] = []
    for treatment in ("original", CONSTRAINED):
        predicted = held.get((treatment, model, HALF))
        if predicted is None:
            continue
        measured = measure_consistency(
            rows.test.frame,
            rows.prepared.schema,
            predictions={model: predicted},
            treatment=treatment,
            seed=seed.seed,
        )
        found += [replace(one, stage="test", operating_point=HALF) for one in measured if one.model]
    return found


def _unshowable(rows: RunRows, settings: TableFairnessSettings, seed: int) -> tuple[str, ...]:
    """Say which tolerances so many test rows cannot show; the point that was asked for is sought all the same."""
    asked = rows.prepared.recipe.constraints
    try:
        problems = unshowable_tolerances(
            rows.test.frame, rows.prepared.schema, constraints=asked, settings=settings, seed=seed
        )
    except EquitabError as error:
        return (f"which tolerance the test rows can show is not known: {error}",)
    return tuple(f"undetermined on the test rows: {problem}" for problem in problems)
