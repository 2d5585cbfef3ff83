r"""How a model of the augmentation study is judged: on all held-out rows, weighted so that the outcome is rare.

A model trained where the outcome has a share of 1% is meant for people among whom it has 1%. To throw test rows
away until they are such people would leave a few dozen rare ones. All rows are kept instead, and the rare ones
weigh :math:`\frac{s}{1-s} \cdot \frac{n_{common}}{n_{rare}}`, which gives the same expectation with less noise.

Every model of a table and share meets the same bootstrap of these rows (drawn by outcome), so that differences
between models are paired replicate by replicate, and over seeds as well. `equitab.evaluation.compare_predictions`
pairs two predictions in the same way; it knows functions of counts only and one seed, and most of what is asked
here are functions of scores over several seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.evaluation import fit_model, learner
from equitab.metrics import choose_threshold
from equitab.metrics.performance import balanced_accuracy, f1
from equitab.schema import TableSchema, group_codes, sensitive_groups
from equitab.studies.mostly import StudyRows

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

FEWEST_RARE_ROWS_IN_GROUP = 30
HALF, TUNED = "0.5", "tuned"
"""Operating points: 0.5, and the best threshold on real validation rows: for F1 that with the best F1, for the
others that with the best balanced accuracy."""
N_THRESHOLDS = 200
LOSSES = ("brier", "log_loss")
SCORE_METRICS = ("auroc", "average_precision", "worst_group_auroc", *LOSSES)
PREDICTION_METRICS = ("balanced_accuracy", "f1", "recall", "worst_group_recall")


@dataclass(frozen=True, eq=False)
class Judges:
    """Real held-out rows of one table and share.

    Attributes
    ----------
    schema : TableSchema
    validation, test : Frame
    validation_rare, test_rare : ndarray of bool
    validation_weight : ndarray of float
    weights : ndarray of float, shape (1 + n_replicates, n_test_rows)
        The first row holds the weights of the rows, the others those of bootstrap replicates.
    groups : tuple of ndarray of int
        Positions of the test rows of every sensitive group with enough rare rows.
    """

    schema: TableSchema
    validation: Frame
    validation_rare: BoolArray
    validation_weight: FloatArray
    test: Frame
    test_rare: BoolArray
    weights: FloatArray
    groups: tuple[IntArray, ...]

    @classmethod
    def of(cls, rows: StudyRows, share: float, *, n_replicates: int, seed: int) -> Judges:
        """Return the judges of a table, for a share of the rare outcome."""
        validation, test = rows.splits.validation, rows.splits.test
        rare, frame = rows.is_rare[test], take_rows(rows.frame, test)
        return cls(
            rows.schema,
            take_rows(rows.frame, validation),
            rows.is_rare[validation],
            share_weights(rows.is_rare[validation], share),
            frame,
            rare,
            bootstrap_by_outcome(rare, n_replicates, seed=seed) * share_weights(rare, share),
            _large_groups(frame, rows.schema, rare),
        )


def share_weights(is_rare: BoolArray, share: float) -> FloatArray:
    """Return weights of rows that give the rare outcome a share.

    Examples
    --------
    >>> weights = share_weights(np.array([True, True, False, False, False]), 0.25)
    >>> weights.tolist()
    [0.5, 0.5, 1.0, 1.0, 1.0]
    """
    n_rare = int(is_rare.sum())
    weight = share / (1 - share) * (is_rare.size - n_rare) / n_rare
    return np.where(is_rare, weight, 1.0)


def bootstrap_by_outcome(is_rare: BoolArray, n_replicates: int, *, seed: int) -> FloatArray:
    """Return how often each row is drawn, shape (1 + n_replicates, n_rows); the first row is all ones.

    Either outcome keeps its number of rows in every replicate.
    """
    rng = np.random.default_rng(seed)
    drawn = np.ones((1 + n_replicates, is_rare.size))
    for outcome in (True, False):
        rows = np.flatnonzero(is_rare == outcome)
        drawn[1:, rows] = rng.multinomial(rows.size, np.full(rows.size, 1 / rows.size), size=n_replicates)
    return drawn


def judge_learner(training: Frame, name: str, judges: Judges, *, seed: int) -> dict[str, FloatArray]:
    """Fit a learner and return its measures, each with its replicates.

    Parameters
    ----------
    training : Frame
    name : str
        Of a learner.
    judges : Judges
    seed : int
        Of the learner.

    Returns
    -------
    dict of str to ndarray of shape (1 + n_replicates,)
        ``auroc``, … and, at an operating point, ``f1@0.5``, ``f1@tuned``, …; the value, then its replicates.
    """
    model = fit_model(training, learner(name), schema=judges.schema, seed=seed)
    score = model.favorable_score(judges.test)
    at_half = measure_predictions(score >= 0.5, judges)
    at_best = _measure_tuned(model.favorable_score(judges.validation), score, judges)
    return {
        **measure_scores(score, judges),
        **{f"{metric}@{HALF}": values for metric, values in at_half.items()},
        **{f"{metric}@{TUNED}": values for metric, values in at_best.items()},
    }


def _measure_tuned(validation: FloatArray, score: FloatArray, judges: Judges) -> dict[str, FloatArray]:
    """Return the measures of predictions at thresholds chosen on validation rows."""
    best = measure_predictions(score >= tune_threshold(validation, judges, balanced_accuracy), judges)
    return {**best, "f1": measure_predictions(score >= tune_threshold(validation, judges, f1), judges)["f1"]}


def tune_threshold(score: FloatArray, judges: Judges, objective: Callable[[FloatArray], FloatArray]) -> float:
    """Return the threshold that is best on validation rows.

    Thresholds are quantiles of the scores: where the outcome is rare, most of a fixed grid lies above them all.
    """
    grid = np.unique(np.quantile(score, 1 - np.geomspace(1 / score.size, 1, N_THRESHOLDS)))
    return choose_threshold(
        judges.validation_rare,
        score,
        sample_weight=judges.validation_weight,
        thresholds=grid,
        objective=objective,
    )


def measure_scores(score: FloatArray, judges: Judges) -> dict[str, FloatArray]:
    """Return the measures that need no threshold."""
    area, precision = ranking_measures(score, judges.test_rare, judges.weights)
    by_group = [
        ranking_measures(score[rows], judges.test_rare[rows], judges.weights[:, rows])[0]
        for rows in judges.groups
    ]
    right = np.clip(np.where(judges.test_rare, score, 1 - score), 1e-15, 1.0)
    total = judges.weights.sum(axis=1)
    return {
        "auroc": area,
        "average_precision": precision,
        "worst_group_auroc": _least(by_group, area),
        "brier": judges.weights @ (1 - right) ** 2 / total,
        "log_loss": judges.weights @ -np.log(right) / total,
    }


def ranking_measures(
    score: FloatArray, is_rare: BoolArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the area under the ROC curve and the average precision, for every row of weights.

    Examples
    --------
    >>> rare = np.array([False, False, True, True])
    >>> area, precision = ranking_measures(np.array([0.1, 0.4, 0.35, 0.8]), rare, np.ones((1, 4)))
    >>> float(area[0]), round(float(precision[0]), 4)
    (0.75, 0.8333)
    """
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))  # tied scores are taken together
    found, wrong = (
        np.cumsum(weights[:, order] * mask[order], axis=1)[:, ends] for mask in (is_rare, ~is_rare)
    )
    found_here, wrong_here = (np.diff(held, axis=1, prepend=0.0) for held in (found, wrong))
    area = (wrong_here * (found - found_here / 2)).sum(axis=1) / (found[:, -1] * wrong[:, -1])
    selected = found + wrong
    share = np.divide(found, selected, out=np.zeros_like(found), where=selected > 0)
    return area, (share * found_here).sum(axis=1) / found[:, -1]


def measure_predictions(predicted: BoolArray, judges: Judges) -> dict[str, FloatArray]:
    """Return the measures of predictions: of everybody, and the worst group's recall."""
    rare, weights = judges.test_rare, judges.weights
    hit, miss, alarm, rest = (
        weights @ mask.astype(np.float64)
        for mask in (predicted & rare, ~predicted & rare, predicted & ~rare, ~predicted & ~rare)
    )
    recall = hit / (hit + miss)
    by_group = [_recall(predicted[rows], rare[rows], weights[:, rows]) for rows in judges.groups]
    return {
        "balanced_accuracy": (recall + rest / (rest + alarm)) / 2,
        "f1": 2 * hit / (2 * hit + miss + alarm),
        "recall": recall,
        "worst_group_recall": _least(by_group, recall),
    }


def _recall(predicted: BoolArray, rare: BoolArray, weights: FloatArray) -> FloatArray:
    return weights @ (predicted & rare).astype(np.float64) / (weights @ rare.astype(np.float64))


def _least(by_group: list[FloatArray], everybody: FloatArray) -> FloatArray:
    """Return the least over groups; everybody's where no group has enough rare rows."""
    return np.min(by_group, axis=0) if by_group else everybody


def _large_groups(frame: Frame, schema: TableSchema, rare: BoolArray) -> tuple[IntArray, ...]:
    codes = group_codes(frame, schema, sensitive_groups(frame, schema))
    counts = np.bincount(codes[rare & (codes >= 0)])
    return tuple(np.flatnonzero(codes == code) for code in _large(counts))


def _large(counts: Iterable[int]) -> list[int]:
    return [code for code, count in enumerate(counts) if count >= FEWEST_RARE_ROWS_IN_GROUP]
