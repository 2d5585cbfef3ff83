"""What the intervals of the Maghool study say of the paper's claims, and of treatments of Adult and COMPAS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from equitab.studies.maghool import LEARNER_NAMES, ORIGINAL, TREATMENTS
from equitab.studies.maghool_findings import Finding, Findings
from equitab.studies.maghool_paper import Claim, claims
from equitab.studies.mcrage_cells import number_text, range_text

Verdict = Literal["reached", "not reached", "cannot be told", "not measured"]
VERDICTS: tuple[Verdict, ...] = ("reached", "not reached", "cannot be told", "not measured")
THIRD, POINT = 1 / 3, 0.01
"""The bar on Adult: an equalized odds gap smaller by a third, at an accuracy loss of at most one point."""


@dataclass(frozen=True, kw_only=True)
class JudgedClaim:
    """A claim with our difference and a verdict.

    Parameters
    ----------
    claim : Claim
    found : Finding or None
    verdict : {"reached", "not reached", "cannot be told", "not measured"}
    sentence : str
    """

    claim: Claim
    found: Finding | None
    verdict: Verdict
    sentence: str


def judge_claims(findings: Findings, wanted: Sequence[Claim] | None = None) -> list[JudgedClaim]:
    """Return the paper's claims, judged; none where the employees were not measured."""
    if "table 1" not in findings.parts():
        return []
    return [judge_claim(claim, findings) for claim in (claims() if wanted is None else wanted)]


def judge_claim(claim: Claim, findings: Findings) -> JudgedClaim:
    """Return one claim, judged.

    Parameters
    ----------
    claim : Claim
    findings : Findings

    Notes
    -----
    Of a claimed rise or fall: reached, where the whole interval lies on that side; not reached, where it lies on the
    other, or leaves out a difference as large as the printed one. Of a claim that nothing changes: reached, where the
    interval lies within the margin; not reached, where it lies beyond 0. Otherwise it cannot be told.
    """
    found = findings.get(
        claim.part,
        claim.arm,
        claim.metric,
        form=claim.form,
        control=ORIGINAL,
        learner=claim.learner,
        group=claim.group,
    )
    if found is None or found.low is None or found.high is None:
        return JudgedClaim(claim=claim, found=found, verdict="not measured", sentence="")
    if claim.wanted == "same":
        verdict, sentence = _judge_sameness(found.low, found.high, claim.margin)
    else:
        sign = 1.0 if claim.wanted == "more" else -1.0
        low, high = sorted((sign * found.low, sign * found.high))
        verdict, sentence = _judge_side(low, high, None if claim.paper is None else sign * claim.paper)
    return JudgedClaim(claim=claim, found=found, verdict=verdict, sentence=sentence)


def _judge_side(low: float, high: float, printed: float | None) -> tuple[Verdict, str]:
    if low > 0:
        if printed is not None and high < printed:
            return "reached", "There is a difference, and it is smaller than the printed one."
        if printed is not None and low > printed:
            return "reached", "There is a difference, and it is larger than the printed one."
        return "reached", "The whole interval lies on the claimed side."
    if high < 0:
        return "not reached", "The whole interval lies on the other side."
    if printed is not None and high < printed:
        return "not reached", "No difference is shown, and one as large as the printed one is ruled out."
    return "cannot be told", "The interval holds both no difference and one as large as claimed."


def _judge_sameness(low: float, high: float, margin: float) -> tuple[Verdict, str]:
    if -margin <= low and high <= margin:
        return "reached", f"The interval lies within ±{margin:g}."
    if low > 0 or high < 0:
        return "not reached", "The interval leaves out 0."
    return "cannot be told", f"The interval holds 0 and differences beyond ±{margin:g}."


def counted(judged: Sequence[JudgedClaim]) -> dict[Verdict, int]:
    """Return how many claims have each verdict."""
    return {name: sum(one.verdict == name for one in judged) for name in VERDICTS}


def headline(findings: Findings) -> str:
    """Return what was found, in a few sentences."""
    sentences = [_of_claims(judge_claims(findings))]
    for part in ("adult", "compas"):
        if part in findings.parts():
            sentences += [
                judge_treatments(findings, part, learner) for learner in findings.learners(part)[:1]
            ]
    return " ".join(sentences)


def _of_claims(judged: Sequence[JudgedClaim]) -> str:
    if not judged:
        return "The table of the employees was not given, so the paper's own claims were not judged."
    held = counted(judged)
    missing = f", {held['not measured']} were not measured" if held["not measured"] else ""
    return (
        f"Of {len(judged)} claims about the employees, {held['reached']} were reached, {held['not reached']} were not, "
        f"{held['cannot be told']} cannot be told{missing}."
    )


def judge_treatments(findings: Findings, part: str, learner: str) -> str:
    """Return which treatments made a learner fairer on a table, in a sentence."""
    arms = [arm for arm in findings.arms(part) if arm != ORIGINAL]
    steps = {arm: _step(findings, part, learner, arm, "odds_gap") for arm in arms}
    fairer = [
        arm for arm, step in steps.items() if step is not None and step.high is not None and step.high < 0
    ]
    place = f"{_TABLE_NAMES[part]}, {LEARNER_NAMES[learner]}"
    if not fairer:
        return f"{place}: no treatment's change of the equalized odds gap can be told from none on the better side."
    return f"{place}: the equalized odds gap shrinks with {'; '.join(TREATMENTS[arm] for arm in fairer)}."


_TABLE_NAMES = {"adult": "Adult", "compas": "COMPAS"}


def treatment_sentences(findings: Findings, part: str, learner: str) -> list[str]:
    """Return a sentence for each treatment of a table: its gap, its accuracy, and the bar."""
    return [
        sentence
        for arm in findings.arms(part)
        if arm != ORIGINAL and (sentence := _sentence(findings, part, learner, arm))
    ]


def _sentence(findings: Findings, part: str, learner: str, arm: str) -> str:
    gap = _step(findings, part, learner, arm, "odds_gap")
    accuracy = _step(findings, part, learner, arm, "accuracy")
    before = findings.get(part, ORIGINAL, "odds_gap", learner=learner)
    if gap is None or accuracy is None or before is None or gap.high is None:
        return ""
    shown = range_text(gap.value, gap.low, gap.high, signed=True)
    lost = range_text(accuracy.value, accuracy.low, accuracy.high, signed=True)
    return (
        f"{TREATMENTS[arm]}: the equalized odds gap {_moved(gap)} ({shown}), accuracy changes by {lost}; "
        f"{_bar(gap, accuracy, before.value or 0.0)}."
    )


def _moved(step: Finding) -> str:
    low, high = step.low or 0.0, step.high or 0.0
    return "shrinks" if high < 0 else "grows" if low > 0 else "moves by less than can be told"


def _bar(gap: Finding, accuracy: Finding, before: float) -> str:
    """Return whether a third of the gap is gone at a loss of one point at most: by values, and by intervals."""
    wanted = -THIRD * before
    is_met = (gap.value or 0.0) <= wanted and (accuracy.value or 0.0) >= -POINT
    is_shown = (
        gap.high is not None and gap.high <= wanted and accuracy.low is not None and accuracy.low >= -POINT
    )
    if is_shown:
        return "a third less at one point at most is shown"
    return f"a third less at one point at most is {'met by the values, not by the intervals' if is_met else 'not met'}"


def _step(findings: Findings, part: str, learner: str, arm: str, metric: str) -> Finding | None:
    return findings.get(part, arm, metric, control=ORIGINAL, learner=learner)


def printed_text(claim: Claim) -> str:
    """Return the printed difference; in words where none is printed, or none is claimed."""
    if claim.paper is None:
        return "no number"
    return number_text(claim.paper, signed=True) if claim.paper else "no change"


def claim_lines(judged: Sequence[JudgedClaim]) -> list[str]:
    """Return claims as lines of plain text, for a terminal."""
    lines = []
    for one in judged:
        printed = printed_text(one.claim)
        ours = range_text(one.found.value, one.found.low, one.found.high, signed=True) if one.found else ""
        lines.append(f"{one.verdict}: {one.claim.words}: paper {printed}, ours {ours or 'not measured'}")
    return lines
