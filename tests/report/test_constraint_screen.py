"""Laws of the screen of a constraint: which one, reached where, how sure, at what price, and what is arithmetic."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equitab.evaluation.results import Measurement
from equitab.report import AskedConstraint, GroupRow, render_report
from equitab.report.constraint_screen import ConstraintScreen, judge, lay_out_constraints
from equitab.report.contents import MetricTexts
from equitab.report.wording import NO_BREAK
from report.constraint_contents import PARITY, contents, of_model


def screen(**changes: object) -> ConstraintScreen:
    (one,) = lay_out_constraints(contents(**changes), MetricTexts(()))
    return one


def sentence(one: ConstraintScreen, start: str) -> str:
    (found,) = [text for text in one.sentences if text.startswith(start)]
    return found.replace(NO_BREAK, " ")


def test_the_table_and_every_model_say_whether_it_was_reached() -> None:
    """Before and after, with rows and verdict; what was aimed at is marked."""
    table, model = screen().reached
    assert (table.before[:5], table.after[:5]) == ("0.180", "0.030")
    assert (table.is_aimed, model.is_aimed) == (False, True)
    assert model.verdict == "kept, with the whole interval"
    assert model.n == "1,000"


def test_other_ways_stand_beside_it_with_gap_auroc_and_accuracy() -> None:
    """Those that were measured, the constrained one first."""
    ways = screen().ways
    assert [row.name for row in ways] == ["Constrained", "No treatment", "Reweighed"]
    assert ways[0].is_result
    assert ways[1].auroc.startswith("0.900")


def test_the_price_is_said_before_and_after() -> None:
    """And that real rows were left out."""
    said = sentence(screen(), "Price")
    assert "AUROC 0.900 [0.880, 0.920] → 0.880 [0.860, 0.900]" in said
    assert "synthetic rows only" in said


def test_the_strength_says_how_it_was_found() -> None:
    """With the groups that have one of their own."""
    said = sentence(screen(), "Strength 0.8")
    for words in ("5 candidates", "where it is reached", "90,000 rows", "6.0%", "Female 0.9"):
        assert words in said


def test_parity_says_that_true_positive_rates_are_arithmetic_where_outcomes_differ() -> None:
    """With the numbers of both groups; not where the groups' outcomes may be the same, nor for other criteria."""
    said = sentence(screen(), "Arithmetic")
    for words in ("10.0% of Female", "30.0% of Male", "Female 0.800 and Male 0.500", "0.090", "0.300"):
        assert words in said
    alike = tuple(replace(one, base_rate=0.2, low=0.1, high=0.3) for one in contents().groups)
    assert not any(text.startswith("Arithmetic") for text in screen(groups=alike).sentences)
    other = replace(PARITY, criterion="equalized_odds")
    assert not any(text.startswith("Arithmetic") for text in screen(constraints=(other,)).sentences)


def test_groups_too_small_to_say_are_named() -> None:
    """Those of the constraint, with how many people they have."""
    small = GroupRow(sensitive_features="sex", group="Other", n=12, share=0.01, base_rate=0.5, is_small=True)
    said = sentence(screen(groups=(*contents().groups, small)), "Groups too small")
    assert "Other (12)" in said
    assert not any(text.startswith("Groups too small") for text in screen().sentences)


def test_individual_fairness_stands_beside_group_fairness() -> None:
    """Before and after."""
    said = sentence(screen(), "Individual fairness")
    assert "0.930" in said
    assert "0.940" in said


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (0.02, 0.0, 0.04, "kept"),
        (0.2, 0.1, 0.3, "not kept"),
        (0.04, 0.0, 0.08, "undetermined: the value keeps it"),
        (0.06, 0.04, 0.08, "undetermined: the value itself does not"),
        (None, None, None, "undefined"),
    ],
)
def test_the_whole_interval_decides(
    value: float | None, low: float | None, high: float | None, said: str
) -> None:
    """A verdict never rests on the value alone."""
    one = Measurement(metric="demographic_parity_difference", value=value, low=low, high=high)
    assert judge(one, PARITY).startswith(said)


def test_a_minimum_rate_is_kept_from_above() -> None:
    """The lowest group decides, and it is named."""
    asked = AskedConstraint(criterion="minimum_rate", sensitive_features="sex", bound=0.2)
    rates = [
        of_model("selection_rate", way, value, sensitive_features="sex", group=group)
        for way, values in (("original", (0.1, 0.3)), ("constrained", (0.25, 0.3)))
        for group, value in zip(("Female", "Male"), values, strict=True)
    ]
    (row,) = screen(constraints=(asked,), measurements=tuple(rates)).reached
    assert row.after.endswith("(Female)")
    assert row.verdict == "kept, with the whole interval"
    assert judge(Measurement(metric="m", value=0.1, low=0.05, high=0.15), asked) == "not kept"


def test_the_page_shows_screen_figures_tables_and_command() -> None:
    """Everything that was handed over has its place; no figure is unknown."""
    page = render_report(contents())
    for words in (
        "Demographic parity, sex",
        "Reached where",
        "chosen: 0.8",
        "Scores by sex",
        "What stayed as it was",
        "Proxies of sex",
        "relationship",
        "equitab sample run --constraint",
    ):
        assert words in page, words
    assert "does not know how to draw" not in page


def test_a_page_without_constraints_has_none_of_it() -> None:
    """As before."""
    page = render_report(contents(constraints=(), measurements=(), curves=(), constraint_command=""))
    for words in ("Reached where", 'id="kept"', 'id="frontier"'):
        assert words not in page
