"""A schema survives its file, and a file that is wrong says everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitab.errors import OutputExistsError, SchemaError
from equitab.schema import (
    Column,
    SensitiveFeature,
    TableSchema,
    Threshold,
    read_schema,
    schema_from_yaml,
    schema_to_yaml,
    write_schema,
)
from schema.tables import PEOPLE_SCHEMA

words = st.one_of(
    st.sampled_from(
        [
            "yes",
            "no",
            "on",
            "null",
            "~",
            "2020-01-01",
            ">50K",
            "1",
            "01",
            "?",
            "a: b",
            "# c",
            "True",
            "é",
            "-",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8),
)
values = st.one_of(words, st.integers(-1000, 1000), st.booleans(), st.floats(-1e6, 1e6))


@st.composite
def schemas(draw: st.DrawFn) -> TableSchema:
    names = draw(st.lists(words, min_size=4, max_size=7, unique=True))
    kinds = st.sampled_from(["numeric", "integer", "categorical", "boolean", "datetime"])
    columns = tuple(Column(name, draw(kinds), draw(st.booleans()), draw(st.none() | words)) for name in names)
    cuts = tuple(sorted(draw(st.sets(st.floats(-1e6, 1e6), max_size=3))))
    reference = None if cuts else draw(st.none() | values)
    by_threshold = draw(st.booleans())
    return TableSchema(
        columns=columns,
        target=names[0],
        favorable_outcome=() if by_threshold else tuple(draw(st.lists(values, min_size=1, max_size=3))),
        favorable_threshold=Threshold(">=", draw(st.floats(-1e6, 1e6))) if by_threshold else None,
        sensitive_features=(SensitiveFeature(names[1], reference, cuts),),
        control_features=tuple(names[1:2]) if draw(st.booleans()) else (),
        ignore=tuple(names[2:3]),
        weight=names[3] if draw(st.booleans()) else None,
        missing_tokens=tuple(draw(st.lists(words, max_size=2))),
        missing_sensitive=draw(st.sampled_from(["group", "exclude"])),
        notes=tuple(draw(st.lists(words, max_size=2))),
    )


@settings(max_examples=60, deadline=None)
@given(schemas())
def test_a_schema_survives_yaml(schema: TableSchema) -> None:
    again = schema_from_yaml(schema_to_yaml(schema))
    assert again == schema
    assert again.digest() == schema.digest()


def test_a_schema_is_written_whole_and_not_over_another(tmp_path: Path) -> None:
    path = write_schema(PEOPLE_SCHEMA, tmp_path / "schema.yaml")
    assert read_schema(path) == PEOPLE_SCHEMA
    with pytest.raises(OutputExistsError):
        write_schema(PEOPLE_SCHEMA, path)


def test_guesses_stand_above_as_comments() -> None:
    text = schema_to_yaml(PEOPLE_SCHEMA.with_changes(notes=("Target guessed: 'hired'.",)))
    assert text.startswith("# Guessed, to be checked:\n# Target guessed: 'hired'.\n")


def test_words_that_yaml_takes_for_booleans_stay_words() -> None:
    text = "{target: y, favorable_outcome: [yes], columns: [{name: y, kind: categorical}]}"
    assert schema_from_yaml(text).favorable_outcome == ("yes",)


def test_single_values_may_stand_for_lists() -> None:
    text = """
    target: y
    favorable_outcome: 1
    sensitive_features: sex
    ignore: x
    columns: [{name: y, kind: categorical}, {name: sex, kind: categorical}, {name: x, kind: numeric}]
    """
    schema = schema_from_yaml(text)
    assert (schema.favorable_outcome, schema.sensitive_names, schema.ignore) == ((1,), ("sex",), ("x",))


def test_all_problems_of_a_file_are_said_at_once_with_the_closest_key() -> None:
    text = """
    targt: y
    favorable_outcome: [[1]]
    weight: 3
    sensitive_features: [{nam: sex}, {name: age, bins: [young]}]
    columns: [{name: y, kynd: numeric}, 7]
    """
    with pytest.raises(SchemaError) as caught:
        schema_from_yaml(text)
    found = {problem.where: problem.next_step for problem in caught.value.problems}
    assert found["schema key 'targt'"] == "did you mean 'target'?"
    assert found["columns, entry 1, key 'kynd'"] == "did you mean 'kind'?"
    assert found["sensitive_features, entry 1, key 'nam'"] == "did you mean 'name'?"
    assert {
        "schema key 'target'",
        "schema key 'weight'",
        "schema key 'favorable_outcome'",
        "columns, entry 2",
        "sensitive_features, entry 2, key 'bins'",
    } <= set(found)


def test_an_unknown_kind_names_the_closest() -> None:
    with pytest.raises(SchemaError, match="did you mean 'categorical'"):
        schema_from_yaml("{target: y, favorable_outcome: [1], columns: [{name: y, kind: categoric}]}")


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(SchemaError, match="'target', which stands twice"):
        schema_from_yaml("target: y\ntarget: z\n")


@pytest.mark.parametrize("text", ["a: [1", "- 1\n- 2\n", "just words", ""])
def test_what_is_no_schema_is_refused(text: str) -> None:
    with pytest.raises(SchemaError, match="schema file"):
        schema_from_yaml(text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"schema\.yaml'.*none of that name"):
        read_schema(tmp_path / "schema.yaml")
