"""Promises on the page: the verdict first, broken promises before kept ones, every verdict readable without colour."""

from __future__ import annotations

import re

import pytest

from equitab.report.promises_rows import SIGNS, promise_lines
from equitab.report.promises_section import lay_out_promises
from report.promise_contents import CLAUSES, assured, clause, page_of, verdict_of


def test_the_verdict_stands_on_the_first_screen() -> None:
    """Before anything else, with the names of the promises that are not kept."""
    page = page_of(assured())
    first = page.index('id="promise-verdict"')
    assert first < page.index('id="verdict"') < page.index('id="promises"')
    banner = page[first : page.index("</div>", first)]
    assert "Contract hiring: violated." in banner
    assert "2 violated (attack, utility)" in banner
    assert "1 undetermined (copies)" in banner
    assert "1 met" in banner


def test_broken_promises_come_first_and_those_that_only_warn_last() -> None:
    """What decides is read first."""
    names = [line.name for line in promise_lines(CLAUSES)]
    assert names == ["attack", "copies", "parity", "drift", "utility"]


@pytest.mark.parametrize("verdict", sorted(SIGNS))
def test_each_verdict_has_a_word_and_a_sign_of_its_own(verdict: str) -> None:
    """Nobody needs colours."""
    page = page_of(assured(verdict=verdict_of(clause("one", verdict), verdict=verdict)))
    cell = re.search(r'data-name="Verdict">(.*?)</td>', page, flags=re.DOTALL)
    assert cell is not None
    assert SIGNS[verdict] in cell[1]
    assert verdict in re.sub("<.*?>", "", cell[1])
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_each_promise_shows_number_interval_rows_and_reason() -> None:
    """Nothing of it is left to guess; a number that does not exist is a dash."""
    lines = {line.name: line for line in promise_lines(CLAUSES)}
    assert lines["parity"].value.replace("\u00a0", " ") == "0.050 [0.020, 0.080]"
    assert lines["parity"].n == "3,256"
    assert lines["copies"].value == "–"
    assert lines["copies"].n == ""
    assert lines["copies"].reason == "Nobody measured it"
    assert lines["utility"].is_warning
    assert "warns only" in page_of(assured())


def test_a_name_that_only_lists_the_promises_is_not_repeated() -> None:
    """Contracts of templates are named after them."""
    both = (clause("one", "met"), clause("two", "met"))
    found = lay_out_promises(assured(verdict=verdict_of(*both, verdict="met"), contract_name="one, two"))
    assert found is not None
    assert found.banner == "Contract: met."


def test_a_contract_about_nothing_here_is_not_said_to_be_kept() -> None:
    """Not applicable is no praise."""
    page = page_of(assured(verdict=verdict_of(clause("one", "not applicable"), verdict="not applicable")))
    assert "nothing was promised of it" in page


def test_without_a_contract_there_is_no_section() -> None:
    """Nor a banner, nor a link."""
    for contents in (None, assured(verdict=None)):
        page = page_of(contents)
        assert 'id="promises"' not in page
        assert 'id="promise-verdict"' not in page
        assert 'href="#promises"' not in page


def test_hostile_names_are_escaped() -> None:
    """Names of columns end up in promises."""
    evil = "<script>alert(1)</script>"
    bad = clause(evil, "violated", text=f"{evil} holds", reason=evil, shown=evil)
    page = page_of(assured(verdict=verdict_of(bad), contract_name=evil, description=evil))
    assert "<script>" not in page


def test_the_confidence_of_a_single_measurement_is_said() -> None:
    """Of several the checker's own remark says it."""
    found = lay_out_promises(assured(verdict=verdict_of(clause("one", "met"), verdict="met", n_compared=1)))
    assert found is not None
    assert "95%" in found.how
