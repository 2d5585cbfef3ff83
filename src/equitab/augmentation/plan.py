"""How many rows to add for which group and outcome: resolved and visible before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from equitab.augmentation.cells import CellIndex
from equitab.dataframe import Frame, frame_from_columns
from equitab.errors import ConstraintError, Problem

PlanStrategy = Literal["append", "fill_groups", "fill_outcomes", "fill_both", "equal_rates", "from_table"]

RARE = 10
"""An outcome of fewer rows than this is not named in text."""
MOST_LINES = 40


@dataclass(frozen=True)
class RebalancingPlan:
    """Rows to add per intersectional group and outcome.

    Parameters
    ----------
    strategy : str
        The strategy that made it.
    index : CellIndex
        The cells: groups × outcomes.
    n_rows : tuple of int
        Rows in the table, for each cell.
    n_add : tuple of int
        Rows to add, for each cell.
    n_free : int
        Rows to add whose group and outcome the generator chooses.
    refusals : tuple of str
        What the strategy asks for and the plan does not do, and why.

    Examples
    --------
    >>> from equitab.augmentation import fill_groups
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature, TableSchema
    >>> people = frame_from_columns({"sex": ["F"] * 6 + ["M"] * 8, "hired": ["no", "no", "yes"] * 4 + ["no"] * 2})
    >>> schema = TableSchema(
    ...     (Column("sex", "categorical"), Column("hired", "categorical")),
    ...     "hired",
    ...     favorable_outcome=("yes",),
    ...     sensitive_features=(SensitiveFeature("sex"),),
    ... )
    >>> print(fill_groups(people, schema))
    fill_groups: add 2 rows to 14
      group | outcome | rows | add
      F     | no      |    4 |   1
      F     | yes     |    2 |   1
      M     | no      |    6 |   0
      M     | yes     |    2 |   0
    """

    strategy: PlanStrategy
    index: CellIndex
    n_rows: tuple[int, ...]
    n_add: tuple[int, ...]
    n_free: int = 0
    refusals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert len(self.n_rows) == len(self.n_add) == self.index.n_cells
        if self.n_free < 0 or any(count < 0 for count in self.n_add):
            received = "a negative number"
            raise ConstraintError(Problem("plan", "rows to add", received, "a plan never removes rows"))

    @property
    def total(self) -> int:
        """How many rows are added in all."""
        return sum(self.n_add) + self.n_free

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that define the cells: sensitive features, then the target."""
        return self.index.groups.features

    def to_frame(self) -> Frame:
        """Return one row for each cell: features, outcome, ``rows``, ``rows_to_add``."""
        values = [self.index.groups.values(cell) for cell in range(self.index.n_cells)]
        columns: dict[str, Any] = {
            name: [value[place] for value in values] for place, name in enumerate(self.columns)
        }
        counts = {"rows": np.array(self.n_rows, np.int64), "rows_to_add": np.array(self.n_add, np.int64)}
        return frame_from_columns({**columns, **counts})

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "strategy": self.strategy,
            "features": list(self.columns),
            "levels": [list(level) for level in self.index.groups.levels],
            "rows": list(self.n_rows),
            "rows_to_add": list(self.n_add),
            "free_rows": self.n_free,
            "refusals": list(self.refusals),
        }

    def __str__(self) -> str:
        lines = [f"{self.strategy}: add {self.total} rows to {sum(self.n_rows)}"]
        lines += self._table()
        if self.n_free:
            lines.append(f"  {self.n_free} rows whose group and outcome the generator chooses")
        return "\n".join([*lines, *(f"  refused: {refusal}" for refusal in self.refusals)])

    def _table(self) -> list[str]:
        if not any(self.n_add):
            return []
        rows = [("group", "outcome", "rows", "add"), *self._lines()[:MOST_LINES]]
        left, middle, have, add = (max(len(row[place]) for row in rows) for place in range(4))
        lines = [f"  {a:<{left}} | {b:<{middle}} | {c:>{have}} | {d:>{add}}" for a, b, c, d in rows]
        n_more = len(self._lines()) - MOST_LINES
        return [*lines, f"  … and {n_more} more: see to_frame()"] if n_more > 0 else lines

    def _lines(self) -> list[tuple[str, str, str, str]]:
        """Return the cells that hold or gain rows, by group, then outcome."""
        totals = self.index.by_group(np.array(self.n_rows)).sum(axis=0)
        outcomes = self.index.groups.levels[-1]
        named = [
            name if total >= RARE or self.index.n_outcomes == 2 else "(rare)"
            for name, total in zip(outcomes, totals, strict=True)
        ]
        n_groups = self.index.n_cells // self.index.n_outcomes
        found = []
        for cell in (
            outcome * n_groups + group for group in range(n_groups) for outcome in range(len(outcomes))
        ):
            if self.n_rows[cell] or self.n_add[cell]:
                group = " × ".join(self.index.groups.values(cell)[:-1]) or "everybody"
                counts = str(self.n_rows[cell]), str(self.n_add[cell])
                found.append((group, named[cell // n_groups], *counts))
        return found
