"""The chart of a promise over time."""

from __future__ import annotations

import re

import pytest

from equitab.report.charts.promise_chart import PromisePoint, draw_promise_chart


def draw(*points: PromisePoint) -> str:
    return draw_promise_chart(points, title="A promise", description="Checked some times.")


def point(verdict: str = "met", value: float | None = 0.05, **more: object) -> PromisePoint:
    held: dict = {"low": None, "high": None, "time": "2 May 2026", "value": value, "verdict": verdict, **more}
    return PromisePoint(**held)


def test_every_check_has_a_mark_and_its_interval_a_line() -> None:
    chart = draw(*(point(low=0.02, high=0.08) for _ in range(7)))
    assert len(re.findall('class="mark', chart)) == 7
    assert len(re.findall('class="interval', chart)) == 7


@pytest.mark.parametrize("n_points", [1, 2, 40])
def test_marks_stand_in_order_within_the_plot(n_points: int) -> None:
    chart = draw(*(point() for _ in range(n_points)))
    places = [float(x) for x in re.findall(r"translate\(([\d.]+) ", chart)]
    assert places == sorted(places)
    assert 44 <= places[0] <= places[-1] <= 348


def test_the_bound_is_inside_the_axis_and_steps_where_it_was_changed() -> None:
    chart = draw(point(at_most=0.2), point(at_most=0.2), point(at_most=0.1))
    lines = re.findall(r'class="ideal" d="M([\d.]+) ([\d.]+)H([\d.]+)"', chart)
    assert len(lines) == 2
    assert float(lines[0][2]) == pytest.approx(float(lines[1][0]), abs=0.2)
    assert float(lines[0][1]) < float(lines[1][1])
    assert "promised: ≤ 0.1" in chart


def test_bounds_on_both_sides_are_both_named() -> None:
    chart = draw(point(value=1.0, at_least=0.8, at_most=1.25))
    assert "promised: ≥ 0.8" in chart
    assert "promised: ≤ 1.25" in chart


def test_a_check_without_a_value_stands_below_the_axis() -> None:
    chart = draw(point(value=None, verdict="undetermined"), point(low=0.0, high=0.1))
    assert "no value" in chart
    heights = [float(y) for y in re.findall(r"translate\([\d.]+ ([\d.]+)\)", chart)]
    assert heights[0] > 140 > heights[1]


def test_verdicts_differ_by_shape_not_only_by_colour() -> None:
    shapes = {
        re.findall(r' d="(M-?[^"]+)" transform', draw(point(verdict)))[0]
        for verdict in ("met", "violated", "undetermined", "not applicable")
    }
    assert len(shapes) == 4


def test_names_are_escaped() -> None:
    assert "<script" not in draw(point(name="<script>alert(1)</script>", time="<script>"))
