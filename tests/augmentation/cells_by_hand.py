"""Tables made of cells: so many rows for each group and outcome, and any table of two sensitive features."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import strategies as st

from equitab.augmentation import RebalancingPlan
from equitab.dataframe import Frame, frame_from_columns
from equitab.schema import Column, SensitiveFeature, TableSchema

SCHEMA = TableSchema(
    (
        Column("sex", "categorical"),
        Column("race", "categorical"),
        Column("age", "integer"),
        Column("hired", "categorical"),
    ),
    "hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex"), SensitiveFeature("race")),
)
SEXES, RACES, OUTCOMES = ("F", "M"), ("B", "O", "W"), ("no", "yes")


def table_of(cells: Mapping[str, int]) -> Frame:
    """Return a table of so many rows for each cell, named ``F_W_yes`` and so on; ages differ."""
    rows = [name.split("_") for name, count in cells.items() for _ in range(count)]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(("sex", "race", "hired"))}
    ages = 20 + np.arange(len(rows)) * 7 % 50
    return frame_from_columns(
        {"sex": columns["sex"], "race": columns["race"], "age": ages, "hired": columns["hired"]}
    )


def by_cell(plan: RebalancingPlan, numbers: tuple[int, ...]) -> dict[str, int]:
    """Return numbers of a plan by the name of the cell."""
    return {"_".join(plan.index.groups.values(cell)): number for cell, number in enumerate(numbers)}


NAMES = [f"{sex}_{race}_{outcome}" for sex in SEXES for race in RACES for outcome in OUTCOMES]
COUNTS = st.fixed_dictionaries({name: st.integers(0, 30) for name in NAMES})


def has_every_value(cells: Mapping[str, int]) -> bool:
    """Whether every value of every column occurs."""
    found = [name.split("_") for name, count in cells.items() if count]
    return all(
        {row[place] for row in found} == set(values) for place, values in enumerate((SEXES, RACES, OUTCOMES))
    )


TABLES = COUNTS.filter(has_every_value)
