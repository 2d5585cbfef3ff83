"""The cells of a rebalancing plan: intersectional groups × outcomes, and the cell of every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equitab.dataframe import Frame
from equitab.errors import ConstraintError, Problem
from equitab.schema import (
    IntersectionalGroups,
    TableSchema,
    favorable,
    group_codes,
    labels,
    sensitive_groups,
    value_name,
)

MOST_CELLS = 100_000
FAVORABLE, UNFAVORABLE = "favorable", "not favorable"


@dataclass(frozen=True)
class CellIndex:
    """Every combination of the values of some sensitive features and the outcome.

    Parameters
    ----------
    groups : IntersectionalGroups
        Features are the sensitive ones, then the target. With a threshold on a numeric target the outcomes
        are ``not favorable`` and ``favorable``; otherwise they are the target's values.
    is_favorable : tuple of bool
        For each outcome.
    """

    groups: IntersectionalGroups
    is_favorable: tuple[bool, ...]

    @property
    def n_cells(self) -> int:
        """How many cells there are, occupied or not."""
        return self.groups.n_groups

    @property
    def n_outcomes(self) -> int:
        """How many outcomes there are."""
        return len(self.is_favorable)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the sensitive features."""
        return self.groups.features[:-1]

    def by_group(self, cells: np.ndarray) -> np.ndarray:
        """Return numbers by cell as shape (n_groups, n_outcomes)."""
        return np.asarray(cells).reshape(self.n_outcomes, -1).T

    def flat(self, by_group: np.ndarray) -> np.ndarray:
        """Return numbers of shape (n_groups, n_outcomes) by cell: the inverse of `by_group`."""
        return np.asarray(by_group).T.reshape(-1)


def index_cells(
    frame: Frame, schema: TableSchema, *, sensitive_features: Sequence[str] | None = None
) -> CellIndex:
    """Return the cells of a table.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    sensitive_features : sequence of str, optional
        Some of the schema's; all when not given.

    Raises
    ------
    ConstraintError
        If there are more than `MOST_CELLS` cells.
    """
    names = None if sensitive_features is None else tuple(sensitive_features)
    groups = sensitive_groups(frame, schema, names)
    outcomes, is_favorable = _outcomes(frame, schema)
    if groups.n_groups * len(outcomes) > MOST_CELLS:
        received = f"{groups.n_groups} groups × {len(outcomes)} outcomes"
        advice = "name fewer sensitive features, or give a numeric one cut points (--bins)"
        raise ConstraintError(Problem("plan", f"at most {MOST_CELLS} groups by outcome", received, advice))
    joined = IntersectionalGroups((*groups.features, schema.target), (*groups.levels, outcomes))
    return CellIndex(joined, is_favorable)


def cell_codes(frame: Frame, schema: TableSchema, index: CellIndex) -> np.ndarray:
    """Return the cell of every row, shape (n_rows,); -1 for a row without outcome or left out of groups."""
    groups = IntersectionalGroups(index.features, index.groups.levels[:-1])
    codes = group_codes(frame, schema, groups)
    outcome = _outcome_codes(frame, schema, index.groups.levels[-1])
    return np.where((codes < 0) | (outcome < 0), -1, outcome * groups.n_groups + codes)


def _outcomes(frame: Frame, schema: TableSchema) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    if schema.favorable_threshold is not None:
        return (UNFAVORABLE, FAVORABLE), (False, True)
    names = labels(frame, schema.target, missing_tokens=schema.missing_tokens).names
    good = {value_name(value) for value in schema.favorable_outcome}
    return names, tuple(name in good for name in names)


def _outcome_codes(frame: Frame, schema: TableSchema, outcomes: tuple[str, ...]) -> np.ndarray:
    found = labels(frame, schema.target, missing_tokens=schema.missing_tokens)
    if schema.favorable_threshold is not None:
        return np.where(found.codes < 0, -1, favorable(frame, schema))
    place = {name: code for code, name in enumerate(outcomes)}
    return np.array([*(place.get(name, -1) for name in found.names), -1], dtype=np.int64)[found.codes]
