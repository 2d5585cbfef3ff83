"""What a table means is guessed where it is clear, asked where it is not, and every guess is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from equitab.errors import Problem, SchemaError
from equitab.schema import SensitiveFeature, TableSchema, Threshold
from schema.tables import N_ROWS, people, people_columns


def problems_of(table: Any, **said: Any) -> tuple[Problem, ...]:
    with pytest.raises(SchemaError) as caught:
        TableSchema.infer(table, **said)
    return caught.value.problems


def kind_of(values: Any, name: str = "x") -> str:
    return TableSchema.infer(people(**{name: values}), target="hired").column(name).kind


def test_everything_is_guessed_where_it_is_clear() -> None:
    schema = TableSchema.infer(people())
    assert (schema.target, schema.favorable_outcome) == ("hired", ("yes",))
    assert schema.sensitive_names == ("sex",)
    assert [column.kind for column in schema.columns] == ["integer", "numeric", "categorical", "categorical"]


def test_every_guess_is_said() -> None:
    notes = " ".join(TableSchema.infer(people()).notes)
    for words in (
        "Target guessed: 'hired'",
        "Favorable outcome guessed: 'yes'",
        "'sex'",
        "Reference of 'sex'",
    ):
        assert words in notes


def test_what_was_said_is_taken_and_not_said_again() -> None:
    schema = TableSchema.infer(
        people(),
        target="hired",
        favorable_outcome="no",
        sensitive_features=["sex"],
        references={"sex": "F"},
        kinds=dict.fromkeys(("age", "pay", "sex", "hired"), "categorical"),
    )
    assert schema.favorable_outcome == ("no",)
    assert schema.sensitive_features == (SensitiveFeature("sex", reference="F"),)
    assert schema.notes == ()


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame])
def test_tables_of_every_library_are_read_alike(library: Any) -> None:
    columns = {name: np.asarray(values).tolist() for name, values in people_columns().items()}
    assert TableSchema.infer(library(columns)) == TableSchema.infer(people())


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.5, 1.5] * 100, "numeric"),
        ([1.0, None, 3.0, 4.0] * 50, "integer"),
        (list(range(100)) * 2, "integer"),
        ([0, 1] * 100, "categorical"),
        ([True, False] * 100, "boolean"),
        (["a", "b"] * 100, "categorical"),
        (["2020-01-31", "2020-02-01"] * 100, "datetime"),
        (["2020-01-31 10:00:00", None] * 100, "datetime"),
        (["1/31/2020", "12/1/2020"] * 100, "categorical"),
        (["01234", "90210"] * 100, "categorical"),
        ([str(number) for number in range(100)] * 2, "integer"),
        (["?"] + [str(number / 4) for number in range(199)], "numeric"),
        (np.full(200, np.datetime64("2020-01-01", "us")), "datetime"),
    ],
)
def test_the_kind_follows_the_values(values: list[Any], kind: str) -> None:
    assert kind_of(values) == kind


def test_whole_numbers_that_are_named_like_codes_are_categories() -> None:
    codes = [1, 2, 3, 4] * 50
    assert kind_of(codes, "MaritalStatusID") == "categorical"
    assert kind_of(codes, "children") == "integer"


def test_whole_numbers_of_few_values_are_mentioned() -> None:
    notes = TableSchema.infer(people(children=[0, 1, 2, 3] * 50), target="hired").notes
    assert any("'children' (4)" in note and "If some are codes" in note for note in notes)


def test_a_few_words_among_numbers_are_mentioned_and_the_column_stays_one_of_numbers() -> None:
    schema = TableSchema.infer(people(income=["lots", "little"] + [str(number) for number in range(198)]))
    assert schema.column("income").kind == "integer"
    assert any("2 of 200 values are other text" in note for note in schema.notes)


def test_missing_tokens_are_proposed_and_kept_for_each_column() -> None:
    schema = TableSchema.infer(people(job=["?"] * 10 + ["cook", "baker"] * 95))
    assert schema.missing_tokens == ("?",)
    assert (schema.column("job").has_missing, schema.column("job").missing_token) == (True, "?")
    assert any("'job' (10 rows)" in note for note in schema.notes)


def test_unknown_is_a_token_only_in_two_columns_or_among_numbers() -> None:
    jobs = ["unknown"] * 10 + ["cook", "baker"] * 95
    assert TableSchema.infer(people(job=jobs)).missing_tokens == ()
    assert TableSchema.infer(people(job=jobs, trade=jobs[::-1])).missing_tokens == ("unknown",)
    numbers = ["unknown"] * 10 + [str(number) for number in range(190)]
    assert TableSchema.infer(people(score=numbers)).missing_tokens == ("unknown",)


def test_given_tokens_are_used_as_they_are() -> None:
    frame = people(job=["?"] * 10 + ["cook", "baker"] * 95)
    assert TableSchema.infer(frame, missing_tokens=()).missing_tokens == ()
    assert TableSchema.infer(frame, missing_tokens=["cook"]).column("job").missing_token == "cook"


def test_a_target_that_is_not_clear_is_asked_for_with_candidates() -> None:
    problem = problems_of(people(hired=None, likes_tea=["yes", "no"] * 100, pay2=people_columns()["pay"]))[0]
    assert problem.where == "target"
    assert "'likes_tea'" in problem.next_step


def test_a_numeric_target_asks_for_a_threshold_and_takes_one() -> None:
    assert "--favorable-threshold" in problems_of(people(), target="pay")[0].next_step
    schema = TableSchema.infer(people(), target="pay", favorable_threshold=">=3000")
    assert schema.favorable_threshold == Threshold(">=", 3000.0)


def test_outcomes_that_cannot_be_told_apart_are_asked_for() -> None:
    problem = problems_of(people(hired=["A", "B"] * 100), target="hired")[0]
    assert "'A', 'B'" in problem.received


def test_rare_outcomes_are_not_named() -> None:
    grades = ["secret"] * 3 + ["A", "B", "C"] * 65 + ["A", "B"]
    problem = problems_of(people(hired=grades), target="hired")[0]
    assert "secret" not in str(problem)


@pytest.mark.parametrize(
    ("name", "values", "favorable"),
    [
        ("income", ["<=50K", ">50K"], ">50K"),
        ("approved", [0, 1], 1),
        ("default", [0, 1], 0),
        ("is_fraud", ["no", "yes"], "no"),
        ("outcome", ["rejected", "waiting"], "waiting"),
        ("passed", ["FALSE", "TRUE"], "TRUE"),
        ("granted", [False, True], True),
    ],
)
def test_the_favorable_outcome_is_guessed_from_words_and_names(
    name: str, values: list[Any], favorable: Any
) -> None:
    schema = TableSchema.infer(people(hired=None, **{name: values * 100}), target=name)
    assert schema.favorable_outcome == (favorable,)


def test_text_is_cast_to_the_columns_type() -> None:
    frame = people(hired=[0, 1] * 100, group=[1, 2] * 100)
    schema = TableSchema.infer(
        frame,
        target="hired",
        favorable_outcome=["1"],
        sensitive_features=["group"],
        references={"group": "2"},
    )
    assert schema.favorable_outcome == (1,)
    assert schema.sensitive_features[0].reference == 2


def test_a_value_that_looks_like_a_comparison_is_a_value() -> None:
    frame = people(hired=["<=50K", ">50K"] * 100)
    assert TableSchema.infer(frame, favorable_outcome=">50K").favorable_outcome == (">50K",)


def test_a_favorable_outcome_that_does_not_occur_names_the_closest() -> None:
    assert problems_of(people(), favorable_outcome="Yes")[0].next_step == "did you mean 'yes'?"


def test_all_unknown_columns_are_named_at_once_with_the_closest() -> None:
    problems = problems_of(
        people(),
        target="hird",
        sensitive_features=["sexx"],
        weight="w",
        ignore=["agee"],
        kinds={"pai": "numeric"},
    )
    assert [problem.where for problem in problems] == [
        "target 'hird'",
        "weight 'w'",
        "sensitive feature 'sexx'",
        "ignored column 'agee'",
        "kind of 'pai'",
    ]
    assert problems[0].next_step == "did you mean 'hired'?"


def test_a_reference_of_a_column_that_is_not_sensitive_is_refused() -> None:
    problem = problems_of(people(), sensitive_features=["sex"], references={"age": 30})[0]
    assert problem.next_step == "add --sensitive age"


def test_a_reference_that_is_no_group_names_the_groups() -> None:
    problem = problems_of(people(), sensitive_features=["sex"], references={"sex": "Male"})[0]
    assert problem.next_step == "possible: 'F', 'M'"


def test_the_reference_of_bins_is_a_bin() -> None:
    said = {"sensitive_features": ["age"], "bins": {"age": [30, 50]}}
    schema = TableSchema.infer(people(), **said, references={"age": "30 to <50"})
    assert schema.sensitive_features == (SensitiveFeature("age", "30 to <50", (30.0, 50.0)),)
    assert problems_of(people(), **said, references={"age": "30-50"})


def test_ages_are_binned_at_25_and_60_and_other_numbers_in_thirds() -> None:
    schema = TableSchema.infer(people(), sensitive_features=["age", "pay"])
    assert schema.sensitive_features[0].bins == (25.0, 60.0)
    assert len(schema.sensitive_features[1].bins) == 2
    assert sum("set them with --bins" in note for note in schema.notes) == 2


def test_codes_of_groups_are_categories_and_not_binned() -> None:
    schema = TableSchema.infer(people(level=[1, 2, 3, 4] * 50), sensitive_features=["level"])
    assert schema.column("level").kind == "categorical"
    assert schema.sensitive_features[0].bins == ()


def test_the_reference_is_the_group_with_the_most_favorable_outcomes_among_large_ones() -> None:
    # 10 of 10 in C, but C is tiny; 60 of 90 in B; 40 of 100 in A
    group = ["A"] * 100 + ["B"] * 90 + ["C"] * 10
    hired = ["yes"] * 40 + ["no"] * 60 + ["yes"] * 60 + ["no"] * 30 + ["yes"] * 10
    schema = TableSchema.infer(people(group=group, hired=hired), sensitive_features=["group"])
    assert schema.sensitive_features[0].reference == "B"


def test_chance_in_a_small_group_does_not_make_it_the_reference() -> None:
    # 12 of 21 in B is no clear difference from 90 of 179 in A
    group = ["A"] * 179 + ["B"] * 21
    hired = ["yes"] * 90 + ["no"] * 89 + ["yes"] * 12 + ["no"] * 9
    schema = TableSchema.infer(people(group=group, hired=hired), sensitive_features=["group"])
    assert schema.sensitive_features[0].reference == "A"


def test_one_column_is_guessed_for_each_concept_and_others_are_mentioned() -> None:
    schema = TableSchema.infer(people(GenderID=[0, 1] * 100, marital=["single", "married"] * 100))
    assert schema.sensitive_names == ("sex",)
    assert any("'age', 'marital'" in note for note in schema.notes)


def test_no_sensitive_feature_is_guessed_where_none_is_wanted_or_found() -> None:
    assert TableSchema.infer(people(), sensitive_features=()).sensitive_features == ()
    schema = TableSchema.infer(people(age=None, sex=None))
    assert schema.sensitive_features == ()
    assert any("name one with --sensitive" in note for note in schema.notes)


def test_columns_that_name_records_or_are_empty_are_ignored_with_a_note() -> None:
    frame = people(
        id=range(N_ROWS),
        email=[f"{row}@example.org" for row in range(N_ROWS)],
        counter=range(1000, 1000 + N_ROWS),
        nothing=[None] * N_ROWS,
    )
    schema = TableSchema.infer(frame, target="hired")
    assert set(schema.ignore) == {"id", "email", "counter", "nothing"}
    assert sum(note.startswith("Ignored:") for note in schema.notes) == 4


def test_an_identifier_that_several_rows_share_is_ignored_and_proposed_as_identifier() -> None:
    schema = TableSchema.infer(people(patient_id=np.arange(N_ROWS) // 2), target="hired")
    assert schema.ignore == ("patient_id",)
    assert any("--identifier 'patient_id'" in note for note in schema.notes)


def test_a_column_called_like_a_survey_weight_is_mentioned_and_stays_ordinary() -> None:
    schema = TableSchema.infer(people(fnlwgt=np.arange(N_ROWS) % 60), target="hired")
    assert (schema.weight, schema.ignore) == (None, ())
    assert any("--weight 'fnlwgt'" in note for note in schema.notes)


def test_different_numbers_of_every_row_are_no_identifier_by_themselves() -> None:
    schema = TableSchema.infer(people(balance=np.arange(N_ROWS) * 17), target="hired")
    assert schema.ignore == ()


def test_a_split_column_is_recognized_by_its_words() -> None:
    schema = TableSchema.infer(people(split=["train"] * 150 + ["test"] * 50), target="hired")
    assert schema.split == "split"
    assert TableSchema.infer(people(split=["left", "right"] * 100), target="hired").split is None


def test_a_weight_is_never_guessed() -> None:
    assert TableSchema.infer(people(weight=[1.5] * N_ROWS), target="hired").weight is None


def test_a_number_of_numpy_is_a_favorable_outcome_like_any_other() -> None:
    """What a reader of a pandas table has at hand (``table["y"].mode()[0]``) is understood."""
    people = pd.DataFrame({"sex": ["f", "m"] * 30, "y": np.array([0, 1, 1] * 20, dtype=np.int32)})
    schema = TableSchema.infer(people, target="y", favorable_outcome=people["y"].mode()[0])
    assert schema.favorable_outcome == (1,)
