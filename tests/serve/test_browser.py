"""The pages in a real Chromium: on a phone, on a desktop, in the dark, by keyboard, and fed with hostile names."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from equitab.serve.application import make_application
from equitab.serve.chain_watch import ChainWatch
from equitab.serve.rendering import page_address
from equitab.serve.store_source import StoreSource
from serve.sample_store import LOANS
from serve.test_application import ADDRESSES, write_hostile

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PHONE, DESKTOP = (390, 844), (1280, 900)
HOSTILE = (
    "</title><script>alert('t')</script><svg/onload=alert(1)><img src=x onerror=alert(2)>\"' onmouseover=alert(3) "
    "x='\u202ereversed\u202c<style>body{display:none}</style><iframe src=javascript:alert(4)>"
)


@contextmanager
def served(file: Path) -> Iterator[str]:
    """Serve a store whose chain was checked, and hand out the address."""
    import socket

    import uvicorn

    source = StoreSource.open(file)
    watch = ChainWatch(source)
    watch.check_now()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(make_application(source, watch), log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)
    source.close()


@pytest.fixture(scope="module")
def address(sample_file: Path) -> Iterator[str]:
    with served(sample_file) as place:
        yield place


@contextmanager
def opened(browser: Browser, size: tuple[int, int], scheme: str = "light", **more: object) -> Iterator[Page]:
    """Open a page that complains about every message, dialog, and request to another place."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: complaints.append(request.url) if is_foreign(request.url) else None)
    try:
        yield page
        assert complaints == []
    finally:
        page.close()


def is_foreign(url: str) -> bool:
    return not re.match(r"http://127\.0\.0\.1:\d+/|data:,$", url)


def find_overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page_loads_in_silence_and_never_scrolls_sideways(
    browser: Browser, address: str, size: tuple[int, int], tmp_path: Path
) -> None:
    with opened(browser, size) as page:
        for name, path in ADDRESSES.items():
            page.goto(address + path)
            page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
            assert find_overflow(page) <= 0, name
            page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
            assert (tmp_path / f"{name}.png").stat().st_size > 5_000


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_is_broken_is_seen_first_without_scrolling(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    with opened(browser, size) as page:
        page.goto(address)
        for text in ("The chain of evidence is intact", "violated", "hiring.csv"):
            box = page.get_by_text(text).first.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= size[1], text


def test_texts_of_charts_can_be_read_on_a_phone_and_stay_on_it(browser: Browser, address: str) -> None:
    with opened(browser, PHONE) as page:
        page.goto(address + ADDRESSES["subject"])
        sizes = page.evaluate(
            "[...document.querySelectorAll('svg.chart text')]"
            ".map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"
        )
        assert len(sizes) > 20
        assert min(sizes) >= 9
        outside = page.evaluate(
            "[...document.querySelectorAll('svg.chart text')].map(text => text.getBoundingClientRect())"
            ".filter(box => box.left < 0 || box.right > 390).length"
        )
        assert outside == 0


def test_dark_is_dark_and_words_stand_out_from_their_ground(browser: Browser, address: str) -> None:
    for scheme, is_dark in (("dark", True), ("light", False)):
        with opened(browser, DESKTOP, scheme) as page:
            page.goto(address)
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (max(map(int, re.findall(r"\d+", ground))) < 60) is is_dark
            for look in ("good", "bad", "open", "none"):
                assert contrast_of(page, f".badge.{look}") >= 4.5, (scheme, look)


def contrast_of(page: Page, selector: str) -> float:
    """Return the contrast of a text and what is behind it, as WCAG 2 defines it."""
    colors = page.evaluate(
        "selector => { let part = document.querySelector(selector); const ink = getComputedStyle(part).color;"
        " let ground = 'rgba(0, 0, 0, 0)'; while (ground === 'rgba(0, 0, 0, 0)')"
        " { ground = getComputedStyle(part).backgroundColor; part = part.parentElement } return [ink, ground] }",
        selector,
    )
    light, dark = sorted((luminance(color) for color in colors), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_all_of_it_works_by_keyboard_and_without_scripts(browser: Browser, address: str) -> None:
    with opened(browser, DESKTOP, java_script_enabled=False) as page:
        page.goto(address)
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "To the content"
        page.get_by_role("link", name=LOANS).first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/subject?name=loans.csv")
        page.get_by_role("link", name="run-loans-03").last.click()
        page.locator("select[name=metric]").select_option("auroc")
        page.get_by_label("Holds the text").fill("female")
        page.keyboard.press("Enter")
        page.wait_for_url("**metric=auroc**")
        assert page.get_by_text("8 of 36 measurements").is_visible()
        page.get_by_role("columnheader", name="Value").get_by_role("link").click()
        assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Value")
        assert page.locator("select[name=metric]").input_value() == "auroc"


def test_tables_that_become_cards_on_a_phone_keep_their_roles(browser: Browser, address: str) -> None:
    with opened(browser, PHONE) as page:
        page.goto(address)
        assert page.get_by_role("table").first.get_by_role("row").count() == 3
        assert page.get_by_role("columnheader", name="Promises now").count() == 1


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_hostile_names_run_nothing_hide_nothing_and_break_no_page(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    file = tmp_path / "evidence.sqlite"
    write_hostile(file, HOSTILE)
    with served(file) as address, opened(browser, size) as page:
        for path in (
            "/",
            page_address("runs", text=HOSTILE[:60]),
            page_address("subject", name=HOSTILE),
            page_address("run", name=HOSTILE, text=HOSTILE[:30]),
            page_address("certificate", digest=HOSTILE),
        ):
            answer = page.goto(address + path)
            assert answer is not None
            assert answer.status == 200, path
            assert find_overflow(page) <= 0, path
            assert page.get_by_role("heading", level=1).is_visible()
            assert page.locator("script, iframe, img, style, [onload], [onmouseover]").count() == 0
            page.mouse.move(200, 200)


def test_a_page_in_a_frame_stays_empty(browser: Browser, address: str, tmp_path: Path) -> None:
    """Another site must not show the page as its own, under a button of its own."""
    (tmp_path / "site.html").write_text(f'<iframe src="{address}/"></iframe>')
    page = browser.new_page()
    page.goto((tmp_path / "site.html").as_uri())
    assert all("How it stands now" not in frame.content() for frame in page.frames[1:])
    page.close()
