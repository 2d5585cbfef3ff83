"""Every bad input, one by one, and all of them at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equitab.dataframe import Frame, take_rows
from equitab.errors import InputError, Problem, SchemaError, TableError
from equitab.schema import Column, SensitiveFeature, TableSchema, Threshold, validate_table
from schema.tables import N_ROWS, PEOPLE_SCHEMA, people, people_columns


def changed(**changes: Any) -> TableSchema:
    return PEOPLE_SCHEMA.with_changes(**changes)


def with_column(name: str, kind: Any, **changes: Any) -> TableSchema:
    return changed(columns=(*PEOPLE_SCHEMA.columns, Column(name, kind)), **changes)


def problems_of(frame: Frame, schema: TableSchema = PEOPLE_SCHEMA) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        validate_table(frame, schema)
    return caught.value.problems


def the_problem(frame: Frame, schema: TableSchema = PEOPLE_SCHEMA) -> Problem:
    problems = problems_of(frame, schema)
    assert len(problems) == 1, problems
    return problems[0]


def test_a_table_in_order_has_no_problems() -> None:
    assert validate_table(people(), PEOPLE_SCHEMA) == ()


def test_columns_that_differ_from_the_schema_are_listed_in_both_directions() -> None:
    frame = people(age=None, height=[1.7] * N_ROWS)
    with pytest.raises(SchemaError) as caught:
        validate_table(frame, PEOPLE_SCHEMA)
    assert [problem.received for problem in caught.value.problems] == [
        "a table without 'age'",
        "'height' besides",
    ]


def test_a_missing_target_is_named() -> None:
    assert "'hired'" in the_problem(people(hired=None)).received


def test_a_target_of_one_value_is_refused() -> None:
    problem = the_problem(people(hired=["yes"] * N_ROWS))
    assert problem.received == "one value in 200 rows"


def test_a_target_without_values_is_refused() -> None:
    assert the_problem(people(hired=[None] * N_ROWS)).received == "none in 200 rows"


def test_a_favorable_outcome_that_does_not_occur_names_the_closest() -> None:
    problem = the_problem(people(), changed(favorable_outcome=("Yes",)))
    assert problem.next_step == "did you mean 'yes'?"


def test_outcomes_that_are_all_favorable_are_refused() -> None:
    assert "every value" in the_problem(people(), changed(favorable_outcome=("yes", "no"))).received


def test_a_threshold_outside_the_targets_values_is_refused() -> None:
    columns = {**people_columns()}
    schema = changed(target="pay", favorable_outcome=(), favorable_threshold=Threshold(">=", 1e6))
    assert "no row" in the_problem(people(**columns), schema).received


def test_a_sensitive_feature_of_one_group_is_refused() -> None:
    problems = problems_of(people(sex=["F"] * N_ROWS))
    assert [problem.received for problem in problems] == ["1 in 200 rows", "'M', which does not occur"]


def test_a_reference_that_does_not_occur_names_the_closest() -> None:
    schema = changed(sensitive_features=(SensitiveFeature("sex", reference="m"),))
    assert the_problem(people(), schema).next_step == "did you mean 'M'?"


def test_bins_that_put_everybody_together_are_refused() -> None:
    schema = changed(sensitive_features=(SensitiveFeature("age", bins=(100.0,)),))
    assert the_problem(people(), schema).expected == "at least two groups"


def test_a_column_without_values_is_refused() -> None:
    problem = the_problem(people(pay=[None] * N_ROWS))
    assert problem.where == "column 'pay'"
    assert problem.next_step == "--ignore 'pay'"


def test_infinite_numbers_are_counted() -> None:
    pay = people_columns()["pay"]
    pay[:3] = np.inf
    assert the_problem(people(pay=pay)).received == "infinite ones in 3 of 200 rows"


def test_text_among_numbers_is_counted_and_not_quoted() -> None:
    ages = [str(age) for age in people_columns()["age"]]
    ages[5] = "secret"
    problem = the_problem(people(age=ages))
    assert problem.received == "text in 1 of 200 rows"
    assert "secret" not in str(problem)


def test_fractions_in_a_column_of_integers_are_counted() -> None:
    ages = people_columns()["age"] + 0.0
    ages[0] = 31.5
    assert the_problem(people(age=ages)).received == "fractions in 1 of 200 rows"


def test_dates_in_several_patterns_are_refused() -> None:
    days = ["2020-01-31"] * (N_ROWS - 1) + ["31/01/2020"]
    assert the_problem(people(day=days), with_column("day", "datetime")).where == "column 'day'"


def test_text_that_is_called_boolean_is_refused() -> None:
    assert the_problem(people(), changed(columns=_with_kind("hired", "boolean"))).expected == "booleans"


@pytest.mark.parametrize(
    ("value", "received"),
    [
        (-1.0, "negative ones in 1 rows"),
        (None, "missing ones in 1 rows"),
        (np.inf, "infinite ones in 1 rows"),
    ],
)
def test_bad_weights_are_counted(value: float | None, received: str) -> None:
    weights = [value] + [1.0] * (N_ROWS - 1)
    assert the_problem(people(w=weights), with_column("w", "numeric", weight="w")).received == received


def test_weights_of_zero_alone_are_refused() -> None:
    frame = people(w=[0.0] * N_ROWS)
    assert the_problem(frame, with_column("w", "numeric", weight="w")).received == "nothing but zeros"


def test_identifiers_that_are_missing_are_counted() -> None:
    frame = people(who=[None, None, *range(N_ROWS - 2)])
    problem = the_problem(frame, with_column("who", "integer", identifier="who"))
    assert problem.received == "none in 2 of 200 rows"


def test_a_split_column_of_other_words_is_refused() -> None:
    frame = people(part=["train"] * 100 + ["holdout"] * 50 + ["maybe"] * 50)
    problem = the_problem(frame, with_column("part", "categorical", split="part"))
    assert problem.received == "1 other words"
    assert "validation" in problem.expected


def test_a_split_column_without_training_rows_is_refused() -> None:
    frame = people(part=["test"] * N_ROWS)
    assert (
        the_problem(frame, with_column("part", "categorical", split="part")).expected == "rows for training"
    )


def test_a_part_of_one_outcome_is_refused() -> None:
    hired = ["yes", "no"] * 90 + ["yes"] * 20
    frame = people(hired=hired, part=["train"] * 180 + ["test"] * 20)
    problem = the_problem(frame, with_column("part", "categorical", split="part"))
    assert problem.where == "split column 'part', part 'test'"
    assert problem.received == "only favorable ones in 20 rows"


def test_one_row_is_too_few() -> None:
    problems = problems_of(take_rows(people(), np.array([0])))
    assert problems[0].received == "1"


def test_a_table_without_rows_is_refused_without_a_warning() -> None:
    assert problems_of(take_rows(people(), np.array([])))[0].received == "0"


def test_everything_wrong_is_said_at_once() -> None:
    pay = people_columns()["pay"]
    pay[0] = -np.inf
    frame = people(age=[None] * N_ROWS, pay=pay, w=[-1.0] * N_ROWS, extra=[1] * N_ROWS)
    schema = with_column(
        "w",
        "numeric",
        weight="w",
        favorable_outcome=("maybe",),
        sensitive_features=(SensitiveFeature("sex", reference="X"),),
    )
    with pytest.raises(TableError) as caught:
        validate_table(frame, schema)
    assert [problem.where for problem in caught.value.problems] == [
        "columns",
        "column 'age'",
        "column 'pay'",
        "favorable outcome 'maybe'",
        "reference of 'sex'",
        "weight 'w'",
    ]


def test_ignored_columns_may_hold_anything() -> None:
    frame = people(junk=[np.inf] * N_ROWS, empty=[None] * N_ROWS)
    columns = (*PEOPLE_SCHEMA.columns, Column("junk", "numeric"), Column("empty", "numeric"))
    assert validate_table(frame, changed(columns=columns, ignore=("junk", "empty"))) == ()


def test_missing_tokens_are_no_text_among_numbers() -> None:
    ages = [str(age) for age in people_columns()["age"]]
    ages[0] = "?"
    assert validate_table(people(age=ages), changed(missing_tokens=("?",))) == ()


def _with_kind(name: str, kind: Any) -> tuple[Column, ...]:
    return tuple(Column(name, kind) if column.name == name else column for column in PEOPLE_SCHEMA.columns)
