"""A score is its level and its place: splitting and joining give it back."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from equitab.generators.diffusion.levels import ColumnLevels, NumericLevels, find_atoms, fit_levels


def _spread(values: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Normal scores with ties spread, and codes of equal values."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    upper = np.cumsum(counts)
    within = 0.001 + 0.998 * np.random.default_rng(seed).random(len(values))
    shares = (upper[codes] - counts[codes] + within * counts[codes]) / len(values)
    return ndtri(shares), codes.astype(np.int64)


def _point_mass(n_rows: int = 2_000) -> np.ndarray:
    generator = np.random.default_rng(1)
    smooth = generator.normal(size=n_rows)
    return np.where(generator.random(n_rows) < 0.7, 0.0, smooth)


def test_a_score_off_the_atoms_comes_back() -> None:
    scores, values = _spread(_point_mass())
    levels = fit_levels(scores, values, most_bins=8)
    on_atom = find_atoms(values)[values]
    level, place = levels.split(scores, on_atom)
    back = levels.join(level, place)
    assert levels.n_atoms == 1
    assert levels.n_bins == 8
    np.testing.assert_allclose(back[~on_atom], scores[~on_atom], atol=0.02)


def test_an_atom_comes_back_as_a_score_of_its_own_value() -> None:
    scores, values = _spread(np.random.default_rng(0).integers(17, 60, 5_000))
    levels = fit_levels(scores, values, most_bins=8)
    assert levels.n_bins == 0
    level, place = levels.split(scores, np.ones(len(scores), dtype=bool))
    back = levels.join(level, place)
    for value in np.unique(values):
        held = scores[values == value]
        joined = np.unique(back[values == value])
        assert len(joined) == 1
        assert held.min() <= joined[0] <= held.max()


def test_places_within_bins_are_standard_normal() -> None:
    scores, values = _spread(np.random.default_rng(0).normal(size=4_000))
    levels = fit_levels(scores, values, most_bins=4)
    level, place = levels.split(scores, np.zeros(len(scores), dtype=bool))
    assert np.bincount(level).tolist() == [1_000] * 4
    assert abs(place.mean()) < 0.05
    assert abs(place.std() - 1) < 0.05


def test_joined_scores_of_normal_places_are_standard_normal() -> None:
    scores, values = _spread(_point_mass(20_000))
    levels = fit_levels(scores, values, most_bins=16)
    level, _ = levels.split(scores, find_atoms(values)[values])
    back = levels.join(level, np.random.default_rng(3).normal(size=len(level)))
    off = level >= levels.n_atoms
    np.testing.assert_allclose(
        np.quantile(back[off], [0.1, 0.5, 0.9]), np.quantile(scores[off], [0.1, 0.5, 0.9]), atol=0.06
    )
    assert np.abs(back).max() < np.abs(scores).max() + 0.5


def test_no_value_of_fewer_than_ten_rows_is_an_atom() -> None:
    assert find_atoms(np.array([0] * 9 + [1] * 10 + [2])).tolist() == [False, True, False]


def test_only_the_most_frequent_values_are_atoms() -> None:
    values = np.repeat(np.arange(400), np.arange(400) + 10)
    assert find_atoms(values).sum() == 160


def test_a_smooth_column_in_one_bin_needs_no_token() -> None:
    scores = np.random.default_rng(0).normal(size=(300, 2))
    levels = NumericLevels.fit(scores, None, most_bins=1)
    assert levels.token_columns == ()
    assert levels.place_columns == (0, 1)
    tokens, places = levels.split(scores, None)
    np.testing.assert_allclose(levels.join(tokens, places, np.zeros((300, 2))), scores, atol=0.01)


def test_smooth_columns_beside_each_other_are_left_whole_and_a_single_one_is_cut() -> None:
    scores = np.random.default_rng(0).normal(size=(2_000, 45))
    assert NumericLevels.fit(scores, None, most_bins=32).token_columns == ()
    assert NumericLevels.fit(scores[:, :1], None, most_bins=32).cardinalities == (32,)


def test_a_constant_column_is_one_atom_without_token_or_place() -> None:
    scores, values = _spread(np.zeros(100))
    levels = NumericLevels.fit(scores[:, None], values[:, None], most_bins=32)
    assert levels.token_columns == ()
    assert levels.place_columns == ()
    tokens, places = levels.split(scores[:, None], values[:, None])
    joined = levels.join(tokens, places, np.zeros((100, 1)))
    assert len(np.unique(joined)) == 1


@pytest.mark.parametrize("n_rows", [1, 2, 5, 50])
def test_tiny_tables_have_levels(n_rows: int) -> None:
    scores, values = _spread(np.random.default_rng(0).integers(0, 4, n_rows).astype(float))
    levels = NumericLevels.fit(scores[:, None], values[:, None], most_bins=32)
    tokens, places = levels.split(scores[:, None], values[:, None])
    joined = levels.join(tokens, places, np.zeros((n_rows, 1)))
    assert np.isfinite(joined).all()


def test_levels_survive_json() -> None:
    scores, values = _spread(_point_mass())
    levels = fit_levels(scores, values, most_bins=8)
    again = ColumnLevels.from_dict(levels.to_dict())
    level, place = levels.split(scores, find_atoms(values)[values])
    np.testing.assert_array_equal(again.join(level, place), levels.join(level, place))
    assert again.is_diffused == levels.is_diffused
