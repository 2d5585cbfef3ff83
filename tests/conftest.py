"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]

if "PYTEST_XDIST_WORKER" in os.environ:  # before numpy, torch and LightGBM are loaded
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers share the cores

TAKES_LONG = ("slow", "browser", "server")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules with slow tests start first, and a module stays with one worker, which sets up its fixtures once.

    A test that says its own ``xdist_group`` may go to another worker than its module.
    """
    long = {item.path for item in items if any(item.get_closest_marker(name) for name in TAKES_LONG)}
    items.sort(key=lambda item: item.path not in long)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keys and evidence of the tests stay out of the user's own folder."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EQUITAB_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real tables beside the checkout; a test that asks for it is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real tables is not beside this checkout")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium; a test that asks for it is skipped where there is none, but fails in CI."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium on this machine: in CI the pages must be looked at")
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()
