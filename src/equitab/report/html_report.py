"""Results to HTML: one file that needs nothing else, for a phone, a desktop and paper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.evaluation.results import Headline
from equitab.report import wording
from equitab.report.certificate_section import lay_out_certificate
from equitab.report.comparison import lay_out_comparison
from equitab.report.complexity_section import lay_out_complexity
from equitab.report.constraint_screen import lay_out_constraints
from equitab.report.constraint_tables import lay_out_constraint_tables
from equitab.report.contents import MetricTexts, ReportContents
from equitab.report.explanation_section import lay_out_explanations
from equitab.report.figures import lay_out_figures
from equitab.report.first_screen import lay_out_first_screen
from equitab.report.group_truth_section import lay_out_group_truth
from equitab.report.lone_groups import name_lone_groups
from equitab.report.network_section import lay_out_network
from equitab.report.picture_figures import lay_out_pictures
from equitab.report.plan_section import lay_out_plan
from equitab.report.promise_history import lay_out_history
from equitab.report.promises_section import lay_out_promises
from equitab.report.quality import lay_out_quality_section
from equitab.report.ratio_section import lay_out_ratios
from equitab.report.rounds_section import lay_out_rounds
from equitab.report.search_section import lay_out_search
from equitab.report.tables import lay_out_glossary, lay_out_groups

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"


def render_report(contents: ReportContents) -> str:
    """Return a report as one self-contained HTML page.

    The page refers to nothing outside itself and holds no script: it can be mailed, archived, opened offline
    and printed. It computes nothing; a value that is undefined is shown as undefined, with its reason.

    Parameters
    ----------
    contents : ReportContents
        Everything that the page shows.

    Returns
    -------
    str
        HTML, to be written as UTF-8. The same contents give the same text.

    Examples
    --------
    >>> contents = ReportContents(title="Fairness report: adult", no_headline_reason="Nothing was run.")
    >>> page = render_report(contents)
    >>> page.startswith("<!doctype html>"), "Nothing was run." in page
    (True, True)
    """
    return _render("report.html.j2", contents)


def render_audit(contents: ReportContents) -> str:
    """Return the page of an audit: groups, and labels or predictions as they are found in a table.

    Parameters
    ----------
    contents : ReportContents
        Its headline and its curves are not looked at.

    Returns
    -------
    str
        HTML, to be written as UTF-8.

    Examples
    --------
    >>> "Before and after" in render_audit(ReportContents(title="Audit: adult"))
    False
    """
    return _render("audit.html.j2", replace(contents, headline=None, curves=()))


def render_evaluation(contents: ReportContents) -> str:
    """Return the page of an evaluation: how good a synthetic table is, for everybody and for every group.

    Parameters
    ----------
    contents : ReportContents
        Its headline is not looked at.

    Returns
    -------
    str
        HTML, to be written as UTF-8.

    Examples
    --------
    >>> "Before and after" in render_evaluation(ReportContents(title="Synthetic adult"))
    False
    """
    return _render("evaluation.html.j2", replace(contents, headline=None))


def _render(template: str, contents: ReportContents) -> str:
    page = environment().get_template(template).render(_lay_out(name_lone_groups(contents)))
    return page.encode("utf-8", "replace").decode("utf-8")


def environment() -> Environment:
    """Load the template engine when a page is asked for, not before."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _lay_out(contents: ReportContents) -> dict[str, Any]:
    texts = MetricTexts(contents.metrics)
    headline = contents.headline
    figures = lay_out_figures(contents.curves, headline, texts, contents.constraints)
    return {
        "title": wording.show_name(contents.title, limit=160),
        "contents": contents,
        "first_screen": lay_out_first_screen(headline, texts) if headline else None,
        "constraint_screens": lay_out_constraints(contents, texts),
        "constraint_tables": lay_out_constraint_tables(contents.measurements, texts),
        "group_tables": lay_out_groups(contents.groups),
        "comparison": lay_out_comparison(contents.measurements, headline, texts),
        "before": wording.show_treatment("original"),
        "after": wording.show_treatment(headline.treatment) if headline else "",
        "model": wording.show_model(headline.model) if headline else "",
        "figures": figures,
        "quality": lay_out_quality_section(contents.measurements, contents.groups, texts, figures.columns),
        "group_truth": lay_out_group_truth(contents.measurements),
        "pictures": lay_out_pictures(contents.curves),
        "network": lay_out_network(contents.curves),
        "complexity": lay_out_complexity(contents.measurements),
        "explanations": lay_out_explanations(contents.measurements, contents.curves, headline, texts),
        "plan": lay_out_plan(contents.plan),
        "promises": lay_out_promises(contents.assurance),
        "history": lay_out_history(contents.assurance),
        "certificate": lay_out_certificate(contents.assurance),
        "rounds": lay_out_rounds(contents.rounds),
        "ratios": lay_out_ratios(contents.ratios, contents.curves),
        "search": lay_out_search(contents.search, texts) if contents.search else None,
        "glossary": lay_out_glossary(_used_metrics(contents, headline), texts),
    }


def _used_metrics(contents: ReportContents, headline: Headline | None) -> list[str]:
    names = [one.metric for one in contents.measurements]
    if headline:
        names += [headline.fairness_after.metric, headline.performance_after.metric]
    return names
