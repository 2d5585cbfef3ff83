"""The law: a template gives back the table that it was made from, whatever its library."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import polars.testing
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitab.dataframe import TableTemplate, as_frame, frame_from_columns
from equitab.errors import TableError

MOMENT = dt.datetime(2020, 1, 2, 3, 4, 5)
N_ROWS = 4


def optional(values: st.SearchStrategy) -> st.SearchStrategy[list]:
    return st.lists(st.none() | values, min_size=N_ROWS, max_size=N_ROWS)


small = st.integers(-100, 100)
positive = st.integers(0, 200)
halves = st.integers(-1000, 1000).map(lambda number: number / 2)
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=5)
moments = st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2100, 1, 1)).map(
    lambda found: found.replace(microsecond=0)
)
days = moments.map(lambda found: found.date())
cents = st.integers(-10_000, 10_000).map(lambda number: Decimal(number).scaleb(-2))

ARROW_COLUMNS = st.one_of(
    optional(small).map(lambda found: pa.array(found, pa.int8())),
    optional(positive).map(lambda found: pa.array(found, pa.uint16())),
    optional(halves).map(lambda found: pa.array(found, pa.float32())),
    optional(halves).map(lambda found: pa.array(found, pa.float64())),
    optional(st.booleans()).map(lambda found: pa.array(found, pa.bool_())),
    optional(words).map(lambda found: pa.array(found, pa.large_string())),
    optional(words).map(lambda found: pa.array(found, pa.string())),
    optional(words).map(lambda found: pa.array(found, pa.string()).dictionary_encode()),
    optional(small).map(lambda found: pa.array(found, pa.int64()).dictionary_encode()),
    optional(days).map(lambda found: pa.array(found, pa.date32())),
    optional(days).map(lambda found: pa.array(found, pa.date64())),
    optional(moments).map(lambda found: pa.array(found, pa.timestamp("ns", "Europe/Rome"))),
    optional(moments).map(lambda found: pa.array(found, pa.timestamp("s"))),
    optional(cents).map(lambda found: pa.array(found, pa.decimal128(9, 2))),
    st.just(pa.nulls(N_ROWS)),
)

PANDAS_COLUMNS = st.one_of(
    optional(small).map(lambda found: pd.Series(found, dtype="Int8")),
    optional(positive).map(lambda found: pd.Series(found, dtype="UInt32")),
    st.lists(small, min_size=N_ROWS, max_size=N_ROWS).map(lambda found: pd.Series(found, dtype="int16")),
    optional(halves).map(lambda found: pd.Series(found, dtype="float32")),
    optional(halves).map(lambda found: pd.Series(found, dtype="Float64")),
    optional(st.booleans()).map(lambda found: pd.Series(found, dtype="boolean")),
    st.lists(st.booleans(), min_size=N_ROWS, max_size=N_ROWS).map(lambda found: pd.Series(found, dtype=bool)),
    optional(words).map(lambda found: pd.Series(found, dtype="str")),
    optional(words).map(lambda found: pd.Series(found, dtype="string")),
    optional(words).map(lambda found: pd.Series(found, dtype=pd.ArrowDtype(pa.string()))),
    optional(small).map(lambda found: pd.Series(found, dtype=pd.ArrowDtype(pa.int8()))),
    optional(words).map(lambda found: pd.Series(found, dtype=object)),
    optional(st.sampled_from("ab")).map(
        lambda found: pd.Series(found, dtype=pd.CategoricalDtype(["b", "c", "a"], ordered=True))
    ),
    optional(st.sampled_from([3, 7])).map(lambda found: pd.Series(found, dtype=pd.CategoricalDtype([7, 3]))),
    optional(moments).map(lambda found: pd.Series(pd.to_datetime(found)).astype("datetime64[us]")),
    optional(moments).map(
        lambda found: pd.Series(pd.to_datetime(found)).astype("datetime64[ns]").dt.tz_localize("UTC")
    ),
)

POLARS_COLUMNS = st.one_of(
    optional(small).map(lambda found: pl.Series(found, dtype=pl.Int8)),
    optional(positive).map(lambda found: pl.Series(found, dtype=pl.UInt64)),
    optional(halves).map(lambda found: pl.Series(found, dtype=pl.Float32)),
    optional(st.booleans()).map(lambda found: pl.Series(found, dtype=pl.Boolean)),
    optional(words).map(lambda found: pl.Series(found, dtype=pl.String)),
    optional(words).map(lambda found: pl.Series(found, dtype=pl.Categorical)),
    optional(st.sampled_from("ab")).map(lambda found: pl.Series(found, dtype=pl.Enum(["b", "a", "c"]))),
    optional(days).map(lambda found: pl.Series(found, dtype=pl.Date)),
    optional(moments).map(lambda found: pl.Series(found, dtype=pl.Datetime("ms", "Europe/Rome"))),
    optional(moments).map(lambda found: pl.Series(found, dtype=pl.Datetime("us"))),
    optional(cents).map(lambda found: pl.Series(found, dtype=pl.Decimal(9, 2))),
    st.just(pl.Series([None] * N_ROWS, dtype=pl.Null)),
)


def again(table: object) -> object:
    """Restore through JSON, as a saved generator does."""
    plain = json.loads(json.dumps(TableTemplate.of(table).to_dict()))
    return TableTemplate.from_dict(plain).restore(as_frame(table))


@settings(max_examples=60, deadline=None)
@given(st.lists(ARROW_COLUMNS, min_size=1, max_size=4))
def test_an_arrow_table_comes_back_as_it_was(columns: list[pa.Array]) -> None:
    table = pa.table(columns, names=[f"c{position}" for position in range(len(columns))])
    restored = again(table)
    assert restored.schema == table.schema
    assert restored.equals(table)


@settings(max_examples=60, deadline=None)
@given(st.lists(PANDAS_COLUMNS, min_size=1, max_size=4))
def test_a_pandas_table_comes_back_as_it_was(columns: list[pd.Series]) -> None:
    table = pd.DataFrame({f"c{position}": column for position, column in enumerate(columns)})
    pd.testing.assert_frame_equal(again(table), table)


@settings(max_examples=60, deadline=None)
@given(st.lists(POLARS_COLUMNS, min_size=1, max_size=4))
def test_a_polars_table_comes_back_as_it_was(columns: list[pl.Series]) -> None:
    table = pl.DataFrame({f"c{position}": column for position, column in enumerate(columns)})
    polars.testing.assert_frame_equal(again(table), table)


def test_objects_of_dates_and_booleans_come_back_as_objects() -> None:
    table = pd.DataFrame(
        {
            "day": pd.Series([dt.date(2020, 1, 1), None], dtype=object),
            "flag": pd.Series([True, None], dtype=object),
            "nothing": pd.Series([None, None], dtype=object),
        }
    )
    pd.testing.assert_frame_equal(again(table), table)


def test_columns_are_put_in_the_order_of_the_template_and_new_ones_behind() -> None:
    template = TableTemplate.of(pd.DataFrame({"b": [1], "a": ["x"]}))
    restored = template.restore(frame_from_columns({"new": [0], "a": ["y"], "b": [2]}))
    assert list(restored.columns) == ["b", "a", "new"]


def test_columns_that_the_frame_lacks_are_left_out() -> None:
    template = TableTemplate.of(pl.DataFrame({"a": [1], "b": [2]}))
    assert template.restore(frame_from_columns({"b": [5]})).columns == ["b"]


def test_decoded_numbers_are_rounded_to_integers_in_every_library() -> None:
    decoded = frame_from_columns({"age": np.array([30.9999, 40.2])})
    for table in (pd.DataFrame({"age": [1]}), pl.DataFrame({"age": [1]}), pa.table({"age": [1]})):
        restored = TableTemplate.of(table).restore(decoded)
        assert as_frame(restored)["age"].to_list() == [31, 40]


def test_microseconds_become_dates_and_timestamps_again() -> None:
    micros = float(dt.datetime(2020, 1, 2, tzinfo=dt.UTC).timestamp() * 1e6)
    table = pa.table({"day": pa.array([dt.date(1999, 1, 1)]), "at": pa.array([MOMENT], pa.timestamp("ms"))})
    restored = TableTemplate.of(table).restore(frame_from_columns({"day": [micros], "at": [micros]}))
    assert restored.to_pylist() == [{"day": dt.date(2020, 1, 2), "at": dt.datetime(2020, 1, 2)}]


def test_missing_values_in_an_integer_column_give_way_to_pandas_own_answer() -> None:
    restored = TableTemplate.of(pd.DataFrame({"age": [1, 2]})).restore(frame_from_columns({"age": [1, None]}))
    assert restored["age"].dtype == "float64"
    assert restored["age"].isna().tolist() == [False, True]


def test_a_new_category_is_put_behind_the_known_ones() -> None:
    table = pd.DataFrame({"sex": pd.Categorical(["M", "F"], categories=["M", "F"])})
    restored = TableTemplate.of(table).restore(frame_from_columns({"sex": ["F", "X"]}))
    assert restored["sex"].tolist() == ["F", "X"]
    assert restored["sex"].cat.categories.tolist() == ["M", "F", "X"]


def test_every_column_that_does_not_fit_its_type_is_named() -> None:
    template = TableTemplate.of(pa.table({"a": pa.array([1], pa.int8()), "b": pa.array([1], pa.uint8())}))
    with pytest.raises(TableError) as caught:
        template.restore(frame_from_columns({"a": [1000], "b": [-1]}))
    assert [problem.where for problem in caught.value.problems] == ["column 'a'", "column 'b'"]
