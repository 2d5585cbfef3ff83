from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics.binned_columns import decile_codes
from equitab.metrics.column_pairs import ColumnPair
from equitab.metrics.fidelity import (
    column_shape,
    fidelity_metrics,
    score_fidelity,
)


def numeric(real, synthetic, name="x"):
    return ColumnPair(name, "numeric", np.asarray(real, float), np.asarray(synthetic, float))


def categorical(real, synthetic, name="c"):
    return ColumnPair(name, "categorical", np.asarray(real), np.asarray(synthetic))


def random_table(seed, n_rows=400):
    """Two numeric and two categorical columns that depend on each other."""
    rng = np.random.default_rng(seed)
    base = rng.normal(size=n_rows)
    return {
        "a": base,
        "b": base + rng.normal(size=n_rows),
        "c": (base > 0.5).astype(int) + rng.integers(0, 2, n_rows),
        "d": rng.integers(0, 3, n_rows),
    }


def pair_up(real, synthetic):
    return [
        ColumnPair(name, "numeric" if name in "ab" else "categorical", real[name], synthetic[name])
        for name in real
    ]


def test_a_numeric_shape_is_one_minus_the_kolmogorov_smirnov_distance():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    for _ in range(5):
        real, synthetic = rng.normal(size=80).round(1), rng.normal(0.3, 1.2, 130).round(1)
        expected = 1 - stats.ks_2samp(real, synthetic).statistic
        assert column_shape(numeric(real, synthetic)) == pytest.approx(expected)


def test_a_categorical_shape_is_one_minus_the_total_variation_distance():
    # Real shares 0.5, 0.25, 0.25, 0; synthetic 0.25, 0.25, 0, 0.5.
    assert column_shape(categorical([0, 0, 1, 2], [0, 1, 3, 3])) == pytest.approx(0.5)


def test_columns_without_overlap_score_zero():
    assert column_shape(numeric([1, 2], [5, 6])) == 0.0
    assert column_shape(categorical([0, 1], [2, 2])) == 0.0


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_missing_values_alone_cost_the_difference_of_their_shares(share):
    values = np.arange(100.0)
    with_missing = np.where(np.arange(100) % 10 < 10 * share, np.nan, values // 10)
    assert column_shape(numeric(values // 10, with_missing)) == pytest.approx(1 - share)
    assert column_shape(numeric(with_missing, values // 10)) == pytest.approx(1 - share)


def test_a_column_that_is_missing_throughout_in_both_tables_is_the_same():
    nothing = np.full(5, np.nan)
    scores = score_fidelity([numeric(nothing, nothing, "x"), numeric(np.arange(5), np.arange(5), "y")])
    assert [column.shape for column in scores.columns] == [1.0, 1.0]
    assert scores.pairs[0].trend == 1.0


def test_the_same_table_scores_the_best_values_everywhere():
    table = random_table(0)
    values = {result.metric: result.value for result in fidelity_metrics(pair_up(table, table))}
    assert values == pytest.approx(
        {
            "column_shapes": 1,
            "pair_trends": 1,
            "column_and_pair_quality": 1,
            "weighted_nmi_similarity": 1,
            "univariate_error": 0,
            "bivariate_error": 0,
        }
    )


def test_row_order_does_not_matter():
    real, synthetic = random_table(1), random_table(2)
    order = np.random.default_rng(0).permutation(400)
    shuffled = {name: values[order] for name, values in synthetic.items()}
    first, second = (fidelity_metrics(pair_up(real, table)) for table in (synthetic, shuffled))
    assert [r.value for r in first] == pytest.approx([r.value for r in second], rel=1e-12)


def test_category_codes_can_be_renumbered():
    real, synthetic = random_table(1), random_table(2)
    renumber = np.array([7, 3, 11])
    columns = [
        ColumnPair(c.name, c.kind, renumber[c.real], renumber[c.synthetic]) if c.kind == "categorical" else c
        for c in pair_up(real, synthetic)
    ]
    first, second = fidelity_metrics(pair_up(real, synthetic)), fidelity_metrics(columns)
    assert [r.value for r in first] == pytest.approx([r.value for r in second], rel=1e-12)


def test_two_numeric_columns_are_compared_by_correlation():
    rng = np.random.default_rng(0)
    real, synthetic = (1e6 + rng.multivariate_normal([0, 0], [[1, r], [r, 1]], 200) for r in (0.8, -0.3))
    scores = score_fidelity([numeric(real[:, i], synthetic[:, i], str(i)) for i in (0, 1)])
    expected = 1 - abs(np.corrcoef(real.T)[0, 1] - np.corrcoef(synthetic.T)[0, 1]) / 2
    assert scores.pairs[0].trend == pytest.approx(expected, rel=1e-9)


def test_correlations_use_the_rows_that_have_both_values():
    rng = np.random.default_rng(1)
    table = rng.multivariate_normal([0, 5], [[1, 0.7], [0.7, 1]], 300)
    holed = np.where(rng.random((300, 2)) < 0.2, np.nan, table)
    both = ~np.isnan(holed).any(1)
    scores = score_fidelity([numeric(holed[:, i], table[:, i], str(i)) for i in (0, 1)])
    expected = 1 - abs(np.corrcoef(holed[both].T)[0, 1] - np.corrcoef(table.T)[0, 1]) / 2
    assert scores.pairs[0].trend == pytest.approx(expected, rel=1e-9)


def test_collapsing_a_numeric_column_costs_its_correlation():
    table = random_table(3)
    collapsed = table | {"b": np.full(400, 0.1)}
    pair = score_fidelity(pair_up(table, collapsed)).pairs[0]
    assert pair.trend == pytest.approx(1 - np.corrcoef(table["a"], table["b"])[0, 1] / 2)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9, -3e-7])
def test_a_constant_column_has_no_correlation_whatever_its_size(constant):
    other = np.random.default_rng(0).normal(size=100)
    columns = [numeric(np.full(100, constant), np.full(100, constant), "k"), numeric(other, other[::-1], "x")]
    assert score_fidelity(columns).pairs[0].trend == 1.0


def test_pairs_with_a_category_are_compared_by_their_joint_table():
    # Real: the four combinations once each; synthetic: only the two equal ones.
    columns = [categorical([0, 0, 1, 1], [0, 0, 1, 1], "a"), categorical([0, 1, 0, 1], [0, 0, 1, 1], "b")]
    scores = score_fidelity(columns)
    assert scores.column_shapes == 1.0
    assert scores.pairs[0].trend == pytest.approx(0.5)
    assert (scores.pairs[0].real_information, scores.pairs[0].synthetic_information) == pytest.approx((0, 1))
    assert scores.weighted_nmi_similarity == pytest.approx(0.0)


def test_mutual_information_agrees_with_scikit_learn():
    sklearn = pytest.importorskip("sklearn.metrics")
    real, synthetic = random_table(4), random_table(5)
    pair = score_fidelity(pair_up(real, synthetic)).pairs[-1]
    for table, ours in ((real, pair.real_information), (synthetic, pair.synthetic_information)):
        assert ours == pytest.approx(sklearn.normalized_mutual_info_score(table["c"], table["d"]))


def test_many_categories_give_the_same_joint_distance_as_few():
    """Codes spread over 3,000 numbers, so that the joint table is mostly empty, against the compact codes."""
    rng = np.random.default_rng(6)
    spread = np.arange(3000)
    codes = [rng.integers(0, 40, (2, 500)) for _ in range(2)]
    filler = [spread, spread]  # makes every code occur, so that none can be dropped
    wide = [
        categorical(np.concatenate([a, f]), np.concatenate([b, f]), str(i))
        for i, ((a, b), f) in enumerate(zip(codes, filler, strict=True))
    ]
    pair = score_fidelity(wide).pairs[0]
    joint = [
        np.unique(np.stack([wide[0].real, wide[1].real]), axis=1, return_counts=True),
        np.unique(np.stack([wide[0].synthetic, wide[1].synthetic]), axis=1, return_counts=True),
    ]
    tables = [dict(zip(map(tuple, cells.T), counts / 3500, strict=True)) for cells, counts in joint]
    cells = tables[0].keys() | tables[1].keys()
    expected = sum(abs(tables[0].get(cell, 0) - tables[1].get(cell, 0)) for cell in cells) / 2
    assert pair.binned_error == pytest.approx(expected)


def test_deciles_split_continuous_values_into_ten_equal_bins():
    (codes,) = decile_codes(np.random.default_rng(0).normal(size=1000))
    assert np.bincount(codes).tolist() == [0, *[100] * 10]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_point_mass_at_either_end_has_a_bin_of_its_own(sign):
    values = sign * np.concatenate([np.zeros(90), np.arange(1, 11)])
    (codes,) = decile_codes(values)
    assert len(set(codes[:90])) == 1
    assert codes[0] not in codes[90:]


def test_columns_drawn_independently_keep_shapes_and_lose_trends():
    table, rng = random_table(7), np.random.default_rng(0)
    independent = {name: rng.permutation(values) for name, values in table.items()}
    scores = score_fidelity(pair_up(table, independent))
    assert scores.column_shapes == pytest.approx(1.0)
    assert scores.univariate_error == pytest.approx(0.0)
    assert scores.pair_trends < 0.95
    assert scores.bivariate_error > 0.05
    assert scores.weighted_nmi_similarity < 0.9


def test_a_single_column_has_no_pairs():
    results = {r.metric: r for r in fidelity_metrics([categorical([0, 1], [0, 1])])}
    assert results["column_and_pair_quality"].value == 1.0
    assert results["pair_trends"].reason == "a single column has no pairs"
    assert results["bivariate_error"].status == "undefined"
    assert results["weighted_nmi_similarity"].status == "undefined"


def test_tables_may_differ_in_length():
    results = {
        r.metric: r
        for r in fidelity_metrics([categorical([0, 1], [0, 1, 0, 1]), numeric([1, 2], [1, 2, 1, 2])])
    }
    assert results["column_shapes"].value == 1.0
    assert results["column_shapes"].n == 4


def test_everything_wrong_with_the_columns_is_said_at_once():
    with pytest.raises(InputError) as caught:
        score_fidelity(
            [
                ColumnPair("a", "categorical", np.array([0, -1]), np.array([0.0, 1.0])),
                ColumnPair("b", "numeric", np.array(["x", "y", "z"]), np.array([np.inf, 1.0])),
            ]
        )
    text = str(caught.value)
    assert len(caught.value.problems) == 5
    for part in (
        "real table",
        "negative ones in 1 rows",
        "integer codes",
        "numbers",
        "infinite ones in 1 rows",
    ):
        assert part in text
    with pytest.raises(InputError, match="at least one"):
        score_fidelity([])
    with pytest.raises(InputError, match="0 to 0 rows"):
        score_fidelity([ColumnPair("a", "numeric", np.array([]), np.array([1.0]))])
