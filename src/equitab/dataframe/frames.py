"""One kind of frame inside, the caller's kind outside.

Inside the package every table is a `Frame`: a narwhals frame over an Arrow table. Arrow keeps what other
frames lose (integers with missing values, text apart from categories), and one kind inside means one
behaviour to test. `as_frame` takes what a caller has; `equitab.dataframe.TableTemplate` gives it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pyarrow as pa

from equitab.errors import Problem, TableError

Frame: TypeAlias = nw.DataFrame[Any]


def as_frame(table: Any) -> Frame:
    """Return a table of any supported kind as the package's own kind of frame.

    Parameters
    ----------
    table : pandas.DataFrame, polars.DataFrame, pyarrow.Table or narwhals.DataFrame
        One row for each record. An index of a pandas frame is not a column and is left out.

    Returns
    -------
    narwhals.DataFrame
        Over a `pyarrow.Table`; columns in the same order; ``NaN`` of pandas and polars floats is missing.

    Raises
    ------
    TableError
        If the object is no table, has no columns, has columns whose names are not text, or a name twice.

    Examples
    --------
    >>> import pandas as pd
    >>> as_frame(pd.DataFrame({"age": [31, 47]})).shape
    (2, 1)
    """
    if isinstance(table, nw.DataFrame):
        table = table.to_native()
    arrow = _to_arrow(table)
    _check_names(arrow.column_names)
    return nw.from_native(pa.table([_plain(column) for column in arrow.columns], names=arrow.column_names))


def frame_from_columns(columns: Mapping[str, Any]) -> Frame:
    """Return a frame made of named arrays (numpy or Arrow; ``None`` is missing, ``NaN`` is missing).

    Examples
    --------
    >>> frame_from_columns({"age": [31, None]}).columns
    ['age']
    """
    arrays = [_plain(pa.chunked_array([_as_arrow_array(values)])) for values in columns.values()]
    return nw.from_native(pa.table(arrays, names=list(columns)))


def concatenate(frames: list[Frame]) -> Frame:
    """Return the rows of several frames with the same columns, one after the other.

    Column types are widened where they differ (an integer column meets one with decimals).
    """
    arrow = pa.concat_tables([frame.to_native() for frame in frames], promote_options="permissive")
    return nw.from_native(arrow.combine_chunks())


def take_rows(frame: Frame, rows: np.ndarray) -> Frame:
    """Return the rows at some positions (integers, or a boolean mask as long as the frame)."""
    rows = np.asarray(rows)
    positions = np.flatnonzero(rows) if rows.dtype == bool else rows
    return nw.from_native(frame.to_native().take(pa.array(positions)))


def _to_arrow(table: Any) -> pa.Table:
    if isinstance(table, pa.Table):
        return table
    frame = nw.from_native(table, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        raise TableError(
            Problem(
                "table",
                "a pandas, polars or pyarrow table",
                f"an object of type {type(table).__name__}",
                "read a file with equitab.read_table",
            )
        )
    if frame.implementation.is_pandas():
        return _pandas_to_arrow(frame.to_native())
    return frame.to_arrow()


def _pandas_to_arrow(table: Any) -> pa.Table:
    names = [str(name) for name in table.columns]
    _check_names([name if isinstance(name, str) else None for name in table.columns])
    problems, arrays = [], []
    for name in names:
        try:
            held = pa.Array.from_pandas(table[name])
            arrays.append(held if isinstance(held, pa.ChunkedArray) else pa.chunked_array([held]))
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            problems.append(
                Problem(f"column {name!r}", "values of one type", "numbers and text mixed", "cast it to text")
            )
    if problems:
        raise TableError(problems)
    return pa.table(arrays, names=names)


def _check_names(names: list[str] | list[str | None]) -> None:
    problems = []
    if not names:
        problems.append(Problem("table", "at least one column", "no columns"))
    if any(not isinstance(name, str) or not name.strip() for name in names):
        problems.append(
            Problem("column names", "text", "a name that is empty or not text", "rename the columns")
        )
    repeated = sorted({str(name) for name in names if names.count(name) > 1})  # type: ignore[arg-type]
    if repeated:
        listed = ", ".join(repr(name) for name in repeated)
        problems.append(Problem("column names", "each name once", f"{listed} more than once", "rename or drop"))
    if problems:
        raise TableError(problems)


def _as_arrow_array(values: Any) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks()
    return values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decode dictionaries, widen text types, and turn NaN into missing: fewer cases for everybody else."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_null(kind):
        return column.cast(pa.float64())
    if pa.types.is_floating(kind):
        return _without_nan(column.cast(pa.float64()))
    return column


def _without_nan(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    return pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
