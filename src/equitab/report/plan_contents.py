"""What a page is told about a rebalancing plan: every cell that holds or gains rows, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PlannedCell:
    """One group with one outcome.

    Parameters
    ----------
    group, outcome : str
    share : float
        Of the training rows, 0 to 1.
    n_rows : int
        Real training rows.
    n_planned, n_drawn : int
        Rows that the plan adds, and rows that were found among those added.
    parent : str
        The group that it borrows from; empty where its own rows are enough.
    n_parent : int
        Real rows of that group.
    """

    group: str
    outcome: str
    share: float
    n_rows: int
    n_planned: int
    n_drawn: int
    parent: str = ""
    n_parent: int = 0


@dataclass(frozen=True, kw_only=True)
class PlanContents:
    """A plan and what became of it.

    Parameters
    ----------
    strategy : str
    n_rows : int
        Real training rows that are in a cell.
    n_added : int
        Rows that were added in all.
    n_free : int
        Rows of these whose group and outcome the generator chose.
    n_outside : int
        Training rows without an outcome or a group.
    cells : tuple of PlannedCell
        By group, then outcome.
    refusals : tuple of str
        What the strategy asks for and the plan does not do.
    steer : float
        Above 0, rows were added where people are few.
    """

    strategy: str
    n_rows: int
    n_added: int
    n_free: int = 0
    n_outside: int = 0
    cells: tuple[PlannedCell, ...] = ()
    refusals: tuple[str, ...] = ()
    steer: float = 0.0
