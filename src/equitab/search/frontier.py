"""The price of fairness: performance against each criterion over the strength, for the table and for the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from equitab.evaluation import Learner, RealRows, learner
from equitab.generators.fairness import Draft
from equitab.schema import FairnessConstraint, TableSchema, check_constraints
from equitab.search.points import FrontierPoint, Judge, judge_labelled


def default_strengths(use_sensitive_features: bool) -> tuple[float, ...]:
    """Return the strengths of a frontier; a learner that does not see the sensitive features needs more."""
    return tuple(round(0.2 * step, 1) for step in range(6 if use_sensitive_features else 9))


def trace_frontier(
    draft: Draft,
    constraints: Sequence[FairnessConstraint],
    described: str | Learner,
    *,
    strengths: Sequence[float] | None = None,
    schema: TableSchema,
    judged: RealRows,
    stage: str = "validation",
    use_sensitive_features: bool = True,
    seed: int,
) -> tuple[FrontierPoint, ...]:
    """Return a point for each strength.

    Parameters
    ----------
    draft : Draft
    constraints : sequence of FairnessConstraint
        The criteria that are measured, all of them at every strength; their groups together are mapped.
    described : str or Learner
    strengths : sequence of float, optional
        From 0 (no treatment) to 1 (parity of the outcome) and beyond.
    schema : TableSchema
    judged : RealRows
        Real rows that nothing learned from.
    stage : {"validation", "test"}
    use_sensitive_features : bool, default True
    seed : int
        Of the learner.

    Returns
    -------
    tuple of FrontierPoint
    """
    check_constraints(constraints, schema)
    wanted = default_strengths(use_sensitive_features) if strengths is None else strengths
    judge = Judge(learner(described), schema, judged, stage, use_sensitive_features, seed)
    cells = draft.reference(constraints).cells
    points = []
    for strength in wanted:
        labelled = draft.table([replace(one, strength=float(strength)) for one in constraints])
        points.append(judge_labelled(labelled, constraints, cells, judge, strength=float(strength)).point)
    return tuple(points)
