from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics import changed_share, rate_change


def test_the_share_changed_has_wilsons_interval():
    found = changed_share([True] * 10 + [False] * 90, group="F")
    assert (found.value, found.n, found.group) == (0.1, 100, "F")
    assert (found.low, found.high) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert changed_share([]).status == "undefined"


def test_rows_in_common_are_no_noise():
    """Two of 100 rows change: paired, the variance is that of 0.02 alone."""
    before = np.arange(100) < 40
    after = np.arange(100) < 42
    paired, apart = (rate_change(after, before, is_paired=paired) for paired in (True, False))
    assert paired.value == pytest.approx(0.02) == pytest.approx(apart.value)
    assert paired.high - paired.value == pytest.approx(1.96 * np.sqrt(0.02 * 0.98 / 100), rel=1e-3)
    worked = 1.96 * np.sqrt((0.42 * 0.58 + 0.4 * 0.6) / 100)
    assert apart.high - apart.value == pytest.approx(worked, rel=1e-3)


def test_paired_tables_must_be_of_one_length():
    with pytest.raises(InputError, match="3 and 2 rows"):
        rate_change([1, 0, 1], [1, 0], is_paired=True)
    assert rate_change([], [1], is_paired=False).status == "undefined"
