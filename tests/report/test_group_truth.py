"""The section about drawn rows of single groups: marks, words, warnings, and the page. No number was measured."""

from __future__ import annotations

import pytest

from equitab.evaluation.group_truth_cells import POOLED as MEASURED_POOL
from equitab.evaluation.group_truth_detection import DETECTOR, METRIC
from equitab.evaluation.results import Measurement
from equitab.report import (
    ReportContents,
    group_truth_sentences,
    group_truth_warnings,
    render_evaluation,
    render_report,
)
from equitab.report.group_truth_rows import ALONE, POOLED, group_rows_of
from equitab.report.group_truth_section import HEADINGS, lay_out_group_truth

CELLS = "sex × hired"
TOO_FEW = "only 3 real held-out rows"
GOOD = {
    "held_out_column_error": 0.08,
    "excess_held_out_column_error": 0.001,
    "held_out_detection_auroc": 0.52,
    "held_out_coverage": 0.96,
    "held_out_coverage_shortfall": 0.002,
    "distinct_share": 0.99,
    "distinct_ratio": 1.0,
    "spread_ratio": 1.0,
    "group_copy_share": 0.0,
    "excess_group_copy_share": 0.0,
    "group_dcr_ratio": 1.0,
    "group_dcr_share": 0.5,
}
FLOORS = {"held_out_column_error": 0.07, "held_out_coverage": 0.97, "group_copy_share": 0.0}


def measure(metric, value, group="F", features="sex", treatment="synthetic", **changes):
    """Return a measurement with an interval of 0.02 around its value."""
    ends = {"low": value - 0.01, "high": value + 0.01} if value is not None else {}
    known = {"status": "undefined", "reason": TOO_FEW} if value is None else {}
    return Measurement(
        metric=metric,
        value=value,
        group=group,
        sensitive_features=features,
        treatment=treatment,
        stage="group_truth",
        **{**ends, **known, **changes},
    )


def make_group(group="F", features="sex", sizes=(120, 500, 60), reason="", **changed):
    """Return everything about one group: good, but for what is changed."""
    rows = [
        measure("group_rows", n, group, features, treatment, low=None, high=None, reason=reason)
        for treatment, n in zip(("original", "synthetic", "holdout"), sizes, strict=True)
    ]
    values = {**GOOD, **changed}
    rows += [measure(metric, value, group, features) for metric, value in values.items()]
    floors = {metric: None if values[metric] is None else value for metric, value in FLOORS.items()}
    return rows + [measure(metric, value, group, features, "holdout") for metric, value in floors.items()]


def unsaid(group, features="sex"):
    """Return everything about a group of too few held-out rows."""
    return make_group(group, features, (9, 300, 3), **dict.fromkeys(set(GOOD) - {"group_copy_share"}))


def make_pool(**changed):
    rule = "pooled: 4 of fewer than 100 training rows; 2 smaller groups are not listed"
    own = measure(METRIC, changed.pop("own", 0.66), POOLED, CELLS, model=ALONE)
    return [*make_group(POOLED, CELLS, (194, 900, 112), rule, **changed), own]


EVERYTHING = [
    *make_pool(),
    *make_group("F"),
    *make_group("M"),
    *make_group("F × yes", CELLS),
    *unsaid("F × no", CELLS),
]


def test_the_report_knows_the_names_that_the_measures_have():
    assert POOLED == MEASURED_POOL
    assert f"{DETECTOR}_of_these_groups" == ALONE


def test_a_good_group_has_no_marks():
    marked = {held.group: held.marks() for held in group_rows_of(EVERYTHING)}
    assert list(marked) == [POOLED, "F", "M", "F × yes", "F × no"]
    assert not any(marked.values())


@pytest.mark.parametrize(
    ("changed", "column", "mark"),
    [
        ({"excess_held_out_column_error": 0.05}, "held_out_column_error", "off"),
        ({"held_out_detection_auroc": 0.72}, "held_out_detection_auroc", "told apart"),
        ({"held_out_coverage_shortfall": 0.1}, "held_out_coverage", "less varied"),
        ({"distinct_ratio": 0.5}, "distinct_share", "repeats"),
        ({"spread_ratio": 0.7}, "spread_ratio", "narrow"),
        ({"excess_group_copy_share": 0.2}, "group_copy_share", "copies"),
        ({"group_dcr_ratio": 0.6}, "group_dcr_ratio", "close"),
        ({"group_dcr_share": 0.7}, "group_dcr_share", "nearer"),
    ],
)
def test_what_chance_does_not_explain_is_marked(changed, column, mark):
    """In the column of the table that it belongs to, and nowhere else."""
    held = group_rows_of(make_group(**changed))[0]
    assert held.marks() == {column: mark}
    section = lay_out_group_truth(make_group(**changed))
    cells = section.tables[0].lines[0].cells
    assert [cell.mark for cell in cells if cell.mark] == [mark]


@pytest.mark.parametrize(
    "changed",
    [
        {"excess_held_out_column_error": 0.009},
        {"held_out_detection_auroc": 0.69},
        {"held_out_coverage_shortfall": 0.009},
        {"group_dcr_ratio": 0.995},
        {"group_dcr_share": 0.505},
    ],
)
def test_what_chance_may_explain_is_not_marked(changed):
    assert group_rows_of(make_group(**changed))[0].marks() == {}


def test_of_the_pool_the_detector_of_its_own_counts():
    pool = group_rows_of(make_pool(held_out_detection_auroc=0.9, own=0.6))[0]
    assert pool.detection.value == 0.6
    assert pool.marks() == {}
    assert group_rows_of(make_pool(held_out_detection_auroc=0.5, own=0.8))[0].marks() != {}


def test_the_sentences_are_about_the_smallest_groups_together():
    said = " ".join(group_truth_sentences(EVERYTHING))
    assert "194 training rows, 112 real rows that were never seen, 900 drawn rows" in said
    assert "4 of fewer than 100 training rows" in said
    assert "hard to tell" in said
    assert "AUROC of 0.660 [0.650, 0.670]" in said
    assert "off by 0.080; equally many training rows are off by 0.070" in said
    assert "0.0% are copies of training rows (rows never seen: 0.0%)" in said
    assert "can be told" in " ".join(group_truth_sentences(make_pool(own=0.8)))
    assert group_truth_sentences([]) == ()


def test_groups_of_too_few_real_rows_are_a_warning():
    (warning,) = group_truth_warnings(EVERYTHING)
    assert warning.startswith("Too few real rows to say how good the drawn rows are of 1 group")
    assert f"F × no ({TOO_FEW})" in warning
    assert "F × yes" not in warning


def test_a_pool_that_is_too_small_is_a_warning_of_its_own():
    small = [*unsaid(POOLED, CELLS), *unsaid("F")]
    assert (
        group_truth_warnings(small)[1] == f"Even the smallest groups together are too few to say: {TOO_FEW}."
    )


def test_few_drawn_rows_are_no_warning_about_real_ones():
    few = measure("held_out_column_error", None, reason="only 4 drawn rows")
    assert group_truth_warnings([few]) == ()


def test_of_many_groups_the_first_are_named_and_the_others_counted():
    many = [row for place in range(15) for row in unsaid(f"group {place}", CELLS)]
    (warning,) = group_truth_warnings(many)
    assert "15 groups" in warning
    assert "group 11 (" in warning
    assert "group 12 (" not in warning
    assert warning.endswith("and 3 more.")


def test_the_pool_stands_first_with_the_groups_and_cells_in_a_table_of_their_own():
    section = lay_out_group_truth(EVERYTHING)
    assert [[line.name for line in table.lines] for table in section.tables] == [
        ["Smallest groups together", "F", "M"],
        ["F × yes", "F × no"],
    ]
    first = section.tables[0].lines[0]
    assert (first.training, first.held_out, first.drawn) == ("194", "112", "900")
    assert len(first.cells) == len(section.headings) == len(HEADINGS)
    assert section.remark == "2 smaller groups are not listed"


def test_what_cannot_be_said_is_no_number():
    line = lay_out_group_truth(EVERYTHING).tables[1].lines[1]
    assert line.unsaid == TOO_FEW
    values = dict(zip(HEADINGS, (cell.value for cell in line.cells), strict=True))
    assert values["Copies"] == "0.0%"
    assert {value for heading, value in values.items() if heading != "Copies"} == {"–"}


def test_means_over_seeds_are_shown_once():
    seeds = [
        measure("held_out_column_error", value, generator_seed=seed) for seed, value in ((0, 0.1), (1, 0.2))
    ]
    mean = measure("held_out_column_error", 0.15)
    section = lay_out_group_truth([mean, *seeds])
    assert section.tables[0].lines[0].cells[0].value == "0.150"


def test_the_page_of_a_run_shows_the_section_and_its_warnings():
    page = render_report(ReportContents(title="Run", measurements=tuple(EVERYTHING)))
    assert "Added rows, group by group" in page
    assert f"F × no ({TOO_FEW})" in page
    assert "cannot be said" in page
    assert page.count('class="truth"') > 10
    bad = render_report(ReportContents(title="Run", measurements=tuple(make_group(distinct_ratio=0.4))))
    assert '<span class="tag small-group">repeats</span>' in bad
    assert "They repeat each other more than real rows do: F." in bad


def test_an_evaluation_calls_them_synthetic_and_a_page_without_them_has_no_section():
    page = render_evaluation(ReportContents(title="Rows", measurements=tuple(EVERYTHING)))
    assert "Synthetic rows, group by group" in page
    assert "group by group" not in render_report(ReportContents(title="Nothing"))
    assert lay_out_group_truth([]) is None


def test_measures_of_groups_stand_in_their_section_alone():
    """Not again among the models, nor in the quality of all rows."""
    page = render_report(ReportContents(title="Run", measurements=tuple(EVERYTHING)))
    assert "Before and after" not in page
    assert "Quality of the synthetic rows" not in page
