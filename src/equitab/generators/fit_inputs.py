"""What every generator checks before it learns: the table, the weights, the columns to condition on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from equitab.dataframe import Frame, TableTemplate, as_frame
from equitab.errors import ConstraintError, Problem, TableError, closest
from equitab.schema import TableSchema, row_weights


@dataclass(frozen=True)
class FitInputs:
    """A table that is ready to be learned.

    Parameters
    ----------
    frame : Frame
        The caller's rows; the caller's own table is never changed.
    template : TableTemplate
        The caller's kind of frame, for the rows that will be drawn.
    weights : ndarray of shape (n_rows,) or None
        Weights with a mean of one, or None where all rows count alike.
    condition_on : tuple of str
        The columns that rows will be asked for.
    """

    frame: Frame
    template: TableTemplate
    weights: np.ndarray | None
    condition_on: tuple[str, ...]


def read_fit_inputs(
    table: Any,
    schema: TableSchema,
    *,
    generator: str,
    condition_on: Sequence[str] | None,
    sample_weight: np.ndarray | None,
    constraints: Sequence[Any] = (),
) -> FitInputs:
    """Check and gather what `fit` was given.

    Parameters
    ----------
    generator : str
        The generator's name, for messages.
    condition_on : sequence of str or None
        The target when None.
    sample_weight : ndarray or None
        Those of the schema's weight column when None.
    constraints : sequence
        Refused unless empty: for generators that cannot honour any.

    Raises
    ------
    ConstraintError
        If there are constraints, or columns to condition on that are not modeled.
    TableError
        If the weights do not fit the table.
    """
    refuse_constraints(generator, constraints)
    wanted = (schema.target,) if condition_on is None else tuple(dict.fromkeys(condition_on))
    unknown = [name for name in wanted if name not in schema.modeled_columns]
    if unknown:
        raise ConstraintError([_not_modeled(name, schema) for name in unknown])
    frame = as_frame(table)
    weights = (
        row_weights(frame, schema) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    )
    return FitInputs(frame, TableTemplate.of(table), _checked(weights, len(frame)), wanted)


def refuse_constraints(generator: str, constraints: Sequence[Any]) -> None:
    """Raise a `ConstraintError` if there is any constraint: none is ever silently ignored."""
    if len(constraints):
        raise ConstraintError(
            Problem(
                f"generator {generator!r}",
                "no fairness constraints: it cannot honour any",
                f"{len(constraints)}",
                "choose a rebalancing plan or a mitigation instead, or another generator",
            )
        )


def _checked(weights: np.ndarray | None, n_rows: int) -> np.ndarray | None:
    if weights is None:
        return None
    problems = []
    if weights.shape != (n_rows,):
        problems.append(
            Problem("sample_weight", f"one weight for each of {n_rows} rows", f"shape {weights.shape}")
        )
    n_bad = int((~np.isfinite(weights) | (weights < 0)).sum())
    if n_bad:
        problems.append(Problem("sample_weight", "finite weights of at least 0", f"others in {n_bad} rows"))
    if not problems and weights.sum() <= 0:
        problems.append(Problem("sample_weight", "a positive sum", "zeros only"))
    if problems:
        raise TableError(problems)
    return weights * (n_rows / weights.sum())


def _not_modeled(name: str, schema: TableSchema) -> Problem:
    received = "no such column"
    if name in schema.column_names:
        received = "a column that is not learned (weight, identifier, split or ignored)"
    return Problem(
        f"condition_on {name!r}",
        "a modeled column of the table",
        received,
        closest(name, schema.modeled_columns),
    )
