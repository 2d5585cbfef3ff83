"""Beaten, not beaten or undetermined: what was done, beside a simple way to do it, on the same test rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.evaluation.fairness import RealRows
from equitab.evaluation.headline_question import HeadlineQuestion
from equitab.evaluation.paired import PairedDifference, compare_predictions
from equitab.evaluation.results import BaselineComparison, BaselineVerdict, Measurement
from equitab.metrics import METRICS

PredictionPair = tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]


@dataclass(frozen=True, kw_only=True)
class ComparisonRule:
    """When a difference counts.

    Parameters
    ----------
    margin : float, default 0.01
        Differences of fairness or performance up to this size are called equal.
    confidence : float, default 0.95
    n_replicates : int, default 1000
    min_group_size : int, default 30
    seed : int, default 0
    """

    margin: float = 0.01
    confidence: float = 0.95
    n_replicates: int = 1000
    min_group_size: int = 30
    seed: int = 0


def compare_with_baseline(
    baseline: str,
    *,
    ours: tuple[Measurement, Measurement],
    theirs: tuple[Measurement, Measurement],
    question: HeadlineQuestion,
    predictions: PredictionPair | None = None,
    test: RealRows | None = None,
    rule: ComparisonRule,
) -> BaselineComparison:
    """Return the verdict on one baseline.

    Parameters
    ----------
    baseline : str
    ours, theirs : pair of Measurement
        Fairness and performance on test rows.
    question : HeadlineQuestion
    predictions : pair of ndarray of bool, optional
        Ours and theirs, of the test rows: then a paired bootstrap is made, otherwise the intervals serve.
    test : RealRows, optional
    rule : ComparisonRule

    Returns
    -------
    BaselineComparison
        *Beaten*: surely fairer, and performance not lower by more than the margin; or as fair within the
        margin, and surely better performing; or within a tolerance that was asked for and that the baseline surely
        exceeds. *Not beaten*: surely neither. Else *undetermined*.
    """
    undefined = [held for held in (*ours, *theirs) if held.value is None]
    if undefined:
        return BaselineComparison(
            treatment=baseline,
            fairness=theirs[0],
            performance=theirs[1],
            verdict="undetermined",
            reason=f"{undefined[0].metric} is undefined for {undefined[0].treatment}",
        )
    fairness, performance, how = _differences(ours, theirs, question, predictions, test, rule)
    verdict = decide(fairness, performance, margin=rule.margin)
    if question.is_asked and _answers_alone(ours[0], theirs[0], question):
        verdict = "beaten"
    words = _in_words(fairness, performance, ours[1].metric, rule)
    reason = "; ".join(part for part in (words, _within(ours[0], theirs[0], question), how) if part)
    return BaselineComparison(
        treatment=baseline, fairness=theirs[0], performance=theirs[1], verdict=verdict, reason=reason
    )


def decide(fairness: PairedDifference, performance: PairedDifference, *, margin: float) -> BaselineVerdict:
    """Return the verdict on a baseline from two differences (ours minus theirs).

    Parameters
    ----------
    fairness : PairedDifference
        Of the distances from fair: negative means that ours is fairer.
    performance : PairedDifference
        Positive means that ours performs better.
    margin : float

    Examples
    --------
    >>> fairer, dearer = PairedDifference(-0.1, -0.12, -0.08), PairedDifference(-0.03, -0.035, -0.025)
    >>> same = PairedDifference(0.0, -0.005, 0.005)
    >>> decide(fairer, same, margin=0.01), decide(fairer, dearer, margin=0.01)
    ('beaten', 'not beaten')
    """
    is_fairer, is_no_dearer = fairness.high < 0, performance.low >= -margin
    is_as_fair, is_better = fairness.high <= margin, performance.low > 0
    if (is_fairer and is_no_dearer) or (is_as_fair and is_better):
        return "beaten"
    cannot_be_fairer, is_dearer = fairness.low >= 0, performance.high < -margin
    is_less_fair, cannot_be_better = fairness.low > margin, performance.high <= 0
    if (cannot_be_fairer or is_dearer) and (is_less_fair or cannot_be_better):
        return "not beaten"
    return "undetermined"


def _differences(
    ours: tuple[Measurement, Measurement],
    theirs: tuple[Measurement, Measurement],
    question: HeadlineQuestion,
    predictions: PredictionPair | None,
    test: RealRows | None,
    rule: ComparisonRule,
) -> tuple[PairedDifference, PairedDifference, str]:
    """Return the differences in distance from fair and in performance, and how they were made."""
    if predictions is not None and test is not None:
        pair = [
            compare_predictions(
                *predictions,
                test,
                metric=metric,
                sensitive_features=features,
                confidence=rule.confidence,
                n_replicates=rule.n_replicates,
                min_group_size=rule.min_group_size,
                seed=rule.seed,
            )
            for metric, features in ((question.criterion, ours[0].sensitive_features), (ours[1].metric, ""))
            if METRICS[metric].is_function_of_counts
        ]
        if len(pair) == 2 and pair[0] is not None and pair[1] is not None:
            return pair[0], pair[1], "paired bootstrap of the test rows"
    gaps = (_gap_interval(ours[0], question), _gap_interval(theirs[0], question))
    costs = (_value_interval(ours[1]), _value_interval(theirs[1]))
    return _subtract(*gaps), _subtract(*costs), "by the separate intervals"


def _gap_interval(held: Measurement, question: HeadlineQuestion) -> PairedDifference:
    """Return the distance from fair with its interval (as wide as that of the measurement)."""
    gap, interval = question.gap(held), _value_interval(held)
    below, above = interval.value - interval.low, interval.high - interval.value
    if interval.value < (METRICS[held.metric].ideal or 0.0):  # then the low end is the unfair one
        below, above = above, below
    return PairedDifference(gap, gap - below, gap + above)


def _value_interval(held: Measurement) -> PairedDifference:
    value = held.value or 0.0
    if held.low is None or held.high is None:
        return PairedDifference(value, -np.inf, np.inf)  # nothing is known about the noise
    return PairedDifference(value, held.low, held.high)


def _subtract(first: PairedDifference, second: PairedDifference) -> PairedDifference:
    """Return first minus second as if they were independent: errors add in squares."""
    value = first.value - second.value
    below = float(np.hypot(first.value - first.low, second.high - second.value))
    above = float(np.hypot(first.high - first.value, second.value - second.low))
    return PairedDifference(value, value - below, value + above)


def _answers_alone(ours: Measurement, theirs: Measurement, question: HeadlineQuestion) -> bool:
    """Return whether ours is within the tolerance and the baseline surely is not."""
    return question.gap(ours) <= question.tolerance < _gap_interval(theirs, question).low


def _within(ours: Measurement, theirs: Measurement, question: HeadlineQuestion) -> str:
    """Say who is within the tolerance, where only one is."""
    kept = [question.gap(held) <= question.tolerance for held in (ours, theirs)]
    if kept[0] == kept[1]:
        return ""
    return f"only {'the result' if kept[0] else 'the baseline'} is within the tolerance"


def _in_words(
    fairness: PairedDifference, performance: PairedDifference, metric: str, rule: ComparisonRule
) -> str:
    gap = "as fair" if abs(fairness.value) <= rule.margin else "fairer" if fairness.value < 0 else "less fair"
    if gap == "as fair":
        is_sure = fairness.low >= -rule.margin and fairness.high <= rule.margin
    else:
        is_sure = fairness.high < 0 or fairness.low > 0
    sure = "" if is_sure else ", not surely"
    name = metric.replace("_", " ")
    return (
        f"{gap}{sure} (distance from fair {fairness.value:+.3f}, {fairness.low:+.3f} to {fairness.high:+.3f}), "
        f"{name} {performance.value:+.3f} ({performance.low:+.3f} to {performance.high:+.3f})"
    )
