"""What each treatment makes of the training rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from equitab.augmentation import WEIGHT_COLUMN, RebalancingPlan
from equitab.dataframe import Frame, concatenate, frame_from_columns
from equitab.errors import ConstraintError, Problem
from equitab.evaluation import TrainingTable
from equitab.mitigation import reweigh
from equitab.pipeline.constraints.question import CONSTRAINED
from equitab.schema import (
    IntersectionalGroups,
    TableSchema,
    favorable,
    group_codes,
    has_target,
    row_weights,
    sensitive_groups,
)


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """The real training rows, and what treatments need to know of the whole table.

    Attributes
    ----------
    frame : Frame
    positions : ndarray of int
        Where they stand in the whole table.
    schema : TableSchema
    groups : IntersectionalGroups
        Of the whole table.
    """

    frame: Frame
    positions: np.ndarray
    schema: TableSchema
    groups: IntersectionalGroups

    @classmethod
    def of(cls, frame: Frame, schema: TableSchema) -> TrainingRows:
        """Return all rows of a table as training rows."""
        return cls(frame, np.arange(len(frame)), schema, sensitive_groups(frame, schema))

    @property
    def weights(self) -> np.ndarray | None:
        """The survey weights, or None where the schema names none."""
        return row_weights(self.frame, self.schema)

    @property
    def modeled(self) -> Frame:
        """The columns that are learned and generated."""
        return self.frame.select(list(self.schema.modeled_columns))

    def reweighing(self, frame: Frame, weights: np.ndarray | None) -> tuple[np.ndarray, tuple[str, ...]]:
        """Return weights that make intersectional group and outcome independent, and remarks."""
        codes, outcomes = self._groups_and_outcomes(frame)
        found = reweigh(codes, outcomes, sample_weight=weights)
        return found.weights(codes, outcomes, sample_weight=weights), found.remarks

    def planned_reweighing(self, plan: RebalancingPlan) -> Callable[[Frame], Frame]:
        """Return what gives any piece of an augmented table the weights of the whole one, before it is drawn.

        The weights follow from how much each group and outcome weighs in all, which the plan says.

        Raises
        ------
        ConstraintError
            If the plan leaves groups to the generator, or looks at some of the sensitive features only.
        """
        if plan.n_free or plan.index.features != self.groups.features:
            received = "rows whose group the generator chooses" if plan.n_free else "a plan for other groups"
            advice = "leave reweighing out, or bound the plan (max_rows) so that its rows fit in memory"
            expected = (
                "a plan for all sensitive features: more rows than fit in memory are weighted as planned"
            )
            raise ConstraintError(Problem("mitigation 'reweighing'", expected, received, advice))
        codes, outcomes = self._groups_and_outcomes(self.frame)
        base = np.ones(len(codes)) if self.weights is None else self.weights
        n_groups = self.groups.n_groups
        cells = np.arange(plan.index.n_cells)
        found = reweigh(
            np.concatenate([codes, cells % n_groups]),
            np.concatenate([outcomes, np.array(plan.index.is_favorable, dtype=np.int64)[cells // n_groups]]),
            sample_weight=np.concatenate([base, float(np.nanmean(base)) * np.array(plan.n_add)]),
        )

        def finish(piece: Frame) -> Frame:
            own = np.asarray(piece[WEIGHT_COLUMN].to_numpy(), dtype=np.float64)
            return _with_weights(piece, found.weights(*self._groups_and_outcomes(piece), sample_weight=own))

        return finish

    def _groups_and_outcomes(self, frame: Frame) -> tuple[np.ndarray, np.ndarray]:
        """Return the group of every row, and 1 where its outcome is favorable; -1 for none."""
        good = favorable(frame, self.schema).astype(np.int64)
        return group_codes(frame, self.schema, self.groups), np.where(
            has_target(frame, self.schema), good, -1
        )

    def with_final_weights(self, augmented: Frame, mitigation: tuple[str, ...]) -> Frame:
        """Return an augmented table whose weights are those that a model should learn with.

        With reweighing these are the reweighed ones, so that the table that a run leaves is ready for use.
        """
        if "reweighing" not in mitigation:
            return augmented
        weights, _ = self.reweighing(
            augmented, np.asarray(augmented[WEIGHT_COLUMN].to_numpy(), dtype=np.float64)
        )
        return _with_weights(augmented, weights)


def training_tables(
    rows: TrainingRows,
    *,
    added: Frame,
    synthetic: Frame,
    mitigation: tuple[str, ...],
    baselines: tuple[str, ...],
    seed: int,
) -> Iterator[TrainingTable]:
    """Yield the training table of every treatment.

    Parameters
    ----------
    rows : TrainingRows
    added : Frame
        Synthetic rows that the plan adds; may have no rows.
    synthetic : Frame
        Synthetic rows as the table has them, for train-on-synthetic, test-on-real.
    mitigation, baselines : tuple of str
        As in the recipe.
    seed : int
        Of SMOTE-NC.
    """
    augmented, weights, positions = with_rows(rows, added)
    yield TrainingTable("original", rows.frame, rows.weights, rows.positions)
    if "reweighing" in (*mitigation, *baselines):
        held, remarks = rows.reweighing(rows.frame, rows.weights)
        yield TrainingTable("reweighed", rows.frame, held, rows.positions, remarks)
    if len(added):
        yield TrainingTable("augmented", augmented, weights, positions)
    if len(added) and "reweighing" in mitigation:
        held, remarks = rows.reweighing(augmented, weights)
        yield TrainingTable("augmented_reweighed", augmented, held, positions, remarks)
    yield TrainingTable("synthetic", synthetic, None, np.full(len(synthetic), -1))
    if "smote_nc" in baselines:
        yield _smote_nc(rows, seed=seed)


def _with_weights(frame: Frame, weights: np.ndarray) -> Frame:
    columns = {name: frame.to_native()[name] for name in frame.columns}
    return frame_from_columns({**columns, WEIGHT_COLUMN: weights})


def constrained_training(frame: Frame, remarks: tuple[str, ...]) -> TrainingTable:
    """Return rows drawn under constraints as a training table of their own.

    Real rows are left out: their labels are as they were, and a model of both would learn the old difference.
    """
    return TrainingTable(CONSTRAINED, frame, None, np.full(len(frame), -1), remarks)


def with_rows(rows: TrainingRows, added: Frame) -> tuple[Frame, np.ndarray | None, np.ndarray]:
    """Return the real rows followed by added ones, their weights, and their positions (-1 for added ones).

    With survey weights an added row weighs what a real one weighs on average.
    """
    frame = concatenate([rows.modeled, added.select(list(rows.schema.modeled_columns))])
    positions = np.concatenate([rows.positions, np.full(len(added), -1)])
    if rows.weights is None:
        return frame, None, positions
    mean = float(np.nanmean(rows.weights))
    return frame, np.concatenate([rows.weights, np.full(len(added), mean)]), positions


def _smote_nc(rows: TrainingRows, *, seed: int) -> TrainingTable:
    from equitab.generators import smote_balanced

    balanced = smote_balanced(rows.frame, rows.schema, seed=seed)
    frame, weights, positions = with_rows(rows, balanced.synthetic)
    return TrainingTable("smote_nc", frame, weights, positions, balanced.remarks)
