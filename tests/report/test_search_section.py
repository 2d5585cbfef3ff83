"""The section about a search: every candidate is drawn and listed, and the score is not taken for a result."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from equitab.evaluation.results import CurvePoint
from equitab.report import (
    MetricDescription,
    ReportContents,
    SearchContents,
    SearchedCandidate,
    render_report,
    render_search,
)
from equitab.report.contents import MetricTexts
from equitab.report.figures import lay_out_figures
from equitab.report.search_figures import draw_candidates
from equitab.report.search_section import SHOWN, lay_out_search

AUROC = MetricDescription(
    name="auroc", title="Area under the ROC curve", meaning="A chance.", direction="higher"
)
LOSS = MetricDescription(name="log_loss", title="Log loss", meaning="A loss.", direction="lower")
TEXTS = MetricTexts((AUROC, LOSS))
BASELINE = SearchedCandidate(place=0, setting="", step=None, guidance=None, score=0.71, low=0.66, high=0.76)


def candidate(place: int, score: float | None, **more: object) -> SearchedCandidate:
    known: dict[str, object] = {"setting": f"learning_rate={place}", "step": None, "guidance": None}
    if score is not None:
        known |= {"low": score - 0.03, "high": score + 0.03}
    return SearchedCandidate(place=place, score=score, **{**known, **more})  # type: ignore[arg-type]


def search_of(*candidates: SearchedCandidate, **more: object) -> SearchContents:
    known: dict[str, object] = {
        "generator": "guided_diffusion",
        "metric": "auroc",
        "learner": "random_forest",
        "over": "everybody",
        "rule": "one_standard_error",
        "n_validation": 200,
        "seconds": 12.0,
        "baseline": BASELINE,
    }
    return SearchContents(candidates=candidates, **{**known, **more})  # type: ignore[arg-type]


def grid(n_settings: int) -> SearchContents:
    held = [
        candidate(
            1 + 6 * setting + 3 * place + weight,
            0.7 + 0.001 * setting + 0.01 * place,
            step=step,
            guidance=0.5 * weight,
            is_chosen=(setting, place, weight) == (0, 0, 0),
        )
        for setting in range(n_settings)
        for place, step in enumerate((500, 1000))
        for weight in range(3)
    ]
    return search_of(*held)


@pytest.mark.parametrize("n_settings", [1, 25])
def test_every_candidate_is_a_mark_with_its_interval(n_settings: int) -> None:
    """However many there are; the chosen one is ringed, and never faint."""
    search = grid(n_settings)
    chart = draw_candidates(search, TEXTS).chart
    n = len(search.candidates)
    assert chart.count('class="interval') == n
    assert len(set(re.findall(r"<title>(\d+: [^<]*)</title>", chart))) == n
    assert chart.count('class="ring"') == 1
    assert chart.count('class="faint"') == (0 if n <= 40 else n - 1)
    assert "Guidance 0.5" in chart
    assert ">500<" in chart
    assert ">1,000<" in chart


def test_marks_of_one_step_do_not_lie_on_each_other() -> None:
    """They stand side by side, so that every interval is seen."""
    chart = draw_candidates(grid(5), TEXTS).chart
    places = re.findall(r'class="interval[^"]*" d="M([\d.]+) ', chart)
    assert len(set(places)) == len(places) == 30


def test_without_steps_candidates_stand_in_their_order() -> None:
    """By their numbers in the table; one without a score has no mark."""
    search = search_of(candidate(1, 0.7), candidate(2, None), candidate(3, 0.72, is_chosen=True))
    chart = draw_candidates(search, TEXTS).chart
    assert chart.count('class="interval') == 2
    assert "Candidate" in chart
    assert "Training step" not in chart


def test_the_table_is_best_first_and_holds_the_baseline() -> None:
    """Of a loss the lowest is best; what has no score comes last."""
    held = (candidate(1, 0.7), candidate(2, None), candidate(3, 0.75))
    higher = lay_out_search(search_of(*held), TEXTS)
    assert [line.place for line in higher.shown] == ["3", "", "1", "2"]
    assert higher.shown[1].setting == "No rows added"
    lower = lay_out_search(search_of(*held, metric="log_loss"), TEXTS)
    assert [line.place for line in lower.shown] == ["1", "", "3", "2"]


def test_long_tables_fold_but_the_chosen_one_is_always_shown() -> None:
    """It may stand far down the list when it is the simplest."""
    section = lay_out_search(grid(10), TEXTS)
    assert len(section.shown) == SHOWN + 1
    assert section.shown[-1].is_chosen
    assert len(section.shown) + len(section.folded) == 61


def test_the_page_says_what_the_score_is_worth_and_what_was_left_out() -> None:
    """Nothing is left out silently."""
    search = replace(
        grid(1),
        untried=(("learning_rate=9", "the budget was used up"),),
        remarks=("the score is too high",),
    )
    page = render_search(ReportContents(title="Search", metrics=(AUROC,)), search)
    for words in (
        "no result",
        "learning_rate=9: the budget was used up",
        "The score is too high",
        "one standard",
    ):
        assert words in page, words
    assert "<script" not in page


def test_a_report_has_the_section_only_where_there_was_a_search() -> None:
    """And its points are no unknown figure."""
    contents = ReportContents(title="Run", metrics=(AUROC,))
    assert "How the generator was chosen" not in render_report(contents)
    page = render_report(replace(contents, search=grid(2)))
    assert "How the generator was chosen" in page
    assert 'href="#candidates"' in page
    point = CurvePoint(figure="candidates", series="a", x="1", y=0.5)
    assert lay_out_figures([point], None, TEXTS).unknown == ()


def test_names_from_a_recipe_cannot_break_the_page() -> None:
    """They are text."""
    search = search_of(candidate(1, 0.7, setting="<script>alert(1)</script>", is_chosen=True))
    page = render_search(ReportContents(title="<b>Search"), search)
    assert "<script" not in page
    assert "<b>Search" not in page
