from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns
from equitab.errors import TableError
from equitab.evaluation import Neighborhood, measure_consistency
from equitab.schema import Column, SensitiveFeature, TableSchema
from evaluation.conftest import make_people

SCHEMA = TableSchema(
    (Column("sex", "categorical"), Column("job", "categorical"), Column("y", "boolean")),
    "y",
    favorable_outcome=(True,),
    sensitive_features=(SensitiveFeature("sex"),),
)


def test_like_people_treated_by_their_sex_are_inconsistent_although_a_model_could_see_why():
    """Everybody has the same job, men are favored: without sex no two people differ."""
    table = frame_from_columns({"sex": ["F", "M"] * 60, "job": ["clerk"] * 120, "y": [False, True] * 60})
    unfair = measure_consistency(table, SCHEMA, seed=0)[0]
    by_job = frame_from_columns(
        {"sex": ["F", "M"] * 60, "job": ["clerk", "smith"] * 60, "y": [False, True] * 60}
    )
    assert unfair.value < 0.7
    assert measure_consistency(by_job, SCHEMA, seed=0)[0].value == 1.0


def test_models_are_measured_on_the_same_people_as_the_outcome():
    frame, schema = make_people(300)
    rng = np.random.default_rng(0)
    found = measure_consistency(
        frame, schema, predictions={"constant": np.ones(300), "noise": rng.random(300)}, seed=0
    )
    assert [(one.metric, one.model, one.stage) for one in found] == [
        ("consistency", "", "audit"),
        ("consistency", "constant", "audit"),
        ("consistency", "noise", "audit"),
    ]
    assert found[1].value == pytest.approx(1.0)
    assert found[2].value < 0.8
    assert {one.n for one in found} == {300}


def test_a_part_of_the_rows_says_how_many():
    frame, schema = make_people(300)
    found = measure_consistency(frame, schema, max_rows=120, seed=0)[0]
    assert (found.n, found.reason) == (120, "120 of 300 rows compared")


def test_the_neighborhood_is_the_same_for_the_same_seed():
    frame, schema = make_people(200)
    one, again = (Neighborhood.find(frame, schema, max_rows=90, seed=5) for _ in "ab")
    assert np.array_equal(one.rows, again.rows)
    assert np.array_equal(one.neighbors, again.neighbors)


def test_people_who_cannot_be_compared_are_refused():
    only = TableSchema(
        SCHEMA.columns[::2], "y", favorable_outcome=(True,), sensitive_features=(SensitiveFeature("sex"),)
    )
    table = frame_from_columns({"sex": ["F", "M"] * 10, "y": [False, True] * 10})
    with pytest.raises(TableError, match="besides target and sensitive"):
        measure_consistency(table, only, seed=0)
    few = frame_from_columns({"sex": ["F", "M"], "job": ["a", "b"], "y": [True, False]})
    with pytest.raises(TableError, match="more than 5 rows"):
        measure_consistency(few, SCHEMA, seed=0)
    frame, schema = make_people(50)
    with pytest.raises(TableError, match="one for each of 50 rows"):
        measure_consistency(frame, schema, predictions={"m": [0.5]}, seed=0)
