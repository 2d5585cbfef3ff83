"""Threshold rules: parity is reached on the rows they were learned from, fairlearn agrees, oddities are said."""

import json
import warnings

import numpy as np
import pytest

from equitab.errors import ConstraintError, InputError
from equitab.mitigation import GroupRule, ThresholdRules, fit_threshold_optimizer


@pytest.fixture(scope="module")
def scored():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 3, 3000)
    score = np.clip(rng.normal(0.35 + 0.12 * groups, 0.2), 0, 1)
    return score, rng.random(3000) < score, groups


def test_demographic_parity_makes_selection_rates_equal(scored):
    score, favorable, groups = scored
    rules = fit_threshold_optimizer(score, favorable, groups, constraint="demographic_parity", seed=0)
    shares = rules.probability(score, groups)
    rates = [shares[groups == group].mean() for group in range(3)]
    assert np.ptp(rates) < 0.01
    assert rules.is_defined
    assert rules.remarks == ()


def test_equalized_odds_makes_both_error_rates_equal(scored):
    score, favorable, groups = scored
    shares = fit_threshold_optimizer(
        score, favorable, groups, constraint="equalized_odds", seed=0
    ).probability(score, groups)
    for outcome in (True, False):
        rates = [shares[(groups == group) & (favorable == outcome)].mean() for group in range(3)]
        assert np.ptp(rates) < 0.01


@pytest.mark.parametrize("constraint", ["demographic_parity", "equalized_odds"])
def test_our_plain_rules_are_those_of_fairlearn(scored, constraint):
    from fairlearn.postprocessing import ThresholdOptimizer
    from sklearn.linear_model import LogisticRegression

    score, favorable, groups = scored
    model = LogisticRegression().fit(score[:, None], favorable)
    theirs = ThresholdOptimizer(
        estimator=model,
        constraints=constraint,
        objective="balanced_accuracy_score",
        prefit=True,
        predict_method="predict_proba",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.fit(score[:, None], favorable, sensitive_features=groups)
    ours = fit_threshold_optimizer(
        model.predict_proba(score[:, None])[:, 1], favorable, groups, constraint=constraint, seed=0
    )
    expected = theirs._pmf_predict(score[:, None], sensitive_features=groups)[:, 1]
    assert np.allclose(ours.probability(model.predict_proba(score[:, None])[:, 1], groups), expected)


def test_predictions_are_the_same_for_the_same_seed_and_follow_the_probabilities(scored):
    score, favorable, groups = scored
    rules = fit_threshold_optimizer(score, favorable, groups, constraint="equalized_odds", seed=0)
    first = rules.predict(score, groups, seed=4)
    assert (first == rules.predict(score, groups, seed=4)).all()
    shares = rules.probability(score, groups)
    assert first[shares == 1].all()
    assert not first[shares == 0].any()
    assert abs(first.mean() - shares.mean()) < 3 * np.sqrt(0.25 / len(first))


def test_a_group_with_one_outcome_shares_the_common_threshold_and_is_counted(scored):
    score, favorable, groups = (held.copy() for held in scored)
    favorable[groups == 2] = False
    rules = fit_threshold_optimizer(score, favorable, groups, seed=0)
    assert rules.rules[2] is None
    assert rules.is_defined
    assert rules.remarks == ("1 groups with one outcome only share the common threshold",)
    alone = np.full(5, 2)
    assert (rules.probability(score[:5], alone) == rules.otherwise.probability(score[:5])).all()


def test_with_fewer_than_two_usable_groups_nothing_is_made_equal_and_the_reason_is_said(scored):
    score, favorable, groups = scored
    rules = fit_threshold_optimizer(score, favorable, np.where(groups == 0, 0, -1), seed=0)
    assert not rules.is_defined
    assert "nothing to make equal" in rules.remarks[0]
    assert rules.predict(score, groups, seed=0).shape == score.shape


def test_labels_of_one_kind_only_give_no_rules_and_no_crash():
    rules = fit_threshold_optimizer([0.1, 0.9], [True, True], [0, 1], seed=0)
    assert not rules.is_defined


def test_the_common_threshold_is_the_best_one_for_everybody():
    score, favorable = np.array([0.1, 0.2, 0.6, 0.7]), np.array([False, False, True, True])
    rules = fit_threshold_optimizer(score, favorable, np.zeros(4, dtype=int), seed=0)
    assert rules.otherwise.first_threshold == pytest.approx(0.4)


def test_weights_are_honoured_by_resampling_and_the_remark_says_so(scored):
    score, favorable, groups = scored
    weights = np.where(favorable, 3.0, 1.0)
    rules = fit_threshold_optimizer(score, favorable, groups, sample_weight=weights, seed=0)
    assert rules.remarks[0].startswith("weighted resampling")
    plain = fit_threshold_optimizer(score, favorable, groups, seed=0)
    assert rules.rules != plain.rules


def test_rules_survive_json(scored):
    score, favorable, groups = scored
    rules = fit_threshold_optimizer(score, favorable, groups, constraint="equalized_odds", seed=0)
    assert ThresholdRules.from_dict(json.loads(json.dumps(rules.to_dict()))) == rules
    infinite = ThresholdRules((None,), GroupRule(float("inf"), float("-inf"), 0.5), "equalized_odds")
    assert ThresholdRules.from_dict(json.loads(json.dumps(infinite.to_dict(), allow_nan=False))) == infinite


def test_an_unknown_constraint_names_the_closest():
    with pytest.raises(ConstraintError, match="did you mean 'equalized_odds'"):
        fit_threshold_optimizer([0.1], [True], [0], constraint="equalised_odds", seed=0)


def test_arrays_that_do_not_fit_are_refused_at_once():
    with pytest.raises(InputError, match="2 problems"):
        fit_threshold_optimizer([0.1, np.nan], [True], [0, 1], seed=0)
