"""Every column alone: shapes kept, dependence gone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from equitab.generators import IndependentMarginals
from equitab.schema import Column, TableSchema

SCHEMA = TableSchema(
    (Column("x", "numeric"), Column("copy", "categorical"), Column("y", "categorical")),
    "y",
    favorable_outcome=("1",),
)


def table(n_rows: int) -> pa.Table:
    random = np.random.default_rng(0)
    y = random.random(n_rows) < 0.3
    x = random.normal(size=n_rows) + 3 * y
    labels = np.where(y, "1", "0").tolist()
    return pa.table({"x": x, "copy": labels, "y": labels})


def test_shapes_are_kept_and_dependence_is_not() -> None:
    real = table(4_000)
    drawn = IndependentMarginals().fit(real, SCHEMA, seed=0).sample(4_000, seed=1)
    x, y = drawn["x"].to_numpy(), np.array(drawn["y"].to_pylist()) == "1"
    noise = np.sqrt(1 / 4_000)
    assert abs(y.mean() - 0.3) < 5 * noise
    levels = np.quantile(real["x"].to_numpy(), [0.1, 0.5, 0.9])
    assert np.abs([(x <= level).mean() for level in levels] - np.array([0.1, 0.5, 0.9])).max() < 5 * noise
    assert abs(np.corrcoef(x, y)[0, 1]) < 5 * noise
    assert (
        abs(np.mean(np.array(drawn["copy"].to_pylist()) == np.array(drawn["y"].to_pylist())) - 0.58)
        < 5 * noise
    )


def test_weights_count() -> None:
    real = table(2_000)
    weights = np.where(np.array(real["y"].to_pylist()) == "1", 7 / 3, 1.0)
    drawn = IndependentMarginals().fit(real, SCHEMA, sample_weight=weights, seed=0).sample(4_000, seed=1)
    share = np.mean(np.array(drawn["y"].to_pylist()) == "1")
    expected = np.average(np.array(real["y"].to_pylist()) == "1", weights=weights)
    assert abs(share - expected) < 5 * np.sqrt(0.25 / 4_000)


def test_what_is_given_changes_nothing_else() -> None:
    generator = IndependentMarginals().fit(table(500), SCHEMA, seed=0)
    free, given = generator.sample(50, seed=1), generator.sample(50, given={"y": "1"}, seed=1)
    assert free["x"].equals(given["x"])
    assert set(given["y"].to_pylist()) == {"1"}


def test_a_table_of_one_row_or_of_one_kind_is_learned() -> None:
    for kept in (["x", "y"], ["copy", "y"]):
        schema = SCHEMA.with_changes(
            columns=tuple(column for column in SCHEMA.columns if column.name in kept)
        )
        one = table(1).select(kept)
        drawn = IndependentMarginals().fit(one, schema, seed=0).sample(4, seed=1)
        assert drawn.equals(pa.concat_tables([one] * 4).combine_chunks())
