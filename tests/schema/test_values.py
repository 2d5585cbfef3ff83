"""What somebody wrote becomes a value of the column's type, or stays text."""

from __future__ import annotations

from typing import Any

import pytest

from equitab.dataframe import Storage
from equitab.schema import cast_to_column


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("1", "integer", 1),
        (" 2 ", "integer", 2),
        ("2.5", "float", 2.5),
        ("2", "float", 2),
        ("true", "boolean", True),
        ("No", "boolean", False),
        (1, "boolean", True),
        (">50K", "text", ">50K"),
        (" padded ", "text", " padded "),
        (1, "text", "1"),
        ("many", "integer", "many"),
        ("perhaps", "boolean", "perhaps"),
    ],
)
def test_values_take_the_columns_type(value: Any, kind: Storage, expected: Any) -> None:
    found = cast_to_column(value, kind)
    assert found == expected
    assert type(found) is type(expected)
