"""Membership inference by its scores: the area, and the sure end of the curve."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics import clopper_pearson_interval, membership_metrics


def test_an_attack_that_knows_all_members_scores_one():
    area, sure = membership_metrics(np.arange(1000, 1200), np.arange(200))
    assert (area.value, sure.value) == (1.0, 1.0)


def test_a_blind_attack_scores_a_half_and_one_percent():
    """Five standard errors: sqrt((n + n) / (12 n n)) for the area, sqrt(p / n) twice for the share."""
    members, others = np.random.default_rng(0).normal(size=(2, 4000))
    area, sure = membership_metrics(members, others)
    assert area.value == pytest.approx(0.5, abs=5 * (1 / (6 * 4000)) ** 0.5)
    assert area.low <= 0.5 <= area.high
    assert sure.value == pytest.approx(0.01, abs=5 * (2 * 0.01 / 4000) ** 0.5)


def test_the_threshold_accuses_at_most_one_percent_of_the_others():
    # The two highest of 200 others may be accused; a member ties with the third and is not above it.
    others = np.arange(200.0)
    members = np.array([197.0, 197.5, 198.0, 199.5])
    sure = membership_metrics(members, others)[1]
    assert sure.value == 0.75
    low, high = clopper_pearson_interval(3, 4)
    assert (sure.low, sure.high) == (pytest.approx(float(low)), pytest.approx(float(high)))


def test_scores_that_say_the_same_of_everybody_find_nobody():
    area, sure = membership_metrics(np.zeros(50), np.zeros(200))
    assert (area.value, sure.value) == (0.5, 0.0)


def test_the_scale_of_scores_does_not_matter():
    members, others = np.random.default_rng(1).normal(size=(2, 300))
    plain = [one.value for one in membership_metrics(members, others)]
    assert plain == [one.value for one in membership_metrics(np.exp(members), np.exp(others))]


def test_fewer_than_a_hundred_others_cannot_show_one_percent():
    area, sure = membership_metrics(np.arange(50), np.arange(99), group="F")
    assert area.value is not None
    assert sure.value is None
    assert "needs 100 people" in sure.reason
    assert sure.group == area.group == "F"


def test_without_members_nothing_is_defined():
    assert [one.value for one in membership_metrics([], np.arange(200))] == [None, None]


def test_scores_that_are_no_numbers_are_refused():
    with pytest.raises(InputError, match="members"):
        membership_metrics([np.nan], [1.0])
