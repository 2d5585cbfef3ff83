from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from equitab.errors import InputError
from equitab.metrics import exact_parity_spread, rows_for_tolerance, smallest_tolerance

ADULT_CELLS = [119, 192, 346, 693, 1555, 1569, 109, 162, 8642, 19174]


def test_adult_by_sex_and_race_has_the_published_spread_at_exact_parity():
    """METHODS.md section 11: a median of .078 on the training rows by sampling alone."""
    assert exact_parity_spread(ADULT_CELLS, 0.2408, seed=0).median == pytest.approx(0.078, abs=0.002)


def test_two_large_groups_follow_the_normal_law():
    """In units of its sd, |N(0, 1)| has the median .6745 and the 97.5% point 2.2414."""
    found = exact_parity_spread([4000, 1000], 0.3, n_draws=40_000, seed=0)
    sd = np.sqrt(0.3 * 0.7 * (1 / 4000 + 1 / 1000))
    assert found.median == pytest.approx(0.6745 * sd, rel=0.05)
    assert found.high == pytest.approx(2.2414 * sd, rel=0.05)
    assert found.low <= found.median <= found.high


def test_one_row_each_gives_a_spread_of_one_half_of_the_time():
    found = exact_parity_spread([1, 1], 0.5, confidence=0.9, n_draws=4000, seed=1)
    assert (found.low, found.high) == (0.0, 1.0)


def test_a_rate_of_zero_has_no_spread():
    assert exact_parity_spread([10, 20], 0.0, seed=0).high == 0.0


def test_of_several_rates_the_largest_spread_counts():
    both = exact_parity_spread([[100, 100], [10_000, 10_000]], [0.5, 0.5], seed=0).median
    small = exact_parity_spread([100, 100], 0.5, seed=0).median
    assert both == pytest.approx(small, rel=0.05)
    assert both > exact_parity_spread([10_000, 10_000], 0.5, seed=0).median


def test_the_same_seed_gives_the_same_spread():
    one, again, other = (exact_parity_spread([50, 60, 70], 0.4, seed=seed) for seed in (3, 3, 4))
    assert one == again != other


def test_the_smallest_tolerance_is_that_of_the_two_smallest_groups():
    worked = 1.959964 * np.sqrt(0.24 * 0.76 * (1 / 109 + 1 / 119))
    assert smallest_tolerance(ADULT_CELLS, 0.24) == pytest.approx(worked, rel=1e-6)


def test_rows_for_tolerance_is_the_inverse_of_the_smallest_tolerance():
    sizes = np.array([200, 500, 3000])
    least = smallest_tolerance(sizes, 0.3)
    needed = rows_for_tolerance(least, 0.3, shares=sizes / sizes.sum())
    assert needed == pytest.approx(sizes.sum(), abs=1)


def test_rows_for_each_of_two_groups_are_worked_by_hand():
    """n = z² · 2 · r (1 - r) / t² = 3.8415 · 2 · .25 / .01 = 192.07."""
    assert rows_for_tolerance(0.1, 0.5) == 193


def test_rates_that_differ_leave_less_of_the_tolerance():
    """The difference of .04 leaves .06: n = 3.8415 · (.25 + .2484) / .0036 = 531.8."""
    assert rows_for_tolerance(0.1, [0.5, 0.54]) == 532


def test_half_the_tolerance_needs_four_times_the_rows():
    assert rows_for_tolerance(0.01, 0.2) == pytest.approx(4 * rows_for_tolerance(0.02, 0.2), abs=4)


def test_no_number_of_rows_shows_what_is_not_so():
    with pytest.raises(
        InputError, match=r"differences below the tolerance of 0.1, received rates that differ by 0.2"
    ):
        rows_for_tolerance(0.1, [0.2, 0.4])


def test_all_problems_are_said_at_once():
    with pytest.raises(InputError) as caught:
        exact_parity_spread([0, 5], 1.5, confidence=2.0, n_draws=3, seed=0)
    assert [problem.where for problem in caught.value.problems] == [
        "group_sizes",
        "rate",
        "confidence",
        "n_draws",
    ]
    with pytest.raises(InputError, match="exactly the same"):
        rows_for_tolerance(0.0, 0.5)
    with pytest.raises(InputError, match="at least two groups"):
        smallest_tolerance([5], 0.5)


def test_a_sample_at_the_smallest_tolerance_shows_it_only_at_equal_rates():
    """At equal observed rates the interval of the difference ends exactly at the smallest tolerance."""
    n_a, n_b, rate = 150, 90, 0.4
    high = stats.norm.ppf(0.975) * np.sqrt(rate * (1 - rate) * (1 / n_a + 1 / n_b))
    assert smallest_tolerance([n_a, n_b], rate) == pytest.approx(high)
