"""Labels written for rows of anybody's making."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from equitab.errors import ConstraintError, NotFittedError, TableError
from equitab.generators import load_generator
from equitab.generators.similarity import SimilarityNetworkGenerator
from equitab.schema import Column, TableSchema, Threshold
from generators.similarity.test_generator import SCHEMA, fitted, people

ROWS = people(80, seed=9)


def test_labels_are_written_for_rows_of_anybodys_making_and_nothing_else_changes() -> None:
    mine = ROWS.drop(columns="level").assign(note="kept")
    before = mine.copy()
    found = fitted().label(mine, choice="most_likely", seed=0)
    assert found.table.columns.tolist() == ["sex", "pay", "job", "note", "level"]
    pd.testing.assert_frame_equal(found.table[mine.columns], before)
    pd.testing.assert_frame_equal(mine, before)
    assert (found.table["level"].to_numpy() == ROWS["level"].to_numpy()).mean() > 0.85
    assert found.label_certainty.shape == found.density.shape == (80,)


def test_a_target_that_is_there_is_replaced_and_not_looked_at() -> None:
    network = fitted()
    wrong = ROWS.assign(level=ROWS["level"].to_numpy()[::-1])
    one, other = (network.label(rows, seed=3).table["level"].tolist() for rows in (ROWS, wrong))
    assert one == other
    assert network.label(pl.from_pandas(ROWS), seed=3).table["level"].to_list() == one
    assert one != network.label(ROWS, seed=4).table["level"].tolist()  # labels are drawn


def test_the_choice_of_labels_is_the_generators_own_unless_another_is_said() -> None:
    sure = fitted(labels="most_likely")
    assert sure.label(ROWS, seed=1).table.equals(sure.label(ROWS, seed=2).table)
    with pytest.raises(ConstraintError, match="did you mean 'most_likely'"):
        sure.label(ROWS, choice="mostlikely", seed=0)  # type: ignore[arg-type]
    with pytest.raises(NotFittedError):
        SimilarityNetworkGenerator().label(ROWS, seed=0)


def test_a_table_whose_labels_are_mostly_missing_is_labelled_by_the_few() -> None:
    """Nine in ten unknown; propagation beats the most frequent label (half of all) on rows that nobody labelled."""
    table = people()
    is_unknown = np.random.default_rng(1).random(len(table)) < 0.9
    table.loc[is_unknown, "level"] = None
    found = fitted(table).label(table, choice="most_likely", seed=0).table
    truth = people()["level"]
    assert (found["level"] == truth)[is_unknown].mean() > 0.65
    assert found["level"].notna().all()


def test_numbers_are_labelled_with_numbers_of_real_people_near_by(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    size = random.uniform(0, 100, 300)
    table = pd.DataFrame({"size": size, "price": (10 * size + random.normal(0, 5, 300)).round()})
    columns = Column("size", "numeric"), Column("price", "integer")
    schema = TableSchema(columns, "price", favorable_threshold=Threshold(">=", 500.0))
    network = SimilarityNetworkGenerator().fit(table, schema, seed=0)
    labelled = network.label(table[["size"]], choice="most_likely", seed=0).table
    assert labelled["price"].corr(table["size"]) > 0.95
    assert set(labelled["price"]) <= set(table["price"])
    network.save(tmp_path / "network")
    again: Any = load_generator(tmp_path / "network")
    assert again.label(table[["size"]], choice="most_likely", seed=0).table.equals(labelled)


def test_a_column_that_another_one_determines_may_be_absent_or_wrong() -> None:
    """It takes no part in who is like whom."""
    table = people().assign(job_code=lambda rows: (rows["job"] == "chief").astype(int))
    schema = SCHEMA.with_changes(columns=(*SCHEMA.columns, Column("job_code", "integer")))
    network = SimilarityNetworkGenerator().fit(table, schema, seed=0)
    rows = table.drop(columns="level")
    expected = network.label(rows, seed=0).table["level"].tolist()
    assert network.label(rows.drop(columns="job_code"), seed=0).table["level"].tolist() == expected
    assert network.label(rows.assign(job_code=1), seed=0).table["level"].tolist() == expected


def test_rows_without_a_learned_column_are_refused_and_odd_ones_are_labelled() -> None:
    network = fitted()
    with pytest.raises(TableError, match="'pay'"):
        network.label(ROWS.drop(columns="pay"), seed=0)
    with pytest.raises(TableError, match="sex"):
        network.label(ROWS.assign(sex="X"), seed=0)
    assert network.label(ROWS.assign(job="astronaut"), seed=0).table["level"].notna().all()
    assert len(network.label(ROWS.iloc[:0], seed=0).table) == 0
