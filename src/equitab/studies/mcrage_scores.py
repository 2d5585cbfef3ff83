"""How a model of the MCRAGE study is judged: on real test rows, over everybody and by group."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from equitab.evaluation import fit_model
from equitab.metrics import roc_area
from equitab.metrics.performance import balanced_accuracy, f1
from equitab.mitigation import resample_by_weight
from equitab.schema import favorable
from equitab.studies.mcrage import LEARNERS
from equitab.studies.mcrage_arms import Treated
from equitab.studies.mcrage_tables import FEW, MANY, Split

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

METRICS: Mapping[str, str] = {
    "accuracy": "accuracy",
    "f1": "F1 of the favorable class",
    "f1_weighted": "F1, weighted over classes",
    "balanced_accuracy": "balanced accuracy (the paper's AUROC)",
    "auroc": "AUROC",
    "auroc_few": "AUROC of women",
    "auroc_many": "AUROC of men",
    "tpr_gap": "true positive rate, women less men",
    "parity_gap": "selection rate, women less men",
}
"""Metrics of the patients, in words."""
GAPS = ("tpr_gap", "parity_gap")


def judge_arm(treated: Treated, learner: str, split: Split) -> dict[str, float]:
    """Fit a learner on an arm's rows and return its metrics on the test rows.

    Parameters
    ----------
    treated : Treated
    learner : str
        Of `LEARNERS`.
    split : Split
        Of the patients.

    Returns
    -------
    dict of str to float
        Of `METRICS`.
    """
    score = score_test_rows(treated, learner, split)
    group = np.array(split.test[split.schema.sensitive_names[0]].to_list())
    return measure_scores(score, favorable(split.test, split.schema), group)


def score_test_rows(treated: Treated, learner: str, split: Split) -> FloatArray:
    """Return the scores that a model of an arm gives to the test rows."""
    model = fit_model(
        treated.frame,
        LEARNERS[learner],
        schema=split.schema,
        weights=treated.weights,
        resampler=resample_by_weight,
        seed=split.seed,
    )
    return model.favorable_score(split.test)


def measure_scores(score: FloatArray, truth: BoolArray, group: npt.NDArray[np.str_]) -> dict[str, float]:
    """Return the metrics of scores of the patients.

    Parameters
    ----------
    score : ndarray of float
        Predicted favorable from 0.5 on.
    truth : ndarray of bool
    group : ndarray of str
        ``F`` or ``M``.

    Examples
    --------
    >>> truth, group = np.array([True, False, True, False]), np.array(["F", "F", "M", "M"])
    >>> found = measure_scores(np.array([0.9, 0.6, 0.7, 0.2]), truth, group)
    >>> found["accuracy"], found["tpr_gap"], found["parity_gap"], round(found["f1"], 3)
    (0.75, 0.0, 0.5, 0.8)
    """
    predicted = score >= 0.5
    few, many = group == FEW, group == MANY
    favorable_f1, other_f1 = f1(counts(truth, predicted)), f1(counts(~truth, ~predicted))
    share = float(truth.mean())
    return {
        "accuracy": float((predicted == truth).mean()),
        "f1": float(favorable_f1),
        "f1_weighted": float(share * favorable_f1 + (1 - share) * other_f1),
        "balanced_accuracy": float(balanced_accuracy(counts(truth, predicted))),
        "auroc": roc_area(truth, score).value,
        "auroc_few": roc_area(truth[few], score[few]).value,
        "auroc_many": roc_area(truth[many], score[many]).value,
        "tpr_gap": float(predicted[few & truth].mean() - predicted[many & truth].mean()),
        "parity_gap": float(predicted[few].mean() - predicted[many].mean()),
    }


def counts(truth: BoolArray, predicted: BoolArray) -> npt.NDArray[np.int64]:
    """Return rows by true and predicted outcome, shape (2, 2), as metrics read them.

    Examples
    --------
    >>> counts(np.array([True, True, False]), np.array([True, False, False])).tolist()
    [[1, 0], [1, 1]]
    """
    codes = 2 * truth.astype(np.int64) + predicted
    return np.bincount(codes, minlength=4).reshape(2, 2)
