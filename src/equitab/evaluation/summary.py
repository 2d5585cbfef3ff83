"""The headline: which model was chosen on validation rows, how fair it is on test rows, and what it beat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem, RecipeError, closest
from equitab.evaluation.baseline_verdict import ComparisonRule, compare_with_baseline
from equitab.evaluation.fairness import ALL_OTHERS, RealRows
from equitab.evaluation.guards import SUSPICION
from equitab.evaluation.headline_question import HeadlineQuestion
from equitab.evaluation.prediction_table import Predictions
from equitab.evaluation.results import Headline, Measurement
from equitab.evaluation.seed_average import average_over_seeds
from equitab.metrics import METRICS


def headline(
    measurements: Iterable[Measurement],
    question: HeadlineQuestion,
    *,
    predictions: Predictions | None = None,
    test: RealRows | None = None,
    rule: ComparisonRule | None = None,
) -> Headline:
    """Choose a model on validation rows and say what it achieved on test rows.

    Parameters
    ----------
    measurements : iterable of Measurement
        Of `train_and_measure_all` and of the baselines; several seeds are averaged first.
    question : HeadlineQuestion
    predictions : mapping of (treatment, model, operating point) to ndarray of bool, optional
        Of the test rows, at one seed. With them (and `test`) a baseline is compared by a paired bootstrap;
        without, or where there are several seeds, by the intervals.
    test : RealRows, optional
    rule : ComparisonRule, optional
        When a difference counts.

    Returns
    -------
    Headline

    Raises
    ------
    RecipeError
        If the criterion, the performance metric or the comparison was not measured.

    Notes
    -----
    Chosen is, among all models of all treatments that are neither baselines nor yardsticks, the best
    performing one within the tolerance on validation rows, or the fairest where none is; of test rows the
    choice knows nothing. Where only baselines were trained, it is made among the models of the original table.
    """
    found = _Table(average_over_seeds(measurements), question)
    found.check()
    model, treatment = _choose(found)
    before = found.pair("original", model)
    after = found.pair(treatment, model)
    compared = tuple(
        compare_with_baseline(
            baseline,
            ours=after,
            theirs=found.pair(baseline, model),
            question=question,
            predictions=_predictions_of(predictions, (treatment, baseline), model, question.operating_point),
            test=test,
            rule=rule or ComparisonRule(),
        )
        for baseline in question.baselines
        if baseline != treatment and found.has(baseline, model)
    )
    return Headline(
        model=model,
        treatment=treatment,
        fairness_before=before[0],
        fairness_after=after[0],
        performance_before=before[1],
        performance_after=after[1],
        tolerance=question.tolerance,
        baselines=compared,
        warnings=(*found.leak_warnings(), *_warnings(question, after)),
    )


@dataclass(frozen=True)
class _Table:
    """Averaged measurements, asked for by treatment and model."""

    measurements: Sequence[Measurement]
    question: HeadlineQuestion

    def find(self, metric: str, treatment: str, model: str, *, stage: str = "test") -> Measurement | None:
        """Return one measurement, or None; of signed metrics the pooled row."""
        is_fairness = metric == self.question.criterion
        wanted = (
            metric,
            self.question.sensitive_features if is_fairness else "",
            ALL_OTHERS if is_fairness and METRICS[metric].scope == "reference" else "",
            treatment,
            model,
            stage,
            self.question.operating_point,
        )
        return next((held for held in self.measurements if _key(held) == wanted), None)

    def has(self, treatment: str, model: str) -> bool:
        return self.find(self.question.criterion, treatment, model) is not None

    def pair(self, treatment: str, model: str, *, stage: str = "test") -> tuple[Measurement, Measurement]:
        """Return fairness and performance; undefined ones where nothing was measured."""
        missing = {"value": None, "status": "undefined", "reason": "not measured"}
        place = {
            "treatment": treatment,
            "model": model,
            "stage": stage,
            "operating_point": self.question.operating_point,
        }
        fairness = self.find(self.question.criterion, treatment, model, stage=stage)
        performance = self.find(self.question.performance, treatment, model, stage=stage)
        features = self.question.sensitive_features
        return (
            fairness
            or Measurement(metric=self.question.criterion, sensitive_features=features, **missing, **place),  # type: ignore[arg-type]
            performance or Measurement(metric=self.question.performance, **missing, **place),  # type: ignore[arg-type]
        )

    def candidates(self) -> list[tuple[str, str]]:
        """Return every (treatment, model) that was measured on validation rows."""
        pairs = dict.fromkeys((m.treatment, m.model) for m in self.measurements if m.stage == "validation")
        treated = [pair for pair in pairs if pair[0] not in self.question.baselines]
        chosen = [pair for pair in treated if pair[0] not in self.question.yardsticks]
        return chosen or treated or [pair for pair in pairs if pair[0] == "original"]

    def leak_warnings(self) -> tuple[str, ...]:
        """Say so where any model, chosen or not, was too good to be true."""
        suspects = [
            f"{held.model} on {held.treatment}"
            for held in self.measurements
            if held.metric == self.question.performance
            and SUSPICION in held.reason
            and not held.sensitive_features
        ]
        if not suspects:
            return ()
        listed = ", ".join(dict.fromkeys(suspects))
        return (f"{SUSPICION}: {listed}; a column may give the target away (--ignore leaves it out)",)

    def check(self) -> None:
        asked = (
            ("criterion", self.question.criterion, {m.metric for m in self.measurements} & set(METRICS)),
            ("performance metric", self.question.performance, {m.metric for m in self.measurements}),
            (
                "sensitive features",
                self.question.sensitive_features,
                {m.sensitive_features for m in self.measurements},
            ),
        )
        problems = [
            Problem(f"{what} {name!r}", "one that was measured", "another", closest(name, sorted(known)))
            for what, name, known in asked
            if name not in known
        ]
        if not self.candidates():
            problems.append(Problem("models", "at least one measured on validation rows", "none"))
        if problems:
            raise RecipeError(problems)


def _key(held: Measurement) -> tuple[str, ...]:
    features = held.sensitive_features
    return held.metric, features, held.group, held.treatment, held.model, held.stage, held.operating_point


def _choose(found: _Table) -> tuple[str, str]:
    """Return model and treatment, by validation rows alone."""
    question = found.question
    judged = [(found.pair(*pair, stage="validation"), pair) for pair in found.candidates()]
    scored = [
        (question.gap(fair), -1.0 if cost.value is None else cost.value, pair)
        for (fair, cost), pair in judged
    ]
    within = [entry for entry in scored if entry[0] <= question.tolerance]
    best = (
        max(within, key=lambda entry: entry[1])
        if within
        else min(scored, key=lambda entry: (entry[0], -entry[1]))
    )
    return best[2][1], best[2][0]


def _predictions_of(
    predictions: Predictions | None, treatments: tuple[str, str], model: str, operating_point: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]] | None:
    keys = [(treatment, model, operating_point) for treatment in treatments]
    if predictions is None or any(key not in predictions for key in keys):
        return None
    return predictions[keys[0]], predictions[keys[1]]


def _warnings(question: HeadlineQuestion, after: tuple[Measurement, Measurement]) -> tuple[str, ...]:
    """Return what a reader must know before anything else."""
    fairness = after[0]
    found = [f"{held.metric} is undefined: {held.reason}" for held in after if held.value is None]
    gap = question.gap(fairness)
    if fairness.value is not None and gap > question.tolerance:
        found.append(f"not within the tolerance: {gap:.3f} from fair, {question.tolerance:g} was asked for")
    elif _farthest(question, fairness) > question.tolerance:
        found.append(f"within the tolerance of {question.tolerance:g}, but its interval reaches beyond it")
    if fairness.value is not None and fairness.reason:
        found.append(fairness.reason)
    return tuple(found)


def _farthest(question: HeadlineQuestion, fairness: Measurement) -> float:
    """Return the distance from fair of the conservative end of the interval."""
    ideal = METRICS[question.criterion].ideal or 0.0
    return max((abs(end - ideal) for end in (fairness.low, fairness.high) if end is not None), default=0.0)
