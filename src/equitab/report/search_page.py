"""The page of a search among generators."""

from __future__ import annotations

from equitab.report import wording
from equitab.report.contents import MetricTexts, ReportContents
from equitab.report.html_report import environment
from equitab.report.search_contents import SearchContents
from equitab.report.search_section import lay_out_search


def render_search(contents: ReportContents, search: SearchContents) -> str:
    """Return the page of a search as one self-contained HTML page.

    Parameters
    ----------
    contents : ReportContents
        Its title, summary, metrics, guesses and remarks are shown.
    search : SearchContents

    Returns
    -------
    str
        HTML, to be written as UTF-8.

    Examples
    --------
    >>> from equitab.report.search_contents import SearchedCandidate
    >>> plain = SearchedCandidate(place=0, setting="", step=None, guidance=None, score=0.78)
    >>> first = SearchedCandidate(place=1, setting="n_neighbors=3", step=None, guidance=None, score=0.8, is_chosen=True)
    >>> search = SearchContents(
    ...     generator="smote", metric="auroc", learner="random_forest", over="everybody", rule="best",
    ...     n_validation=200, seconds=1.0, baseline=plain, candidates=(first,),
    ... )
    >>> page = render_search(ReportContents(title="Search: people"), search)
    >>> "n_neighbors=3" in page, "0.800" in page
    (True, True)
    """
    section = lay_out_search(search, MetricTexts(contents.metrics))
    title = wording.show_name(contents.title, limit=160)
    template = environment().get_template("search.html.j2")
    page = template.render(title=title, contents=contents, search=section)
    return page.encode("utf-8", "replace").decode("utf-8")
