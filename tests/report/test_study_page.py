"""A study's page: the same contents as HTML and as Markdown."""

from __future__ import annotations

from equitab.evaluation.results import CurvePoint
from equitab.report.study_page import StudyPage, StudySection, StudyTable, render_study, study_markdown

PAGE = StudyPage(
    title="A study of <things>",
    summary="Made up.",
    sections=(
        StudySection(
            heading="Numbers",
            paragraphs=("A paragraph.",),
            tables=(StudyTable(caption="Table I", header=("Model", "BA"), rows=(("a | b", "0.7"),)),),
            curves=(
                CurvePoint(figure="distribution/sex, 20 rows", series="real", x="F", y=0.4),
                CurvePoint(figure="distribution/sex, 20 rows", series="synthetic", x="F", y=0.5),
            ),
        ),
    ),
)


def test_the_html_page_is_complete_escaped_and_self_contained() -> None:
    """One file: every text is in it, nothing is loaded from elsewhere, names cannot become markup."""
    page = render_study(PAGE)
    assert all(text in page for text in ("Numbers", "A paragraph.", "Table I", "0.7", "<svg"))
    assert "<things>" not in page
    assert "src=" not in page
    assert page == render_study(PAGE)


def test_the_markdown_holds_the_same_tables() -> None:
    """A bar within an entry does not split the row."""
    text = study_markdown(PAGE)
    assert "| a \\| b | 0.7 |" in text
    assert text.index("## Numbers") < text.index("**Table I**")
