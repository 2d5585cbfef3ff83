"""From constraints to the penalties of training: groups, outcomes and weights of the rows that are learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast, get_args

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.errors import ConstraintError, Problem
from equitab.generators.fairness.penalty import FairnessPenalty, PenaltyCriterion
from equitab.schema import (
    FairnessConstraint,
    TableSchema,
    favorable,
    group_codes,
    has_target,
    sensitive_groups,
)


def training_penalties(
    constraints: Sequence[FairnessConstraint],
    frame: Frame,
    schema: TableSchema,
    *,
    weights: npt.NDArray[np.float64] | None = None,
) -> tuple[FairnessPenalty, ...]:
    """Return one penalty for each constraint that is to be enforced in training.

    Parameters
    ----------
    constraints : sequence of FairnessConstraint
        Those without ``"training"`` among their places are passed over. A strength is the penalty's weight, 1 when
        not given.
    frame : Frame
        The rows that are learned. Those without an outcome or without a group do not count.
    schema : TableSchema
    weights : ndarray of float64, shape (n_rows,), optional

    Returns
    -------
    tuple of FairnessPenalty
        With `remarks` on groups that are too small.

    Raises
    ------
    ConstraintError
        If a criterion has no penalty, or a strength is below 0.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.dataframe import as_frame
    >>> from equitab.schema import Column, SensitiveFeature
    >>> people = pd.DataFrame({"sex": ["f", "m"] * 50, "hired": ["no", "yes", "no", "no"] * 25})
    >>> columns = Column("sex", "categorical"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", ("yes",), sensitive_features=(SensitiveFeature("sex"),))
    >>> asked = FairnessConstraint(places=("training",), strength=0.5)
    >>> found = training_penalties([asked], as_frame(people), schema)
    >>> found[0].labels, found[0].weight, found[0].terms[0].rate
    (('f', 'm'), 0.5, 0.25)
    """
    asked = [one for one in constraints if "training" in one.places]
    problems = [problem for one in asked for problem in _problems(one)]
    if problems:
        raise ConstraintError(problems)
    return tuple(_penalty(one, frame, schema, weights) for one in asked)


def _penalty(
    one: FairnessConstraint,
    frame: Frame,
    schema: TableSchema,
    weights: npt.NDArray[np.float64] | None,
) -> FairnessPenalty:
    groups = sensitive_groups(frame, schema, one.features(schema))
    codes = np.where(has_target(frame, schema), group_codes(frame, schema, groups), -1)
    return FairnessPenalty(
        criterion=cast("PenaltyCriterion", one.criterion),
        codes=codes,
        n_groups=groups.n_groups,
        is_favorable=favorable(frame, schema),
        weights=weights,
        bound=one.bound,
        weight=1.0 if one.strength is None else one.strength,
        labels=groups.labels,
    )


def _problems(one: FairnessConstraint) -> list[Problem]:
    where, found = f"constraint {one.name!r} in training", []
    known = get_args(PenaltyCriterion)
    if one.criterion not in known:
        advice = "enforce it when rows are drawn: places=('sampling',)"
        found.append(Problem(where, f"one of {', '.join(known)}", "another criterion", advice))
    if one.strength is not None and one.strength < 0:
        found.append(Problem(f"{where}, strength", "a number of at least 0", f"{one.strength:g}"))
    return found
