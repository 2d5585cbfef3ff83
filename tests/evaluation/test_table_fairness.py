from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, take_rows
from equitab.errors import ConstraintError, TableError
from equitab.evaluation import (
    CRITERION_RATES,
    TableFairnessSettings,
    measure_table_fairness,
    out_of_fold_scores,
    unshowable_tolerances,
)
from equitab.evaluation.learners import LEARNERS
from equitab.evaluation.out_of_fold import FAVORABLE, deal_folds
from equitab.metrics import METRICS
from equitab.schema import Column, FairnessConstraint, SensitiveFeature, TableSchema, parse_threshold
from evaluation.conftest import make_people

QUICK = {"n_replicates": 100, "reference_learner": "logistic_regression"}


def settings(**changes):
    return TableFairnessSettings(**{**QUICK, **changes})


def pick(found, metric, **wanted):
    kept = [m for m in found if m.metric == metric and all(getattr(m, k) == v for k, v in wanted.items())]
    assert kept, f"no {metric} with {wanted}"
    return kept[0]


def graded(n=400):
    """Return a table of three grades whose shares by sex are known, and its schema."""
    sex = np.array(["F", "M"])[np.arange(n) % 2]
    grade = np.where(sex == "F", np.array(["a", "b", "c", "c"])[np.arange(n) // 2 % 4], "a")
    grade = np.where((sex == "M") & (np.arange(n) // 2 % 4 == 3), "c", grade)
    schema = TableSchema(
        (Column("sex", "categorical"), Column("grade", "categorical")),
        "grade",
        favorable_outcome=("a", "b"),
        sensitive_features=(SensitiveFeature("sex", "M"),),
    )
    return frame_from_columns({"sex": sex, "grade": grade}), schema


def test_demographic_parity_is_read_straight_from_the_outcome():
    table, schema = graded()  # favorable: half of the women, three quarters of the men
    found = measure_table_fairness(
        table, schema, constraints=[FairnessConstraint()], settings=settings(), seed=0
    )
    assert pick(found, "base_rate", group="F").value == 0.5
    assert pick(found, "base_rate", group="M").value == 0.75
    assert pick(found, "demographic_parity_difference").value == 0.25
    assert {m.model for m in found} == {""}
    assert {m.stage for m in found} == {"audit"}
    assert pick(found, "groups_off_parity").value == 2
    assert {m.metric for m in found} <= set(METRICS)


def test_every_value_is_an_outcome_of_its_own():
    table, schema = graded()
    found = measure_table_fairness(
        table, schema, constraints=[FairnessConstraint()], settings=settings(each_value=True), seed=0
    )
    spreads = {
        m.operating_point: m.value
        for m in found
        if m.metric == "demographic_parity_difference" and "groups of" not in m.operating_point
    }
    assert spreads == pytest.approx({"": 0.25, "outcome a": 0.5, "outcome b": 0.25, "outcome c": 0.25})


def test_a_numeric_outcome_counts_from_its_threshold():
    schema = TableSchema(
        (Column("sex", "categorical"), Column("pay", "numeric")),
        "pay",
        favorable_threshold=parse_threshold(">=50"),
        sensitive_features=(SensitiveFeature("sex"),),
    )
    table = frame_from_columns({"sex": ["F", "M"] * 100, "pay": [40.0, 60.0, 50.0, 49.0] * 50})
    found = measure_table_fairness(
        table, schema, constraints=[FairnessConstraint()], settings=settings(), seed=0
    )
    assert pick(found, "base_rate", group="F").value == 0.5
    assert pick(found, "demographic_parity_difference").value == 0.0
    with pytest.raises(TableError, match="every value as an outcome"):
        measure_table_fairness(
            table, schema, constraints=[FairnessConstraint()], settings=settings(each_value=True), seed=0
        )


def test_criteria_with_predictions_are_those_of_the_reference_learner_out_of_fold():
    frame, schema = make_people(900)
    asked = [
        FairnessConstraint(criterion=name, sensitive_features=("sex",))
        for name in ("equal_opportunity", "equalized_odds", "predictive_parity")
    ]
    found = measure_table_fairness(frame, schema, constraints=asked, settings=settings(), seed=3)
    score = out_of_fold_scores(frame, schema, LEARNERS["logistic_regression"], seed=3)[FAVORABLE]
    predicted = score >= 0.5
    true = np.array(frame["hired"].to_list()) == "yes"
    women = np.array(frame["sex"].to_list()) == "F"
    rates = [predicted[true & inside].mean() for inside in (women, ~women)]
    assert pick(found, "equal_opportunity_gap").value == pytest.approx(abs(rates[0] - rates[1]))
    false = [predicted[~true & inside].mean() for inside in (women, ~women)]
    largest = max(abs(rates[0] - rates[1]), abs(false[0] - false[1]))
    assert pick(found, "equalized_odds_difference").value == pytest.approx(largest)
    right = [true[predicted & inside].mean() for inside in (women, ~women)]
    assert pick(found, "predictive_parity_gap").value == pytest.approx(abs(right[0] - right[1]))
    assert pick(found, "equal_opportunity_gap").model == "logistic_regression"
    assert pick(found, "equal_opportunity_gap").operating_point == "0.5"


def test_the_default_reference_is_gradient_boosting_and_the_seed_decides():
    frame, schema = make_people(400)
    asked = [FairnessConstraint(criterion="equal_opportunity", sensitive_features=("sex",))]
    quick = TableFairnessSettings(n_replicates=100)
    one, again = (
        measure_table_fairness(frame, schema, constraints=asked, settings=quick, seed=1) for _ in "ab"
    )
    assert one == again
    assert {m.model for m in one} == {"gradient_boosting"}


def test_groups_too_small_are_named_and_keep_their_rate():
    frame, schema = make_people(700)
    kept = take_rows(
        frame, np.array([s != "North" or i < 90 for i, s in enumerate(frame["region"].to_list())])
    )
    n_north = sum(region == "North" for region in kept["region"].to_list())
    assert 10 < n_north < 50
    found = measure_table_fairness(
        kept,
        schema,
        constraints=[FairnessConstraint(sensitive_features=("region",))],
        settings=settings(),
        seed=0,
    )
    north = pick(found, "base_rate", group="North")
    assert north.value is not None
    assert "too small to say" in north.reason
    assert "'North'" in pick(found, "demographic_parity_difference").reason
    assert "'North'" in pick(found, "groups_off_parity").reason


def test_the_spread_over_large_groups_stands_beside_and_says_so():
    frame, schema = make_people(600)
    found = measure_table_fairness(
        frame, schema, constraints=[FairnessConstraint()], settings=settings(large_group_size=100), seed=0
    )
    everybody = pick(found, "demographic_parity_difference", operating_point="")
    large = pick(found, "demographic_parity_difference", operating_point="groups of 100 or more")
    assert large.n < everybody.n
    assert "fewer than 100 rows" in large.reason
    assert large.value <= everybody.value


def test_the_spread_stands_in_units_of_exact_parity():
    frame, schema = make_people(600)
    found = measure_table_fairness(
        frame, schema, constraints=[FairnessConstraint()], settings=settings(), seed=0
    )
    exact = pick(found, "exact_parity_spread")
    spread = pick(found, "demographic_parity_difference", operating_point="")
    assert exact.low < exact.value < exact.high
    assert pick(found, "parity_spread_ratio").value == pytest.approx(spread.value / exact.value)


def test_a_minimum_rate_is_measured_by_the_lowest_rate():
    table, schema = graded()
    asked = [FairnessConstraint(criterion="minimum_rate", bound=0.6, aim="table")]
    found = measure_table_fairness(table, schema, constraints=asked, settings=settings(), seed=0)
    lowest = pick(found, "lowest_selection_rate")
    assert (lowest.value, lowest.group) == (0.5, "F")


def test_rows_without_a_target_are_left_out_and_counted():
    table, schema = graded()
    grades = [None if place < 7 else value for place, value in enumerate(table["grade"].to_list())]
    holed = frame_from_columns({"sex": table["sex"].to_list(), "grade": grades})
    found = measure_table_fairness(
        holed, schema, constraints=[FairnessConstraint()], settings=settings(), seed=0
    )
    assert pick(found, "base_rate", group="").n == 393
    assert all("7 rows without a target left out" in m.reason for m in found)


def test_a_tolerance_below_what_the_rows_can_show_says_which_number_would():
    table, schema = graded()
    strict, loose = FairnessConstraint(tolerance=0.02), FairnessConstraint(tolerance=0.2)
    (problem,) = unshowable_tolerances(table, schema, constraints=[strict], settings=settings(), seed=0)
    assert problem.received == "0.02"
    # z² r (1 - r) (1/s + 1/s) / t² with r = .625, s = .5
    assert "about 9,004 rows in all" in problem.next_step
    assert unshowable_tolerances(table, schema, constraints=[loose], settings=settings(), seed=0) == []
    exact = unshowable_tolerances(
        table, schema, constraints=[FairnessConstraint(tolerance=0)], settings=settings(), seed=0
    )
    assert "exactly the same" in exact[0].next_step


def test_a_constraint_that_does_not_fit_the_schema_is_refused():
    table, schema = graded()
    with pytest.raises(ConstraintError, match="'age'"):
        measure_table_fairness(
            table, schema, constraints=[FairnessConstraint(sensitive_features=("age",))], seed=0
        )


def test_predictions_of_a_table_with_hardly_any_favorable_row_are_refused():
    frame, schema = make_people(200)
    hired = np.where(np.arange(200) < 5, "yes", "no")
    table = frame_from_columns({**{n: frame[n].to_list() for n in frame.columns}, "hired": hired})
    asked = [FairnessConstraint(criterion="equal_opportunity")]
    with pytest.raises(TableError, match="at least 10 favorable and 10 other rows"):
        measure_table_fairness(table, schema, constraints=asked, settings=settings(), seed=0)


def test_every_criterion_that_a_table_can_have_has_its_rates():
    assert set(CRITERION_RATES) == {
        "demographic_parity",
        "minimum_rate",
        "equal_opportunity",
        "equalized_odds",
        "predictive_parity",
    }


def test_folds_share_every_outcome_evenly():
    outcomes = np.random.default_rng(0).integers(0, 3, 1000)
    folds = deal_folds(outcomes, n_folds=5, seed=0)
    table = np.array([[np.sum((outcomes == y) & (folds == k)) for k in range(5)] for y in range(3)])
    assert np.all(np.ptp(table, axis=1) <= 1)
    assert np.ptp(table.sum(0)) <= 2


def test_no_row_is_scored_by_a_model_that_learned_from_it():
    """A tree that could only memorise noise is at chance out of fold."""
    rng = np.random.default_rng(0)
    schema = TableSchema((Column("x", "numeric"), Column("y", "boolean")), "y", favorable_outcome=(True,))
    y = rng.random(600) < 0.5
    table = frame_from_columns({"x": rng.normal(size=600), "y": y})
    found = out_of_fold_scores(table, schema, LEARNERS["decision_tree"], seed=0)[FAVORABLE]
    assert abs(np.mean((found >= 0.5) == y) - 0.5) < 0.07


def test_scores_of_all_values_of_a_target_sum_to_one():
    table, schema = graded()
    found = out_of_fold_scores(table, schema, LEARNERS["logistic_regression"], values=("a", "b", "c"), seed=0)
    assert found["a"] + found["b"] + found["c"] == pytest.approx(np.ones(400))
    assert found[FAVORABLE] == pytest.approx(found["a"] + found["b"])


def test_a_bound_on_proxies_is_measured_by_what_other_columns_tell():
    frame, schema = make_people(300)
    asked = [
        FairnessConstraint(criterion="bounded_proxies", bound=0.6, sensitive_features=("sex",), aim="table")
    ]
    found = measure_table_fairness(frame, schema, constraints=asked, settings=settings(), seed=0)
    assert [(m.metric, m.operating_point) for m in found] == [
        ("proxy_auroc", ""),
        ("proxy_balanced_accuracy", ""),
        ("proxy_auroc", "with outcome"),
        ("proxy_balanced_accuracy", "with outcome"),
    ]
    assert {m.sensitive_features for m in found} == {"sex"}
