"""How many rows to add for which group and outcome: resolved and visible before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from equitab.augmentation.cells import CellIndex
from equitab.augmentation.parents import ParentGroup
from equitab.dataframe import Frame, frame_from_columns
from equitab.errors import ConstraintError, Problem

PlanStrategy = Literal[
    "append",
    "fill_groups",
    "fill_outcomes",
    "fill_both",
    "fill_within_outcomes",
    "equal_rates",
    "from_table",
    "sparse_regions",
]

RARE = 10
"""An outcome of fewer rows than this is not named in text."""
MOST_LINES = 40
N_CANDIDATES = 4
"""Of a steered plan: so many rows are drawn for each wanted one."""


@dataclass(frozen=True)
class PlanLine:
    """One cell of a plan: a group with an outcome.

    Parameters
    ----------
    cell : int
    group, outcome : str
    share : float
        Of the table's rows.
    n_rows, n_add : int
    parent : str
        The group that it borrows from; empty where its own rows are enough.
    n_parent : int
        Real rows of that group.
    """

    cell: int
    group: str
    outcome: str
    share: float
    n_rows: int
    n_add: int
    parent: str = ""
    n_parent: int = 0

    def words(self) -> tuple[str, ...]:
        """Return what is printed."""
        counts = str(self.n_rows), str(self.n_add), str(self.n_rows + self.n_add)
        borrowed = f"{self.parent} ({self.n_parent} rows)" if self.parent else ""
        return self.group, self.outcome, f"{100 * self.share:.1f}%", *counts, borrowed


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
    parents : tuple of ParentGroup
        For the cells with too few real rows that are filled all the same: the group that they borrow from.
    n_outside : int
        Rows without an outcome, or left out of groups: they stay as they are and are counted in no cell.
    steer : float, default 0
        Above 0, rows are added where people are few: of several rows that the generator draws for each wanted one, one
        is taken in proportion to its mean distance to its nearest real rows to this power.

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
      group | outcome | share | rows | add | afterwards
      F     | no      | 28.6% |    4 |   1 |          5
      F     | yes     | 14.3% |    2 |   1 |          3
      M     | no      | 42.9% |    6 |   0 |          6
      M     | yes     | 14.3% |    2 |   0 |          2
    """

    strategy: PlanStrategy
    index: CellIndex
    n_rows: tuple[int, ...]
    n_add: tuple[int, ...]
    n_free: int = 0
    refusals: tuple[str, ...] = ()
    parents: tuple[ParentGroup, ...] = ()
    n_outside: int = 0
    steer: float = 0.0

    def __post_init__(self) -> None:
        assert len(self.n_rows) == len(self.n_add) == self.index.n_cells
        assert 0 <= self.steer < np.inf
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

    @property
    def afterwards(self) -> tuple[int, ...]:
        """Rows of each cell once the plan is carried out; free rows are not counted."""
        return tuple(have + more for have, more in zip(self.n_rows, self.n_add, strict=True))

    @property
    def shares(self) -> tuple[float, ...]:
        """Each cell's share of the table's rows that are in a cell."""
        total = max(sum(self.n_rows), 1)
        return tuple(count / total for count in self.n_rows)

    @property
    def borrowing(self) -> dict[int, ParentGroup]:
        """The parent of each cell that gains rows and has too few of its own."""
        return {parent.cell: parent for parent in self.parents if self.n_add[parent.cell]}

    def to_frame(self) -> Frame:
        """Return one row for each cell: features, outcome, ``share``, ``rows``, ``rows_to_add``, ``afterwards``.

        Where a cell borrows, also ``parent``: the name of the group that it borrows from.
        """
        values = [self.index.groups.values(cell) for cell in range(self.index.n_cells)]
        columns: dict[str, Any] = {
            name: [value[place] for value in values] for place, name in enumerate(self.columns)
        }
        columns["share"] = np.array(self.shares)
        columns["rows"] = np.array(self.n_rows, np.int64)
        columns["rows_to_add"] = np.array(self.n_add, np.int64)
        columns["afterwards"] = np.array(self.afterwards, np.int64)
        if self.borrowing:
            labels = {cell: parent.label(self.index) for cell, parent in self.borrowing.items()}
            columns["parent"] = [labels.get(cell) for cell in range(self.index.n_cells)]
        return frame_from_columns(columns)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "strategy": self.strategy,
            "features": list(self.columns),
            "levels": [list(level) for level in self.index.groups.levels],
            "share": list(self.shares),
            "rows": list(self.n_rows),
            "rows_to_add": list(self.n_add),
            "afterwards": list(self.afterwards),
            "free_rows": self.n_free,
            "rows_outside": self.n_outside,
            "steer": self.steer,
            "parents": [
                {"cell": cell, "group": parent.label(self.index), "rows": parent.n_rows}
                for cell, parent in self.borrowing.items()
            ],
            "refusals": list(self.refusals),
        }

    def __str__(self) -> str:
        lines = [f"{self.strategy}: add {self.total} rows to {sum(self.n_rows)}", *self._table()]
        if self.n_free:
            lines.append(f"  {self.n_free} rows whose group and outcome the generator chooses")
        if self.n_outside:
            lines.append(f"  {self.n_outside} rows without outcome or group stay as they are")
        if self.steer:
            lines += [f"  {line}" for line in steering_words(self.steer)]
        return "\n".join([*lines, *(f"  refused: {refusal}" for refusal in self.refusals)])

    def lines(self) -> tuple[PlanLine, ...]:
        """Return the cells that hold or gain rows, by group, then outcome; a rare outcome of several is not named."""
        outcomes, parents = self._shown_outcomes(), self.borrowing
        n_groups, total = self.index.n_cells // self.index.n_outcomes, max(sum(self.n_rows), 1)
        found = []
        for group in range(n_groups):
            for place, outcome in enumerate(outcomes):
                cell = place * n_groups + group
                have, more, parent = self.n_rows[cell], self.n_add[cell], parents.get(cell)
                if have or more:
                    name = " × ".join(self.index.groups.values(cell)[:-1]) or "everybody"
                    borrowed = (parent.label(self.index), parent.n_rows) if parent else ("", 0)
                    found.append(PlanLine(cell, name, outcome, have / total, have, more, *borrowed))
        return tuple(found)

    def _table(self) -> list[str]:
        if not any(self.n_add):
            return []
        found = self.lines()
        head = ("group", "outcome", "share", "rows", "add", "afterwards", "parent")
        shown = [line.words() for line in found[:MOST_LINES]]
        rows = [row if self.borrowing else row[:-1] for row in (head, *shown)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        lines = ["  " + " | ".join(_padded(row, widths)).rstrip() for row in rows]
        n_more = len(found) - MOST_LINES
        return (
            [*lines, f"  … and {n_more} more: all are in --json, or in Python's to_frame()"]
            if n_more > 0
            else lines
        )

    def _shown_outcomes(self) -> list[str]:
        """Return the names of the outcomes; a rare one of several is not named."""
        totals = self.index.by_group(np.array(self.n_rows)).sum(axis=0)
        return [
            name if total >= RARE or self.index.n_outcomes == 2 else "(rare)"
            for name, total in zip(self.index.groups.levels[-1], totals, strict=True)
        ]


def steering_words(steer: float) -> tuple[str, ...]:
    """Return what a steered plan does, for people."""
    return (
        f"steered by {steer:g}: more rows where people are few, that is, far from their nearest real rows",
        f"(of {N_CANDIDATES} rows drawn for each, one in proportion to this distance ** {steer:g}: the mean of Gower's "
        "to the 10 nearest, over all learned columns but the target; none farther out than real people are)",
    )


def _padded(row: tuple[str, ...], widths: list[int]) -> list[str]:
    """Return a line's parts: names to the left, numbers to the right."""
    is_name = (True, True, False, False, False, False, True)
    return [
        f"{part:<{width}}" if left else f"{part:>{width}}"
        for part, width, left in zip(row, widths, is_name, strict=False)
    ]
