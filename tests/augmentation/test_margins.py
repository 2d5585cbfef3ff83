"""Margins are read from plain data in a few spellings, and everything wrong is said at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from augmentation.exact_table import SCHEMA, town
from equitab.augmentation import Margin, Margins, Shift, margins_of, parse_shift
from equitab.augmentation.margin_classes import Interval, margin_problems, parse_interval, share_target
from equitab.dataframe import as_frame, frame_from_columns
from equitab.errors import ConstraintError
from equitab.schema import Column, TableSchema

FRAME = as_frame(town())


def test_nested_and_joined_values_mean_the_same() -> None:
    nested = {"sex+race": {"F": {"B": 0.1, "W": 0.4}, "M": {"B": 0.2, "W": 0.3}}}
    joined = {"sex+race": {"F+B": "10%", "F+W": "40%", "M+B": 0.2, "M+W": 0.3}}
    assert Margins.from_dict(nested) == Margins.from_dict(joined)


def test_what_is_left_goes_to_the_rest() -> None:
    margin = Margins.from_dict({"race": {"B": 0.3, "*": None}}).shares[0]
    assert margin.to_dict() == pytest.approx({"B": 0.3, "*": 0.7})


def test_numbers_and_booleans_are_named_as_everywhere() -> None:
    found = Margins.from_dict({"member": {True: 0.5, False: 0.5}, "rooms": {1: 0.25, 2.0: 0.75}})
    assert [margin.to_dict() for margin in found.shares] == [
        {"True": 0.5, "False": 0.5},
        {"1": 0.25, "2": 0.75},
    ]


def test_shares_that_nearly_sum_to_one_are_scaled() -> None:
    margin = Margins.from_dict({"job": {"a": 0.333, "b": 0.333, "c": 0.333}}).shares[0]
    assert sum(share for _, share in margin.shares) == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("+5", Shift("age", 5)),
        ("-2.5", Shift("age", -2.5)),
        (45, Shift("age", 45, False)),
        ("to -3", Shift("age", -3, False)),
    ],
)
def test_a_shift_is_by_a_signed_number_or_to_a_mean(text: Any, shift: Shift) -> None:
    assert parse_shift("age", text) == shift


def test_everything_wrong_with_margins_is_said_at_once() -> None:
    shares = {"sex": {"F": 0.5, "M": 0.6}, "race": {"B": "lots", "W": 0.5}, "job": {}, "a+b": {"x": 1.0}}
    with pytest.raises(ConstraintError) as caught:
        Margins.from_dict(shares, shifts={"age": "older"})
    text = str(caught.value)
    for part in (
        "a sum of 1.1",
        "'B': expected a share",
        "'job': expected a mapping",
        "2 values, one for each",
        "'older'",
    ):
        assert part in text
    assert len(caught.value.problems) == 5


def test_a_column_has_one_margin_and_one_shift() -> None:
    half = Margin(("sex",), ((("F",), 0.5), (("M",), 0.5)))
    with pytest.raises(ConstraintError) as caught:
        Margins((half, half), (Shift("age", 1), Shift("age", 2)))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("<25", Interval(-np.inf, 25)),
        (">=60.5", Interval(60.5, np.inf)),
        ("25 to <60", Interval(25, 60)),
        ("9", Interval(9, 9)),
        ("60 to <25", None),
        (">50K", None),
    ],
)
def test_bins_are_named_as_everywhere(text: str, interval: Interval | None) -> None:
    assert parse_interval(text) == interval


def test_rows_belong_to_the_bin_value_or_rest_that_names_them() -> None:
    margin = Margins.from_dict({"age": {"<30": 0.2, "30": 0.1, "*": 0.7}}).shares[0]
    ages = frame_from_columns({"age": [29, 30, 31, None]})
    assert share_target(ages, SCHEMA, margin).codes.tolist() == [0, 1, 2, 2]


def test_missing_values_can_be_named() -> None:
    margin = Margins.from_dict({"race": {"W": 0.5, "(missing)": 0.5}}).shares[0]
    target = share_target(frame_from_columns({"race": ["W", None, "B"]}), SCHEMA, margin)
    assert target.codes.tolist() == [0, 1, 2]
    assert target.labels[2] == "(others)"
    assert target.shares[2] == 0


def test_a_margin_that_no_table_of_the_schema_could_have_is_refused() -> None:
    wanted = Margins.from_dict(
        {"sexx": {"F": 1.0}, "age": {"<30": 0.5, "young": 0.2, "25": 0.3}}, shifts={"race": "+1"}
    )
    text = " ".join(str(problem) for problem in margin_problems(SCHEMA, wanted))
    for part in ("did you mean 'sex'?", "'young'", "do not overlap", "shift of 'race'"):
        assert part in text


def test_the_margins_of_a_table_are_its_shares() -> None:
    found = margins_of(FRAME, SCHEMA, ["sex", "sex+race"])
    table = FRAME.to_native().to_pandas()
    assert found.shares[0].to_dict() == pytest.approx(table["sex"].value_counts(normalize=True).to_dict())
    assert found.shares[1].to_dict()["F+B"] == pytest.approx(
        ((table["sex"] == "F") & (table["race"] == "B")).mean()
    )


def test_numbers_have_the_bins_that_are_said_or_fifths() -> None:
    said, fifths = (
        margins_of(FRAME, SCHEMA, ["age"], bins=bins).shares[0] for bins in ({"age": [30.0]}, None)
    )
    ages = FRAME["age"].to_numpy()
    assert said.to_dict() == pytest.approx({"<30": (ages < 30).mean(), ">=30": (ages >= 30).mean()})
    assert len(fifths.shares) == 5
    assert all(share == pytest.approx(0.2, abs=0.05) for _, share in fifths.shares)


def test_values_of_few_people_are_not_named() -> None:
    table = frame_from_columns({"sex": ["F"] * 20 + ["M"] * 20 + ["X"] * 3, "hired": ["yes"] * 43})
    assert list(margins_of(table, SCHEMA, ["sex"]).shares[0].to_dict()) == ["F", "M", "*"]


def test_survey_weights_count_in_the_margins_of_a_table() -> None:
    schema = TableSchema(
        (Column("sex", "categorical"), Column("w", "numeric"), Column("y", "integer")), "y", (1,), weight="w"
    )
    table = pa.table({"sex": ["F"] * 10 + ["M"] * 10, "w": [3.0] * 10 + [1.0] * 10, "y": [0, 1] * 10})
    assert margins_of(as_frame(table), schema, ["sex"]).shares[0].to_dict() == pytest.approx(
        {"F": 0.75, "M": 0.25}
    )


def test_bad_columns_and_bins_are_refused_together() -> None:
    with pytest.raises(ConstraintError) as caught:
        margins_of(FRAME, SCHEMA, ["sexx", "age"], bins={"age": [60, 25], "race": [1.0], "hired": [2.0]})
    assert len(caught.value.problems) == 4
