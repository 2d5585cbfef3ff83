"""Controls on equal terms: what simpler ways make of the same training rows and the same plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from equitab.augmentation import RebalancingPlan, apportion, cell_codes
from equitab.dataframe import Frame, take_rows
from equitab.evaluation import TrainingTable
from equitab.mitigation import copy_rows, remove_rows
from equitab.pipeline.treatments import TrainingRows, with_rows

CONTROLS = ("random_oversampling", "random_undersampling", "unguided")
"""Baselines that follow the run's plan."""


def control_tables(
    rows: TrainingRows,
    baselines: tuple[str, ...],
    *,
    plan: RebalancingPlan,
    unguided: Frame | None = None,
    seed: int,
) -> Iterator[TrainingTable]:
    """Yield the training table of every control that was asked for.

    Parameters
    ----------
    rows : TrainingRows
    baselines : tuple of str
        As in the recipe; those that are no `CONTROLS` are left to others.
    plan : RebalancingPlan
        The run's plan, made for these rows.
    unguided : Frame, optional
        The plan's rows drawn without guidance.
    seed : int

    Notes
    -----
    *Random oversampling* copies real rows up to what the plan makes of every group and outcome: the same counts, no
    new people. *Random undersampling* removes rows until the proportions are those that the plan aims at, and no
    more than needed; groups too rare to be filled from their own rows set no measure.
    """
    if "random_oversampling" in baselines:
        yield _oversampled(rows, plan, seed=seed)
    if "random_undersampling" in baselines:
        yield _undersampled(rows, plan, seed=seed)
    if "unguided" in baselines and unguided is not None:
        frame, weights, positions = with_rows(rows, unguided)
        yield TrainingTable("unguided", frame, weights, positions)


def copied_counts(plan: RebalancingPlan) -> np.ndarray:
    """Return how many rows each cell has after oversampling; free rows are shared out as the table is."""
    return np.array(plan.afterwards) + apportion(plan.n_free, np.array(plan.n_rows))


def kept_counts(plan: RebalancingPlan) -> np.ndarray:
    """Return how many rows each cell keeps after undersampling: the proportions of the plan, without new rows.

    Every cell with rows keeps at least one. Cells that borrow keep theirs and set no measure for the others.
    """
    have, after = np.array(plan.n_rows), np.array(plan.afterwards)
    borrows = np.isin(np.arange(len(have)), list(plan.borrowing))
    sets_measure = (have > 0) & ~borrows
    share = (have[sets_measure] / after[sets_measure]).min(initial=1.0)
    kept = np.maximum(np.floor(share * after + 1e-9).astype(np.int64), 1)
    return np.where(borrows, have, np.minimum(kept, have))


def _oversampled(rows: TrainingRows, plan: RebalancingPlan, *, seed: int) -> TrainingTable:
    n_empty = sum(1 for cell in plan.borrowing if plan.n_rows[cell] == 0)
    remarks = (f"random_oversampling: {n_empty} groups by outcome have no row to copy",) if n_empty else ()
    taken = copy_rows(_codes(rows, plan), copied_counts(plan), seed=seed)
    return _taken(rows, "random_oversampling", taken, remarks)


def _undersampled(rows: TrainingRows, plan: RebalancingPlan, *, seed: int) -> TrainingTable:
    taken = remove_rows(_codes(rows, plan), kept_counts(plan), seed=seed)
    said = "random_undersampling: the plan favors no group, so that no row was removed"
    return _taken(rows, "random_undersampling", taken, (said,) if len(taken) == len(rows.frame) else ())


def _codes(rows: TrainingRows, plan: RebalancingPlan) -> np.ndarray:
    return cell_codes(rows.frame, rows.schema, plan.index)


def _taken(rows: TrainingRows, treatment: str, taken: np.ndarray, remarks: tuple[str, ...]) -> TrainingTable:
    """Return real rows at some places, each with its weight and its position in the whole table."""
    weights = None if rows.weights is None else rows.weights[taken]
    return TrainingTable(treatment, take_rows(rows.frame, taken), weights, rows.positions[taken], remarks)
