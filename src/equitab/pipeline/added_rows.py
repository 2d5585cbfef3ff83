"""More real rows for a saved generator that takes them in without learning everything anew."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame
from equitab.errors import ConstraintError, Problem
from equitab.generators import load_generator
from equitab.pipeline.fit import FitResult, generator_remarks
from equitab.pipeline.sample import GENERATOR_FILE, generator_folder
from equitab.pipeline.storage import check_new_folder, write_folder
from equitab.pipeline.table_source import open_table
from equitab.schema import TableSchema, row_weights, validate_table


def add_to_generator(
    generator: str | Path,
    table: Any,
    *,
    out: str | Path | None = None,
    seed: int,
    overwrite: bool = False,
) -> FitResult:
    """Give a saved generator more real rows; the rows that it has are not learned again.

    Parameters
    ----------
    generator : str or Path
        The folder of a saved ``similarity_network``, or of a run that used one; it stays as it is.
    table : table or location
        Rows with the columns that it learned.
    out : str or Path, optional
        A folder for the grown generator.
    seed : int
        For the place of numbers within their intervals.
    overwrite : bool, default False

    Returns
    -------
    FitResult
        Its ``n_rows`` are the added ones.

    Raises
    ------
    SavedFormatError
        If there is no generator, or it is damaged.
    ConstraintError
        If the generator takes no further rows.
    TableError, SchemaError
        If a column is missing, or the target or a sensitive feature holds a value that was never learned.
    OutputExistsError
        If the folder exists and `overwrite` is False.
    """
    if out is not None:
        check_new_folder(Path(out), marker=GENERATOR_FILE, overwrite=overwrite)
    held = load_generator(generator_folder(generator))
    if not hasattr(held, "add_rows"):
        expected, advice = "one that takes further rows: 'similarity_network'", "fit it anew on all rows"
        raise ConstraintError(Problem("generator to add rows to", expected, repr(held.name), advice))
    opened = open_table(table)
    schema = held.schema_
    warnings = [held for held in validate_table(opened.frame, schema) if held.severity == "warning"]
    started = time.monotonic()
    weights = _weights(opened.frame, schema)
    grown: Any = held.add_rows(opened.frame.to_native(), sample_weight=weights, seed=seed)
    seconds = time.monotonic() - started
    if out is not None:
        write_folder(Path(out), grown.save)
    remarks = (*opened.notes, *map(str, warnings), *generator_remarks(grown))
    return FitResult(grown, schema, None if out is None else Path(out), len(opened.frame), seconds, remarks)


def _weights(frame: Frame, schema: TableSchema) -> np.ndarray | None:
    """Return weights with the mean 1: added rows weigh on average what the first ones do."""
    found = row_weights(frame, schema)
    return None if found is None else found / np.nanmean(found)
