"""The section about the synthetic rows: sentences, charts beside chance, groups beside the majority."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from equitab.report import (
    GroupRow,
    ReportContents,
    group_answers,
    group_sentences,
    lost_groups,
    quality_sentences,
    render_evaluation,
    render_report,
)
from equitab.report.contents import MetricTexts
from equitab.report.figures import lay_out_figures
from equitab.report.quality import lay_out_quality_section
from report.quality_contents import (
    TOO_FEW,
    make_columns,
    make_everybody,
    make_groups_of,
    make_summaries,
    measure,
)
from report.sample_contents import METRICS

EVERYTHING = [*make_everybody(), *make_groups_of()]
PEOPLE = tuple(
    GroupRow(sensitive_features="race", group=group, n=n, share=0.1, base_rate=0.2, is_small=n < 30)
    for group, n in {"White": 4000, "Black": 450, "Other": 12}.items()
)


def texts_of(chart: str) -> list[str]:
    """Return the texts of a chart, in order."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", chart)


def test_the_summary_begins_with_the_verdict_of_the_best_detector() -> None:
    """Then shares, use, variety, privacy, and whether groups are served alike."""
    sentences = quality_sentences(EVERYTHING)
    assert sentences[0].startswith(
        "The synthetic rows are hard to tell from real ones: the best detector (gradient"
    )
    assert "0.020 for single columns, 0.050 for pairs, 0.090 for triples" in sentences[1]
    assert "0.012, 0.030, 0.066" in sentences[1]
    assert "97.0%" in sentences[2]
    assert "95.5%" in sentences[3]
    assert "96.8%" in sentences[3]
    assert "no nearer to" in sentences[4]
    assert "0.2% repeat a row that was learned (a row never seen: 0.3%)" in sentences[4]
    assert sentences[5] == "Groups are not served alike: not equally faithful by race."


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.51, "are hard to tell"),
        (0.6, "can be told from real ones:"),
        (0.9, "can be told from real ones easily"),
    ],
)
def test_a_surer_detector_gives_harder_words(value: float, words: str) -> None:
    """At 0.55 and at 0.65."""
    assert words in quality_sentences([measure("worst_c2st_auroc", value)])[0]


def test_rows_that_are_nearer_to_learned_ones_are_said_to_be() -> None:
    """Only where the whole interval lies above one half."""
    near = quality_sentences([measure("dcr_share", 0.6)])[0]
    assert "they are nearer to the rows that were learned" in near
    assert "no nearer" in quality_sentences([measure("dcr_share", 0.505)])[0]


def test_what_was_not_measured_is_not_spoken_of() -> None:
    """No sentence, no section without any measurement."""
    assert quality_sentences([]) == ()
    assert quality_sentences([measure("worst_c2st_auroc", None)]) == ()
    page = render_report(ReportContents(title="Nothing"))
    assert "Quality of the synthetic rows" not in page


def test_groups_are_answered_for_by_the_difference_between_worst_and_best() -> None:
    """No: the interval excludes 0. Nothing shown: it does not. Cannot be said: undefined, with the reason."""
    answers = {answer.question: answer for answer in group_answers(EVERYTHING)}
    assert answers["Equally faithful?"].answer == "no"
    assert "Black" in answers["Equally faithful?"].evidence[0]
    assert len(answers["Equally faithful?"].evidence) == 2
    assert answers["Equally present?"].answer == "no difference shown"
    assert "0.050 at most" in answers["Equally present?"].evidence[0]
    assert answers["Equally safe?"].answer == "cannot be said"
    assert TOO_FEW in answers["Equally safe?"].evidence[0]


def test_group_sentences_tell_what_differs_first() -> None:
    """The rest by name only."""
    told = group_sentences(EVERYTHING)
    assert told[0].startswith("Not equally faithful by race: Black is furthest")
    assert told[1].startswith("No difference between groups was shown: equally present by race")
    assert told[2].startswith("Nothing can be said about groups: equally safe by race")


def test_groups_that_were_never_apart_are_said_to_be_alike() -> None:
    """And where nothing can be said, that."""
    calm = [replace(one, low=-0.01) for one in make_summaries("race") if one.value is not None]
    assert quality_sentences(calm)[-1] == "Groups: no difference between them was shown."
    unknown = [one for one in make_summaries("race") if one.metric == "dcr_share_group_difference"]
    assert quality_sentences(unknown)[-1] == "Groups: nothing can be said about differences between them."


def test_a_group_without_a_synthetic_row_is_named_on_the_page() -> None:
    """It was wiped out."""
    assert lost_groups(EVERYTHING) == ("No synthetic row belongs to Other (race).",)
    page = render_evaluation(ReportContents(title="Rows", measurements=tuple(EVERYTHING)))
    assert "No synthetic row belongs to Other (race)." in page


def test_the_largest_group_stands_first_and_small_ones_are_hollow() -> None:
    """Whatever the order of the measurements."""
    section = lay_out_quality_section([*reversed(EVERYTHING)], PEOPLE, MetricTexts(METRICS))
    representation = section.groups[0].blocks[0]
    labels = texts_of(representation.chart)
    assert [text for text in labels if text.startswith(("White", "Black", "Other"))] == [
        "White",
        "Black",
        "Other (small)",
    ]
    assert representation.chart.count("mark hollow") == 1
    assert 'class="label strong"' in representation.chart
    assert 'class="band"' in representation.chart


def test_an_undefined_group_has_its_reason_in_the_chart_and_in_the_table() -> None:
    """Never a zero."""
    section = lay_out_quality_section(EVERYTHING, PEOPLE, MetricTexts(METRICS))
    block = next(block for block in section.groups[0].blocks if "coverage" in block.title.lower())
    assert "needs 30 rows" in block.chart
    rows = {row.compared: row for group in block.table.groups for row in group.rows}
    assert (rows["Other"].value, rows["Other"].remark) == ("undefined", TOO_FEW)


def test_the_detector_that_is_worst_for_groups_is_charted_and_all_are_in_the_table() -> None:
    """One row for each group in the chart, one for each group and detector below."""
    section = lay_out_quality_section(EVERYTHING, PEOPLE, MetricTexts(METRICS))
    block = next(block for block in section.groups[0].blocks if "gradient boosting" in block.title)
    assert "0.600" in block.chart
    assert "0.550" not in block.chart
    assert [group.heading.split(", ")[1] for group in block.table.groups][:2] == [
        "random forest",
        "gradient boosting",
    ]


def test_synthetic_rows_stand_beside_fresh_real_ones() -> None:
    """A hollow circle on the row of the diamond."""
    section = lay_out_quality_section(EVERYTHING, PEOPLE, MetricTexts(METRICS))
    shares = section.figures[0].chart
    assert shares.count("mark hollow t0") == 3
    assert "triples of columns" in shares


def test_columns_are_drawn_worst_first() -> None:
    """Of errors the largest, of utilities the least."""
    errors, utilities = lay_out_figures(make_columns(), None, MetricTexts(())).columns
    for figure, first in ((errors, "workclass"), (utilities, "age")):
        names = [text for text in texts_of(figure.chart) if text in {"age", "workclass"}]
        assert names[0] == first


def test_many_columns_are_cut_and_counted() -> None:
    """26 columns: 24 drawn."""
    point = make_columns()[0]
    points = [replace(point, x=f"column {place}", y=place / 100) for place in range(26)]
    (figure,) = lay_out_figures(points, None, MetricTexts(())).columns
    assert "2 more columns are not drawn" in figure.caption


def test_numbers_about_everybody_are_in_the_table_and_those_of_groups_are_not() -> None:
    """They have tables of their own."""
    section = lay_out_quality_section(EVERYTHING, PEOPLE, MetricTexts(METRICS))
    assert sum(len(table.rows) for table in section.tables) == len(make_everybody())


def test_the_page_of_an_evaluation_is_whole() -> None:
    """Summary, charts, answers, groups, columns; nothing is unknown; the same bytes each time."""
    contents = ReportContents(
        title="Synthetic rows: adult",
        measurements=tuple(EVERYTHING),
        curves=tuple(make_columns()),
        groups=PEOPLE,
        metrics=METRICS,
    )
    page = render_evaluation(contents)
    assert page == render_evaluation(contents)
    for words in ("hard to tell", "Column by column", "Equally faithful?", "cannot be said", "By race"):
        assert words in page
    assert "does not know how to draw" not in page


def test_names_of_groups_cannot_write_html() -> None:
    """Neither in charts nor in the table of answers."""
    evil = [replace(one, group="<b>x</b>") if one.group else one for one in EVERYTHING]
    assert "<b>x</b>" not in render_evaluation(ReportContents(title="Rows", measurements=tuple(evil)))
