"""Laws of training tables on one plane: no person is a mark, the same rows are in the same place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from equitab.dataframe import Frame, concatenate, frame_from_columns, take_rows
from equitab.errors import TableError
from equitab.evaluation.panel_rows import MAX_DRAWN_ROWS, MAX_REAL_ROWS, choose_rows
from equitab.evaluation.projection import project_tables
from equitab.evaluation.results import CurvePoint
from equitab.schema import Column, SensitiveFeature, TableSchema

SCHEMA = TableSchema(
    (
        Column("a", "numeric"),
        Column("b", "numeric"),
        Column("sex", "categorical"),
        Column("y", "boolean"),
    ),
    "y",
    favorable_outcome=(True,),
    sensitive_features=(SensitiveFeature("sex", "M"),),
)


def make_table(n: int, seed: int = 0, shift: float = 0.0) -> Frame:
    rng = np.random.default_rng(seed)
    return frame_from_columns(
        {
            "a": rng.normal(size=n) + shift,
            "b": rng.normal(size=n),
            "sex": np.where(rng.random(n) < 0.3, "F", "M"),
            "y": rng.random(n) < 0.4,
        }
    )


REAL = make_table(400)
DRAWN = make_table(120, seed=1)


def project(**tables: Frame) -> list[CurvePoint]:
    return project_tables(tables, SCHEMA, method="pca")


def select(points: Sequence[CurvePoint], table: str, *series: str) -> list[CurvePoint]:
    return [one for one in points if one.figure == f"projection/pca/{table}" and one.series in series]


def facts(points: Sequence[CurvePoint], table: str) -> dict[str, float]:
    return {one.x: one.y for one in select(points, table, "facts")}


def test_real_rows_are_counted_and_drawn_rows_are_points() -> None:
    """All are accounted for."""
    points = project(original=REAL, augmented=concatenate([REAL, DRAWN]))
    found = facts(points, "augmented")
    hexagons = select(points, "augmented", "real", "real wide")
    assert (found["real"], found["drawn"], found["copies"]) == (400, 120, 0)
    assert sum(one.n for one in hexagons) == found["real shown"] == 400 - found["real hidden"]
    assert len(select(points, "augmented", "drawn")) == found["drawn shown"] == 120


def test_no_hexagon_holds_fewer_than_ten_people_and_no_one_lies_outside_of_the_frame() -> None:
    """In no layer of any table."""
    points = project(original=REAL, part=take_rows(REAL, np.arange(60)), synthetic=make_table(200, 2, 30.0))
    assert min(one.n for one in points if one.series in ("real", "real wide")) >= 10
    drawn = select(points, "synthetic", "drawn")
    assert all(0 <= float(one.x) <= 1 and 0 <= one.y <= 1 for one in drawn)
    assert max(float(one.x) for one in drawn) == 1.0


def test_a_table_of_fewer_than_ten_people_shows_none_of_them() -> None:
    """Nor does a copy of one of them, made a hundred times."""
    few = take_rows(REAL, np.arange(9))
    points = project(original=few, copied=take_rows(few, np.zeros(100, dtype=np.int64)))
    assert not [one for one in points if one.series != "facts"]
    assert facts(points, "copied")["copies"] == 99


def test_a_drawn_row_that_equals_a_real_one_is_counted_with_the_people() -> None:
    """A generator that copies shows no points."""
    points = project_tables(
        {"original": REAL, "synthetic": REAL}, SCHEMA, is_real={"synthetic": np.zeros(400)}, method="pca"
    )
    assert not select(points, "synthetic", "drawn")
    assert facts(points, "synthetic")["copies"] == 400


def test_the_same_people_are_in_the_same_hexagons_of_every_table() -> None:
    """Also when their rows are in another order."""
    order = np.random.default_rng(3).permutation(400)
    points = project(original=REAL, shuffled=take_rows(REAL, order))
    first, second = (
        [(one.series, one.x, one.y, one.n) for one in select(points, name, "real", "real wide")]
        for name in ("original", "shuffled")
    )
    assert first
    assert second == first


def test_other_tables_do_not_move_the_plane() -> None:
    """It is learned from the first."""
    alone = project(original=REAL)
    beside = project(original=REAL, synthetic=make_table(300, 5, shift=9.0))
    assert select(beside, "original", "real", "real wide") == select(alone, "original", "real", "real wide")


def test_copies_make_hexagons_darker() -> None:
    """Each person is counted as often as the table holds them."""
    points = project(original=REAL, doubled=concatenate([REAL, REAL]))
    once, twice = (select(points, name, "real") for name in ("original", "doubled"))
    assert [one.n for one in twice] == [2 * one.n for one in once]
    assert facts(points, "doubled")["copies"] == 400


def test_people_whom_the_first_table_lacks_are_people_where_it_is_said() -> None:
    """The balanced original: real rows beyond those that were kept."""
    few = take_rows(REAL, np.arange(200))
    points = project_tables(
        {"imbalanced": few, "balanced": REAL}, SCHEMA, is_real={"balanced": np.ones(400)}, method="pca"
    )
    assert (facts(points, "balanced")["real"], facts(points, "balanced")["copies"]) == (400, 0)
    assert not select(points, "balanced", "drawn")


def test_the_same_seed_chooses_the_same_rows_of_a_large_table() -> None:
    """No more than asked for, and those of a part are mostly those of the whole."""
    large = make_table(4000, seed=7)
    first, again = (choose_rows(large, SCHEMA, reference=large, seed=0) for _ in range(2))
    assert first.real.to_native().equals(again.real.to_native())
    assert first.n_shown == MAX_REAL_ROWS
    half = take_rows(large, np.arange(2000))
    part = choose_rows(half, SCHEMA, reference=large, seed=0)
    whole = set(first.real["a"].to_list())
    in_half = {value for value in half["a"].to_list() if value in whole}
    assert in_half <= set(part.real["a"].to_list())
    other = choose_rows(make_table(4000, seed=8), SCHEMA, reference=large, seed=0)
    assert (len(other.drawn), other.n_drawn) == (MAX_DRAWN_ROWS, 4000)


def test_without_a_table_or_a_real_row_there_is_no_picture() -> None:
    """And the message says what is missing."""
    with pytest.raises(TableError, match="at least one training table"):
        project_tables({}, SCHEMA)
    with pytest.raises(TableError, match="real rows in the first table"):
        project_tables({"empty": take_rows(REAL, np.zeros(0, dtype=np.int64))}, SCHEMA)
