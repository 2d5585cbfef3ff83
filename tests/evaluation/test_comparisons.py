"""Comparisons: each feature, all together, each within control features; rare values are not named."""

import numpy as np

from equitab.dataframe import frame_from_columns
from equitab.evaluation import plan_comparisons
from equitab.schema import Column, SensitiveFeature, TableSchema


def _table():
    frame = frame_from_columns(
        {
            "sex": ["F", "M"] * 30,
            "race": ["A", "B", "C"] * 20,
            "town": ["big"] * 50 + ["tiny"] * 10,
            "y": [0, 1] * 30,
        }
    )
    columns = tuple(Column(name, "categorical") for name in ("sex", "race", "town", "y"))
    features = (SensitiveFeature("sex", "M"), SensitiveFeature("race", "B"))
    return frame, TableSchema(columns, "y", favorable_outcome=(1,), sensitive_features=features)


def test_each_feature_and_their_intersection_are_compared():
    frame, schema = _table()
    found = plan_comparisons(frame, schema)
    assert [held.name for held in found] == ["sex", "race", "sex × race"]
    assert found[2].groups.label(found[2].reference) == "M × B"


def test_one_feature_has_no_intersection():
    frame, schema = _table()
    assert (
        len(plan_comparisons(frame, schema.with_changes(sensitive_features=schema.sensitive_features[:1])))
        == 1
    )


def test_a_table_without_sensitive_features_compares_nobody():
    frame, schema = _table()
    assert plan_comparisons(frame, schema.with_changes(sensitive_features=())) == ()


def test_control_features_compare_within_each_of_their_values():
    frame, schema = _table()
    found = plan_comparisons(frame, schema.with_changes(control_features=("town",)))
    inside = next(held for held in found if held.name == "sex | town=tiny")
    codes = inside.codes(frame, schema)
    assert (codes[:50] == -1).all()
    assert (codes[50:] >= 0).all()
    assert len(found) == 9


def test_a_value_of_fewer_than_ten_records_is_not_named():
    frame, schema = _table()
    columns = frame.to_native().to_pydict() | {"town": ["big"] * 51 + ["tiny"] * 9}
    found = plan_comparisons(frame_from_columns(columns), schema.with_changes(control_features=("town",)))
    assert not any("tiny" in held.name for held in found)


def test_a_feature_is_not_compared_within_itself():
    frame, schema = _table()
    found = plan_comparisons(frame, schema.with_changes(control_features=("race",)))
    assert [held.name for held in found if "|" in held.name] == [f"sex | race={value}" for value in "ABC"]


def test_a_split_without_some_groups_shares_the_codes_of_the_whole_table():
    frame, schema = _table()
    comparison = plan_comparisons(frame, schema)[1]
    only_c = frame_from_columns({name: values[2:3] for name, values in frame.to_native().to_pydict().items()})
    assert np.array_equal(comparison.codes(only_c, schema), [2])
