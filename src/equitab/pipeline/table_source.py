"""A table from wherever it is: a path, a URL, a packaged data set, or a frame that the caller has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.assurance import digest_frame
from equitab.dataframe import Frame, TableTemplate, as_frame, read_table_file
from equitab.errors import Problem, TableError, closest
from equitab.pipeline.recipe import PACKAGED
from equitab.pipeline.recipe_problems import database_problems

PACKAGED_TABLES = ("adult",)


@dataclass(frozen=True, eq=False)
class OpenedTable:
    """A table in memory.

    Attributes
    ----------
    frame : Frame
    template : TableTemplate
        The kind of frame that the caller has.
    name : str
        What to call it in a report: the file's name without its folder.
    notes : tuple of str
        What was noticed while reading it.
    """

    frame: Frame
    template: TableTemplate
    name: str
    notes: tuple[str, ...] = ()


def open_table(table: Any) -> OpenedTable:
    """Return a table from a location or a frame.

    Parameters
    ----------
    table : str, Path, pandas.DataFrame, polars.DataFrame, pyarrow.Table or Frame
        A string is a path, a URL or ``packaged:adult``.

    Raises
    ------
    TableError
        If there is no such table, it cannot be read, or it is a database.

    Examples
    --------
    >>> open_table("packaged:adult").name
    'adult'
    """
    if not isinstance(table, str | Path):
        return OpenedTable(as_frame(table), TableTemplate.of(table), "table")
    location = str(table)
    problems = list(database_problems(f"table {location!r}", location))
    if problems:
        raise TableError(problems)
    if location.startswith(PACKAGED):
        return _packaged(location.removeprefix(PACKAGED))
    found = read_table_file(location)
    name = location.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
    return OpenedTable(found.frame, TableTemplate.of(found.frame), name, tuple(found.notes))


def table_digest(frame: Frame) -> str:
    """Return the SHA-256 of a table's names, types and values, in hexadecimal."""
    return digest_frame(frame).removeprefix("sha256:")


def _packaged(name: str) -> OpenedTable:
    from equitab.datasets import load_adult

    if name not in PACKAGED_TABLES:
        advice = closest(name, PACKAGED_TABLES)
        raise TableError(Problem(f"table '{PACKAGED}{name}'", "a packaged table", "an unknown one", advice))
    table = load_adult()
    return OpenedTable(as_frame(table), TableTemplate.of(table), name)
