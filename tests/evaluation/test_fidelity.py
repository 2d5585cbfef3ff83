"""Fidelity: real rows pass for real, noise does not, and both tables are read alike."""

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, take_rows
from equitab.evaluation import MeasurementSettings, detect_synthetic, measure_fidelity
from equitab.evaluation.fidelity import column_pairs
from equitab.schema import Column, TableSchema

SETTINGS = MeasurementSettings(n_replicates=100)


def _halves(town):
    order = np.random.default_rng(0).permutation(len(town.frame))
    return take_rows(town.frame, order[:800]), take_rows(town.frame, order[800:])


def _shuffled(frame):
    """Return the same columns, each shuffled by itself: margins kept, dependence destroyed."""
    rng = np.random.default_rng(1)
    columns = frame.to_native().to_pydict()
    return frame_from_columns(
        {name: [held[i] for i in rng.permutation(len(held))] for name, held in columns.items()}
    )


@pytest.mark.slow
def test_fresh_real_rows_cannot_be_told_from_real_rows(town):
    first, second = _halves(town)
    found = detect_synthetic(first, second, town.schema, settings=SETTINGS, seed=0)
    assert found.low <= 0.5 + 0.02
    assert found.value < 0.57
    assert found.n == 1600


@pytest.mark.slow
def test_shuffled_columns_are_found_out_although_their_shapes_are_perfect():
    rng = np.random.default_rng(0)
    x = rng.normal(size=500)
    frame = frame_from_columns(
        {"x": x, "twice": 2 * x + rng.normal(scale=0.1, size=500), "y": (x > 0).astype(int)}
    )
    columns = (Column("x", "numeric"), Column("twice", "numeric"), Column("y", "integer"))
    schema = TableSchema(columns, "y", favorable_outcome=(1,))
    found = {held.metric: held for held in measure_fidelity(_shuffled(frame), frame, schema, seed=0)}
    assert found["column_shapes"].value == pytest.approx(1.0)
    assert found["pair_trends"].value < 0.8
    assert found["c2st_auroc"].low > 0.9
    assert {(held.stage, held.treatment) for held in found.values()} == {("fidelity", "synthetic")}


def test_a_table_beside_itself_is_perfect(town):
    measured = measure_fidelity(town.training, town.training, town.schema, max_rows=50, seed=0)
    found = {held.metric: held.value for held in measured}
    assert found["column_and_pair_quality"] == pytest.approx(1.0)
    assert found["bivariate_error"] == pytest.approx(0.0)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_answer_and_the_seed_is_recorded(town):
    first, second = _halves(town)
    one, two = (
        measure_fidelity(
            first, second, town.schema, settings=SETTINGS, max_rows=100, generator_seed=4, seed=2
        )
        for _ in range(2)
    )
    assert one == two
    assert {held.generator_seed for held in one} == {4}


@pytest.mark.slow
def test_fewer_rows_can_be_asked_for(town):
    first, second = _halves(town)
    assert detect_synthetic(first, second, town.schema, settings=SETTINGS, max_rows=200, seed=0).n == 400


def test_too_few_rows_are_undefined_with_the_reason(town):
    few = take_rows(town.frame, np.arange(6))
    found = detect_synthetic(few, few, town.schema, settings=SETTINGS, seed=0)
    assert (found.value, found.reason) == (None, "too few rows for five folds: needs 10 of each")


def test_missing_values_are_missing_in_both_tables_whatever_they_are_called():
    schema = TableSchema(
        (Column("a", "categorical"), Column("y", "integer")),
        "y",
        favorable_outcome=(1,),
        missing_tokens=("?",),
    )
    real = frame_from_columns({"a": ["?", "u", "v"], "y": [0, 1, 0]})
    synthetic = frame_from_columns({"a": [None, "v", "w"], "y": [0, 1, 0]})
    pair = column_pairs(synthetic, real, schema)[0]
    assert pair.real.tolist() == [0, 1, 2]
    assert pair.synthetic.tolist() == [0, 2, 3]
