"""What evaluation makes and report, contract and evidence store only read: measurements and curves.

A `Measurement` is one row of a tidy table: one number, its interval, what it was measured on, or why it is
undefined. A `CurvePoint` is one point of a figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal

from equitab.dataframe import Frame, frame_from_columns

Status = Literal["ok", "undefined"]
Stage = Literal[
    "audit",
    "validation",
    "test",
    "fidelity",
    "privacy",
    "imputation",
    "preservation",
    "proxies",
    "group_truth",
    "complexity",
    "explanation",
]
Treatment = Literal[
    "original",
    "augmented",
    "reweighed",
    "augmented_reweighed",
    "dr_fairness",
    "constrained",
    "smote_nc",
    "random_oversampling",
    "random_undersampling",
    "unguided",
    "threshold_optimizer",
    "synthetic",
    "holdout",
]


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One number and everything needed to read it.

    Parameters
    ----------
    metric : str
        A name of `equitab.metrics.METRICS`.
    value : float or None
        None when undefined.
    low, high : float or None
        The interval at `confidence`, made by `interval_method`.
    n : int
        Rows that it rests on.
    sensitive_features : str
        Names joined by ``×``; empty for a measurement of everybody.
    group, reference_group : str
        Empty, or the names of the groups compared; ``(all others)`` for the pooled row of signed metrics.
    model : str
        A learner's name; empty for a measurement of a table; in the stages ``imputation``, ``preservation`` and
        ``proxies`` the column, if it is about one.
    treatment : str
        Which training table the model learned from, or which table was measured.
    stage : str
        ``audit`` (labels or somebody's predictions), ``validation``, ``test`` (models on real rows),
        ``fidelity``, ``privacy`` (a synthetic table against real rows), ``imputation`` (filled cells),
        ``preservation`` (what a treatment of outcomes left as it was), ``proxies`` (what gives sensitive
        features away), ``group_truth`` (drawn rows of single groups against real rows of the same group),
        ``complexity`` (how hard a table is to learn from), ``explanation`` (what a model's scores rest on).
    operating_point : str
        ``"0.5"``, ``"validation_balanced_accuracy"``, or empty.
    generator_seed, model_seed : int or None
        None also for a mean over seeds (its `interval_method` says so).
    status : {"ok", "undefined"}
    reason : str
        Why it is undefined, or a remark (``weighted resampling: the learner takes no weights``).
    """

    metric: str
    value: float | None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    interval_method: str = ""
    n: int = 0
    sensitive_features: str = ""
    group: str = ""
    reference_group: str = ""
    model: str = ""
    treatment: str = ""
    stage: str = ""
    operating_point: str = ""
    generator_seed: int | None = None
    model_seed: int | None = None
    status: Status = "ok"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """One point of a figure.

    Parameters
    ----------
    figure : str
        ``threshold_sweep/<sensitive>/<model>``, ``distribution/<column>``, ``frontier/<sensitive>/<metric>``,
        ``training/loss``.
    series : str
        A line or a set of bars of the figure (``original|average_odds_difference``, ``real``, ``synthetic``).
    x : str
        The position as text: a number, or the name of a category.
    y : float
    low, high : float or None
    n : int
    """

    figure: str
    series: str
    x: str
    y: float
    low: float | None = None
    high: float | None = None
    n: int = 0


BaselineVerdict = Literal["beaten", "not beaten", "undetermined"]


@dataclass(frozen=True, kw_only=True)
class BaselineComparison:
    """One simple way to do the job, beside what was done.

    Parameters
    ----------
    treatment : str
        ``original`` (no treatment), ``smote_nc`` or ``threshold_optimizer``.
    fairness, performance : Measurement
        The headline's two metrics for this baseline, same model, same test rows.
    verdict : {"beaten", "not beaten", "undetermined"}
        ``beaten``: what was done is fairer by more than the intervals' noise at no higher cost, or as fair
        at a lower cost; ``undetermined``: the noise does not allow to say.
    reason : str
        In a short sentence.
    """

    treatment: str
    fairness: Measurement
    performance: Measurement
    verdict: BaselineVerdict
    reason: str


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The answer in one value: fair for whom, by which criterion, how sure, at what cost, against what.

    Parameters
    ----------
    model, treatment : str
        The chosen model and the training table that it learned from.
    fairness_before, fairness_after : Measurement
        The criterion on real test rows, for ``original`` and for `treatment`; they name the metric, the
        sensitive features, the groups, the interval and n.
    performance_before, performance_after : Measurement
        The cost, on the same rows.
    tolerance : float
        The gap that was asked for.
    baselines : tuple of BaselineComparison
    warnings : tuple of str
        What a reader must know before anything else (gaps beyond the tolerance, undefined metrics, leaks).
    """

    model: str
    treatment: str
    fairness_before: Measurement
    fairness_after: Measurement
    performance_before: Measurement
    performance_after: Measurement
    tolerance: float
    baselines: tuple[BaselineComparison, ...] = ()
    warnings: tuple[str, ...] = ()


def measurements_frame(measurements: Iterable[Measurement]) -> Frame:
    """Return measurements as a frame with the columns of `Measurement`, in order."""
    return _as_table(list(measurements), Measurement)


def curves_frame(points: Iterable[CurvePoint]) -> Frame:
    """Return points as a frame with the columns of `CurvePoint`, in order."""
    return _as_table(list(points), CurvePoint)


def measurements_from_frame(frame: Frame) -> list[Measurement]:
    """Return the measurements that a frame holds: the inverse of `measurements_frame`."""
    return [Measurement(**row) for row in frame.to_native().to_pylist()]


def curves_from_frame(frame: Frame) -> list[CurvePoint]:
    """Return the points that a frame holds: the inverse of `curves_frame`."""
    return [CurvePoint(**row) for row in frame.to_native().to_pylist()]


def _as_table(rows: list[Measurement] | list[CurvePoint], kind: type) -> Frame:
    types = {"str": "string", "float": "float64", "int": "int64", "Status": "string"}
    return frame_from_columns(
        {item.name: [getattr(row, item.name) for row in rows] for item in fields(kind)},
        types={item.name: types[str(item.type).split(" ")[0]] for item in fields(kind)},
    )
