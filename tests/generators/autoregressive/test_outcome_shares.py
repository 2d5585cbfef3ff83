"""Drawn outcomes have the shares of the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from equitab.generators import load_generator, make_generator
from equitab.generators.autoregressive.outcome_shares import class_factors
from equitab.schema import Column, TableSchema


def test_factors_bring_means_to_what_is_wanted() -> None:
    """By hand: 0.8 and 0.2 in every row become a half each with odds of 4, and a class that never occurs stays out."""
    shares = np.array([[0.8, 0.2, 0.0]] * 3)
    factors = class_factors(shares, np.array([0.5, 0.5, 0.0]))
    assert factors[1] / factors[0] == pytest.approx(4)
    weighed = shares * factors
    assert (weighed / weighed.sum(axis=1, keepdims=True)).mean(axis=0).tolist() == pytest.approx(
        [0.5, 0.5, 0]
    )


def test_factors_stay_near_one_where_next_to_nothing_is_wanted() -> None:
    """No class is blown up because of a few rows."""
    factors = class_factors(np.array([[0.999999, 0.000001]] * 5), np.array([0.5, 0.5]))
    assert factors.max() <= 4


@pytest.mark.slow
def test_a_small_table_keeps_its_rate_and_a_saved_generator_too(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Many columns that say little, few rows: drawn outcomes are as frequent as those learned."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{place}": random.normal(size=600) for place in range(8)})
    frame["y"] = np.where(frame["x0"] + frame["x1"] + random.normal(size=600) > 1.6, "yes", "no")
    columns = (*(Column(f"x{place}", "numeric") for place in range(8)), Column("y", "categorical"))
    made = make_generator("boosted_trees", n_jobs=2).fit(frame, TableSchema(columns, "y", ("yes",)), seed=0)
    drawn = made.sample(20_000, seed=1)
    assert (drawn["y"] == "yes").mean() == pytest.approx((frame["y"] == "yes").mean(), abs=0.012)
    made.save(tmp_path / "saved")
    pd.testing.assert_frame_equal(load_generator(tmp_path / "saved").sample(20_000, seed=1), drawn)
