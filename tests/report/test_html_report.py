from __future__ import annotations

import itertools
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import equitab.report
from equitab.report import Fact, FactSection, GroupRow, ReportContents, render_audit, render_report, wording
from report.sample_contents import (
    METRICS,
    make_contents,
    make_groups,
    make_headline,
    make_sweep,
    make_test_measurements,
)

EVIL_NAMES = (
    "<script>alert(1)</script>",
    '">K & "quotes" \'single\'',
    "</svg></style><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %}",
    "نساء فوق ٥٠",
    "a" * 400,
)


class PageReader(HTMLParser):
    """Collects tags, attributes, texts and headings, and finds tags that are not closed in order."""

    VOID = frozenset({"meta", "link", "br", "path", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> out of order"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(page: str) -> PageReader:
    reader = PageReader()
    reader.feed(page)
    reader.close()
    return reader


def make_evil_contents() -> ReportContents:
    """The sample with every name that a table can bring replaced by something hostile."""
    rows = [
        replace(one, group=EVIL_NAMES[0], reference_group=EVIL_NAMES[1], sensitive_features=EVIL_NAMES[2])
        if one.group
        else one
        for one in make_test_measurements()
    ]
    fair = next(one for one in rows if one.sensitive_features and one.metric == "average_odds_difference")
    headline = replace(make_headline(make_test_measurements()), fairness_before=fair, fairness_after=fair)
    return make_contents(
        title=f"Report: {EVIL_NAMES[0]}",
        summary=EVIL_NAMES[2],
        headline=replace(headline, warnings=EVIL_NAMES),
        measurements=tuple(rows),
        groups=tuple(
            GroupRow(
                sensitive_features=EVIL_NAMES[2], group=name, n=20, share=0.1, base_rate=0.2, reason=name
            )
            for name in EVIL_NAMES
        ),
        curves=tuple(
            replace(point, figure=f"distribution/{name}", x=EVIL_NAMES[0])
            for name in EVIL_NAMES
            for point in make_contents().curves[-200:-198]
        )
        + tuple(make_sweep(EVIL_NAMES[1], EVIL_NAMES[0].replace("/", ""))),
        facts=(FactSection(EVIL_NAMES[0], tuple(Fact(name, name) for name in EVIL_NAMES)),),
        guesses=EVIL_NAMES,
        remarks=EVIL_NAMES,
    )


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(make_contents())


def test_the_same_contents_give_the_same_bytes(page: str) -> None:
    assert render_report(make_contents()).encode() == page.encode()


def test_the_same_contents_give_the_same_bytes_in_another_process(page: str) -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from equitab.report import render_report; from report.sample_contents import make_contents\n"
        "sys.stdout.buffer.write(render_report(make_contents()).encode())"
    )
    paths = [str(Path(equitab.report.__file__).parents[2]), str(Path(__file__).parents[1])]
    done = subprocess.run(
        [sys.executable, "-c", code, *paths], capture_output=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert done.stdout == page.encode()


@pytest.fixture(scope="module")
def evil_page() -> str:
    return render_report(make_evil_contents())


def test_every_tag_is_closed_in_order(page: str, evil_page: str) -> None:
    for html in (page, evil_page, render_report(ReportContents(title=""))):
        assert read(html).open == []
    for contents in (make_contents(), make_evil_contents(), ReportContents(title="")):
        assert read(render_audit(contents)).open == []


@pytest.mark.parametrize("name", ["page", "evil_page"])
def test_nothing_outside_the_file_is_referred_to(name: str, request: pytest.FixtureRequest) -> None:
    html = request.getfixturevalue(name)
    for tag, attributes in read(html).tags:
        for name in ("src", "href", "srcset", "action", "data", "poster", "xlink:href"):
            target = attributes.get(name)
            assert target is None or target.startswith(("#", "data:")), (tag, target)
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_holds_no_script(page: str) -> None:
    tags = read(page).tags
    assert all(tag != "script" for tag, _ in tags)
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    assert "default-src 'none'" in page


def test_names_of_columns_and_groups_cannot_write_html(evil_page: str) -> None:
    html = evil_page
    tags = {tag for tag, _ in read(html).tags}
    assert not tags & {"script", "img"}
    assert "49" not in [text.strip() for text in read(html).texts]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_every_value_of_every_measurement_appears(page: str) -> None:
    text = " ".join(read(page).texts)
    for one in make_contents().measurements:
        assert wording.format_value(one) in text, one


def test_n_of_every_measurement_appears(page: str) -> None:
    cells = set(read(page).texts)
    for one in make_contents().measurements:
        assert f"{one.n:,}" in cells


def test_an_undefined_measurement_is_shown_with_its_reason_and_never_as_zero() -> None:
    undefined = [one for one in make_test_measurements() if one.status == "undefined"][:1]
    html = render_report(ReportContents(title="t", measurements=tuple(undefined), metrics=METRICS))
    texts = [text.strip() for text in read(html).texts]
    assert "undefined" in texts
    assert undefined[0].reason in texts
    assert not {"0", "0.0", "0.000"} & set(
        texts[texts.index("Average odds difference") : texts.index("Metrics used")]
    )


def test_headings_never_skip_a_level(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in read(page).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_table_has_headers_for_columns_and_rows(page: str) -> None:
    for table in re.findall(r"<table.*?</table>", page, flags=re.DOTALL):
        assert 'scope="col"' in table
        assert 'scope="row"' in table


def test_every_chart_has_a_title_and_a_description(page: str) -> None:
    charts = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(charts) > 20
    for chart in charts:
        assert re.match(
            r'<svg class="chart" viewBox="[^"]*" role="img"><title>[^<]+</title><desc>[^<]+</desc>', chart
        )


def test_the_sections_come_in_the_order_of_a_readers_questions(page: str) -> None:
    found = re.findall(r'<h2 id="(\w+)"', page)
    questions = ["answer", "promises", "groups", "comparison", "sweeps", "frontier"]
    insights = ["explanations", "complexity", "network"]
    assert found == [*questions, *insights, "synthetic", "certificate", "done", "glossary"]


def test_links_within_the_page_lead_somewhere(page: str) -> None:
    tags = read(page).tags
    ids = {attributes.get("id") for _, attributes in tags}
    links = [attributes["href"] for tag, attributes in tags if tag == "a"]
    assert links
    assert all(link and link.removeprefix("#") in ids for link in links)


def test_a_report_without_a_headline_says_why() -> None:
    html = render_report(
        make_contents(headline=None, no_headline_reason="The run was stopped before any model.")
    )
    assert "The run was stopped before any model." in html


def test_empty_contents_give_a_page_without_empty_sections() -> None:
    html = render_report(ReportContents(title="Nothing"))
    assert re.findall(r'<h2 id="(\w+)"', html) == ["answer"]


def test_an_audit_shows_groups_and_labels_but_no_before_and_after() -> None:
    labels = tuple(
        replace(one, model="", treatment="", stage="audit") for one in make_test_measurements()[:40]
    )
    html = render_audit(
        ReportContents(title="Audit", groups=make_groups(), measurements=labels, metrics=METRICS)
    )
    assert "How unequal the outcomes are" in html
    assert "Before and after" not in html
    assert wording.format_value(labels[0]) in html


def test_a_lone_surrogate_in_a_name_does_not_break_writing_the_file() -> None:
    page = render_report(ReportContents(title="t", remarks=("bad \ud800 sign",)))
    assert b"Bad ? sign<" in page.encode("utf-8")


def test_asking_for_the_room_loads_no_template_engine() -> None:
    code = "import sys, equitab.report; print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_large_run_still_gives_a_page_of_a_few_megabytes() -> None:
    rows = make_test_measurements()
    large = [
        replace(one, sensitive_features=f"{one.sensitive_features}{place}")
        for place in range(3)
        for one in rows
    ]
    large += [replace(one, operating_point="validation_balanced_accuracy") for one in large]
    curves = [point for place in range(3) for point in make_sweep(f"sex{place}", "random_forest")]
    html = render_report(make_contents(measurements=(*rows, *large), curves=tuple(curves)))
    assert len(html.encode()) < 4_000_000
