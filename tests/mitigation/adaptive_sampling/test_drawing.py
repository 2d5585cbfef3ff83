"""Laws of batches: their shares, their size, no row twice in a pass, and a state that goes on."""

from __future__ import annotations

import json
import time
import tracemalloc
from itertools import islice
from typing import Any

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.mitigation.adaptive_sampling.drawing import MOST_REMEMBERED, AdaptiveBatchSampler
from equitab.mitigation.adaptive_sampling.row_pools import CarriedRounding, RowPools


@pytest.fixture
def pool() -> dict[str, Any]:
    """Eighty real rows, unevenly spread over four cells, and thirty generated ones of three cells."""
    labels = np.repeat([0, 0, 1, 1, 0, 0, 1], [40, 20, 5, 15, 10, 10, 10])
    groups = np.repeat([0, 1, 0, 1, 0, 1, 1], [40, 20, 5, 15, 10, 10, 10])
    return {"labels": labels, "groups": groups, "is_generated": np.arange(110) >= 80}


def cells_drawn(sampler: AdaptiveBatchSampler, n_batches: int) -> np.ndarray:
    """Return how many rows of each source and cell some batches held."""
    counts = np.zeros((2, *sampler.cells.shape))
    for _ in range(n_batches):
        rows = sampler.draw()
        cells = sampler.cells
        np.add.at(counts, (cells.is_generated[rows].astype(int), cells.labels[rows], cells.groups[rows]), 1)
    return counts


@pytest.mark.parametrize("strategy", ["dr_fairness", "fairbatch", "balanced", "uniform", "pooled"])
def test_batches_have_the_shares_that_ratios_say(pool: dict[str, Any], strategy: Any) -> None:
    """Over 50 batches to within a row or two, each batch of the exact size."""
    sampler = AdaptiveBatchSampler(**pool, batch_size=7, strategy=strategy, seed=1)
    assert [len(batch) for batch in sampler] == [7] * len(sampler)
    counts = cells_drawn(sampler, 50)
    assert np.abs(counts - 350 * sampler.ratios.batch_shares).max() < 2


def test_strategies_mean_what_they_say(pool: dict[str, Any]) -> None:
    """By hand: real rows as they are, all rows as they are, all cells alike with generated rows to the largest."""
    shares = {
        name: AdaptiveBatchSampler(**pool, strategy=name, seed=0).ratios.batch_shares
        for name in ("uniform", "pooled", "balanced")
    }
    real = np.array([[40, 20], [5, 15]])
    np.testing.assert_allclose(shares["uniform"], np.stack([real / 80, np.zeros((2, 2))]), atol=1e-12)
    np.testing.assert_allclose(shares["pooled"], np.stack([real, [[10, 10], [0, 10]]]) / 110, atol=1e-12)
    np.testing.assert_allclose(shares["balanced"].sum(axis=0), np.full((2, 2), 0.25))
    np.testing.assert_allclose(shares["balanced"][0] * 4, [[1, 20 / 30], [1, 15 / 25]])


@pytest.mark.parametrize("strategy", ["fairbatch", "balanced", "uniform", "pooled"])
def test_shares_of_outcomes_are_learned_with_the_other_ratios_only(
    pool: dict[str, Any], strategy: Any
) -> None:
    """Elsewhere nobody would move them."""
    with pytest.raises(InputError, match=rf"label_shares of the strategy '{strategy}'.*'dr_fairness'"):
        AdaptiveBatchSampler(**pool, strategy=strategy, label_shares="learned", seed=0)


def test_learning_begins_with_the_groups_of_the_real_rows_half_real(pool: dict[str, Any]) -> None:
    """A cell without generated rows is real."""
    ratios = AdaptiveBatchSampler(**pool, seed=0).ratios
    np.testing.assert_allclose(ratios.group_shares, [[2 / 3, 1 / 3], [0.25, 0.75]])
    np.testing.assert_allclose(ratios.real_shares, [[0.5025, 0.5025], [1, 0.5025]], atol=1e-6)
    np.testing.assert_allclose(ratios.batch_shares.sum(axis=(0, 2)), [0.75, 0.25])


def test_no_row_comes_twice_before_all_have_come() -> None:
    """Also where a pass ends within a take: the rest comes from the beginning of the next pass."""
    pools = RowPools([np.arange(7), np.arange(100, 103)], seed=3)
    taken = np.concatenate([pools.take(0, n) for n in (3, 3, 3, 5)])
    assert sorted(taken[:7]) == sorted(taken[7:]) == list(range(7))
    assert taken[:7].tolist() != taken[7:].tolist()
    assert sorted(np.unique(pools.take(1, 7), return_counts=True)[1]) == [2, 2, 3]
    assert pools.n_passes == [1, 2]


def test_rounding_keeps_the_size_and_owes_nothing() -> None:
    """Shares that move: every sum exact, and over time every share is met to less than one row."""
    rng, rounding = np.random.default_rng(0), CarriedRounding(10, 6)
    owed = np.zeros(6)
    for _ in range(500):
        shares = rng.dirichlet(np.full(6, 0.4))
        counts = rounding.counts(shares)
        assert counts.sum() == 10
        assert (counts >= 0).all()
        owed += 10 * shares - counts
        assert np.abs(owed).max() < 2


def test_a_share_of_nothing_gets_nothing() -> None:
    """Whatever earlier roundings left over."""
    rounding = CarriedRounding(3, 2)
    rounding.counts(np.array([0.5, 0.5]))
    assert rounding.counts(np.array([1.0, 0.0])).tolist() == [3, 0]


def test_the_same_seed_draws_the_same_rows(pool: dict[str, Any]) -> None:
    """And another seed others."""
    first, again, other = (AdaptiveBatchSampler(**pool, seed=seed, batch_size=16) for seed in (4, 4, 5))
    assert list(first) == list(again)
    assert list(first) != list(other)


def test_a_saved_state_goes_on_in_the_middle_of_an_epoch(pool: dict[str, Any]) -> None:
    """Also through JSON; the rest of the epoch, then whole ones."""
    whole = AdaptiveBatchSampler(**pool, seed=4, batch_size=9)
    expected = [batch for _ in range(3) for batch in whole]
    begun = AdaptiveBatchSampler(**pool, seed=4, batch_size=9)
    batches = list(islice(begun, 4))
    state = json.loads(json.dumps(begun.state_dict()))
    resumed = AdaptiveBatchSampler(**pool, seed=4, batch_size=9)
    resumed.load_state_dict(state)
    rest = [batch for _ in range(3) for batch in resumed]
    assert batches + rest == expected


def test_a_state_of_other_rows_is_refused(pool: dict[str, Any]) -> None:
    """Rather than drawing rows that are not there."""
    state = AdaptiveBatchSampler(**pool, seed=4).state_dict()
    with pytest.raises(InputError, match="same rows and settings"):
        AdaptiveBatchSampler(**pool, seed=5).load_state_dict(state)


def test_history_is_bounded(pool: dict[str, Any]) -> None:
    """Thinned evenly, the first and the present point kept."""
    sampler = AdaptiveBatchSampler(**pool, seed=0, batch_size=2)
    for _ in range(3 * MOST_REMEMBERED):
        sampler.draw()
    places = [point.n_batches for point in sampler.history]
    assert len(places) <= MOST_REMEMBERED + 1
    assert places[0] == 0
    assert places[-1] == sampler.n_drawn
    assert set(np.diff(places[:-1])) == {4}


@pytest.mark.slow
def test_memory_for_a_batch_does_not_grow(pool: dict[str, Any]) -> None:
    """300 batches after 1,200."""
    sampler = AdaptiveBatchSampler(**pool, seed=0)
    for _ in range(1200):
        sampler.draw()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(300):
            sampler.draw()
        assert tracemalloc.get_traced_memory()[0] - before < 150_000
    finally:
        tracemalloc.stop()


def test_pools_that_are_used_up_too_often_are_named() -> None:
    """Three generated rows for half of every batch."""
    labels, groups = np.r_[np.tile([0, 1], 200), [0, 0, 0]], np.zeros(403, dtype=int)
    sampler = AdaptiveBatchSampler(labels, groups, np.arange(403) >= 400, batch_size=40, seed=0)
    for _ in sampler:
        pass
    assert len(sampler.remarks) == 2
    assert "the generated rows of outcome 0, group 0 were gone through" in sampler.remarks[1]
    assert "more than there are" in sampler.remarks[1]
    assert "no generated rows of (outcome, group) (1, 0)" in sampler.remarks[0]


def test_everything_wrong_is_said_at_once() -> None:
    """Settings together, codes together."""
    with pytest.raises(InputError) as said:
        AdaptiveBatchSampler([0, 1], [0, 1], [1, 1], batch_size=0, strategy="dr_fair", seed=0)  # type: ignore[arg-type]
    assert len(said.value.problems) == 3
    assert "did you mean 'dr_fairness'?" in str(said.value)
    with pytest.raises(InputError) as said:
        AdaptiveBatchSampler([0, -1, 0.5], ["a", "b", "c"], n_groups=2, seed=0)
    assert [problem.received for problem in said.value.problems] == [
        "others in 2 of 3 rows",
        "values of type <U1",
    ]
    with pytest.raises(InputError, match="2 labels, 3 groups"):
        AdaptiveBatchSampler([0, 1], [0, 1, 1], seed=0)


def test_empty_cells_and_empty_labels_are_safe() -> None:
    """A cell without real rows is never drawn, and said; an outcome that nobody has does no harm."""
    sampler = AdaptiveBatchSampler([0, 0, 2, 2, 0], [0, 0, 0, 1, 1], [0, 0, 0, 0, 1], batch_size=4, seed=0)
    rows = np.concatenate([sampler.draw() for _ in range(20)])
    assert set(rows) == {0, 1, 2, 3}
    assert "no real rows of (outcome, group) (0, 1), (1, 0), (1, 1)" in sampler.remarks[0]
    assert np.isfinite(sampler.ratios.batch_shares).all()


@pytest.mark.slow
def test_time_for_a_batch_does_not_grow(pool: dict[str, Any]) -> None:
    """The last thousand of 5,000 take no longer than the first."""
    sampler = AdaptiveBatchSampler(**pool, seed=0)
    seconds = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(1000):
            sampler.draw()
        seconds.append(time.process_time() - began)
    assert seconds[-1] < 2 * min(seconds)
