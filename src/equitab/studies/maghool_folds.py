"""Folds of the Maghool study: models meet test rows that neither they nor any generator saw; or, beside, that they did.

Both ways deal K folds alike in their outcomes. In the first, a representation is made of each fold's training rows,
and the test rows are real people. In the second, new rows are made of everybody first and dealt with the people: a test
row's own offspring is then learned from, and the score is of rows that were made up.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.evaluation import FittedModel, fit_model
from equitab.evaluation.out_of_fold import deal_folds
from equitab.schema import TableSchema, labels
from equitab.studies.maghool import BEFORE_FOLDS, LEARNERS, TRAINING_ONLY, XGBOOST
from equitab.studies.maghool_arms import represent

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
SEED_STRIDE = 1_000


@dataclass(frozen=True, kw_only=True)
class FoldScore:
    """The weighted F1 of one model on one fold.

    Parameters
    ----------
    form : str
        `TRAINING_ONLY` or `BEFORE_FOLDS`.
    arm, learner : str
    repeat, fold : int
    value : float
    """

    form: str
    arm: str
    learner: str
    repeat: int
    fold: int
    value: float


@dataclass(frozen=True, eq=False)
class Fold:
    """One fold: whom models may learn from, and who judges them.

    Parameters
    ----------
    training, test : Frame
        Real rows, without overlap.
    positions : ndarray of int
        Of the test rows, in the table.
    repeat, number : int
    seed : int
        Of everything that is drawn on it.
    """

    training: Frame
    test: Frame
    positions: IntArray
    repeat: int
    number: int
    seed: int


def deal(frame: Frame, schema: TableSchema, *, repeat: int, seed: int, n_folds: int) -> list[Fold]:
    """Return the folds of one repeat; over all of them every row is a test row once.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    repeat : int
        Another one, other folds.
    seed : int
    n_folds : int
    """
    dealt = deal_folds(labels(frame, schema.target).codes, n_folds=n_folds, seed=seed + SEED_STRIDE * repeat)
    return [
        Fold(
            take_rows(frame, dealt != number),
            take_rows(frame, dealt == number),
            np.flatnonzero(dealt == number),
            repeat,
            number,
            seed + SEED_STRIDE * repeat + number,
        )
        for number in range(n_folds)
    ]


def known_learners(names: Sequence[str]) -> tuple[str, ...]:
    """Return the learners whose package is installed."""
    missing = () if importlib.util.find_spec("xgboost") else (XGBOOST,)
    return tuple(name for name in names if name not in missing)


def score_fold(
    fold: Fold, schema: TableSchema, arms: Sequence[str], learners: Sequence[str]
) -> list[FoldScore]:
    """Return the F1 of every learner on every representation of a fold's training rows.

    Parameters
    ----------
    fold : Fold
    schema : TableSchema
    arms : sequence of str
        Of `REPRESENTATIONS`.
    learners : sequence of str
    """
    found = []
    for arm in arms:
        rows = represent(fold.training, schema, arm, seed=fold.seed)
        found += [
            FoldScore(
                form=TRAINING_ONLY,
                arm=arm,
                learner=name,
                repeat=fold.repeat,
                fold=fold.number,
                value=_learned_f1(rows, fold.test, schema, name, fold.seed),
            )
            for name in learners
        ]
    return found


def score_leaking(
    frame: Frame,
    schema: TableSchema,
    arm: str,
    learners: Sequence[str],
    *,
    repeat: int,
    seed: int,
    n_folds: int,
) -> list[FoldScore]:
    """Return the F1 where the representation is made before the folds are dealt, as it must not be done."""
    drawn = seed + SEED_STRIDE * repeat
    rows = represent(frame, schema, arm, seed=drawn)
    return [
        FoldScore(
            form=BEFORE_FOLDS,
            arm=arm,
            learner=name,
            repeat=repeat,
            fold=fold.number,
            value=_learned_f1(fold.training, fold.test, schema, name, fold.seed),
        )
        for fold in deal(rows, schema, repeat=repeat, seed=seed, n_folds=n_folds)
        for name in learners
    ]


def score_people(fold: Fold, schema: TableSchema, arms: Sequence[str], learner: str) -> dict[str, FloatArray]:
    """Return the scores of the favorable outcome that a fold's test rows get, by arm."""
    return {
        arm: model.favorable_score(fold.test) for arm, model in fit_arms(fold, schema, arms, learner).items()
    }


def fit_arms(fold: Fold, schema: TableSchema, arms: Sequence[str], learner: str) -> Mapping[str, FittedModel]:
    """Return a model of every representation of a fold's training rows."""
    return {
        arm: fit_model(
            represent(fold.training, schema, arm, seed=fold.seed),
            LEARNERS[learner],
            schema=schema,
            seed=fold.seed,
        )
        for arm in arms
    }


def _learned_f1(training: Frame, test: Frame, schema: TableSchema, learner: str, seed: int) -> float:
    model = fit_model(training, LEARNERS[learner], schema=schema, seed=seed)
    truth = np.array([str(value) for value in test[schema.target].to_list()])
    return weighted_f1(truth, predicted_values(model, test))


def predicted_values(model: FittedModel, frame: Frame) -> npt.NDArray[np.str_]:
    """Return the value of the target that a model thinks most likely, for each row."""
    codes = np.asarray(model.estimator.predict(model.design.transform(frame)), dtype=np.int64)
    return np.array(model.classes)[codes]


def weighted_f1(truth: npt.NDArray[np.str_], predicted: npt.NDArray[np.str_]) -> float:
    """Return the mean over classes of F1, each class weighted by how often it is true.

    Examples
    --------
    >>> truth, predicted = np.array(["a", "a", "a", "b"]), np.array(["a", "a", "b", "b"])
    >>> round(float(weighted_f1(truth, predicted)), 4)        # (3 x 0.8 + 1 x 0.6667) / 4
    0.7667
    """
    total = 0.0
    for value, count in zip(*np.unique(truth, return_counts=True), strict=True):
        hits = float(((truth == value) & (predicted == value)).sum())
        either = float((truth == value).sum() + (predicted == value).sum())
        total += count * 2 * hits / either
    return total / len(truth)
