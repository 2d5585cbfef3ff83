"""Outcomes drawn again with the numbers that explain the old ones."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.generators.fairness.relabelling import explaining, relabelled


def drawn(n_rows: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    probability = random.random(n_rows)
    outcome = random.random(n_rows) < probability
    return probability, outcome, explaining(probability, outcome, random)


def test_numbers_that_explain_outcomes_are_uniform() -> None:
    """Below the probability where favorable, above it where not, and uniform over all rows."""
    probability, outcome, uniform = drawn(20000)
    assert ((uniform < probability) == outcome).all()
    assert np.abs(np.quantile(uniform, [0.25, 0.5, 0.75]) - [0.25, 0.5, 0.75]).max() < 0.015


def test_the_counts_are_those_that_were_wanted() -> None:
    """Each stratum has exactly the rounded number of favorable outcomes."""
    probability, outcome, uniform = drawn()
    strata = np.arange(len(probability)) % 3
    wanted = np.array([200.4, 700.0, 1000.9])
    found = relabelled(
        uniform, probability, strata, wanted=wanted, rounding=np.array([0.5, 0.5, 0.5]), is_favorable=outcome
    )
    assert np.bincount(strata[found]).tolist() == [200, 700, 1001]


def test_unchanged_probabilities_change_next_to_nothing() -> None:
    """With the old probabilities and the old counts every outcome stays."""
    probability, outcome, uniform = drawn()
    strata = np.zeros(len(probability), dtype=np.int64)
    found = relabelled(
        uniform,
        probability,
        strata,
        wanted=np.array([float(outcome.sum())]),
        rounding=np.array([0.0]),
        is_favorable=outcome,
    )
    assert (found == outcome).all()


def test_as_few_outcomes_change_as_the_probabilities_ask_for() -> None:
    """Coupled with the old numbers, the share that changes is the mean distance of the probabilities."""
    probability, outcome, uniform = drawn(20000)
    raised = probability**0.7
    found = relabelled(
        uniform,
        raised,
        np.zeros(len(raised), dtype=np.int64),
        wanted=np.array([raised.sum()]),
        rounding=np.array([0.5]),
        is_favorable=outcome,
    )
    assert (found != outcome).mean() == pytest.approx((raised - probability).mean(), abs=0.006)
    assert (found >= outcome).mean() > 0.99


def test_rows_without_a_stratum_keep_their_outcome() -> None:
    """A row that is left out is never changed."""
    probability, outcome, uniform = drawn(50)
    found = relabelled(
        uniform,
        1 - probability,
        np.full(50, -1),
        wanted=np.zeros(0),
        rounding=np.zeros(0),
        is_favorable=outcome,
    )
    assert (found == outcome).all()
