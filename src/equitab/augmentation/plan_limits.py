"""How far a plan may go: groups with too few rows are refused or borrow, and no group grows without end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from equitab.augmentation.cells import CellIndex
from equitab.augmentation.parents import ParentGroup, find_parents
from equitab.augmentation.plan import PlanStrategy, RebalancingPlan
from equitab.errors import ConstraintError, Problem, closest

FewRows: TypeAlias = Literal["refuse", "parent"]
"""What becomes of a group with too few rows: it is not filled, or it borrows from its parent group."""

MIN_ROWS = 2

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CountedCells:
    """The cells of a table and their real rows.

    Parameters
    ----------
    index : CellIndex
    counts : ndarray of int, shape (n_cells,)
    n_outside : int
        Rows without an outcome, or left out of groups.
    """

    index: CellIndex
    counts: IntArray
    n_outside: int = 0

    @property
    def table(self) -> IntArray:
        """The counts by group, shape (n_groups, n_outcomes)."""
        return self.index.by_group(self.counts)

    def plan(
        self,
        strategy: PlanStrategy,
        added: IntArray,
        *,
        n_free: int = 0,
        refusals: tuple[str, ...] = (),
        parents: tuple[ParentGroup, ...] = (),
    ) -> RebalancingPlan:
        """Return the plan that adds these rows."""
        return RebalancingPlan(
            strategy,
            self.index,
            tuple(self.counts.tolist()),
            tuple(added.tolist()),
            n_free,
            refusals,
            parents,
            self.n_outside,
        )


@dataclass(frozen=True, kw_only=True)
class PlanLimits:
    """How far a plan may go.

    Parameters
    ----------
    min_rows : int, default 2
        A cell (group × outcome) with fewer real rows cannot be learned from its own rows.
    few_rows : {"refuse", "parent"}, default "refuse"
        Such a cell is not filled, or it is filled with rows that a generator draws from what it shares with its
        parent group.
    max_growth : float, optional
        No cell grows to more than this many times its real rows; a cell that borrows counts as having `min_rows`.

    Examples
    --------
    >>> PlanLimits(max_growth=0.5)
    Traceback (most recent call last):
    ...
    equitab.errors.ConstraintError: max_growth: expected 1 or more, received 0.5. Next: 3 lets a group grow to \
three times its real rows.
    """

    min_rows: int = MIN_ROWS
    few_rows: FewRows = "refuse"
    max_growth: float | None = None

    def __post_init__(self) -> None:
        problems = []
        if self.min_rows < 1:
            advice = "a group without any real row cannot be learned; few_rows='parent' lets it borrow"
            problems.append(Problem("min_rows", "at least 1", str(self.min_rows), advice))
        if self.few_rows not in get_args(FewRows):
            advice = closest(str(self.few_rows), get_args(FewRows))
            problems.append(Problem("few_rows", "'refuse' or 'parent'", repr(self.few_rows), advice))
        if self.max_growth is not None and not self.max_growth >= 1:
            advice = "3 lets a group grow to three times its real rows"
            problems.append(Problem("max_growth", "1 or more", f"{self.max_growth:g}", advice))
        if problems:
            raise ConstraintError(problems)

    def parents(self, cells: CountedCells) -> tuple[ParentGroup, ...]:
        """Return the parents of the cells that have too few rows, where these may borrow."""
        if self.few_rows == "refuse":
            return ()
        return find_parents(cells.index, cells.counts, min_rows=self.min_rows)

    def can_fill(self, cells: CountedCells) -> npt.NDArray[np.bool_]:
        """Return which cells can be filled, shape (n_cells,)."""
        found = cells.counts >= self.min_rows
        found[[parent.cell for parent in self.parents(cells)]] = True
        return found

    def plan(self, strategy: PlanStrategy, cells: CountedCells, wanted: IntArray) -> RebalancingPlan:
        """Return the plan that adds the rows wanted, as far as these limits let it, and says what they cut.

        Parameters
        ----------
        strategy : str
        cells : CountedCells
        wanted : ndarray of int, shape (n_cells,)
            Rows that the strategy would add.
        """
        can_fill = self.can_fill(cells)
        kept = np.where(can_fill, wanted, 0)
        added = np.minimum(kept, self._most(cells, can_fill)) if self.max_growth is not None else kept
        refusals = (*self._few_words(cells, wanted, ~can_fill), *self._growth_words(kept, added))
        parents = tuple(parent for parent in self.parents(cells) if added[parent.cell] > 0)
        return cells.plan(strategy, added, refusals=refusals, parents=parents)

    def _most(self, cells: CountedCells, can_fill: npt.NDArray[np.bool_]) -> IntArray:
        """Return how many rows each cell may gain."""
        assert self.max_growth is not None, "asked only where there is a bound"
        base = np.where(can_fill, np.maximum(cells.counts, self.min_rows), cells.counts)
        most = np.floor(self.max_growth * base + 1e-9).astype(np.int64)
        return np.maximum(most - cells.counts, 0)

    def _few_words(
        self, cells: CountedCells, wanted: IntArray, is_refused: npt.NDArray[np.bool_]
    ) -> tuple[str, ...]:
        few = f"fewer than {self.min_rows} real rows"
        kinds = [("no real rows", cells.counts == 0), (few, cells.counts > 0)]
        if self.few_rows == "parent":
            kinds = [(f"{few}, also in every parent group,", cells.counts >= 0)]
        words = []
        for reason, is_kind in kinds:
            which = is_refused & is_kind & (wanted > 0)
            if which.any():
                asked = f"{wanted[which].sum()} rows for {_cells_in_words(int(which.sum()))}"
                words.append(f"{asked} with {reason} to learn from")
        return tuple(words)

    def _growth_words(self, kept: IntArray, added: IntArray) -> tuple[str, ...]:
        cut = kept - added
        if not cut.any():
            return ()
        bound = f"the bound max_growth ({self.max_growth:g} times the real rows)"
        return (f"{cut.sum()} rows for {_cells_in_words(int((cut > 0).sum()))}, by {bound}",)


def _cells_in_words(n_cells: int) -> str:
    return "1 group by outcome" if n_cells == 1 else f"{n_cells} groups by outcome"
