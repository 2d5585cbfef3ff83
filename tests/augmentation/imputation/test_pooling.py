"""Rubin's rules, worked by hand and where their answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.augmentation import pool_estimates
from equitab.errors import TableError


def test_a_case_worked_by_hand() -> None:
    """m = 2, q = 1 and 3, u = 4 and 2: mean 2, within 3, between 2, total 3 + 1.5·2 = 6."""
    pooled = pool_estimates([1.0, 3.0], [4.0, 2.0])
    assert (pooled.value, pooled.within, pooled.between, pooled.total) == (2.0, 3.0, 2.0, 6.0)
    assert pooled.missing_information == pytest.approx(0.5)
    assert pooled.degrees_of_freedom == pytest.approx(1 * (1 + 1 / 1.0) ** 2)
    assert pooled.low < 2.0 < pooled.high
    assert pooled.high - pooled.value == pytest.approx(2.776445 * 6.0**0.5, rel=1e-5)


def test_tables_that_agree_give_the_interval_of_one_table() -> None:
    pooled = pool_estimates([5.0, 5.0, 5.0], [1.0, 1.0, 1.0])
    assert (pooled.total, pooled.missing_information) == (1.0, 0.0)
    assert np.isinf(pooled.degrees_of_freedom)
    assert pooled.high == pytest.approx(5 + 1.959964, rel=1e-6)


def test_few_rows_widen_the_interval() -> None:
    """Barnard and Rubin: never more degrees of freedom than complete rows would give."""
    free, few = (pool_estimates([1.0, 3.0, 2.0], [4.0, 2.0, 3.0], n_rows=n) for n in (None, 20))
    assert few.degrees_of_freedom < min(free.degrees_of_freedom, 19)
    assert few.high > free.high
    many = pool_estimates([1.0, 3.0, 2.0], [4.0, 2.0, 3.0], n_rows=10**9)
    assert many.degrees_of_freedom == pytest.approx(free.degrees_of_freedom, rel=1e-6)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    """A mean of which a third of the values is missing completely at random, imputed with a proper normal model."""
    rng, covered, n_rows, n_draws = np.random.default_rng(0), 0, 60, 10
    for _ in range(400):
        values = rng.normal(0.0, 1.0, n_rows)
        seen = values[: 2 * n_rows // 3]
        estimates, variances = [], []
        for _ in range(n_draws):
            variance = seen.var(ddof=1) * (len(seen) - 1) / rng.chisquare(len(seen) - 1)
            mean = rng.normal(seen.mean(), (variance / len(seen)) ** 0.5)
            filled = np.concatenate([seen, rng.normal(mean, variance**0.5, n_rows - len(seen))])
            estimates.append(filled.mean())
            variances.append(filled.var(ddof=1) / n_rows)
        pooled = pool_estimates(estimates, variances, n_rows=n_rows)
        covered += pooled.low <= 0.0 <= pooled.high
    assert abs(covered / 400 - 0.95) < 4 * (0.95 * 0.05 / 400) ** 0.5


def test_what_cannot_be_pooled_is_refused() -> None:
    with pytest.raises(TableError, match="n_draws=5"):
        pool_estimates([1.0], [1.0])
    with pytest.raises(TableError, match="one for each estimate"):
        pool_estimates([1.0, 2.0], [1.0])
    with pytest.raises(TableError, match="variances of at least 0"):
        pool_estimates([1.0, 2.0], [1.0, -1.0])
