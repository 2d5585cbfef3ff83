"""A table as two arrays: normal scores and category codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class EncodedTable:
    """A table as numbers that a generator can learn.

    Parameters
    ----------
    numeric : ndarray of float64, shape (n_rows, n_numeric)
        Normal scores: each column is standard normal over the rows that the encoder was fitted on, and no
        entry is missing.
    categorical : ndarray of int64, shape (n_rows, n_categorical)
        Codes from 0 to below the cardinality.
    cardinalities : tuple of int, length n_categorical
        How many codes each categorical column has.
    numeric_names : tuple of str, length n_numeric
        The column of the table that each numeric column stands for.
    categorical_names : tuple of str, length n_categorical
        The same for the categorical ones. A column with numbers and missing values appears in both: its
        categorical part says present (0) or in which way it is missing (1 and up).

    Notes
    -----
    Scores are float64 because float32 could not bring back every integer of a column with a wide range; a
    generator may cast them.

    Examples
    --------
    >>> import numpy as np
    >>> EncodedTable(np.zeros((2, 1)), np.array([[0], [1]]), (2,), ("age",), ("sex",)).n_rows
    2
    """

    numeric: np.ndarray
    categorical: np.ndarray
    cardinalities: tuple[int, ...]
    numeric_names: tuple[str, ...]
    categorical_names: tuple[str, ...]

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return int(self.numeric.shape[0])

    def take(self, rows: np.ndarray) -> EncodedTable:
        """Return some rows (positions or a mask)."""
        return self.replaced(self.numeric[rows], self.categorical[rows])

    def replaced(self, numeric: np.ndarray, categorical: np.ndarray) -> EncodedTable:
        """Return other rows of the same columns."""
        names = self.numeric_names, self.categorical_names
        return EncodedTable(numeric, categorical, self.cardinalities, *names)
