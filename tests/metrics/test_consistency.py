from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics import METRICS, consistency, find_neighbors


def test_five_people_on_a_line_are_worked_by_hand():
    """Neighbours (k = 2) of 0, 1, 2, 10, 11: {1,2}, {0,2}, {0,1} or {1,0}, {11,2}, {10,2}."""
    near = find_neighbors([[0.0], [1.0], [2.0], [10.0], [11.0]], n_neighbors=2)
    assert [sorted(row) for row in near.tolist()] == [[1, 2], [0, 2], [0, 1], [2, 4], [2, 3]]
    # outcomes 0 0 1 1 1: differences .5, .5, 1, 0, 0
    found = consistency([0, 0, 1, 1, 1], near, seed=0)
    assert found.value == pytest.approx(1 - 2.0 / 5)
    assert found.n == 5
    assert found.metric in METRICS


def test_nobody_is_their_own_neighbor_even_among_copies():
    near = find_neighbors(np.zeros((30, 2)), n_neighbors=4)
    assert near.shape == (30, 4)
    assert not (near == np.arange(30)[:, None]).any()
    assert all(len(set(row)) == 4 for row in near.tolist())


def test_a_constant_outcome_is_perfectly_consistent():
    near = find_neighbors(np.random.default_rng(0).normal(size=(50, 3)))
    assert consistency(np.full(50, 0.3), near, seed=0).value == pytest.approx(1.0)


def test_outcomes_that_ignore_everything_score_one_minus_twice_their_variance():
    rng = np.random.default_rng(0)
    near = find_neighbors(rng.normal(size=(4000, 3)))
    outcome = rng.random(4000) < 0.3
    found, rate = consistency(outcome, near, seed=0), outcome.mean()
    sd = (found.high - found.low) / (2 * 1.96)
    assert found.value == pytest.approx(1 - 2 * rate * (1 - rate), abs=3 * sd)


def test_counting_everybody_among_their_own_neighbors_shrinks_each_difference():
    """AIF360's form: with the row itself among k + 1 neighbours every difference is k / (k + 1) of ours."""
    rng = np.random.default_rng(1)
    features, y = rng.normal(size=(200, 2)), (rng.random(200) < 0.4).astype(float)
    near = find_neighbors(features, n_neighbors=4)
    own = np.column_stack([np.arange(200), near])
    theirs = 1 - np.abs(y - y[own].mean(1)).mean()
    assert 1 - theirs == pytest.approx(4 / 5 * (1 - consistency(y, near, seed=0).value))


def test_it_agrees_with_aif360_up_to_the_row_itself():
    sklearn_metrics = pytest.importorskip("aif360.sklearn.metrics")
    rng = np.random.default_rng(2)
    features, y = rng.normal(size=(300, 3)), (rng.random(300) < 0.4).astype(float)
    theirs = sklearn_metrics.consistency_score(features, y, n_neighbors=5)
    ours = consistency(y, find_neighbors(features, n_neighbors=4), seed=0).value
    assert 1 - theirs == pytest.approx(4 / 5 * (1 - ours))


def test_the_order_of_rows_plays_no_part():
    rng = np.random.default_rng(3)
    features, y = rng.normal(size=(100, 2)), rng.random(100)
    turn = rng.permutation(100)
    one, other = (
        consistency(b, find_neighbors(a), seed=0).value for a, b in ((features, y), (features[turn], y[turn]))
    )
    assert one == pytest.approx(other)


def test_the_interval_is_as_wide_as_samples_differ():
    """The spread of the value over fresh samples is that of the bootstrap, within a third."""
    rng = np.random.default_rng(4)
    values, widths = [], []
    for seed in range(60):
        features = rng.normal(size=(300, 2))
        y = rng.random(300) < 1 / (1 + np.exp(-2 * features[:, 0]))
        found = consistency(y, find_neighbors(features), seed=seed)
        values.append(found.value)
        widths.append((found.high - found.low) / (2 * 1.96))
    assert np.mean(widths) == pytest.approx(np.std(values), rel=0.35)


def test_what_cannot_be_used_is_refused_all_at_once():
    with pytest.raises(InputError) as caught:
        consistency([0.5, 2.0], [[5], [0]], confidence=3.0, seed=0)
    assert [problem.where for problem in caught.value.problems] == ["neighbors", "outcome", "confidence"]
    with pytest.raises(InputError, match="n_neighbors"):
        find_neighbors(np.zeros((3, 1)), n_neighbors=3)
    assert consistency([], np.zeros((0, 5), dtype=int), seed=0).status == "undefined"
