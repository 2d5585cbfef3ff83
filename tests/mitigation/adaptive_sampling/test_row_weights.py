"""Laws of learned weights: they give a learner the mixture that batches would have."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.mitigation.adaptive_sampling import AdaptiveBatchSampler, learned_weights


def test_weights_sum_to_the_shares_of_batches() -> None:
    """Cell by cell, source by source, for moved ratios; the mean is 1."""
    rng = np.random.default_rng(0)
    y, z, made = rng.integers(0, 3, 400), rng.integers(0, 2, 400), rng.random(400) < 0.4
    sampler = AdaptiveBatchSampler(y, z, made, seed=0)
    sampler.ratios.step(rng.normal(0, 1, (3, 2)), rng.normal(0, 1, (3, 2)), scale=100)
    weights = learned_weights(sampler.ratios, y, z, made)
    totals = np.zeros((2, 3, 2))
    np.add.at(totals, (made.astype(int), y, z), weights)
    np.testing.assert_allclose(totals / 400, sampler.ratios.batch_shares)
    assert weights.mean() == pytest.approx(1)


def test_rows_that_are_never_drawn_weigh_nothing() -> None:
    """Generated rows of a cell without real ones; and no row at all is refused."""
    sampler = AdaptiveBatchSampler([0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 1], seed=0)
    assert learned_weights(sampler.ratios, [0, 1, 1], [0, 0, 1], [0, 0, 1]).tolist() == [2.0, 1.0, 0.0]
    with pytest.raises(InputError, match="none"):
        learned_weights(sampler.ratios, [1], [1], [1])
    with pytest.raises(InputError, match="groups of the rows to weight"):
        learned_weights(sampler.ratios, [0, 1], [0, 2], [0, 0])
