"""A frame read through its schema: numbers, names, outcomes and groups."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns
from equitab.errors import TableError
from equitab.schema import (
    MISSING_GROUP,
    Column,
    SensitiveFeature,
    TableSchema,
    Threshold,
    codes_of,
    favorable,
    group_codes,
    has_target,
    labels,
    numbers,
    reference_code,
    row_weights,
    sensitive_groups,
    sensitive_labels,
)

PEOPLE = frame_from_columns(
    {
        "sex": ["F", "M", None, "F"],
        "age": [24, 25, 60, None],
        "pay": [1.0, 2.5, 4.0, None],
        "hired": ["yes", "no", "yes", "?"],
        "w": [1.0, 2.0, 3.0, 4.0],
    }
)
SCHEMA = TableSchema(
    columns=(
        Column("sex", "categorical"),
        Column("age", "integer"),
        Column("pay", "numeric"),
        Column("hired", "categorical"),
        Column("w", "numeric"),
    ),
    target="hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex", "M"), SensitiveFeature("age", "25 to <60", (25.0, 60.0))),
    weight="w",
    missing_tokens=("?",),
)


def test_favorable_outcomes_and_missing_targets() -> None:
    assert favorable(PEOPLE, SCHEMA).tolist() == [True, False, True, False]
    assert has_target(PEOPLE, SCHEMA).tolist() == [True, True, True, False]


def test_a_threshold_decides_for_numbers_and_missing_ones_are_not_favorable() -> None:
    schema = SCHEMA.with_changes(target="pay", favorable_outcome=(), favorable_threshold=Threshold(">", 2.5))
    assert favorable(PEOPLE, schema).tolist() == [False, False, True, False]


def test_a_value_at_a_cut_point_falls_into_the_bin_above() -> None:
    found = sensitive_labels(PEOPLE, SCHEMA, SCHEMA.sensitive_feature("age"))
    assert [found.names[code] for code in found.codes] == ["<25", "25 to <60", ">=60", MISSING_GROUP]


def test_missing_sensitive_values_are_a_group_or_left_out() -> None:
    groups = sensitive_groups(PEOPLE, SCHEMA, ("sex",))
    assert groups.levels == (("F", "M", MISSING_GROUP),)
    assert group_codes(PEOPLE, SCHEMA, groups).tolist() == [0, 1, 2, 0]
    excluding = SCHEMA.with_changes(missing_sensitive="exclude")
    groups = sensitive_groups(PEOPLE, excluding, ("sex",))
    assert group_codes(PEOPLE, excluding, groups).tolist() == [0, 1, -1, 0]


def test_the_reference_group_has_all_reference_values() -> None:
    groups = sensitive_groups(PEOPLE, SCHEMA)
    code = reference_code(groups, SCHEMA)
    assert code is not None
    assert groups.values(code) == ("M", "25 to <60")


def test_names_are_sorted_and_numbers_by_size() -> None:
    assert labels(frame_from_columns({"a": [10, 9, 2]}), "a").names == ("2", "9", "10")


def test_codes_tell_missing_from_unknown() -> None:
    assert codes_of(PEOPLE, "sex", ("F",)).tolist() == [0, -2, -1, 0]


def test_weights_are_read() -> None:
    weights = row_weights(PEOPLE, SCHEMA)
    assert weights is not None
    assert weights.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert row_weights(PEOPLE, SCHEMA.with_changes(weight=None)) is None


def test_numbers_written_as_text_are_numbers() -> None:
    frame = frame_from_columns({"a": ["1", " 2.5", "?", None]})
    found = numbers(frame, Column("a", "numeric"), missing_tokens=("?",))
    np.testing.assert_array_equal(found, [1.0, 2.5, np.nan, np.nan])


def test_text_among_numbers_is_counted() -> None:
    frame = frame_from_columns({"a": ["1", "secret", None]})
    with pytest.raises(TableError, match="text in 1 of 3 rows"):
        numbers(frame, Column("a", "numeric"))


@pytest.mark.parametrize(
    "values",
    [
        ["1970-01-02", "?"],
        [dt.date(1970, 1, 2), None],
        [dt.datetime(1970, 1, 2), None],
        ["1970-01-02 00:00:00", "?"],
        ["01/02/1970", None],
    ],
)
def test_dates_of_every_kind_are_microseconds_since_1970(values: list[object]) -> None:
    found = numbers(frame_from_columns({"day": values}), Column("day", "datetime"), missing_tokens=("?",))
    np.testing.assert_array_equal(found, [86_400e6, np.nan])


def test_text_that_is_no_date_is_refused_in_a_column_of_dates() -> None:
    with pytest.raises(TableError, match="dates written in one pattern"):
        numbers(frame_from_columns({"day": ["1970-01-02", "soon"]}), Column("day", "datetime"))
