"""The page in a real Chromium: on a phone, on a desktop, in the dark and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from equitab.report import ReportContents, render_audit, render_report
from report.sample_contents import make_contents
from report.test_html_report import make_evil_contents

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PHONE, DESKTOP, A4 = (390, 844), (1280, 900), (680, 960)


@dataclass
class Visit:
    """An open page, and what it did that it should not."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def visit(
    browser: Browser, html: str, folder: Path, size: tuple[int, int], scheme: str = "light"
) -> Iterator[Visit]:
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    seen = Visit(page)
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("dialog", lambda dialog: seen.complaints.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.goto(file.as_uri())
    try:
        yield seen
    finally:
        page.close()


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")


def find_overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


CASES = [
    make_contents(),
    make_evil_contents(),
    ReportContents(title="Nothing", no_headline_reason="No model."),
]
NAMES = ["sample", "hostile names", "empty"]


@pytest.mark.parametrize("contents", CASES, ids=NAMES)
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_page_loads_in_silence_and_asks_for_nothing(
    browser: Browser, tmp_path: Path, contents: ReportContents, size: tuple[int, int]
) -> None:
    with visit(browser, render_report(contents), tmp_path, size) as seen:
        seen.page.screenshot(path=tmp_path / "page.png", full_page=True)
        unfold(seen.page)
        seen.page.screenshot(path=tmp_path / "unfolded.png")
        assert seen.complaints == []
        assert [url for url in seen.requests if not url.startswith("data:")] == [seen.page.url]
    assert (tmp_path / "page.png").stat().st_size > 5_000


@pytest.mark.parametrize("contents", CASES, ids=NAMES)
@pytest.mark.parametrize("is_audit", [False, True], ids=["report", "audit"])
def test_a_phone_never_scrolls_sideways(
    browser: Browser, tmp_path: Path, contents: ReportContents, is_audit: bool
) -> None:
    html = render_audit(contents) if is_audit else render_report(contents)
    with visit(browser, html, tmp_path, PHONE) as seen:
        assert find_overflow(seen.page) <= 0
        unfold(seen.page)
        assert find_overflow(seen.page) <= 0


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_answer_is_visible_without_scrolling(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    with visit(browser, render_report(make_contents()), tmp_path, size) as seen:
        seen.page.screenshot(path=tmp_path / "first_screen.png")
        for selector in ("h1", "#promise-verdict", "#verdict", ".lead", ".number"):
            for part in seen.page.locator(selector).all():
                box = part.bounding_box()
                assert box is not None
                assert box["height"] > 10
                assert box["y"] + box["height"] <= size[1], selector


def test_every_chart_has_a_size_and_every_text_in_it_can_be_read_on_a_phone(
    browser: Browser, tmp_path: Path
) -> None:
    with visit(browser, render_report(make_contents()), tmp_path, PHONE) as seen:
        unfold(seen.page)
        charts = seen.page.evaluate(
            "[...document.querySelectorAll('svg.chart')].map(chart => chart.getBoundingClientRect())"
            ".map(box => Math.min(box.width, box.height))"
        )
        assert len(charts) > 20
        assert min(charts) > 40
        sizes = seen.page.evaluate(
            "[...document.querySelectorAll('svg.chart text')]"
            ".map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"
        )
        assert min(sizes) >= 9


def test_no_text_of_a_chart_leaves_the_screen_of_a_phone(browser: Browser, tmp_path: Path) -> None:
    with visit(browser, render_report(make_contents()), tmp_path, PHONE) as seen:
        unfold(seen.page)
        outside = seen.page.evaluate(
            "[...document.querySelectorAll('svg.chart text')]"
            ".filter(text => text.getBoundingClientRect().left < 0 || text.getBoundingClientRect().right > 390)"
            ".map(text => text.textContent)"
        )
        assert outside == []


def test_labels_of_rows_stay_within_their_chart(browser: Browser, tmp_path: Path) -> None:
    with visit(browser, render_report(make_contents()), tmp_path, DESKTOP) as seen:
        unfold(seen.page)
        outside = seen.page.evaluate(
            "[...document.querySelectorAll('svg.chart text.label')].filter(text =>"
            " text.getBoundingClientRect().left < text.ownerSVGElement.getBoundingClientRect().left - 12)"
            ".map(text => text.textContent)"
        )
        assert outside == []


def test_tables_that_become_cards_on_a_phone_keep_their_roles(browser: Browser, tmp_path: Path) -> None:
    with visit(browser, render_report(make_contents()), tmp_path, PHONE) as seen:
        assert seen.page.get_by_role("table", name="The same model, the same test rows").count() == 1
        assert seen.page.get_by_role("columnheader", name="Beaten?").count() == 1


def test_the_dark_page_is_dark_and_paper_is_white(browser: Browser, tmp_path: Path) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    with visit(browser, render_report(make_contents()), tmp_path, DESKTOP, scheme="dark") as seen:
        dark = [int(part) for part in re.findall(r"\d+", seen.page.evaluate(background))]
        assert max(dark) < 60
        seen.page.screenshot(path=tmp_path / "dark.png")
        seen.page.emulate_media(media="print", color_scheme="dark")
        assert seen.page.evaluate(background) == "rgb(255, 255, 255)"


def test_paper_is_a4_and_nothing_is_cut_off_at_its_edge(browser: Browser, tmp_path: Path) -> None:
    with visit(browser, render_report(make_contents()), tmp_path, A4) as seen:
        seen.page.emulate_media(media="print")
        assert find_overflow(seen.page) <= 0
        tables = seen.page.evaluate(
            "[...document.querySelectorAll('table')].map(table => table.getBoundingClientRect().right)"
        )
        assert max(tables) <= A4[0]
        pdf = seen.page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    boxes = {
        tuple(float(number) for number in box.split()) for box in re.findall(rb"/MediaBox \[([^\]]*)\]", pdf)
    }
    assert boxes
    for left, bottom, right, top in boxes:
        assert right - left == pytest.approx(595, abs=2)
        assert top - bottom == pytest.approx(842, abs=2)


def test_paper_leaves_folded_parts_out_and_says_so(browser: Browser, tmp_path: Path) -> None:
    with visit(browser, render_report(make_contents()), tmp_path, A4) as seen:
        seen.page.emulate_media(media="print")
        assert seen.page.get_by_text("Folded parts are not printed").is_visible()
        assert not any(part.is_visible() for part in seen.page.locator("details").all())
        unfold(seen.page)
        assert all(part.is_visible() for part in seen.page.locator("main > section > details").all())
