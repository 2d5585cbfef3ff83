"""How hard a table is to learn from: every formula by hand, then the laws that hold for any table."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics import (
    METRICS,
    MetricResult,
    class_imbalance,
    class_network,
    clustering_coefficients,
    definitions_with,
    dimension_metrics,
    feature_overlap,
    hub_scores,
    imbalance_of_counts,
    network_metrics,
)
from equitab.metrics.complexity_network import MAX_NETWORK_ROWS

Table = tuple[np.ndarray, np.ndarray, np.ndarray]


def columns(rows: list[list[float]] | np.ndarray) -> np.ndarray:
    return np.asarray(rows, dtype=np.float64)


def no_columns(n_rows: int) -> np.ndarray:
    return np.zeros((n_rows, 0), dtype=np.int64)


def overlap(rows: list[list[float]], classes: list[int]) -> float | None:
    return feature_overlap(columns(rows), no_columns(len(rows)), classes).value


def network_of(n_rows: int, *edges: tuple[int, int]) -> np.ndarray:
    joined = np.zeros((n_rows, n_rows), dtype=np.bool_)
    for one, other in edges:
        joined[one, other] = joined[other, one] = True
    return joined


def random_table(seed: int, n_rows: int = 60) -> Table:
    """Return numbers (some missing, some twice), categories and three classes that they tell something of."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, 3, n_rows)
    numbers = rng.normal(size=(n_rows, 3)).round(1) + classes[:, None] * [2.0, 0.5, 0.0]
    numbers[rng.random(numbers.shape) < 0.05] = np.nan
    categories = np.column_stack(
        [rng.integers(-1, 3, n_rows), np.where(classes == 2, 3, rng.integers(0, 3, n_rows))]
    )
    return numbers, categories, classes


def all_measures(table: Table) -> list[MetricResult]:
    numbers, categories, classes = table
    return [
        class_imbalance(classes, seed=0),
        feature_overlap(numbers, categories, classes),
        *dimension_metrics(numbers, categories),
        *network_metrics(numbers, categories, classes),
    ]


def values(table: Table) -> list[float | None]:
    return [found.value for found in all_measures(table)]


class TestImbalance:
    @pytest.mark.parametrize(
        ("counts", "expected"),
        [
            # IR = (c-1)/c * sum n_i/(n-n_i), C2 = 1 - 1/IR
            ((5, 5), Fraction(0)),
            ((9, 3), Fraction(2, 5)),  # IR = 1/2 (3 + 1/3) = 5/3
            ((4, 4, 4), Fraction(0)),
            (
                (6, 3, 1),
                Fraction(1) - 1 / (Fraction(2, 3) * (Fraction(6, 4) + Fraction(3, 7) + Fraction(1, 9))),
            ),
            ((99, 1), Fraction(1) - 1 / (Fraction(1, 2) * (99 + Fraction(1, 99)))),
        ],
    )
    def test_it_is_what_the_formula_says(self, counts: tuple[int, ...], expected: Fraction) -> None:
        assert float(imbalance_of_counts(counts)) == pytest.approx(float(expected), abs=1e-15)
        classes = np.repeat(np.arange(len(counts)), counts)
        assert class_imbalance(classes, seed=0).value == pytest.approx(float(expected), abs=1e-15)

    def test_its_interval_holds_the_truth_about_as_often_as_it_says(self) -> None:
        rng = np.random.default_rng(0)
        for share, truth in ((0.25, 0.4), (0.5, 0.0)):
            drawn = [
                class_imbalance(rng.random(150) < share, n_replicates=200, seed=seed) for seed in range(120)
            ]
            holds = [found.low <= truth + 1e-12 and truth <= found.high for found in drawn]
            assert np.mean(holds) > 0.89

    def test_equal_classes_begin_at_zero(self) -> None:
        found = class_imbalance([0, 1] * 50, seed=0)
        assert found.value == found.low == 0.0
        assert 0 < found.high < 0.1


class TestOverlap:
    def test_a_threshold_that_tells_the_classes_apart_leaves_nobody(self) -> None:
        assert overlap([[1], [2], [3], [4]], [0, 0, 1, 1]) == 0.0

    def test_equal_columns_leave_everybody(self) -> None:
        assert overlap([[1], [2], [1], [2]], [0, 0, 1, 1]) == 1.0

    def test_columns_are_taken_one_after_the_other_by_hand(self) -> None:
        # Column 1 overlaps in [3, 4]: rows 2, 3, 4 and 5 stay; column 2 in [2, 8]: rows 1 to 6, so column 1 is first.
        # Of its rows, column 2 has 5 and 2 in class 0, 6 and 2 in class 1: [2, 5] leaves rows 2, 3 and 5.
        rows = [[1, 8], [2, 9], [3, 5], [4, 2], [3, 6], [4, 2], [5, 1], [6, 4]]
        assert overlap(rows, [0, 0, 0, 0, 1, 1, 1, 1]) == 3 / 8

    def test_the_second_column_may_finish_what_the_first_began(self) -> None:
        # Column 1 leaves rows 1 and 2, one of each class, and column 2 tells these two apart.
        assert overlap([[1, 0], [3, 0], [2, 1], [4, 1]], [0, 0, 1, 1]) == 0.0
        assert overlap([[1, 5], [3, 0], [2, 1], [4, 0]], [0, 0, 1, 1]) == 0.0
        assert overlap([[1, 5], [3, 0], [2, 0], [4, 5]], [0, 0, 1, 1]) == 0.5

    def test_of_a_category_the_values_of_both_classes_stay(self) -> None:
        colors, classes = [[0], [0], [1], [1], [2], [2]], [0, 0, 0, 1, 1, 1]
        assert feature_overlap(np.zeros((6, 0)), colors, classes).value == 2 / 6

    def test_two_values_are_the_same_as_a_category_and_as_numbers(self) -> None:
        bits, classes = np.array([[0], [0], [1], [1], [1]]), [0, 0, 0, 1, 1]
        as_category = feature_overlap(np.zeros((5, 0)), bits, classes).value
        assert as_category == overlap(bits.tolist(), classes) == 3 / 5

    def test_a_missing_value_can_not_be_told_apart(self) -> None:
        assert (
            overlap([[1], [np.nan], [3], [4]], [0, 0, 1, 1]) == 0.0
        )  # alone in its class, once 1, 3 and 4 are gone
        assert overlap([[1], [np.nan], [3], [np.nan]], [0, 0, 1, 1]) == 0.5
        assert feature_overlap(np.zeros((4, 0)), [[0], [-1], [1], [-1]], [0, 0, 1, 1]).value == 0.5
        assert overlap([[1], [2], [np.nan], [np.nan]], [0, 0, 1, 1]) == 1.0

    def test_several_classes_are_the_mean_over_pairs(self) -> None:
        # 0 and 1 overlap in [2, 3]: 2 of 4 rows; 0 and 2, 1 and 2 are apart.
        assert overlap([[1], [3], [2], [4], [8], [9]], [0, 0, 1, 1, 2, 2]) == pytest.approx((0.5 + 0 + 0) / 3)

    def test_without_columns_everybody_is_left(self) -> None:
        assert feature_overlap(np.zeros((4, 0)), no_columns(4), [0, 0, 1, 1]).value == 1.0


class TestDimensions:
    def test_two_columns_that_say_the_same_need_one_dimension(self) -> None:
        found = dimension_metrics([[1, -5], [2, -10], [3, -15], [5, -25]], no_columns(4))
        assert [held.value for held in found] == [2 / 4, 1 / 4, 1 / 2]

    def test_columns_at_right_angles_need_all_dimensions_whatever_their_units(self) -> None:
        square = columns([[1, 1], [1, -1], [-1, 1], [-1, -1]])
        for units in ([1, 1], [1e-9, 1e300]):
            assert [held.value for held in dimension_metrics(square * units, no_columns(4))] == [
                0.5,
                0.5,
                1.0,
            ]

    def test_a_category_has_one_dimension_less_than_values(self) -> None:
        colors = np.array([[0], [1], [2]] * 4)
        assert [held.value for held in dimension_metrics(np.zeros((12, 0)), colors)] == [2 / 12, 2 / 12, 1.0]
        bits = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        assert dimension_metrics(np.zeros((4, 0)), bits)[2].value == 1.0

    def test_rare_values_are_one_beyond_fifty(self) -> None:
        names = np.arange(200)[:, None]
        assert dimension_metrics(np.zeros((200, 0)), names)[0].value == 49 / 200

    def test_more_columns_than_rows_are_more_than_one_dimension_a_row(self) -> None:
        found = dimension_metrics(np.random.default_rng(0).normal(size=(2, 7)), no_columns(2))
        assert [held.value for held in found] == [3.5, 0.5, pytest.approx(1 / 7)]

    def test_rows_of_the_whole_table_count_where_some_were_drawn(self) -> None:
        found = dimension_metrics([[1.0], [2.0]], no_columns(2), n_rows=100)
        assert [held.value for held in found] == [0.01, 0.01, 1.0]

    @pytest.mark.parametrize("rows", [[], [[5.0], [5.0], [np.nan]]])
    def test_without_a_column_of_two_values_they_are_undefined(self, rows: list[list[float]]) -> None:
        found = dimension_metrics(columns(rows).reshape(-1, 1), no_columns(len(rows)))
        assert {held.status for held in found} == {"undefined"}


class TestNetwork:
    def test_rows_are_joined_below_the_distance_and_within_a_class(self) -> None:
        # range 1: 0.14 apart is near, exactly 0.15 is not, and the fourth row is of another class
        joined = class_network([[0.0], [0.14], [0.29], [0.3], [1.0]], no_columns(5), [0, 0, 0, 1, 1])
        assert np.argwhere(np.triu(joined)).tolist() == [[0, 1]]

    def test_categories_count_whole_and_numbers_by_their_range(self) -> None:
        # seven columns: one unlike category is 1/7 = 0.143, one and a bit of the number is not near any more
        categories = np.zeros((4, 6), dtype=np.int64)
        categories[1:, 0] = 1
        joined = class_network([[0.0], [0.0], [10.0], [0.4]], categories, [0, 0, 0, 0])
        assert joined[0].tolist() == [False, True, False, True]  # (1 + 0.04)/7 = 0.149
        joined = class_network([[0.0], [0.0], [10.0], [0.6]], categories, [0, 0, 0, 0])
        assert joined[0].tolist() == [False, True, False, False]  # (1 + 0.06)/7 = 0.151

    def test_three_of_twenty_columns_are_at_the_distance_and_not_below(self) -> None:
        for n_unlike, is_near in ((2, True), (3, False)):
            rows = np.zeros((2, 20), dtype=np.int64)
            rows[1, :n_unlike] = 1
            assert class_network(np.zeros((2, 0)), rows, [0, 0])[0, 1] == is_near

    def test_only_columns_that_both_rows_have_count(self) -> None:
        numbers = [[0.0, np.nan], [0.1, 5.0], [1.0, 0.0]]
        assert class_network(numbers, no_columns(3), [0, 0, 0])[0].tolist() == [False, True, False]
        assert not class_network([[0.0, np.nan], [np.nan, 0.0]], no_columns(2), [0, 0]).any()
        codes = np.array([[0, -1], [0, 1], [1, -1]])
        assert class_network(np.zeros((3, 0)), codes, [0, 0, 0])[0].tolist() == [False, True, False]

    def test_a_sample_is_measured_by_the_ranges_of_its_table(self) -> None:
        rows, classes = [[0.0], [1.0]], [0, 0]
        assert not class_network(rows, no_columns(2), classes).any()
        assert class_network(rows, no_columns(2), classes, ranges=[10.0]).any(1).all()

    def test_blocks_change_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        table = random_table(0)
        whole = class_network(*table)
        monkeypatch.setattr("equitab.metrics.complexity_network._BLOCK_SIZE", 150)
        np.testing.assert_array_equal(class_network(*table), whole)
        np.testing.assert_array_equal(whole, whole.T)
        assert not whole.diagonal().any()

    def test_the_three_measures_by_hand(self) -> None:
        # Class 0: a triangle and one more row on its corner; class 1: a pair. E = 5 of 15 pairs.
        rows = [[0.0], [0.1], [0.12], [0.22], [0.9], [1.0]]
        found = network_metrics(rows, no_columns(6), [0, 0, 0, 0, 1, 1])
        joined = class_network(rows, no_columns(6), [0, 0, 0, 0, 1, 1])
        assert np.argwhere(np.triu(joined)).tolist() == [[0, 1], [0, 2], [1, 2], [1, 3], [2, 3], [4, 5]]
        assert found[0].value == pytest.approx(1 - 6 / 15)
        # rows 0 and 3: their two neighbours know each other; rows 1 and 2: 2 of 3 pairs; the pair: 0
        assert found[1].value == pytest.approx(1 - (1 + 1 + 2 / 3 + 2 / 3) / 6)
        # eigenvalue r of the diamond: r x = y + y, r y = x + x + y with y = 1: r = (1 + sqrt 17) / 2, x = 2 / r
        outer = 4 / (1 + 17**0.5)
        assert found[2].value == pytest.approx(1 - (2 + 2 * outer) / 6)

    def test_hubs_are_what_is_left_of_equal_scores_after_multiplying_for_ever(self) -> None:
        rng = np.random.default_rng(0)
        for _ in range(60):
            n_rows = int(rng.integers(2, 14))
            upper = np.triu(rng.random((n_rows, n_rows)) < rng.random(), 1)
            joined = upper | upper.T
            power = joined.astype(float) @ joined.astype(float)
            for _ in range(30):  # to the power of a thousand million
                power = power @ power / max(np.abs(power).max() ** 2, 1e-300)
            scores = power @ np.ones(n_rows)
            assert hub_scores(joined) == pytest.approx(scores / max(scores.max(), 1e-300), abs=1e-6)

    def test_equal_parts_of_a_network_have_equal_hubs(self) -> None:
        """Their eigenvalues are the same, so a library's eigenvector could be any mix of them."""
        triangles = network_of(8, (0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (6, 7))
        assert hub_scores(triangles) == pytest.approx([1] * 6 + [0] * 2, abs=1e-9)

    def test_nobody_near_anybody_is_the_hardest(self) -> None:
        found = network_metrics([[0.0], [0.5], [1.0], [0.2]], no_columns(4), [0, 0, 1, 1])
        assert [held.value for held in found] == [1.0, 1.0, 1.0]
        assert all("no two rows of one class are near" in held.reason for held in found)
        # none of two independent pairs, Wilson: at most z² / (2 + z²) of all
        assert (found[0].low, found[0].high) == (pytest.approx(1 - 3.841459 / 5.841459), 1.0)

    def test_everybody_near_everybody_of_the_class_is_the_easiest_that_there_is(self) -> None:
        found = network_metrics([[0.0]] * 5 + [[1.0]] * 5, no_columns(10), [0] * 5 + [1] * 5)
        assert found[0].value == pytest.approx(1 - 20 / 45)
        assert [held.value for held in found[1:]] == pytest.approx([0.0, 0.0])
        assert "changes nothing" in found[1].reason

    def test_the_jackknife_of_clustering_leaves_out_each_row(self) -> None:
        rng = np.random.default_rng(3)
        table = rng.random((40, 2)), no_columns(40), rng.integers(0, 2, 40)
        every = np.arange(40)
        own = class_network(*table)
        without = [
            clustering_coefficients(own[np.ix_(kept, kept)]).mean()
            for kept in (np.delete(every, row) for row in range(40))
        ]
        spread = (39 / 40 * ((without - np.mean(without)) ** 2).sum()) ** 0.5
        found = network_metrics(*table)[1]
        assert spread > 0
        assert found.high == pytest.approx(found.value + 1.959964 * spread, rel=1e-5)

    def test_the_interval_of_density_holds_the_truth_about_as_often_as_it_says(self) -> None:
        rng = np.random.default_rng(0)
        drawn = []
        for _ in range(100):
            place = rng.random((40, 1)) ** 4  # a crowd at one end: some are near to many, others to nobody
            drawn.append(network_metrics(place, no_columns(40), place[:, 0] > 0.5, ranges=[1.0])[0])
        truth = np.mean([found.value for found in drawn])
        assert np.mean([found.low <= truth <= found.high for found in drawn]) > 0.88
        width = np.mean([found.high - found.low for found in drawn]) / 3.92
        assert 0.8 < width / np.std([found.value for found in drawn]) < 1.2

    def test_too_many_rows_are_refused_before_they_take_the_memory(self) -> None:
        n_rows = MAX_NETWORK_ROWS + 1
        with pytest.raises(InputError, match="draw rows at random"):
            class_network(np.zeros((n_rows, 1)), no_columns(n_rows), np.zeros(n_rows, dtype=int))


class TestLaws:
    @pytest.mark.parametrize("seed", range(4))
    def test_all_values_keep_the_range_of_their_definition(self, seed: int) -> None:
        for n_rows in (2, 5, 60):
            for found in all_measures(random_table(seed, n_rows)):
                if found.value is not None:
                    assert METRICS[found.metric].lowest <= found.value <= METRICS[found.metric].highest
                if found.low is not None:
                    assert 0 <= found.low <= found.value <= found.high <= 1

    @pytest.mark.parametrize("seed", range(4))
    def test_order_of_rows_and_columns_and_names_of_classes_play_no_part(self, seed: int) -> None:
        numbers, categories, classes = random_table(seed)
        expected = pytest.approx(values((numbers, categories, classes)), abs=1e-6)
        rows = np.random.default_rng(seed).permutation(len(classes))
        assert values((numbers[rows], categories[rows], classes[rows])) == expected
        assert values((numbers[:, ::-1], categories[:, ::-1], classes)) == expected
        assert values((numbers, categories, np.array([7, 2, 11])[classes])) == expected

    def test_units_play_no_part(self) -> None:
        numbers, categories, classes = random_table(1)
        expected = pytest.approx(values((numbers, categories, classes)), abs=1e-6)
        assert values((numbers * [1e-6, 1e9, -3.0] + [0.0, 0.0, 5.0], categories, classes)) == expected

    def test_a_column_of_one_value_helps_nobody_to_tell_classes_apart(self) -> None:
        numbers, categories, classes = random_table(1)
        with_constant = np.column_stack([numbers, np.full(len(classes), 4.0)])
        before, after = (
            feature_overlap(held, categories, classes).value for held in (numbers, with_constant)
        )
        assert before == after
        assert [held.value for held in dimension_metrics(with_constant, categories)] == [
            held.value for held in dimension_metrics(numbers, categories)
        ]

    @pytest.mark.parametrize("classes", [[0, 0, 0], []])
    def test_one_class_or_none_is_undefined_with_the_reason(self, classes: list[int]) -> None:
        n_rows = len(classes)
        labels = np.array(classes, dtype=np.int64)
        numbers = np.arange(n_rows, dtype=float)[:, None]
        found = [
            class_imbalance(labels, seed=0),
            feature_overlap(numbers, no_columns(n_rows), labels),
            *network_metrics(numbers, no_columns(n_rows), labels),
        ]
        assert {held.status for held in found} == {"undefined"}
        assert {held.reason for held in found} == {
            "all rows have the same outcome: nothing to tell apart" if n_rows else "no rows"
        }

    def test_two_rows_are_enough(self) -> None:
        found = values((columns([[0.0], [1.0]]), no_columns(2), np.array([0, 1])))
        assert found == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0]

    def test_numbers_at_the_end_of_the_range_do_not_overflow(self) -> None:
        numbers = columns([[-1.7e308], [1.7e308], [0.0], [1.6e308]])
        found = values((numbers, no_columns(4), np.array([0, 1, 0, 1])))
        assert None not in found
        assert found[1] == 0.0

    def test_every_measure_of_the_family_is_measured(self) -> None:
        defined = {definition.name for definition in definitions_with(family="complexity")}
        assert {found.metric for found in all_measures(random_table(0))} == defined


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (lambda: class_imbalance([0.5, 1.5], seed=0), "whole numbers"),
        (lambda: class_imbalance([0, 1], confidence=2.0, n_replicates=3, seed=0), "at least 100"),
        (lambda: feature_overlap([[1.0]], no_columns(2), [0, 1]), "pass arrays of one table"),
        (lambda: feature_overlap([[1.0], [2.0]], [[0.5], [1.0]], [0, 1]), "-1 if missing"),
        (lambda: dimension_metrics([[np.inf], [1.0]], no_columns(2)), "1 infinite ones"),
        (lambda: network_metrics([[0.0], [1.0]], no_columns(2), [0, 1], confidence=1.0), "between 0 and 1"),
    ],
)
def test_what_can_not_be_used_is_said(measure: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        measure()
