"""Labels and predictions of real rows as rows of the tidy table: values worked by hand, exclusions counted."""

import numpy as np
import pytest

from equitab.dataframe import as_frame, frame_from_columns
from equitab.errors import TableError
from equitab.evaluation import (
    MeasurementSettings,
    RealRows,
    Subject,
    measure_labels,
    measure_predictions,
    measure_rows,
)
from equitab.schema import Column, SensitiveFeature, TableSchema, Threshold

SETTINGS = MeasurementSettings(n_replicates=100, min_group_size=10)


def _table(**more):
    """40 men, 20 favorable; 40 women, 10 favorable."""
    columns = {
        "sex": ["M"] * 40 + ["F"] * 40,
        "y": ["yes"] * 20 + ["no"] * 20 + ["yes"] * 10 + ["no"] * 30,
        **more,
    }
    schema = TableSchema(
        tuple(Column(name, "categorical") for name in columns),
        "y",
        favorable_outcome=("yes",),
        sensitive_features=(SensitiveFeature("sex", "M"),),
    )
    return frame_from_columns(columns), schema


def _value(measurements, metric, **wanted):
    found = [
        held
        for held in measurements
        if held.metric == metric and all(getattr(held, name) == value for name, value in wanted.items())
    ]
    assert len(found) == 1, (metric, wanted, len(found))
    return found[0].value


def test_labels_are_compared_by_their_base_rates():
    found = measure_labels(*_table(), settings=SETTINGS)
    assert _value(found, "statistical_parity_difference", group="F") == pytest.approx(-0.25)
    assert _value(found, "statistical_parity_difference", group="(all others)") == pytest.approx(-0.25)
    assert _value(found, "disparate_impact", group="F") == pytest.approx(0.5)
    assert _value(found, "demographic_parity_difference") == pytest.approx(0.25)
    assert {held.stage for held in found} == {"audit"}
    assert {held.sensitive_features for held in found} == {"sex"}


def test_every_defined_measurement_has_its_value_within_its_interval():
    for held in measure_labels(*_table(), settings=SETTINGS):
        if held.low is not None:
            assert held.low <= held.value <= held.high
            assert held.confidence == 0.95
            assert held.interval_method


def test_survey_weights_weigh():
    frame, schema = _table(w=[1.0] * 40 + [3.0] * 10 + [1.0] * 30)
    columns = (*schema.columns[:2], Column("w", "numeric"))
    weighted = schema.with_changes(columns=columns, weight="w")
    found = measure_labels(frame, weighted, settings=SETTINGS)
    assert _value(found, "statistical_parity_difference", group="F") == pytest.approx(30 / 60 - 0.5)


def test_predictions_in_a_column_are_measured_against_the_target():
    # Of 20 deserving men 20 are chosen, of 10 deserving women 5; nobody else.
    guess = ["yes"] * 20 + ["no"] * 20 + ["yes"] * 5 + ["no"] * 35
    found = measure_predictions(*_table(guess=guess), prediction="guess", settings=SETTINGS)
    assert _value(found, "equal_opportunity_difference", group="F") == pytest.approx(-0.5)
    assert _value(found, "accuracy", sensitive_features="") == pytest.approx(75 / 80)
    assert _value(found, "selection_rate", group="F", sensitive_features="sex") == pytest.approx(5 / 40)
    assert {held.model for held in found} == {"guess"}


def test_rows_without_target_or_prediction_are_left_out_and_counted():
    guess = [None] * 3 + ["yes"] * 37 + ["no"] * 40
    found = measure_predictions(*_table(guess=guess), prediction="guess", settings=SETTINGS)
    accuracy = next(held for held in found if held.metric == "accuracy" and not held.sensitive_features)
    assert accuracy.n == 77
    assert "3 rows without a target or prediction left out" in accuracy.reason


def test_a_column_of_predictions_must_exist_and_speak_the_targets_language():
    frame, schema = _table(guess=["1", "0"] * 40)
    with pytest.raises(TableError, match="2 other values of 2") as caught:
        measure_predictions(frame, schema, prediction="guess", settings=SETTINGS)
    assert "values of the target 'y'" in str(caught.value)
    with pytest.raises(TableError, match="did you mean 'guess'"):
        measure_predictions(frame, schema, prediction="gues", settings=SETTINGS)


def test_a_numeric_prediction_is_cut_by_the_targets_threshold():
    frame = frame_from_columns(
        {"s": ["a", "b"] * 50, "pay": np.arange(100.0), "guess": np.arange(100.0) + 10}
    )
    schema = TableSchema(
        (Column("s", "categorical"), Column("pay", "numeric"), Column("guess", "numeric")),
        "pay",
        favorable_threshold=Threshold(">=", 50.0),
        sensitive_features=(SensitiveFeature("s", "a"),),
    )
    found = measure_predictions(frame, schema, prediction="guess", settings=SETTINGS)
    assert _value(found, "accuracy", sensitive_features="") == pytest.approx(0.9)


def test_rows_without_a_target_are_never_judged():
    frame, schema = _table()
    table = frame.to_native().to_pandas()
    table.loc[:4, "y"] = None
    rows = RealRows.read(as_frame(table), schema, positions=np.arange(80))
    assert (len(rows), rows.n_left_out, rows.positions[0]) == (75, 5, 5)


def test_everybody_each_group_and_each_comparison_are_measured(town):
    predicted = town.test.favorable
    found = measure_rows(
        town.test, predicted, None, subject=Subject(model="m", stage="test"), settings=SETTINGS
    )
    assert {held.sensitive_features for held in found} == {"", "sex", "region", "sex × region"}
    assert _value(found, "balanced_accuracy", sensitive_features="") == 1.0
    assert _value(found, "f1", sensitive_features="sex", group="F") == 1.0
    auroc = next(held for held in found if held.metric == "auroc")
    assert (auroc.status, auroc.value) == ("undefined", None)
    assert auroc.reason


def test_no_measurement_is_made_twice(town):
    score = np.linspace(0, 1, len(town.test))
    found = measure_rows(town.test, score > 0.5, score, subject=Subject(stage="test"), settings=SETTINGS)
    keys = [(held.metric, held.sensitive_features, held.group) for held in found]
    assert len(keys) == len(set(keys))


def test_the_order_of_the_rows_plays_no_part(town):
    from dataclasses import replace

    order = np.random.default_rng(0).permutation(len(town.test))
    score = np.random.default_rng(1).random(len(town.test))
    shuffled = replace(
        town.test,
        frame=town.test.frame,
        favorable=town.test.favorable[order],
        codes=tuple(codes[order] for codes in town.test.codes),
    )
    subject = Subject(stage="test")
    first = measure_rows(town.test, score > 0.5, score, subject=subject, settings=SETTINGS)
    second = measure_rows(shuffled, score[order] > 0.5, score[order], subject=subject, settings=SETTINGS)
    for one, other in zip(first, second, strict=True):
        assert one.metric == other.metric
        assert one.value == (other.value if other.value is None else pytest.approx(other.value))
