"""The network on the page: nodes, links, rings, legends and numbers. No number was measured."""

from __future__ import annotations

from equitab.evaluation.results import CurvePoint
from equitab.report import ReportContents, render_report
from equitab.report.network_section import lay_out_network


def point(part, series, x, y, n=0):
    return CurvePoint(figure=f"network/{part}", series=series, x=x, y=y, n=n)


def make_points(added=5, name="sex: Female"):
    return [
        point("places", "0", "0.2000", 0.3, 40),
        point("places", "1", "0.7000", 0.6, 10),
        point("added", "0", "added", added / (added + 40), added),
        point("added", "1", "added", 0.0, 0),
        point(f"share/{name}", "0", "share", 0.9, 40),
        point("links", "0|1", "", 1.0),
        point("facts", "", "real", 50.0),
        point("facts", "", "added", float(added)),
        point("facts", "", "unlinked", 0.0),
    ]


def test_nodes_links_and_rings_are_drawn():
    section = lay_out_network(make_points())
    chart = section.figures[0].chart
    assert chart.count('class="cover"') == 2
    assert chart.count('class="link"') == 1
    assert chart.count('class="ring-part"') == 2  # one node, and the legend
    assert "Node 1: 40 people, 80–100% sex: Female" in chart
    assert 'class="edge unknown"' in chart
    assert section.figures[0].heading == "Sex: Female"


def test_numbers_are_in_the_table_and_shares_in_fifths_only():
    section = lay_out_network(make_points())
    assert section.header == ("Node", "People", "Added rows", "Sex: Female")
    assert section.rows[0] == ("1", "40", "5 (11.1% of the node's rows)", "80–100%")
    assert section.rows[1][3] == "unknown"


def test_without_added_rows_no_ring_is_explained():
    section = lay_out_network(make_points(added=0))
    assert "ring-part" not in section.figures[0].chart
    assert "added rows" not in section.lead


def test_the_page_has_the_section_where_there_are_points_and_escapes_names():
    page = render_report(ReportContents(title="Run", curves=tuple(make_points(name="<i>x"))))
    assert page.count('<h2 id="network">') == 1
    assert "<i>x" not in page
    assert "does not know how to draw" not in page
    assert lay_out_network(()) is None
    assert 'id="network"' not in render_report(ReportContents(title="Run"))
