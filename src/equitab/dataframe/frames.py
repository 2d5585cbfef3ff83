"""One kind of frame inside, the caller's kind outside.

Inside the package every table is a `Frame`: a narwhals frame over an Arrow table. Arrow keeps what other
frames lose (integers with missing values, text apart from categories), and one kind inside means one
behaviour to test. `as_frame` takes what a caller has; `equitab.dataframe.TableTemplate` gives it back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pyarrow as pa

from equitab.dataframe.arrow_types import advice_for, plain_column
from equitab.errors import Problem, TableError

Frame: TypeAlias = nw.DataFrame[Any]


def as_frame(table: Any) -> Frame:
    """Return a table of any supported kind as the package's own kind of frame.

    Parameters
    ----------
    table : pandas.DataFrame, polars.DataFrame, pyarrow.Table or narwhals.DataFrame
        One row for each record. An index of a pandas frame is not a column and is left out. Columns hold
        text, numbers, booleans, dates, timestamps, decimals of up to 15 digits, or categories of these.

    Returns
    -------
    narwhals.DataFrame
        Over a `pyarrow.Table`; columns in the same order; ``NaN`` of pandas and polars floats is missing.

    Raises
    ------
    TableError
        If the object is no table, has no columns, has columns whose names are not text, a name twice, or
        columns of lists, structures, bytes, durations or times of day; all of them at once.

    Examples
    --------
    >>> import pandas as pd
    >>> as_frame(pd.DataFrame({"age": [31, 47]})).shape
    (2, 1)
    """
    arrow = as_arrow(table)
    _check_names(arrow.column_names)
    _check_types(arrow)
    return nw.from_native(
        pa.table([plain_column(column) for column in arrow.columns], names=arrow.column_names)
    )


def as_arrow(table: Any) -> pa.Table:
    """Return a table of any supported kind as an Arrow table with its types as they are.

    Raises
    ------
    TableError
        If the object is no table, or a pandas column mixes types.
    """
    if isinstance(table, nw.DataFrame):
        table = table.to_native()
    if isinstance(table, pa.Table):
        return table
    frame = nw.from_native(table, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        raise TableError(
            Problem(
                "table",
                "a pandas, polars or pyarrow table",
                f"an object of type {type(table).__name__}",
                _advice_about(table),
            )
        )
    if frame.implementation.is_pandas():
        return _pandas_to_arrow(frame.to_native())
    return frame.to_arrow()


def frame_from_columns(columns: Mapping[str, Any], *, types: Mapping[str, str] | None = None) -> Frame:
    """Return a frame made of named arrays (numpy or Arrow; ``None`` is missing, ``NaN`` is missing).

    Parameters
    ----------
    columns : mapping of str to array-like
    types : mapping of str to str, optional
        Arrow's name of a column's type (``"string"``, ``"float64"``, ``"int64"``), where the values alone do
        not tell it: a column without any value, say.

    Examples
    --------
    >>> frame_from_columns({"age": [31, None]}).columns
    ['age']
    """
    wanted = {name: pa.type_for_alias(kind) for name, kind in (types or {}).items()}
    arrays = [
        plain_column(pa.chunked_array([_as_arrow_array(values, wanted.get(name))]))
        for name, values in columns.items()
    ]
    return nw.from_native(pa.table(arrays, names=list(columns)))


def concatenate(frames: list[Frame]) -> Frame:
    """Return the rows of several frames with the same columns, one after the other.

    Column types are widened where they differ (an integer column meets one with decimals).

    Raises
    ------
    TableError
        If a column is text in one frame and numbers in another.
    """
    tables = [frame.to_native() for frame in frames]
    try:
        arrow = pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise TableError(_type_conflicts(tables)) from error
    return nw.from_native(arrow.combine_chunks())


def take_rows(frame: Frame, rows: np.ndarray) -> Frame:
    """Return the rows at some positions (integers, or a boolean mask as long as the frame)."""
    rows = np.asarray(rows)
    positions = np.flatnonzero(rows) if rows.dtype == bool else rows.astype(np.int64)
    return nw.from_native(frame.to_native().take(pa.array(positions)))


def _advice_about(table: Any) -> str:
    if hasattr(table, "collect"):
        return "collect the lazy frame first"
    return "read a file with equitab.read_table"


def _pandas_to_arrow(table: Any) -> pa.Table:
    _check_names([name if isinstance(name, str) else None for name in table.columns])
    problems, arrays = [], []
    for name in table.columns:
        try:
            arrays.append(_series_to_arrow(table[name]))
        except (pa.ArrowException, TypeError, ValueError):
            received = f"values of several types (dtype {table[name].dtype})"
            problems.append(
                Problem(f"column {name!r}", "values of one type", received, "cast it to text or numbers")
            )
    if problems:
        raise TableError(problems)
    return pa.table(arrays, names=list(table.columns))


def _series_to_arrow(series: Any) -> pa.ChunkedArray:
    array = pa.Array.from_pandas(series)
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _check_names(names: list[str] | list[str | None]) -> None:
    problems = []
    if not names:
        problems.append(Problem("table", "at least one column", "no columns"))
    unnamed = [
        str(position)
        for position, name in enumerate(names, start=1)
        if not isinstance(name, str) or not name.strip()
    ]
    if unnamed:
        received = f"an empty name or one that is not text at position {', '.join(unnamed[:8])}"
        problems.append(Problem("column names", "text", received, "rename or drop these columns"))
    repeated = sorted(name for name, count in Counter(names).items() if count > 1 and isinstance(name, str))
    if repeated:
        listed = ", ".join(repr(name) for name in repeated)
        problems.append(
            Problem("column names", "each name once", f"{listed} more than once", "rename or drop")
        )
    if problems:
        raise TableError(problems)


def _check_types(arrow: pa.Table) -> None:
    problems = [
        Problem(
            f"column {field.name!r}",
            "text, numbers, booleans or dates",
            f"the type {_short(field.type)}",
            advice,
        )
        for field in arrow.schema
        if (advice := advice_for(field.type))
    ]
    if problems:
        raise TableError(problems)


def _short(kind: pa.DataType) -> str:
    text = str(kind)
    return text if len(text) <= 60 else text[:57] + "..."


def _type_conflicts(tables: list[pa.Table]) -> list[Problem]:
    names = dict.fromkeys(name for table in tables for name in table.column_names)
    problems = []
    for name in names:
        kinds = sorted({str(table.schema.field(name).type) for table in tables if name in table.column_names})
        if len(kinds) > 1:
            received = " and ".join(kinds)
            problems.append(
                Problem(f"column {name!r}", "one type in all tables", received, "cast one of them")
            )
    return problems


def _as_arrow_array(values: Any, kind: pa.DataType | None = None) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks()
    return values if isinstance(values, pa.Array) else pa.array(values, kind, from_pandas=True)
