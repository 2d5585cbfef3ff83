"""What the page of the augmentation study says of made-up gains."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equitab.report.study_page import render_study, study_markdown
from equitab.studies.mostly import QUICK
from equitab.studies.mostly_page import TITLES, claims_table, findings, study_page, verdict_table
from equitab.studies.mostly_verdicts import GainNumber, Verdict

GAIN = GainNumber(
    table="adult",
    share=0.02,
    generator="boosted_trees",
    kind="rare",
    multiple="3",
    n_added=150,
    learner="random_forest",
    metric="auroc",
    compared_with="nothing added",
    before=0.85,
    after=0.87,
    gain=0.02,
    low=0.01,
    high=0.03,
    n_seeds=4,
    margin=0.01,
    verdict="helps",
)


def gains(kind: str = "rare", verdict: Verdict = "helps", **changes: object) -> list[GainNumber]:
    """Return one gain for every metric of the page."""
    made = replace(GAIN, kind=kind, verdict=verdict, **changes)  # type: ignore[arg-type]
    return [replace(made, metric=metric) for metric in TITLES]


def claims(held: list[GainNumber]) -> dict[str, str]:
    return {words: verdict for words, verdict, _ in claims_table(held, "boosted_trees").rows}


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (["helps", "helps"], "holds where anything was shown"),
        (["harms", "harms"], "does not hold: they were made worse"),
        (["undetermined", "no difference"], "not shown"),
        (["helps", "helps", "harms"], "holds more often than the contrary"),
        (["helps", "harms", "harms"], "more often the contrary"),
    ],
)
def test_a_claim_is_judged_by_the_comparisons_that_exclude_no_change(
    verdicts: list[Verdict], words: str
) -> None:
    """What is undetermined speaks for nobody."""
    held = [gain for verdict in verdicts for gain in gains(verdict=verdict)]
    assert claims(held)["Rows of the rare outcome make models better"] == words


def test_that_low_capacity_gains_nothing_is_a_claim_of_no_help() -> None:
    """One gain is enough against it; high capacity does not speak to it."""
    name = "Learners of low capacity do not get smarter by more rows"
    assert name not in claims(gains("as_table"))
    plain = gains("as_table", "undetermined", learner="decision_tree")
    assert claims(plain)[name] == "holds: no gain was shown"
    helped = gains("as_table", learner="decision_tree")
    assert claims([*plain, *helped])[name] == "does not hold everywhere"


def test_verdicts_name_the_amounts_at_which_rows_help_and_harm() -> None:
    """And count the rest."""
    held = [
        replace(GAIN, multiple="1"),
        GAIN,
        replace(GAIN, multiple="balanced", verdict="harms"),
        replace(GAIN, multiple="10", verdict="undetermined"),
    ]
    held += [replace(one, metric=metric) for one in held for metric in TITLES if metric != "auroc"]
    (row,) = verdict_table(held, "rare", "boosted_trees").rows
    assert row[0] == "random forest (high capacity)"
    assert row[1] == "helps at 1×, 3× (2), harms at balanced (1), undetermined in 1 of 4"


def test_findings_count_by_capacity_by_threshold_for_groups_and_against_the_control() -> None:
    """The first sentence is that of the summary."""
    held = [*gains(), *gains("as_table", "harms", learner="decision_tree")]
    worse = [replace(GAIN, verdict="harms", compared_with="random_oversampling")]
    told = findings(held, worse, "boosted_trees")
    assert "rows as the table has them helped in 0 of 1 settings, harmed in 1" in told[0]
    assert told[1].startswith("Learners of low capacity (decision tree)")
    assert told[2].startswith("Learners of high capacity (random forest)")
    assert "at one chosen on validation rows" in told[3]
    assert told[4].startswith("For the group that is served worst")
    assert told[-1].endswith("higher in 0 of 1 settings and lower in 1.")


def test_the_page_shows_the_gain_of_every_amount() -> None:
    """As text with a mark, and drawn."""
    settings = replace(QUICK, multiples=(3,))
    page = study_page(gains(), [], settings=settings)
    assert "| + 150 of the rare outcome (3×) | +0.0200 [+0.0100, +0.0300] ▲ |" in study_markdown(page)
    assert "gain over nothing added" in render_study(page)
