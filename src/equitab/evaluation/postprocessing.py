"""The baseline that changes thresholds instead of data: learned on validation scores, judged on test rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem, RecipeError, closest
from equitab.evaluation.fairness import MeasurementSettings, RealRows, Subject, measure_rows
from equitab.evaluation.guards import prediction_remarks
from equitab.evaluation.protocol import HALF, TUNED, ModelResult
from equitab.evaluation.results import Measurement

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

TREATMENT = "threshold_optimizer"

OBJECTIVES: Mapping[str, Literal["accuracy_score", "balanced_accuracy_score"]] = {
    HALF: "accuracy_score",
    TUNED: "balanced_accuracy_score",
}
"""A threshold of 0.5 on probabilities is best for accuracy, so that is what stands beside it."""


class RulesLike(Protocol):
    """What a post-processor learned (`equitab.mitigation.ThresholdRules`)."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What could not be done."""
        ...

    @property
    def is_defined(self) -> bool:
        """Whether anything was made equal."""
        ...

    def probability(self, score: Any, groups: Any) -> FloatArray:
        """Return probabilities of a favorable prediction."""
        ...

    def predict(self, score: Any, groups: Any, *, seed: int) -> BoolArray:
        """Return predictions drawn with them."""
        ...


class Postprocessor(Protocol):
    """Learns rules from scores of validation rows (`equitab.mitigation.fit_threshold_optimizer`)."""

    def __call__(
        self,
        score: Any,
        favorable: Any,
        groups: Any,
        *,
        constraint: Any,
        objective: Any,
        sample_weight: Any,
        seed: int,
    ) -> RulesLike:
        """Return the rules."""
        ...


@dataclass(frozen=True, eq=False)
class PostprocessedResult:
    """What a post-processor made of a model.

    Attributes
    ----------
    rules : mapping of str to rules
        By operating point.
    measurements : tuple of Measurement
        Of the test rows; undefined, with the reason, where there were no two groups to make equal.
    predictions : mapping of str to ndarray of bool
        Of the test rows, by operating point; only where the rules are defined.
    """

    rules: Mapping[str, RulesLike]
    measurements: tuple[Measurement, ...]
    predictions: Mapping[str, BoolArray]


def measure_postprocessed(
    result: ModelResult,
    postprocessor: Postprocessor,
    *,
    constraint: str = "demographic_parity",
    sensitive_features: str,
    validation: RealRows,
    test: RealRows,
    settings: MeasurementSettings | None = None,
    seed: int,
) -> PostprocessedResult:
    """Learn thresholds for each group on validation scores and measure them on test rows.

    Parameters
    ----------
    result : ModelResult
        A model of the original table.
    postprocessor : callable
        `equitab.mitigation.fit_threshold_optimizer`.
    constraint : str, default "demographic_parity"
        What is made equal.
    sensitive_features : str
        The name of the comparison whose groups are made equal (``sex``, ``sex × race``).
    validation, test : RealRows
    settings : MeasurementSettings, optional
    seed : int
        Of the randomised predictions.

    Returns
    -------
    PostprocessedResult
        With the treatment ``threshold_optimizer``.

    Raises
    ------
    RecipeError
        If there is no comparison of that name.
    """
    index = _comparison_index(validation, sensitive_features)
    chosen = settings or MeasurementSettings()
    subject = Subject(
        model=result.model.learner.name, treatment=TREATMENT, stage="test", model_seed=result.model.seed
    )
    rules, predictions, found = {}, {}, []
    for point, objective in OBJECTIVES.items():
        learned = postprocessor(
            result.validation_score,
            validation.favorable,
            validation.codes[index],
            constraint=constraint,
            objective=objective,
            sample_weight=validation.weights,
            seed=seed,
        )
        rules[point] = learned
        predicted = learned.predict(result.test_score, test.codes[index], seed=seed)
        score = learned.probability(result.test_score, test.codes[index])
        remarks = (
            f"{constraint} over {sensitive_features}",
            *learned.remarks,
            *prediction_remarks(test, predicted),
        )
        at_point = replace(subject, operating_point=point, remark="; ".join(remarks))
        measured = measure_rows(test, predicted, score, subject=at_point, settings=chosen)
        if learned.is_defined:
            predictions[point] = predicted
        found += measured if learned.is_defined else [_undefined(held) for held in measured]
    return PostprocessedResult(rules, tuple(found), predictions)


def _comparison_index(rows: RealRows, name: str) -> int:
    names = [comparison.name for comparison in rows.comparisons]
    if name in names:
        return names.index(name)
    raise RecipeError(
        Problem("groups of the threshold optimizer", "a comparison", repr(name), closest(name, names))
    )


def _undefined(held: Measurement) -> Measurement:
    """Return the measurement without a value: rules that made nothing equal are no such baseline."""
    return replace(
        held, value=None, low=None, high=None, confidence=None, interval_method="", status="undefined"
    )
