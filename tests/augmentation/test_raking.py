"""Raked weights meet every target and keep everything that the targets do not speak of."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.augmentation.raking import MeanTarget, ShareTarget, effective_rows, rake
from equitab.errors import ConstraintError

RANDOM = np.random.default_rng(0)
SEX, RACE = RANDOM.integers(0, 2, 500), RANDOM.integers(0, 3, 500)
AGE = RANDOM.normal(40, 10, 500)


def sex(*shares: float) -> ShareTarget:
    return ShareTarget("sex", SEX, np.array(shares), ("F", "M"))


def race(*shares: float) -> ShareTarget:
    return ShareTarget("race", RACE, np.array(shares), ("B", "O", "W"))


def table_of(weights: np.ndarray) -> np.ndarray:
    return np.bincount(SEX * 3 + RACE, weights=weights, minlength=6).reshape(2, 3)


def odds_ratios(table: np.ndarray) -> np.ndarray:
    return table[0, :-1] * table[1, 1:] / (table[0, 1:] * table[1, :-1])


def test_every_margin_is_met() -> None:
    weights = rake(np.ones(500), [sex(0.9, 0.1), race(0.2, 0.3, 0.5)])
    assert table_of(weights).sum(axis=1) == pytest.approx([0.9, 0.1], abs=1e-8)
    assert table_of(weights).sum(axis=0) == pytest.approx([0.2, 0.3, 0.5], abs=1e-8)


def test_odds_ratios_of_the_start_are_kept() -> None:
    weights = rake(np.ones(500), [sex(0.9, 0.1), race(0.2, 0.3, 0.5)])
    assert odds_ratios(table_of(weights)) == pytest.approx(odds_ratios(table_of(np.ones(500))))


def test_margins_that_are_already_true_leave_all_weights_alone() -> None:
    start = RANDOM.gamma(2.0, 1.0, 500)
    table = table_of(start) / start.sum()
    weights = rake(start, [sex(*table.sum(axis=1)), race(*table.sum(axis=0))])
    assert weights == pytest.approx(start / start.sum())


def test_within_a_class_rows_keep_their_proportions() -> None:
    start = RANDOM.gamma(2.0, 1.0, 500)
    weights = rake(start, [sex(0.7, 0.3)])
    ratio = weights / start
    assert np.unique(ratio[SEX == 0].round(12)).size == np.unique(ratio[SEX == 1].round(12)).size == 1


def test_a_mean_is_met_by_exponential_tilting() -> None:
    weights = rake(np.ones(500), [MeanTarget("age", AGE, 45.0)])
    assert float(np.dot(weights, AGE)) == pytest.approx(45.0)
    slope, intercept = np.polyfit(AGE, np.log(weights), 1)
    assert np.log(weights) == pytest.approx(slope * AGE + intercept)


def test_a_mean_and_shares_are_met_together() -> None:
    weights = rake(np.ones(500), [sex(0.9, 0.1), MeanTarget("age", AGE, 45.0)])
    assert float(np.dot(weights, AGE)) == pytest.approx(45.0, abs=1e-6)
    assert table_of(weights).sum(axis=1) == pytest.approx([0.9, 0.1], abs=1e-8)


def test_rows_without_a_number_keep_their_share() -> None:
    holed = np.where(np.arange(500) < 100, np.nan, AGE)
    weights = rake(np.ones(500), [MeanTarget("age", holed, 45.0)])
    assert weights[:100] == pytest.approx(1 / 500)
    assert float(np.dot(weights[100:], AGE[100:]) / weights[100:].sum()) == pytest.approx(45.0)


def test_a_wish_that_no_row_can_meet_is_refused_with_all_problems() -> None:
    none = ShareTarget("job", np.zeros(500, np.int64), np.array([0.5, 0.5]), ("clerk", "cook"))
    with pytest.raises(ConstraintError) as caught:
        rake(np.ones(500), [none, MeanTarget("age", AGE, 400.0)])
    assert len(caught.value.problems) == 2
    assert "'cook'" in str(caught.value)
    assert "a mean of 400" in str(caught.value)


def test_margins_that_contradict_each_other_are_refused() -> None:
    same = ShareTarget("gender", SEX, np.array([0.2, 0.8]), ("F", "M"))
    with pytest.raises(ConstraintError, match="contradict each other"):
        rake(np.ones(500), [sex(0.9, 0.1), same])


def test_equal_weights_count_fully_and_one_heavy_row_counts_once() -> None:
    assert effective_rows(np.full(7, 0.3)) == pytest.approx(7)
    assert effective_rows(np.array([1e9, 1.0, 1.0])) == pytest.approx(1, abs=1e-6)
