"""What a network reads of a context: categories as entries, numbers between knots."""

from __future__ import annotations

import numpy as np

from equitab.generators.autoregressive.network_features import Features, find_knots, fit_features


def context() -> np.ndarray:
    random = np.random.default_rng(0)
    held = np.column_stack([random.integers(3, size=400), random.random(400), random.choice([0.1, 0.7], 400)])
    held[:20, 1] = np.nan
    return held.astype(np.float32)


def test_the_weights_of_every_feature_have_the_sum_one() -> None:
    features = fit_features(context(), (0,), n_knots=8)
    entries, weights = features.read(context())
    assert entries.shape == weights.shape == (400, 5)
    assert np.allclose(weights.sum(axis=1), 3)
    assert entries.min() >= 0
    assert entries.max() < features.n_entries


def test_a_number_lies_between_its_knots_as_its_weights_say() -> None:
    held = context()[20:]
    features = fit_features(held, (0,), n_knots=8)
    knots = features.features[1].knots
    entries, weights = features.read(held)
    first = features.features[0].n_entries
    read = (knots[entries[:, 1:3] - first] * weights[:, 1:3]).sum(axis=1)
    assert np.allclose(read, np.clip(held[:, 1], knots[0], knots[-1]), atol=1e-6)


def test_missing_numbers_and_unseen_categories_have_an_entry_of_their_own() -> None:
    features = fit_features(context(), (0,), n_knots=8)
    odd = np.array([[7, np.nan, np.nan]], dtype=np.float32)
    entries, weights = features.read(odd)
    ends = np.cumsum([feature.n_entries for feature in features.features]) - 1
    assert entries[0].tolist() == [ends[0], ends[1], ends[1], ends[2], ends[2]]
    assert weights[0].tolist() == [1, 1, 0, 1, 0]
    assert features.spare_entries == [ends[0]]


def test_no_knot_is_the_value_of_a_single_row() -> None:
    values = np.random.default_rng(1).random(3000).astype(np.float32)
    assert not np.isin(find_knots(values, 32), values).any()
    few = np.append(np.repeat(np.float32([0.2, 0.5]), 30), np.float32(0.9))
    assert find_knots(few, 32).tolist() == [np.float32(0.2), np.float32(0.5)]


def test_a_value_of_many_rows_leaves_knots_for_the_others() -> None:
    random = np.random.default_rng(2)
    values = np.where(random.random(5000) < 0.9, 0.0, random.random(5000)).astype(np.float32)
    assert (find_knots(values, 32) > 0.05).sum() > 15


def test_features_survive_being_saved() -> None:
    features = fit_features(context(), (0,), n_knots=8)
    again = Features.from_dict(features.to_dict())
    for one, other in zip(features.read(context()), again.read(context()), strict=True):
        assert np.array_equal(one, other)
