"""How far rows are from real ones: by hand, with anything missing, and the same whatever the order of calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equitab.dataframe import Frame, frame_from_columns, take_rows
from equitab.generators.similarity import RealNeighborhood
from equitab.schema import Column, TableSchema

SCHEMA = TableSchema(
    (
        Column("id", "categorical"),
        Column("age", "integer", has_missing=True),
        Column("job", "categorical", has_missing=True),
        Column("hired", "categorical", has_missing=True),
    ),
    "hired",
    favorable_outcome=("yes",),
    identifier="id",
    missing_tokens=("?",),
)


def table(ages: list[Any], jobs: list[Any], hired: list[Any] | None = None) -> Frame:
    names = [f"person {place}" for place in range(len(ages))]
    outcomes = ["yes", "no"] * len(ages) if hired is None else hired
    return frame_from_columns(
        {"id": names, "age": ages, "job": jobs, "hired": outcomes[: len(ages)]},
        types={"age": "float64", "job": "string"},
    )


def test_distances_are_gowers_over_all_columns_but_target_and_identifier() -> None:
    """Ages have a range of 40: 0.25 apart, or in another job, over two columns."""
    around = RealNeighborhood.of(table([20, 30, 60], ["a", "a", "b"]), SCHEMA, n_neighbors=1)
    assert around.own_distances.tolist() == pytest.approx([0.125, 0.125, 0.875])
    assert around.farthest == pytest.approx(0.875)
    strangers = table([20, 40, 100], ["a", "c", "b"], ["yes"] * 3)
    assert around.mean_distances(strangers).tolist() == pytest.approx([0.0, 0.625, 0.0])


def test_missing_values_are_left_out_and_tokens_are_missing() -> None:
    around = RealNeighborhood.of(table([20, 60], ["a", "b"]), SCHEMA, n_neighbors=1)
    strangers = table([None, 30, None], ["a", "?", None])
    assert around.mean_distances(strangers).tolist() == pytest.approx([0.0, 0.25, 1.0])


def test_people_who_can_be_compared_with_nobody_count_as_usual_and_move_no_bound() -> None:
    around = RealNeighborhood.of(table([20, 30, 60, None], ["a", "a", "b", "?"]), SCHEMA, n_neighbors=1)
    assert around.is_alone.tolist() == [False, False, False, True]
    assert around.own_distances[3] == pytest.approx(0.125)
    assert around.farthest == pytest.approx(0.875)


def test_one_row_and_a_table_without_features_say_nothing_about_anybody() -> None:
    alone = RealNeighborhood.of(table([20], ["a"]), SCHEMA)
    assert alone.own_distances.tolist() == [1.0]
    only_target = TableSchema((Column("hired", "categorical"),), "hired", favorable_outcome=("yes",))
    frame = frame_from_columns({"hired": ["yes", "no"] * 10})
    around = RealNeighborhood.of(frame, only_target)
    assert set(around.mean_distances(frame)) == {1.0}
    assert set(around.sparseness(around.own_distances, 1.0)) == {1.0}


def test_what_is_sought_grows_with_distance_to_a_power_and_ends_at_the_farthest_real_person() -> None:
    around = RealNeighborhood.of(table([20, 30, 60], ["a", "a", "b"]), SCHEMA, n_neighbors=1)
    distances = np.array([0.0, 0.4375, 0.875, 0.9])
    assert around.sparseness(distances, 2.0).tolist() == pytest.approx(
        [(0.0125 / 0.875) ** 2, 0.25, 1.0, 0.0]
    )
    assert around.sparseness(distances, 0.0).tolist() == [1.0, 1.0, 1.0, 0.0]
    assert np.isfinite(around.sparseness(distances, 500.0)).all()


def test_duplicates_are_sought_alike() -> None:
    around = RealNeighborhood.of(table([20] * 30, ["a"] * 30), SCHEMA)
    assert around.farthest == 0.0
    assert set(around.sparseness(around.own_distances, 1.0)) == {1.0}


@pytest.mark.parametrize("n_rows", [300, 4_600])
def test_rows_keep_their_distances_in_any_company(n_rows: int) -> None:
    """Exactly searched or approximately: a row's distance does not depend on which others are asked for."""
    random = np.random.default_rng(0)
    ages, jobs = random.normal(40, 10, n_rows).tolist(), random.choice(list("abc"), n_rows).tolist()
    around = RealNeighborhood.of(table(ages, jobs), SCHEMA, seed=3)
    assert around.is_exact == (n_rows == 300)
    strangers = table(random.normal(40, 10, 50).tolist(), random.choice(list("abc"), 50).tolist())
    together = around.mean_distances(strangers)
    apart = [float(around.mean_distances(take_rows(strangers, np.array([place])))[0]) for place in range(5)]
    assert apart == together[:5].tolist()
