"""Rows that a command made: written to a file, or handed back as text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.dataframe import Frame, write_table


@dataclass(frozen=True, eq=False)
class WrittenRows:
    """A table that was made, and where it went.

    Attributes
    ----------
    frame : Frame
    place : str or None
        The file; None where none was asked for.
    """

    frame: Frame
    place: str | None = None

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return len(self.frame)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.frame.columns)

    def csv_text(self) -> str:
        """Return the rows as CSV."""
        return str(self.frame.write_csv())

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: the place, or the rows where there is none."""
        head = {"rows": self.n_rows, "columns": list(self.columns)}
        if self.place is not None:
            return {**head, "file": self.place}
        return {**head, "table": self.frame.to_native().to_pylist()}


def keep_rows(frame: Frame, place: str | Path | None, *, overwrite: bool) -> WrittenRows:
    """Return rows, written to a file where one is named."""
    if place is not None:
        write_table(frame, place, overwrite=overwrite)
    return WrittenRows(frame, None if place is None else str(place))
