"""Judging a run's saved model again: the same rows, the same metrics, measured a second time.

Nothing is learned anew and no number of the run is read: the model is loaded from ``model/`` (plain data, no
code is run), the rows come from the source table, and which of them judge from ``tables/splits.parquet``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame, read_table
from equitab.errors import InputError, Problem, TableError
from equitab.evaluation import (
    HALF,
    TUNED,
    FittedModel,
    Measurement,
    MeasurementSettings,
    RealRows,
    Splits,
    Subject,
    load_model,
    measure_rows,
)
from equitab.metrics import choose_threshold
from equitab.pipeline.preparation import PreparedRun, prepare_table
from equitab.pipeline.recipe import Recipe, load_recipe
from equitab.pipeline.run_rows import PARTS, RunRows


@dataclass(frozen=True, eq=False)
class SourceTable:
    """The table that a run was made from, opened again.

    Attributes
    ----------
    frame : Frame
        Every row, those of a test table last.
    digest : str
        Of its content: ``sha256:...``.
    prepared : PreparedRun
    """

    frame: Frame
    digest: str
    prepared: PreparedRun


def open_source(folder: Path, table: Any = None) -> SourceTable:
    """Return the source table of a run.

    Parameters
    ----------
    folder : Path
        Of the run; its recipe and schema say how the table is read.
    table : table or location, optional
        Where it is now; where the recipe says when not given.

    Raises
    ------
    TableError, SchemaError, RecipeError
        If it is not there, or does not fit the run's schema.
    """
    recipe = load_recipe(folder / "recipe.yaml")
    place = recipe.table if table is None else table
    prepared = prepare_table(place, str(folder / "schema.yaml"), recipe, ())
    return SourceTable(prepared.frame, f"sha256:{prepared.fingerprint['table']}", prepared)


def remeasure(folder: Path, source: SourceTable, *, chosen: Mapping[str, str]) -> list[Measurement]:
    """Judge a run's saved model again on the real validation and test rows.

    Parameters
    ----------
    folder : Path
    source : SourceTable
    chosen : mapping
        ``model`` and ``treatment`` of the saved model.

    Returns
    -------
    list of Measurement
        With the identities that the run gave them.

    Raises
    ------
    InputError
        If the run chose no model, or its splits do not fit the table.
    SavedFormatError
        If the model is damaged, or another one than `chosen` says.
    """
    if not chosen:
        raise InputError(Problem("model of the run", "a chosen model", "none: the run had no headline"))
    model = load_model(folder / "model")
    if model.learner.name != chosen["model"]:
        received = f"a model {model.learner.name!r} in model/"
        raise InputError(Problem("model of the run", f"the chosen {chosen['model']!r}", received))
    rows = RunRows(source.prepared, _read_splits(folder, len(source.frame)))
    return _measure(model, rows, source.prepared.recipe, treatment=chosen["treatment"])


def _read_splits(folder: Path, n_rows: int) -> Splits:
    names = np.asarray(read_table(folder / "tables" / "splits.parquet")["split"].to_list())
    if len(names) != n_rows:
        received = f"{n_rows:,} rows"
        raise TableError(
            Problem("source table", f"{len(names):,} rows, as many as the run divided", received)
        )
    train, validation, test = (np.flatnonzero(names == part) for part in PARTS)
    return Splits(train, validation, test)


def _measure(model: FittedModel, rows: RunRows, recipe: Recipe, *, treatment: str) -> list[Measurement]:
    score = {part: model.favorable_score(held.frame) for part, held in _judging(rows).items()}
    tuned = _tuned_threshold(rows.validation, score["validation"])
    found = []
    for point, threshold in ((HALF, 0.5), (TUNED, tuned)):
        for part, held in _judging(rows).items():
            subject = Subject(
                model=model.learner.name,
                treatment=treatment,
                stage=part,  # type: ignore[arg-type]
                operating_point=point,
                generator_seed=recipe.seed,
                model_seed=recipe.seed,
            )
            found += measure_rows(
                held,
                score[part] >= threshold,
                score[part],
                subject=subject,
                settings=MeasurementSettings(seed=recipe.seed),
                with_groups=part == "test",
            )
    return found


def _judging(rows: RunRows) -> dict[str, RealRows]:
    return {"validation": rows.validation, "test": rows.test}


def _tuned_threshold(validation: RealRows, score: np.ndarray) -> float:
    """Return the threshold that the run chose on validation rows; 0.5 where no choice was possible."""
    if not 0 < validation.favorable.sum() < len(validation):
        return 0.5
    return choose_threshold(validation.favorable, score, sample_weight=validation.weights)
