"""Privacy smoke tests: copies are seen, fresh rows are not accused."""

import numpy as np
import pytest

from equitab.dataframe import concatenate, frame_from_columns, take_rows
from equitab.evaluation import measure_privacy
from equitab.evaluation.privacy import distance_matrices
from equitab.schema import Column, TableSchema


def _thirds(town):
    order = np.random.default_rng(0).permutation(len(town.frame))
    return [take_rows(town.frame, order[start : start + 500]) for start in (0, 500, 1000)]


def _measured(*frames, schema, **more):
    return {held.metric: held for held in measure_privacy(*frames, schema, seed=0, **more)}


def test_fresh_real_rows_are_as_near_to_training_as_to_holdout(town):
    found = _measured(*_thirds(town), schema=town.schema)
    assert found["dcr_share"].low <= 0.5 <= found["dcr_share"].high
    assert found["exact_copy_share"].value == 0.0
    assert {(held.stage, held.treatment) for held in found.values()} == {("privacy", "synthetic")}


def test_copies_of_training_rows_are_seen(town):
    _, training, holdout = _thirds(town)
    found = _measured(training, training, holdout, schema=town.schema)
    assert found["exact_copy_share"].value == 1.0
    assert found["holdout_copy_share"].value == 0.0
    assert found["dcr_share"].value > 0.99
    assert found["median_dcr"].value == 0.0


def test_half_copies_lie_in_between(town):
    fresh, training, holdout = _thirds(town)
    mixed = concatenate([take_rows(fresh, np.arange(250)), take_rows(training, np.arange(250))])
    found = _measured(mixed, training, holdout, schema=town.schema)
    assert found["exact_copy_share"].value == pytest.approx(0.5)
    assert 0.7 < found["dcr_share"].value < 0.8


def test_training_and_holdout_are_drawn_to_one_size_and_that_is_said(town):
    fresh, training, holdout = _thirds(town)
    found = _measured(fresh, training, take_rows(holdout, np.arange(100)), schema=town.schema)
    assert "100 training and 100 holdout rows" in found["dcr_share"].reason


def test_two_different_categories_are_at_distance_one():
    schema = TableSchema((Column("a", "categorical"), Column("y", "integer")), "y", favorable_outcome=(1,))
    frames = [frame_from_columns({"a": [value], "y": [0]}) for value in ("u", "v", "u")]
    matrices = distance_matrices(frames, schema)
    assert np.linalg.norm(matrices[0] - matrices[1]) == pytest.approx(1.0)
    assert np.linalg.norm(matrices[0] - matrices[2]) == 0.0


def test_numbers_are_placed_by_their_rank_so_that_an_outlier_stretches_nothing():
    schema = TableSchema((Column("a", "numeric"), Column("y", "integer")), "y", favorable_outcome=(1,))
    held = [np.array([0.0, 1.0, 2.0, 1e9]), np.array([0.0, 1.0, 2.0, 3.0])]
    spread = []
    for values in held:
        frame = frame_from_columns({"a": values, "y": [0, 1, 0, 1]})
        spread.append(distance_matrices([frame, frame, frame], schema)[0][:, 0])
    assert np.allclose(*spread)
    assert spread[0].min() >= -0.5
    assert spread[0].max() <= 0.5
