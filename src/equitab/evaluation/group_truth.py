"""How faithful, varied and safe the drawn rows of every single group are, against real rows of that group.

Rare groups are why rows are added, and they are where rows go wrong and give people away: what is true of all
rows together says little about twelve of them. So every cell (a group with one outcome), every intersectional
group and the pooled rare cells are measured by their own real rows, and where these are too few to say
anything, that is the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from equitab.dataframe import Frame
from equitab.errors import Problem, TableError
from equitab.evaluation.fairness import MeasurementSettings, Subject
from equitab.evaluation.group_truth_cells import Scope, every_cell, plan_scopes
from equitab.evaluation.group_truth_detection import (
    DETECTOR,
    METRIC,
    JudgedPool,
    detect_alone,
    judge_pool,
)
from equitab.evaluation.group_truth_measures import DRAWN, MIN_ROWS, GroupTruth
from equitab.evaluation.group_truth_rows import TruthTables
from equitab.evaluation.quality.tables import HOLDOUT, SYNTHETIC
from equitab.evaluation.results import Measurement, Stage, Treatment
from equitab.metrics import MetricResult
from equitab.schema import TableSchema

STAGE: Stage = "group_truth"


def measure_groups(
    drawn: Frame,
    *,
    training: Frame,
    held_out: Frame,
    schema: TableSchema,
    sensitive_features: Sequence[str] | None = None,
    most_groups: int = 40,
    max_rows: int = 500,
    with_detection: bool = True,
    settings: MeasurementSettings | None = None,
    generator_seed: int | None = None,
    seed: int,
) -> tuple[Measurement, ...]:
    r"""Measure the drawn rows of every group against training and held-out rows of the same group.

    Parameters
    ----------
    drawn : Frame
        Rows that a plan added, or a whole synthetic table.
    training : Frame
        The real rows that the generator learned from.
    held_out : Frame
        Real rows that it never saw (test rows).
    schema : TableSchema
    sensitive_features : sequence of str, optional
        Some of the schema's; all when not given.
    most_groups : int, default 40
        Intersectional groups, and cells, at most: those with the most drawn rows. All rare cells are pooled
        whatever this says.
    max_rows : int, default 500
        Rows of each table that a group's likeness, variety and distances are measured on, at most; copies and
        distinct rows are counted among all.
    with_detection : bool, default True
        Whether detectors are trained, which takes most of the time.
    settings : MeasurementSettings, optional
        Its confidence.
    generator_seed : int, optional
        For the record.
    seed : int
        Same seed and tables, same numbers, in whatever order the rows stand.

    Returns
    -------
    tuple of Measurement
        Stage ``group_truth``; treatment ``synthetic``, or ``holdout`` for the floor, what real rows of the
        group score, and ``original`` for the number of training rows. First the pooled rare cells
        (`POOLED`), then intersectional groups, then cells, whose ``sensitive_features`` hold the target too.
        Nothing where no row was drawn.

    Raises
    ------
    TableError
        If a table lacks a modeled column.
    SchemaError
        If there is no sensitive feature, or an unknown one is asked for.

    Notes
    -----
    *Likeness*: mean total variation error of columns against held-out rows, beside equally many training rows;
    error of correlations; AUROC of a detector. *Variety*: distinct rows, coverage of held-out rows, mean
    distance between rows. *Safety*: copies of training rows, median distance to the closest one, share nearer
    to training than to held-out rows.

    Errors, coverage, detection and the share nearer to training are measured on draws in which the tables
    are equally many in every cell; small groups are drawn several times and the mean is taken, with the
    interval of a single draw. Fewer than 20 held-out (or training, or drawn) rows make what rests on them
    undefined. Cells of fewer than 100 training rows are pooled, and the next smallest until 50 held-out rows
    can be matched.

    Examples
    --------
    >>> import numpy as np
    >>> from equitab.dataframe import frame_from_columns, take_rows
    >>> from equitab.schema import Column, SensitiveFeature
    >>> columns = (Column("sex", "categorical"), Column("age", "integer"), Column("y", "boolean"))
    >>> schema = TableSchema(
    ...     columns, "y", favorable_outcome=(True,), sensitive_features=(SensitiveFeature("sex"),)
    ... )
    >>> rows = {"sex": ["F", "M"] * 80, "age": list(range(160)), "y": [True, True, False, False] * 40}
    >>> table = frame_from_columns(rows)
    >>> first, second = take_rows(table, np.arange(80)), take_rows(table, np.arange(80, 160))
    >>> found = measure_groups(first, training=first, held_out=second, schema=schema, seed=0)
    >>> copies = [one for one in found if one.metric == "group_copy_share" and one.treatment == "synthetic"]
    >>> [(one.group, one.value) for one in copies][:3]
    [('(smallest groups pooled)', 1.0), ('F', 1.0), ('M', 1.0)]
    """
    _check({"drawn": drawn, "training": training, "held-out": held_out}, schema)
    if not len(drawn):
        return ()
    tables = TruthTables.read(
        drawn,
        training,
        held_out,
        schema,
        sensitive_features=sensitive_features,
        max_rows=max_rows,
        seed=seed,
    )
    scopes, n_left_out = plan_scopes(tables.cells, most_groups=most_groups)
    confidence = (settings or MeasurementSettings()).confidence
    everybody = judge_pool(tables, every_cell(tables.cells), seed=seed) if with_detection else None
    recorded = _Record(generator_seed, f"{n_left_out} smaller groups are not listed" if n_left_out else "")
    found: list[Measurement] = []
    for scope in scopes:
        truth = GroupTruth(tables, scope, confidence)
        found += [recorded.row(scope, result, treatment) for result, treatment in truth.measure()]
        if everybody is not None:
            found += [recorded.row(scope, *one) for one in _detections(truth, everybody, seed)]
    return tuple(found)


@dataclass(frozen=True)
class _Record:
    """What every measurement says beside its result."""

    generator_seed: int | None
    remark: str

    def row(self, scope: Scope, result: MetricResult, treatment: Treatment, model: str = "") -> Measurement:
        """Return a result as a row of the tidy table; what was left out is said once, beside the pool."""
        subject = Subject(
            model=model,
            treatment=treatment,
            stage=STAGE,
            generator_seed=self.generator_seed,
            remark=self.remark if scope.kind == "pool" and result.metric == "group_rows" else "",
        )
        return subject.measurement(result, sensitive_features=scope.features)


def _detections(
    truth: GroupTruth, everybody: JudgedPool, seed: int
) -> Iterator[tuple[MetricResult, Treatment, str]]:
    """Yield how well the detector of all groups tells a group's rows, and for the pool that of its own."""
    reason = truth.lacks(HOLDOUT, SYNTHETIC)
    if reason:
        yield truth.undefined(METRIC, reason), DRAWN, DETECTOR
        return
    confidence = truth.confidence
    yield everybody.result(truth.scope, min_rows=MIN_ROWS, confidence=confidence), DRAWN, DETECTOR
    if truth.scope.kind == "pool":
        own = detect_alone(truth.tables, truth.scope, min_rows=MIN_ROWS, confidence=confidence, seed=seed)
        yield own, DRAWN, f"{DETECTOR}_of_these_groups"


def _check(frames: Mapping[str, Frame], schema: TableSchema) -> None:
    """Raise what keeps the tables from being compared."""
    problems = [
        Problem(f"{name} table, column {column!r}", "to be there", "no such column")
        for name, frame in frames.items()
        for column in schema.modeled_columns
        if column not in frame.columns
    ]
    if problems:
        raise TableError(problems)
