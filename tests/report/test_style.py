"""Colours of the style sheet are far enough apart to be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import equitab.report

STYLE = (Path(equitab.report.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")


def read_palettes() -> dict[str, dict[str, str]]:
    light, dark, *_ = re.findall(r":root \{(.*?)\}", STYLE, flags=re.DOTALL)
    return {
        name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for name, block in (("light", light), ("dark", dark))
    }


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "raised", "good", "bad", "open"])
@pytest.mark.parametrize("ink", ["ink", "muted"])
def test_text_stands_out_from_every_ground(scheme: str, ground: str, ink: str) -> None:
    palette = read_palettes()[scheme]
    assert contrast(palette[ink], palette[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mark", [f"t{place}" for place in range(8)])
@pytest.mark.parametrize("ground", ["paper", "band"])
def test_marks_stand_out_from_the_page_and_from_the_band(scheme: str, mark: str, ground: str) -> None:
    palette = read_palettes()[scheme]
    assert contrast(palette[mark], palette[ground]) >= 3


def test_the_dark_palette_is_never_used_on_paper() -> None:
    assert "@media screen and (prefers-color-scheme: dark)" in STYLE
