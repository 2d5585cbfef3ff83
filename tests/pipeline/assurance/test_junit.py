"""Verdicts as JUnit XML: neither a violation nor a doubt passes, and hostile words stay words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from equitab.assurance import ClauseVerdict, ContractVerdict, Verdict, contract_state
from equitab.errors import OutputExistsError, StorageError
from equitab.pipeline.assurance.junit import check_target, junit_text, save_junit

CLAUSE = ClauseVerdict(
    name="fair", property="fairness", severity="block", verdict="met", text="A is at most 1", reason="it is"
)


def contract_verdict(*clauses: ClauseVerdict) -> ContractVerdict:
    """Return a verdict on some clauses."""
    return ContractVerdict(
        contract="gate", contract_digest="sha256:0", verdict=contract_state(clauses), clauses=clauses,
        confidence=0.95, interval_confidence=0.95, n_compared=1, remarks=("a remark",),
    )  # fmt: skip


def read(*clauses: ClauseVerdict) -> ElementTree.Element:
    return ElementTree.fromstring(junit_text(contract_verdict(*clauses)))


@pytest.mark.parametrize(
    ("state", "severity", "kind"),
    [
        ("met", "block", None),
        ("violated", "block", "failure"),
        ("undetermined", "block", "error"),
        ("not applicable", "block", "skipped"),
        ("violated", "warn", "skipped"),
        ("undetermined", "warn", "skipped"),
        ("met", "warn", None),
    ],
)
def test_each_verdict_has_its_element(state: Verdict, severity: str, kind: str | None) -> None:
    case = read(replace(CLAUSE, verdict=state, severity=severity)).find(".//testcase")
    assert case is not None
    assert {child.tag for child in case} & {"failure", "error", "skipped"} == ({kind} if kind else set())


def test_the_counts_are_those_of_the_elements() -> None:
    states: tuple[Verdict, ...] = ("met", "violated", "violated", "undetermined", "not applicable")
    root = read(*(replace(CLAUSE, name=str(n), verdict=state) for n, state in enumerate(states)))
    for element in (root, root[0]):
        counts = {name: int(element.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
        assert counts == {"tests": 5, "failures": 2, "errors": 1, "skipped": 1}
    assert len(root.findall(".//failure")) == 2


def test_words_that_are_markup_or_no_xml_at_all_stay_words() -> None:
    hostile = "</testcase><x a='\"'>&\x00\x1b[31m\ud800"
    case = read(replace(CLAUSE, name=hostile, reason=hostile, verdict="violated")).find(".//testcase")
    assert case is not None
    assert case.attrib["name"] == "</testcase><x a='\"'>&��[31m�"


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    place = save_junit(contract_verdict(CLAUSE), tmp_path / "j.xml")
    check_target(None, overwrite=False)
    for refused in (
        lambda: save_junit(contract_verdict(CLAUSE), place),
        lambda: check_target(place, overwrite=False),
    ):
        with pytest.raises(OutputExistsError):
            refused()
    with pytest.raises(StorageError, match="folder does not exist"):
        check_target(tmp_path / "nowhere" / "j.xml", overwrite=False)
    check_target(place, overwrite=True)
    save_junit(contract_verdict(CLAUSE), place, overwrite=True)
