"""Representation: each group's share against its share among the real rows."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics import representation_metrics


def test_ratios_worked_by_hand_are_right():
    found = representation_metrics(np.array([30, 70]), np.array([10, 10]), group_labels=("F", "M"))
    assert [one.value for one in found] == [pytest.approx(0.6), pytest.approx(1.4)]
    assert all(one.low <= one.value <= one.high for one in found)


def test_a_group_that_was_wiped_out_has_the_value_zero_and_an_interval():
    found = representation_metrics(np.array([0, 100]), np.array([5, 95]), group_labels=("F", "M"))[0]
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx((1 - 0.025 ** (1 / 100)) / 0.05)


def test_ten_times_as_many_rows_of_everybody_change_no_ratio():
    first, second = (
        representation_metrics(n * np.array([3, 9]), np.array([20, 30]), group_labels=("F", "M"))
        for n in (1, 10)
    )
    assert [one.value for one in first] == pytest.approx([one.value for one in second])


def test_groups_that_nobody_has_are_undefined():
    found = representation_metrics(np.array([3, 9]), np.array([0, 30]), group_labels=("F", "M"))
    assert found[0].value is None
    assert found[0].reason == "no rows of this group in the real table"
    empty = representation_metrics(np.array([0]), np.array([30]), group_labels=("F",))[0]
    assert empty.reason == "no synthetic rows"


def test_numbers_and_names_must_fit():
    with pytest.raises(InputError, match="as many entries each"):
        representation_metrics(np.array([1]), np.array([1, 2]), group_labels=("F", "M"))
