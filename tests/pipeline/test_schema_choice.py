"""Laws of schema flags: they override the file, split at the first '=', and are all checked at once."""

from __future__ import annotations

import pytest

from equitab.errors import RecipeError
from equitab.pipeline.schema_choice import SchemaWords, split_assignment


def test_flags_override_the_file_key_by_key() -> None:
    """What no flag names stays."""
    keys = {
        "target": "y",
        "favorable_outcome": ["yes"],
        "weight": "w",
        "sensitive_features": [{"name": "sex", "reference": "F"}, {"name": "age", "bins": [30.0]}],
    }
    words = SchemaWords(weight="w2", reference=["sex=M"], control=["region"], missing_token=["?"])
    assert words.over(keys) == {
        **keys,
        "weight": "w2",
        "control_features": ["region"],
        "missing_tokens": ["?"],
        "sensitive_features": [{"name": "sex", "reference": "M"}, {"name": "age", "bins": [30.0]}],
    }
    assert SchemaWords().over(keys) == keys


def test_values_and_threshold_replace_each_other() -> None:
    """One of the two, as a schema has it."""
    assert SchemaWords(favorable_threshold=">=5").over({"favorable_outcome": ["yes"]}) == {
        "favorable_threshold": ">=5"
    }
    assert SchemaWords(favorable_outcome=["1"]).over({"favorable_threshold": ">=5"}) == {
        "favorable_outcome": ["1"]
    }


def test_a_new_target_drops_the_old_ones_outcome() -> None:
    """The file's favorable outcome belonged to the file's target."""
    assert SchemaWords(target="z").over({"target": "y", "favorable_outcome": ["yes"]}) == {"target": "z"}


def test_named_sensitive_features_keep_what_the_file_says_of_them() -> None:
    """Naming them again chooses among them."""
    keys = {"sensitive_features": [{"name": "sex", "reference": "F"}, {"name": "race"}]}
    assert SchemaWords(sensitive=["sex"]).over(keys)["sensitive_features"] == [
        {"name": "sex", "reference": "F"}
    ]


def test_everything_wrong_with_the_flags_is_said_at_once() -> None:
    """Three flags, three problems."""
    words = SchemaWords(sensitive=["sex"], reference=["sex", "sxe=M"], bins=["sex=a,b"])
    with pytest.raises(RecipeError) as caught:
        words.over({})
    assert len(caught.value.problems) == 3
    assert "did you mean 'sex'" in str(caught.value)


def test_a_value_may_hold_the_sign_itself() -> None:
    """Only the first '=' splits."""
    assert split_assignment("income=>=50K", flag="--given") == ("income", ">=50K")
    assert split_assignment("income=", flag="--given") == ("income", "")


def test_references_and_bins_of_guessed_features_are_kept_apart() -> None:
    """Without --sensitive the features are guessed later; what is said about them is handed on."""
    words = SchemaWords(reference=["sex=M"], bins=["age=25,60"])
    assert words.over({}) == {"references": {"sex": "M"}, "bins": {"age": [25.0, 60.0]}}
