"""Known cells hidden at random, so that what is put in their place can be held against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, empty_cells
from equitab.errors import Problem, TableError, closest
from equitab.schema import TableSchema, texts

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class HiddenCells:
    """A table some of whose known cells were emptied.

    Parameters
    ----------
    frame : Frame
        The table with these cells empty.
    columns : tuple of str
    is_hidden : ndarray of bool, shape (n_rows, n_columns)
        Which cells of `columns` were emptied.
    """

    frame: Frame
    columns: tuple[str, ...]
    is_hidden: BoolArray

    @property
    def n_hidden(self) -> int:
        """How many cells were emptied."""
        return int(self.is_hidden.sum())


def known_cells(frame: Frame, schema: TableSchema, name: str) -> BoolArray:
    """Return which rows have a value in a column, shape (n_rows,)."""
    own = schema.column(name).missing_token
    tokens = (*schema.missing_tokens, *((own,) if own else ()))
    return ~np.asarray(texts(frame, name, missing_tokens=tokens).is_null(), dtype=bool)


def hide_cells(
    frame: Frame, schema: TableSchema, columns: Sequence[str], *, share: float = 0.1, seed: int
) -> HiddenCells:
    """Empty a share of the known cells of some columns, completely at random.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    columns : sequence of str
    share : float, default 0.1
        Of each column's known cells, above 0 and below 1.
    seed : int
        Which cells of a column are hidden does not depend on the other columns.

    Returns
    -------
    HiddenCells

    Raises
    ------
    TableError
        If the share is out of range, a column is unknown, or a column has fewer than two known cells.

    Notes
    -----
    Cells that are missing in earnest may be missing for a reason. Their error can be larger than that of cells
    hidden at random, and no table can tell by how much.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("a", "integer"), Column("y", "integer")), "y", favorable_outcome=(1,))
    >>> table = frame_from_columns({"a": list(range(20)), "y": [0, 1] * 10})
    >>> hide_cells(table, schema, ["a"], share=0.25, seed=0).frame["a"].null_count()
    5
    """
    _check(frame, schema, columns, share)
    hidden = np.zeros((len(frame), len(columns)), dtype=bool)
    emptied = frame
    for place, name in enumerate(columns):
        known = np.flatnonzero(known_cells(frame, schema, name))
        n_cells = min(max(round(share * len(known)), 1), len(known) - 1)
        rng = np.random.default_rng([seed, crc32(name.encode())])
        hidden[rng.choice(known, n_cells, replace=False), place] = True
        emptied = empty_cells(emptied, name, hidden[:, place])
    return HiddenCells(emptied, tuple(columns), hidden)


def _check(frame: Frame, schema: TableSchema, columns: Sequence[str], share: float) -> None:
    problems = []
    if not 0 < share < 1:
        problems.append(Problem("share of cells to hide", "a number above 0 and below 1", f"{share}"))
    for name in columns:
        if name not in frame.columns or name not in schema.column_names:
            advice = closest(name, frame.columns)
            problems.append(Problem(f"column {name!r}", "a column of the table", "no such column", advice))
        elif (n_known := int(known_cells(frame, schema, name).sum())) < 2:
            received = f"{n_known} of them in {len(frame)} rows"
            problems.append(Problem(f"column {name!r}", "at least two known cells", received, "leave it out"))
    if problems:
        raise TableError(problems)
