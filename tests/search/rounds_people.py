"""A small biased world for rounds of growing: skill decides, and being of one group helps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from equitab.assurance import Contract
from equitab.dataframe import as_frame
from equitab.evaluation import RealRows
from equitab.schema import Column, SensitiveFeature, TableSchema
from search.echo_generator import Echo

SCHEMA = TableSchema(
    (Column("sex", "categorical"), Column("skill", "numeric"), Column("hired", "categorical")),
    "hired",
    ("yes",),
    sensitive_features=(SensitiveFeature("sex", reference="m"),),
)


def people(n_rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    sex = random.choice(["f", "m"], n_rows, p=[0.3, 0.7])
    skill = random.normal(size=n_rows)
    hired = np.where(skill + (sex == "m") + 0.7 * random.normal(size=n_rows) > 0.7, "yes", "no")
    return pd.DataFrame({"sex": sex, "skill": skill, "hired": hired})


def validation_rows(n_rows: int) -> RealRows:
    return RealRows.read(as_frame(people(n_rows, 1)), SCHEMA)


def contract(*clauses: dict[str, Any], **settings: Any) -> Contract:
    named = [{"name": f"promise {place}", **clause} for place, clause in enumerate(clauses, start=1)]
    return Contract.from_dict({"name": "test", "clauses": named, **settings})


def echo(table: pd.DataFrame) -> Echo:
    return Echo().fit(table, SCHEMA, condition_on=["sex", "hired"], seed=0)
