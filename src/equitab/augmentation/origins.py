"""The column that says where each row comes from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame

ORIGIN_COLUMN = "equitab_origin"
REAL = "real"


def real_rows(frame: Frame) -> npt.NDArray[np.bool_]:
    """Return which rows are real, shape (n_rows,): all of them in a table that no rows were added to."""
    if ORIGIN_COLUMN not in frame.columns:
        return np.ones(len(frame), dtype=bool)
    return np.asarray(frame[ORIGIN_COLUMN].to_numpy()).astype(str) == REAL
