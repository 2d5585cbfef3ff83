"""SMOTE behind the protocol, and as a baseline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pytest

from equitab.dataframe import as_frame, concatenate, frame_from_columns
from equitab.errors import ConstraintError
from equitab.generators import Smote, load_generator, smote_balanced
from equitab.schema import Column, SensitiveFeature, TableSchema, parse_threshold

COLUMNS = (
    Column("a", "numeric"),
    Column("b", "numeric"),
    Column("job", "categorical"),
    Column("sex", "categorical"),
    Column("hired", "categorical"),
)
SCHEMA = TableSchema(
    COLUMNS, "hired", favorable_outcome=("yes",), sensitive_features=(SensitiveFeature("sex", reference="M"),)
)


def table(n_rows: int = 300, seed: int = 0) -> pa.Table:
    random = np.random.default_rng(seed)
    sex = random.choice(["F", "M"], n_rows, p=[0.3, 0.7])
    hired = np.where(random.random(n_rows) < 0.2 + 0.3 * (sex == "M"), "yes", "no")
    centre = 4.0 * (sex == "M") + 8.0 * (hired == "yes")
    return pa.table(
        {
            "a": centre + random.random(n_rows),
            "b": -centre + random.random(n_rows),
            "job": random.choice(["cook", "clerk"], n_rows).tolist(),
            "sex": sex.tolist(),
            "hired": hired.tolist(),
        }
    )


def cell(rows: Any) -> np.ndarray:
    return 4.0 * (np.array(rows["sex"].to_pylist()) == "M") + 8.0 * (
        np.array(rows["hired"].to_pylist()) == "yes"
    )


def test_rows_lie_between_rows_of_their_own_group_and_outcome() -> None:
    generator = Smote().fit(table(), SCHEMA, condition_on=("sex", "hired"), seed=0)
    drawn = generator.sample(given=table(200, seed=1).select(["sex", "hired"]), seed=2)
    inside = drawn["a"].to_numpy() - cell(drawn)
    assert 0 <= inside.min() <= inside.max() <= 1
    inside = drawn["b"].to_numpy() + cell(drawn)
    assert 0 <= inside.min() <= inside.max() <= 1


def test_outcomes_that_are_not_asked_for_keep_their_share_within_the_group() -> None:
    real = table(1_000)
    drawn = Smote().fit(real, SCHEMA, seed=0).sample(2_000, given={"sex": "F"}, seed=2)
    women = np.array(real["sex"].to_pylist()) == "F"
    expected = np.mean(np.array(real["hired"].to_pylist())[women] == "yes")
    share = np.mean(np.array(drawn["hired"].to_pylist()) == "yes")
    assert abs(share - expected) < 5 * np.sqrt(0.25 / 2_000)


@pytest.mark.parametrize(
    "kept",
    [("a", "b", "hired"), ("job", "sex", "hired"), ("a", "job", "hired")],
    ids=["numbers", "categories", "both"],
)
def test_every_mixture_of_kinds_works(kept: tuple[str, ...]) -> None:
    schema = TableSchema(
        tuple(column for column in COLUMNS if column.name in kept), "hired", favorable_outcome=("yes",)
    )
    drawn = Smote().fit(table().select(list(kept)), schema, seed=0).sample(40, seed=1)
    assert drawn.num_rows == 40
    assert drawn.column_names == list(kept)


def test_a_numeric_target_needs_no_cells() -> None:
    schema = TableSchema(COLUMNS, "a", favorable_threshold=parse_threshold(">=4"))
    drawn = Smote().fit(table(), schema, seed=0).sample(20, seed=1)
    assert drawn.num_rows == 20


def test_a_group_of_one_cannot_be_asked_for() -> None:
    real = table(100)
    one = pa.concat_tables(
        [real, pa.table({"a": [1.0], "b": [1.0], "job": ["pilot"], "sex": ["F"], "hired": ["no"]})]
    )
    generator = Smote().fit(one, SCHEMA, seed=0)
    with pytest.raises(ConstraintError, match=r"at least 2 training rows.*fewer in 1 of them") as caught:
        generator.sample(3, given={"job": "pilot"}, seed=0)
    assert "pilot" not in str(caught.value)


def test_numbers_cannot_be_conditioned_on() -> None:
    with pytest.raises(ConstraintError, match="condition_on 'a'"):
        Smote().fit(table(), SCHEMA, condition_on=("a",), seed=0)


def test_the_saved_folder_says_that_it_holds_training_rows(tmp_path: Path) -> None:
    weights = np.linspace(1, 2, 300)
    generator = Smote(n_neighbors=3).fit(table(), SCHEMA, sample_weight=weights, seed=0)
    assert any("weights decide" in remark for remark in generator.remarks_)
    generator.save(tmp_path / "smote")
    assert json.loads((tmp_path / "smote" / "generator.json").read_text())["stores_training_rows"] is True
    loaded: Any = load_generator(tmp_path / "smote")
    assert loaded.n_neighbors == 3
    assert loaded.remarks_ == generator.remarks_
    assert loaded.sample(30, seed=4).equals(generator.sample(30, seed=4))


def test_every_group_by_outcome_is_filled_to_the_largest() -> None:
    frame = as_frame(table())
    made = smote_balanced(frame, SCHEMA, seed=0)
    both = concatenate([frame, made.synthetic])
    counts = both.group_by("sex", "hired").agg(nw.len().alias("n"))["n"].to_list()
    assert len(set(counts)) == 1
    assert made.remarks == ()


def test_tiny_cells_are_filled_with_fewer_neighbors_or_left_with_a_remark() -> None:
    random = np.random.default_rng(0)
    frame = frame_from_columns(
        {
            "a": random.random(33),
            "sex": ["F"] * 3 + ["M"] * 30,
            "hired": ["yes", "no", "no", *(["yes", "no"] * 15)],
        }
    )
    columns = (Column("a", "numeric"), Column("sex", "categorical"), Column("hired", "categorical"))
    schema = TableSchema(
        columns, "hired", favorable_outcome=("yes",), sensitive_features=(SensitiveFeature("sex"),)
    )
    made = smote_balanced(frame, schema, seed=0)
    assert made.remarks == ("1 groups by outcome have one row and were not filled",)
    assert made.synthetic["sex"].to_list() == ["F"] * 13
    assert set(made.synthetic["hired"].to_list()) == {"no"}


def test_a_numeric_sensitive_feature_restricts_rows_to_its_group_and_is_set_exactly(tmp_path: Path) -> None:
    schema = SCHEMA.with_changes(
        sensitive_features=(SensitiveFeature("sex"), SensitiveFeature("a", bins=(5.0, 10.0)))
    )
    generator = Smote().fit(table(), schema, condition_on=("a", "sex"), seed=0)
    asked = pa.table({"a": [0.5, 4.5, 8.25, 12.5] * 10})
    drawn = generator.sample(given=asked, seed=1)
    assert drawn["a"].to_pylist() == asked["a"].to_pylist()
    b = drawn["b"].to_numpy()
    assert np.array_equal(np.digitize(-b + 0.5, [5.0, 10.0]), np.digitize(asked["a"].to_numpy(), [5.0, 10.0]))
    generator.save(tmp_path / "smote")
    assert load_generator(tmp_path / "smote").sample(given=asked, seed=1).equals(drawn)
