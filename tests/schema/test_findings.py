"""What does not block is found and told, with counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equitab.dataframe import Frame
from equitab.schema import Column, Finding, SensitiveFeature, TableSchema, validate_table
from equitab.schema.findings import auroc_of_groups
from schema.tables import N_ROWS, PEOPLE_SCHEMA, people, people_columns


def with_columns(*columns: Column, **changes: Any) -> TableSchema:
    return PEOPLE_SCHEMA.with_changes(columns=(*PEOPLE_SCHEMA.columns, *columns), **changes)


def the_finding(code: str, frame: Frame, schema: TableSchema = PEOPLE_SCHEMA) -> Finding:
    found = [finding for finding in validate_table(frame, schema) if finding.code == code]
    assert len(found) == 1, found
    return found[0]


def test_tiny_groups_are_named_with_their_sizes() -> None:
    sex = ["X"] * 3 + ["F"] * 97 + ["M"] * 100
    finding = the_finding("tiny_groups", people(sex=sex))
    assert "1 group has fewer than 30 people: X (3)" in finding.text


def test_combinations_with_nobody_are_counted() -> None:
    race = np.where(np.arange(N_ROWS) < 100, "A", "B")
    sex = np.where(np.arange(N_ROWS) < 150, "F", "M")
    features = (SensitiveFeature("sex", reference="M"), SensitiveFeature("race"))
    schema = with_columns(Column("race", "categorical"), sensitive_features=features)
    assert the_finding("empty_groups", people(sex=sex, race=race), schema).text.startswith(
        "1 of 4 combinations"
    )


@pytest.mark.parametrize(("choice", "fate"), [("group", "a group of their own"), ("exclude", "left out")])
def test_missing_sensitive_values_are_counted_with_their_fate(choice: Any, fate: str) -> None:
    sex = [None] * 40 + ["F", "M"] * 80
    finding = the_finding(
        "missing_sensitive", people(sex=sex), PEOPLE_SCHEMA.with_changes(missing_sensitive=choice)
    )
    assert "40 of 200" in finding.text
    assert fate in finding.text


def test_rows_without_a_target_are_counted() -> None:
    assert "10 of 200" in the_finding("missing_target", people(hired=[None] * 10 + ["yes", "no"] * 95)).text


def test_a_constant_column_is_found() -> None:
    finding = the_finding("constant_column", people(x=[7] * N_ROWS), with_columns(Column("x", "integer")))
    assert finding.severity == "warning"
    assert finding.where == "column 'x'"


def test_equal_columns_are_found_once_however_many_they_are() -> None:
    ages = people_columns()["age"]
    schema = with_columns(Column("again", "integer"), Column("once_more", "integer"))
    found = [
        finding.where
        for finding in validate_table(people(again=ages, once_more=ages), schema)
        if finding.code == "duplicate_column"
    ]
    assert found == ["column 'again'", "column 'once_more'"]


def test_repeated_rows_are_counted() -> None:
    columns = {name: np.concatenate([values[:150], values[:50]]) for name, values in people_columns().items()}
    assert the_finding("duplicate_rows", people(**columns)).text.startswith("50 of 200 rows")


def test_columns_that_say_the_same_in_other_words_are_found() -> None:
    level = np.arange(N_ROWS) % 5
    columns = (Column("level", "integer"), Column("name", "categorical"))
    finding = the_finding(
        "determined_column", people(level=level, name=np.array(list("abcde"))[level]), with_columns(*columns)
    )
    assert finding.text == "It says what 'name' is in every row and the other way round."


def test_a_coarser_column_is_said_to_be_determined_by_the_finer_one() -> None:
    level = np.arange(N_ROWS) % 9
    columns = (Column("coarse", "integer"), Column("fine", "integer"))
    finding = the_finding("determined_column", people(coarse=level // 3, fine=level), with_columns(*columns))
    assert finding.where == "column 'fine'"
    assert finding.text == "It says what 'coarse' is in every row."


@pytest.mark.parametrize("kind", ["categorical", "numeric"])
def test_a_column_that_tells_the_outcome_is_suspected_to_leak(kind: Any) -> None:
    good = people_columns()["hired"] == "yes"
    if kind == "numeric":
        values: Any = np.where(good, 10.0, -10.0) + np.linspace(0, 1, N_ROWS)
    else:
        values = np.where(good, "contract", "letter")
    finding = the_finding("leak_suspected", people(after=values), with_columns(Column("after", kind)))
    assert "--ignore 'after'" in finding.text


def test_a_column_that_is_missing_for_bad_outcomes_leaks_too() -> None:
    start = [
        day if hired == "yes" else None
        for day, hired in zip(range(N_ROWS), people_columns()["hired"], strict=True)
    ]
    assert the_finding("leak_suspected", people(start=start), with_columns(Column("start", "integer")))


def test_columns_of_chance_are_not_suspected() -> None:
    assert not [
        finding for finding in validate_table(people(), PEOPLE_SCHEMA) if finding.code == "leak_suspected"
    ]


def test_spellings_that_differ_in_case_are_named_only_for_sensitive_features() -> None:
    sex = ["F", "f"] + ["F", "M"] * 99
    job = ["Cook", "cook "] + ["Cook", "Baker"] * 99
    frame = people(sex=sex, job=job)
    found = {
        finding.where: finding.text
        for finding in validate_table(frame, with_columns(Column("job", "categorical")))
        if finding.code == "spelling_variants"
    }
    assert "'F' and 'f'" in found["column 'sex'"]
    assert "cook" not in found["column 'job'"].lower()


def test_a_column_of_nearly_as_many_categories_as_rows_is_found() -> None:
    rows = np.arange(1000)
    columns = {
        "age": rows % 50,
        "pay": rows / 7,
        "sex": np.where(rows % 2, "F", "M"),
        "hired": np.where(rows % 3, "no", "yes"),
        "street": [f"street {row % 700}" for row in rows],
    }
    schema = with_columns(Column("street", "categorical"))
    assert "700 categories" in the_finding("nearly_unique_column", people(**columns), schema).text


def test_warnings_come_first() -> None:
    columns = {name: np.concatenate([values[:150], values[:50]]) for name, values in people_columns().items()}
    found = validate_table(people(**columns, x=[1] * N_ROWS), with_columns(Column("x", "integer")))
    severities = [finding.severity for finding in found]
    assert severities == sorted(severities, reverse=True)
    assert set(severities) == {"info", "warning"}


def test_a_schema_without_sensitive_features_is_mentioned() -> None:
    assert the_finding("no_sensitive_features", people(), PEOPLE_SCHEMA.with_changes(sensitive_features=()))


def test_the_ranking_of_groups_is_the_share_of_pairs_in_the_right_order() -> None:
    random = np.random.default_rng(3)
    codes, good = random.integers(0, 6, 300), random.random(300) < 0.4
    score = np.array([good[codes == code].mean() for code in range(6)])[codes]
    above, below = score[good][:, None], score[~good][None, :]
    pairs = (above > below) + (above == below) / 2
    assert auroc_of_groups(codes, good) == pytest.approx(pairs.mean())
