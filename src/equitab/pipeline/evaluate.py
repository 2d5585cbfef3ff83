"""Comparing a synthetic table with the real one: fidelity, privacy, and use for training models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from equitab.dataframe import Frame
from equitab.errors import Problem, TableError, closest
from equitab.evaluation import (
    HALF,
    Measurement,
    MeasurementSettings,
    ProtocolSettings,
    RealRows,
    TrainingTable,
    measure_fidelity,
    measure_privacy,
    plan_comparisons,
    train_and_measure,
)
from equitab.mitigation import resample_by_weight
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.schema_resolution import SchemaSource, resolve_schema
from equitab.pipeline.table_source import open_table
from equitab.schema import TableSchema, row_weights, validate_table

DEFAULT_MODELS = ("logistic_regression", "gradient_boosting")
SHOWN = ("balanced_accuracy", "auroc", "demographic_parity_difference", "equalized_odds_difference")
"""Of models, the measures that a short answer holds."""

_NO_HOLDOUT = "distances and models need real rows that the generator never saw: --holdout FILE"


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
        Stages ``fidelity``, ``privacy`` and ``test`` (models on the held-out rows).
    remarks : tuple of str
    """

    name: str
    n_real: int
    n_synthetic: int
    n_holdout: int | None
    schema: TableSchema
    measurements: tuple[Measurement, ...]
    remarks: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One sentence: which rows were compared."""
        held_out = "no held-out rows" if self.n_holdout is None else f"{self.n_holdout:,} held-out real rows"
        return f"{self.name}: {self.n_real:,} real rows, {self.n_synthetic:,} synthetic rows, {held_out}."

    @property
    def shown(self) -> tuple[Measurement, ...]:
        """The measurements of a short answer."""
        return tuple(held for held in self.measurements if held.stage != "test" or _is_short(held))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "table": self.name,
            "real_rows": self.n_real,
            "synthetic_rows": self.n_synthetic,
            "holdout_rows": self.n_holdout,
            "measurements": [asdict(held) for held in self.measurements],
            "remarks": list(self.remarks),
        }


def evaluate(
    real: Any,
    synthetic: Any,
    schema: SchemaSource = None,
    *,
    holdout: Any = None,
    models: Sequence[str] | None = None,
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
        Real rows that the generator never saw. With them distances to real rows can be read (is a synthetic
        row nearer to those learned than to others?), and models trained on either table are judged.
    models : sequence of str, optional
        Who is trained on either table; logistic regression and gradient boosting when not given.
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
    stages = StageProgress(progress, n_stages=2 if holdout is None else 4)
    stages.begin("reading the tables")
    opened = open_table(real)
    resolved = resolve_schema(opened.frame, schema)
    findings = validate_table(opened.frame, resolved)
    frames = {"synthetic": _columns_of(synthetic, resolved, "the synthetic table")}
    if holdout is not None:
        frames["holdout"] = _columns_of(holdout, resolved, "the held-out table")
    stages.finish(", ".join(f"{len(frame):,} {name} rows" for name, frame in frames.items()))
    found = _measured(opened.frame, frames, resolved, models or DEFAULT_MODELS, seed=seed, stages=stages)
    remarks = [str(finding) for finding in findings if finding.severity == "warning"]
    return Evaluation(
        name=opened.name,
        n_real=len(opened.frame),
        n_synthetic=len(frames["synthetic"]),
        n_holdout=len(frames["holdout"]) if holdout is not None else None,
        schema=resolved,
        measurements=tuple(found),
        remarks=(*opened.notes, *resolved.notes, *remarks, *([_NO_HOLDOUT] if holdout is None else [])),
    )


def _measured(
    real: Frame,
    frames: dict[str, Frame],
    schema: TableSchema,
    models: Sequence[str],
    *,
    seed: int,
    stages: StageProgress,
) -> list[Measurement]:
    settings = MeasurementSettings(seed=seed)
    modeled = real.select(list(schema.modeled_columns))
    stages.begin("measuring fidelity")
    found = measure_fidelity(frames["synthetic"], modeled, schema, settings=settings, seed=seed)
    stages.finish()
    if "holdout" not in frames:
        return found
    stages.begin("measuring distances to real rows")
    found += measure_privacy(
        frames["synthetic"], modeled, frames["holdout"], schema, settings=settings, seed=seed
    )
    stages.finish()
    stages.begin("training models on either table")
    found += _models(real, frames, schema, models, settings=settings, stages=stages)
    stages.finish()
    return found


def _models(
    real: Frame,
    frames: dict[str, Frame],
    schema: TableSchema,
    models: Sequence[str],
    *,
    settings: MeasurementSettings,
    stages: StageProgress,
) -> list[Measurement]:
    """Train on the real and on the synthetic table, and judge on held-out rows."""
    judged = RealRows.read(frames["holdout"], schema, comparisons=plan_comparisons(real, schema))
    tables = [
        TrainingTable("original", real, row_weights(real, schema)),
        TrainingTable("synthetic", frames["synthetic"]),
    ]
    found: list[Measurement] = []
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
    return found


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
    return held.metric in SHOWN and not held.group
