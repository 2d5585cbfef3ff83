"""What every generator checks before it learns: the table, the weights, the columns to condition on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from equitab.dataframe import Frame, TableTemplate, as_frame
from equitab.encoding import count_categories
from equitab.errors import ConstraintError, Problem, TableError, closest
from equitab.generators.fairness.penalty import FairnessPenalty
from equitab.generators.fairness.training import training_penalties
from equitab.schema import FairnessConstraint, TableSchema, check_constraints, row_weights

IDENTIFIER_SHARE, IDENTIFIER_ROWS = 0.9, 50
"""From so many rows on, a text column with so many different values for each row names people."""


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
    penalties : tuple of FairnessPenalty
        One for each constraint that is to be enforced in training.
    """

    frame: Frame
    template: TableTemplate
    weights: np.ndarray | None
    condition_on: tuple[str, ...]
    penalties: tuple[FairnessPenalty, ...] = ()


def read_fit_inputs(
    table: Any,
    schema: TableSchema,
    *,
    generator: str,
    condition_on: Sequence[str] | None,
    sample_weight: np.ndarray | None,
    constraints: Sequence[Any] = (),
    has_penalties: bool = False,
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
    constraints : sequence of FairnessConstraint
        Refused unless empty, but by a generator that `has_penalties`.
    has_penalties : bool, default False
        Whether the generator can be held to constraints while it learns.

    Raises
    ------
    ConstraintError
        If there are constraints that cannot be honoured in training, or columns to condition on that are not
        modeled.
    TableError
        If there is no row, or the weights do not fit the table.
    """
    if has_penalties:
        _check_places(constraints, schema)
    else:
        refuse_constraints(generator, constraints)
    wanted = (schema.target,) if condition_on is None else tuple(dict.fromkeys(condition_on))
    unknown = [name for name in wanted if name not in schema.modeled_columns]
    if unknown:
        raise ConstraintError([_not_modeled(name, schema) for name in unknown])
    frame = as_frame(table)
    if not len(frame):
        raise TableError(Problem("table to learn from", "at least one row", "none"))
    weights = (
        row_weights(frame, schema) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    )
    checked = _checked(weights, len(frame))
    penalties = training_penalties(constraints, frame, schema, weights=checked)
    return FitInputs(frame, TableTemplate.of(table), checked, wanted, penalties)


def _check_places(constraints: Sequence[FairnessConstraint], schema: TableSchema) -> None:
    """Refuse constraints that do not fit, and those that training has no part in: `sample` takes them."""
    check_constraints(constraints, schema)
    problems = [
        Problem(
            f"constraint {one.name!r} at fit",
            "'training' among its places",
            f"{', '.join(map(repr, one.places))} only",
            "hand it to sample, or to draft(...).table, in place of fit",
        )
        for one in constraints
        if "training" not in one.places
    ]
    if problems:
        raise ConstraintError(problems)


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


def refuse_identifiers(frame: Frame, schema: TableSchema, *, exempt: Sequence[str]) -> None:
    """Refuse categorical columns in which nearly every row has a value of its own: they name people.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    exempt : sequence of str
        Columns that are never refused: the target, sensitive features, what rows are asked for.

    Raises
    ------
    TableError
        Names all of them.
    """
    problems = []
    for name in schema.modeled_columns:
        if name in exempt or schema.column(name).kind != "categorical" or len(frame) < IDENTIFIER_ROWS:
            continue
        n_values = count_categories(frame, name)
        if n_values >= IDENTIFIER_SHARE * len(frame):
            received = f"{n_values} different ones in {len(frame)} rows"
            advice = f"name it as the identifier (--identifier {name}) or leave it out (--ignore {name})"
            problems.append(
                Problem(f"column {name!r}", "categories that several rows share", received, advice)
            )
    if problems:
        raise TableError(problems)


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
