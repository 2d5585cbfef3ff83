"""Rows of a plan from a generator that cannot be asked for them: draw, keep what is needed, draw again."""

from __future__ import annotations

import numpy as np

from equitab.augmentation.cells import cell_codes
from equitab.augmentation.plan import RebalancingPlan
from equitab.augmentation.planned_draw import PlannedDraw
from equitab.dataframe import Frame, as_frame, concatenate, take_rows
from equitab.errors import ConstraintError, Problem
from equitab.generators import Generator

MOST_ROUNDS = 20
MOST_DRAWS_A_ROUND = 200_000
HEADROOM = 1.2


def draw_by_rejection(draw: PlannedDraw, cells: np.ndarray, block: int) -> Frame:
    """Return one row for each wanted cell, by cell; what can be asked for is asked for.

    Parameters
    ----------
    draw : PlannedDraw
    cells : ndarray of int
        Sorted.
    block : int
        The number of the block, for its seeds.

    Raises
    ------
    ConstraintError
        If rows are still missing after `MOST_ROUNDS` rounds.
    """
    n_cells, known = draw.plan.index.n_cells, draw.known
    missing = np.bincount(cells, minlength=n_cells)
    chance = _chances(draw.frame, draw.codes, known, n_cells)
    alike = _alike(draw.plan, known)
    kept: list[Frame] = []
    found: list[np.ndarray] = []
    n_drawn = 0
    for attempt in range(MOST_ROUNDS):
        rows = _one_round(draw, _requests(missing, chance, alike), attempt, block)
        n_drawn += len(rows)
        drawn = cell_codes(rows, draw.schema, draw.plan.index)
        useful = _first_of_each(drawn, missing)
        kept.append(take_rows(rows, useful))
        found.append(drawn[useful])
        missing = missing - np.bincount(drawn[useful], minlength=n_cells)
        if not missing.any():
            order = np.argsort(np.concatenate(found), kind="stable")
            return take_rows(concatenate(kept), order)
    raise ConstraintError(_not_found(draw.generator, draw.plan, missing, n_drawn))


def _one_round(draw: PlannedDraw, cells: np.ndarray, attempt: int, block: int) -> Frame:
    """Draw as many rows as are asked for, with the values of the columns that can be asked for."""
    seed = draw.call_seed(attempt, block)
    if not draw.known:
        return as_frame(draw.generator.sample(len(cells), seed=seed))
    given = draw.donated(cells, draw.known, attempt=attempt, block=block)
    return as_frame(draw.generator.sample(given=given.to_native(), seed=seed))


def _chances(frame: Frame, codes: np.ndarray, known: tuple[str, ...], n_cells: int) -> np.ndarray:
    """Return for each cell the share of it among the rows with the same values of the known columns."""
    counts = np.bincount(codes[codes >= 0], minlength=n_cells).astype(np.float64)
    if not known:
        return counts / max(len(codes), 1)
    values = frame.select(list(known)).to_native()
    labels = np.unique(
        np.column_stack(
            [
                column.combine_chunks().dictionary_encode(null_encoding="encode").indices.to_numpy()
                for column in values.columns
            ]
        ),
        axis=0,
        return_inverse=True,
    )[1].reshape(-1)
    alike = np.bincount(labels)[labels]
    mean_alike = np.bincount(codes[codes >= 0], weights=alike[codes >= 0], minlength=n_cells)
    return np.minimum(np.divide(counts**2, mean_alike, out=np.zeros(n_cells), where=mean_alike > 0), 1.0)


def _alike(plan: RebalancingPlan, known: tuple[str, ...]) -> np.ndarray:
    """Return a code for each cell: cells that are asked for with the same values share it."""
    levels = plan.index.groups.decode(np.arange(plan.index.n_cells))
    places = [place for place, name in enumerate(plan.columns) if name in known]
    return np.unique(levels[:, places], axis=0, return_inverse=True)[1].reshape(-1)


def _requests(missing: np.ndarray, chance: np.ndarray, alike: np.ndarray) -> np.ndarray:
    """Return the cells to ask for in one round: enough for what is missing, within the bound.

    Of cells that are asked for alike, the one that needs the most draws is asked for: the others come along.
    """
    needed = np.ceil(HEADROOM * missing / np.maximum(chance, 1e-6)) + 10 * (missing > 0)
    order = np.lexsort((-needed, alike))
    asked = order[np.unique(alike[order], return_index=True)[1]]
    needed = np.where(np.isin(np.arange(len(needed)), asked), needed, 0)
    share = min(1.0, MOST_DRAWS_A_ROUND / needed.sum())
    return np.repeat(np.arange(len(missing)), np.ceil(needed * share).astype(np.int64))


def _first_of_each(drawn: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Return positions of the first rows of each cell, as many as are missing, in their order."""
    useful = [np.flatnonzero(drawn == cell)[: missing[cell]] for cell in np.flatnonzero(missing)]
    return np.sort(np.concatenate(useful)).astype(np.int64)


def _not_found(generator: Generator, plan: RebalancingPlan, missing: np.ndarray, n_drawn: int) -> Problem:
    listed = ", ".join(repr(name) for name in plan.columns if name not in generator.conditionable_columns_)
    received = f"{int(missing.sum())} rows missing in {int((missing > 0).sum())} groups after {n_drawn} draws"
    advice = f"fit {generator.name!r} with condition_on including {listed}, or plan for larger groups"
    return Problem(f"generator {generator.name!r}", f"{sum(plan.n_add)} rows as planned", received, advice)
