"""Which rows are for training, validation and test, as a column of the table says."""

from __future__ import annotations

import numpy as np

from equitab.dataframe import Frame
from equitab.errors import Problem, SchemaError
from equitab.schema.column_reading import texts
from equitab.schema.split_words import SPLIT_WORDS, split_problem
from equitab.schema.table_schema import TableSchema


def split_parts(frame: Frame, schema: TableSchema) -> np.ndarray:
    """Return which part each row belongs to, as the schema's split column says.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
        With a `split` column.

    Returns
    -------
    ndarray of str, shape (n_rows,)
        ``train``, ``validation`` or ``test``.

    Raises
    ------
    SchemaError
        If the schema has no split column, or the column says something else; counted.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, TableSchema
    >>> people = frame_from_columns({"y": [0, 1], "part": ["Training", "holdout"]})
    >>> columns = (Column("y", "categorical"), Column("part", "categorical"))
    >>> schema = TableSchema(columns=columns, target="y", favorable_outcome=(1,), split="part")
    >>> split_parts(people, schema).tolist()
    ['train', 'test']
    """
    if schema.split is None:
        raise SchemaError(
            Problem("split", "a split column", "a schema without one", "name it: --split COLUMN")
        )
    problem = split_problem(frame, schema.split)
    if problem is not None:
        raise SchemaError(problem)
    encoded = texts(frame, schema.split).dictionary_encode()
    parts = np.array([SPLIT_WORDS[word.strip().lower()] for word in encoded.dictionary.to_pylist()])
    return parts[encoded.indices.to_numpy(zero_copy_only=False)]
