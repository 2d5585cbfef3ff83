"""The quality of a synthetic table in one call: how faithful, varied and safe it is, and for whom.

Every answer stands beside its floor, the same measure for real rows that nobody learned from, and is given for
everybody, for each sensitive group, and for their intersections.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from equitab.dataframe import Frame
from equitab.errors import Problem, TableError
from equitab.evaluation.fairness import MeasurementSettings
from equitab.evaluation.privacy import closeness_of, measure_closeness
from equitab.evaluation.quality.coverage import measure_coverage
from equitab.evaluation.quality.detection import (
    METRIC,
    Pool,
    detection_result,
    detector_scores,
    worst_detection,
)
from equitab.evaluation.quality.detectors import DETECTORS, Detector
from equitab.evaluation.quality.global_utility import measure_global_utility
from equitab.evaluation.quality.marginals import (
    measure_group_marginals,
    measure_marginals,
    measure_representation,
)
from equitab.evaluation.quality.membership import measure_membership
from equitab.evaluation.quality.plan import LIMITS, QualityDepth, QualityPlan
from equitab.evaluation.quality.tables import SYNTHETIC, TRAINING, FloatArray, GroupedRows, QualityTables
from equitab.evaluation.results import CurvePoint, Measurement
from equitab.metrics import MetricResult, copy_metrics
from equitab.schema import TableSchema

_CLOSENESS = (
    "dcr_share",
    "median_dcr",
    "median_dcr_ratio",
    "nndr_ratio",
    "close_share_2",
    "close_share_5",
    "exact_copy_share",
    "holdout_copy_share",
)


@dataclass(frozen=True)
class Quality:
    """What was measured of a synthetic table.

    Parameters
    ----------
    measurements : tuple of Measurement
        Stages ``fidelity`` and ``privacy``; treatment ``synthetic``, or ``holdout`` for a floor.
    curves : tuple of CurvePoint
        ``column_error`` and ``column_utility``: one point for each column.
    """

    measurements: tuple[Measurement, ...]
    curves: tuple[CurvePoint, ...]


def measure_quality(
    synthetic: Frame,
    training: Frame,
    holdout: Frame | None,
    schema: TableSchema,
    *,
    depth: QualityDepth = "quick",
    metrics: Collection[str] | None = None,
    settings: MeasurementSettings | None = None,
    max_rows: int | None = None,
    generator_seed: int | None = None,
    seed: int,
) -> Quality:
    """Measure how faithful, varied and safe a synthetic table is, for everybody and for every group.

    Parameters
    ----------
    synthetic : Frame
    training : Frame
        The real rows that the generator learned from.
    holdout : Frame or None
        Real rows of the same population that it never saw. Without them there are no floors, and what needs
        them is undefined.
    schema : TableSchema
    depth : {"quick", "full"}
        How many rows each measure looks at, and how thoroughly detectors and attackers learn (`LIMITS`).
    metrics : collection of str, optional
        The metrics that matter: detectors, attackers and models of every column, which take most of the time, are
        left out where none of theirs is among them. Everything when not given.
    settings : MeasurementSettings, optional
        Confidence of the intervals, and how many rows a group must have.
    max_rows : int, optional
        Rows of every table at most, on top of the depth's own limits.
    generator_seed : int, optional
        For the record.
    seed : int
        Same seed and tables, same numbers.

    Returns
    -------
    Quality

    Raises
    ------
    TableError
        If a table lacks a modeled column or has no rows; all problems at once.

    Notes
    -----
    Fidelity: errors of columns, pairs and triples (`marginal_errors`), similarity of mutual informations, four
    detectors and the worst of them, global utility. Variety: coverage, and each group's share of the rows.
    Privacy: closeness and copies, three attacks and the worst of them.

    Detectors learn from everybody and are judged within each group: a detector of each group's own would see
    less of a minority, and so call it faithful. Errors, coverage and closeness are those of the group's rows
    alone, beside equally many of its held-out rows.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> columns = (Column("sex", "categorical"), Column("age", "integer"), Column("y", "boolean"))
    >>> schema = TableSchema(columns, "y", favorable_outcome=(True,))
    >>> table = frame_from_columns({"sex": ["F", "M"] * 40, "age": list(range(80)), "y": [True, False] * 40})
    >>> found = measure_quality(table, table, None, schema, seed=0)
    >>> next(one.value for one in found.measurements if one.metric == "bivariate_error")
    0.0
    """
    _check(synthetic, training, holdout, schema)
    plan = QualityPlan(
        QualityTables.read(synthetic, training, holdout, schema),
        schema,
        LIMITS[depth].capped(max_rows),
        settings or MeasurementSettings(),
        seed,
        generator_seed,
    )
    found, points = measure_marginals(plan)
    if _matters("c2st", metrics):
        found += measure_detection(plan)
    if _matters("global_utility", metrics):
        utility, more_points = measure_global_utility(plan)
        found, points = [*found, *utility], [*points, *more_points]
    found += [*measure_coverage(plan), *measure_representation(plan)]
    found += [*measure_group_marginals(plan), *_closeness(plan)]
    if _matters("membership", metrics):
        found += measure_membership(plan)
    return Quality(tuple(found), tuple(points))


def _matters(word: str, metrics: Collection[str] | None) -> bool:
    """Return whether any of some metrics has a word in its name, or all matter."""
    return metrics is None or any(word in name for name in metrics)


def _check(synthetic: Frame, training: Frame, holdout: Frame | None, schema: TableSchema) -> None:
    """Raise what keeps tables from being compared."""
    frames = {"synthetic table": synthetic, "training table": training}
    if holdout is not None:
        frames["held-out table"] = holdout
    problems = []
    for name, frame in frames.items():
        problems += [
            Problem(f"{name}, column {column!r}", "to be there", "no such column")
            for column in schema.modeled_columns
            if column not in frame.columns
        ]
        if not len(frame):
            problems.append(Problem(name, "at least one row", "none"))
    if problems:
        raise TableError(problems)


def measure_detection(plan: QualityPlan) -> list[Measurement]:
    """Measure how well four detectors tell synthetic from training rows, for everybody and by group.

    Returns
    -------
    list of Measurement
        ``c2st_auroc`` of every detector (its name is the model), the worst as ``worst_c2st_auroc``, and every
        detector within every group.
    """
    limits = plan.limits
    pool = Pool.draw(
        plan.tables,
        max_rows=limits.detector_rows,
        n_folds=limits.detector_folds,
        max_learned=limits.detector_learned,
        seed=plan.seed,
    )
    scores = detector_scores(plan.tables, pool, tuple(DETECTORS), n_workers=limits.n_workers, seed=plan.seed)
    results = [(name, _everybody(plan, pool, score)) for name, score in scores.items()]
    found = [plan.measurement(result, "fidelity", model=name) for name, result in results]
    worst, result = worst_detection([(str(name), held) for name, held in results])
    found.append(plan.measurement(result, "fidelity", model=worst))
    for name, score in scores.items():
        found += _detection_by_group(plan, pool, name, score, is_worst=name == worst)
    return found


def _everybody(plan: QualityPlan, pool: Pool, score: FloatArray | str) -> MetricResult:
    if isinstance(score, str):
        return MetricResult.undefined(METRIC, reason=score, n=len(pool.is_synthetic))
    return detection_result(pool.is_synthetic, score, confidence=plan.settings.confidence)


def _detection_by_group(
    plan: QualityPlan, pool: Pool, name: Detector, score: FloatArray | str, *, is_worst: bool
) -> list[Measurement]:
    """Return one detector's AUROC in every group; who fares worst only for the best detector."""

    def measure(held: GroupedRows, code: int) -> MetricResult:
        inside, label = pool.codes(held.codes) == code, held.labels[code]
        is_synthetic = pool.is_synthetic[inside]
        n_synthetic = int(is_synthetic.sum())
        reason = plan.too_small(synthetic=n_synthetic, training=len(is_synthetic) - n_synthetic)
        if isinstance(score, str) or reason:
            reason = score if isinstance(score, str) else reason
            return MetricResult.undefined(METRIC, reason=reason, n=len(is_synthetic), group=label)
        return detection_result(is_synthetic, score[inside], confidence=plan.settings.confidence, group=label)

    return plan.compared_groups(
        measure, "fidelity", worst="highest", no_better_than=0.5, model=name, summarise=is_worst
    )


def _closeness(plan: QualityPlan) -> list[Measurement]:
    """Return distances to closest records and copies, for everybody and by group."""
    if not plan.tables.has_holdout:
        return plan.without_holdout(_CLOSENESS, "privacy")
    if min(plan.tables.sizes) < 2:
        n = plan.tables.sizes[SYNTHETIC]
        reason = "needs two rows of each table"
        return [
            plan.measurement(MetricResult.undefined(metric, reason=reason, n=n), "privacy")
            for metric in _CLOSENESS
        ]
    everybody = measure_closeness(
        plan.tables,
        settings=plan.settings,
        max_rows=plan.limits.distance_rows,
        max_records=plan.limits.record_rows,
        generator_seed=plan.generator_seed,
        seed=plan.seed,
    )
    return [*everybody, *_group_copies(plan), *_group_closeness(plan)]


def _group_closeness(plan: QualityPlan) -> list[Measurement]:
    """Return the share nearer to training than to holdout, among every group's own rows."""

    def measure(held: GroupedRows, code: int) -> MetricResult:
        sizes, label = plan.group_sizes(held, code), held.labels[code]
        reason = plan.too_small(**sizes)
        if reason:
            return MetricResult.undefined("dcr_share", reason=reason, n=sizes["synthetic"], group=label)
        found = closeness_of(
            plan.tables,
            [held.rows(table, code) for table in range(len(sizes))],
            max_rows=plan.limits.distance_rows,
            max_records=plan.limits.record_rows,
            confidence=plan.settings.confidence,
            seed=plan.seed,
        )
        return replace(found, group=label)

    return plan.compared_groups(measure, "privacy", worst="highest", no_better_than=0.5)


def _group_copies(plan: QualityPlan) -> list[Measurement]:
    """Return the share of every group's synthetic rows that are copies of training rows."""
    keys = plan.tables.keys
    is_copy = np.isin(keys[SYNTHETIC], keys[TRAINING]).astype(np.int64)[:, None]
    none = np.zeros((1, 1), dtype=np.int64)

    def measure(held: GroupedRows, code: int) -> MetricResult:
        rows, label = held.rows(SYNTHETIC, code), held.labels[code]
        reason = plan.too_small(synthetic=len(rows))
        if reason:
            return MetricResult.undefined("exact_copy_share", reason=reason, n=len(rows), group=label)
        found = copy_metrics(is_copy[rows], none + 1, none, confidence=plan.settings.confidence)[0]
        return replace(found, group=label)

    return plan.compared_groups(measure, "privacy", worst="highest", summarise=False)
