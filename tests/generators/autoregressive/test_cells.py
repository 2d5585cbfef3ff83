"""Numbers as cells and steps: every point mass a cell of its own, and nothing lost on the way."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.special import ndtr

from equitab.encoding import NumericalColumn
from equitab.encoding.numerical import fit_numerical
from equitab.generators.autoregressive.cells import Cells, fit_cells, middle_shares, place_of

RANDOM = np.random.default_rng(7)
GAINS = np.where(RANDOM.random(3000) < 0.9, 0, RANDOM.choice([3103, 7688, 15024], 3000))
COLUMNS = {
    "smooth": RANDOM.normal(size=3000),
    "ages": RANDOM.integers(17, 90, 3000),
    "gains": GAINS,
    "incomes": np.where(RANDOM.random(3000) < 0.2, 50_000, RANDOM.integers(10_000, 90_000, 3000)),
    "constant": np.full(3000, 4),
    "two_values": RANDOM.integers(0, 2, 3000),
}


def fitted(numbers: np.ndarray) -> tuple[NumericalColumn, np.ndarray, Cells]:
    column, _ = fit_numerical("x", pa.array(numbers), point_masses="spikes")
    scores, _ = column.encode(pa.array(numbers), np.random.default_rng(1))
    return column, ndtr(scores), fit_cells(column, ndtr(scores))


@pytest.mark.parametrize("name", COLUMNS)
def test_bounds_rise_from_zero_to_one(name: str) -> None:
    _, _, cells = fitted(COLUMNS[name])
    assert cells.bounds[0] == 0
    assert cells.bounds[-1] == 1
    assert (np.diff(cells.bounds) > 0).all()
    assert len(cells.is_point) == len(cells.bounds) - 1


@pytest.mark.parametrize("name", COLUMNS)
def test_placing_what_was_located_gives_the_same_cell_and_step(name: str) -> None:
    _, shares, cells = fitted(COLUMNS[name])
    found, steps = cells.locate(shares)
    again = cells.locate(cells.place(found, steps, np.full(len(shares), 0.5)))
    assert np.array_equal(again[0], found)
    assert np.array_equal(again[1], steps)


@pytest.mark.parametrize("name", ["gains", "two_values", "ages"])
def test_a_value_that_many_rows_share_comes_back_from_its_cell_as_itself(name: str) -> None:
    column, shares, cells = fitted(COLUMNS[name])
    found, steps = cells.locate(shares)
    assert cells.is_point.all() or name == "ages"
    drawn = cells.place(found, steps, np.random.default_rng(2).random(len(shares)))
    is_point = cells.is_point[found]
    assert np.array_equal(place_of(column, drawn)[is_point], place_of(column, shares)[is_point])
    assert is_point.mean() > 0.99


def test_a_round_value_among_many_others_has_a_cell_of_its_own() -> None:
    _, shares, cells = fitted(COLUMNS["incomes"])
    held = COLUMNS["incomes"] == 50_000
    found, _ = cells.locate(shares)
    assert len(set(found[held].tolist())) == 1
    assert cells.is_point[found[held][0]]
    assert not cells.is_point[found[~held]].all()


def test_equal_values_have_the_same_middle_share() -> None:
    column, shares, _ = fitted(COLUMNS["ages"])
    middle = middle_shares(column, place_of(column, shares))
    for age in (17, 40, 89):
        assert np.ptp(middle[COLUMNS["ages"] == age]) < 1e-12
