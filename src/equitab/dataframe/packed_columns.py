"""Parquet files with a column of bytes, such as packed images: read as plain values, next to the tables of people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from equitab.dataframe.reading import read_table
from equitab.errors import Problem, TableError, closest

Values = list[Any]


def read_columns(
    source: str | Path, names: tuple[str, ...], *, optional: tuple[str, ...] = ()
) -> Mapping[str, Values]:
    """Read some columns of a file as plain values; in a Parquet file they may hold bytes, which no `Frame` does.

    Parameters
    ----------
    source : str or Path
        As `read_table` takes.
    names : tuple of str
        Columns that must be there.
    optional : tuple of str
        Columns that may be there.

    Returns
    -------
    mapping of str to list
        One value for each row, None where missing.

    Raises
    ------
    TableError
        If the file cannot be read, or lacks columns: all that it lacks at once.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "images.parquet"
    >>> pq.write_table(pa.table({"image": [b"a", b"b"], "label": ["yes", None]}), place)
    >>> read_columns(place, ("image", "label"))["label"]
    ['yes', None]
    """
    path = Path(source)
    if path.suffix.lower() != ".parquet" or not path.is_file():
        frame = read_table(source)
        _check_names(frame.columns, names, path)
        return MappingProxyType(
            {name: frame[name].to_list() for name in _present(frame.columns, names, optional)}
        )
    try:
        known = pq.read_schema(path).names
        _check_names(known, names, path)
        table = pq.read_table(path, columns=_present(known, names, optional))
    except (pa.ArrowException, OSError) as error:
        advice = "fetch it again: it is damaged or cut short"
        raise TableError(
            Problem(f"file {path.name!r}", "a Parquet file", "bytes that are not", advice)
        ) from error
    return MappingProxyType({name: table[name].to_pylist() for name in table.column_names})


def _present(known: list[str], names: tuple[str, ...], optional: tuple[str, ...]) -> list[str]:
    return [*names, *(name for name in optional if name in known and name not in names)]


def _check_names(known: list[str], names: tuple[str, ...], path: Path) -> None:
    problems = [
        Problem(f"column {name!r} of {path.name!r}", "a column of that name", "none", closest(name, known))
        for name in names
        if name not in known
    ]
    if problems:
        raise TableError(problems)
