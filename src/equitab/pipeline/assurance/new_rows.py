"""Judging a run's saved model on new real rows, by the protocol of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame, read_table, take_rows
from equitab.errors import InputError, Problem, TableError, closest
from equitab.evaluation import (
    HALF,
    FittedModel,
    Measurement,
    MeasurementSettings,
    RealRows,
    Subject,
    load_model,
    measure_rows,
    row_keys,
)
from equitab.pipeline.measurement_files import load_measurements
from equitab.pipeline.table_source import open_table
from equitab.schema import TableSchema, read_schema

_MODEL_STAGES = frozenset({"test", "validation"})
_REPEATED = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class Judgement:
    """What a model did on new rows.

    Attributes
    ----------
    measurements : list of Measurement
        Of the model on the new rows (stage ``test``), then those of the run that no new rows can change: how good
        and how private its synthetic tables are.
    is_new : bool
        Whether the rows are ones that the model did not learn from.
    remarks : tuple of str
        What a reader must know.
    """

    measurements: list[Measurement]
    is_new: bool
    remarks: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class NewRows:
    """New real rows for a run's model.

    Attributes
    ----------
    name : str
        The table's.
    frame : Frame
    schema : TableSchema
        The run's.
    remarks : tuple of str
    """

    name: str
    frame: Frame
    schema: TableSchema
    remarks: tuple[str, ...] = ()


def read_new_rows(folder: Path, table: Any) -> NewRows:
    """Return new rows, once they have what the run's schema asks for.

    Parameters
    ----------
    folder : Path
        Of the run.
    table : table or location
        With the columns that the model learned from, the sensitive features, and the outcome that became known.

    Raises
    ------
    TableError
        If columns are missing; all of them at once.
    """
    opened, schema = open_table(table), read_schema(folder / "schema.yaml")
    needed = dict.fromkeys([*schema.modeled_columns, schema.target, *schema.sensitive_names])
    missing = [name for name in needed if name not in opened.frame.columns]
    if missing:
        raise TableError([_missing(name, schema, opened.frame.columns) for name in missing])
    return NewRows(opened.name, opened.frame, schema, tuple(opened.notes))


def measure_new_rows(
    folder: Path, rows: NewRows, *, chosen: Mapping[str, str], seed: int, is_source: bool = False
) -> Judgement:
    """Judge a run's model on new rows, and keep what the run measured of its tables.

    Parameters
    ----------
    folder : Path
    rows : NewRows
    chosen : mapping
        ``model`` and ``treatment`` of the saved model.
    seed : int
        Of the intervals.
    is_source : bool, default False
        Whether they are the run's own table: then only its test rows judge, as they did in the run.

    Returns
    -------
    Judgement

    Raises
    ------
    InputError
        If the run chose no model, or another one lies in its folder.
    TableError
        If no row has an outcome.
    """
    model = _chosen_model(folder, chosen)
    frame = _test_rows(folder, rows.frame) if is_source else rows.frame
    real = RealRows.read(frame, rows.schema)
    if len(real) == 0:
        raise TableError(
            Problem(f"table {rows.name!r}", "rows with a known outcome", "none", "wait for outcomes")
        )
    score = model.favorable_score(real.frame)
    subject = Subject(
        model=model.learner.name, treatment=chosen["treatment"], stage="test", operating_point=HALF
    )
    settings = MeasurementSettings(seed=seed)
    found = measure_rows(real, score >= model.threshold, score, subject=subject, settings=settings)
    kept = [
        one for one in load_measurements(folder / "measurements.parquet") if one.stage not in _MODEL_STAGES
    ]
    share = 0.0 if is_source else _share_learned(folder, real, rows.schema)
    return Judgement(
        measurements=[*found, *kept],
        is_new=share <= _REPEATED,
        remarks=tuple(_remarks(rows, real, share, is_source=is_source)),
    )


def _test_rows(folder: Path, frame: Frame) -> Frame:
    """Return the rows of the run's table that neither its generator nor its models saw."""
    parts = np.asarray(read_table(folder / "tables" / "splits.parquet")["split"].to_list())
    return take_rows(frame, parts == "test")


def _chosen_model(folder: Path, chosen: Mapping[str, str]) -> FittedModel:
    where = f"model of the run {folder.name!r}"
    if not chosen or not (folder / "model").is_dir():
        advice = "a run without a headline has no model to watch"
        raise InputError(Problem(where, "a chosen model", "none", advice))
    model = load_model(folder / "model")
    if model.learner.name != chosen["model"]:
        raise InputError(Problem(where, repr(chosen["model"]), repr(model.learner.name), "run it again"))
    return model


def _remarks(rows: NewRows, real: RealRows, share: float, *, is_source: bool) -> Iterator[str]:
    yield from rows.remarks
    if is_source:
        yield f"these are the rows of the run itself: the model was judged on its {len(real):,} test rows again"
    if real.n_left_out:
        yield f"{real.n_left_out:,} of {len(rows.frame):,} new rows have no outcome and are left out"
    if share > _REPEATED:
        yield (
            f"{share:.0%} of the new rows have the very values of a row that the model may have learned from: "
            "they are hardly new, and what is measured on them looks better than it is"
        )


def _share_learned(folder: Path, real: RealRows, schema: TableSchema) -> float:
    """Return the share of rows whose values stand among the real rows of the training table."""
    place = folder / "tables" / "augmented.parquet"
    if not place.is_file():
        return 0.0
    known = read_table(place)
    origin = np.asarray(known["equitab_origin"].to_list())
    learned = take_rows(known, origin == "real")
    columns = [name for name in schema.modeled_columns if name in learned.columns]
    seen, asked = row_keys([learned, real.frame], schema, columns)
    return float(np.isin(asked, seen).mean())


def _missing(name: str, schema: TableSchema, columns: Sequence[str]) -> Problem:
    if name == schema.target:
        advice = "promises are checked on outcomes that became known: add them to the table"
        return Problem(f"column {name!r} of the new rows", "the outcome", "no such column", advice)
    return Problem(
        f"column {name!r} of the new rows", "as in the run's table", "no such column", closest(name, columns)
    )
