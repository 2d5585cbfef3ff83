"""Reference rows: a draw of the generator's own, on which a correction is worked out before any row is labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.generators.fairness.groups import ConstraintCells, cells_of
from equitab.schema import FairnessConstraint, TableSchema

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

REFERENCE_ROWS = 30_000
ROWS_OF_CELL = 400
"""A smaller cell is drawn up to this many rows, where the generator can be asked for it."""

FEWEST_ROWS = 50
"""Groups of fewer rows, among so many as the reference has, are too small to say."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Probabilities of the favorable outcome in rows that the generator drew.

    Parameters
    ----------
    cells : ConstraintCells
    codes : ndarray of int64, shape (n_rows,)
        The cell of every row, -1 for rows left out.
    probability : ndarray of float64, shape (n_rows,)
    is_overall : ndarray of bool, shape (n_rows,)
        The rows that stand for everybody; the others were drawn for small cells.
    """

    cells: ConstraintCells
    codes: Codes
    probability: Floats
    is_overall: npt.NDArray[np.bool_]

    @property
    def counts(self) -> Codes:
        """The rows of every cell among those that stand for everybody, shape (n_cells,)."""
        return self.cells.groups.counts(self.codes[self.is_overall])

    @property
    def weights(self) -> Floats:
        """Weights with which all rows together have the shares of everybody, shape (n_rows,)."""
        n_drawn = np.bincount(self.codes[self.codes >= 0], minlength=self.cells.groups.n_groups)
        per_cell = np.divide(self.counts, n_drawn, out=np.zeros(len(n_drawn)), where=n_drawn > 0)
        return np.where(self.codes >= 0, per_cell[self.codes], 0.0)

    @property
    def overall_rate(self) -> float:
        """The mean probability of everybody."""
        return float(self.probability[self.is_overall].mean())


def reference_of(
    frame: Frame, probability: Floats, schema: TableSchema, constraints: Sequence[FairnessConstraint]
) -> Reference:
    """Return rows and their probabilities as a reference for some constraints."""
    cells = cells_of(frame, schema, constraints)
    return Reference(cells, cells.codes(frame, schema), probability, np.ones(len(frame), dtype=bool))


def with_more(reference: Reference, frame: Frame, probability: Floats, schema: TableSchema) -> Reference:
    """Return the reference with further rows, which were drawn for small cells."""
    return Reference(
        reference.cells,
        np.concatenate([reference.codes, reference.cells.codes(frame, schema)]),
        np.concatenate([reference.probability, probability]),
        np.concatenate([reference.is_overall, np.zeros(len(frame), dtype=bool)]),
    )


def rows_to_draw(reference: Reference) -> Codes:
    """Return for further rows the place of a reference row whose sensitive features they are to have."""
    counts = reference.counts
    wanted = np.where((counts > 0) & (counts < ROWS_OF_CELL), ROWS_OF_CELL - counts, 0)
    first = {int(cell): place for place, cell in reversed(list(enumerate(reference.codes.tolist())))}
    return np.array(
        [place for cell in np.flatnonzero(wanted) for place in [first[int(cell)]] * int(wanted[cell])],
        dtype=np.int64,
    )
