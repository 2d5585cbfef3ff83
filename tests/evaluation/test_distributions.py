"""Distributions: shares sum to one, both tables share their bars, and nobody rare is named."""

from collections import defaultdict

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns
from equitab.evaluation import measure_distributions
from equitab.evaluation.distributions import MAX_BARS, MISSING, OTHER
from equitab.schema import Column, SensitiveFeature, TableSchema


def _bars(points, column, series="real"):
    return {
        held.x: held.y for held in points if (held.figure, held.series) == (f"distribution/{column}", series)
    }


def _measure(column, real, synthetic=None, **changes):
    schema = TableSchema((column, Column("y", "integer")), "y", favorable_outcome=(1,)).with_changes(
        **changes
    )
    tables = {
        name: frame_from_columns({column.name: held, "y": [index % 2 for index in range(len(held))]})
        for name, held in (("real", real), ("synthetic", real if synthetic is None else synthetic))
    }
    return measure_distributions(tables, schema)


def test_shares_sum_to_one_in_every_column_of_both_tables(town):
    tables = {"real": town.training, "synthetic": town.test.frame}
    sums = defaultdict(float)
    bars = defaultdict(set)
    for held in measure_distributions(tables, town.schema):
        sums[held.figure, held.series] += held.y
        bars[held.figure, held.series].add(held.x)
        assert held.n == len(tables[held.series])
    assert len(sums) == 2 * len(town.schema.modeled_columns)
    assert all(total == pytest.approx(1.0) for total in sums.values())
    assert all(bars[figure, "real"] == bars[figure, "synthetic"] for figure, _ in bars)


def test_a_rare_category_is_not_named_unless_it_is_sensitive():
    values = ["common"] * 50 + ["rare"] * 9
    column = Column("a", "categorical")
    assert _bars(_measure(column, values), "a") == {"common": 50 / 59, OTHER: 9 / 59}
    sensitive = _measure(column, values, sensitive_features=(SensitiveFeature("a"),))
    assert _bars(sensitive, "a") == {"common": 50 / 59, "rare": 9 / 59}


def test_of_many_categories_the_frequent_ones_are_named():
    values = [f"v{index:03d}" for index in range(60) for _ in range(10 + index)]
    bars = _bars(_measure(Column("a", "categorical"), values), "a")
    assert len(bars) == MAX_BARS + 1
    assert "v059" in bars
    assert "v000" not in bars


def test_a_category_that_only_the_synthetic_table_has_is_other():
    points = _measure(Column("a", "categorical"), ["u"] * 20, ["u"] * 10 + ["invented"] * 10)
    assert _bars(points, "a", "synthetic") == {"u": 0.5, OTHER: 0.5}
    assert _bars(points, "a") == {"u": 1.0, OTHER: 0.0}


def test_missing_values_have_a_bar_of_their_own():
    points = _measure(Column("a", "numeric"), [float(index) for index in range(90)] + [None] * 10)
    assert _bars(points, "a")[MISSING] == pytest.approx(0.1)


def test_whole_numbers_of_few_values_have_a_bar_each_in_order():
    values = np.repeat([2, 10, 1], [40, 20, 40])
    assert list(_bars(_measure(Column("a", "integer"), values), "a")) == ["1", "2", "10"]


def test_no_persons_extreme_value_shows_on_the_axis():
    rng = np.random.default_rng(0)
    values = np.append(rng.normal(50, 5, 2000), [123_456.0])
    bars = _bars(_measure(Column("a", "numeric"), values), "a")
    assert len(bars) == MAX_BARS
    assert max(float(x) for x in bars) < 100
    assert sum(bars.values()) == pytest.approx(1.0)


def test_a_constant_column_has_one_bar():
    assert list(_bars(_measure(Column("a", "numeric"), [3.5] * 30), "a").values()) == [1.0]


def test_dates_are_shown_as_dates():
    born = np.datetime64("2001-01-01", "us") + np.arange(300).astype("m8[D]")
    bars = _bars(_measure(Column("a", "datetime"), born), "a")
    assert all(x.startswith("2001-") for x in bars)
