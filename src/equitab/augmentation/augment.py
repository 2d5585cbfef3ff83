"""Carry out a rebalancing plan: draw the rows, keep where every row comes from, give every row a weight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitab.augmentation.cells import cell_codes
from equitab.augmentation.origins import ORIGIN_COLUMN, REAL
from equitab.augmentation.plan import RebalancingPlan
from equitab.augmentation.planned_draw import PlannedDraw
from equitab.augmentation.planned_rows import draw_blocks
from equitab.dataframe import (
    Frame,
    TableTemplate,
    as_frame,
    concatenate,
    frame_from_columns,
    take_rows,
    write_chunks,
)
from equitab.errors import ConstraintError, Problem
from equitab.generators import Generator
from equitab.generators.similarity.neighbors import EXACT_ROWS
from equitab.schema import TableSchema, row_weights

FEW_PEOPLE = 10
"""Rows drawn after fewer people than this are remarked on."""
WEIGHT_COLUMN = "equitab_weight"

CHUNK_ROWS = 100_000
"""Rows that are written at once."""


@dataclass(frozen=True)
class AugmentedFile:
    """A table with the rows that a plan added, in a file.

    Parameters
    ----------
    place : Path
    n_rows : int
        Real and synthetic ones.
    plan : RebalancingPlan
    remarks : tuple of str
    """

    place: Path
    n_rows: int
    plan: RebalancingPlan
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class AugmentedTable:
    """A table with the rows that a plan added.

    Parameters
    ----------
    frame : Frame
        The real rows, then the synthetic ones: the table's columns, ``equitab_origin`` and
        ``equitab_weight``. Columns that are not generated (identifier, split, ignored ones) are missing in
        synthetic rows; the schema's weight column holds the mean weight there.
    template : TableTemplate
        The caller's kind of table.
    plan : RebalancingPlan
        What was added.
    remarks : tuple of str
        What a reader should know.
    """

    frame: Frame
    template: TableTemplate
    plan: RebalancingPlan
    remarks: tuple[str, ...] = ()

    @property
    def origins(self) -> np.ndarray:
        """Where each row comes from: ``real``, or ``synthetic:<generator>:<seed>``."""
        return np.asarray(self.frame[ORIGIN_COLUMN].to_numpy()).astype(str)

    @property
    def is_synthetic(self) -> np.ndarray:
        """Which rows are synthetic, shape (n_rows,), bool."""
        return self.origins != REAL

    @property
    def weights(self) -> np.ndarray:
        """The weight of each row, shape (n_rows,)."""
        return np.asarray(self.frame[WEIGHT_COLUMN].to_numpy(), dtype=np.float64)

    @property
    def synthetic(self) -> Frame:
        """The synthetic rows."""
        return take_rows(self.frame, self.is_synthetic)

    def to_native(self) -> Any:
        """Return the whole table as the caller's kind of frame."""
        return self.template.restore(self.frame)


def augment(
    table: Any, schema: TableSchema, generator: Generator, plan: RebalancingPlan, *, seed: int
) -> AugmentedTable:
    """Add the rows of a plan to a table.

    Parameters
    ----------
    table : pandas, polars or pyarrow table
        Training rows, those that the plan was made for.
    schema : TableSchema
    generator : Generator
        Fitted on the training rows. Where it can be conditioned on all columns of the plan, rows are asked
        for as they are needed; where it cannot, rows are drawn until every cell is full (at most
        `MOST_ROUNDS` rounds) and the others are thrown away.
    plan : RebalancingPlan
        Met exactly.
    seed : int

    Returns
    -------
    AugmentedTable

    Raises
    ------
    ConstraintError
        If the plan does not fit the table, a generator that cannot be asked did not produce the rows, or groups
        borrow and the generator has nothing to lend.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.augmentation import fill_both
    >>> from equitab.dataframe import as_frame
    >>> from equitab.generators import make_generator
    >>> from equitab.schema import Column, SensitiveFeature, TableSchema
    >>> people = pd.DataFrame({"sex": ["F", "M", "M"] * 6, "age": range(18), "hired": ["no", "yes"] * 9})
    >>> schema = TableSchema(
    ...     (Column("sex", "categorical"), Column("age", "integer"), Column("hired", "categorical")),
    ...     "hired",
    ...     favorable_outcome=("yes",),
    ...     sensitive_features=(SensitiveFeature("sex"),),
    ... )
    >>> generator = make_generator("smote").fit(people, schema, seed=0)
    >>> augmented = augment(people, schema, generator, fill_both(as_frame(people), schema), seed=0)
    >>> augmented.to_native().groupby(["sex", "hired"]).size().tolist()
    [6, 6, 6, 6]
    """
    parts = list(augmented_parts(table, schema, generator, plan, seed=seed))
    return AugmentedTable(concatenate(parts), TableTemplate.of(table), plan, plan_remarks(schema, plan))


def augment_to_file(
    table: Any,
    schema: TableSchema,
    generator: Generator,
    plan: RebalancingPlan,
    place: str | Path,
    *,
    chunk_rows: int = CHUNK_ROWS,
    finish: Callable[[Frame], Frame] | None = None,
    on_written: Callable[[int], None] | None = None,
    seed: int,
    overwrite: bool = False,
) -> AugmentedFile:
    """Add the rows of a plan to a table and write it piece by piece: for more rows than fit in memory.

    Parameters
    ----------
    table, schema, generator, plan
        As for `augment`.
    place : str or Path
        CSV, JSON lines, Parquet or Arrow by its ending. The file is whole or absent.
    chunk_rows : int, default 100,000
        Rows that are written at once. It never changes the rows.
    finish : callable, optional
        Applied to each piece before it is written (new weights, say).
    on_written : callable, optional
        Told how many rows are written, piece by piece.
    seed : int
    overwrite : bool, default False

    Returns
    -------
    AugmentedFile
        Its file holds the rows of `augment` with the same seed.

    Raises
    ------
    ConstraintError
        As `augment`, and if `chunk_rows` is below 1.
    OutputExistsError, StorageError
        As `equitab.dataframe.write_chunks`.
    """
    if chunk_rows < 1:
        raise ConstraintError(Problem("chunk_rows", "at least 1", str(chunk_rows)))
    n_rows = 0

    def counted() -> Iterator[Frame]:
        nonlocal n_rows
        for chunk in regroup(augmented_parts(table, schema, generator, plan, seed=seed), chunk_rows):
            yield chunk if finish is None else finish(chunk)
            n_rows += len(chunk)
            if on_written is not None:
                on_written(n_rows)

    written = write_chunks(counted(), place, overwrite=overwrite)
    return AugmentedFile(written, n_rows, plan, plan_remarks(schema, plan))


def augmented_parts(
    table: Any, schema: TableSchema, generator: Generator, plan: RebalancingPlan, *, seed: int
) -> Iterator[Frame]:
    """Yield the real rows, then the synthetic ones block by block, all with the same columns and types."""
    frame = as_frame(table)
    codes = cell_codes(frame, schema, plan.index)
    if tuple(plan.index.groups.counts(codes).tolist()) != plan.n_rows:
        received = "a table whose groups and outcomes have other counts"
        raise ConstraintError(
            Problem("plan", "the table that it was made for", received, "make the plan for this table")
        )
    weights = _weights(frame, schema)
    real = _real(frame, weights)
    yield real
    for rows in draw_blocks(PlannedDraw(frame, schema, generator, plan, codes, seed)):
        yield concatenate([real.head(0), _synthetic(rows, frame, schema, generator, weights, seed)])


def regroup(parts: Iterable[Frame], n_rows: int) -> Iterator[Frame]:
    """Yield the rows of some frames in frames of so many rows; the last may have fewer."""
    held: list[Frame] = []
    for part in parts:
        held.append(part)
        while sum(map(len, held)) >= n_rows:
            joined = concatenate(held)
            yield joined.head(n_rows)
            held = [joined[n_rows:]]
    if sum(map(len, held)):
        yield concatenate(held)


def _weights(frame: Frame, schema: TableSchema) -> np.ndarray:
    if WEIGHT_COLUMN in frame.columns:
        return np.asarray(frame[WEIGHT_COLUMN].to_numpy(), dtype=np.float64)
    weights = row_weights(frame, schema)
    return np.ones(len(frame)) if weights is None else weights


def _real(frame: Frame, weights: np.ndarray) -> Frame:
    """Return real rows with origin and weight; rows of an earlier augmentation keep theirs."""
    columns: dict[str, Any] = {name: frame.to_native()[name] for name in frame.columns}
    columns.setdefault(ORIGIN_COLUMN, [REAL] * len(frame))
    return frame_from_columns({**columns, WEIGHT_COLUMN: weights})


def _synthetic(
    rows: Frame, frame: Frame, schema: TableSchema, generator: Generator, weights: np.ndarray, seed: int
) -> Frame:
    """Return synthetic rows with the columns that they have a value in, origin and weight."""
    mean, table = float(np.nanmean(weights)), frame.to_native()
    columns: dict[str, Any] = {name: rows.to_native()[name] for name in rows.columns}
    if schema.weight is not None:
        is_whole = frame[schema.weight].dtype.is_integer()
        columns[schema.weight] = [round(mean) if is_whole else mean] * len(rows)
    made = frame_from_columns(columns).to_native()
    in_type = {name: made[name].cast(table[name].type) for name in made.column_names}
    origin = [f"synthetic:{generator.name}:{seed}"] * len(rows)
    return frame_from_columns({**in_type, ORIGIN_COLUMN: origin, WEIGHT_COLUMN: np.full(len(rows), mean)})


def plan_remarks(schema: TableSchema, plan: RebalancingPlan) -> tuple[str, ...]:
    """Return what a reader of a table should know of the plan that was carried out."""
    left_out = [name for name in (schema.identifier, schema.split, *schema.ignore) if name]
    listed = ", ".join(repr(name) for name in left_out)
    words = list(plan.refusals)
    if plan.n_outside:
        words.append(f"{plan.n_outside} rows without outcome or group stay as they are")
    if plan.borrowing:
        n_rows = sum(plan.n_add[cell] for cell in plan.borrowing)
        words.append(
            f"{n_rows} rows for {len(plan.borrowing)} groups by outcome with too few real rows were drawn from what "
            "they share with their parent groups: they are no evidence about these groups"
        )
    lone = [cell for cell, have in enumerate(plan.n_rows) if plan.n_add[cell] and 0 < have < FEW_PEOPLE]
    if lone:
        n_rows = sum(plan.n_add[cell] for cell in lone)
        words.append(
            f"{n_rows} rows are for groups by outcome of fewer than {FEW_PEOPLE} real rows ({len(lone)} of them): they "
            "may describe single people; look at how faithful and safe they are, group by group, before sharing them"
        )
    if plan.steer and plan.total:
        words += _steering_remarks(plan)
    if left_out and plan.total:
        words.append(f"synthetic rows have no value in {listed}")
    return tuple(words)


def _steering_remarks(plan: RebalancingPlan) -> Iterator[str]:
    n_rows = sum(plan.n_rows) + plan.n_outside
    yield (
        "the plan adds rows where people are few, so that each of these is like few real people: look at how safe the "
        "rows are before sharing them"
    )
    if n_rows > EXACT_ROWS:
        yield f"where people are few was found with neighbours among {n_rows:,} rows that were sought approximately"
