"""What other packages are handed, and what becomes of what they return."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from equitab.dataframe import as_frame
from equitab.encoding import TableEncoder
from equitab.errors import ProtocolError
from equitab.generators.adapters.plain_columns import PlainColumns
from equitab.schema import Column, TableSchema
from every_generator.people import SCHEMA, arrow_table


def columns_of(table: pa.Table, schema: TableSchema) -> PlainColumns:
    encoder = TableEncoder().fit(as_frame(table), schema)
    return PlainColumns.learn(encoder, encoder.encode(as_frame(table), seed=0))


def schema_of(kind: Any, *, tokens: tuple[str, ...] = ()) -> TableSchema:
    both = (Column("x", kind), Column("hired", "categorical"))
    return TableSchema(both, "hired", favorable_outcome=("yes",), missing_tokens=tokens)


def one_column(values: pa.Array) -> pa.Table:
    return pa.table({"x": values, "hired": ["yes", "no"] * (len(values) // 2)})


def test_a_table_written_and_read_is_the_same_table() -> None:
    table = arrow_table()
    plain = columns_of(table, SCHEMA)
    read = plain.read(plain.write(as_frame(table), seed=1), seed=2).to_native()
    expected = table.select(list(SCHEMA.modeled_columns))
    assert read.column_names == expected.column_names
    for name in read.column_names:
        assert read[name].to_pylist() == expected[name].to_pylist(), name


def test_names_and_categories_of_the_caller_are_not_handed_on() -> None:
    plain = columns_of(arrow_table(), SCHEMA)
    written = plain.write(as_frame(arrow_table()), seed=1)
    assert set(written) == set(plain.kinds) == {f"column_{place}" for place in range(len(written))}
    texts = {text for values in written.values() if values.dtype == object for text in values}
    assert all(text.startswith("v") and text[1:].isdigit() for text in texts)
    assert "job_code" not in plain.names, "another column determines it"


DAYS = [dt.datetime(1960, 1, 1) + dt.timedelta(days=37 * day) for day in range(60)]


@pytest.mark.parametrize(
    "values",
    [
        pa.array(DAYS, pa.timestamp("us")).cast(pa.date32()),
        pa.array(DAYS, pa.timestamp("ms")),
        pa.array(DAYS, pa.timestamp("us", "UTC")),
        pa.array([day.strftime("%Y-%m-%d") for day in DAYS]),
    ],
    ids=["days", "milliseconds", "with a time zone", "text"],
)
def test_dates_are_handed_over_as_dates_and_come_back_in_their_type(values: pa.Array) -> None:
    table = one_column(values)
    plain = columns_of(table, schema_of("datetime"))
    written = plain.write(as_frame(table), seed=0)
    assert plain.kinds["column_0"] == "date"
    assert written["column_0"][1] == np.datetime64("1960-02-07")
    assert plain.read(written, seed=0).to_native()["x"].combine_chunks().equals(values)


def test_numbers_are_taken_to_the_nearest_that_the_column_can_have() -> None:
    table = one_column(pa.array(np.arange(0, 100_000, 500) % 50_000))
    plain = columns_of(table, schema_of("integer"))
    drawn = {"column_0": np.array([-700.0, 740.0, 760.0, 1e9]), "column_1": np.array(["v0"] * 4)}
    assert plain.read(drawn, seed=0).to_native()["x"].to_pylist() == [0, 500, 1000, 49_500]


def test_numbers_that_are_missing_in_two_ways_come_back_in_the_commonest() -> None:
    texts = [str(number) for number in range(90)] + ["?"] * 8 + [None, None]
    table = one_column(pa.array(texts))
    plain = columns_of(table, schema_of("integer", tokens=("?",)))
    assert any("several ways" in remark for remark in plain.remarks)
    read = plain.read(plain.write(as_frame(table), seed=0), seed=0).to_native()["x"].to_pylist()
    assert read[:90] == texts[:90]
    assert read[90:] == ["?"] * 10


@pytest.mark.parametrize(
    ("drawn", "reason"),
    [
        ({"column_0": np.array([1.0]), "column_1": np.array(["_RARE_"])}, "no category of training"),
        ({"column_0": np.array([np.nan]), "column_1": np.array(["v0"])}, "are missing"),
    ],
)
def test_values_that_a_column_cannot_have_stop_the_work(drawn: dict[str, np.ndarray], reason: str) -> None:
    plain = columns_of(one_column(pa.array(range(100))), schema_of("integer"))
    with pytest.raises(ProtocolError, match=reason):
        plain.read(drawn, seed=0)
