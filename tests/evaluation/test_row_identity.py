"""Row keys: equal rows share a key, whatever table they come from."""

import numpy as np

from equitab.dataframe import frame_from_columns
from equitab.evaluation import row_keys
from equitab.schema import Column, TableSchema

SCHEMA = TableSchema(
    (Column("a", "numeric"), Column("b", "categorical"), Column("y", "integer")),
    "y",
    favorable_outcome=(1,),
    missing_tokens=("?",),
)


def test_equal_values_give_equal_keys_across_tables_and_types():
    first = frame_from_columns({"a": [1, 2], "b": ["x", "?"], "y": [0, 1]})
    second = frame_from_columns({"a": [2.0, 1.0, 1.0], "b": [None, "x", "new"], "y": [1, 0, 0]})
    keys = row_keys([first, second], SCHEMA, ["a", "b", "y"])
    assert keys[0][0] == keys[1][1]
    assert keys[0][1] == keys[1][0]  # the token and a missing value are the same
    assert keys[1][2] not in keys[0]


def test_keys_agree_with_a_plain_comparison_of_rows():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 4, 200), rng.integers(0, 3, 200)
    keys = row_keys([frame_from_columns({"a": a, "b": b.astype(str), "y": a})], SCHEMA, ["a", "b"])[0]
    same = (a[:, None] == a) & (b[:, None] == b)
    assert ((keys[:, None] == keys) == same).all()
