"""Pictures of rows are drawn from curve points: counts, points, curves, and words about what is not shown."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from equitab.evaluation.results import CurvePoint
from equitab.report import ReportContents, render_evaluation, render_report
from equitab.report.charts.density_chart import DensityPanel, draw_densities
from equitab.report.charts.line_chart import LinePoint
from equitab.report.charts.plane_chart import Hexagon, PlaneFrame, PlanePanel, draw_plane_panels, draw_planes
from equitab.report.charts.svg import Markup
from equitab.report.picture_figures import PICTURE_KINDS, lay_out_pictures
from equitab.report.standalone_chart import standalone_svg

FRAME = PlaneFrame(0.1, 10, (Hexagon(0.5, 0.5, 12),))


def classes(chart: str, name: str) -> list[ElementTree.Element]:
    return [one for one in ElementTree.fromstring(chart).iter() if name in one.get("class", "").split()]


def texts(chart: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(chart).iter() if one.tag == "text"]


def plane_points(name: str, *, method: str = "umap") -> list[CurvePoint]:
    figure = f"projection/{method}/{name}"
    facts = {"width": 0.1, "real": 22, "real shown": 12, "real hidden": 10, "drawn": 2, "drawn shown": 2}
    return [
        CurvePoint(figure=figure, series="real", x="0.5", y=0.5, n=12),
        CurvePoint(figure=figure, series="drawn", x="0.25", y=0.75, n=1),
        CurvePoint(figure=figure, series="drawn", x="0.9", y=0.1, n=1),
        *(CurvePoint(figure=figure, series="facts", x=key, y=float(value)) for key, value in facts.items()),
    ]


def density_points(places: list[float]) -> list[CurvePoint]:
    figure = "group_density/age"
    return [
        *(
            CurvePoint(figure=figure, series="real|F × in", x=f"{x:g}", y=0.1, low=0.05, high=0.2, n=60)
            for x in places
        ),
        *(
            CurvePoint(figure=figure, series="drawn|F × in", x=f"{x:g}", y=0.2, n=4000)
            for x in (1, 2, 3, 4, 5, 6)
        ),
        CurvePoint(figure="group_means/age", series="real", x="F × in", y=51.4, low=46.3, high=56.5, n=60),
        CurvePoint(figure="group_means/age", series="drawn", x="F × in", y=52.0, low=51.0, high=53.0, n=4000),
    ]


def share_points() -> list[CurvePoint]:
    figure = "group_shares/job"
    return [
        CurvePoint(figure=figure, series="real|F × in", x="nurse", y=0.6, low=0.5, high=0.7, n=60),
        CurvePoint(figure=figure, series="drawn|F × in", x="nurse", y=0.55, n=4000),
        CurvePoint(figure=figure, series="real|F × in", x="(other)", y=0.4, low=0.3, high=0.5, n=60),
        CurvePoint(figure=figure, series="drawn|F × in", x="(other)", y=0.45, n=4000),
    ]


def test_every_point_of_a_panel_is_drawn_and_none_else() -> None:
    """One stroke without length for each."""
    panel = PlanePanel("Augmented", ("", ""), (), ((0.1, 0.2), (0.3, 0.4), (0.5, 0.6)))
    (chart,) = draw_plane_panels([panel], FRAME)
    (dots,) = classes(chart, "dots")
    assert dots.get("d", "").count("h0") == 3
    (empty,) = draw_plane_panels([PlanePanel("Original", ("", ""), FRAME.outlines, ())], FRAME)
    assert not classes(empty, "dots")


def test_a_hexagon_of_more_rows_is_darker_and_a_wide_one_is_shaded_by_its_area() -> None:
    """Forty rows on four times the area are as dark as ten."""
    hexagons = (Hexagon(0.2, 0.2, 10), Hexagon(0.5, 0.5, 80), Hexagon(0.8, 0.8, 40, widening=2))
    (chart,) = draw_plane_panels([PlanePanel("Original", ("", ""), hexagons, ())], FRAME)
    shades = [float(one.get("fill-opacity", "0")) for one in classes(chart, "cell")]
    wide, narrow, dark = shades
    assert wide == narrow < dark


def test_hexagons_at_the_edge_are_cut_off_by_the_frame() -> None:
    """They are in a drawing within the drawing, as large as the frame."""
    (chart,) = draw_plane_panels([PlanePanel("Original", ("", ""), (Hexagon(0.0, 0.0, 10),), ())], FRAME)
    root = ElementTree.fromstring(chart)
    (inner,) = [one for one in root.iter("svg") if one is not root]
    (frame,) = list(root.iter("rect"))
    assert [inner.get(key) for key in ("x", "y", "width", "height")] == [
        frame.get(key) for key in ("x", "y", "width", "height")
    ]
    assert classes(ElementTree.tostring(inner, encoding="unicode"), "cell")


def test_panels_lie_beside_and_below_each_other() -> None:
    """Five panels in three columns are two rows."""
    panels = [PlanePanel(f"Table {place}", ("", ""), (), ()) for place in range(5)]
    chart = draw_planes(panels, FRAME, n_columns=3, title="T", description="D")
    frames = list(ElementTree.fromstring(chart).iter("rect"))
    assert len({one.get("x") for one in frames}) == 3
    assert len({one.get("y") for one in frames}) == 2
    assert {f"Table {place}" for place in range(5)} <= set(texts(chart))


def test_a_real_curve_is_broken_where_places_are_left_out() -> None:
    """Nothing is drawn between two pieces."""
    picture = lay_out_pictures(density_points([1, 2, 5, 6])).groups[0]
    real = [one for one in classes(picture.figure.chart, "line") if "t0" in one.get("class", "")]
    assert len(real) == 1 + 2  # the legend's, and two pieces
    whole = lay_out_pictures(density_points([1, 2, 3, 4, 5, 6])).groups[0]
    assert len([one for one in classes(whole.figure.chart, "line") if "t0" in one.get("class", "")]) == 2


def test_a_panel_names_its_group_and_its_rows() -> None:
    """And says so when there is no real curve."""
    shown = texts(lay_out_pictures(density_points([1, 2, 3])).groups[0].figure.chart)
    assert "F × in" in shown
    assert "60 real, 4,000 drawn" in shown
    missing = texts(lay_out_pictures(density_points([])).groups[0].figure.chart)
    assert any(text.startswith("no real curve") for text in missing)


def test_the_numbers_behind_are_in_a_table() -> None:
    """Means of a number, rows of each table."""
    pictures = lay_out_pictures([*plane_points("original"), *density_points([1, 2, 3]), *share_points()])
    assert pictures.planes[0].table.rows == (("Original", "22", "0", "2", "12", "10", "2"),)
    age, job = pictures.groups
    name, n_real, real, n_drawn, drawn = age.table.rows[0]
    assert (name, n_real, n_drawn) == ("F × in", "60", "4,000")
    assert real.startswith("51.4")
    assert drawn.startswith("52.0")
    assert job.table.rows == (("F × in", "60", "4,000"),)


def test_a_picture_says_how_the_plane_was_made_and_what_is_left_out() -> None:
    """Components are said to stand in for UMAP."""
    umap, pca = (
        lay_out_pictures(plane_points("original", method=name)).planes[0] for name in ("umap", "pca")
    )
    assert "UMAP" in umap.figure.heading
    assert "in place of UMAP" in pca.figure.caption
    assert "45.5%" in umap.figure.caption


def test_copies_are_told_from_people() -> None:
    """Fifteen of 22 rows repeat somebody's."""
    points = [
        *plane_points("original"),
        CurvePoint(figure="projection/umap/original", series="facts", x="copies", y=15),
    ]
    assert {"7 real, 15 copies", "2 drawn"} <= set(texts(lay_out_pictures(points).planes[0].figure.chart))


def test_groups_that_are_not_shown_are_named_up_to_a_dozen() -> None:
    """With their reason, without their number of rows."""
    points = [
        CurvePoint(figure="group_notes", series="too few real rows", x=f"group {place}", y=0.0)
        for place in range(15)
    ]
    (note,) = lay_out_pictures(points).notes
    assert note.startswith("Too few real rows to say (fewer than 20): group 0, group 1")
    assert note.endswith("group 11 and 3 more.")


@pytest.mark.parametrize("render", [render_report, render_evaluation])
def test_the_page_has_a_section_of_pictures_where_there_are_any(render: object) -> None:
    """And names nothing unknown."""
    points = [*plane_points("original"), *plane_points("augmented"), *density_points([1, 2]), *share_points()]
    page = render(ReportContents(title="T", curves=tuple(points)))  # type: ignore[operator]
    assert '<h2 id="pictures">' in page
    assert "does not know how to draw" not in page
    assert '<h2 id="pictures">' not in render(ReportContents(title="T"))  # type: ignore[operator]


def test_points_of_other_figures_are_passed_over() -> None:
    """Each kind is known by its first word."""
    other = CurvePoint(figure="training/loss", series="loss", x="1", y=0.5)
    found = lay_out_pictures([other])
    assert (found.planes, found.groups, found.notes) == ((), (), ())
    assert "training" not in PICTURE_KINDS


def test_names_with_signs_of_markup_are_escaped() -> None:
    """A group may be called anything."""
    evil = '<script>alert("x")</script>'
    points = [
        CurvePoint(figure=f"group_density/{evil}", series=f"{kind}|{evil}", x=str(x), y=0.1, n=30)
        for kind in ("real", "drawn")
        for x in (1, 2)
    ]
    page = render_report(ReportContents(title="T", curves=tuple(points)))
    assert "<script>" not in page


def test_a_chart_is_a_file_of_its_own() -> None:
    """Well-formed, with every colour that it uses, for light and dark."""
    chart = lay_out_pictures(plane_points("original")).planes[0].figure.chart
    root = ElementTree.fromstring(standalone_svg(chart))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    style = next(one.text or "" for one in root.iter() if one.tag.endswith("style"))
    for rule in (".chart .cell", ".chart .dots", ".t3 {", "prefers-color-scheme: dark", "--paper"):
        assert rule in style
    assert "body" not in style


def test_a_density_without_points_is_an_empty_panel() -> None:
    """No curve is no reason to fail."""
    panel = DensityPanel("F", "nothing", (), ())
    chart = draw_densities((panel,), names=("a", "b"), title="T", description="D")
    assert isinstance(chart, Markup)
    assert "nothing" in texts(chart)


def test_the_highest_place_of_curve_and_band_touches_the_top_of_its_panel() -> None:
    """Each panel has a height of its own."""
    piece = (LinePoint(0.0, 1.0, 0.5, 4.0), LinePoint(1.0, 2.0, 1.0, 3.0))
    panels = (
        DensityPanel("low", "", (piece,), (LinePoint(0.0, 0.1), LinePoint(1.0, 0.2))),
        DensityPanel("high", "", (), (LinePoint(0.0, 100.0), LinePoint(1.0, 50.0))),
    )
    chart = draw_densities(panels, names=("a", "b"), title="T", description="D")
    lines = [one.get("d", "") for one in classes(chart, "line") if "t3" in one.get("class", "")]
    assert float(lines[2].split(" ")[1].split("L")[0]) == 20 + 34 + 58 + 8 + 34
