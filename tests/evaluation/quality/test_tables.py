"""Tables read once: every form means the same in all tables."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, take_rows
from equitab.evaluation.quality.tables import HOLDOUT, SYNTHETIC, TRAINING, QualityTables, mid_ranks
from equitab.schema import Column, TableSchema


def test_forms_have_a_row_for_every_row_and_no_missing_value_where_none_may_be(town):
    parts = [take_rows(town.frame, np.arange(start, start + 50)) for start in (0, 50, 100)]
    tables = QualityTables.read(parts[1], parts[0], parts[2], town.schema)
    assert tables.sizes == (50, 50, 50)
    for form in (tables.binned, tables.features, tables.scores, tables.places):
        assert [len(held) for held in form] == [50, 50, 50]
        assert len({held.shape[1] for held in form}) == 1
    assert all(np.isfinite(held).all() for form in (tables.scores, tables.places) for held in form)
    assert all(held.min() >= 0 for held in tables.binned)
    assert len(tables.feature_columns) == tables.features[0].shape[1]


def test_keys_are_equal_exactly_where_rows_are(town):
    frame = take_rows(town.frame, np.arange(40))
    tables = QualityTables.read(take_rows(frame, np.array([3, 3, 7])), frame, None, town.schema)
    training, synthetic = tables.keys
    assert np.unique(training).size == 40
    assert synthetic.tolist() == [training[3], training[3], training[7]]


def test_a_value_only_one_table_has_keeps_its_meaning_in_all():
    schema = TableSchema((Column("c", "categorical"), Column("y", "integer")), "y", favorable_outcome=(1,))
    training = frame_from_columns({"c": ["u", "w", None], "y": [0, 1, 0]})
    synthetic = frame_from_columns({"c": ["v", "w", "u"], "y": [0, 1, 0]})
    held = QualityTables.read(synthetic, training, None, schema).columns[0]
    assert held.tables[TRAINING].tolist() == [0, 2, -1]
    assert held.tables[SYNTHETIC].tolist() == [1, 2, 0]


def test_rare_values_share_a_feature_beyond_so_many(monkeypatch):
    monkeypatch.setattr("equitab.evaluation.quality.tables.MAX_ORDINAL", 3)
    schema = TableSchema((Column("c", "categorical"), Column("y", "integer")), "y", favorable_outcome=(1,))
    frame = frame_from_columns({"c": ["a", "b", "b", "c", "c", "d", None], "y": [0, 1, 0, 1, 0, 1, 0]})
    features = QualityTables.read(frame, frame, None, schema).features[0][:, 0]
    assert features[:6].tolist() == [2.0, 0.0, 0.0, 1.0, 1.0, 2.0]
    assert np.isnan(features[6])


def test_groups_are_those_of_real_rows(town):
    frame = take_rows(town.frame, np.array(town.frame["sex"].to_list()) == "F")
    tables = QualityTables.read(town.frame, frame, frame, town.schema)
    sex = tables.groups[0]
    assert [sex.labels[code] for code in sex.occupied()] == ["F"]
    assert len(sex.rows(HOLDOUT, sex.occupied()[0])) == len(frame)


def test_ranks_ignore_the_scale_and_keep_missing_values():
    values = np.array([1.0, 5.0, np.nan, 2.0])
    ranks = mid_ranks(values, values)
    assert ranks.tolist() == pytest.approx([-1 / 3, 1 / 3, np.nan, 0.0], nan_ok=True)
    assert mid_ranks(np.exp(values), np.exp(values)).tolist() == pytest.approx(ranks.tolist(), nan_ok=True)
