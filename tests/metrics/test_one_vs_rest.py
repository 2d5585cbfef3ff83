from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics import balanced_decisions, roc_area, separate_groups


def made(seed=0, n=400, n_groups=3, pull=1.0):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, n_groups, n)
    logits = rng.normal(size=(n, n_groups))
    logits[np.arange(n), codes] += pull
    shares = np.exp(logits)
    return codes, shares / shares.sum(1, keepdims=True)


def test_two_groups_have_the_ordinary_area_and_delongs_variance():
    codes, scores = made(n_groups=2)
    found, known = separate_groups(codes, scores), roc_area(codes, scores[:, 1])
    assert found.areas == pytest.approx([known.value, known.value])
    assert found.variance == pytest.approx(known.variance, rel=0.02)


def test_the_mean_is_over_groups_each_against_everybody_else():
    codes, scores = made()
    worked = [roc_area(codes == code, scores[:, code]).value for code in range(3)]
    assert separate_groups(codes, scores).mean == pytest.approx(np.mean(worked))


def test_it_agrees_with_scikit_learn():
    roc_auc_score = pytest.importorskip("sklearn.metrics").roc_auc_score
    codes, scores = made(seed=3)
    theirs = roc_auc_score(codes, scores, multi_class="ovr", average="macro")
    assert separate_groups(codes, scores).mean == pytest.approx(theirs)


def test_groups_that_do_not_count_are_still_part_of_everybody_else():
    codes, scores = made()
    found = separate_groups(codes, scores, groups=[0, 1])
    assert len(found.areas) == 2
    assert found.areas[0] == separate_groups(codes, scores).areas[0]


def test_the_variance_is_that_of_fresh_samples():
    means, variances = [], []
    for seed in range(200):
        found = separate_groups(*made(seed=seed, n=300))
        means.append(found.mean)
        variances.append(found.variance)
    assert np.mean(variances) == pytest.approx(np.var(means), rel=0.3)


def test_perfect_separation_has_no_interval_and_says_why():
    codes = np.array([0, 0, 1, 1])
    found = separate_groups(codes, np.eye(2)[codes])
    assert found.mean == 1.0
    assert "so cleanly" in found.interval().reason


def test_a_drop_of_the_same_rows_is_surer_than_two_intervals():
    codes, scores = made(pull=1.5)
    rng = np.random.default_rng(0)
    whole, worse = (
        separate_groups(codes, scores),
        separate_groups(codes, scores + rng.normal(0, 0.05, scores.shape)),
    )
    value, interval = whole.drop_to(worse)
    assert value == pytest.approx(whole.mean - worse.mean)
    apart = np.sqrt(whole.variance + worse.variance) * 2 * 1.96
    assert interval.high - interval.low < apart


def test_guesses_do_not_care_how_large_groups_are():
    """90 of one group, 10 of the other; a constant probability of the shares guesses the first for all: one half."""
    codes = np.repeat([0, 1], [90, 10])
    value, interval = balanced_decisions(codes, np.tile([0.9, 0.1], (100, 1)), groups=[0, 1])
    assert value == 0.5
    scores = np.where(codes[:, None] == 0, [0.92, 0.08], [0.85, 0.15])  # less sure, but above its share
    value, interval = balanced_decisions(codes, scores, groups=[0, 1])
    assert value == 1.0
    assert interval.high == 1.0


def test_what_does_not_fit_is_refused():
    codes, scores = made()
    with pytest.raises(InputError, match="codes and scores"):
        separate_groups(codes[:5], scores)
    with pytest.raises(InputError, match="from 0 to 2"):
        separate_groups(codes + 1, scores)
    with pytest.raises(InputError, match="1 of 3 with nobody or everybody"):
        separate_groups(np.where(codes == 2, 0, codes), scores)
    with pytest.raises(InputError, match="finite"):
        separate_groups(codes, scores * np.nan)
