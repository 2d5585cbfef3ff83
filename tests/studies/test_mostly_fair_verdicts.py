"""Claims beside numbers: means, ranges and verdicts, worked by hand; and every claim's own sanity."""

from __future__ import annotations

import pytest

from equitab.studies.mostly_fair import PARTS, QUICK_FAIR
from equitab.studies.mostly_fair_claims import Claim, Source, Wanted
from equitab.studies.mostly_fair_page import FairFindings, fair_headline, fair_sections
from equitab.studies.mostly_fair_paper import CLAIMS
from equitab.studies.mostly_fair_scores import FairNumber
from equitab.studies.mostly_fair_tables import claims_table
from equitab.studies.mostly_fair_verdicts import (
    Found,
    claims_frame,
    claims_from_frame,
    count_verdicts,
    judge_claim,
    judge_claims,
)

GAP = Source(part="adult_sex", arm="parity", metric="gap", group="sex")


def numbers(values: list[float], source: Source = GAP) -> list[FairNumber]:
    """Return one number for each synthesis."""
    return [
        FairNumber(
            part=source.part,
            arm=source.arm,
            metric=source.metric,
            group=source.group,
            model=source.model,
            synthesis=place,
            value=value,
        )
        for place, value in enumerate(values)
    ]


def claim(wanted: Wanted, **settings: object) -> Claim:
    return Claim(section="adult_sex", place="somewhere", words="the gap", ours=GAP, wanted=wanted, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [([0.01, 0.02], "better"), ([0.02, 0.035], "reached"), ([0.04, 0.05], "not reached")],
)
def test_lower_than_the_papers_number(values: list[float], verdict: str) -> None:
    """Better where the whole range is, reached where the mean is."""
    assert judge_claim(claim("lower", paper=0.03), Found(numbers(values))).verdict == verdict


def test_a_bar_of_ours_can_be_reached_and_not_beaten() -> None:
    """It is no number of the paper."""
    held = judge_claim(claim("lower", bar=0.03), Found(numbers([0.0, 0.0])))
    assert (held.verdict, held.paper, held.bar) == ("reached", None, 0.03)


def test_equal_means_within_the_bar() -> None:
    """On either side."""
    for value, verdict in ((0.305, "reached"), (0.295, "reached"), (0.32, "not reached")):
        assert judge_claim(claim("equal", paper=0.3, bar=0.006), Found(numbers([value]))).verdict == verdict


def test_nearer_to_the_ideal_by_half_is_better() -> None:
    """The paper is 0.02 from the ideal of 0.24."""
    ideal = Source(part="adult_sex", arm="real", metric="overall_rate")
    asked = claim("nearer", paper=0.22, ideal=ideal)
    for value, verdict in ((0.235, "better"), (0.255, "reached"), (0.27, "not reached")):
        found = Found([*numbers([value, value]), *numbers([0.24], ideal)])
        assert judge_claim(asked, found).verdict == verdict


def test_the_spread_over_syntheses_has_an_interval_of_its_own() -> None:
    """Of 1, 2, 3: standard deviation 1, chi-square interval 0.52 to 6.28."""
    held = judge_claim(claim("lower", paper=10.0, statistic="sd"), Found(numbers([1.0, 2.0, 3.0])))
    assert held.value == pytest.approx(1.0)
    assert held.low == pytest.approx(0.5207, abs=1e-3)
    assert held.high == pytest.approx(6.2847, abs=1e-3)


def test_what_was_not_measured_is_said_and_not_judged() -> None:
    """No number, no verdict."""
    found = Found(numbers([0.1], Source(part="adult_sex", arm="real", metric="gap", group="sex")))
    held = judge_claim(claim("lower", paper=0.03), found)
    assert (held.verdict, held.value) == ("not measured", None)
    assert claims_table([held]).rows[0][2] == "not measured"


def test_the_gap_of_means_is_not_the_mean_of_gaps() -> None:
    """Rates of 0.4 and 0.6, then the other way round: the means are equal."""
    rates = [
        Source(part="adult_sex", arm="parity", metric="rate", group=group) for group in ("Female", "Male")
    ]
    found = Found([*numbers([0.4, 0.6], rates[0]), *numbers([0.6, 0.4], rates[1])])
    asked = Source(part="adult_sex", arm="parity", metric="mean_gap", group="sex")
    held = found.summary(asked)
    assert held is not None
    assert held.value == pytest.approx(0.0)


def test_parts_that_were_left_out_are_not_judged() -> None:
    """COMPAS without its table."""
    judged = judge_claims(Found(numbers([0.01, 0.02])))
    assert {one.section for one in judged} == {"adult_sex", "downstream"}
    assert count_verdicts(judged)["better"] == 1


def test_every_claim_has_a_place_a_number_or_a_bar_and_a_known_part() -> None:
    """And no two claims have the same words in one section."""
    for one in CLAIMS:
        assert one.place
        assert one.paper is not None or one.bar is not None
        assert one.ours.part in PARTS
        assert one.wanted != "nearer" or one.ideal is not None
        assert one.wanted != "equal" or one.bar is not None
    assert len({(one.section, one.words, one.place) for one in CLAIMS}) == len(CLAIMS)


def test_judged_claims_return_from_their_frame() -> None:
    """Missing numbers stay missing."""
    judged = judge_claims(Found(numbers([0.01, 0.02])))
    assert claims_from_frame(claims_frame(judged)) == judged


def test_a_page_is_made_of_what_there_is() -> None:
    """One number makes a page; what is missing is said in the tables."""
    sections = fair_sections(FairFindings(Found(numbers([0.01, 0.02])), QUICK_FAIR))
    assert [section.heading for section in sections][1:] == [
        "Fair rows: Adult by sex",
        "Fair models: Adult by sex",
    ]
    assert "1 are beaten" in fair_headline(judge_claims(Found(numbers([0.01, 0.02]))))
