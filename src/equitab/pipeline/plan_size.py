"""How much memory the rows of a plan need, told from the real rows, and how much there is."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from equitab.augmentation import RebalancingPlan
from equitab.dataframe import Frame
from equitab.errors import ConstraintError, Problem
from equitab.pipeline.draw_size import available_memory
from equitab.schema import TableSchema

COPIES = 5
"""Rows as drawn, joined, beside the real ones, with their weights, and as they are written or handed back."""
WRITTEN_SHARE = 0.1
"""A written row takes at least about so much of what it takes in memory while it is drawn: half of its bare width."""
SHARE = 0.5
"""Of the memory that is free: the rest is for the generator and the models."""


@dataclass(frozen=True)
class PlanSize:
    """What the rows of a plan need in memory.

    Parameters
    ----------
    n_rows : int
        Rows that the plan adds.
    bytes_per_row : float
    bound : int or None
        Bytes that they may take; None where nobody says and the system does not tell.

    Examples
    --------
    >>> size = PlanSize(1_000_000, 500.0, 2 * 10**8)
    >>> size.fits, size.most_rows
    (False, 400000)
    """

    n_rows: int
    bytes_per_row: float
    bound: int | None

    @property
    def n_bytes(self) -> int:
        """Bytes for all rows at once."""
        return int(self.n_rows * self.bytes_per_row)

    @property
    def fits(self) -> bool:
        """Whether all rows fit at once, as far as is known."""
        return self.bound is None or self.n_bytes <= self.bound

    @property
    def most_rows(self) -> int | None:
        """How many rows fit; None where there is no bound."""
        return None if self.bound is None else int(self.bound / self.bytes_per_row)

    def check(self, *, advice: str) -> None:
        """Raise unless all rows fit at once.

        Raises
        ------
        ConstraintError
            With how many rows fit, how many are planned, and the advice.
        """
        if self.fits or self.bound is None:
            return
        expected = (
            f"at most about {self.most_rows:,} new rows at once ({_gibibytes(self.bound)} of memory for them)"
        )
        received = f"{self.n_rows:,} rows, about {_gibibytes(self.n_bytes)}"
        raise ConstraintError(Problem("plan", expected, received, advice))

    def check_disk(self, place: Path) -> None:
        """Raise unless the disk has room for the rows, however well they are compressed.

        Raises
        ------
        ConstraintError
            With what is free and what is needed.
        """
        folder = next(parent for parent in place.absolute().parents if parent.exists())
        free, needed = shutil.disk_usage(folder).free, int(WRITTEN_SHARE * self.n_bytes)
        if needed > free:
            received = f"{self.n_rows:,} rows, about {_gibibytes(needed)} or more"
            advice = "bound them (--max-rows), or write to another disk"
            raise ConstraintError(Problem("plan", f"rows for {_gibibytes(free)} of disk", received, advice))

    def words(self) -> str:
        """Return what drawing all rows takes, for people."""
        how = "" if self.fits else ", more than there is for them: they are drawn and written in pieces"
        return f"About {_gibibytes(self.n_bytes)} of memory{how}."


def size_of_plan(
    plan: RebalancingPlan, frame: Frame, schema: TableSchema, *, max_bytes: int | None = None
) -> PlanSize:
    """Return what a plan's rows need, as if they were as wide as the real ones.

    Parameters
    ----------
    plan : RebalancingPlan
    frame : Frame
        The real rows.
    schema : TableSchema
    max_bytes : int, optional
        The memory that they may take; half of what is free when not given.
    """
    held = frame.select(list(schema.modeled_columns)).to_native()
    bytes_per_row = COPIES * (held.nbytes / max(len(frame), 1) + 64)  # origin, weight and a code or two
    free = available_memory()
    bound = None if free is None else int(SHARE * free)
    return PlanSize(plan.total, bytes_per_row, bound if max_bytes is None else max_bytes)


def _gibibytes(n_bytes: float) -> str:
    return f"{n_bytes / 2**30:.1f} GiB" if n_bytes >= 2**30 / 10 else f"{n_bytes / 2**20:.1f} MiB"
