"""What somebody wrote becomes a value of the column's type, or stays text."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from equitab.schema import cast_to_column


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("1", pa.int64(), 1),
        (" 2 ", pa.int32(), 2),
        ("2.5", pa.float64(), 2.5),
        ("2", pa.float64(), 2),
        ("true", pa.bool_(), True),
        ("No", pa.bool_(), False),
        (1, pa.bool_(), True),
        (">50K", pa.string(), ">50K"),
        (" padded ", pa.string(), " padded "),
        (1, pa.string(), "1"),
        ("many", pa.int64(), "many"),
        ("perhaps", pa.bool_(), "perhaps"),
    ],
)
def test_values_take_the_columns_type(value: Any, kind: pa.DataType, expected: Any) -> None:
    found = cast_to_column(value, kind)
    assert found == expected
    assert type(found) is type(expected)
