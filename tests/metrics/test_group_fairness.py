from __future__ import annotations

import itertools

import numpy as np
import pytest

from equitab.metrics import group_fairness
from equitab.metrics.count_definitions import ALL_GROUPS, INDIVIDUAL, REFERENCE
from equitab.metrics.group_rates import count_outcomes

SIGNED = [
    "statistical_parity_difference",
    "equal_opportunity_difference",
    "false_positive_rate_difference",
    "predictive_parity_difference",
    "average_odds_difference",
]
# Women: 20 of 100 selected, TPR 15/30, FPR 5/70, PPV 15/20. Men: 40 of 100, TPR 30/40, FPR 10/60, PPV 30/40.
WOMEN = np.array([[65, 5], [15, 15]])
MEN = np.array([[50, 10], [10, 30]])


def test_a_table_worked_by_hand_gives_the_signed_metrics():
    expected = {
        "statistical_parity_difference": 0.2 - 0.4,
        "disparate_impact": 0.5,
        "equal_opportunity_difference": 0.5 - 0.75,
        "false_positive_rate_difference": 5 / 70 - 1 / 6,
        "predictive_parity_difference": 0.75 - 0.75,
        "average_odds_difference": ((5 / 70 - 1 / 6) + (0.5 - 0.75)) / 2,
        "average_absolute_odds_difference": (abs(5 / 70 - 1 / 6) + 0.25) / 2,
    }
    assert {d.name: float(d.compute(WOMEN, MEN)) for d in REFERENCE} == pytest.approx(expected)


def test_a_table_worked_by_hand_gives_the_metrics_over_all_groups():
    others = np.array([[90, 0], [4, 6]])  # 6 of 100 selected, TPR 0.6, FPR 0
    expected = {
        "demographic_parity_difference": 0.4 - 0.06,
        "demographic_parity_ratio": 0.06 / 0.4,
        "equal_opportunity_gap": 0.75 - 0.5,
        "equalized_odds_difference": 0.25,
        "equalized_odds_ratio": 0.0,
        "predictive_parity_gap": 1.0 - 0.75,
    }
    tables = np.stack([WOMEN, MEN, others])
    assert {d.name: float(d.compute(tables)) for d in ALL_GROUPS} == pytest.approx(expected)


def test_the_theil_index_follows_its_definition_row_by_row():
    benefit = np.repeat([1.0, 2.0, 0.0], [50 + 30, 10, 10])  # right, false positive, false negative
    share = benefit / benefit.mean()
    expected = np.mean(share * np.log(np.where(share > 0, share, 1.0)))
    assert float(group_fairness.theil_index(MEN)) == pytest.approx(expected)


def test_the_theil_index_rises_more_with_false_negatives_than_with_false_positives():
    false_negatives = group_fairness.theil_index([[50, 0], [10, 40]])
    false_positives = group_fairness.theil_index([[40, 10], [0, 50]])
    assert 0 < float(false_positives) < float(false_negatives)


def test_the_theil_index_of_false_negatives_alone_is_undefined():
    assert np.isnan(group_fairness.theil_index([[0, 0], [5, 0]]))


@pytest.mark.parametrize("name", SIGNED)
def test_swapping_group_and_reference_flips_the_sign(name):
    metric = getattr(group_fairness, name)
    assert float(metric(WOMEN, MEN)) == -float(metric(MEN, WOMEN))


def test_swapping_group_and_reference_inverts_disparate_impact():
    ratio = float(group_fairness.disparate_impact(WOMEN, MEN))
    assert float(group_fairness.disparate_impact(MEN, WOMEN)) == pytest.approx(1 / ratio)


@pytest.mark.parametrize("definition", REFERENCE, ids=lambda definition: definition.name)
def test_groups_with_equal_rates_meet_the_ideal_against_a_reference(definition):
    assert float(definition.compute(WOMEN, 7 * WOMEN)) == definition.ideal


@pytest.mark.parametrize("definition", ALL_GROUPS, ids=lambda definition: definition.name)
def test_groups_with_equal_rates_meet_the_ideal_over_all_groups(definition):
    assert float(definition.compute(np.stack([MEN, 3 * MEN, 7 * MEN]))) == definition.ideal


@pytest.mark.parametrize("definition", ALL_GROUPS, ids=lambda definition: definition.name)
def test_the_order_of_groups_does_not_matter(definition):
    tables = np.stack([WOMEN, MEN, [[90, 2], [4, 6]]])
    values = {float(definition.compute(tables[list(order)])) for order in itertools.permutations(range(3))}
    assert len(values) == 1


def test_signs_can_cancel_in_the_average_odds_but_not_in_the_absolute_ones():
    group, reference = np.array([[60, 40], [60, 40]]), np.array([[80, 20], [40, 60]])
    assert float(group_fairness.average_odds_difference(group, reference)) == pytest.approx(0.0)
    assert float(group_fairness.average_absolute_odds_difference(group, reference)) == pytest.approx(0.2)


def test_nobody_selected_is_undefined_for_ratios_and_zero_for_differences():
    tables = np.array([[[5, 0], [5, 0]], [[8, 0], [2, 0]]])
    assert np.isnan(group_fairness.disparate_impact(tables[0], tables[1]))
    assert np.isnan(group_fairness.demographic_parity_ratio(tables))
    assert float(group_fairness.demographic_parity_difference(tables)) == 0.0


def test_one_group_without_a_rate_leaves_the_spread_undefined():
    tables = np.array([[[5, 1], [5, 3]], [[8, 2], [0, 0]]])
    assert np.isnan(group_fairness.equal_opportunity_gap(tables))
    assert np.isnan(group_fairness.equalized_odds_difference(tables))
    assert np.isnan(group_fairness.equalized_odds_ratio(tables))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weighted", [False, True])
def test_metrics_agree_with_aif360_on_random_tables(make_table, aif360_metrics, seed, weighted):
    table = make_table(seed, n_groups=3)
    weight = table.weight if weighted else None
    counts = count_outcomes(table.y_true, table.y_pred, table.groups, n_groups=3, sample_weight=weight)
    for group in ([1], [2], [1, 2]):
        theirs = aif360_metrics(table, group, 0, weighted=weighted)
        ours = {
            definition.name: float(
                definition.compute(counts.select(group).pool().weights[0], counts.weights[0])
            )
            for definition in REFERENCE
        }
        theil = theirs.pop("theil_index")
        assert ours == pytest.approx(theirs, abs=1e-12)
        if not weighted:  # AIF360 leaves the weights out of this one
            assert float(INDIVIDUAL[0].compute(counts.pool().weights[0])) == pytest.approx(theil, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weighted", [False, True])
def test_metrics_agree_with_fairlearn_on_random_tables(make_table, seed, weighted):
    fairlearn = pytest.importorskip("fairlearn.metrics")
    precision_score = pytest.importorskip("sklearn.metrics").precision_score
    table = make_table(seed, n_groups=4)
    weight = table.weight if weighted else None
    counts = count_outcomes(table.y_true, table.y_pred, table.groups, n_groups=4, sample_weight=weight)
    theirs = {
        "demographic_parity_difference": fairlearn.demographic_parity_difference,
        "demographic_parity_ratio": fairlearn.demographic_parity_ratio,
        "equal_opportunity_gap": fairlearn.equal_opportunity_difference,
        "equalized_odds_difference": fairlearn.equalized_odds_difference,
        "equalized_odds_ratio": fairlearn.equalized_odds_ratio,
        "predictive_parity_gap": fairlearn.make_derived_metric(
            metric=precision_score, transform="difference"
        ),
    }
    for definition in ALL_GROUPS:
        expected = theirs[definition.name](
            table.y_true, table.y_pred, sensitive_features=table.groups, sample_weight=weight
        )
        assert float(definition.compute(counts.weights)) == pytest.approx(expected, abs=1e-12)
