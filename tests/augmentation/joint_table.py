# ruff: noqa: ARG002  (the protocol's arguments)
"""A generator for tests whose conditional distributions are exact: those of the table that it was given.

A row is drawn from the stored rows that agree with every given value. It implements the protocol, with or without
the words ``missing`` and ``unseen``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame, TableTemplate, as_frame, take_rows
from equitab.errors import ConstraintError, Problem
from equitab.schema import TableSchema


class JointTable:
    """Draws whole rows of its training table."""

    name = "joint_table"
    conditionable_columns_: tuple[str, ...]
    schema_: TableSchema

    def fit(self, table: Any, schema: TableSchema, *, condition_on: Any = None, seed: int, **_: Any) -> Any:
        self.schema_, self._template = schema, TableTemplate.of(table)
        self._frame = as_frame(table).select(list(schema.modeled_columns))
        self.conditionable_columns_ = tuple(condition_on or schema.modeled_columns)
        self.n_calls = 0
        return self

    def sample(
        self, n_rows: int | None = None, *, given: Any = None, constraints: Any = (), seed: int
    ) -> Any:
        self.n_calls += 1
        rng = np.random.default_rng(seed)
        if given is None:
            return self._rows(rng.integers(len(self._frame), size=n_rows))
        wanted = as_frame(given)
        return self._rows(self._matches(wanted, np.arange(len(self._frame)), rng))

    def save(self, folder: str | Path) -> None:
        raise NotImplementedError

    def _matches(self, wanted: Frame, offered: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        names = list(wanted.columns)
        held: dict[tuple[Any, ...], list[int]] = {}
        stored = list(self._frame.select(names).iter_rows())
        for position in offered.tolist():
            held.setdefault(stored[position], []).append(position)
        found = [held.get(row, []) for row in wanted.iter_rows()]
        bad = sum(not rows for rows in found)
        if bad:
            raise ConstraintError(Problem("given", "values that a row has", f"others in {bad} rows"))
        return np.array([rng.choice(rows) for rows in found], dtype=np.int64)

    def _rows(self, positions: np.ndarray) -> Any:
        return self._template.restore(take_rows(self._frame, positions))


class FillingJointTable(JointTable):
    """The same with ``missing`` and ``unseen``: only complete rows are drawn where nothing may be missing."""

    def sample(  # type: ignore[override]
        self,
        n_rows: int | None = None,
        *,
        given: Any = None,
        constraints: Any = (),
        missing: str = "learned",
        unseen: str = "refuse",
        seed: int,
    ) -> Any:
        self.n_calls += 1
        rng = np.random.default_rng(seed)
        offered = np.arange(len(self._frame))
        if missing == "filled":
            holes = np.zeros(len(self._frame), dtype=bool)
            for name in self._frame.columns:
                holes |= np.asarray(self._frame[name].is_null().to_numpy(), dtype=bool)
            offered = np.flatnonzero(~holes)
        if given is None:
            return self._rows(rng.choice(offered, size=n_rows))
        return self._rows(self._matches(as_frame(given), offered, rng))
