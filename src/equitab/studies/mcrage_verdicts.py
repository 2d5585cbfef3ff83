"""What the intervals of differences say: of the paper's claims, of our own bars, and of what cannot be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from equitab.studies.mcrage import ARMS, IMBALANCED, PAPERS_ARM
from equitab.studies.mcrage_differences import Difference, Numbers, Quantity
from equitab.studies.mcrage_paper import CLAIMS, Claim
from equitab.studies.mcrage_scores import GAPS, METRICS

Verdict = Literal["reached", "not reached", "cannot be told", "not measured"]

NOT_WORSE = -0.003
"""How far below the imbalanced control the interval of the overall AUROC may end."""
SAME_ROWS_CONTROLS = (
    IMBALANCED,
    "smote",
    "random_oversampling",
    "random_undersampling",
    "reweighing",
    "unguided",
)


@dataclass(frozen=True, kw_only=True)
class JudgedClaim:
    """A claim, our difference, and a verdict.

    Parameters
    ----------
    words, place : str
    paper : float or None
        The printed difference, or our own bar.
    gain, low, high : float or None
        Ours, with the interval corrected for the overlap of splits; None where it was not measured.
    plain_low, plain_high : float or None
        As if splits were independent.
    n : int
        Splits.
    verdict : {"reached", "not reached", "cannot be told", "not measured"}
    sentence : str
    """

    words: str
    place: str
    paper: float | None
    gain: float | None
    low: float | None
    high: float | None
    plain_low: float | None
    plain_high: float | None
    n: int
    verdict: Verdict
    sentence: str


def judge_claims(numbers: Numbers, claims: Sequence[Claim] = CLAIMS) -> list[JudgedClaim]:
    """Return the paper's claims, judged; none where the patients were not measured."""
    if "patients" not in numbers.tables():
        return []
    return [judge_claim(claim, numbers) for claim in claims]


def judge_claim(claim: Claim, numbers: Numbers) -> JudgedClaim:
    """Return a claim with our difference and a verdict.

    Parameters
    ----------
    claim : Claim
    numbers : Numbers

    Notes
    -----
    Reached: the interval lies on the side that the paper claims. Not reached: it lies on the other side, or it
    leaves out a difference as large as the printed one. Cannot be told: otherwise.
    """
    found = numbers.difference(claim.quantity, claim.arm, claim.control)
    if found is None:
        return _unmeasured(claim.words, claim.place, claim.paper)
    sign = -1.0 if claim.wanted == "less" else 1.0
    low, high = sorted((sign * found.low, sign * found.high))
    printed = None if claim.paper is None else sign * claim.paper
    verdict, sentence = _verdict(low, high, printed)
    return _judged(claim.words, claim.place, claim.paper, found, verdict, sentence)


def _verdict(low: float, high: float, printed: float | None) -> tuple[Verdict, str]:
    if low > 0:
        if printed is not None and high < printed:
            return "reached", "There is a difference, and it is smaller than the printed one."
        return "reached", "The whole interval lies on the claimed side."
    if high < 0:
        return "not reached", "The whole interval lies on the other side."
    if printed is not None and high < printed:
        return "not reached", "No difference is shown, and one as large as the printed one is ruled out."
    return "cannot be told", "The interval holds both no difference and one as large as claimed."


def judge_bars(numbers: Numbers, *, arm: str = PAPERS_ARM) -> list[JudgedClaim]:
    """Return this project's own bars for the guided arm, judged; none where the patients were not measured."""
    if "patients" not in numbers.tables():
        return []
    learner = _first_learner(numbers)
    overall = _bar(numbers, Quantity("patients", learner, "auroc"), arm, NOT_WORSE)
    women = _bar(numbers, Quantity("patients", learner, "auroc_few"), arm, 0.0)
    held = [
        _not_below(numbers, Quantity("patients", learner, metric), arm, control)
        for metric in ("accuracy", "f1")
        for control in SAME_ROWS_CONTROLS
        if control != arm
    ]
    return [overall, women, *[one for one in held if one.verdict != "not measured"]]


def _bar(numbers: Numbers, quantity: Quantity, arm: str, bar: float) -> JudgedClaim:
    words = f"{METRICS[quantity.metric]} over the imbalanced rows: the interval begins above {bar:g}"
    found = numbers.difference(quantity, arm, IMBALANCED)
    if found is None:
        return _unmeasured(words, "our bar", bar)
    if found.low > bar:
        return _judged(words, "our bar", bar, found, "reached", "")
    if found.high < bar:
        return _judged(words, "our bar", bar, found, "not reached", "The whole interval lies below.")
    side = "above" if found.gain > bar else "below"
    sentence = f"The interval is {found.high - found.low:.3f} wide; the mean is {side}."
    plain = "Taken as independent, the splits would say so." if found.plain_low > bar else ""
    return _judged(words, "our bar", bar, found, "cannot be told", " ".join(filter(None, (sentence, plain))))


def _not_below(numbers: Numbers, quantity: Quantity, arm: str, control: str) -> JudgedClaim:
    words = f"{METRICS[quantity.metric]} not below: {ARMS[control]}"
    found = numbers.difference(quantity, arm, control)
    if found is None:
        return _unmeasured(words, "our bar", 0.0)
    if found.gain >= 0:
        return _judged(words, "our bar", 0.0, found, "reached", "The mean is not below.")
    if found.high < 0:
        return _judged(words, "our bar", 0.0, found, "not reached", "The whole interval lies below.")
    return _judged(
        words, "our bar", 0.0, found, "cannot be told", "The mean is below, by less than can be seen."
    )


def what_cannot_be_seen(numbers: Numbers) -> list[str]:
    """Return sentences about the smallest differences that the patients can show, computed from the splits."""
    if "patients" not in numbers.tables():
        return []
    learner, sentences = _first_learner(numbers), []
    for metric, words in (
        ("accuracy", "accuracy"),
        ("f1", "F1"),
        ("auroc", "AUROC"),
        ("auroc_few", "AUROC of women"),
    ):
        quantity = Quantity("patients", learner, metric)
        found = [one for one in numbers.differences(quantity, IMBALANCED) if one.arm in SHOWN_DIFFERENCES]
        if found:
            sentences.append(_smallest(words, found, quantity, numbers))
    return sentences


SHOWN_DIFFERENCES = ("balanced", "smote", "guided", "boosted_trees", "reweighing")


def _smallest(words: str, found: Sequence[Difference], quantity: Quantity, numbers: Numbers) -> str:
    least, most = min(found, key=lambda one: one.visible), max(found, key=lambda one: one.visible)
    most_possible = numbers.difference(quantity, "balanced", IMBALANCED)
    said = (
        f"{words}: {found[0].n} splits show a difference to the imbalanced rows with a chance of 80% only from "
        f"{least.visible:.3f} ({ARMS[least.arm]}) to {most.visible:.3f} ({ARMS[most.arm]}) on"
    )
    if most_possible is None:
        return f"{said}."
    ours = f"all real women given back change it by {most_possible.gain:+.3f}".replace("-", "−")
    ranged = f"[{most_possible.low:.3f}, {most_possible.high:.3f}]".replace("-", "−")
    if most_possible.low <= 0 <= most_possible.high:
        return f"{said}; {ours} {ranged}, so not even a perfect generator could be told from none by this metric."
    return f"{said}; {ours} {ranged}, which bounds what drawn women can give."


def _first_learner(numbers: Numbers) -> str:
    return next(held.learner for held in numbers.quantities("patients") if held.learner)


def _judged(
    words: str, place: str, paper: float | None, found: Difference, verdict: Verdict, sentence: str
) -> JudgedClaim:
    is_gap = found.metric in GAPS
    return JudgedClaim(
        words=words,
        place=place,
        paper=paper,
        gain=found.gain,
        low=found.low,
        high=found.high,
        plain_low=found.plain_low,
        plain_high=found.plain_high,
        n=found.n,
        verdict=verdict,
        sentence=f"{sentence} By how much the gap shrinks.".strip() if is_gap else sentence,
    )


def _unmeasured(words: str, place: str, paper: float | None) -> JudgedClaim:
    return JudgedClaim(
        words=words,
        place=place,
        paper=paper,
        gain=None,
        low=None,
        high=None,
        plain_low=None,
        plain_high=None,
        n=0,
        verdict="not measured",
        sentence="",
    )
