"""What a page is told about learned ratios: every group by outcome, at the start and as used, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass

LITTLE_USED = 0.5
"""Generated rows whose share falls below this part of what it began with are called little used."""


@dataclass(frozen=True, kw_only=True)
class RatioCell:
    """One group with one outcome.

    Parameters
    ----------
    group, outcome : str
    n_real, n_generated : int
        Rows there are to learn from.
    share_start, share_end : float
        The group's share within the outcome, 0 to 1.
    real_start, real_end : float
        The share of real rows in the cell, 0 to 1; 1 where there are no generated ones.
    """

    group: str
    outcome: str
    n_real: int
    n_generated: int
    share_start: float
    share_end: float
    real_start: float
    real_end: float

    @property
    def is_little_used(self) -> bool:
        """Whether the cell's generated rows lost most of their share: a sign that they are bad."""
        return self.n_generated > 0 and 1 - self.real_end < LITTLE_USED * (1 - self.real_start)


@dataclass(frozen=True, kw_only=True)
class RatioContents:
    """Ratios and how they were learned.

    Parameters
    ----------
    objective : str
    gap : {"rate", "loss"}
        By what groups were compared.
    accuracy_weight : float
    favorable_start, favorable_end : float
        The share of the favorable outcome among the rows that models learn from.
    head : str
        The model that they were learned with.
    n_steps : int
        Batches.
    n_judged : int
        Real rows on which they were judged.
    uses_training_rows : bool
        Whether training rows are among these.
    cells : tuple of RatioCell
        By outcome, then group.
    n_outside : int
        Real training rows of groups that took no part, with few rows or without a group.
    remarks : tuple of str
    """

    objective: str
    gap: str
    accuracy_weight: float
    favorable_start: float
    favorable_end: float
    head: str
    n_steps: int
    n_judged: int
    uses_training_rows: bool
    cells: tuple[RatioCell, ...]
    n_outside: int = 0
    remarks: tuple[str, ...] = ()
