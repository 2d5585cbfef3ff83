"""Models for another population: trained on several tables, judged on that population's real rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, frame_from_columns
from equitab.errors import Problem, RecipeError, closest
from equitab.evaluation.fairness import RealRows
from equitab.evaluation.guards import check_unseen
from equitab.evaluation.learners import Learner, learner
from equitab.evaluation.model import Resampler, fit_model
from equitab.evaluation.protocol import TrainingTable
from equitab.metrics import auroc
from equitab.metrics.performance import brier_losses, log_losses
from equitab.schema import TableSchema

FloatArray = npt.NDArray[np.float64]

PopulationMetric = Literal["auroc", "log_loss", "brier_score", "calibration_gap"]
"""``calibration_gap``: the mean score minus the share of favorable outcomes; 0 is best, on either side."""

LOWER_IS_BETTER: Mapping[PopulationMetric, bool] = MappingProxyType(
    {"auroc": False, "log_loss": True, "brier_score": True, "calibration_gap": True}
)


@dataclass(frozen=True, kw_only=True)
class PopulationScore:
    """One model's number on the population's real rows, and how it differs from the table that adapts nothing.

    Parameters
    ----------
    learner, treatment : str
    metric : str
    value, low, high : float
        With the bootstrap interval over the population's test rows.
    gain, gain_low, gain_high : float
        How much better than the baseline: positive is better, whatever the metric; 0 for the baseline itself.
        Paired: both models meet the same resampled rows.
    n_train, n_test : int
    """

    learner: str
    treatment: str
    metric: PopulationMetric
    value: float
    low: float
    high: float
    gain: float
    gain_low: float
    gain_high: float
    n_train: int
    n_test: int


@dataclass(frozen=True)
class PopulationScores:
    """All scores, with the baseline that gains are counted from."""

    scores: tuple[PopulationScore, ...]
    baseline: str
    confidence: float

    def of(self, treatment: str, metric: PopulationMetric, learner: str | None = None) -> PopulationScore:
        """Return one score; of the first learner where none is named."""
        for score in self.scores:
            if (score.treatment, score.metric) == (treatment, metric) and learner in {None, score.learner}:
                return score
        raise KeyError((treatment, metric, learner))

    def to_frame(self) -> Frame:
        """Return one row for each score."""
        names = list(PopulationScore.__dataclass_fields__)
        return frame_from_columns({name: [getattr(score, name) for score in self.scores] for name in names})

    def __str__(self) -> str:
        lines = [f"judged on {self.scores[0].n_test:,} real rows; gains over {self.baseline!r}"]
        width = max(len(score.treatment) for score in self.scores)
        for score in self.scores:
            gain = f"{score.gain:+.4f} ({score.gain_low:+.4f} to {score.gain_high:+.4f})"
            value = f"{score.value:.4f} ({score.low:.4f} to {score.high:.4f})"
            shown = "" if score.treatment == self.baseline else f"  gain {gain}"
            head = f"  {score.learner} {score.metric:<15} {score.treatment:<{width}}"
            lines.append(f"{head} {value}{shown}")
        return "\n".join(lines)


def score_for_population(
    trainings: Sequence[TrainingTable],
    rows: RealRows,
    *,
    schema: TableSchema,
    baseline: str,
    learners: Sequence[str | Learner | Mapping[str, Any]] = ("gradient_boosting", "logistic_regression"),
    metrics: Sequence[PopulationMetric] = ("auroc", "log_loss", "calibration_gap"),
    resampler: Resampler | None = None,
    confidence: float = 0.95,
    n_replicates: int = 200,
    seed: int,
) -> PopulationScores:
    """Train on tables that were adapted to a population, or not, and judge on its real rows.

    Parameters
    ----------
    trainings : sequence of TrainingTable
        With names of their own: rows drawn for the population, rows drawn without, real rows of another
        population with and without weights, and the population's own rows for the limit, say.
    rows : RealRows
        Real rows of the population that are in no training table.
    schema : TableSchema
    baseline : str
        The treatment that gains are counted from.
    learners : sequence
        As `equitab.evaluation.learner` takes them.
    metrics : sequence of {"auroc", "log_loss", "brier_score", "calibration_gap"}
    resampler : callable, optional
        For learners that take no weights.
    confidence : float, default 0.95
    n_replicates : int, default 200
        Of the bootstrap over the test rows.
    seed : int

    Returns
    -------
    PopulationScores

    Raises
    ------
    RecipeError
        If the baseline is no treatment, a name stands twice, or a metric is unknown.
    ProtocolError
        If a test row is in a training table.
    """
    _check(trainings, baseline, metrics)
    for training in trainings:
        check_unseen(
            training.frame, training.positions, rows, schema, treatment=training.treatment, split="test"
        )
    weights = _replicate_weights(rows, n_replicates, seed)
    found: list[PopulationScore] = []
    for described in learners:
        known = learner(described)
        by_treatment = {
            training.treatment: _replicates(training, known, rows, schema, metrics, weights, resampler, seed)
            for training in trainings
        }
        sizes = {training.treatment: len(training.frame) for training in trainings}
        found += _scores(by_treatment, known.name, baseline, sizes, len(rows), metrics, confidence)
    return PopulationScores(tuple(found), baseline, confidence)


def _replicate_weights(rows: RealRows, n_replicates: int, seed: int) -> list[FloatArray]:
    """Return the rows' weights, then those of every bootstrap replicate."""
    own = np.ones(len(rows)) if rows.weights is None else rows.weights
    random = np.random.default_rng([seed, 3])
    drawn = (
        np.bincount(random.integers(0, len(rows), len(rows)), minlength=len(rows))
        for _ in range(n_replicates)
    )
    return [own, *(own * counts for counts in drawn)]


def _replicates(
    training: TrainingTable,
    known: Learner,
    rows: RealRows,
    schema: TableSchema,
    metrics: Sequence[PopulationMetric],
    weights: list[FloatArray],
    resampler: Resampler | None,
    seed: int,
) -> FloatArray:
    """Return every metric for the rows and for each replicate, shape (1 + n_replicates, n_metrics)."""
    model = fit_model(
        training.frame, known, schema=schema, weights=training.weights, resampler=resampler, seed=seed
    )
    score = model.favorable_score(rows.frame)
    return np.array([[_METRICS[name](rows.favorable, score, held) for name in metrics] for held in weights])


def _scores(
    by_treatment: Mapping[str, FloatArray],
    name: str,
    baseline: str,
    sizes: Mapping[str, int],
    n_test: int,
    metrics: Sequence[PopulationMetric],
    confidence: float,
) -> list[PopulationScore]:
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    found = []
    for place, metric in enumerate(metrics):
        reference = _merit(by_treatment[baseline][:, place], metric)
        for treatment, values in by_treatment.items():
            held = values[:, place]
            gains = _merit(held, metric) - reference
            low, high = np.quantile(held[1:], tails)
            gain_low, gain_high = np.quantile(gains[1:], tails)
            score = PopulationScore(
                learner=name,
                treatment=treatment,
                metric=metric,
                value=float(held[0]),
                low=float(low),
                high=float(high),
                gain=float(gains[0]),
                gain_low=float(gain_low),
                gain_high=float(gain_high),
                n_train=sizes[treatment],
                n_test=n_test,
            )
            found.append(score)
    return found


def _merit(values: FloatArray, metric: PopulationMetric) -> FloatArray:
    """Return values of which more is better; a gap counts by its distance from 0."""
    return -np.abs(values) if LOWER_IS_BETTER[metric] else values


def _mean(values: FloatArray, weights: FloatArray) -> float:
    return float(np.dot(weights, values) / weights.sum())


_METRICS: Mapping[PopulationMetric, Callable[[npt.NDArray[np.bool_], FloatArray, FloatArray], float]] = (
    MappingProxyType(
        {
            "auroc": lambda true, score, weights: auroc(true, score, sample_weight=weights),
            "log_loss": lambda true, score, weights: _mean(log_losses(true, score), weights),
            "brier_score": lambda true, score, weights: _mean(brier_losses(true, score), weights),
            "calibration_gap": lambda true, score, weights: _mean(score - true, weights),
        }
    )
)


def _check(trainings: Sequence[TrainingTable], baseline: str, metrics: Sequence[str]) -> None:
    names = [training.treatment for training in trainings]
    problems = [
        Problem(f"training table {name!r}", "a name of its own", "a name that stands twice")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if baseline not in names:
        problems.append(
            Problem(f"baseline {baseline!r}", "one of the tables", "another", closest(baseline, names))
        )
    problems += [
        Problem(f"metric {metric!r}", "a known one", "another", closest(metric, list(LOWER_IS_BETTER)))
        for metric in metrics
        if metric not in LOWER_IS_BETTER
    ]
    if problems:
        raise RecipeError(problems)
