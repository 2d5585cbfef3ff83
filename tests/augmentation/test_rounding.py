"""Rounded cells are whole, near what was expected, and exact along every margin."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.augmentation.rounding import round_cells
from equitab.augmentation.strategies import apportion
from equitab.errors import ConstraintError


@pytest.mark.parametrize("n_rows", [7, 100, 5000])
@pytest.mark.parametrize("shape", [(2, 3), (4, 5, 3), (30, 8, 4)])
def test_all_margins_are_exact(shape: tuple[int, ...], n_rows: int) -> None:
    table = np.random.default_rng(len(shape)).dirichlet(np.full(int(np.prod(shape)), 0.5)).reshape(shape)
    members = [index.ravel() for index in np.indices(shape)]
    axes = range(len(shape))
    totals = [
        apportion(n_rows, table.sum(axis=tuple(other for other in axes if other != axis))) for axis in axes
    ]
    rounded = round_cells(table.ravel() * n_rows, members, totals, seed=1)
    assert rounded.min() >= 0
    assert np.abs(rounded - table.ravel() * n_rows).max() < 4
    for codes, total in zip(members, totals, strict=True):
        assert np.array_equal(np.bincount(codes, weights=rounded, minlength=len(total)), total)


def test_small_cells_are_rounded_up_as_often_as_their_remainder_says() -> None:
    """A table of 20 cells and 10 rows: without chance, half of the cells would never be drawn."""
    shares = np.random.default_rng(5).dirichlet(np.full(20, 2.0)).reshape(4, 5)
    members = [index.ravel() for index in np.indices((4, 5))]
    totals = [apportion(10, shares.sum(axis=1)), apportion(10, shares.sum(axis=0))]
    mean = np.mean(
        [round_cells(10 * shares.ravel(), members, totals, seed=seed) for seed in range(400)], axis=0
    )
    assert mean == pytest.approx(10 * shares.ravel(), abs=0.25)
    assert mean.min() > 0.02


def test_totals_that_no_cells_can_meet_are_refused() -> None:
    with pytest.raises(ConstraintError, match="fewer margins at once"):
        round_cells(
            np.array([1.0, 1.0]),
            [np.array([0, 1]), np.array([0, 1])],
            [np.array([9, 0]), np.array([0, 9])],
            seed=0,
        )
