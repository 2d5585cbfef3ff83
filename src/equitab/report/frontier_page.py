"""The page of a frontier: what fairness costs at every strength, and the command for each."""

from __future__ import annotations

from dataclasses import dataclass

from equitab.report import wording
from equitab.report.contents import MetricTexts, ReportContents
from equitab.report.figures import lay_out_figures
from equitab.report.html_report import environment


@dataclass(frozen=True, kw_only=True)
class FrontierRow:
    """One strength, or another way to do the job.

    Parameters
    ----------
    way : str
        A treatment (``constrained``, ``original``, ``reweighed`` …).
    strength : float or None
    gaps : tuple of (str, float or None, float or None)
        By constraint: the gap of the model, and of its table where that is known.
    auroc, accuracy : float or None
    share_changed : float or None
    command : str
        Draws this table; empty for other ways.
    """

    way: str
    strength: float | None
    gaps: tuple[tuple[str, float | None, float | None], ...]
    auroc: float | None
    accuracy: float | None
    share_changed: float | None = None
    command: str = ""


@dataclass(frozen=True)
class _Line:
    name: str
    gaps: tuple[str, ...]
    auroc: str
    accuracy: str
    changed: str
    command: str


def render_frontier(contents: ReportContents, rows: tuple[FrontierRow, ...]) -> str:
    """Return the page of a frontier as one self-contained HTML page.

    Parameters
    ----------
    contents : ReportContents
        Its title, summary, curves, constraints and remarks are shown.
    rows : tuple of FrontierRow
        Strengths in order, then other ways.

    Returns
    -------
    str
        HTML, to be written as UTF-8.

    Examples
    --------
    >>> row = FrontierRow(way="constrained", strength=0.8, gaps=(), auroc=0.9, accuracy=0.85, command="equitab sample")
    >>> page = render_frontier(ReportContents(title="Frontier: people"), (row,))
    >>> "equitab sample" in page, "0.900" in page
    (True, True)
    """
    texts = MetricTexts(contents.metrics)
    figures = lay_out_figures(contents.curves, None, texts, contents.constraints)
    names = list(dict.fromkeys(name for row in rows for name, _, _ in row.gaps))
    page = (
        environment()
        .get_template("frontier.html.j2")
        .render(
            title=wording.show_name(contents.title, limit=160),
            contents=contents,
            figures=figures.constraints,
            names=names,
            lines=tuple(_line(row, names) for row in rows),
        )
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def _line(row: FrontierRow, names: list[str]) -> _Line:
    held = {name: (model, table) for name, model, table in row.gaps}
    name = f"Strength {row.strength:g}" if row.strength is not None else _way(row.way)
    return _Line(
        name,
        tuple(_gap(*held.get(wanted, (None, None))) for wanted in names),
        wording.format_number(row.auroc) if row.auroc is not None else "",
        wording.format_number(row.accuracy) if row.accuracy is not None else "",
        wording.format_share(row.share_changed) if row.share_changed is not None else "",
        row.command,
    )


def _way(treatment: str) -> str:
    return "No treatment" if treatment == "original" else wording.show_treatment(treatment)


def _gap(model: float | None, table: float | None) -> str:
    """Return the model's gap, and that of its table in parentheses."""
    if model is None:
        return ""
    beside = "" if table is None else f" (table {wording.format_number(table)})"
    return f"{wording.format_number(model)}{beside}"
