"""Results to HTML: lays measurements out, computes nothing."""

from equitab.report.contents import (
    Direction,
    Fact,
    FactSection,
    GroupRow,
    MetricDescription,
    ReportContents,
)
from equitab.report.html_report import render_audit, render_report

__all__ = [
    "Direction",
    "Fact",
    "FactSection",
    "GroupRow",
    "MetricDescription",
    "ReportContents",
    "render_audit",
    "render_report",
]
