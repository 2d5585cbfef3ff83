from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitab.report.charts.bar_chart import BarPair, draw_bar_pairs
from equitab.report.charts.interval_plot import IntervalGroup, IntervalRow, draw_interval_plot
from equitab.report.charts.line_chart import Line, LinePoint, Panel, draw_line_chart
from equitab.report.charts.marks import MarkStyle, style_of
from equitab.report.charts.scales import fit_scale
from equitab.report.charts.scatter_chart import ScatterPoint, draw_scatter
from equitab.report.charts.svg import CHART_WIDTH, Markup, element, shorten

STYLE = MarkStyle("t0", "circle")
TREATMENTS = (
    "original",
    "augmented",
    "reweighed",
    "augmented_reweighed",
    "smote_nc",
    "threshold_optimizer",
    "synthetic",
    "random_oversampling",
    "random_undersampling",
    "unguided",
)


def make_row(**changes: object) -> IntervalRow:
    fields: dict = {
        "label": "Original",
        "value": 0.1,
        "low": 0.05,
        "high": 0.15,
        "value_text": "0.100",
        "style": STYLE,
    }
    return IntervalRow(**{**fields, **changes})


def draw_rows(*rows: IntervalRow, **options: object) -> ElementTree.Element:
    chart = draw_interval_plot((IntervalGroup("", rows),), title="T", description="D", **options)  # type: ignore[arg-type]
    return ElementTree.fromstring(chart)


def find_classes(chart: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [part for part in chart.iter() if name in part.get("class", "").split()]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_a_scale_holds_every_value_between_its_ends(values: list[float]) -> None:
    scale = fit_scale(values, 10.0, 110.0)
    for value in values:
        assert 10.0 - 1e-6 <= scale.position(value) <= 110.0 + 1e-6


@given(st.lists(st.floats(-1e3, 1e3), min_size=1))
def test_ticks_are_few_and_rise(values: list[float]) -> None:
    ticks = fit_scale(values, 0.0, 1.0).ticks
    assert 2 <= len(ticks) <= 8
    assert list(ticks) == sorted(set(ticks))


def test_a_scale_passes_over_missing_values_and_works_without_any() -> None:
    assert fit_scale([None, math.nan, math.inf], 0.0, 1.0).ticks[0] == 0.0
    assert fit_scale([None, 3.0], 0.0, 1.0).low <= 3.0


def test_a_reversed_scale_puts_high_values_on_top() -> None:
    scale = fit_scale([0.0, 1.0], 100.0, 0.0)
    assert scale.position(1.0) == 0.0


def test_tick_labels_do_not_show_a_negative_zero_and_shorten_thousands() -> None:
    assert "0.0" in [
        fit_scale([-0.2, 0.2], 0, 1).tick_label(tick) for tick in fit_scale([-0.2, 0.2], 0, 1).ticks
    ]
    scale = fit_scale([0.0, 100000.0], 0, 1)
    assert scale.tick_label(20000.0) == "20k"


def test_text_and_attributes_are_escaped() -> None:
    assert element("text", "<b>&") == "<text>&lt;b&gt;&amp;</text>"
    assert element("text", "a", id='"><script>') == '<text id="&quot;&gt;&lt;script&gt;">a</text>'
    assert element("g", Markup("<path/>")) == "<g><path/></g>"


def test_a_shortened_text_says_so_and_a_short_one_is_left_alone() -> None:
    assert shorten("sex", 60) == "sex"
    assert shorten("x" * 80, 60).endswith("…")
    assert len(shorten("漢" * 80, 60)) < len(shorten("x" * 80, 60))


def test_a_shortened_label_keeps_its_full_text_for_pointing_at_it() -> None:
    chart = draw_rows(make_row(label="a very long name of a group of people"))
    assert "a very long name of a group of people" in [part.text for part in chart.iter("{*}title")] or any(
        part.text == "a very long name of a group of people" for part in chart.iter("title")
    )


def test_every_treatment_has_a_shape_and_dashes_of_its_own() -> None:
    styles = [style_of(treatment) for treatment in TREATMENTS]
    assert len({style.shape for style in styles}) == len(styles)
    assert len({style.dashes for style in styles}) == len(styles)


def test_an_unknown_treatment_always_looks_the_same() -> None:
    assert style_of("my_own") == style_of("my_own")


def test_an_interval_spans_from_its_low_to_its_high_end() -> None:
    chart = draw_rows(make_row(value=0.5, low=0.0, high=1.0), make_row(value=0.5, low=0.25, high=0.75))
    wide, narrow = (part.get("d", "") for part in find_classes(chart, "interval"))

    def length(path: str) -> float:
        start, end = path.removeprefix("M").split("H")
        return float(end) - float(start.split()[0])

    assert length(wide) == pytest.approx(2 * length(narrow), abs=0.3)


def test_an_undefined_value_leaves_no_mark_but_says_undefined() -> None:
    chart = draw_rows(make_row(), make_row(value=None, low=None, high=None, value_text="undefined"))
    assert len(find_classes(chart, "mark")) == 1
    assert [part.text for part in find_classes(chart, "missing")] == ["undefined"]


def test_a_chart_of_nothing_but_undefined_values_can_be_drawn() -> None:
    chart = draw_rows(make_row(value=None, low=None, high=None, value_text="undefined"))
    assert not find_classes(chart, "mark")


def test_the_band_never_leaves_the_plot() -> None:
    chart = draw_rows(make_row(), ideal=0.0, band=(-5.0, 5.0))
    (band,) = find_classes(chart, "band")
    assert float(band.get("x", "-1")) >= 0
    assert float(band.get("x", "0")) + float(band.get("width", "0")) <= CHART_WIDTH


def test_every_chart_says_in_words_what_it_shows() -> None:
    chart = draw_rows(make_row())
    assert [chart[0].tag, chart[0].text, chart[1].tag, chart[1].text] == ["title", "T", "desc", "D"]
    assert chart.get("role") == "img"


def test_a_line_is_drawn_in_the_order_of_its_positions() -> None:
    line = Line("a", STYLE, (LinePoint(0.9, 1.0), LinePoint(0.1, 0.0), LinePoint(0.5, 0.5)))
    chart = ElementTree.fromstring(
        draw_line_chart((Panel("P", (line,)),), x_title="x", title="T", description="D")
    )
    drawn = next(part.get("d", "") for part in find_classes(chart, "line") if "L" in part.get("d", ""))
    places = [float(pair.split()[0]) for pair in drawn.removeprefix("M").split("L")]
    assert places == sorted(places)


def test_the_chosen_threshold_is_marked_once_in_each_panel() -> None:
    line = Line("a", STYLE, (LinePoint(0.1, 0.0), LinePoint(0.5, 0.5)), chosen_x=0.45)
    panels = (Panel("P", (line,)), Panel("Q", (line,)))
    chart = draw_line_chart(panels, x_title="x", title="T", description="D", has_legend=False)
    assert len(find_classes(ElementTree.fromstring(chart), "mark")) == 2


def test_a_line_without_points_draws_no_path() -> None:
    chart = draw_line_chart((Panel("P", (Line("a", STYLE, ()),)),), x_title="", title="T", description="D")
    assert "NaN" not in chart
    assert "nan" not in chart


def test_bars_are_as_long_as_their_shares() -> None:
    chart = ElementTree.fromstring(
        draw_bar_pairs((BarPair("a", 0.4, 0.2), BarPair("b", None, 0.1)), title="T", description="D")
    )
    (real,) = find_classes(chart, "solid")
    first, second = find_classes(chart, "outlined")
    assert float(real.get("width", "")) == pytest.approx(2 * float(first.get("width", "")), abs=0.2)
    assert float(first.get("width", "")) == pytest.approx(2 * float(second.get("width", "")), abs=0.2)


def test_faint_points_have_neither_interval_nor_tag() -> None:
    faint = ScatterPoint(x=0.7, y=0.1, low=0.0, high=0.2, tag="t", style=STYLE, is_faint=True)
    clear = ScatterPoint(x=0.8, y=0.1, low=0.0, high=0.2, tag="this", style=STYLE)
    chart = ElementTree.fromstring(
        draw_scatter(
            (clear, faint),
            legend=(),
            x_title="x",
            y_title="y",
            band=(0.0, 0.05),
            title="T",
            description="D",
        )
    )
    assert len(find_classes(chart, "interval")) == 1
    assert [part.text for part in find_classes(chart, "halo")] == ["this"]
    assert len(find_classes(chart, "mark")) == 2
