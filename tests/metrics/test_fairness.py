from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics.count_definitions import ALL_GROUPS, REFERENCE
from equitab.metrics.definitions import METRICS
from equitab.metrics.fairness import (
    fairness_metrics,
    fairness_metrics_of_counts,
    group_rate_metrics,
    label_fairness_metrics,
)
from equitab.metrics.group_comparison import POOLED_GROUP, GroupComparison
from equitab.metrics.group_rates import count_outcomes

LABELS = ("men", "women", "others")


def measure(table, **settings):
    options = {"group_labels": LABELS[: table.n_groups], "reference": 0, "seed": 0} | settings
    return fairness_metrics(table.y_true, table.y_pred, table.groups, **options)


def by_key(results):
    return {(result.metric, result.group): result for result in results}


def test_every_metric_has_its_rows(make_table):
    results = by_key(measure(make_table(0)))
    for definition in REFERENCE:
        assert all((definition.name, group) in results for group in ("women", "others", POOLED_GROUP))
    assert all((definition.name, None) in results for definition in ALL_GROUPS)
    assert ("theil_index", None) in results
    assert len(results) == 3 * len(REFERENCE) + len(ALL_GROUPS) + 1


def test_values_lie_within_their_intervals_and_name_their_reference(make_table):
    for result in measure(make_table(1)):
        assert result.status == "ok"
        assert result.low <= result.value <= result.high
        assert result.confidence == 0.95
        is_signed = result.metric in {definition.name for definition in REFERENCE}
        assert result.reference_group == ("men" if is_signed else None)


def test_the_pooled_group_is_everybody_but_the_reference(make_table):
    table = make_table(2)
    two_groups = np.minimum(table.groups, 1)
    merged = fairness_metrics(
        table.y_true, table.y_pred, two_groups, group_labels=("men", "rest"), reference=0, seed=0
    )
    pooled, alone = by_key(measure(table)), by_key(merged)
    for definition in REFERENCE:
        assert pooled[definition.name, POOLED_GROUP].value == pytest.approx(
            alone[definition.name, "rest"].value
        )
        assert pooled[definition.name, POOLED_GROUP].n == 600


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others(make_table):
    table = make_table(3)
    assert measure(table) == measure(table)
    assert measure(table) != measure(table, seed=1)
    assert [r.value for r in measure(table)] == [r.value for r in measure(table, seed=1)]


def test_row_order_does_not_matter(make_table):
    table, order = make_table(4), np.random.default_rng(0).permutation(600)
    shuffled = fairness_metrics(
        table.y_true[order],
        table.y_pred[order],
        table.groups[order],
        group_labels=LABELS,
        reference=0,
        seed=0,
    )
    assert shuffled == measure(table)


def test_renaming_groups_changes_names_only(make_table):
    table = make_table(5)
    renamed = measure(table, group_labels=("a", "b", "c"))
    assert [(r.value, r.low, r.high) for r in renamed] == [(r.value, r.low, r.high) for r in measure(table)]


def test_renumbering_groups_leaves_every_value(make_table):
    table = make_table(6)
    renumbered = fairness_metrics(
        table.y_true,
        table.y_pred,
        2 - table.groups,
        group_labels=LABELS[::-1],
        reference=2,
        seed=0,
    )
    expected = {key: result.value for key, result in by_key(measure(table)).items()}
    assert {key: result.value for key, result in by_key(renumbered).items()} == pytest.approx(expected)


def test_a_weight_of_two_is_a_row_twice_in_every_value(make_table):
    table = make_table(7)
    weight = 1 + (np.arange(600) % 2)
    repeated = np.repeat(np.arange(600), weight)
    weighted = measure(table, sample_weight=weight)
    twice = fairness_metrics(
        table.y_true[repeated],
        table.y_pred[repeated],
        table.groups[repeated],
        group_labels=LABELS,
        reference=0,
        seed=0,
    )
    assert [r.value for r in weighted] == pytest.approx([r.value for r in twice])
    assert {r.n for r in weighted if r.metric == "theil_index"} == {600}


def test_equal_groups_have_the_ideal_value_and_it_lies_in_the_interval():
    rows = [(1, 1)] * 30 + [(1, 0)] * 10 + [(0, 1)] * 20 + [(0, 0)] * 40
    y_true, y_pred = np.array(rows * 2).T
    results = fairness_metrics(
        y_true, y_pred, np.repeat([0, 1], 100), group_labels=("a", "b"), reference=0, seed=0
    )
    ideals = {definition.name: definition.ideal for definition in (*REFERENCE, *ALL_GROUPS)}
    for result in results:
        if result.metric in ideals:
            assert result.value == ideals[result.metric]
            assert result.low <= result.value <= result.high


def test_excluded_rows_do_not_count(make_table):
    table = make_table(8)
    excluded = np.where(np.arange(600) % 3 == 0, -1, table.groups)
    kept = excluded >= 0
    alone = fairness_metrics(
        table.y_true[kept], table.y_pred[kept], table.groups[kept], group_labels=LABELS, reference=0, seed=0
    )
    with_excluded = fairness_metrics(
        table.y_true, table.y_pred, excluded, group_labels=LABELS, reference=0, seed=0
    )
    assert with_excluded == alone


def test_without_a_reference_its_metrics_are_undefined_and_the_others_are_not(make_table):
    for result in measure(make_table(9), reference=None):
        if result.metric in {definition.name for definition in REFERENCE}:
            assert (result.status, result.reason) == ("undefined", "no reference group was named")
        else:
            assert result.status == "ok"


def small_group_table():
    """Two groups of 100 rows, one of 12 and one that is empty."""
    rng = np.random.default_rng(0)
    groups = np.repeat([0, 1, 2], [100, 100, 12])
    y_true = rng.integers(0, 2, 212)
    return y_true, np.where(groups == 2, 0, y_true), groups


def test_small_groups_are_named_and_left_out_of_the_spread():
    y_true, y_pred, groups = small_group_table()
    labels = ("a", "b", "tiny", "absent")
    results = by_key(fairness_metrics(y_true, y_pred, groups, group_labels=labels, reference=0, seed=0))
    spread = results["demographic_parity_difference", None]
    assert (spread.status, spread.n) == ("ok", 200)
    assert "'tiny', 'absent' (12 rows in all)" in spread.reason
    assert spread.value < 0.5  # the tiny group, never selected, does not decide it
    alone = results["statistical_parity_difference", "tiny"]
    assert alone.status == "undefined"
    assert alone.reason == "'tiny' has 12 rows, fewer than 30"
    assert results["statistical_parity_difference", "absent"].reason == "'absent' has 0 rows, fewer than 30"
    assert results["statistical_parity_difference", POOLED_GROUP].n == 212


def test_a_small_reference_group_is_named():
    y_true, y_pred, groups = small_group_table()
    results = by_key(
        fairness_metrics(y_true, y_pred, groups, group_labels=("a", "b", "tiny"), reference=2, seed=0)
    )
    assert "'tiny' has 12 rows" in results["disparate_impact", "a"].reason


def test_one_large_group_alone_has_no_spread():
    y_true, y_pred, groups = small_group_table()
    results = by_key(
        fairness_metrics(
            y_true, y_pred, groups, group_labels=("a", "b", "tiny"), reference=0, min_group_size=101, seed=0
        )
    )
    spread = results["demographic_parity_difference", None]
    assert spread.status == "undefined"
    assert "fewer than two groups have 101 rows" in spread.reason
    assert "'a', 'b', 'tiny'" in spread.reason


def test_a_group_without_favorable_outcomes_is_named():
    groups = np.repeat([0, 1], 50)
    y_true, y_pred = np.where(groups == 0, np.arange(100) % 2, 0), np.arange(100) % 2
    results = by_key(fairness_metrics(y_true, y_pred, groups, group_labels=("a", "b"), reference=0, seed=0))
    assert (
        results["equal_opportunity_difference", "b"].reason
        == "no rows whose true outcome is favorable in 'b'"
    )
    assert results["equalized_odds_difference", None].status == "undefined"
    assert results["statistical_parity_difference", "b"].status == "ok"


def test_nobody_selected_leaves_ratios_undefined_with_the_reason():
    groups, y_true = np.repeat([0, 1], 50), np.arange(100) % 2
    results = by_key(
        fairness_metrics(y_true, 0 * y_true, groups, group_labels=("a", "b"), reference=0, seed=0)
    )
    assert "nobody in the reference group" in results["disparate_impact", "b"].reason
    assert "nobody in any group" in results["demographic_parity_ratio", None].reason
    assert results["demographic_parity_difference", None].value == 0.0


def test_no_rows_at_all_leave_everything_undefined():
    results = fairness_metrics([], [], np.array([], int), group_labels=("a", "b"), reference=0, seed=0)
    assert {result.status for result in results} == {"undefined"}
    assert all(result.reason for result in results)


def test_weights_of_zero_leave_a_reason(make_table):
    results = measure(make_table(0), sample_weight=np.zeros(600))
    assert {result.status for result in results} == {"undefined"}


def test_a_metric_without_an_interval_keeps_its_value_and_says_why():
    groups = np.repeat([0, 1], 100)
    y_true = np.where(np.arange(200) % 100 < 1, 1, 0)  # one favorable row in each group
    results = by_key(fairness_metrics(y_true, y_true, groups, group_labels=("a", "b"), reference=0, seed=0))
    result = results["equal_opportunity_difference", "b"]
    assert (result.value, result.low, result.interval_method) == (0.0, None, "none")
    assert "bootstrap replicates" in result.reason


def test_settings_that_can_not_be_used_are_said_at_once(make_table):
    with pytest.raises(InputError) as caught:
        measure(
            make_table(0),
            group_labels=("a", "a", "b"),
            reference=7,
            confidence=95,
            n_replicates=3,
            min_group_size=0,
        )
    assert [problem.where for problem in caught.value.problems] == [
        "group_labels",
        "confidence",
        "n_replicates",
        "min_group_size",
        "reference",
    ]


def test_counts_taken_elsewhere_give_the_same_results(make_table):
    table = make_table(1)
    counts = count_outcomes(table.y_true, table.y_pred, table.groups, n_groups=3)
    assert fairness_metrics_of_counts(counts, group_labels=LABELS, reference=0, seed=0) == measure(table)


def test_labels_are_measured_as_if_they_were_the_selection(make_table):
    table = make_table(2)
    results = by_key(
        label_fairness_metrics(table.y_true, table.groups, group_labels=LABELS, reference=0, seed=0)
    )
    rates = [table.y_true[table.groups == group].mean() for group in range(3)]
    assert results["base_rate", None].value == pytest.approx(table.y_true.mean())
    assert [results["base_rate", label].value for label in LABELS] == pytest.approx(rates)
    assert results["statistical_parity_difference", "women"].value == pytest.approx(rates[1] - rates[0])
    assert results["disparate_impact", "others"].value == pytest.approx(rates[2] / rates[0])
    assert results["demographic_parity_difference", None].value == pytest.approx(max(rates) - min(rates))
    assert results["demographic_parity_ratio", None].value == pytest.approx(min(rates) / max(rates))
    assert len(results) == 4 + 2 * 3 + 2


def test_rates_of_each_group_come_with_wilson_intervals(make_table):
    table = make_table(3)
    results = by_key(group_rate_metrics(table.y_true, table.y_pred, table.groups, group_labels=LABELS))
    rows = (table.groups == 1) & (table.y_true == 1)
    result = results["true_positive_rate", "women"]
    assert result.value == pytest.approx(table.y_pred[rows].mean())
    assert (result.n, result.interval_method) == (rows.sum(), "wilson")
    assert result.low < result.value < result.high
    assert results["accuracy", None].n == 600


def test_rates_under_weights_say_that_the_effective_size_was_used(make_table):
    table = make_table(3)
    arguments = (table.y_true, table.y_pred, table.groups)
    plain = by_key(group_rate_metrics(*arguments, group_labels=LABELS))["selection_rate", "men"]
    weighted = by_key(group_rate_metrics(*arguments, group_labels=LABELS, sample_weight=table.weight))
    result = weighted["selection_rate", "men"]
    assert result.interval_method == "wilson_effective_size"
    assert result.high - result.low > plain.high - plain.low


def test_a_group_without_rows_has_no_rates():
    results = by_key(group_rate_metrics([1, 0], [1, 0], [0, 0], group_labels=("a", "b")))
    assert results["selection_rate", "b"].reason == "no rows"
    assert results["false_positive_rate", "b"].reason == "no rows whose true outcome is unfavorable"
    assert results["selection_rate", "a"].low > 0


def test_the_adult_labels_have_the_known_rates(shared_data):
    """10.9% of women and 30.4% of men earn over 50K: statistical parity difference -0.195, disparate impact 0.36."""
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(shared_data / "adult" / "adult.parquet", columns=["sex", "income"])
    is_woman = np.array([str(value).strip() == "Female" for value in table["sex"].to_pylist()])
    is_rich = np.array([">50K" in str(value) for value in table["income"].to_pylist()])
    results = by_key(
        label_fairness_metrics(
            is_rich, is_woman.astype(int), group_labels=("Male", "Female"), reference=0, seed=0
        )
    )
    assert results["base_rate", "Female"].value == pytest.approx(0.109, abs=5e-4)
    assert results["base_rate", "Male"].value == pytest.approx(0.304, abs=5e-4)
    assert results["statistical_parity_difference", "Female"].value == pytest.approx(-0.195, abs=5e-4)
    impact = results["disparate_impact", "Female"]
    assert impact.value == pytest.approx(0.360, abs=5e-4)
    assert 0.34 < impact.low < impact.value < impact.high < 0.38


def test_one_metric_can_be_measured_alone(make_table):
    table = make_table(1)
    counts = count_outcomes(table.y_true, table.y_pred, table.groups, n_groups=3)
    comparison = GroupComparison(counts, LABELS, 0, 0.95, 1000, 30, 0)
    alone = comparison.measure(METRICS["average_odds_difference"])
    assert alone == [result for result in measure(table) if result.metric == "average_odds_difference"]
