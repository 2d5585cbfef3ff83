"""Whether rows that should be unknown are known: held-out rows that repeat a row of a table."""

from __future__ import annotations

import numpy as np

from equitab.dataframe import Frame
from equitab.errors import Problem, TableError, closest
from equitab.evaluation.row_identity import row_keys
from equitab.schema import TableSchema, labels


def overlap_remarks(frame: Frame, held_out: Frame, schema: TableSchema) -> tuple[str, ...]:
    """Return how many held-out rows and people are in a table too.

    Parameters
    ----------
    frame : Frame
    held_out : Frame
        With the modeled columns of the schema.
    schema : TableSchema

    Returns
    -------
    tuple of str
        Empty when there are none.

    Raises
    ------
    TableError
        If the held-out table lacks columns.
    """
    absent = [name for name in schema.modeled_columns if name not in held_out.columns]
    if absent:
        raise TableError(
            [
                Problem(
                    f"column {name!r} of the held-out table",
                    "to be there",
                    "no such column",
                    closest(name, held_out.columns),
                )
                for name in absent
            ]
        )
    known, asked = row_keys([frame, held_out], schema, schema.modeled_columns)
    n_same = int(np.isin(asked, known).sum())
    found = (
        [f"{n_same:,} of {len(asked):,} held-out rows have the values of a row of the table."]
        if n_same
        else []
    )
    name = schema.identifier
    if name is not None and name in held_out.columns:
        n_people = len(set(labels(frame, name).names) & set(labels(held_out, name).names))
        found += [f"{n_people:,} values of {name!r} are in both tables."] if n_people else []
    return tuple(found)
