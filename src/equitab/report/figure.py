"""One chart of the page, with its words."""

from __future__ import annotations

from dataclasses import dataclass

from equitab.report.charts.svg import Markup


@dataclass(frozen=True)
class Figure:
    """One chart with its heading and a caption; main ones are shown unfolded."""

    heading: str
    caption: str
    chart: Markup
    is_main: bool = True
