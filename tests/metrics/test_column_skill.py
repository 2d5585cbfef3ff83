"""Skill: nothing for a constant prediction, one for a perfect one, and shares of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from equitab.metrics import category_skill, number_skill, relative_skill

CODES = np.repeat([0, 1, 2], 20)


def test_a_perfect_and_a_blind_model_of_categories():
    assert category_skill(CODES, np.eye(3)[CODES]) == 1.0
    assert category_skill(CODES, np.ones((60, 3)) / 3) == 0.0


def test_a_class_that_is_always_taken_for_the_others_counts_against():
    # Classes 0 and 1 are told apart perfectly; 2 is never given a probability.
    shares = np.eye(3)[CODES]
    shares[:, 2] = 0.0
    assert category_skill(CODES, shares) == pytest.approx((1 + 1 + 0) / 3)


def test_rare_classes_are_left_out():
    codes = np.append(CODES, [3] * 9)
    shares = np.zeros((len(codes), 4))
    shares[np.arange(60), CODES] = 1.0
    assert category_skill(codes, shares) == 1.0
    assert math.isnan(category_skill(np.zeros(50, dtype=int), np.ones((50, 1))))


def test_the_skill_of_numbers_is_the_variance_explained():
    assert number_skill([1.0, 2.0, 3.0, 4.0], [1.5, 1.5, 3.5, 3.5]) == pytest.approx(1 - 1 / 5)
    assert number_skill([1.0, 2.0], [2.0, 1.0]) == pytest.approx(-3.0)
    assert math.isnan(number_skill([2.0, 2.0], [2.0, 2.0]))
    assert math.isnan(number_skill([], []))


def test_relative_skill_is_a_share_of_what_real_rows_teach():
    assert relative_skill(0.3, 0.6) == 0.5
    assert relative_skill(-0.3, 0.6) == 0.0
    assert relative_skill(0.66, 0.6) == pytest.approx(1.1)


@pytest.mark.parametrize(("synthetic", "real"), [(0.5, 0.04), (0.5, math.nan), (math.nan, 0.5)])
def test_where_real_rows_teach_nothing_there_is_no_share(synthetic, real):
    assert relative_skill(synthetic, real) is None
