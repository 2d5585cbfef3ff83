"""Training, drawn and held-out rows by cell, and draws in which all three are equally many in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.evaluation.group_truth_cells import Cells, Scope, read_cells
from equitab.evaluation.quality.tables import (
    HOLDOUT,
    SYNTHETIC,
    TRAINING,
    ColumnArrays,
    FloatArray,
    encode_places,
    read_columns,
)
from equitab.evaluation.row_identity import combine_codes
from equitab.metrics import decile_codes
from equitab.schema import TableSchema

CodeArray = npt.NDArray[np.int64]
Rows = tuple[CodeArray, CodeArray, CodeArray]

MAX_RECORDS = 5_000
"""Training rows of a cell among which the closest one is looked for; copies are looked for among all of them."""
MOST_DRAWS, ROWS_OF_DRAWS = 10, 500
_CAP, _MATCH = 21, 22


@dataclass(frozen=True, eq=False)
class TruthTables:
    """The three tables in an order that depends on their values alone: shuffled rows give the same numbers.

    Parameters
    ----------
    cells : Cells
        Of all rows.
    keys : tuple of ndarray of int
        For every row of every table: equal keys, equal values in all columns.
    columns : tuple of ColumnArrays
        Of the rows kept: at most so many of every cell.
    kept : tuple of ndarray of int
        For every table, the cell of each row kept, ascending.
    max_rows : int
    seed : int
    """

    cells: Cells
    keys: Rows
    columns: tuple[ColumnArrays, ...]
    kept: Rows
    max_rows: int
    seed: int

    @classmethod
    def read(
        cls,
        drawn: Frame,
        training: Frame,
        held_out: Frame,
        schema: TableSchema,
        *,
        sensitive_features: Sequence[str] | None,
        max_rows: int,
        seed: int,
    ) -> TruthTables:
        """Return the tables, read once."""
        frames = (training, drawn, held_out)
        cells = read_cells(frames, schema, sensitive_features)
        columns = read_columns(frames, schema)
        keys = combine_codes([column.tables for column in columns])
        most = {TRAINING: MAX_RECORDS, SYNTHETIC: max_rows, HOLDOUT: max_rows}
        rows = [_kept_rows(cells, table, keys[table], most[table], seed) for table in range(3)]
        return cls(
            cells,
            (keys[0], keys[1], keys[2]),
            tuple(_taken(column, rows) for column in columns),
            tuple(cells.codes[table][rows[table]] for table in range(3)),  # type: ignore[arg-type]
            max_rows,
            seed,
        )

    @cached_property
    def places(self) -> tuple[FloatArray, ...]:
        """The rows kept, in the encoding in which distances mean something."""
        return encode_places(self.columns, real=(TRAINING, HOLDOUT))

    @cached_property
    def is_copy(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which drawn and which held-out rows, of all, equal a training row in every column."""
        known = self.keys[TRAINING]
        return np.isin(self.keys[SYNTHETIC], known), np.isin(self.keys[HOLDOUT], known)

    def counts(self, scope: Scope) -> tuple[int, int, int]:
        """Return how many training, drawn and held-out rows there are of a scope."""
        training, drawn, held_out = self.cells.counts[:, list(scope.cells)].sum(1).tolist()
        return training, drawn, held_out

    def rows(self, table: int, cell: int) -> CodeArray:
        """Return where the rows kept of a cell stand in a table."""
        first, last = np.searchsorted(self.kept[table], (cell, cell + 1))
        return np.arange(first, last)

    def scope_rows(self, table: int, scope: Scope) -> CodeArray:
        """Return where the rows kept of a scope stand in a table, cell by cell."""
        return np.concatenate([self.rows(table, cell) for cell in scope.cells])

    def all_rows(self, table: int, cell: int) -> CodeArray:
        """Return where all rows of a cell stand in the caller's table, in its order."""
        return np.flatnonzero(self.cells.codes[table] == cell)

    def matched_size(self, scope: Scope) -> int:
        """Return how many rows of each table a draw holds."""
        return int(self._sizes(scope, (TRAINING, SYNTHETIC, HOLDOUT)).sum())

    def matched_draws(self, scope: Scope) -> list[Rows]:
        """Return draws in which the three tables have equally many rows in every cell of a scope.

        Small scopes are drawn several times, as the larger tables have more rows than one draw holds.
        """
        size = self.matched_size(scope)
        n_draws = int(np.clip(ROWS_OF_DRAWS // max(size, 1), 1, MOST_DRAWS))
        return [self._matched(scope, (TRAINING, SYNTHETIC, HOLDOUT), draw) for draw in range(n_draws)]  # type: ignore[misc]

    def matched_pairs(self, scope: Scope, draw: int, *, max_rows: int) -> tuple[CodeArray, CodeArray]:
        """Return equally many held-out and drawn rows of every cell of a scope."""
        drawn, held_out = self._matched(scope, (SYNTHETIC, HOLDOUT), draw, max_rows=max_rows)
        return held_out, drawn

    def _matched(
        self, scope: Scope, tables: Sequence[int], draw: int, *, max_rows: int | None = None
    ) -> tuple[CodeArray, ...]:
        sizes = self._sizes(scope, tables, max_rows=max_rows)
        found: list[list[CodeArray]] = [[] for _ in tables]
        for cell, size in zip(scope.cells, sizes, strict=True):
            # Seeded by how many rows the cell has, not by its name or place: renamed groups are drawn alike.
            rng = np.random.default_rng([self.seed, _MATCH, draw, *self.cells.counts[:, cell].tolist()])
            for place, table in enumerate(tables):
                rows = self.rows(table, cell)
                found[place].append(np.sort(rng.choice(rows, size, replace=False)))
        return tuple(np.concatenate(held) for held in found)

    def _sizes(self, scope: Scope, tables: Sequence[int], *, max_rows: int | None = None) -> CodeArray:
        """Return the rows that every table gives of each cell."""
        sizes = np.array([min(len(self.rows(table, cell)) for table in tables) for cell in scope.cells])
        return _capped(sizes, max_rows or self.max_rows)

    def binned(self, rows: Rows, scope: Scope) -> tuple[CodeArray, ...]:
        """Return some rows of every table as codes, numbers in deciles of the scope's real rows.

        Returns
        -------
        tuple of ndarray of int, shape (n_rows, n_columns)
            Training, drawn and held-out.
        """
        real = {table: self.scope_rows(table, scope) for table in (TRAINING, HOLDOUT)}
        found = []
        for column in self.columns:
            taken = [values[held] for values, held in zip(column.tables, rows, strict=True)]
            if column.is_category:
                found.append([codes + 1 for codes in taken])
            else:
                known = np.concatenate([column.tables[table][held] for table, held in real.items()])
                found.append(decile_codes(known, *taken)[1:])
        return tuple(np.column_stack(held).astype(np.int64) for held in zip(*found, strict=True))


def _kept_rows(cells: Cells, table: int, keys: CodeArray, most: int, seed: int) -> CodeArray:
    """Return at most so many rows of every cell, cell by cell, each in the order of the rows' values."""
    codes = cells.codes[table]
    order = np.lexsort((keys, codes))
    ends = np.cumsum(cells.counts[table])[:-1]
    kept = []
    for cell, rows in enumerate(np.split(order[codes[order] >= 0], ends)):
        n_rows = len(rows)
        if n_rows > most:
            rng = np.random.default_rng([seed, _CAP, table, *cells.counts[:, cell].tolist()])
            rows = rows[np.sort(rng.choice(n_rows, most, replace=False))]
        kept.append(rows)
    return np.concatenate(kept) if kept else np.empty(0, dtype=np.int64)


def _taken(column: ColumnArrays, rows: Sequence[CodeArray]) -> ColumnArrays:
    tables = tuple(values[held] for values, held in zip(column.tables, rows, strict=True))
    return replace(column, tables=tables)


def _capped(sizes: CodeArray, most: int) -> CodeArray:
    """Return sizes cut at one level, so that they sum to at most `most` where that is possible.

    Examples
    --------
    >>> _capped(np.array([3, 50, 80]), 43).tolist()
    [3, 20, 20]
    """
    level = int(sizes.max(initial=0))
    ordered = np.sort(sizes)
    for place, size in enumerate(ordered):
        left = most - int(ordered[:place].sum())
        if size * (len(ordered) - place) > left:
            level = max(left // (len(ordered) - place), 1)
            break
    return np.minimum(sizes, level)
