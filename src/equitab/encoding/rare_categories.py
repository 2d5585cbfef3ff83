"""Categories that only few rows hold, taken out of a table before anything is learned from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from equitab.dataframe import Frame, frame_from_columns
from equitab.encoding.arrow_columns import missing_mask
from equitab.schema import TableSchema

Mask = npt.NDArray[np.bool_]


def replace_rare_categories(
    frame: Frame, schema: TableSchema, *, fewest_rows: int, exempt: Sequence[str] = ()
) -> tuple[Frame, dict[str, Mask]]:
    """Return a table without its rare categories, and where they were.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    fewest_rows : int
        Categories of fewer rows are rare; with 0 or 1 none is.
    exempt : sequence of str
        Columns that are left as they are.

    Returns
    -------
    frame : Frame
        With the column's most frequent value in place of a rare one.
    replaced : dict of str to ndarray of bool, shape (n_rows,)
        For every column that held rare categories; a column that holds nothing else is left as it is, as there is
        no value to put in their place.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, TableSchema
    >>> people = frame_from_columns({"job": ["cook", "cook", "pilot"], "hired": ["yes", "no", "yes"]})
    >>> columns = Column("job", "categorical"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", favorable_outcome=("yes",))
    >>> safe, replaced = replace_rare_categories(people, schema, fewest_rows=2, exempt=("hired",))
    >>> safe["job"].to_list(), replaced["job"].tolist()
    (['cook', 'cook', 'cook'], [False, False, True])
    """
    table = frame.to_native()
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    replaced: dict[str, Mask] = {}
    for name in schema.modeled_columns:
        if name in exempt or schema.column(name).kind != "categorical" or fewest_rows < 2:
            continue
        is_rare, most_frequent = _rare_rows(columns[name], fewest_rows)
        if is_rare.any() and not is_rare[~missing_mask(columns[name], ())].all():
            columns[name] = pc.if_else(pa.array(is_rare), most_frequent, columns[name])
            replaced[name] = is_rare
    return (frame_from_columns(columns) if replaced else frame), replaced


def count_categories(frame: Frame, name: str, rows: Mask | None = None) -> int:
    """Return how many different values a column holds, in some rows or in all; missing counts as one."""
    column = frame.to_native()[name]
    return int(
        pc.count_distinct(column if rows is None else column.filter(pa.array(rows)), mode="all").as_py()
    )


def _rare_rows(column: pa.Array, fewest_rows: int) -> tuple[Mask, pa.Scalar]:
    """Return which rows hold a rare category, and the most frequent one."""
    encoded = column.dictionary_encode(null_encoding="encode")
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False))
    counts = np.bincount(codes, minlength=len(encoded.dictionary))
    is_missing = np.asarray(encoded.dictionary.is_null())
    is_rare = (counts < fewest_rows) & ~is_missing
    return is_rare[codes], encoded.dictionary[int(np.argmax(np.where(is_missing, -1, counts)))]
