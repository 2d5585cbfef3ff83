"""Probabilities out of fold, and why penalties that look at outcomes need them."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.generators.autoregressive.boosting import BoostingSettings, fit_choice
from equitab.generators.autoregressive.cross_fitting import out_of_fold
from equitab.generators.fairness.class_penalty import ClassPenalty
from equitab.generators.fairness.penalty import FairnessPenalty

PATIENT = BoostingSettings().patient()


def test_no_row_knows_its_own_class() -> None:
    """Classes that depend on nothing: probabilities that knew them would be higher where they are right."""
    random = np.random.default_rng(0)
    context, codes = random.random((4000, 5), dtype=np.float32), random.integers(0, 2, 4000)
    found = out_of_fold(context, codes, 2, seed=1)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    # The mean probability of the own class has a standard error of less than 0.5 / sqrt(4000) = 0.008.
    assert found[np.arange(4000), codes].mean() == pytest.approx(0.5, abs=0.024)


def test_what_the_context_says_is_known() -> None:
    random = np.random.default_rng(0)
    context = random.random((4000, 2), dtype=np.float32)
    codes = (context[:, 0] * 3).astype(np.int64)
    found = out_of_fold(context, codes, 4, is_ordered=True, weights=np.ones(4000, np.float32), seed=1)
    assert found[np.arange(4000), codes].mean() > 0.9
    assert (found[:, 3] == 0).all()


def test_small_tables_have_folds_too() -> None:
    context = np.arange(7, dtype=np.float32)[:, None]
    found = out_of_fold(context, np.array([0, 1, 0, 1, 0, 1, 0]), 2, seed=1)
    assert np.allclose(found.sum(axis=1), 1)
    assert np.array_equal(out_of_fold(context[:3], np.array([0, 1, 0]), 2, seed=1).shape, (3, 2))


def test_equal_opportunity_holds_for_other_people_once_outcomes_are_out_of_fold() -> None:
    def people(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        random = np.random.default_rng(seed)
        group, merit = random.integers(0, 2, 8000), random.normal(size=(8000, 6))
        chance = 1 / (1 + np.exp(1.5 - 1.2 * group - 1.5 * merit[:, 0]))
        context = np.column_stack([group, merit]).astype(np.float32)
        return context, group, (random.random(8000) < chance).astype(np.int64)

    context, group, outcome = people(0)
    part = FairnessPenalty(
        criterion="equal_opportunity", codes=group, n_groups=2, is_favorable=outcome == 1, weight=1.0
    )
    penalty = ClassPenalty((part,), np.array([0.0, 1.0]))
    honest = penalty.with_outcomes(out_of_fold(context, outcome, 2, categorical=(0,), seed=3))
    others, their_group, their_outcome = people(1)
    gaps = []
    for held in (None, honest):
        model = fit_choice(context, outcome, 2, categorical=(0,), penalty=held, settings=PATIENT, seed=1)
        p = model.probabilities(others)[:, 1]
        rates = [p[(their_group == side) & (their_outcome == 1)].mean() for side in (0, 1)]
        gaps.append(rates[1] - rates[0])
    assert gaps[0] > 0.08
    assert abs(gaps[1]) < 0.5 * gaps[0]
