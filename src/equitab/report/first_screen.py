"""The first screen: fair for whom, by which criterion, how sure, at what cost, and against what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from equitab.evaluation.results import BaselineComparison, Headline, Measurement
from equitab.report import wording
from equitab.report.contents import MetricDescription, MetricTexts

Verdict = Literal["beaten", "not beaten", "undetermined", "not compared"]

_GAP_WORDS: dict[wording.Gap, str] = {
    "within": "is within the gap that was asked for, with its whole interval",
    "outside": "is outside the gap that was asked for, with its whole interval",
    "open": "may or may not be within the gap that was asked for: its interval reaches across the edge",
    "unknown": "cannot be held against the gap that was asked for",
}


@dataclass(frozen=True)
class BigNumber:
    """One number in large type, before and after; `before` is empty where there is nothing to compare."""

    label: str
    before: str
    after: str
    detail: str
    note: str


@dataclass(frozen=True)
class Answer:
    """One of the questions that the first screen answers, with its answer in sentences."""

    question: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class BaselineRow:
    """One simple baseline beside what was done."""

    name: str
    fairness: str
    performance: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class FirstScreen:
    """Everything above the first fold, in words."""

    verdict: Verdict
    banner: str
    banner_detail: str
    lead: str
    numbers: tuple[BigNumber, ...]
    warnings: tuple[str, ...]
    answers: tuple[Answer, ...]
    fairness_title: str
    performance_title: str
    result: BaselineRow
    baselines: tuple[BaselineRow, ...]


def lay_out_first_screen(headline: Headline, texts: MetricTexts) -> FirstScreen:
    """Return the first screen of a headline."""
    fairness = texts.describe(headline.fairness_after.metric)
    performance = texts.describe(headline.performance_after.metric)
    verdict = overall_verdict(headline.baselines)
    banner, detail = _word_banner(verdict, headline.baselines)
    return FirstScreen(
        verdict=verdict,
        banner=banner,
        banner_detail=detail,
        lead=_word_lead(headline, fairness),
        numbers=(
            _enlarge(
                headline.fairness_before, headline.fairness_after, fairness, _word_aim(fairness, headline)
            ),
            _enlarge(
                headline.performance_before,
                headline.performance_after,
                performance,
                wording.show_direction(performance),
            ),
            _count_baselines(headline.baselines),
        ),
        warnings=tuple(wording.upper_first(warning) for warning in headline.warnings),
        answers=_answer_questions(headline, fairness, performance),
        fairness_title=fairness.title,
        performance_title=performance.title,
        result=BaselineRow(
            f"This result: {wording.show_treatment(headline.treatment)}",
            wording.format_value(headline.fairness_after),
            wording.format_value(headline.performance_after),
            "",
            "",
        ),
        baselines=tuple(_lay_out_baseline(comparison) for comparison in headline.baselines),
    )


def overall_verdict(baselines: tuple[BaselineComparison, ...]) -> Verdict:
    """Return the least favorable of the verdicts: one baseline that was not beaten decides."""
    verdicts = {comparison.verdict for comparison in baselines}
    if "not beaten" in verdicts:
        return "not beaten"
    if "undetermined" in verdicts:
        return "undetermined"
    return "beaten" if verdicts else "not compared"


def describe_fairness_target(headline: Headline, ideal: float | None) -> tuple[float, float] | None:
    """Return the values within the gap that was asked for; None where the metric has no best value."""
    return None if ideal is None else (ideal - headline.tolerance, ideal + headline.tolerance)


def _word_banner(verdict: Verdict, baselines: tuple[BaselineComparison, ...]) -> tuple[str, str]:
    """Say every verdict in words; the first two stand out on the page."""
    names = ", ".join(_name_baseline(one) for one in baselines if one.verdict == verdict)
    if verdict == "not beaten":
        return "Not better than every simple baseline.", f"Not beaten: {names}. See the comparison below."
    if verdict == "undetermined":
        return (
            "Not shown to be better than every simple baseline.",
            f"The noise does not allow to say: {names}.",
        )
    if verdict == "beaten":
        return "Better than every simple baseline that it was compared with.", f"Beaten: {names}."
    return "Not compared with any baseline.", "Whether a simpler way does as well is not known."


def _word_lead(headline: Headline, fairness: MetricDescription) -> str:
    """Say the answer in words, without numbers: these stand below it in large type."""
    after = headline.fairness_after
    people = f"{wording.show_features(after.sensitive_features)} ({wording.show_groups(after)})"
    gap = (
        "unknown"
        if fairness.target is None
        else wording.judge_gap(after, fairness.target, headline.tolerance)
    )
    return (
        f"For {people}, the {wording.lower_first(fairness.title)} {_GAP_WORDS[gap]}. The model is "
        f"{wording.lower_first(wording.show_model(headline.model))}, trained on "
        f"{wording.show_training_rows(headline.treatment)}."
    )


def _word_aim(fairness: MetricDescription, headline: Headline) -> str:
    return f"{wording.show_direction(fairness)}; asked for: a gap of at most {headline.tolerance:g}"


def _enlarge(before: Measurement, after: Measurement, description: MetricDescription, note: str) -> BigNumber:
    """Return a number; its intervals stand in the same order as the numbers above them."""
    intervals = [wording.format_interval(one.low, one.high) or "no interval" for one in (before, after)]
    confidence = wording.format_confidence(after.confidence)
    detail = f"{confidence} intervals {intervals[0]} → {intervals[1]}".strip()
    shown = (wording.format_number(before.value), wording.format_number(after.value))
    return BigNumber(description.title, *shown, detail, note)


def _count_baselines(baselines: tuple[BaselineComparison, ...]) -> BigNumber:
    beaten = [one for one in baselines if one.verdict == "beaten"]
    others = [f"{_name_baseline(one)}: {one.verdict}" for one in baselines if one.verdict != "beaten"]
    count = f"{len(beaten)} of {len(baselines)}" if baselines else "none compared"
    names = ", ".join(_name_baseline(one) for one in beaten)
    return BigNumber(
        "Simple baselines beaten", "", count, "; ".join(others), f"beaten: {names}" if names else ""
    )


def _answer_questions(
    headline: Headline, fairness: MetricDescription, performance: MetricDescription
) -> tuple[Answer, ...]:
    after = headline.fairness_after
    people = f"Measured on {wording.format_count(after.n)} real test rows."
    where = wording.show_operating_point(after.operating_point)
    whom = f"By {wording.show_features(after.sensitive_features)}: {wording.show_groups(after)}."
    aim = f"{fairness.title} ({_word_aim(fairness, headline)}{f'; {where}' if where else ''})."
    cost = (
        f"{performance.title} before: {wording.format_value(headline.performance_before)}; "
        f"after: {wording.format_value(headline.performance_after)} ({wording.show_direction(performance)})."
    )
    return (
        Answer("Fair for whom?", (whom, people)),
        Answer("By which criterion?", tuple(filter(None, (aim, fairness.meaning)))),
        Answer("How sure?", _word_sureness(headline, fairness)),
        Answer(
            "At what cost?", (cost, *_word_missing(headline.performance_before, headline.performance_after))
        ),
        Answer("Better than simple ways?", (_word_standing(headline.baselines),)),
    )


def _word_sureness(headline: Headline, fairness: MetricDescription) -> tuple[str, ...]:
    before, after = headline.fairness_before, headline.fairness_after
    confidence = wording.format_confidence(after.confidence)
    method = f", {after.interval_method.replace('_', ' ')}" if after.interval_method else ""
    how = f" ({confidence} intervals{method})" if confidence else ""
    sentences = [f"Before: {wording.format_value(before)}; after: {wording.format_value(after)}{how}."]
    if fairness.target is not None:
        gap = wording.judge_gap(after, fairness.target, headline.tolerance)
        sentences.append(f"It {_GAP_WORDS[gap]}.")
    return (*sentences, *_word_missing(before, after))


def _word_standing(baselines: tuple[BaselineComparison, ...]) -> str:
    """Each baseline by name with its verdict; the reasons stand in the table."""
    if not baselines:
        return "No simple baseline was compared."
    parts = "; ".join(f"{_name_baseline(one)}: {one.verdict}" for one in baselines)
    return f"{parts}. The table below has the numbers and the reasons."


def _word_missing(before: Measurement, after: Measurement) -> tuple[str, ...]:
    pairs = (("before", before), ("after", after))
    return tuple(f"Undefined {when}: {one.reason}." for when, one in pairs if one.value is None)


def _lay_out_baseline(comparison: BaselineComparison) -> BaselineRow:
    return BaselineRow(
        _name_baseline(comparison),
        wording.format_value(comparison.fairness),
        wording.format_value(comparison.performance),
        comparison.verdict,
        comparison.reason,
    )


def _name_baseline(comparison: BaselineComparison) -> str:
    return (
        "No treatment" if comparison.treatment == "original" else wording.show_treatment(comparison.treatment)
    )
