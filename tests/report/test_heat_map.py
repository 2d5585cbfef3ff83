"""Heat maps: a square for each pair, its shade and its words."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from equitab.report.charts.heat_map import draw_heat_map

SVG = ElementTree.fromstring(
    draw_heat_map(
        {("age", "sex"): 0.25, ("sex", "<50K"): 0.5},
        ["age", "sex", "<50K"],
        ringed=[("sex", "<50K")],
        title="Pairs",
        description="Darker is stronger.",
    )
)
SHADES = {square.find("title").text: float(square.attrib["fill-opacity"]) for square in SVG.iter("rect")}  # type: ignore[union-attr]


def test_every_known_pair_has_a_square_in_both_orders_and_says_its_value() -> None:
    """Two pairs and three names with themselves: the pair without a value is left empty."""
    assert SHADES == {
        "age, age: 1.000": 1.0,
        "sex, sex: 1.000": 1.0,
        "<50K, <50K: 1.000": 1.0,
        "age, sex: 0.250": 0.25,
        "sex, age: 0.250": 0.25,
        "sex, <50K: 0.500": 0.5,
        "<50K, sex: 0.500": 0.5,
    }


def test_ringed_pairs_have_a_ring_in_both_orders() -> None:
    """And no other pair."""
    assert len(list(SVG.iter("circle"))) == 2


def test_a_pair_of_absent_names_gets_no_ring() -> None:
    """Nothing is drawn where nothing is."""
    chart = draw_heat_map({}, ["age"], ringed=[("sex", "age")], title="t", description="d")
    assert "<circle" not in chart
