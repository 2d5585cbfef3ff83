"""Errors say everything at once, wherever they were raised."""

from __future__ import annotations

import pickle

import pytest

from equitab import errors
from equitab.errors import EquitabError, InputError, MissingExtraError, Problem, TableError, closest

TWO = (Problem("column 'a'", "numbers", "text"), Problem("column 'b'", "two values", "one", "ignore it"))


def test_all_problems_are_in_one_message() -> None:
    """A reader mends everything in one go."""
    text = str(TableError(TWO))
    assert text.startswith("2 problems:")
    assert "column 'a'" in text
    assert "Next: ignore it." in text


@pytest.mark.parametrize("error", [TableError(TWO), MissingExtraError("torch", "a generator")])
def test_an_error_survives_the_way_from_another_process(error: EquitabError) -> None:
    """Worker processes raise errors too: message and parts arrive as they were."""
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert getattr(arrived, "problems", None) == getattr(error, "problems", None)


def test_every_class_is_in_the_tree_of_the_docstring() -> None:
    """The drawing is complete, and each class derives from a built-in one that people catch."""
    for name in errors.__all__:
        found = getattr(errors, name)
        if isinstance(found, type) and issubclass(found, EquitabError):
            assert name in (errors.__doc__ or "")
    assert issubclass(InputError, ValueError)


def test_the_closest_possibility_is_named_whatever_its_case() -> None:
    """A slip of the pen costs one look."""
    assert closest("INCOME", ["age", "income"]) == "did you mean 'income'?"
    assert closest("zzz", []) == ""
