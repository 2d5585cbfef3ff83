"""One protocol for every training table and learner: fit on training, choose on validation, judge on test.

A `TrainingTable` is whatever a treatment made of the training rows. Each pair of table and learner gives one
`ModelResult`: the fitted model, its measurements on real validation and test rows, its threshold sweeps, and
its predictions of the test rows (for paired comparisons).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.evaluation.fairness import MeasurementSettings, RealRows, Subject, measure_rows
from equitab.evaluation.guards import check_unseen, copied_rows_remark, prediction_remarks
from equitab.evaluation.learners import Learner, learner
from equitab.evaluation.model import FittedModel, Resampler, fit_model
from equitab.evaluation.results import CurvePoint, Measurement
from equitab.evaluation.threshold_curves import sweep_thresholds
from equitab.metrics import choose_threshold
from equitab.schema import TableSchema

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

HALF, TUNED = "0.5", "validation_balanced_accuracy"
"""The operating points."""


@dataclass(frozen=True, eq=False)
class TrainingTable:
    """What a treatment made of the training rows.

    Parameters
    ----------
    treatment : str
        ``original``, ``augmented``, ``reweighed`` …; the name in every result.
    frame : Frame
    weights : ndarray of float or None
        Weights of the rows (survey weights included).
    positions : ndarray of int or None
        Where real rows stand in the caller's table, -1 for synthetic ones: lets the protocol check that no
        test row is among them.
    remarks : tuple of str
        What the treatment could not do.
    """

    treatment: str
    frame: Frame
    weights: FloatArray | None = None
    positions: npt.NDArray[np.int64] | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProtocolSettings:
    """What every model is given and how it is judged.

    Parameters
    ----------
    measurement : MeasurementSettings
    use_sensitive_features : bool, default True
        Whether models see the sensitive columns.
    resampler : callable, optional
        For learners that take no weights (`equitab.mitigation.resample_by_weight`).
    """

    measurement: MeasurementSettings = field(default_factory=MeasurementSettings)
    use_sensitive_features: bool = True
    resampler: Resampler | None = None


@dataclass(frozen=True, eq=False)
class ModelResult:
    """A model and everything measured of it.

    Attributes
    ----------
    treatment : str
    model : FittedModel
        With the threshold 0.5.
    measurements : tuple of Measurement
        Of the test rows, and (without single groups) of the validation rows, at both operating points.
    curves : tuple of CurvePoint
    validation_score, test_score : ndarray of float
    thresholds : mapping of str to float
        By operating point.
    remarks : tuple of str
    """

    treatment: str
    model: FittedModel
    measurements: tuple[Measurement, ...]
    curves: tuple[CurvePoint, ...]
    validation_score: FloatArray
    test_score: FloatArray
    thresholds: Mapping[str, float]
    remarks: tuple[str, ...] = ()

    def test_prediction(self, operating_point: str) -> BoolArray:
        """Return the predictions of the test rows at an operating point, shape (n_test_rows,)."""
        return self.test_score >= self.thresholds[operating_point]


def train_and_measure(
    training: TrainingTable,
    described: str | Learner | Mapping[str, Any],
    *,
    schema: TableSchema,
    validation: RealRows,
    test: RealRows,
    settings: ProtocolSettings | None = None,
    seed: int,
    generator_seed: int | None = None,
) -> ModelResult:
    """Fit one learner to one training table, choose a threshold on validation rows, judge on test rows.

    Parameters
    ----------
    training : TrainingTable
    described : str, Learner or mapping
        As `learner` takes it.
    schema : TableSchema
    validation, test : RealRows
        Real rows; the model sees neither.
    settings : ProtocolSettings, optional
    seed : int
        Of the learner.
    generator_seed : int, optional
        For the record.

    Returns
    -------
    ModelResult

    Raises
    ------
    ProtocolError
        If a validation or test row, or its identifier, is in the training table.
    """
    chosen = settings or ProtocolSettings()
    for name, rows in (("validation", validation), ("test", test)):
        check_unseen(
            training.frame, training.positions, rows, schema, treatment=training.treatment, split=name
        )
    model = fit_model(
        training.frame,
        learner(described),
        schema=schema,
        weights=training.weights,
        use_sensitive_features=chosen.use_sensitive_features,
        resampler=chosen.resampler,
        seed=seed,
    )
    scores = (model.favorable_score(validation.frame), model.favorable_score(test.frame))
    tuned = _tuned_threshold(scores[0], validation)
    copied = copied_rows_remark(training.frame, test, schema)
    remarks = (*training.remarks, *model.remarks, *([copied] if copied else []))
    subject = Subject(
        model=model.learner.name,
        treatment=training.treatment,
        generator_seed=generator_seed,
        model_seed=seed,
        remark="; ".join(remarks),
    )
    result = ModelResult(training.treatment, model, (), (), *scores, {HALF: 0.5, TUNED: tuned}, remarks)
    measurements = measure_model(result, validation, test, subject=subject, settings=chosen.measurement)
    curves = sweep_model(result, test, min_group_size=chosen.measurement.min_group_size)
    return replace(result, measurements=tuple(measurements), curves=tuple(curves))


def _tuned_threshold(score: FloatArray, validation: RealRows) -> float:
    """Return the threshold with the best balanced accuracy on validation rows; 0.5 where that is undefined."""
    if not 0 < validation.favorable.sum() < len(validation):
        return 0.5
    return choose_threshold(validation.favorable, score, sample_weight=validation.weights)


def measure_model(
    result: ModelResult,
    validation: RealRows,
    test: RealRows,
    *,
    subject: Subject,
    settings: MeasurementSettings,
) -> list[Measurement]:
    """Measure a model at both operating points, on validation and on test rows."""
    found: list[Measurement] = []
    for point, threshold in result.thresholds.items():
        at_validation = replace(subject, stage="validation", operating_point=point)
        found += measure_rows(
            validation,
            result.validation_score >= threshold,
            result.validation_score,
            subject=at_validation,
            settings=settings,
            with_groups=False,  # validation rows choose, and a choice rests on all groups together
        )
        predicted = result.test_prediction(point)
        remark = "; ".join(part for part in (subject.remark, *prediction_remarks(test, predicted)) if part)
        at_test = replace(subject, stage="test", operating_point=point, remark=remark)
        found += measure_rows(test, predicted, result.test_score, subject=at_test, settings=settings)
    return found


def sweep_model(result: ModelResult, test: RealRows, *, min_group_size: int) -> list[CurvePoint]:
    """Return the threshold sweeps of a model on test rows, one figure for each comparison."""
    return [
        point
        for comparison, codes in zip(test.comparisons, test.codes, strict=True)
        for point in sweep_thresholds(
            result.test_score,
            test.favorable,
            codes,
            n_groups=comparison.groups.n_groups,
            reference=comparison.reference,
            figure=f"threshold_sweep/{comparison.name}/{result.model.learner.name}",
            treatment=result.treatment,
            min_group_size=min_group_size,
            sample_weight=test.weights,
        )
    ]


def train_and_measure_all(
    trainings: Sequence[TrainingTable],
    learners: Sequence[str | Learner | Mapping[str, Any]],
    *,
    schema: TableSchema,
    validation: RealRows,
    test: RealRows,
    settings: ProtocolSettings | None = None,
    seed: int,
    generator_seed: int | None = None,
    n_jobs: int = 2,
) -> list[ModelResult]:
    """Run the protocol for every pair of training table and learner.

    Parameters
    ----------
    trainings, learners : sequences
        See `train_and_measure`.
    schema, validation, test, settings, seed, generator_seed
        As for `train_and_measure`; every model has the same seed.
    n_jobs : int, default 2
        Processes; the results do not depend on it.

    Returns
    -------
    list of ModelResult
        Learner by learner, within a learner table by table.
    """
    from joblib import Parallel, delayed

    known = [learner(described) for described in learners]  # a bad recipe fails before anything is trained
    arguments = {
        "schema": schema,
        "validation": validation,
        "test": test,
        "settings": settings,
        "seed": seed,
        "generator_seed": generator_seed,
    }
    tasks = [(training, held) for held in known for training in trainings]
    if n_jobs == 1 or len(tasks) == 1:
        return [train_and_measure(training, held, **arguments) for training, held in tasks]  # type: ignore[arg-type]
    work = (delayed(train_and_measure)(training, held, **arguments) for training, held in tasks)
    return list(Parallel(n_jobs=n_jobs)(work))
