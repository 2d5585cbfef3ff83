"""A made-up town whose people, groups and outcomes every test of this room can share."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, take_rows
from equitab.evaluation import (
    MeasurementSettings,
    ProtocolSettings,
    RealRows,
    TrainingTable,
    measure_postprocessed,
    plan_comparisons,
    split_rows,
    train_and_measure,
)
from equitab.mitigation import fit_threshold_optimizer
from equitab.schema import Column, SensitiveFeature, TableSchema


def make_people(n_rows, seed=0):
    """Return a frame in which men and the north are favored, and a schema that says so."""
    rng = np.random.default_rng(seed)
    sex, region = rng.integers(0, 2, n_rows), rng.integers(0, 3, n_rows)
    skill = rng.normal(size=n_rows)
    hired = rng.random(n_rows) < 1 / (1 + np.exp(-(1.5 * skill + 0.9 * sex + 0.4 * region - 1.2)))
    income = np.round(30 + 10 * skill + rng.normal(scale=5, size=n_rows), 1)
    frame = frame_from_columns(
        {
            "sex": np.array(["F", "M"])[sex],
            "region": np.array(["East", "South", "North"])[region],
            "income": [None if value < 15 else float(value) for value in income],
            "years": rng.poisson(5, n_rows),
            "born": (np.datetime64("1960-01-01", "us") + rng.integers(0, 14_000, n_rows).astype("m8[D]")),
            "hired": np.array(["no", "yes"])[hired.astype(int)],
        }
    )
    schema = TableSchema(
        columns=(
            Column("sex", "categorical"),
            Column("region", "categorical"),
            Column("income", "numeric", has_missing=True),
            Column("years", "integer"),
            Column("born", "datetime"),
            Column("hired", "categorical"),
        ),
        target="hired",
        favorable_outcome=("yes",),
        sensitive_features=(SensitiveFeature("sex", "M"), SensitiveFeature("region", "North")),
    )
    return frame, schema


class Town:
    """A table, its schema, and its three splits."""

    def __init__(self, n_rows, seed=0):
        self.frame, self.schema = make_people(n_rows, seed)
        self.splits = split_rows(self.frame, self.schema, seed=seed)
        self.comparisons = plan_comparisons(self.frame, self.schema)
        self.training = take_rows(self.frame, self.splits.train)
        self.validation, self.test = (self.rows(name) for name in ("validation", "test"))

    def rows(self, name):
        positions = getattr(self.splits, name)
        kept = take_rows(self.frame, positions)
        return RealRows.read(kept, self.schema, comparisons=self.comparisons, positions=positions)


@pytest.fixture(scope="session")
def town():
    return Town(1600)


@pytest.fixture(scope="session")
def regression(town):
    """Return what the protocol says about logistic regression on the original table."""
    return train_and_measure(
        TrainingTable("original", town.training),
        "logistic_regression",
        schema=town.schema,
        validation=town.validation,
        test=town.test,
        settings=ProtocolSettings(measurement=MeasurementSettings(n_replicates=100)),
        seed=0,
    )


@pytest.fixture(scope="session")
def rules(town, regression):
    """Return the baseline of thresholds for that model."""
    return measure_postprocessed(
        regression,
        fit_threshold_optimizer,
        sensitive_features="sex",
        validation=town.validation,
        test=town.test,
        settings=MeasurementSettings(n_replicates=100),
        seed=0,
    )
