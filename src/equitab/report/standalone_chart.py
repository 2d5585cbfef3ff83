"""A chart of the page as a file of its own, for documents that cannot hold the page's style sheet."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from equitab.report.charts.svg import Markup

_STYLE = Path(__file__).parent / "templates" / "style.css"
_FONT = "svg{font:11px -apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',Arial,sans-serif}"
_GROUND = ".ground{fill:var(--paper)}"


def standalone_svg(chart: Markup) -> str:
    """Return a chart as an SVG file, with its colours for light and dark.

    Parameters
    ----------
    chart : Markup
        As in `Figure.chart`.

    Returns
    -------
    str
        SVG, to be written as UTF-8.

    Examples
    --------
    >>> from equitab.report.charts.svg import draw_chart
    >>> file = standalone_svg(draw_chart(height=10, title="A chart", description=""))
    >>> file.startswith('<svg xmlns="http://www.w3.org/2000/svg" '), "prefers-color-scheme: dark" in file
    (True, True)
    """
    start, _, rest = chart.partition(">")
    opened = start.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    ground = '<rect class="ground" width="100%" height="100%"/>'
    return f"{opened}><style>{_chart_style()}</style>{ground}{rest}"


@cache
def _chart_style() -> str:
    """Return the palettes and the rules of charts; those of the page are left out."""
    text = _STYLE.read_text(encoding="utf-8")
    light, dark = (match.strip() for match in re.findall(r":root \{(.*?)\}", text, flags=re.DOTALL)[:2])
    rules = [line for line in text.splitlines() if re.match(r"\.(chart |t[0-7] )", line)]
    palettes = f":root{{{light}}}@media (prefers-color-scheme: dark){{:root{{{dark}}}}}"
    return "\n".join([palettes, _FONT, _GROUND, *rules])
