"""Rows that a command made: written to a file, or handed back as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from equitab.dataframe import Frame, read_table, write_chunks, write_table


@dataclass(frozen=True, eq=False)
class WrittenRows:
    """A table that was made, and where it went.

    Attributes
    ----------
    n_rows : int
    columns : tuple of str
    held : Frame or None
        The rows; None where they went to the file chunk by chunk.
    place : str or None
        The file; None where none was asked for.
    details : mapping
        What else there is to say, as plain data (the plan of a population).
    lines : tuple of str
        The same for a reader.
    """

    n_rows: int
    columns: tuple[str, ...]
    held: Frame | None = None
    place: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    @property
    def frame(self) -> Frame:
        """The rows; those that went to a file chunk by chunk are read from it."""
        if self.held is not None:
            return self.held
        assert self.place is not None, "rows are held, or in a file"
        return read_table(self.place)

    def csv_text(self) -> str:
        """Return the rows as CSV."""
        return str(self.frame.write_csv())

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: the place, or the rows where there is none."""
        head = {"rows": self.n_rows, "columns": list(self.columns), **self.details}
        if self.place is not None:
            return {**head, "file": self.place}
        return {**head, "table": self.frame.to_native().to_pylist()}


def keep_rows(frame: Frame, place: str | Path | None, *, overwrite: bool) -> WrittenRows:
    """Return rows, written to a file where one is named."""
    if place is not None:
        write_table(frame, place, overwrite=overwrite)
    where = None if place is None else str(place)
    return WrittenRows(len(frame), tuple(frame.columns), frame, where)


def keep_chunks(chunks: Iterable[Frame], place: str | Path, *, overwrite: bool) -> WrittenRows:
    """Return rows that went to a file chunk by chunk and are not held."""
    count = _Counted(chunks)
    write_chunks(count, place, overwrite=overwrite)
    return WrittenRows(count.n_rows, count.columns, None, str(place))


class _Counted:
    """Chunks that are counted as they pass."""

    def __init__(self, chunks: Iterable[Frame]) -> None:
        self.chunks = chunks
        self.n_rows = 0
        self.columns: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Frame]:
        for chunk in self.chunks:
            self.n_rows += len(chunk)
            self.columns = tuple(chunk.columns)
            yield chunk
