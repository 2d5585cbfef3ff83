"""How hard a table is to learn from, before anybody does: imbalance, overlap, dimensions, network of near rows.

Classes are the outcomes: the values of the target, or favorable and not where it has a threshold or too many values.
Columns are those that are learned from, sensitive features among them; numbers and dates as numbers, all others as
categories. Everybody counts once: survey weights play no part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, as_frame, take_rows
from equitab.errors import Problem, TableError
from equitab.evaluation.fairness import Subject
from equitab.evaluation.quality.tables import read_columns
from equitab.evaluation.results import Measurement
from equitab.metrics import (
    MetricResult,
    class_imbalance,
    dimension_metrics,
    feature_overlap,
    network_metrics,
)
from equitab.metrics.complexity_network import MAX_NETWORK_ROWS
from equitab.schema import TableSchema, favorable, has_target, labels

__all__ = ["MAX_CLASSES", "MAX_DIMENSION_ROWS", "MAX_OVERLAP_ROWS", "MAX_ROWS", "measure_complexity"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Rows of the network, unless another number is asked for.
MAX_ROWS = 2_000
#: Rows that the overlap, and those that the dimensions are measured on.
MAX_OVERLAP_ROWS, MAX_DIMENSION_ROWS = 100_000, 10_000
#: With more outcomes than that, favorable and not are compared.
MAX_CLASSES = 20


def measure_complexity(
    table: Any,
    schema: TableSchema,
    *,
    treatment: str = "original",
    max_rows: int = MAX_ROWS,
    max_overlap_rows: int = MAX_OVERLAP_ROWS,
    confidence: float = 0.95,
    generator_seed: int | None = None,
    seed: int,
) -> tuple[Measurement, ...]:
    """Measure how hard a table is to learn from, whoever learns.

    Parameters
    ----------
    table : Frame or any supported table
        Rows without a target are left out, and counted.
    schema : TableSchema
    treatment : str, default "original"
        Which table it is.
    max_rows : int, default 2,000
        Of the network, which is square in it: with more rows than that, so many are drawn, and the reason says so.
        At least 2, at most 20,000.
    max_overlap_rows : int, default 100,000
        Of the overlap, at least 2. To compare a table with one that has more rows, the number of the fewer rows.
    confidence : float, default 0.95
        Of the intervals.
    generator_seed : int, optional
        Of the generator that made the table.
    seed : int
        Of the draw and the bootstrap.

    Returns
    -------
    tuple of Measurement
        With stage ``complexity``: ``complexity_c2`` on all rows, ``complexity_f4`` on `max_overlap_rows`,
        ``complexity_t2``, ``_t3`` and ``_t4`` on at most 10,000, ``complexity_density``, ``_clustering`` and ``_hubs``
        on at most `max_rows`. Those of outcomes are undefined where all rows have the same.

    Raises
    ------
    TableError
        If no column is left to learn from, or a limit cannot be used.
    InputError
        If `confidence` cannot be used.

    Notes
    -----
    Imbalance and density mean the same for any number of rows. Overlap, clustering and hubs do not: compare tables of
    as many rows, or by as large a draw. Columns of one value tell nobody apart and are left out.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("x", "integer"), Column("y", "boolean")), "y", favorable_outcome=(True,))
    >>> table = frame_from_columns({"x": list(range(40)), "y": [False] * 30 + [True] * 10})
    >>> found = measure_complexity(table, schema, seed=0)
    >>> [(one.metric, round(one.value, 2)) for one in found[:2]]
    [('complexity_c2', 0.4), ('complexity_f4', 0.0)]
    """
    _check_limits(max_rows, max_overlap_rows)
    rows = _Rows.read(as_frame(table), schema)
    draw = np.random.default_rng(seed)
    few, some, many = (rows.drawn(n, draw) for n in (max_rows, MAX_DIMENSION_ROWS, max_overlap_rows))
    imbalance = class_imbalance(rows.classes, confidence=confidence, seed=seed)
    overlap = feature_overlap(many.numbers, many.categories, many.classes)
    dimensions = dimension_metrics(some.numbers, some.categories, n_rows=len(rows.classes))
    network = network_metrics(
        few.numbers, few.categories, few.classes, ranges=rows.ranges, confidence=confidence
    )
    subject = Subject(
        treatment=treatment, stage="complexity", generator_seed=generator_seed, remark=rows.remark
    )
    measured = (
        (imbalance, rows),
        (overlap, many),
        *((one, some) for one in dimensions),
        *((one, few) for one in network),
    )
    return tuple(subject.measurement(_with_draw(one, used, rows)) for one, used in measured)


def _check_limits(max_rows: int, max_overlap_rows: int) -> None:
    """Refuse draws of too few rows, and networks of too many."""
    problems = []
    if not 2 <= max_rows <= MAX_NETWORK_ROWS:
        problems.append(Problem("max_rows", f"from 2 to {MAX_NETWORK_ROWS:,}", f"{max_rows:,}"))
    if max_overlap_rows < 2:
        problems.append(Problem("max_overlap_rows", "at least 2", f"{max_overlap_rows:,}"))
    if problems:
        raise TableError(problems)


def _with_draw(result: MetricResult, used: _Rows, all_rows: _Rows) -> MetricResult:
    """Return a result that says how many rows were drawn for it, if not all were."""
    n_used, n_rows = len(used.classes), len(all_rows.classes)
    if n_used == n_rows:
        return result
    drawn = f"measured on {n_used:,} of {n_rows:,} rows"
    return replace(result, reason="; ".join(part for part in (result.reason, drawn) if part))


@dataclass(frozen=True, eq=False)
class _Rows:
    """The rows of a table that have a target, as numbers, codes of categories, and codes of outcomes."""

    numbers: FloatArray
    categories: IntArray
    classes: IntArray
    remark: str = ""

    @classmethod
    def read(cls, frame: Frame, schema: TableSchema) -> _Rows:
        known = has_target(frame, schema)
        kept = frame if known.all() else take_rows(frame, known)
        columns = [held for held in read_columns([kept], schema) if held.name != schema.target]
        if not columns:
            raise TableError(Problem("features", "a column besides the target", "none"))
        numbers = [held.tables[0] for held in columns if not held.is_category]
        categories = [held.tables[0] for held in columns if held.is_category]
        classes, remark = _outcomes(kept, schema)
        n_left_out = int((~known).sum())
        left_out = f"{n_left_out:,} rows without a target left out" if n_left_out else ""
        return cls(
            _stacked(numbers, len(kept), np.float64),
            _stacked(categories, len(kept), np.int64),
            classes,
            "; ".join(part for part in (remark, left_out) if part),
        )

    @property
    def ranges(self) -> FloatArray:
        """Largest less smallest value of every number; 0 without a value."""
        known = np.isfinite(self.numbers)
        low = np.where(known, self.numbers, np.inf).min(0, initial=np.inf)
        high = np.where(known, self.numbers, -np.inf).max(0, initial=-np.inf)
        return np.asarray(np.where(np.isfinite(low), high - low, 0.0))

    def drawn(self, n_rows: int, draw: np.random.Generator) -> _Rows:
        """Return so many rows drawn at random; these rows where there are no more."""
        if len(self.classes) <= n_rows:
            return self
        rows = np.sort(draw.choice(len(self.classes), n_rows, replace=False))
        return replace(
            self, numbers=self.numbers[rows], categories=self.categories[rows], classes=self.classes[rows]
        )


def _outcomes(frame: Frame, schema: TableSchema) -> tuple[IntArray, str]:
    """Return the codes of the outcomes, and a remark where these are not the values of the target."""
    if schema.favorable_threshold is not None:
        return favorable(frame, schema).astype(np.int64), ""
    held = labels(frame, schema.target, missing_tokens=schema.missing_tokens)
    if len(held.names) <= MAX_CLASSES:
        return held.codes, ""
    remark = f"{len(held.names):,} outcomes are too many to compare in pairs: favorable and not"
    return favorable(frame, schema).astype(np.int64), remark


def _stacked(columns: list[npt.NDArray[Any]], n_rows: int, kind: type) -> npt.NDArray[Any]:
    """Return the columns that have two values at least, side by side."""
    varying = [column for column in columns if _varies(column)]
    return np.column_stack(varying).astype(kind) if varying else np.zeros((n_rows, 0), dtype=kind)


def _varies(column: npt.NDArray[Any]) -> bool:
    known = column[column >= 0] if column.dtype.kind == "i" else column[np.isfinite(column)]
    return bool(known.size and known.min() < known.max())
