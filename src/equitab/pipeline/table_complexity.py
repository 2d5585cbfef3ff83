"""How hard the tables of a run are to learn from: original, augmented, and synthetic rows, by equal draws."""

from __future__ import annotations

from collections.abc import Mapping

from equitab.dataframe import Frame
from equitab.evaluation import Measurement, measure_complexity
from equitab.pipeline.audit import NETWORK_ROWS
from equitab.schema import TableSchema

OVERLAP_ROWS = 10_000
"""Rows that the overlap is measured on: so few that a run stays quick."""


def compare_complexity(
    tables: Mapping[str, Frame], schema: TableSchema, *, generator_seed: int | None = None, seed: int
) -> tuple[Measurement, ...]:
    """Measure how hard each of several tables is to learn from, so that they can be compared.

    Parameters
    ----------
    tables : mapping of str to Frame
        By treatment; those without rows are left out.
    schema : TableSchema
    generator_seed : int, optional
        Of the generator, also for the original: as with models, means over seeds have none.
    seed : int
        Of the draws.

    Returns
    -------
    tuple of Measurement
        As `equitab.evaluation.measure_complexity` returns them, table by table. Overlap, clustering and hubs depend
        on the number of rows: they are measured on as many rows of every table, the fewest that one of them has.
    """
    held = {name: frame.select(list(schema.modeled_columns)) for name, frame in tables.items() if len(frame)}
    if not held or set(schema.modeled_columns) <= {schema.target}:
        return ()
    fewest = max(2, min(len(frame) for frame in held.values()))
    found: list[Measurement] = []
    for name, frame in held.items():
        found += measure_complexity(
            frame,
            schema,
            treatment=name,
            max_rows=min(NETWORK_ROWS, fewest),
            max_overlap_rows=min(OVERLAP_ROWS, fewest),
            generator_seed=generator_seed,
            seed=seed,
        )
    return tuple(found)
