"""The page says what a plan added, for whom, whether its counts were met, and who borrowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equitab.report import PlanContents, PlannedCell, ReportContents, render_report
from equitab.report.plan_section import MOST_LINES, lay_out_plan

OWN = PlannedCell(group="F × B", outcome="yes", share=0.1, n_rows=10, n_planned=90, n_drawn=90)
LENT = PlannedCell(
    group="F × W", outcome="yes", share=0.0, n_rows=0, n_planned=5, n_drawn=5, parent="F × *", n_parent=10
)
KEPT = PlannedCell(group="M × W", outcome="no", share=0.9, n_rows=90, n_planned=0, n_drawn=0)
PLAN = PlanContents(strategy="fill_both", n_rows=100, n_added=95, cells=(OWN, LENT, KEPT))


def words_of(plan: PlanContents) -> str:
    section = lay_out_plan(plan)
    assert section is not None
    return " ".join(section.sentences)


def test_met_counts_are_said() -> None:
    """Cells that were not to grow do not count."""
    assert "added 95 rows to 100 training rows" in words_of(PLAN)
    assert "All 2 groups by outcome that were to grow got exactly the rows planned" in words_of(PLAN)


def test_missed_counts_are_said_and_marked() -> None:
    """A promise that was broken is not hidden in a table."""
    missed = replace(PLAN, cells=(replace(OWN, n_drawn=89), LENT, KEPT))
    assert "1 of 2 groups by outcome did not get the rows planned" in words_of(missed)
    assert "exactly" not in words_of(missed)
    page = render_report(ReportContents(title="t", plan=missed))
    assert "<strong>89</strong>" in page


def test_borrowed_rows_are_no_evidence() -> None:
    """The parent is named with its rows; without one there is no such column."""
    assert "5 rows are of groups with too few people to learn from" in words_of(PLAN)
    page = render_report(ReportContents(title="t", plan=PLAN))
    assert "Borrows from" in page
    assert "F × * (10 rows)" in page
    assert "Borrows from" not in render_report(
        ReportContents(title="t", plan=replace(PLAN, cells=(OWN, KEPT)))
    )


@pytest.mark.parametrize("plan", [None, PLAN])
def test_the_page_points_to_the_section_where_there_is_one(plan: PlanContents | None) -> None:
    """And nowhere else."""
    page = render_report(ReportContents(title="t", plan=plan))
    assert ('href="#plan"' in page) == ('id="plan"' in page) == (plan is not None)


def test_free_rows_refusals_and_rows_left_out_are_said() -> None:
    """A plan that leaves groups to the generator promises no counts."""
    plan = PlanContents(
        strategy="append", n_rows=100, n_added=50, n_free=50, n_outside=3, cells=(KEPT,), refusals=("7 rows",)
    )
    section = lay_out_plan(plan)
    assert section is not None
    assert section.lines == ()
    assert section.refusals == ("Not done: 7 rows.",)
    assert "50 rows were left to the generator" in words_of(plan)
    assert "3 training rows have no outcome or group" in words_of(plan)


def test_a_long_plan_is_folded_and_cut() -> None:
    """The page stays a page."""
    section = lay_out_plan(replace(PLAN, cells=(OWN,) * (MOST_LINES + 7)))
    assert section is not None
    assert section.is_folded
    assert (len(section.lines), section.n_more) == (MOST_LINES, 7)
