"""Laws of putting rows on a plane."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import MissingExtraError
from equitab.evaluation import plane
from equitab.evaluation.plane import choose_method, is_umap_installed, place_rows


def make_rows(n: int, n_features: int = 5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, n_features)) * np.arange(n_features, 0, -1)


def test_components_keep_all_distances_of_rows_that_lie_on_a_plane() -> None:
    """Two directions are enough for two."""
    flat = make_rows(40, 2) @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]])
    found = place_rows(flat, flat, method="pca", seed=0)
    before, after = (np.linalg.norm(rows[:, None] - rows, axis=2) for rows in (flat, found.fitted))
    assert after == pytest.approx(before)
    assert found.variance_share == pytest.approx(1.0)


def test_a_row_has_the_same_place_whether_it_was_learned_or_not() -> None:
    """Components are linear."""
    rows = make_rows(50)
    found = place_rows(rows, rows[10:20], method="pca", seed=0)
    assert found.others == pytest.approx(found.fitted[10:20])


def test_the_order_of_rows_changes_no_place() -> None:
    """Nor does it flip the picture."""
    rows = make_rows(50)
    order = np.random.default_rng(1).permutation(50)
    first, second = (place_rows(held, rows[:0], method="pca", seed=0) for held in (rows, rows[order]))
    assert second.fitted == pytest.approx(first.fitted[order])


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_a_few_rows_have_places(n_rows: int) -> None:
    """Where there is no second direction, they lie on a line."""
    rows = make_rows(n_rows, 1)
    found = place_rows(rows, rows, method="pca", seed=0)
    assert found.fitted.shape == (n_rows, 2)
    assert (found.fitted[:, 1] == 0).all()


def test_umap_is_taken_where_it_is_there_and_rows_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere components, unless it was asked for by name."""
    monkeypatch.setattr(plane, "is_umap_installed", lambda: True)
    assert [choose_method("auto", n) for n in (999, 1_000)] == ["pca", "umap"]
    assert choose_method("umap", 10) == "umap"
    monkeypatch.setattr(plane, "is_umap_installed", lambda: False)
    assert choose_method("auto", 5000) == "pca"
    with pytest.raises(MissingExtraError, match="pictures"):
        choose_method("umap", 5000)


@pytest.mark.slow
@pytest.mark.skipif(not is_umap_installed(), reason="the extra 'pictures' is not installed")
def test_umap_with_the_same_seed_gives_the_same_places() -> None:
    """And keeps two clusters apart, those of new rows with those that they belong to."""
    rows = np.concatenate([make_rows(150), make_rows(150, seed=1) + 60])
    new = np.concatenate([make_rows(20, seed=2), make_rows(20, seed=3) + 60])
    first, again = (place_rows(rows, new, method="umap", seed=0) for _ in range(2))
    assert np.array_equal(first.fitted, again.fitted)
    assert np.array_equal(first.others, again.others)
    middles = first.fitted[:150].mean(axis=0), first.fitted[150:].mean(axis=0)
    nearer = np.linalg.norm(first.others - middles[0], axis=1) < np.linalg.norm(
        first.others - middles[1], axis=1
    )
    assert nearer.tolist() == [True] * 20 + [False] * 20
