"""Training, synthetic and held-out rows read once, in every form in which their quality is measured.

Four forms: codes with numbers in deciles (shares of values), codes and numbers as they are (trees), indicators
and normal scores (neural networks), and ranks and indicators (distances).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.evaluation.comparisons import plan_comparisons
from equitab.evaluation.design_matrix import MAX_ORDINAL, date_part
from equitab.evaluation.row_identity import combine_codes, shared_codes
from equitab.metrics import ColumnPair, decile_codes
from equitab.schema import TableSchema, numbers

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int64]

#: The order in which the tables stand everywhere in this room's measures of quality.
TRAINING, SYNTHETIC, HOLDOUT = 0, 1, 2
MAX_INDICATORS = 50


@dataclass(frozen=True, eq=False)
class ColumnArrays:
    """One column of several tables.

    Parameters
    ----------
    name : str
    kind : {"number", "date", "category"}
    tables : tuple of ndarray
        Numbers (NaN where missing; dates as microseconds since 1970), or codes of one code book (-1 where
        missing), one array for each table.
    """

    name: str
    kind: Literal["number", "date", "category"]
    tables: tuple[npt.NDArray[Any], ...]

    @property
    def is_category(self) -> bool:
        """Whether values are codes."""
        return self.kind == "category"


def read_columns(frames: Sequence[Frame], schema: TableSchema) -> tuple[ColumnArrays, ...]:
    """Return the modeled columns of several frames as arrays that mean the same in all of them.

    Parameters
    ----------
    frames : sequence of Frame
    schema : TableSchema

    Returns
    -------
    tuple of ColumnArrays
        In the order of the schema; infinite numbers count as missing.
    """
    found = []
    for name in schema.modeled_columns:
        column = schema.column(name)
        if column.kind in {"numeric", "integer", "datetime"}:
            held = (numbers(frame, column, missing_tokens=schema.missing_tokens) for frame in frames)
            values = tuple(np.where(np.isfinite(one), one, np.nan) for one in held)
            found.append(ColumnArrays(name, "date" if column.kind == "datetime" else "number", values))
        else:
            found.append(ColumnArrays(name, "category", tuple(shared_codes(frames, schema, name))))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class GroupedRows:
    """The groups of one sensitive feature, or of all of them together, in every table.

    Parameters
    ----------
    name : str
        ``sex``, or ``sex × race``.
    labels : tuple of str
    codes : tuple of ndarray of int
        For each table, the group of every row; -1 for a row that belongs to none of them.
    """

    name: str
    labels: tuple[str, ...]
    codes: tuple[CodeArray, ...]

    def occupied(self) -> tuple[int, ...]:
        """Return the codes of the groups that some training or held-out row belongs to."""
        real = np.concatenate([self.codes[TRAINING], *self.codes[HOLDOUT:]])
        return tuple(np.unique(real[real >= 0]).tolist())

    def rows(self, table: int, code: int) -> CodeArray:
        """Return where the rows of a group stand in a table."""
        return np.flatnonzero(self.codes[table] == code)


@dataclass(frozen=True, eq=False)
class QualityTables:
    """Two or three tables, ready to be compared.

    Parameters
    ----------
    columns : tuple of ColumnArrays
    sizes : tuple of int
        Rows of the training, the synthetic and, where there is one, the held-out table.
    groups : tuple of GroupedRows
        For each sensitive feature, and for their intersection.
    """

    columns: tuple[ColumnArrays, ...]
    sizes: tuple[int, ...]
    groups: tuple[GroupedRows, ...] = ()

    @classmethod
    def read(
        cls, synthetic: Frame, training: Frame, holdout: Frame | None, schema: TableSchema
    ) -> QualityTables:
        """Return the tables; groups are those of training and held-out rows."""
        frames = [training, synthetic] if holdout is None else [training, synthetic, holdout]
        planned = [held for held in plan_comparisons(training, schema) if not held.control_feature]
        groups = tuple(
            GroupedRows(held.name, held.groups.labels, tuple(held.codes(frame, schema) for frame in frames))
            for held in planned
        )
        return cls(read_columns(frames, schema), tuple(len(frame) for frame in frames), groups)

    @property
    def has_holdout(self) -> bool:
        """Whether there are real rows that nobody learned from."""
        return len(self.sizes) > HOLDOUT

    @cached_property
    def binned(self) -> tuple[CodeArray, ...]:
        """Codes from 0 up, numbers in deciles of the training rows, shape (n_rows, n_columns) each."""
        held = [
            [codes + 1 for codes in column.tables]
            if column.is_category
            else decile_codes(column.tables[TRAINING], *column.tables[1:])
            for column in self.columns
        ]
        return tuple(np.column_stack(parts).astype(np.int64) for parts in zip(*held, strict=True))

    @cached_property
    def keys(self) -> tuple[CodeArray, ...]:
        """A key for every row: equal keys, equal values in all columns."""
        return tuple(combine_codes([column.tables for column in self.columns]))

    @cached_property
    def features(self) -> tuple[FloatArray, ...]:
        """Features for trees: codes and numbers, NaN where missing; of a date also its parts."""
        return _stacked([_tree_features(column) for column in self.columns])

    @cached_property
    def feature_columns(self) -> CodeArray:
        """The position of the column that each of `features` comes from."""
        widths = [3 if column.kind == "date" else 1 for column in self.columns]
        return np.repeat(np.arange(len(self.columns)), widths)

    @cached_property
    def category_positions(self) -> tuple[int, ...]:
        """Which of `features` are codes."""
        is_category = np.array([column.is_category for column in self.columns])
        return tuple(np.flatnonzero(is_category[self.feature_columns]).tolist())

    @cached_property
    def scores(self) -> tuple[npt.NDArray[np.float32], ...]:
        """Features for neural networks: indicators of categories, normal scores and flags of numbers."""
        parts = [_indicators(c.tables) if c.is_category else _normal_scores(c.tables) for c in self.columns]
        return tuple(held.astype(np.float32) for held in _stacked(parts))

    @cached_property
    def places(self) -> tuple[FloatArray, ...]:
        """Features between which Euclidean distances mean something (see `encode_places`)."""
        return encode_places(self.columns, real=(TRAINING, *([HOLDOUT] if self.has_holdout else [])))

    def column_pairs(self, table: int, rows: CodeArray, reference: CodeArray) -> list[ColumnPair]:
        """Return some rows of a table beside some training rows, for `equitab.metrics.fidelity_metrics`."""
        return [
            ColumnPair(column.name, "categorical", *(codes + 1 for codes in held))
            if column.is_category
            else ColumnPair(column.name, "numeric", *held)
            for column in self.columns
            for held in [(column.tables[TRAINING][reference], column.tables[table][rows])]
        ]


def encode_places(columns: Sequence[ColumnArrays], *, real: Sequence[int]) -> tuple[FloatArray, ...]:
    """Return all tables in one encoding in which Euclidean distances mean something.

    Parameters
    ----------
    columns : sequence of ColumnArrays
    real : sequence of int
        The tables whose values give the ranks.

    Returns
    -------
    tuple of ndarray, shape (n_rows, n_features)
        Numbers by their rank among the real rows, from -0.5 to 0.5, with a flag for missing ones; two
        different categories are at distance 1.
    """
    parts = []
    for column in columns:
        if column.is_category:
            parts.append([np.sqrt(0.5) * held for held in _indicators(column.tables)])
        else:
            known = np.concatenate([column.tables[table] for table in real])
            parts.append([_ranked(held, known) for held in column.tables])
    return tuple(held.astype(np.float32) for held in _stacked(parts))


def _stacked(parts: Sequence[Sequence[npt.NDArray[np.generic]]]) -> tuple[FloatArray, ...]:
    """Return for every table the features of all columns side by side."""
    return tuple(np.concatenate(held, axis=1).astype(np.float64) for held in zip(*parts, strict=True))


def _tree_features(column: ColumnArrays) -> list[FloatArray]:
    if column.is_category:
        return [held[:, None] for held in _frequent_codes(column.tables)]
    if column.kind == "number":
        return [held[:, None].astype(np.float64) for held in column.tables]
    return [
        np.column_stack([held, date_part(held, "year"), date_part(held, "day of year")])
        for held in column.tables
    ]


def _frequent_codes(tables: Sequence[CodeArray]) -> list[FloatArray]:
    """Return codes as numbers, the rarer ones in one beyond so many, NaN where missing."""
    counts = np.bincount(np.concatenate(tables) + 1)[1:]
    order = np.argsort(-counts, kind="stable")
    kept = np.sort(order[: MAX_ORDINAL - 1]) if len(counts) > MAX_ORDINAL else np.arange(len(counts))
    renumbered = np.full(len(counts) + 1, float(len(kept)))
    renumbered[kept] = np.arange(len(kept))
    renumbered[-1] = np.nan  # code -1
    return [renumbered[held] for held in tables]


def _indicators(tables: Sequence[npt.NDArray[np.generic]]) -> list[FloatArray]:
    """Return indicators of the most frequent values, missing among them."""
    present = [np.asarray(held, dtype=np.int64) + 1 for held in tables]
    frequent = np.argsort(-np.bincount(np.concatenate(present)), kind="stable")[:MAX_INDICATORS]
    return [(held[:, None] == frequent).astype(np.float64) for held in present]


def mid_ranks(values: FloatArray, known: FloatArray) -> FloatArray:
    """Return ranks among known numbers from -0.5 to 0.5, ties in the middle; NaN stays NaN.

    Examples
    --------
    >>> mid_ranks(np.array([0.0, 1.0, 9.0, np.nan]), np.array([1.0, 1.0, 2.0, 2.0])).tolist()
    [-0.5, -0.25, 0.5, nan]
    """
    ordered = np.sort(known[np.isfinite(known)])
    below, up_to = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return np.where(np.isfinite(values), (below + up_to) / (2 * max(len(ordered), 1)) - 0.5, np.nan)


def _ranked(values: FloatArray, known: FloatArray) -> FloatArray:
    """Return ranks, 0 where missing, and a column of flags for that."""
    ranks = mid_ranks(values, known)
    return np.column_stack([np.nan_to_num(ranks), np.isnan(ranks)])


def _normal_scores(tables: Sequence[FloatArray]) -> list[FloatArray]:
    """Return normal scores of ranks among the training rows, and flags of missing values."""
    from scipy.special import ndtri

    known = tables[TRAINING]
    margin = 0.5 / max(len(known), 1)
    found = [_ranked(held, known) for held in tables]
    for held in found:
        held[:, 0] = ndtri(np.clip(held[:, 0] + 0.5, margin, 1 - margin))
    return found
