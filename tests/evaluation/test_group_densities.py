"""Laws of real and drawn rows beside each other, and of what is not said about few people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from equitab.dataframe import Frame, frame_from_columns, take_rows
from equitab.evaluation.group_columns import ClassValues, NumberValues, excess_variation, read_column
from equitab.evaluation.group_densities import group_densities
from equitab.evaluation.results import CurvePoint
from equitab.schema import Column, SensitiveFeature, TableSchema

SCHEMA = TableSchema(
    (
        Column("age", "integer"),
        Column("size", "numeric"),
        Column("gain", "integer"),
        Column("job", "categorical"),
        Column("entry", "datetime"),
        Column("sex", "categorical"),
        Column("y", "categorical"),
    ),
    "y",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex", "M"),),
)
SIZES = {("F", "yes"): 60, ("F", "no"): 150, ("M", "yes"): 200, ("M", "no"): 300}


def make_table(seed: int = 0, sizes: dict[tuple[str, str], int] = SIZES, shift: float = 0.0) -> Frame:
    rng = np.random.default_rng(seed)
    n = sum(sizes.values())
    return frame_from_columns(
        {
            "age": rng.integers(18, 80, n),
            "size": rng.normal(170, 10, n) + shift,
            "gain": np.where(rng.random(n) < 0.8, 0, rng.integers(1, 9999, n)),
            "job": rng.choice(["clerk", "nurse", "cook"], n),
            "entry": np.array(["2020-01-01", "2021-05-05"])[rng.integers(0, 2, n)],
            "sex": np.repeat([sex for sex, _ in sizes], list(sizes.values())),
            "y": np.repeat([y for _, y in sizes], list(sizes.values())),
        }
    )


REAL = make_table()


def curve(points: Sequence[CurvePoint], figure: str, series: str) -> dict[str, float]:
    return {one.x: one.y for one in points if one.figure == figure and one.series == series}


def notes(points: Sequence[CurvePoint]) -> list[tuple[str, str]]:
    return [(one.series, one.x) for one in points if one.figure == "group_notes"]


def with_values(frame: Frame, **columns: object) -> Frame:
    return frame_from_columns({**{name: frame.to_native()[name] for name in frame.columns}, **columns})


def test_a_table_beside_itself_has_the_same_curves_twice() -> None:
    """And inside of their band."""
    points = group_densities(REAL, REAL, SCHEMA)
    figures = {one.figure for one in points if one.figure != "group_notes"}
    assert figures >= {"group_density/age", "group_means/age"}
    for figure in figures - {"group_means/age", "group_means/size"}:
        for group in ("F × yes", "M × no"):
            real, drawn = (curve(points, figure, f"{kind}|{group}") for kind in ("real", "drawn"))
            assert real
            assert all(drawn[x] == pytest.approx(y) for x, y in real.items())
    banded = [one for one in points if one.low is not None and one.high is not None]
    assert all(one.low <= one.y <= one.high for one in banded if one.figure != "group_density/age")


def test_the_order_of_rows_changes_nothing() -> None:
    """Of either table."""
    order = np.random.default_rng(0).permutation(len(REAL))
    drawn = make_table(1)
    shuffled = group_densities(take_rows(REAL, order), take_rows(drawn, order), SCHEMA)
    plain = group_densities(REAL, drawn, SCHEMA)
    assert [(one.figure, one.series, one.x) for one in shuffled] == [
        (one.figure, one.series, one.x) for one in plain
    ]
    assert [one.y for one in shuffled] == pytest.approx([one.y for one in plain])


def test_a_group_of_nineteen_people_has_no_curve_and_one_of_twenty_has() -> None:
    """It is named, and its number is not."""
    real = make_table(sizes={**SIZES, ("F", "yes"): 19})
    points = group_densities(real, make_table(1), SCHEMA)
    assert notes(points) == [("too few real rows", "F × yes")]
    assert not [one for one in points if one.series.endswith("F × yes") and one.figure != "group_notes"]
    assert all(one.n == 0 for one in points if one.figure == "group_notes")
    assert not notes(group_densities(make_table(sizes={**SIZES, ("F", "yes"): 20}), make_table(1), SCHEMA))


def test_the_rarest_groups_are_shown_and_the_others_are_named() -> None:
    """Too few drawn rows are another reason."""
    drawn = make_table(1, sizes={**SIZES, ("F", "no"): 5})
    points = group_densities(REAL, drawn, SCHEMA, max_groups=2)
    assert notes(points) == [("too few drawn rows", "F × no"), ("left out", "M × no")]
    shown = {one.series.partition("|")[2] for one in points if one.figure == "group_density/age"}
    assert shown == {"F × yes", "M × yes"}


def test_ages_and_the_columns_that_differ_most_are_shown() -> None:
    """Dates have no picture, what makes up the groups needs none."""
    points = group_densities(REAL, make_table(1, shift=25.0), SCHEMA, max_columns=1)
    figures = {one.figure for one in points}
    assert figures == {"group_density/age", "group_means/age", "group_density/size", "group_means/size"}
    asked = group_densities(REAL, REAL, SCHEMA, columns=["job", "entry"])
    assert {one.figure for one in asked} == {"group_shares/job"}


def test_no_real_curve_is_drawn_where_fewer_than_ten_people_are_near() -> None:
    """A lone old person leaves no bump; drawn rows show all of theirs."""
    ages = np.where(np.arange(len(REAL)) % 50 == 0, 95, 20 + np.arange(len(REAL)) % 10)
    real = with_values(REAL, age=ages)
    points = group_densities(real, real, SCHEMA)
    drawn, shown = (curve(points, "group_density/age", f"{kind}|F × yes") for kind in ("drawn", "real"))
    far = [x for x in drawn if float(x) > 90]
    assert far
    assert not set(far) & set(shown)
    assert {x for x in drawn if 20 <= float(x) <= 29} <= set(shown)


def test_a_class_of_fewer_than_ten_people_of_the_group_is_not_named() -> None:
    """They count as others; the shares of each table sum to one."""
    jobs = np.array(REAL["job"].to_list())
    jobs[:9], jobs[60:71] = "spy", "judge"
    points = group_densities(with_values(REAL, job=jobs), REAL, SCHEMA, columns=["job"])
    first, second = (curve(points, "group_shares/job", f"real|F × {y}") for y in ("yes", "no"))
    assert "spy" not in first
    assert first["(other)"] == pytest.approx(9 / 60)
    assert second["judge"] == pytest.approx(11 / 150)
    assert sum(first.values()) == pytest.approx(1.0)
    assert sum(curve(points, "group_shares/job", "drawn|F × yes").values()) == pytest.approx(1.0)


def test_means_are_those_of_the_group() -> None:
    """By hand."""
    points = group_densities(REAL, REAL, SCHEMA, columns=["size"])
    sizes = np.array(REAL["size"].to_list())[:60]
    found = next(one for one in points if one.figure == "group_means/size" and one.x == "F × yes")
    assert (found.y, found.n) == (pytest.approx(sizes.mean()), 60)
    reach = 1.959964 * sizes.std(ddof=1) / np.sqrt(60)
    assert (found.low, found.high) == pytest.approx((sizes.mean() - reach, sizes.mean() + reach))


def test_a_number_that_most_have_in_common_becomes_classes() -> None:
    """What is below it, it, and what is above it; a few numbers are classes as they are."""
    gain = read_column(REAL, REAL, SCHEMA, SCHEMA.column("gain"))
    assert isinstance(gain, ClassValues)
    assert gain.names == ("below 0", "0", "above 0")
    few = with_values(REAL, gain=np.arange(len(REAL)) % 4)
    assert read_column(few, few, SCHEMA, SCHEMA.column("gain")).names == ("0", "1", "2", "3")  # type: ignore[union-attr]
    assert isinstance(read_column(REAL, REAL, SCHEMA, SCHEMA.column("age")), NumberValues)


def test_without_sensitive_features_there_is_no_group_to_show() -> None:
    """And nothing is said."""
    plain = TableSchema(SCHEMA.columns, "y", favorable_outcome=("yes",))
    assert group_densities(REAL, REAL, plain) == []


def test_chance_alone_is_no_difference() -> None:
    """On average; a real shift is one."""
    rng = np.random.default_rng(0)
    alike = [excess_variation(rng.integers(0, 5, 200), rng.integers(0, 5, 300)) for _ in range(200)]
    assert np.mean(alike) == pytest.approx(0.0, abs=0.01)
    assert excess_variation(rng.integers(0, 5, 200), rng.integers(1, 6, 300)) > 0.1
