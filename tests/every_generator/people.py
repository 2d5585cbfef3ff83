"""A small table with every kind of column, as pandas, polars and pyarrow frames, and its schema."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa

from equitab.schema import Column, SensitiveFeature, TableSchema

N_ROWS = 400

SCHEMA = TableSchema(
    columns=(
        Column("person", "categorical"),
        Column("age", "integer"),
        Column("price", "numeric", has_missing=True),
        Column("member", "boolean"),
        Column("since", "datetime"),
        Column("sex", "categorical"),
        Column("job", "categorical", has_missing=True, missing_token="?"),
        Column("job_code", "integer", has_missing=True),
        Column("weight", "numeric"),
        Column("hired", "categorical"),
    ),
    target="hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex", reference="M"), SensitiveFeature("age", bins=(40.0,))),
    weight="weight",
    identifier="person",
    missing_tokens=("?",),
)


def arrow_table() -> pa.Table:
    """Return the table: prices are missing in about a fifth of the rows, jobs determine their codes."""
    random = np.random.default_rng(11)
    sex = random.choice(["F", "M"], N_ROWS, p=[0.35, 0.65])
    jobs = random.choice(["clerk", "cook", "driver", "?"], N_ROWS, p=[0.4, 0.3, 0.2, 0.1])
    codes = [{"clerk": 1, "cook": 2, "driver": 3}.get(job) for job in jobs]
    age = random.integers(18, 80, N_ROWS)
    price = np.round(random.gamma(2.0, 20.0, N_ROWS) + (sex == "M") * 30, 2)
    hired = np.where(random.random(N_ROWS) < 0.25 + 0.3 * (sex == "M"), "yes", "no")
    days = random.integers(-3000, 15000, N_ROWS).tolist()
    return pa.table(
        {
            "person": [f"id-{number}" for number in range(N_ROWS)],
            "age": pa.array(age, pa.int64()),
            "price": pa.array(price, mask=random.random(N_ROWS) < 0.2),
            "member": random.random(N_ROWS) < 0.3,
            "since": pa.array(
                [dt.datetime(1970, 1, 1) + dt.timedelta(days=day) for day in days], pa.timestamp("us")
            ),
            "sex": sex.tolist(),
            "job": jobs.tolist(),
            "job_code": pa.array(codes, pa.int64()),
            "weight": random.gamma(5.0, 0.2, N_ROWS),
            "hired": hired.tolist(),
        }
    )


def people(kind: str) -> Any:
    """Return the table as the named kind of frame."""
    table = arrow_table()
    if kind == "pyarrow":
        return table
    if kind == "polars":
        import polars as pl

        return pl.from_arrow(table)
    frame = table.to_pandas()
    return frame.astype({"age": "int16", "sex": "category", "job_code": "Int64"})
