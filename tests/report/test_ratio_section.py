"""Learned ratios on a page: which cells are called little used, what is drawn, what is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from equitab.evaluation.results import CurvePoint
from equitab.report import RatioCell, RatioContents, ReportContents, render_report
from equitab.report.ratio_section import MOST_GROUPS, lay_out_ratios


def cell(group: str = "F", outcome: str = "favorable", **changes: float) -> RatioCell:
    """Return a cell with 40 real and 60 generated rows, half real at the start."""
    shares = {"share_start": 0.4, "share_end": 0.3, "real_start": 0.5, "real_end": 0.6, **changes}
    rows = {"n_real": 40, "n_generated": int(shares.pop("n_generated", 60))}
    return RatioCell(group=group, outcome=outcome, **rows, **shares)


def contents(*cells: RatioCell, n_outside: int = 0) -> RatioContents:
    """Return ratios of some cells."""
    return RatioContents(
        objective="equalized_odds",
        gap="loss",
        accuracy_weight=20,
        favorable_start=0.3,
        favorable_end=0.2,
        head="logistic",
        n_steps=2000,
        n_judged=500,
        uses_training_rows=False,
        cells=cells,
        n_outside=n_outside,
    )


def points(groups: list[str], outcome: str = "favorable") -> list[CurvePoint]:
    """Return two points of each line."""
    return [
        CurvePoint(figure=f"{kind}/{outcome}", series=group, x=str(step), y=0.5)
        for kind in ("ratio_share", "ratio_real")
        for group in groups
        for step in (0, 100)
    ]


@pytest.mark.parametrize(
    ("changes", "is_little_used"),
    [
        ({"real_end": 0.74}, False),
        ({"real_end": 0.76}, True),
        ({"real_start": 1.0, "real_end": 1.0, "n_generated": 0}, False),
    ],
)
def test_a_cell_is_little_used_when_its_generated_rows_lost_half_their_share(
    changes: dict[str, float], is_little_used: bool
) -> None:
    """From a half to less than a quarter; a cell without generated rows has none to lose."""
    assert cell(**changes).is_little_used == is_little_used


@pytest.mark.parametrize(
    ("end", "objective", "said"),
    [
        (
            0.2,
            "equalized_odds",
            "moved from 30.0% to 20.0%, so that models call fewer people favorable: that is how",
        ),
        (0.2, "demographic_parity", "call fewer people favorable."),
        (0.4, "equal_opportunity", "call more people favorable."),
        (
            np.nextafter(0.3, 1),
            "equalized_odds",
            "Outcomes kept their shares: 30.0% of the rows are favorable.",
        ),
    ],
)
def test_what_became_of_the_share_of_the_favorable_outcome_is_said(
    end: float, objective: str, said: str
) -> None:
    """What rates do is said of equalized odds only; a mean of equal shares is not a movement."""
    section = lay_out_ratios(replace(contents(cell()), favorable_end=end, objective=objective), [])
    assert section is not None
    assert said in section.lead


def test_little_used_cells_are_named_with_what_it_means() -> None:
    """The sentence gives both shares of generated rows."""
    section = lay_out_ratios(contents(cell(real_end=0.9), cell("M")), [])
    assert section is not None
    (warning,) = section.warnings
    assert "from 50.0% to 10.0%" in warning
    assert "F with the outcome favorable" in warning
    assert [line.is_little_used for line in section.lines] == [True, False]


def test_a_cell_without_generated_rows_is_all_real() -> None:
    """No share is invented for it."""
    section = lay_out_ratios(contents(cell(real_start=1.0, real_end=1.0, n_generated=0)), [])
    assert section is not None
    assert (section.lines[0].real_start, section.lines[0].real_end) == ("", "all")


def test_both_kinds_of_ratios_are_drawn_and_the_rest_is_left_to_the_table() -> None:
    """Eight groups at most: the largest; the caption says how many more there are."""
    groups = [f"group {number}" for number in range(MOST_GROUPS + 2)]
    section = lay_out_ratios(contents(*(cell(group) for group in groups)), points(groups))
    assert section is not None
    assert [figure.caption[:1] for figure in section.figures] == ["2", "2"]
    assert len(section.lines) == len(groups)
    drawn = str(section.figures[0].chart)
    assert "group 0" in drawn
    assert "group 9" not in drawn


def test_rows_that_took_no_part_are_counted() -> None:
    """Readers learn that some people were not balanced."""
    section = lay_out_ratios(contents(cell(), n_outside=1234), [])
    assert section is not None
    assert "1,234 training rows of groups too small" in section.lead


def test_a_page_has_the_section_only_where_ratios_were_learned() -> None:
    """And its figures are not called unknown."""
    plain = ReportContents(title="Report")
    shown = ReportContents(
        title="Report", ratios=contents(cell(), cell("M")), curves=tuple(points(["F", "M"]))
    )
    assert lay_out_ratios(None, points(["F"])) is None
    assert 'id="ratios"' not in render_report(plain)
    page = render_report(shown)
    assert page.count('href="#ratios"') == 1
    assert "Figures that this page does not know" not in page
