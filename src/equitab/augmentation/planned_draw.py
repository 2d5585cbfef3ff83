"""What a generator is asked for so that the cells of a plan are filled: values taken from real rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from equitab.augmentation.parents import ParentGroup
from equitab.augmentation.plan import RebalancingPlan
from equitab.dataframe import Frame, frame_from_columns, take_rows
from equitab.generators import Generator
from equitab.schema import TableSchema

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PlannedDraw:
    """A plan that is about to be carried out.

    Parameters
    ----------
    frame : Frame
        The real rows.
    schema : TableSchema
    generator : Generator
        Fitted on them.
    plan : RebalancingPlan
        Made for them.
    codes : ndarray of int, shape (n_rows,)
        The cell of every real row; -1 for none.
    seed : int
    """

    frame: Frame
    schema: TableSchema
    generator: Generator
    plan: RebalancingPlan
    codes: IntArray
    seed: int

    @property
    def known(self) -> tuple[str, ...]:
        """The plan's columns that the generator can be asked for."""
        return tuple(name for name in self.plan.columns if name in self.generator.conditionable_columns_)

    @property
    def can_ask(self) -> bool:
        """Whether the generator can be asked for every column of the plan."""
        return len(self.known) == len(self.plan.columns)

    def call_seed(self, attempt: int, block: int) -> int:
        """Return a seed for one call of the generator."""
        parts = [self.seed, attempt] if block == 0 else [self.seed, attempt, block]
        return int(np.random.SeedSequence(parts).generate_state(1)[0])

    def donated(self, cells: IntArray, columns: tuple[str, ...], *, attempt: int, block: int) -> Frame:
        """Return values of some columns for each wanted cell.

        Each row is taken from a real row of its cell, where these columns are constant but for a numeric feature with
        cut points. A cell that borrows takes the columns that its parent keeps from a real row of the parent, and
        each other one from a real row that has the cell's value of it.
        """
        parts = [self.seed, attempt] if block == 0 else [self.seed, attempt, block]
        random = np.random.default_rng(parts)
        parents = self.plan.borrowing
        rows = np.empty((len(columns), len(cells)), dtype=np.int64)
        for cell in np.unique(cells):
            at = np.flatnonzero(cells == cell)
            own = (
                np.flatnonzero(self.codes == cell)
                if cell not in parents
                else self._parent_rows(parents[cell])
            )
            rows[:, at] = random.choice(own, len(at))
            for place, name in enumerate(columns):
                if cell in parents and name in parents[cell].dropped:
                    rows[place, at] = random.choice(self._rows_with_value(name, cell), len(at))
        taken = [take_rows(self.frame.select([name]), rows[place]) for place, name in enumerate(columns)]
        return frame_from_columns({frame.columns[0]: frame.to_native()[frame.columns[0]] for frame in taken})

    @cached_property
    def _levels(self) -> IntArray:
        """The value of every real row in every column of the plan, shape (n_rows, n_columns); -1 for none."""
        levels = self.plan.index.groups.decode(np.maximum(self.codes, 0))
        return np.where(self.codes[:, None] >= 0, levels, -1)

    def _cell_levels(self, cell: int) -> IntArray:
        return np.asarray(self.plan.index.groups.decode(np.array([cell]))[0])

    def _parent_rows(self, parent: ParentGroup) -> IntArray:
        kept = [place for place, name in enumerate(self.plan.columns) if name not in parent.dropped]
        is_alike = self._levels[:, kept] == self._cell_levels(parent.cell)[kept]
        return np.flatnonzero(is_alike.all(axis=1))

    def _rows_with_value(self, column: str, cell: int) -> IntArray:
        place = self.plan.columns.index(column)
        return np.flatnonzero(self._levels[:, place] == self._cell_levels(cell)[place])
