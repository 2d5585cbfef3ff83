from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics.group_rates import RATES, count_outcomes, divide_or_nan

Y_TRUE = [1, 1, 1, 0, 0, 1, 0, 0]
Y_PRED = [1, 1, 0, 1, 0, 0, 0, 0]
GROUPS = [0, 0, 0, 0, 0, 1, 1, -1]


def test_a_table_worked_by_hand_is_counted_right():
    counts = count_outcomes(Y_TRUE, Y_PRED, GROUPS, n_groups=3)
    assert counts.rows.tolist() == [[[1, 1], [1, 2]], [[1, 0], [1, 0]], [[0, 0], [0, 0]]]
    assert counts.group_sizes.tolist() == [5, 2, 0]
    assert not counts.is_weighted


def test_every_rate_of_a_table_worked_by_hand_is_right():
    table = [[50, 10], [5, 35]]  # TN 50, FP 10, FN 5, TP 35
    expected = {
        "selection_rate": 45 / 100,
        "base_rate": 40 / 100,
        "true_positive_rate": 35 / 40,
        "false_positive_rate": 10 / 60,
        "true_negative_rate": 50 / 60,
        "false_negative_rate": 5 / 40,
        "positive_predictive_value": 35 / 45,
        "negative_predictive_value": 50 / 55,
        "accuracy": 85 / 100,
    }
    assert {name: float(rate(table)) for name, rate in RATES.items()} == pytest.approx(expected)


def test_counts_agree_with_counting_row_by_row(make_table):
    table = make_table(0, n_groups=5)
    counts = count_outcomes(table.y_true, table.y_pred, table.groups, n_groups=5, sample_weight=table.weight)
    for group in range(5):
        for true in (0, 1):
            for predicted in (0, 1):
                cell = (table.groups == group) & (table.y_true == true) & (table.y_pred == predicted)
                assert counts.rows[group, true, predicted] == cell.sum()
                assert counts.weights[group, true, predicted] == pytest.approx(table.weight[cell].sum())
                assert counts.squared_weights[group, true, predicted] == pytest.approx(
                    (table.weight[cell] ** 2).sum()
                )


@pytest.mark.parametrize("n_groups", [1, 62, 63, 64, 15_999, 16_000, 20_000])
def test_counting_is_right_however_many_groups_there_are(n_groups):
    groups = np.array([-1, 0, n_groups - 1, n_groups - 1])
    counts = count_outcomes([1, 1, 0, 1], [1, 0, 1, 1], groups, n_groups=n_groups)
    assert counts.rows.sum() == 3
    assert counts.rows[0, 1, 0] == 1
    assert counts.rows[-1].tolist() == ([[0, 1], [1, 1]] if n_groups == 1 else [[0, 1], [0, 1]])


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint8, np.int64, np.float32, np.float64])
def test_outcomes_of_any_type_are_counted_alike(kind):
    counts = count_outcomes(
        np.array(Y_TRUE, kind), np.array(Y_PRED, kind), np.array(GROUPS, np.int16), n_groups=2
    )
    assert counts.rows.tolist() == count_outcomes(Y_TRUE, Y_PRED, GROUPS, n_groups=2).rows.tolist()


def test_counts_of_two_halves_add_up_to_the_counts_of_the_whole(make_table):
    table = make_table(1)
    parts = [
        count_outcomes(
            table.y_true[part],
            table.y_pred[part],
            table.groups[part],
            n_groups=3,
            sample_weight=table.weight[part],
        )
        for part in (slice(0, 250), slice(250, None))
    ]
    whole = count_outcomes(table.y_true, table.y_pred, table.groups, n_groups=3, sample_weight=table.weight)
    merged = parts[0].merge(parts[1])
    assert np.array_equal(merged.rows, whole.rows)
    assert np.allclose(merged.weights, whole.weights)
    assert np.allclose(merged.squared_weights, whole.squared_weights)


def test_pooling_and_selecting_keep_every_row(make_table):
    table = make_table(2)
    counts = count_outcomes(table.y_true, table.y_pred, table.groups, n_groups=3)
    assert counts.pool().rows.sum() == 600
    assert np.array_equal(counts.select([2, 0]).rows, counts.rows[[2, 0]])
    assert np.array_equal(counts.select(np.array([True, False, True])).rows, counts.rows[[0, 2]])


def test_rates_work_on_any_leading_axes(make_table):
    table = make_table(3)
    rows = count_outcomes(table.y_true, table.y_pred, table.groups, n_groups=3).rows
    stacked = np.stack([rows, rows * 2])
    for rate in RATES.values():
        assert rate(stacked).shape == (2, 3)
        assert np.array_equal(rate(stacked)[1], rate(rows))


def test_an_empty_base_gives_nan_without_a_warning():
    assert np.isnan(RATES["true_positive_rate"]([[3, 1], [0, 0]]))
    assert divide_or_nan([1.0, 0.0], 0.0).tolist() == pytest.approx([np.nan, np.nan], nan_ok=True)


def test_everything_wrong_with_the_arrays_is_said_at_once():
    with pytest.raises(InputError) as caught:
        count_outcomes([1, 0, 2], [1, 0], [0, 5, -2], n_groups=2, sample_weight=[1.0, -1.0, np.nan])
    places = [problem.where for problem in caught.value.problems]
    assert places == ["number of rows", "y_true", "groups", "sample_weight"]
    assert "2 of 3 rows" in str(caught.value)


@pytest.mark.parametrize(
    ("y_true", "groups"),
    [(["a", "b"], [0, 0]), ([0.5, 1.0], [0, 0]), ([[0, 1]], [0, 0]), ([0, 1], [0.0, 1.0])],
)
def test_arrays_of_another_kind_are_refused(y_true, groups):
    with pytest.raises(InputError):
        count_outcomes(y_true, [0, 1], groups, n_groups=2)
