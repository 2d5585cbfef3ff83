"""Guards: a test row in training stops the work; predictions that cannot be predictions are marked."""

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, take_rows
from equitab.errors import ProtocolError
from equitab.evaluation import RealRows
from equitab.evaluation.guards import check_unseen, copied_rows_remark, prediction_remarks
from equitab.schema import Column, TableSchema


def test_a_shared_position_stops_the_work(town):
    positions = np.append(town.splits.train, town.splits.test[:3])
    with pytest.raises(ProtocolError, match="3 rows of the test rows are in the training table 'augmented'"):
        check_unseen(town.training, positions, town.test, town.schema, treatment="augmented", split="test")


def test_synthetic_rows_have_no_position(town):
    positions = np.full(len(town.training), -1)
    check_unseen(town.training, positions, town.test, town.schema, treatment="synthetic", split="test")


def test_a_shared_identifier_stops_the_work():
    columns = (Column("who", "categorical"), Column("x", "integer"), Column("y", "integer"))
    schema = TableSchema(columns, "y", favorable_outcome=(1,), identifier="who")
    frame = frame_from_columns({"who": ["a", "b", "b", "c"], "x": [1, 2, 3, 4], "y": [0, 1, 0, 1]})
    rows = RealRows.read(take_rows(frame, np.array([2, 3])), schema)
    with pytest.raises(ProtocolError, match="1 identifiers"):
        check_unseen(
            take_rows(frame, np.array([0, 1])), None, rows, schema, treatment="original", split="test"
        )
    check_unseen(take_rows(frame, np.array([0])), None, rows, schema, treatment="original", split="test")


def test_test_rows_that_were_copied_into_training_are_remarked(town):
    assert copied_rows_remark(town.frame, town.test, town.schema).startswith("100% of the test rows")
    assert copied_rows_remark(town.training, town.test, town.schema) == ""


def test_labels_as_predictions_are_suspiciously_good(town):
    remarks = prediction_remarks(town.test, town.test.favorable)
    assert any("suspiciously good: balanced accuracy 1.000" in remark for remark in remarks)


def test_predictions_with_the_very_rates_of_the_labels_are_marked(town):
    # The published fault: selection rates are those of the true labels although predictions differ.
    codes = town.test.codes[-1] * 2 + town.test.favorable
    predicted = town.test.favorable.copy()
    inside = np.flatnonzero(codes // 2 == 0)
    favored, others = inside[predicted[inside]], inside[~predicted[inside]]
    predicted[[favored[0], others[0]]] = predicted[[others[0], favored[0]]]
    assert any(
        "were labels judged by mistake" in remark for remark in prediction_remarks(town.test, predicted)
    )


def test_one_answer_for_everybody_is_marked(town):
    everybody = np.ones(len(town.test), dtype=bool)
    assert prediction_remarks(town.test, everybody) == ("everybody is predicted favorable",)


def test_ordinary_predictions_are_not_marked(town):
    rng = np.random.default_rng(0)
    predicted = np.where(rng.random(len(town.test)) < 0.2, ~town.test.favorable, town.test.favorable)
    assert prediction_remarks(town.test, predicted) == ()
