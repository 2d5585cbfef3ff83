"""The features of models: learned from training rows, robust to what they have not seen, saved as JSON."""

import json

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, take_rows
from equitab.errors import TableError
from equitab.evaluation import DesignMatrix
from equitab.evaluation.design_matrix import MAX_ONE_HOT
from equitab.schema import Column, TableSchema


def _schema(**kinds):
    columns = tuple(Column(name, kind) for name, kind in kinds.items())
    return TableSchema((*columns, Column("y", "integer")), "y", favorable_outcome=(1,))


def test_numbers_are_standardised_and_missing_ones_flagged_at_the_median():
    frame = frame_from_columns({"a": [0.0, 2.0, 4.0, None], "y": [0, 1, 0, 1]})
    design = DesignMatrix.fit(frame, _schema(a="numeric"), form="one_hot")
    assert design.feature_names == ("a", "a (missing)")
    matrix = design.transform(frame)
    assert np.allclose(matrix[:3, 0], [-np.sqrt(1.5), 0, np.sqrt(1.5)])
    assert matrix[3].tolist() == [0.0, 1.0]


def test_infinite_numbers_count_as_missing():
    frame = frame_from_columns({"a": [1.0, 3.0, np.inf], "y": [0, 1, 0]})
    assert np.isfinite(DesignMatrix.fit(frame, _schema(a="numeric"), form="one_hot").transform(frame)).all()


def test_unseen_categories_become_zeros_or_missing():
    seen, unseen = (
        frame_from_columns({"a": ["x", "z"], "y": [0, 1]}),
        frame_from_columns({"a": ["new"], "y": [0]}),
    )
    schema = _schema(a="categorical")
    assert DesignMatrix.fit(seen, schema, form="one_hot").transform(unseen).tolist() == [[0.0, 0.0]]
    assert np.isnan(DesignMatrix.fit(seen, schema, form="ordinal").transform(unseen)).all()


def test_hundreds_of_categories_are_capped_with_a_place_for_the_others():
    values = [f"v{index}" for index in range(300)] + ["common"] * 100
    frame = frame_from_columns({"a": values, "y": [0, 1] * 200})
    design = DesignMatrix.fit(frame, _schema(a="categorical"), form="one_hot")
    assert len(design.feature_names) == MAX_ONE_HOT
    assert "a=common" in design.feature_names
    assert (design.transform(frame).sum(axis=1) == 1).all()
    ordinal = DesignMatrix.fit(frame, _schema(a="categorical"), form="ordinal")
    assert np.nanmax(ordinal.transform(frame)) < 255  # scikit-learn's boosting takes no more


def test_dates_give_time_year_and_day_of_year():
    born = np.array(["2000-01-01", "2000-12-31", "2010-06-15"], dtype="M8[us]")
    frame = frame_from_columns({"born": born, "y": [0, 1, 0]})
    design = DesignMatrix.fit(frame, _schema(born="datetime"), form="ordinal")
    assert design.feature_names == ("born", "born (year)", "born (day of year)")
    assert design.transform(frame)[:, 1:].tolist() == [[2000, 1], [2000, 366], [2010, 166]]


def test_booleans_and_missing_tokens_are_understood():
    frame = frame_from_columns({"a": [True, False], "b": ["?", "u"], "y": [0, 1]})
    schema = _schema(a="boolean", b="categorical").with_changes(missing_tokens=("?",))
    design = DesignMatrix.fit(frame, schema, form="one_hot")
    assert design.feature_names == ("a=False", "a=True", "b=u")
    assert design.transform(frame).tolist() == [[0, 1, 0], [1, 0, 1]]


def test_sensitive_features_can_be_hidden_and_target_weight_and_identifier_always_are(town):
    schema = town.schema.with_changes(weight="years")
    seen = DesignMatrix.fit(town.frame, schema, form="ordinal").feature_names
    hidden = DesignMatrix.fit(town.frame, schema, form="ordinal", use_sensitive_features=False).feature_names
    assert set(seen) - set(hidden) == {"sex", "region"}
    assert not {"hired", "years"} & set(seen)


@pytest.mark.parametrize("form", ["one_hot", "ordinal"])
def test_a_design_survives_json(town, form):
    design = DesignMatrix.fit(town.training, town.schema, form=form)
    again = DesignMatrix.from_dict(json.loads(json.dumps(design.to_dict())))
    assert again == design
    assert np.array_equal(again.transform(town.test.frame), design.transform(town.test.frame), equal_nan=True)


def test_a_row_is_encoded_the_same_alone_and_among_others(town):
    design = DesignMatrix.fit(town.training, town.schema, form="one_hot")
    assert np.array_equal(
        design.transform(take_rows(town.frame, np.array([5]))), design.transform(town.frame)[[5]]
    )


def test_missing_columns_are_listed_together(town):
    design = DesignMatrix.fit(town.training, town.schema, form="one_hot")
    with pytest.raises(TableError, match="2 problems"):
        design.transform(town.frame.drop(["sex", "years"]))


def test_a_table_without_features_is_refused():
    frame = frame_from_columns({"y": [0, 1]})
    with pytest.raises(TableError, match="features"):
        DesignMatrix.fit(frame, _schema(), form="one_hot")


def test_a_constant_and_an_all_missing_column_do_no_harm():
    frame = frame_from_columns({"a": [3.0, 3.0], "b": np.array([np.nan, np.nan]), "y": [0, 1]})
    matrix = DesignMatrix.fit(frame, _schema(a="numeric", b="numeric"), form="one_hot").transform(frame)
    assert matrix.tolist() == [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]
