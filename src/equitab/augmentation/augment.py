"""Carry out a rebalancing plan: draw the rows, keep where every row comes from, give every row a weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from equitab.augmentation.cells import cell_codes
from equitab.augmentation.plan import RebalancingPlan
from equitab.dataframe import Frame, TableTemplate, as_frame, concatenate, frame_from_columns, take_rows
from equitab.errors import ConstraintError, Problem, ProtocolError
from equitab.generators import Generator
from equitab.schema import TableSchema, row_weights

ORIGIN_COLUMN = "equitab_origin"
WEIGHT_COLUMN = "equitab_weight"
REAL = "real"

MOST_ROUNDS = 20
MOST_DRAWS_A_ROUND = 200_000
HEADROOM = 1.2


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
        If the plan does not fit the table, or a generator that cannot be asked did not produce the rows.

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
    frame = as_frame(table)
    codes = cell_codes(frame, schema, plan.index)
    if tuple(plan.index.groups.counts(codes).tolist()) != plan.n_rows:
        received = "a table whose groups and outcomes have other counts"
        raise ConstraintError(
            Problem("plan", "the table that it was made for", received, "make the plan for this table")
        )
    drawn = []
    if any(plan.n_add):
        drawn.append(_draw_cells(frame, schema, generator, plan, codes, seed))
    if plan.n_free:
        drawn.append(as_frame(generator.sample(plan.n_free, seed=_seed(seed, MOST_ROUNDS + 1))))
    weights = _weights(frame, schema)
    parts = [_real(frame, weights)]
    if drawn:
        parts.append(_synthetic(concatenate(drawn), frame, schema, generator, weights, seed))
    return AugmentedTable(concatenate(parts), TableTemplate.of(table), plan, _remarks(schema, plan))


def _draw_cells(
    frame: Frame,
    schema: TableSchema,
    generator: Generator,
    plan: RebalancingPlan,
    codes: np.ndarray,
    seed: int,
) -> Frame:
    """Return rows for the cells of a plan, by cell, in exactly the numbers that it says."""
    wanted = np.repeat(np.arange(plan.index.n_cells), plan.n_add)
    known = tuple(name for name in plan.columns if name in generator.conditionable_columns_)
    if set(known) != set(plan.columns):
        return _draw_by_rejection(frame, schema, generator, plan, codes, known, seed)
    given = _donors(frame, codes, wanted, known, np.random.default_rng([seed, 0]))
    rows = as_frame(generator.sample(given=given.to_native(), seed=_seed(seed, 0)))
    if not np.array_equal(cell_codes(rows, schema, plan.index), wanted):
        raise ProtocolError(f"the generator {generator.name!r} did not honour the values that it was given")
    return rows


def _donors(
    frame: Frame, codes: np.ndarray, cells: np.ndarray, columns: tuple[str, ...], random: np.random.Generator
) -> Frame:
    """Return values of some columns for each wanted cell, each row taken from a real row of that cell.

    Within a cell these columns are constant, but for a numeric feature with cut points.
    """
    rows = np.empty(len(cells), dtype=np.int64)
    for cell in np.unique(cells):
        rows[cells == cell] = random.choice(np.flatnonzero(codes == cell), int((cells == cell).sum()))
    return take_rows(frame.select(list(columns)), rows)


def _draw_by_rejection(
    frame: Frame,
    schema: TableSchema,
    generator: Generator,
    plan: RebalancingPlan,
    codes: np.ndarray,
    known: tuple[str, ...],
    seed: int,
) -> Frame:
    """Draw, keep what is needed, draw again; what can be asked for is asked for."""
    missing = np.array(plan.n_add, dtype=np.int64)
    chance = _chances(frame, codes, known, plan.index.n_cells)
    alike = _alike(plan, known)
    kept: list[Frame] = []
    found: list[np.ndarray] = []
    n_drawn = 0
    for attempt in range(MOST_ROUNDS):
        cells = _requests(missing, chance, alike)
        given = _donors(frame, codes, cells, known, np.random.default_rng([seed, attempt])) if known else None
        asked = {"n_rows": len(cells)} if given is None else {"given": given.to_native()}
        rows = as_frame(generator.sample(**asked, seed=_seed(seed, attempt)))
        n_drawn += len(rows)
        drawn = cell_codes(rows, schema, plan.index)
        useful = _first_of_each(drawn, missing)
        kept.append(take_rows(rows, useful))
        found.append(drawn[useful])
        missing = missing - np.bincount(drawn[useful], minlength=len(missing))
        if not missing.any():
            order = np.argsort(np.concatenate(found), kind="stable")
            return take_rows(concatenate(kept), order)
    raise ConstraintError(_not_found(generator, plan, missing, n_drawn))


def _chances(frame: Frame, codes: np.ndarray, known: tuple[str, ...], n_cells: int) -> np.ndarray:
    """Return for each cell the share of it among the rows with the same values of the known columns."""
    counts = np.bincount(codes[codes >= 0], minlength=n_cells).astype(np.float64)
    if not known:
        return counts / max(len(codes), 1)
    values = frame.select(list(known)).to_native()
    labels = np.unique(
        np.column_stack(
            [
                column.combine_chunks().dictionary_encode(null_encoding="encode").indices.to_numpy()
                for column in values.columns
            ]
        ),
        axis=0,
        return_inverse=True,
    )[1].reshape(-1)
    alike = np.bincount(labels)[labels]
    mean_alike = np.bincount(codes[codes >= 0], weights=alike[codes >= 0], minlength=n_cells)
    return np.minimum(np.divide(counts**2, mean_alike, out=np.zeros(n_cells), where=mean_alike > 0), 1.0)


def _alike(plan: RebalancingPlan, known: tuple[str, ...]) -> np.ndarray:
    """Return a code for each cell: cells that are asked for with the same values share it."""
    levels = plan.index.groups.decode(np.arange(plan.index.n_cells))
    places = [place for place, name in enumerate(plan.columns) if name in known]
    return np.unique(levels[:, places], axis=0, return_inverse=True)[1].reshape(-1)


def _requests(missing: np.ndarray, chance: np.ndarray, alike: np.ndarray) -> np.ndarray:
    """Return the cells to ask for in one round: enough for what is missing, within the bound.

    Of cells that are asked for alike, the one that needs the most draws is asked for: the others come along.
    """
    needed = np.ceil(HEADROOM * missing / np.maximum(chance, 1e-6)) + 10 * (missing > 0)
    order = np.lexsort((-needed, alike))
    asked = order[np.unique(alike[order], return_index=True)[1]]
    needed = np.where(np.isin(np.arange(len(needed)), asked), needed, 0)
    share = min(1.0, MOST_DRAWS_A_ROUND / needed.sum())
    return np.repeat(np.arange(len(missing)), np.ceil(needed * share).astype(np.int64))


def _first_of_each(drawn: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Return positions of the first rows of each cell, as many as are missing, in their order."""
    useful = [np.flatnonzero(drawn == cell)[: missing[cell]] for cell in np.flatnonzero(missing)]
    return np.sort(np.concatenate(useful)).astype(np.int64)


def _not_found(generator: Generator, plan: RebalancingPlan, missing: np.ndarray, n_drawn: int) -> Problem:
    listed = ", ".join(repr(name) for name in plan.columns if name not in generator.conditionable_columns_)
    received = f"{int(missing.sum())} rows missing in {int((missing > 0).sum())} groups after {n_drawn} draws"
    advice = f"fit {generator.name!r} with condition_on including {listed}, or plan for larger groups"
    return Problem(f"generator {generator.name!r}", f"{sum(plan.n_add)} rows as planned", received, advice)


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


def _remarks(schema: TableSchema, plan: RebalancingPlan) -> tuple[str, ...]:
    left_out = [name for name in (schema.identifier, schema.split, *schema.ignore) if name]
    listed = ", ".join(repr(name) for name in left_out)
    return plan.refusals + ((f"synthetic rows have no value in {listed}",) if left_out and plan.total else ())


def _seed(seed: int, attempt: int) -> int:
    """Return a seed for one call of the generator."""
    return int(np.random.SeedSequence([seed, attempt]).generate_state(1)[0])
