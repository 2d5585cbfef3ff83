"""A schema that contradicts itself is refused with everything that is wrong."""

from __future__ import annotations

import pytest

from equitab.errors import SchemaError
from equitab.schema import Column, SensitiveFeature, TableSchema, Threshold, parse_threshold
from schema.tables import PEOPLE_SCHEMA


def wheres(**changes: object) -> list[str]:
    with pytest.raises(SchemaError) as caught:
        PEOPLE_SCHEMA.with_changes(**changes)
    return [problem.where for problem in caught.value.problems]


def test_roles_of_columns_that_do_not_exist_are_all_named() -> None:
    assert wheres(target="hird", ignore=("agee",)) == ["target 'hird'", "ignored column 'agee'"]


def test_a_column_has_one_role() -> None:
    assert wheres(weight="age", ignore=("age",)) == ["column 'age'"]


def test_a_sensitive_feature_may_also_be_a_control_feature() -> None:
    assert PEOPLE_SCHEMA.with_changes(control_features=("sex",)).control_features == ("sex",)


def test_a_column_is_described_once() -> None:
    assert wheres(columns=(*PEOPLE_SCHEMA.columns, Column("age", "integer"))) == ["column 'age'"]


@pytest.mark.parametrize("changes", [{"favorable_outcome": ()}, {"favorable_threshold": Threshold(">", 1.0)}])
def test_values_or_a_threshold_say_what_is_favorable_but_not_both_or_neither(
    changes: dict[str, object],
) -> None:
    assert wheres(**changes) == ["favorable outcome of 'hired'"]


def test_cut_points_rise() -> None:
    assert wheres(sensitive_features=(SensitiveFeature("age", bins=(60.0, 25.0)),)) == ["bins of 'age'"]


def test_the_reference_of_bins_is_the_name_of_one() -> None:
    assert wheres(sensitive_features=(SensitiveFeature("age", "young", (25.0,)),)) == ["reference of 'age'"]


def test_weight_identifier_split_and_ignored_columns_are_not_modeled() -> None:
    extra = tuple(Column(name, "categorical") for name in ("w", "who", "part", "junk"))
    schema = PEOPLE_SCHEMA.with_changes(
        columns=(*PEOPLE_SCHEMA.columns, *extra), weight="w", identifier="who", split="part", ignore=("junk",)
    )
    assert schema.modeled_columns == PEOPLE_SCHEMA.column_names
    assert schema.feature_columns == ("age", "pay", "sex")


def test_notes_take_no_part_in_equality_or_digest() -> None:
    noted = PEOPLE_SCHEMA.with_changes(notes=("a guess",))
    assert noted == PEOPLE_SCHEMA
    assert noted.digest() == PEOPLE_SCHEMA.digest()


def test_another_meaning_has_another_digest() -> None:
    assert PEOPLE_SCHEMA.with_changes(favorable_outcome=("no",)).digest() != PEOPLE_SCHEMA.digest()


@pytest.mark.parametrize("bound", [0.1, 1234567.5, 50000.0, 1e20, -0.3333333333333333])
def test_a_threshold_is_read_back_exactly(bound: float) -> None:
    assert parse_threshold(str(Threshold("<", bound))) == Threshold("<", bound)


@pytest.mark.parametrize("text", ["50000", ">=x", ">", ""])
def test_what_is_no_threshold_is_refused(text: str) -> None:
    with pytest.raises(SchemaError):
        parse_threshold(text)


def test_an_unknown_column_names_the_closest() -> None:
    with pytest.raises(SchemaError, match="did you mean 'hired'"):
        PEOPLE_SCHEMA.column("hire")


def test_plain_data_gives_the_schema_back() -> None:
    assert TableSchema.from_dict(PEOPLE_SCHEMA.to_dict()) == PEOPLE_SCHEMA
