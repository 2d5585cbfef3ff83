"""Splits: exact sizes, groups and outcomes shared out, identifiers and times kept apart, words understood."""

from dataclasses import replace

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, take_rows
from equitab.errors import ProtocolError, TableError
from equitab.evaluation import Splits, check_disjoint, plan_comparisons, split_rows
from equitab.schema import Column, SensitiveFeature, TableSchema, favorable


def _table(n_rows=400, **more):
    rng = np.random.default_rng(0)
    columns = {
        "g": np.array(["a", "b"])[(rng.random(n_rows) < 0.2).astype(int)],
        "y": rng.integers(0, 2, n_rows),
    }
    columns |= {"x": np.arange(n_rows), **more}
    kinds = [Column("g", "categorical"), Column("y", "integer"), Column("x", "integer")]
    kinds += [Column(name, "categorical") for name in more]
    schema = TableSchema(
        tuple(kinds), "y", favorable_outcome=(1,), sensitive_features=(SensitiveFeature("g", "a"),)
    )
    return frame_from_columns(columns), schema


def test_every_row_is_in_exactly_one_split_and_the_sizes_are_those_asked_for():
    frame, schema = _table(403)
    splits = split_rows(frame, schema, test_share=0.25, validation_share=0.2, seed=1)
    together = np.concatenate([splits.train, splits.validation, splits.test])
    assert sorted(together) == list(range(403))
    assert (len(splits.test), len(splits.validation)) == (101, 61)


def test_an_exact_number_of_validation_rows_is_obeyed():
    frame, schema = _table()
    assert len(split_rows(frame, schema, n_validation=37, seed=0).validation) == 37


def test_groups_and_outcomes_are_shared_out_to_the_nearest_row():
    frame, schema = _table(1000)
    splits = split_rows(frame, schema, seed=3)
    codes = plan_comparisons(frame, schema)[0].codes(frame, schema) * 2 + favorable(frame, schema)
    whole, test = np.bincount(codes), np.bincount(codes[splits.test], minlength=4)
    assert (np.abs(test - whole * 0.25) <= 1).all()


def test_the_seed_decides_and_nothing_else():
    frame, schema = _table()
    first, again, other = (split_rows(frame, schema, seed=seed) for seed in (7, 7, 8))
    assert (first.test == again.test).all()
    assert (first.validation == again.validation).all()
    assert (first.test != other.test).any()


def test_rows_with_the_same_identifier_stay_together():
    frame, schema = _table(400, person=[f"p{index // 4}" for index in range(400)])
    schema = schema.with_changes(identifier="person")
    splits = split_rows(frame, schema, seed=0)
    people = np.arange(400) // 4
    parts = [set(people[rows]) for rows in (splits.train, splits.validation, splits.test)]
    assert sum(len(part) for part in parts) == len(set.union(*parts))
    assert abs(len(splits.test) - 100) <= 16


def test_rows_without_an_identifier_are_on_their_own():
    frame, schema = _table(100, person=[None] * 100)
    splits = split_rows(frame, schema.with_changes(identifier="person"), seed=0)
    assert len(splits.test) == 25


def test_a_split_column_is_obeyed_and_validation_is_carved_out_of_training():
    words = np.array(["Train ", "TEST"])[(np.arange(400) >= 300).astype(int)]
    frame, schema = _table(400, part=words)
    splits = split_rows(frame, schema.with_changes(split="part"), seed=0)
    assert splits.test.tolist() == list(range(300, 400))
    assert (len(splits.train), len(splits.validation)) == (240, 60)
    assert "column 'part'" in splits.remarks[0]


def test_a_split_column_may_name_validation_rows_too():
    frame, schema = _table(300, part=np.repeat(["training", "dev", "holdout"], 100))
    splits = split_rows(frame, schema.with_changes(split="part"), seed=0)
    assert splits.validation.tolist() == list(range(100, 200))


def test_other_words_in_a_split_column_are_counted_not_quoted():
    frame, schema = _table(100, part=["train"] * 90 + ["secret"] * 7 + [None] * 3)
    with pytest.raises(TableError, match="something else in 10 rows") as caught:
        split_rows(frame, schema.with_changes(split="part"), seed=0)
    assert "secret" not in str(caught.value)


def test_the_latest_rows_are_for_test_and_the_next_latest_for_validation():
    frame, schema = _table(200)
    order = np.random.default_rng(1).permutation(200)
    splits = split_rows(take_rows(frame, order), schema, time_column="x", seed=0)
    times = [order[rows] for rows in (splits.train, splits.validation, splits.test)]
    assert times[0].max() < times[1].min() < times[1].max() < times[2].min()
    assert len(splits.test) == 50


def test_a_person_with_a_late_row_is_late_as_a_whole():
    frame, schema = _table(100, person=["p0", *[f"p{index}" for index in range(1, 99)], "p0"])
    splits = split_rows(frame, schema.with_changes(identifier="person"), time_column="x", seed=0)
    assert {0, 99} <= set(splits.test)


def test_rows_of_the_same_time_stay_on_one_side():
    frame = frame_from_columns({"t": [1] * 50 + [2] * 50, "y": [0, 1] * 50})
    schema = TableSchema((Column("t", "integer"), Column("y", "integer")), "y", favorable_outcome=(1,))
    with pytest.raises(TableError, match="validation rows"):
        # All the later half is test; of the earlier half nothing can be cut off without splitting a time.
        split_rows(frame, schema, time_column="t", validation_share=0.01, n_validation=0, seed=0)
    splits_times = frame_from_columns({"t": np.repeat([1, 2, 3], 40), "y": [0, 1] * 60})
    splits = split_rows(splits_times, schema, time_column="t", seed=0)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (40, 40, 40)


def test_a_missing_time_is_an_error():
    frame = frame_from_columns({"t": [1.0, None, 3.0, 4.0], "y": [0, 1, 0, 1]})
    schema = TableSchema((Column("t", "numeric"), Column("y", "integer")), "y", favorable_outcome=(1,))
    with pytest.raises(TableError, match="none in 1 rows"):
        split_rows(frame, schema, time_column="t", seed=0)


def test_rows_of_a_test_file_are_the_test_rows():
    frame, schema = _table(100)
    splits = split_rows(frame, schema, test_rows=np.arange(100) >= 80, seed=0)
    assert splits.test.tolist() == list(range(80, 100))


def test_a_person_in_both_files_breaks_the_protocol():
    frame, schema = _table(100, person=[f"p{index % 90}" for index in range(100)])
    schema = schema.with_changes(identifier="person")
    with pytest.raises(ProtocolError, match="10 identifiers in both"):
        split_rows(frame, schema, test_rows=np.arange(100) >= 90, validation_share=0.05, seed=0)


def test_shared_positions_break_the_protocol():
    frame, schema = _table(10)
    overlapping = Splits(np.arange(5), np.arange(5, 8), np.arange(4, 10))
    with pytest.raises(
        ProtocolError, match="1 rows in both training and test; 3 rows in both validation and test"
    ):
        check_disjoint(frame, schema, overlapping)


def test_equal_rows_on_both_sides_are_a_remark_not_an_error():
    frame = frame_from_columns({"x": [1, 1, 2, 3], "y": [1, 1, 0, 0]})
    schema = TableSchema((Column("x", "integer"), Column("y", "integer")), "y", favorable_outcome=(1,))
    remarks = check_disjoint(frame, schema, Splits(np.array([0]), np.array([2]), np.array([1, 3])))
    assert remarks == ("1 of 2 test rows have the values of a training row",)


def test_a_table_too_small_to_split_says_which_part_is_empty():
    frame = frame_from_columns({"x": [1], "y": [1]})
    schema = TableSchema((Column("x", "integer"), Column("y", "integer")), "y", favorable_outcome=(1,))
    with pytest.raises(TableError, match="training rows"):
        split_rows(frame, schema, seed=0)


def test_shares_out_of_range_are_named_together():
    frame, schema = _table(10)
    with pytest.raises(TableError, match="2 problems"):
        split_rows(frame, schema, test_share=1.0, validation_share=0.0, seed=0)


def test_adult_gives_the_sizes_of_the_studies(shared_data):
    from equitab.dataframe import read_table

    frame = read_table(shared_data / "adult" / "adult.parquet")
    columns = tuple(Column(name, "categorical") for name in frame.columns)
    schema = TableSchema(columns, "income", favorable_outcome=(">50K",), split="split")
    splits = split_rows(frame, schema, seed=0)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (26_048, 6_513, 16_281)


def test_test_rows_are_drawn_from_what_a_column_with_validation_rows_leaves():
    names = np.array(["train", "validation"])[(np.arange(400) % 5 == 0).astype(int)]
    frame, schema = _table(400, part=names)
    splits = split_rows(frame, replace(schema, split="part"), seed=0)
    assert sorted(splits.validation) == list(range(0, 400, 5))
    assert len(splits.test) == 80  # a quarter of the other 320
    assert not set(splits.test) & set(splits.validation)
