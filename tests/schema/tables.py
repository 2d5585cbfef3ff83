"""A small table of people that the schema tests share."""

from __future__ import annotations

from typing import Any

import numpy as np

from equitab.dataframe import Frame, frame_from_columns
from equitab.schema import Column, SensitiveFeature, TableSchema

N_ROWS = 200

PEOPLE_SCHEMA = TableSchema(
    columns=(
        Column("age", "integer"),
        Column("pay", "numeric"),
        Column("sex", "categorical"),
        Column("hired", "categorical"),
    ),
    target="hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex", reference="M"),),
)


def people_columns() -> dict[str, Any]:
    """Ages, pay, sex and an outcome of 200 people, in which nothing is wrong."""
    random = np.random.default_rng(0)
    return {
        "age": random.integers(18, 70, N_ROWS),
        "pay": random.normal(3000, 500, N_ROWS).round(2),
        "sex": random.choice(["F", "M"], N_ROWS),
        "hired": random.choice(["no", "yes"], N_ROWS),
    }


def people(**changes: Any) -> Frame:
    """The same people with some columns changed or added; a change to None removes the column."""
    columns = {**people_columns(), **changes}
    return frame_from_columns({name: values for name, values in columns.items() if values is not None})
