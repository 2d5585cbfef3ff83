"""Comparing a synthetic table with the real one: how faithful, varied and safe it is, and its use for models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

from equitab.dataframe import Frame
from equitab.errors import Problem, RecipeError, TableError, closest
from equitab.evaluation import (
    HALF,
    CurvePoint,
    Measurement,
    MeasurementSettings,
    ProtocolSettings,
    Quality,
    QualityDepth,
    RealRows,
    TrainingTable,
    explain_model,
    measure_distributions,
    measure_groups,
    measure_quality,
    plan_comparisons,
    train_and_measure,
)
from equitab.mitigation import resample_by_weight
from equitab.pipeline.group_table import group_rows
from equitab.pipeline.pictures import check_pictures, picture_tables
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.recipe import PictureChoice
from equitab.pipeline.schema_resolution import SchemaSource, resolve_schema
from equitab.pipeline.table_complexity import compare_complexity
from equitab.pipeline.table_source import open_table
from equitab.pipeline.training import unexplained_remarks
from equitab.report import (
    GroupRow,
    group_answers,
    group_truth_sentences,
    group_truth_warnings,
    lost_groups,
    quality_sentences,
)
from equitab.schema import TableSchema, row_weights, validate_table

DEFAULT_MODELS = ("logistic_regression", "gradient_boosting")
SHOWN_OF_MODELS = ("balanced_accuracy", "auroc", "demographic_parity_difference", "equalized_odds_difference")
SHOWN_OF_ROWS = (
    "univariate_error",
    "bivariate_error",
    "excess_bivariate_error",
    "worst_c2st_auroc",
    "global_utility",
    "coverage_shortfall",
    "dcr_share",
    "exact_copy_share",
    "holdout_copy_share",
    "worst_membership_auroc",
)
"""What a short answer holds, of models and of the rows themselves."""
_WORST_GROUP = "_worst_group"

_NO_HOLDOUT = (
    "what chance alone does, distances and models need real rows that the generator never saw: --holdout FILE"
)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What was found about a synthetic table.

    Attributes
    ----------
    name : str
        The real table.
    n_real, n_synthetic : int
    n_holdout : int or None
    schema : TableSchema
    measurements : tuple of Measurement
        Stages ``fidelity``, ``privacy``, ``complexity`` (of either table), ``group_truth`` (single groups against
        held-out rows of their own), ``test`` (models on the held-out rows) and ``explanation`` (what they look at).
    curves : tuple of CurvePoint
        Distributions of the columns, and measures that every column has.
    groups : tuple of GroupRow
        The groups of the real table; synthetic rows are counted beside them.
    remarks : tuple of str
    """

    name: str
    n_real: int
    n_synthetic: int
    n_holdout: int | None
    schema: TableSchema
    measurements: tuple[Measurement, ...]
    curves: tuple[CurvePoint, ...] = ()
    groups: tuple[GroupRow, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One sentence: which rows were compared."""
        held_out = "no held-out rows" if self.n_holdout is None else f"{self.n_holdout:,} held-out real rows"
        return f"{self.name}: {self.n_real:,} real rows, {self.n_synthetic:,} synthetic rows, {held_out}."

    @property
    def shown(self) -> tuple[Measurement, ...]:
        """The measurements of a short answer: of all rows, and of the worst group of every comparison."""
        return tuple(held for held in self.measurements if _is_short(held))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "table": self.name,
            "real_rows": self.n_real,
            "synthetic_rows": self.n_synthetic,
            "holdout_rows": self.n_holdout,
            "findings": [
                *quality_sentences(self.measurements),
                *lost_groups(self.measurements),
                *group_truth_sentences(self.measurements),
            ],
            "group_answers": [asdict(answer) for answer in group_answers(self.measurements)],
            "measurements": [asdict(held) for held in self.measurements],
            "curves": [asdict(point) for point in self.curves],
            "remarks": list(self.remarks),
        }


def evaluate(
    real: Any,
    synthetic: Any,
    schema: SchemaSource = None,
    *,
    holdout: Any = None,
    models: Sequence[str] | None = None,
    depth: str = "quick",
    pictures: PictureChoice = "none",
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Compare a synthetic table with the real one that it imitates.

    Parameters
    ----------
    real : table or location
        The rows that the generator learned.
    synthetic : table or location
    schema : TableSchema, mapping of its keys, or path, optional
        What is not said is guessed from the real table.
    holdout : table or location, optional
        Real rows that the generator never saw. With them it can be said how far off real rows are by chance
        alone, distances can be read (is a synthetic row nearer to those learned than to others?), and models
        trained on either table are judged.
    models : sequence of str, optional
        Who is trained on either table; logistic regression and gradient boosting when not given.
    depth : {"quick", "full"}
        How many rows the quality is measured on, and how thoroughly.
    pictures : {"auto", "umap", "pca", "none"}, default "none"
        How both tables are put on one plane for the page, as in a recipe; with ``none`` there are no pictures.
    seed : int, default 0
    progress : callable, optional

    Returns
    -------
    Evaluation

    Raises
    ------
    TableError, SchemaError
        Everything that is wrong with the tables or with what was said about them.
    """
    thoroughness = known_depth(depth)
    check_pictures(pictures)
    stages = StageProgress(progress, n_stages=2 if holdout is None else 4)
    stages.begin("reading the tables")
    opened = open_table(real)
    resolved = resolve_schema(opened.frame, schema)
    findings = validate_table(opened.frame, resolved)
    frames = {"synthetic": _columns_of(synthetic, resolved, "the synthetic table")}
    if holdout is not None:
        frames["holdout"] = _columns_of(holdout, resolved, "the held-out table")
    stages.finish(", ".join(f"{len(frame):,} {name} rows" for name, frame in frames.items()))
    settings = MeasurementSettings(seed=seed)
    real_rows = opened.frame.select(list(resolved.modeled_columns))
    quality = _measure_quality(real_rows, frames, resolved, thoroughness, settings=settings, stages=stages)
    found = [*quality.measurements]
    tables = {"original": real_rows, "synthetic": frames["synthetic"]}
    found += compare_complexity(tables, resolved, seed=seed)
    judged = _Judged([], [])
    if holdout is not None:
        found += _measure_groups(real_rows, frames, resolved, settings=settings, stages=stages)
        judged = _models(
            opened.frame, frames, resolved, models or DEFAULT_MODELS, settings=settings, stages=stages
        )
        found += judged.measurements
    remarks = [str(finding) for finding in findings if finding.severity == "warning"]
    points = measure_distributions({"real": real_rows, "synthetic": frames["synthetic"]}, resolved)
    drawn = picture_tables(real_rows, frames["synthetic"], resolved, choice=pictures, seed=seed)
    return Evaluation(
        name=opened.name,
        n_real=len(opened.frame),
        n_synthetic=len(frames["synthetic"]),
        n_holdout=len(frames["holdout"]) if holdout is not None else None,
        schema=resolved,
        measurements=tuple(found),
        curves=(*points, *quality.curves, *drawn, *judged.points),
        groups=group_rows(opened.frame, resolved, added=frames["synthetic"]),
        remarks=(
            *opened.notes,
            *resolved.notes,
            *remarks,
            *([_NO_HOLDOUT] if holdout is None else []),
            *group_truth_warnings(found),
            *unexplained_remarks(found),
        ),
    )


def known_depth(depth: str) -> QualityDepth:
    """Return a depth if it is one of the two; else raise."""
    names: tuple[QualityDepth, ...] = get_args(QualityDepth)
    for name in names:
        if depth == name:
            return name
    raise RecipeError(
        Problem(f"depth {depth!r}", " or ".join(names), "another word", closest(depth, list(names)))
    )


def _measure_quality(
    real: Frame,
    frames: dict[str, Frame],
    schema: TableSchema,
    depth: QualityDepth,
    *,
    settings: MeasurementSettings,
    stages: StageProgress,
) -> Quality:
    stages.begin(f"measuring the synthetic rows ({depth})")
    quality = measure_quality(
        frames["synthetic"],
        real,
        frames.get("holdout"),
        schema,
        depth=depth,
        settings=settings,
        seed=settings.seed,
    )
    stages.finish(f"{len(quality.measurements)} measures")
    return quality


def _measure_groups(
    real: Frame,
    frames: dict[str, Frame],
    schema: TableSchema,
    *,
    settings: MeasurementSettings,
    stages: StageProgress,
) -> tuple[Measurement, ...]:
    """Return what the synthetic rows of every group are like; nothing without sensitive features."""
    stages.begin("measuring group by group")
    found: tuple[Measurement, ...] = ()
    if schema.sensitive_names:
        found = measure_groups(
            frames["synthetic"],
            training=real,
            held_out=frames["holdout"],
            schema=schema,
            settings=settings,
            seed=settings.seed,
        )
    stages.finish(f"{len(found)} measures")
    return found


@dataclass(frozen=True, eq=False)
class _Judged:
    """What was measured of the models, and what their scores rest on."""

    measurements: list[Measurement]
    points: list[CurvePoint]


def _models(
    real: Frame,
    frames: dict[str, Frame],
    schema: TableSchema,
    models: Sequence[str],
    *,
    settings: MeasurementSettings,
    stages: StageProgress,
) -> _Judged:
    """Train on the real and on the synthetic table, judge and explain on held-out rows."""
    stages.begin("training models on either table")
    judged = RealRows.read(frames["holdout"], schema, comparisons=plan_comparisons(real, schema))
    tables = [
        TrainingTable("original", real, row_weights(real, schema)),
        TrainingTable("synthetic", frames["synthetic"]),
    ]
    found, points = list[Measurement](), list[CurvePoint]()
    pairs = [(model, table) for model in models for table in tables]
    for place, (model, table) in enumerate(pairs):
        stages.advance(place / len(pairs), f"{model} on the {table.treatment} table")
        result = train_and_measure(
            table,
            model,
            schema=schema,
            validation=judged,
            test=judged,
            settings=ProtocolSettings(measurement=settings, resampler=resample_by_weight),
            seed=settings.seed,
        )
        # The held-out rows stand in for validation rows, so only what no threshold was chosen for is kept.
        found += [
            held for held in result.measurements if held.stage == "test" and held.operating_point == HALF
        ]
        explained, told = explain_model(
            result.model,
            judged.frame,
            schema,
            background=real,
            comparisons=judged.comparisons,
            treatment=table.treatment,
            seed=settings.seed,
        )
        found += explained
        points += told
    stages.finish()
    return _Judged(found, points)


def _columns_of(table: Any, schema: TableSchema, what: str) -> Frame:
    """Return a table with the columns that are compared (and the weight, where it has one)."""
    frame = open_table(table).frame
    problems = [
        Problem(f"column {name!r} of {what}", "to be there", "no such column", closest(name, frame.columns))
        for name in schema.modeled_columns
        if name not in frame.columns
    ]
    if problems:
        raise TableError(problems)
    kept = [
        *schema.modeled_columns,
        *(name for name in (schema.weight, schema.identifier) if name in frame.columns),
    ]
    return frame.select([name for name in frame.columns if name in kept])


def _is_short(held: Measurement) -> bool:
    if held.stage == "test":
        return held.metric in SHOWN_OF_MODELS and not held.group
    if held.sensitive_features:
        return held.metric.endswith(_WORST_GROUP)
    return held.metric in SHOWN_OF_ROWS and held.treatment != "holdout"
