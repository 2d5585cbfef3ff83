"""Individual fairness of a table or of predictions: consistency among nearest neighbours.

People are compared by every column that is learned from but the sensitive features and the outcome: numbers by
their rank among these rows, categories as equal or different, dates as numbers. Everybody counts once: survey
weights play no part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, as_frame, take_rows
from equitab.errors import Problem, TableError
from equitab.evaluation.fairness import Subject
from equitab.evaluation.quality.tables import encode_places, read_columns
from equitab.evaluation.results import Measurement
from equitab.metrics import consistency, find_neighbors
from equitab.schema import TableSchema, favorable, has_target

FloatArray = npt.NDArray[np.float64]

MAX_ROWS = 10_000
N_NEIGHBORS = 5


@dataclass(frozen=True, eq=False)
class Neighborhood:
    """Who is like whom among some rows of a table: found once, used for its outcome and for every model.

    Parameters
    ----------
    rows : ndarray of int
        Where the rows that are compared stand in the table.
    neighbors : ndarray of int, shape (n_compared, n_neighbors)
        Positions among `rows`.
    n_table : int
        Rows of the table.
    """

    rows: npt.NDArray[np.intp]
    neighbors: npt.NDArray[np.intp]
    n_table: int

    @classmethod
    def find(
        cls,
        table: Any,
        schema: TableSchema,
        *,
        n_neighbors: int = N_NEIGHBORS,
        max_rows: int = MAX_ROWS,
        seed: int,
    ) -> Neighborhood:
        """Return the nearest neighbours of the rows that have a target.

        Parameters
        ----------
        table : Frame or any supported table
        schema : TableSchema
        n_neighbors : int, default 5
        max_rows : int, default 10,000
            With more rows than that, so many are drawn.
        seed : int
            Of that draw.

        Raises
        ------
        TableError
            If no column is left to compare people by, or there are too few rows.
        """
        frame = as_frame(table)
        known = np.flatnonzero(has_target(frame, schema))
        if len(known) > max_rows:
            known = np.sort(np.random.default_rng(seed).choice(known, max_rows, replace=False))
        if len(known) <= n_neighbors:
            received = f"{len(known)} rows with a target"
            raise TableError(Problem("table", f"more than {n_neighbors} rows", received))
        features = _places(take_rows(frame, known), schema)
        return cls(known, find_neighbors(features, n_neighbors=n_neighbors), len(frame))

    @property
    def remark(self) -> str:
        """How many rows were compared, where not all were."""
        return (
            f"{len(self.rows):,} of {self.n_table:,} rows compared" if len(self.rows) < self.n_table else ""
        )


def measure_consistency(
    table: Any,
    schema: TableSchema,
    *,
    predictions: Mapping[str, npt.ArrayLike] | None = None,
    treatment: str = "original",
    confidence: float = 0.95,
    n_neighbors: int = N_NEIGHBORS,
    max_rows: int = MAX_ROWS,
    seed: int,
) -> list[Measurement]:
    """Measure whether people who are alike have like outcomes, and like predictions.

    Parameters
    ----------
    table : Frame or any supported table
    schema : TableSchema
    predictions : mapping of str to array-like, shape (n_rows,), optional
        Predicted outcomes, or scores in [0, 1], by the name of the model.
    treatment : str
        Which table it is, or which one the models learned from.
    confidence : float, default 0.95
    n_neighbors : int, default 5
    max_rows : int, default 10,000
        With more rows than that, so many are drawn and the reason says so. Fewer rows lie farther apart, so compare
        values of as many rows only.
    seed : int
        Of that draw and the bootstrap.

    Returns
    -------
    list of Measurement
        ``consistency`` with stage ``audit``: of the outcome, then of each model (its name in `model`).

    Raises
    ------
    TableError
        If people cannot be compared.
    InputError
        If predictions are not numbers in [0, 1], one for each row.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("x", "integer"), Column("y", "boolean")), "y", favorable_outcome=(True,))
    >>> table = frame_from_columns({"x": list(range(40)), "y": [False] * 20 + [True] * 20})
    >>> found = measure_consistency(table, schema, predictions={"half": [0.5] * 40}, seed=0)
    >>> [(one.model, round(one.value, 2)) for one in found]
    [('', 0.96), ('half', 1.0)]
    """
    frame = as_frame(table)
    near = Neighborhood.find(frame, schema, n_neighbors=n_neighbors, max_rows=max_rows, seed=seed)
    outcomes: dict[str, npt.ArrayLike] = {"": favorable(frame, schema), **(predictions or {})}
    wrong = {model: np.shape(held) for model, held in outcomes.items() if np.shape(held) != (len(frame),)}
    if wrong:
        raise TableError(
            [
                Problem(f"predictions of {model!r}", f"one for each of {len(frame)} rows", f"shape {shape}")
                for model, shape in wrong.items()
            ]
        )
    found = []
    for model, held in outcomes.items():
        asked = np.asarray(held, dtype=np.float64)[near.rows]
        result = consistency(asked, near.neighbors, confidence=confidence, seed=seed)
        subject = Subject(model=model, treatment=treatment, remark=near.remark)
        found.append(subject.measurement(result))
    return found


def _places(frame: Frame, schema: TableSchema) -> FloatArray:
    """Return the columns by which people are compared, encoded so that distances mean something."""
    left_out = {schema.target, *schema.sensitive_names}
    columns = [held for held in read_columns([frame], schema) if held.name not in left_out]
    if not columns:
        raise TableError(Problem("table", "a column besides target and sensitive ones", "none"))
    return encode_places(columns, real=[0])[0]
