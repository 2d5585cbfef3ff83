"""The page of a study: a paper's experiment repeated, its numbers beside ours, as HTML and as Markdown.

Like the report it computes nothing: a `StudyPage` holds finished texts, tables and curve points.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from equitab.evaluation.results import CurvePoint
from equitab.report.contents import MetricDescription, MetricTexts
from equitab.report.figure import Figure
from equitab.report.figures import lay_out_figures


@dataclass(frozen=True, kw_only=True)
class StudyTable:
    """A table of finished texts.

    Parameters
    ----------
    caption : str
    header : tuple of str
    rows : tuple of tuple of str
        The first entry of a row names it.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class StudySection:
    """A heading with paragraphs, tables and figures.

    Parameters
    ----------
    heading : str
    paragraphs : tuple of str
    tables : tuple of StudyTable
    curves : tuple of CurvePoint
        Points of figures that the report draws by their kind.
    figures : tuple of Figure
        Finished ones; they stand first.
    """

    heading: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[StudyTable, ...] = ()
    curves: tuple[CurvePoint, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StudyPage:
    """Everything that a study's page shows.

    Parameters
    ----------
    title, summary : str
    sections : tuple of StudySection
    metrics : tuple of MetricDescription
        Of the metrics that figures show.

    Examples
    --------
    >>> page = StudyPage(title="A study", summary="", sections=(StudySection(heading="What was done"),))
    >>> study_markdown(page).splitlines()[0]
    '# A study'
    """

    title: str
    summary: str
    sections: tuple[StudySection, ...]
    metrics: tuple[MetricDescription, ...] = field(default=())


def render_study(page: StudyPage) -> str:
    """Return a study's page as one self-contained HTML file."""
    from equitab.report.html_report import environment

    texts = MetricTexts(page.metrics)
    figures = [section_figures(section, texts) for section in page.sections]
    sections = list(zip(page.sections, figures, strict=True))
    return (
        environment().get_template("study.html.j2").render(title=page.title, contents=page, sections=sections)
    )


def section_figures(section: StudySection, texts: MetricTexts) -> tuple[Figure, ...]:
    """Return a section's finished charts, then those of its curve points."""
    laid_out = lay_out_figures(section.curves, None, texts)
    return (
        *section.figures,
        *laid_out.sweeps,
        *laid_out.frontiers,
        *laid_out.distributions,
        *laid_out.training,
        *laid_out.gains,
    )


def study_markdown(page: StudyPage) -> str:
    """Return a study's texts and tables as Markdown; its figures are in the HTML page."""
    lines = [f"# {page.title}", "", page.summary, ""]
    for section in page.sections:
        lines += [f"## {section.heading}", ""]
        for paragraph in section.paragraphs:
            lines += [paragraph, ""]
        for table in section.tables:
            lines += [*_markdown_table(table), ""]
    return "\n".join(lines).rstrip() + "\n"


def _markdown_table(table: StudyTable) -> list[str]:
    def line(entries: tuple[str, ...]) -> str:
        return "| " + " | ".join(entry.replace("|", "\\|") for entry in entries) + " |"

    return [
        f"**{table.caption}**",
        "",
        line(table.header),
        "|" + "---|" * len(table.header),
        *map(line, table.rows),
    ]
