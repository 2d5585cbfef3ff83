"""How hard a table is to learn from: what a frame and its schema become, and what is said about draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from equitab.dataframe import Frame, frame_from_columns, take_rows
from equitab.errors import InputError, TableError
from equitab.evaluation import Measurement, measure_complexity
from equitab.evaluation import complexity as module
from equitab.metrics import METRICS, definitions_with
from equitab.schema import Column, TableSchema

from .conftest import make_people

NAMES = [definition.name for definition in definitions_with(family="complexity")]
OF_CLASSES = {
    "complexity_c2",
    "complexity_f4",
    "complexity_density",
    "complexity_clustering",
    "complexity_hubs",
}


def by_name(frame: Frame, schema: TableSchema, **options: int | str) -> dict[str, Measurement]:
    return {found.metric: found for found in measure_complexity(frame, schema, seed=0, **options)}


def numbers_of(frame: Frame, schema: TableSchema, **options: int | str) -> list[float | None]:
    return [found.value for found in measure_complexity(frame, schema, seed=0, **options)]


def small(n_rows: int = 40, **more: list[object]) -> tuple[Frame, TableSchema]:
    """Return a table in which x tells y, and its schema."""
    columns = {"x": list(range(n_rows)), "y": [place >= n_rows * 3 // 4 for place in range(n_rows)], **more}
    known = (Column("x", "integer"), Column("y", "boolean"))
    kinds = tuple(Column(name, "categorical", has_missing=True) for name in more)
    return frame_from_columns(columns), TableSchema((*known, *kinds), "y", favorable_outcome=(True,))


def test_all_measures_are_there_with_stage_treatment_and_range() -> None:
    frame, schema = make_people(200)
    found = measure_complexity(frame, schema, treatment="augmented", generator_seed=3, seed=0)
    assert [one.metric for one in found] == NAMES
    assert {(one.stage, one.treatment, one.generator_seed, one.n) for one in found} == {
        ("complexity", "augmented", 3, 200)
    }
    assert all(METRICS[one.metric].lowest <= one.value <= METRICS[one.metric].highest for one in found)
    assert all(one.reason for one in found if one.low is None)
    assert {one.metric for one in found if one.low is not None} == {
        "complexity_c2",
        "complexity_density",
        "complexity_clustering",
    }


def test_a_column_that_tells_the_outcome_leaves_no_overlap() -> None:
    found = by_name(*small())
    assert found["complexity_f4"].value == 0.0
    assert found["complexity_c2"].value == pytest.approx(0.4)  # 30 and 10
    assert found["complexity_t2"].value == 1 / 40
    # near: up to 5 of 39 apart. Pairs of 30 rows: 145 - 10 = 5 * 30 - 15; of 10 rows: 5 * 10 - 15 = 35
    assert found["complexity_density"].value == pytest.approx(1 - (135 + 35) / 780)


def test_columns_of_one_value_weights_and_identifiers_play_no_part() -> None:
    frame, schema = small(40)
    expected = numbers_of(frame, schema)
    more, wider = small(40, one=["same"] * 40, none=[None] * 40, name=[f"p{place}" for place in range(40)])
    assert numbers_of(more, replace(wider, identifier="name")) == expected


@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_and_columns_and_names_of_outcomes_play_no_part(seed: int) -> None:
    frame, schema = make_people(120, seed)
    expected = pytest.approx(numbers_of(frame, schema), abs=1e-6)
    assert numbers_of(take_rows(frame, np.random.default_rng(seed).permutation(120)), schema) == expected
    turned = replace(schema, columns=schema.columns[::-1])
    assert numbers_of(frame.select(frame.columns[::-1]), turned) == expected
    held = frame.to_native().to_pydict()
    renamed = {**held, "hired": [{"yes": "a", "no": "b"}[value] for value in held["hired"]]}
    assert numbers_of(frame_from_columns(renamed), replace(schema, favorable_outcome=("a",))) == expected


def test_rows_without_an_outcome_are_left_out_and_counted() -> None:
    frame, schema = make_people(60)
    held = frame.to_native().to_pydict()
    some = {**held, "hired": [None if place < 7 else value for place, value in enumerate(held["hired"])]}
    found = measure_complexity(frame_from_columns(some), schema, seed=0)
    rest = numbers_of(take_rows(frame, np.arange(7, 60)), schema)
    assert [one.value for one in found] == rest
    assert all("7 rows without a target left out" in one.reason and one.n == 53 for one in found)


def test_one_outcome_only_is_undefined_with_the_reason_and_dimensions_are_not() -> None:
    frame, schema = small()
    found = by_name(take_rows(frame, np.arange(20)), schema)
    assert {name for name, one in found.items() if one.status == "undefined"} == OF_CLASSES
    assert {found[name].reason for name in OF_CLASSES} == {
        "all rows have the same outcome: nothing to tell apart"
    }


def test_two_rows_duplicates_and_missing_values_are_measured() -> None:
    frame, schema = small(2)
    assert None not in numbers_of(take_rows(frame, np.array([0, 1])), schema)
    frame, schema = small(40, word=[None, "a"] * 20)
    twice = take_rows(frame, np.repeat(np.arange(40), 2))
    once, doubled = by_name(frame, schema), by_name(twice, schema)
    assert None not in [one.value for one in doubled.values()]
    assert doubled["complexity_c2"].value == once["complexity_c2"].value
    assert doubled["complexity_f4"].value == once["complexity_f4"].value
    assert (
        doubled["complexity_density"].value < once["complexity_density"].value
    )  # copies are near to each other


def test_no_rows_are_undefined() -> None:
    frame, schema = small()
    assert {one.reason for one in measure_complexity(take_rows(frame, np.arange(0)), schema, seed=0)} == {
        "no rows"
    }


def test_every_value_of_the_target_is_an_outcome_until_there_are_too_many() -> None:
    def levels(n: int) -> tuple[Frame, TableSchema]:
        frame = frame_from_columns(
            {"x": list(range(120)), "pay": [f"level {place % n}" for place in range(120)]}
        )
        columns = (Column("x", "integer"), Column("pay", "categorical"))
        return frame, TableSchema(columns, "pay", favorable_outcome=("level 0",))

    assert by_name(*levels(20))["complexity_c2"].value == 0.0
    found = by_name(*levels(24))["complexity_c2"]
    assert found.value == pytest.approx(1 - 1 / (0.5 * (5 / 115 + 115 / 5)))
    assert "24 outcomes are too many" in found.reason


def test_a_target_with_a_threshold_has_two_outcomes() -> None:
    from equitab.schema import parse_threshold

    frame, schema = small()
    numeric = TableSchema(
        (Column("y", "boolean"), Column("x", "integer")), "x", favorable_threshold=parse_threshold(">= 30")
    )
    assert by_name(frame, numeric)["complexity_c2"].value == pytest.approx(0.4)
    assert schema.target == "y"


def test_large_tables_are_measured_on_a_draw_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, schema = make_people(400)
    whole = by_name(frame, schema)
    monkeypatch.setattr(module, "MAX_DIMENSION_ROWS", 200)
    found = by_name(frame, schema, max_rows=100, max_overlap_rows=300)
    drawn = {name: one.reason.rpartition("measured on ")[2] for name, one in found.items()}
    assert drawn == {
        "complexity_c2": "",
        "complexity_f4": "300 of 400 rows",
        **dict.fromkeys(("complexity_t2", "complexity_t3", "complexity_t4"), "200 of 400 rows"),
        **dict.fromkeys(
            ("complexity_density", "complexity_clustering", "complexity_hubs"), "100 of 400 rows"
        ),
    }
    assert found["complexity_density"].n == 100
    assert found["complexity_t2"].value == whole["complexity_t2"].value
    assert by_name(frame, schema, max_rows=100, max_overlap_rows=300) == found


def test_density_of_a_draw_is_that_of_the_table() -> None:
    frame, schema = make_people(600)
    whole = by_name(frame, schema)["complexity_density"].value
    part = by_name(frame, schema, max_rows=200)["complexity_density"]
    assert part.low < whole < part.high


def test_what_can_not_be_measured_is_said() -> None:
    frame, schema = small()
    with pytest.raises(TableError, match="a column besides the target"):
        measure_complexity(frame.select("y"), replace(schema, columns=schema.columns[1:]), seed=0)
    for max_rows in (1, 20_001):
        with pytest.raises(InputError, match="from 2 to 20,000"):
            measure_complexity(frame, schema, max_rows=max_rows, seed=0)
    with pytest.raises(TableError, match="max_overlap_rows"):
        measure_complexity(frame, schema, max_overlap_rows=1, seed=0)
