"""A choice among classes: probabilities, what the context says about them, and when nothing is learned."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.generators.autoregressive.boosting import BoostingSettings, fit_choice

SETTINGS = BoostingSettings(fewest_holdout=100)


def noise(n_rows: int, n_features: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((n_rows, n_features), dtype=np.float32)


def test_probabilities_have_the_sum_one_and_a_class_that_never_occurred_has_none() -> None:
    context = noise(2000, 3)
    codes = (context[:, 0] * 3).astype(np.int64) * 2  # classes 0, 2 and 4 of 6
    found = fit_choice(context, codes, 6, settings=SETTINGS, seed=1).probabilities(context)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    assert (found[:, [1, 3, 5]] == 0).all()


def test_a_choice_that_follows_from_the_context_is_learned() -> None:
    context = noise(4000, 2)
    codes = (context[:, 0] * 4).astype(np.int64)
    found = fit_choice(context, codes, 4, settings=SETTINGS, seed=1).probabilities(context)
    assert found[np.arange(4000), codes].mean() > 0.95


def test_the_probabilities_of_a_noisy_choice_are_calibrated() -> None:
    context, random = noise(20_000, 2), np.random.default_rng(5)
    truth = 0.2 + 0.6 * (context[:, 0] > 0.5)
    codes = (random.random(20_000) < truth).astype(np.int64)
    found = fit_choice(context, codes, 2, settings=SETTINGS, seed=1).probabilities(context)[:, 1]
    for side in (0.2, 0.8):
        inside = truth == side
        # Four standard errors of a share of about 10,000 rows, and a little that shrinkage leaves.
        assert abs(found[inside].mean() - side) < 4 * np.sqrt(0.16 / inside.sum()) + 0.02


@pytest.mark.parametrize("n_rows", [300, 5000])
def test_where_the_context_says_nothing_nearly_nothing_is_learned(n_rows: int) -> None:
    codes = np.random.default_rng(3).integers(0, 4, n_rows)
    model = fit_choice(noise(n_rows, 4), codes, 4, settings=SETTINGS, seed=1)
    found = model.probabilities(noise(200, 4, seed=9))
    assert np.abs(found - model.shares).max() < 0.08


def test_a_category_of_the_context_is_used_as_a_category() -> None:
    random = np.random.default_rng(0)
    jobs = random.integers(0, 20, 6000)
    answer = np.isin(jobs, [1, 4, 7, 13, 18]).astype(np.int64)
    context = jobs[:, None].astype(np.float32)
    found = fit_choice(context, answer, 2, categorical=(0,), settings=SETTINGS, seed=1).probabilities(context)
    assert found[np.arange(6000), answer].mean() > 0.97


def test_weights_count_as_rows() -> None:
    context = np.zeros((400, 1), dtype=np.float32)
    codes = np.repeat([0, 1], 200)
    weights = np.where(codes == 1, 3.0, 1.0).astype(np.float32)
    model = fit_choice(context, codes, 2, weights=weights, settings=SETTINGS, seed=1)
    assert model.shares.tolist() == [0.25, 0.75]


def test_one_class_no_context_or_few_rows_need_no_trees() -> None:
    context = noise(500, 1)
    assert fit_choice(context, np.zeros(500, dtype=np.int64), 3, settings=SETTINGS, seed=0).n_trees == 0
    assert fit_choice(context[:, :0], np.arange(500) % 2, 2, settings=SETTINGS, seed=0).n_trees == 0
    assert fit_choice(context[:9], np.arange(9) % 2, 2, settings=SETTINGS, seed=0).n_trees == 0


def test_a_rare_class_does_not_explode() -> None:
    context, codes = noise(5000, 5), np.zeros(5000, dtype=np.int64)
    codes[:3] = 1
    codes[3:200] = 2
    found = fit_choice(context, codes, 3, settings=SETTINGS, seed=0).probabilities(context)
    assert abs(found[:, 1].mean() - 3 / 5000) < 3 / 5000


def test_no_round_begins_after_the_deadline() -> None:
    context = noise(4000, 2)
    codes = (context[:, 0] * 4).astype(np.int64)
    assert fit_choice(context, codes, 4, settings=SETTINGS, deadline=0.0, seed=1).n_trees == 0


def test_the_same_seed_grows_the_same_trees() -> None:
    context = noise(4000, 2)
    codes = (context[:, 0] * 4).astype(np.int64)
    one, other = (fit_choice(context, codes, 4, settings=SETTINGS, seed=1) for _ in range(2))
    assert one.trees == other.trees
    assert np.array_equal(one.leaf_values, other.leaf_values)
