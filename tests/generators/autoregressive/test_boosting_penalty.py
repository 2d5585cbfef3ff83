"""Fairness penalties inside boosted trees: parity is learned, at a price, and nothing changes without a weight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equitab.generators.autoregressive.boosting import BoostingSettings, ChoiceModel, fit_choice
from equitab.generators.fairness.class_penalty import ClassPenalty
from equitab.generators.fairness.penalty import FairnessPenalty

SETTINGS = BoostingSettings(fewest_holdout=100)
N_ROWS = 6000


def people(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A group, a merit and noise; the outcome follows group and merit."""
    random = np.random.default_rng(seed)
    group = random.integers(0, 2, N_ROWS)
    context = np.column_stack([group, random.random((N_ROWS, 2))]).astype(np.float32)
    chance = 1 / (1 + np.exp(-(2 * group - 2 + 3 * (context[:, 1] - 0.5))))
    return context, group, (random.random(N_ROWS) < chance).astype(np.int64)


def learned(
    weight: float,
    criterion: str = "demographic_parity",
    *,
    settings: BoostingSettings = SETTINGS,
    **more: Any,
) -> ChoiceModel:
    context, group, outcome = people()
    part = FairnessPenalty(
        criterion=criterion,  # type: ignore[arg-type]
        codes=group,
        n_groups=2,
        is_favorable=outcome == 1,
        weight=weight,
        **more,
    )
    penalty = ClassPenalty((part,), np.array([0.0, 1.0]))
    return fit_choice(context, outcome, 2, categorical=(0,), penalty=penalty, settings=settings, seed=1)


def rates_of(model: ChoiceModel, rows: np.ndarray | None = None) -> np.ndarray:
    context, group, _ = people(seed=9)
    p = model.probabilities(context)[:, 1]
    kept = np.ones(N_ROWS, dtype=bool) if rows is None else rows
    return np.array([p[kept & (group == side)].mean() for side in (0, 1)])


def log_loss(model: ChoiceModel) -> float:
    context, _, outcome = people(seed=9)
    return float(-np.log(model.probabilities(context)[np.arange(N_ROWS), outcome]).mean())


def test_the_gap_narrows_with_the_weight_and_the_likelihood_pays() -> None:
    models = [learned(weight) for weight in (0.0, 0.05, 1.0)]
    gaps = [np.ptp(rates_of(model)) for model in models]
    assert gaps[0] > 0.3
    assert gaps[0] > gaps[1] + 0.05 > gaps[2] + 0.1
    assert gaps[2] < 0.03
    losses = [log_loss(model) for model in models]
    assert losses == sorted(losses)
    # Merit still counts.
    assert losses[2] < float(np.log(2))


def test_the_rate_of_all_stays_as_it_was() -> None:
    assert rates_of(learned(1.0)).mean() == pytest.approx(rates_of(learned(0.0)).mean(), abs=0.02)


def test_a_weight_of_zero_changes_nothing() -> None:
    context, _, outcome = people()
    plain = fit_choice(context, outcome, 2, categorical=(0,), settings=SETTINGS, seed=1)
    assert learned(0.0).trees == plain.trees
    assert np.allclose(learned(0.0).leaf_values, plain.leaf_values, atol=1e-6)


def test_the_same_seed_grows_the_same_trees() -> None:
    assert learned(1.0).trees == learned(1.0).trees


def test_equal_opportunity_narrows_the_gap_among_favorable_outcomes() -> None:
    is_good = people(seed=9)[2] == 1
    before, after = rates_of(learned(0.0), is_good), rates_of(learned(1.0, "equal_opportunity"), is_good)
    assert np.ptp(before) > 0.25
    assert np.ptp(after) < 0.4 * np.ptp(before)


def test_a_minimum_rate_lifts_those_below_it() -> None:
    before, after = rates_of(learned(0.0)), rates_of(learned(5.0, "minimum_rate", bound=0.4))
    assert before[0] < 0.25
    assert after[0] == pytest.approx(0.4, abs=0.04)
    assert after[1] == pytest.approx(before[1], abs=0.04)


def test_in_folds_small_tables_heed_the_penalty_too() -> None:
    model = learned(1.0, settings=BoostingSettings(fewest_holdout=10_000))
    assert np.ptp(rates_of(model)) < 0.03


def test_a_choice_of_many_ordered_classes_heeds_the_share_that_is_favorable() -> None:
    context, group, _ = people()
    random = np.random.default_rng(2)
    codes = np.clip((context[:, 1] * 6 + 2 * group + random.normal(0, 1, N_ROWS)).astype(np.int64), 0, 9)
    favorable = (np.arange(10) >= 5).astype(np.float64)
    gaps = []
    for weight in (0.0, 1.0):
        part = FairnessPenalty(
            criterion="demographic_parity", codes=group, n_groups=2, is_favorable=codes >= 5, weight=weight
        )
        penalty = ClassPenalty((part,), favorable)
        model = fit_choice(context, codes, 10, is_ordered=True, penalty=penalty, settings=SETTINGS, seed=1)
        p = model.probabilities(context) @ favorable
        gaps.append(abs(p[group == 1].mean() - p[group == 0].mean()))
    assert gaps[0] > 0.25
    assert gaps[1] < 0.04


def test_classes_that_never_occur_do_not_disturb_the_penalty() -> None:
    context, group, outcome = people()
    part = FairnessPenalty(criterion="demographic_parity", codes=group, n_groups=2, is_favorable=outcome == 1)
    penalty = ClassPenalty((part,), np.array([0.0, 0.0, 0.0, 1.0]))
    model = fit_choice(context, outcome * 3, 4, categorical=(0,), penalty=penalty, settings=SETTINGS, seed=1)
    p = model.probabilities(context)
    assert (p[:, 1:3] == 0).all()
    assert abs(p[group == 1, 3].mean() - p[group == 0, 3].mean()) < 0.03


@pytest.mark.slow
def test_on_adult_a_weight_of_one_nearly_reaches_parity(shared_data: Path) -> None:
    import pandas as pd

    adult = pd.read_parquet(shared_data / "adult" / "adult.parquet").sample(10_000, random_state=0)
    outcome = adult["income"].astype(str).str.startswith(">50").to_numpy()
    sex = (adult["sex"].astype(str).str.strip() == "Male").to_numpy().astype(np.int64)
    numbers = adult.select_dtypes("number").to_numpy(dtype=np.float32)
    context = np.column_stack([sex, numbers]).astype(np.float32)
    gaps = []
    for weight in (0.0, 1.0):
        part = FairnessPenalty(
            criterion="demographic_parity", codes=sex, n_groups=2, is_favorable=outcome, weight=weight
        )
        penalty = ClassPenalty((part,), np.array([0.0, 1.0]))
        settings = BoostingSettings().patient()
        model = fit_choice(context, outcome.astype(np.int64), 2, penalty=penalty, settings=settings, seed=1)
        p = model.probabilities(context)[:, 1]
        gaps.append(p[sex == 1].mean() - p[sex == 0].mean())
    assert gaps[0] > 0.15
    assert abs(gaps[1]) < 0.02
