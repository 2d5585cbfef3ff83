"""Labels and predictions of real rows, measured: metrics as rows of the tidy table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.errors import Problem, TableError, closest
from equitab.evaluation.comparisons import Comparison, plan_comparisons
from equitab.evaluation.results import Measurement, Stage
from equitab.metrics import (
    POOLED_GROUP,
    MetricResult,
    fairness_metrics,
    group_rate_metrics,
    label_fairness_metrics,
    performance_metrics,
)
from equitab.schema import (
    TableSchema,
    favorable,
    has_target,
    labels,
    row_weights,
    value_name,
)

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

ALL_OTHERS = "(all others)"
"""The group of the pooled row of a signed metric."""


@dataclass(frozen=True)
class MeasurementSettings:
    """How sure, and for whom.

    Parameters
    ----------
    confidence : float, default 0.95
        Of every interval.
    n_replicates : int, default 1000
        Of every bootstrap.
    min_group_size : int, default 30
        Smaller groups are not compared.
    seed : int, default 0
        Of the bootstraps: the same for every model, so that differences are not noise of the intervals.
    """

    confidence: float = 0.95
    n_replicates: int = 1000
    min_group_size: int = 30
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is measured: the part of a `Measurement` that is the same for all its metrics."""

    model: str = ""
    treatment: str = ""
    stage: Stage = "audit"
    operating_point: str = ""
    generator_seed: int | None = None
    model_seed: int | None = None
    remark: str = ""

    def measurement(self, result: MetricResult, *, sensitive_features: str = "") -> Measurement:
        """Return one metric of this subject as a row of the tidy table."""
        return Measurement(
            metric=result.metric,
            value=result.value,
            low=result.low,
            high=result.high,
            confidence=result.confidence,
            interval_method="" if result.interval_method == "none" else result.interval_method,
            n=result.n,
            sensitive_features=sensitive_features,
            group=ALL_OTHERS if result.group == POOLED_GROUP else result.group or "",
            reference_group=result.reference_group or "",
            model=self.model,
            treatment=self.treatment,
            stage=self.stage,
            operating_point=self.operating_point,
            generator_seed=self.generator_seed,
            model_seed=self.model_seed,
            status=result.status,
            reason="; ".join(part for part in (result.reason, self.remark) if part),
        )


@dataclass(frozen=True, eq=False)
class RealRows:
    """Real rows with a target, ready to be judged: read once, used for every model.

    Attributes
    ----------
    frame : Frame
    favorable : ndarray of bool, shape (n_rows,)
    weights : ndarray of float or None
        Survey weights.
    comparisons : tuple of Comparison
    codes : tuple of ndarray
        For each comparison, the group code of every row.
    positions : ndarray of int or None
        Where the rows stand in the caller's table, for the check that no model saw them.
    n_left_out : int
        Rows without a target.
    """

    frame: Frame
    favorable: BoolArray
    weights: FloatArray | None
    comparisons: tuple[Comparison, ...]
    codes: tuple[npt.NDArray[np.int64], ...]
    positions: npt.NDArray[np.int64] | None = None
    n_left_out: int = 0

    @classmethod
    def read(
        cls,
        frame: Frame,
        schema: TableSchema,
        *,
        comparisons: tuple[Comparison, ...] | None = None,
        positions: npt.NDArray[np.int64] | None = None,
    ) -> RealRows:
        """Return the rows that have a target, with outcomes, weights and groups.

        Parameters
        ----------
        frame : Frame
        schema : TableSchema
        comparisons : tuple of Comparison, optional
            Those of the whole table; made from this frame when not given.
        positions : ndarray of int, optional
        """
        planned = plan_comparisons(frame, schema) if comparisons is None else comparisons
        known = has_target(frame, schema)
        kept = frame if known.all() else take_rows(frame, known)
        return cls(
            kept,
            favorable(kept, schema),
            row_weights(kept, schema),
            planned,
            tuple(held.codes(kept, schema) for held in planned),
            None if positions is None else np.asarray(positions)[known],
            int((~known).sum()),
        )

    def __len__(self) -> int:
        return len(self.favorable)


def measure_labels(
    frame: Frame,
    schema: TableSchema,
    *,
    treatment: str = "original",
    settings: MeasurementSettings | None = None,
) -> list[Measurement]:
    """Measure how evenly the outcome itself is spread over groups, before any model.

    Parameters
    ----------
    frame : Frame
        Rows without a target are left out.
    schema : TableSchema
    treatment : str
        Which table it is.
    settings : MeasurementSettings, optional

    Returns
    -------
    list of Measurement
        With stage ``audit``; for each sensitive feature and for their intersection.
    """
    chosen = settings or MeasurementSettings()
    rows = RealRows.read(frame, schema)
    subject = Subject(treatment=treatment, stage="audit", remark=_left_out(rows.n_left_out))
    found: list[Measurement] = []
    for comparison, codes in zip(rows.comparisons, rows.codes, strict=True):
        results = label_fairness_metrics(
            rows.favorable,
            codes,
            group_labels=comparison.groups.labels,
            reference=comparison.reference,
            sample_weight=rows.weights,
            confidence=chosen.confidence,
            n_replicates=chosen.n_replicates,
            min_group_size=chosen.min_group_size,
            seed=chosen.seed,
        )
        found += _measurements(results, subject, comparison.name)
    return found


def measure_predictions(
    frame: Frame,
    schema: TableSchema,
    *,
    prediction: str,
    settings: MeasurementSettings | None = None,
) -> list[Measurement]:
    """Measure somebody's predictions, which stand in a column of the table.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    prediction : str
        A column with the values of the target, or with anything of which the favorable values are the same
        (for a numeric target, numbers that the threshold cuts).
    settings : MeasurementSettings, optional

    Returns
    -------
    list of Measurement
        With stage ``audit`` and the column's name as the model; rows without a target or without a
        prediction are left out and counted.

    Raises
    ------
    TableError
        If there is no such column, or none of its values is a favorable or another value of the target.
    """
    chosen = settings or MeasurementSettings()
    predicted_schema = _as_target(frame, schema, prediction)
    known = has_target(frame, schema) & has_target(frame, predicted_schema)
    kept = take_rows(frame, known)
    rows = RealRows.read(kept, schema, comparisons=plan_comparisons(frame, schema))
    subject = Subject(model=prediction, stage="audit", remark=_left_out(int((~known).sum())))
    return measure_rows(rows, favorable(kept, predicted_schema), None, subject=subject, settings=chosen)


def measure_rows(
    rows: RealRows,
    predicted: BoolArray,
    score: FloatArray | None,
    *,
    subject: Subject,
    settings: MeasurementSettings,
    with_groups: bool = True,
) -> list[Measurement]:
    """Measure predictions of real rows: performance, and every comparison's rates and fairness.

    Parameters
    ----------
    rows : RealRows
    predicted : ndarray of bool, shape (n_rows,)
    score : ndarray of float or None
        For AUROC; None leaves metrics of scores out.
    subject : Subject
    settings : MeasurementSettings
    with_groups : bool, default True
        Whether each group has its rates and its performance; without them only what is about all groups (or
        all others) is kept.

    Returns
    -------
    list of Measurement
    """
    everybody = _performance(rows, predicted, score, np.ones(len(rows), dtype=bool), settings)
    found = _measurements(everybody, subject, "")
    for comparison, codes in zip(rows.comparisons, rows.codes, strict=True):
        results = _fairness(rows, predicted, comparison, codes, settings)
        if with_groups:
            results += _of_groups(rows, predicted, score, comparison, codes, settings)
        else:
            results = [result for result in results if result.group in (None, POOLED_GROUP)]
        found += _measurements(results, subject, comparison.name)
    return found


def _fairness(
    rows: RealRows,
    predicted: BoolArray,
    comparison: Comparison,
    codes: npt.NDArray[np.int64],
    settings: MeasurementSettings,
) -> list[MetricResult]:
    return fairness_metrics(
        rows.favorable,
        predicted,
        codes,
        group_labels=comparison.groups.labels,
        reference=comparison.reference,
        sample_weight=rows.weights,
        confidence=settings.confidence,
        n_replicates=settings.n_replicates,
        min_group_size=settings.min_group_size,
        seed=settings.seed,
    )


def _of_groups(
    rows: RealRows,
    predicted: BoolArray,
    score: FloatArray | None,
    comparison: Comparison,
    codes: npt.NDArray[np.int64],
    settings: MeasurementSettings,
) -> list[MetricResult]:
    """Return the rates of each group of one comparison, and the performance for each that is large enough."""
    names = comparison.groups.labels
    rates = group_rate_metrics(
        rows.favorable,
        predicted,
        codes,
        group_labels=names,
        sample_weight=rows.weights,
        confidence=settings.confidence,
    )
    results = [rate for rate in rates if rate.group is not None and rate.n > 0]
    measured = {rate.metric for rate in rates}
    for code, name in enumerate(names):
        inside = codes == code
        if inside.sum() >= settings.min_group_size:
            held = _performance(rows, predicted, score, inside, settings)
            results += [replace(result, group=name) for result in held if result.metric not in measured]
    return results


def _performance(
    rows: RealRows,
    predicted: BoolArray,
    score: FloatArray | None,
    inside: BoolArray,
    settings: MeasurementSettings,
) -> list[MetricResult]:
    return performance_metrics(
        rows.favorable[inside],
        predicted[inside],
        None if score is None else score[inside],
        sample_weight=None if rows.weights is None else rows.weights[inside],
        confidence=settings.confidence,
        n_replicates=settings.n_replicates,
        seed=settings.seed,
    )


def _measurements(results: Iterable[MetricResult], subject: Subject, name: str) -> list[Measurement]:
    return [subject.measurement(result, sensitive_features=name) for result in results]


def _left_out(n_rows: int) -> str:
    return f"{n_rows} rows without a target or prediction left out" if n_rows else ""


def _as_target(frame: Frame, schema: TableSchema, prediction: str) -> TableSchema:
    """Return the schema in which the column of predictions is the target."""
    where = f"column of predictions {prediction!r}"
    if prediction not in frame.columns:
        raise TableError(
            Problem(where, "a column of the table", "no such column", closest(prediction, frame.columns))
        )
    target = schema.column(schema.target)
    columns = tuple(held for held in schema.columns if held.name not in {schema.target, prediction})
    swapped = schema.with_changes(
        columns=(*columns, replace(target, name=prediction)),
        target=prediction,
        ignore=tuple(name for name in schema.ignore if name not in {prediction, schema.target}),
    )
    if schema.favorable_threshold is None:
        _check_values(frame, schema, prediction, where)
    return swapped


def _check_values(frame: Frame, schema: TableSchema, prediction: str, where: str) -> None:
    tokens = schema.missing_tokens
    known = set(labels(frame, schema.target, missing_tokens=tokens).names)
    known |= {value_name(value) for value in schema.favorable_outcome}
    found: Sequence[str] = labels(frame, prediction, missing_tokens=tokens).names
    n_unknown = sum(name not in known for name in found)
    if n_unknown:
        received = f"{n_unknown} other values of {len(found)}"
        advice = "write predictions as values of the target, or name a column of scores with a threshold"
        raise TableError(Problem(where, f"values of the target {schema.target!r}", received, advice))
