"""The rows of a plan, block by block: a block's rows follow from the seed and its number, never from the memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from equitab.augmentation.abilities import Unseen, draw_rows, has_option, shares_strength
from equitab.augmentation.cells import cell_codes
from equitab.augmentation.plan import N_CANDIDATES
from equitab.augmentation.planned_draw import IntArray, PlannedDraw
from equitab.augmentation.rejection import MOST_ROUNDS, draw_by_rejection
from equitab.augmentation.steering import Steering
from equitab.dataframe import Frame, as_frame
from equitab.errors import ConstraintError, Problem, ProtocolError

BLOCK_ROWS = 50_000
"""The generator is asked for so many rows at once; for a steered plan these are candidates."""


def draw_blocks(draw: PlannedDraw) -> Iterator[Frame]:
    """Yield the rows of a plan: those of the cells, by cell and in exactly the numbers planned, then the free ones.

    Raises
    ------
    ConstraintError
        If the generator has nothing to lend to groups that borrow, or a generator that cannot be asked for the plan's
        columns did not produce the rows.
    """
    _check_can_borrow(draw)
    if draw.plan.steer > 0:
        yield from _steered_blocks(draw)
        return
    bounds = np.cumsum(draw.plan.n_add)
    for block, wanted in enumerate(_ranges(sum(draw.plan.n_add), BLOCK_ROWS)):
        yield _draw_cells(draw, np.searchsorted(bounds, wanted, side="right"), block)
    for block, wanted in enumerate(_ranges(draw.plan.n_free, BLOCK_ROWS)):
        yield _draw_free(draw, len(wanted), block)


def _steered_blocks(draw: PlannedDraw) -> Iterator[Frame]:
    """Yield rows taken of several candidates for each, where people are few."""
    steering, size = Steering(draw), BLOCK_ROWS // N_CANDIDATES
    bounds = np.cumsum(draw.plan.n_add)
    for block, wanted in enumerate(_ranges(sum(draw.plan.n_add), size)):
        cells = np.searchsorted(bounds, wanted, side="right")
        candidates = _draw_cells(draw, np.repeat(cells, N_CANDIDATES), block)
        yield steering.taken(candidates, cells, attempt=0, block=block)
    for block, wanted in enumerate(_ranges(draw.plan.n_free, size)):
        candidates = _draw_free(draw, N_CANDIDATES * len(wanted), block)
        anywhere = np.full(len(wanted), -1)
        yield steering.taken(candidates, anywhere, attempt=MOST_ROUNDS + 1, block=block)


def _ranges(n_rows: int, size: int) -> Iterator[IntArray]:
    for start in range(0, n_rows, size):
        yield np.arange(start, min(start + size, n_rows))


def _draw_free(draw: PlannedDraw, n_rows: int, block: int) -> Frame:
    """Return rows whose group and outcome the generator chooses."""
    return as_frame(draw.generator.sample(n_rows, seed=draw.call_seed(MOST_ROUNDS + 1, block)))


def _draw_cells(draw: PlannedDraw, cells: IntArray, block: int) -> Frame:
    """Return one row for each wanted cell."""
    if not draw.can_ask:
        return draw_by_rejection(draw, cells, block)
    given = draw.donated(cells, draw.plan.columns, attempt=0, block=block)
    borrows = bool(draw.plan.borrowing) and has_option(draw.generator, "unseen")
    unseen: Unseen | None = "extrapolate" if borrows else None
    seed = draw.call_seed(0, block)
    rows = as_frame(draw_rows(draw.generator, given=given.to_native(), unseen=unseen, seed=seed))
    if not np.array_equal(cell_codes(rows, draw.schema, draw.plan.index), cells):
        raise ProtocolError(
            f"the generator {draw.generator.name!r} did not honour the values that it was given"
        )
    return rows


def _check_can_borrow(draw: PlannedDraw) -> None:
    """Refuse groups that borrow from a generator that has nothing to lend."""
    if not draw.plan.borrowing or (draw.can_ask and shares_strength(draw.generator)):
        return
    absent = ", ".join(repr(name) for name in draw.plan.columns if name not in draw.known)
    received = (
        f"one that cannot be asked for {absent}" if absent else "one that draws between the rows of a group"
    )
    expected = "a generator that learned what groups share and can be asked for every column of the plan"
    advice = "fit 'boosted_trees' or 'guided_diffusion', or refuse these groups (few_rows='refuse')"
    n_cells = len(draw.plan.borrowing)
    where = f"generator {draw.generator.name!r}, for {n_cells} groups by outcome with too few rows"
    raise ConstraintError(Problem(where, expected, received, advice))
