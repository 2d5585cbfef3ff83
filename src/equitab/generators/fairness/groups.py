"""The groups that constraints compare, and the cells that all of them together make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.schema import (
    FairnessConstraint,
    IntersectionalGroups,
    TableSchema,
    group_codes,
    sensitive_groups,
)

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ConstraintCells:
    """The intersections of all features of all constraints: what is mapped alike.

    Parameters
    ----------
    groups : IntersectionalGroups
    parts : tuple of tuple of int
        For each constraint, which of the features are its own.
    """

    groups: IntersectionalGroups
    parts: tuple[tuple[int, ...], ...]

    def codes(self, frame: Frame, schema: TableSchema) -> Codes:
        """Return the cell of every row, -1 for a row left out (a missing or unknown value)."""
        return group_codes(frame, schema, self.groups)

    def compared(self, place: int) -> IntersectionalGroups:
        """Return the groups that one constraint compares."""
        own = self.parts[place]
        return IntersectionalGroups(
            tuple(self.groups.features[part] for part in own), tuple(self.groups.levels[part] for part in own)
        )

    def group_of_cell(self, place: int) -> Codes:
        """Return, for one constraint, the group that every cell belongs to, shape (n_cells,)."""
        indices = self.groups.decode(np.arange(self.groups.n_groups))
        return self.compared(place).encode(indices[:, list(self.parts[place])])


def cells_of(frame: Frame, schema: TableSchema, constraints: Sequence[FairnessConstraint]) -> ConstraintCells:
    """Return the cells of some constraints, with the values that a table has.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    constraints : sequence of FairnessConstraint
    """
    wanted = {name for one in constraints for name in one.features(schema)}
    features = tuple(name for name in schema.sensitive_names if name in wanted)
    parts = tuple(tuple(features.index(name) for name in one.features(schema)) for one in constraints)
    return ConstraintCells(sensitive_groups(frame, schema, features), parts)
