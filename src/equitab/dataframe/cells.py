"""Single cells of a frame put in place of others; everything else stays exactly as it is."""

from __future__ import annotations

import narwhals as nw
import numpy as np

from equitab.dataframe.frames import Frame, concatenate, frame_from_columns, take_rows


def replace_cells(frame: Frame, rows: np.ndarray, values: Frame) -> Frame:
    """Return a frame in which some rows have other values in some columns.

    Parameters
    ----------
    frame : Frame
    rows : ndarray of int, shape (n_values,)
        Positions, each at most once.
    values : Frame
        Columns of the frame, in its types, with ``n_values`` rows.

    Raises
    ------
    TableError
        If a column is text in one frame and numbers in the other.

    Examples
    --------
    >>> people = frame_from_columns({"age": [31, None, 52], "sex": ["F", "M", "F"]})
    >>> replace_cells(people, np.array([1]), frame_from_columns({"age": [40]})).to_native()["age"].to_pylist()
    [31, 40, 52]
    """
    positions = np.arange(len(frame))
    positions[rows] = len(frame) + np.arange(len(rows))
    columns = {name: frame.to_native()[name] for name in frame.columns}
    for name in values.columns:
        both = concatenate([frame.select(name), values.select(name)])
        columns[name] = take_rows(both, positions).to_native()[name]
    return frame_from_columns(columns)


def empty_cells(frame: Frame, name: str, is_empty: np.ndarray) -> Frame:
    """Return a frame in which one column has no value in some rows.

    Examples
    --------
    >>> people = frame_from_columns({"age": [31, 40]})
    >>> empty_cells(people, "age", np.array([True, False])).to_native()["age"].to_pylist()
    [None, 40]
    """
    kept = nw.new_series(name, ~np.asarray(is_empty, dtype=bool), nw.Boolean(), backend="pyarrow")
    return frame.with_columns(nw.when(kept).then(nw.col(name)).alias(name))
