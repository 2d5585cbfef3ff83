"""Coverage: fresh rows cover nearly all, half of the kinds of people cover half, and copies all."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics import coverage_metrics


def draw(seed, n_rows=400):
    return np.random.default_rng(seed).normal(size=(n_rows, 3))


def values(*tables):
    return [result.value for result in coverage_metrics(*tables)]


def test_coverage_worked_by_hand_is_right():
    # Real rows 0, 1, ..., 6: the fifth nearest of the ends is 5 away, of 1 and 5 it is 4, of the others 3.
    real = np.arange(7.0)[:, None]
    # 20 is near nobody; 11 is within 5 of the last row alone (6), and 11 - 5 = 6 > 4.
    assert values(real, [[11.0]], [[20.0]]) == [pytest.approx(1 / 7), 0.0, pytest.approx(-1 / 7)]


def test_fresh_rows_cover_what_theory_says():
    """1 - 2^-5, within five standard errors of rows that share neighbours."""
    covered = np.mean([values(draw(3 * i), draw(3 * i + 1), draw(3 * i + 2))[0] for i in range(10)])
    assert covered == pytest.approx(1 - 2**-5, abs=0.02)


def test_a_table_of_half_of_the_people_covers_half():
    real, other, holdout = draw(0), draw(1), draw(2)
    real[:200] += 100
    holdout[:200] += 100
    synthetic, fresh, shortfall = values(real, other, holdout)
    assert synthetic == pytest.approx(0.5, abs=0.02)
    assert fresh > 0.9
    assert shortfall == pytest.approx(fresh - synthetic)


def test_copies_cover_everything():
    real = draw(3)
    assert values(real, real, draw(4))[0] == 1.0


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(5)
    tables = [draw(6, 80), draw(7, 80), draw(8, 80)]
    assert values(*tables) == values(*(rng.permutation(table) for table in tables))


def test_results_say_whom_they_belong_to_and_how_sure_they_are():
    found = coverage_metrics(draw(9, 60), draw(10, 60), draw(11, 60), group="F")
    assert [one.metric for one in found] == ["coverage", "coverage", "coverage_shortfall"]
    assert {one.group for one in found} == {"F"}
    assert all(one.low <= one.value <= one.high for one in found)


def test_unequal_tables_and_too_few_rows_are_refused_together():
    with pytest.raises(InputError) as raised:
        coverage_metrics(draw(0, 5), draw(1, 5), draw(2, 4))
    assert "at least 6 rows" in str(raised.value)
    assert "equally many rows" in str(raised.value)
