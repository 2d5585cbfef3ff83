"""Labels for rows of anybody's making, from a saved similarity network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame, as_frame, frame_from_columns
from equitab.errors import ConstraintError, OutputExistsError, Problem, closest
from equitab.generators import Generator, load_generator
from equitab.pipeline.sample import generator_folder
from equitab.pipeline.sample_request import listed_names
from equitab.pipeline.table_source import open_table
from equitab.pipeline.written_rows import WrittenRows, keep_rows

CERTAINTY_COLUMN = "equitab_label_certainty"
"""From 0 (all labels are alike likely) to 1 (all linked real rows have the same label)."""


def label_rows(
    generator: str | Path,
    table: Any,
    *,
    choice: str | None = None,
    columns: Sequence[str] | None = None,
    seed: int,
    out: str | Path | None = None,
    overwrite: bool = False,
) -> WrittenRows:
    """Write labels for the rows of a table: those of the real rows that they are linked to.

    Parameters
    ----------
    generator : str or Path
        The folder of a saved ``similarity_network``, or of a run that used one.
    table : table or location
        With every learned column but the target; a target is not looked at.
    choice : {"draw", "most_likely", "prior_corrected"}, optional
        How a label is chosen; as the generator was told when not given.
    columns : sequence of str, optional
        The columns of the table that are kept, beside the target and the certainty; all when not given.
    seed : int
    out : str or Path, optional
        A file to write.
    overwrite : bool, default False

    Returns
    -------
    WrittenRows
        The table with its target written, and ``equitab_label_certainty``, from 0 (anything) to 1 (sure).

    Raises
    ------
    SavedFormatError
        If there is no generator, or it is damaged.
    ConstraintError
        If the generator gives no labels, or a column to keep is not there.
    TableError
        If a learned column is missing, or a sensitive feature holds a value that was never learned.
    OutputExistsError
        If the file exists and `overwrite` is False.
    """
    if out is not None and Path(out).exists() and not overwrite:
        raise OutputExistsError(f"{out} exists; choose another name or allow overwriting (--overwrite)")
    network = _network(load_generator(generator_folder(generator)))
    frame = open_table(table).frame
    kept = _kept(columns, frame, network.schema_.target)
    found = network.label(frame.to_native(), choice=choice, seed=seed)
    labelled = as_frame(found.table)
    shown = {name: labelled[name].to_native() for name in kept}
    certainty = np.asarray(found.label_certainty)
    rows = keep_rows(frame_from_columns({**shown, CERTAINTY_COLUMN: certainty}), out, overwrite=overwrite)
    mean = float(certainty.mean()) if len(certainty) else 0.0
    lines = (f"Mean certainty of the labels: {mean:.2f} (0: anything, 1: sure).",)
    notes = tuple(f"Note: {remark}" for remark in found.remarks)
    details = {"mean_label_certainty": mean, "remarks": list(found.remarks)}
    return replace(rows, details=details, lines=(*lines, *notes))


def _network(generator: Generator) -> Any:
    """Return a generator that labels rows, or refuse it."""
    if not hasattr(generator, "label"):
        advice = (
            "equitab fit TABLE --generator similarity_network; the model of a run labels by equitab predict"
        )
        expected = "a 'similarity_network', whose labels spread to other rows"
        raise ConstraintError(Problem("generator", expected, repr(generator.name), advice))
    return generator


def _kept(columns: Sequence[str] | None, frame: Frame, target: str) -> tuple[str, ...]:
    """Return the columns that are kept: the target among them, in the table's order."""
    every = [name for name in dict.fromkeys([*frame.columns, target]) if name != CERTAINTY_COLUMN]
    if columns is None:
        return tuple(every)
    asked = listed_names(columns)
    unknown = [name for name in asked if name not in every]
    if unknown:
        expected, received = "a column of the table", "no such column"
        raise ConstraintError(
            [Problem(f"column {name!r}", expected, received, closest(name, every)) for name in unknown]
        )
    return tuple(name for name in every if name in {*asked, target})
