"""Real tables: the guesses are those that a person who knows the table would make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from equitab.dataframe import Frame, read_table
from equitab.errors import SchemaError
from equitab.schema import TableSchema, schema_from_yaml, schema_to_yaml, validate_table


def read(folder: Path, name: str) -> Frame:
    return read_table(folder / f"{name}.parquet")


@pytest.mark.parametrize(
    ("name", "said", "target", "favorable", "references"),
    [
        ("adult/adult", {}, "income", (">50K",), {"sex": "Male", "race": "White"}),
        ("compas/compas_two_years", {}, "two_year_recid", (0,), {"sex": "Female", "race": "Caucasian"}),
        (
            "german_credit/german_credit",
            {"target": "class", "favorable_outcome": "1"},
            "class",
            (1,),
            {"sex": "male"},
        ),
        ("bank_marketing/bank_full", {}, "y", ("yes",), {"age": "25 to <60", "marital": "single"}),
        ("credit_default/credit_default", {}, "default payment next month", (0,), {"SEX": 2}),
        ("law_school/law_school_20800", {}, "bar", ("TRUE",), {"gender": "male", "race1": "white"}),
        ("law_school/law_school_lequy_20798", {}, "pass_bar", (1,), {"male": 1, "race": "White"}),
        (
            "acs_government_employees/acs_gov_2018",
            {"target": "salary", "favorable_threshold": ">50000"},
            "salary",
            (),
            {"sex": "male", "race": "white"},
        ),
        (
            "human_resources/hr_v13_310",
            {"target": "Termd"},
            "Termd",
            (0,),
            {"Sex": "M ", "RaceDesc": "White"},
        ),
    ],
)
def test_the_guesses_are_sensible(
    shared_data: Path,
    name: str,
    said: dict[str, Any],
    target: str,
    favorable: tuple[Any, ...],
    references: dict[str, Any],
) -> None:
    frame = read(shared_data, name)
    schema = TableSchema.infer(frame, **said)
    assert (schema.target, schema.favorable_outcome) == (target, favorable)
    assert {feature.name: feature.reference for feature in schema.sensitive_features} == references
    validate_table(frame, schema)
    assert schema_from_yaml(schema_to_yaml(schema)) == schema


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("german_credit/german_credit", {}),
        ("patient_treatment/patient_treatment", {}),
        ("acs_government_employees/acs_gov_2018", {}),
        ("acs_government_employees/acs_gov_2018", {"target": "salary"}),
        ("human_resources/hr_v14_311", {"target": "PerformanceScore"}),
    ],
)
def test_what_only_a_person_can_know_is_asked(shared_data: Path, name: str, said: dict[str, Any]) -> None:
    with pytest.raises(SchemaError, match=r"--target|--favorable"):
        TableSchema.infer(read(shared_data, name), **said)


def test_columns_that_leak_recidivism_are_suspected(shared_data: Path) -> None:
    frame = read(shared_data, "compas/compas_two_years")
    found = validate_table(frame, TableSchema.infer(frame))
    leaks = {finding.where for finding in found if finding.code == "leak_suspected"}
    assert {"column 'is_recid'", "column 'r_offense_date'"} <= leaks
    assert "column 'priors_count'" not in leaks
    doubles = {finding.where for finding in found if finding.code == "duplicate_column"}
    assert doubles == {
        f"column '{name}'"
        for name in ("screening_date", "v_screening_date", "decile_score.1", "priors_count.1")
    }


def test_dates_as_text_identifiers_and_empty_columns_of_compas_are_recognized(shared_data: Path) -> None:
    schema = TableSchema.infer(read(shared_data, "compas/compas_two_years"))
    assert schema.column("c_jail_in").kind == "datetime"
    assert set(schema.ignore) == {"violent_recid", "id"}


def test_missing_tokens_of_real_tables_are_found(shared_data: Path) -> None:
    assert TableSchema.infer(read(shared_data, "adult/adult")).missing_tokens == ("?",)
    assert TableSchema.infer(read(shared_data, "bank_marketing/bank_full")).missing_tokens == ("unknown",)


def test_names_and_numbers_of_employees_are_ignored_and_leading_zeros_kept(shared_data: Path) -> None:
    frame = read(shared_data, "human_resources/hr_v13_310")
    schema = TableSchema.infer(frame, target="Termd")
    assert {"Employee_Name", "EmpID"} <= set(schema.ignore)
    assert schema.column("Zip").kind == "categorical"
    assert "'no' and 'No'" not in " ".join(str(finding) for finding in validate_table(frame, schema))
