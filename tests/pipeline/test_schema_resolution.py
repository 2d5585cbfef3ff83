"""Laws of schema keys: what was said is checked, what was not is guessed, what was listed is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from equitab.dataframe import Frame, frame_from_columns
from equitab.errors import SchemaError
from equitab.pipeline.schema_resolution import resolve_schema
from equitab.schema import SensitiveFeature, TableSchema

PEOPLE = frame_from_columns(
    {
        "sex": ["F", "M"] * 30,
        "age": list(range(20, 80)),
        "code": [1, 2, 3] * 20,
        "hired": ["no", "yes", "yes"] * 20,
    }
)


def test_a_schema_is_taken_as_it_is(people: Frame) -> None:
    """Nothing is guessed about it."""
    schema = TableSchema.infer(people, target="income", sensitive_features=["sex"])
    assert resolve_schema(people, schema) is schema


def test_what_is_written_comes_back(people: Frame) -> None:
    """The keys of a schema give the schema, without guesses."""
    schema = TableSchema.infer(people, target="income", sensitive_features=["sex", "race"], weight="fnlwgt")
    again = resolve_schema(people, schema.to_dict())
    assert again == schema
    assert not [note for note in again.notes if "guessed" in note]


def test_flag_texts_take_the_type_of_their_column() -> None:
    """A code is a number in the table, and text in a flag."""
    keys = {
        "target": "code",
        "favorable_outcome": ["2"],
        "sensitive_features": [{"name": "sex", "reference": "M"}],
    }
    schema = resolve_schema(PEOPLE, keys)
    assert schema.favorable_outcome == (2,)
    assert schema.sensitive_features == (SensitiveFeature("sex", reference="M"),)


def test_references_and_bins_of_guessed_features_count() -> None:
    """As `--reference` and `--bins` without `--sensitive` give them."""
    schema = resolve_schema(PEOPLE, {"target": "hired", "references": {"sex": "M"}, "bins": {"age": [40]}})
    assert schema.sensitive_feature("sex").reference == "M"
    assert schema.sensitive_feature("age").bins == (40.0,)


def test_listed_columns_are_not_second_guessed() -> None:
    """Whoever lists columns has said that there are no missing tokens and no other sensitive features."""
    columns = [{"name": name, "kind": kind} for name, kind in zip(PEOPLE.columns, KINDS, strict=True)]
    schema = resolve_schema(PEOPLE, {"target": "hired", "favorable_outcome": ["yes"], "columns": columns})
    assert tuple(column.kind for column in schema.columns) == KINDS
    assert schema.sensitive_features == ()
    assert schema.ignore == ()


KINDS = ("categorical", "integer", "integer", "categorical")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"targt": "hired"}, "did you mean 'target'"),
        ({"target": "hired", "sensitive_features": "sex"}, r"sensitive_features: \[...\]"),
        (
            {"target": "hired", "sensitive_features": [{"name": "sex", "referense": "M"}]},
            "did you mean 'reference'",
        ),
        ({"target": "hired", "columns": [{"nme": "sex"}]}, r"columns\[0\]"),
        ({"target": 3}, "text"),
        ({"target": "hired", "missing_sensitive": "drop"}, "'group' or 'exclude'"),
        ({"target": "hired", "columns": [{"name": "height", "kind": "numeric"}]}, "height"),
    ],
)
def test_bad_keys_are_refused_with_their_place(keys: dict[str, Any], words: str) -> None:
    """Never a traceback."""
    with pytest.raises(SchemaError, match=words):
        resolve_schema(PEOPLE, keys)
