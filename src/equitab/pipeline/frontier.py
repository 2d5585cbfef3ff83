"""What fairness costs: one draft of rows, mapped at many strengths, judged on held-out rows beside simple ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from equitab.dataframe import frame_from_columns, write_table, write_text_atomically
from equitab.errors import Problem, RecipeError
from equitab.evaluation import HALF, CurvePoint, Measurement, TrainingTable, learner, split_rows
from equitab.pipeline.constraints.curves import baseline_curves, candidate_curves
from equitab.pipeline.constraints.draw import Constraints, check_can_constrain, read_asked
from equitab.pipeline.constraints.question import (
    METRIC_OF,
    THRESHOLD_CRITERION,
    features_name,
    leading_constraint,
)
from equitab.pipeline.constraints.report import sampling_command
from equitab.pipeline.constraints.tables import count_rows
from equitab.pipeline.fit import default_conditions, generator_remarks, new_generator
from equitab.pipeline.preparation import prepare_table
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.recipe import Recipe, recipe_from_dict
from equitab.pipeline.report_contents import metric_descriptions, summary_of
from equitab.pipeline.run_rows import RunRows
from equitab.pipeline.schema_resolution import SchemaSource
from equitab.pipeline.storage import check_new_folder, write_folder
from equitab.pipeline.training import Protocol, train_all
from equitab.pipeline.treatments import training_tables
from equitab.report import AskedConstraint, FrontierRow, ReportContents, render_frontier
from equitab.schema import FairnessConstraint
from equitab.search import FrontierPoint, default_strengths, trace_frontier

POINTS_FILE = "points.parquet"
BASELINES = ("original", "reweighed", "smote_nc", "threshold_optimizer")


@dataclass(frozen=True, eq=False)
class FrontierResult:
    """A frontier that was traced.

    Attributes
    ----------
    folder : Path or None
    points : tuple of FrontierPoint
        One for each strength.
    rows : tuple of FrontierRow
        The same with the command that draws each table, then the other ways.
    measurements : tuple of Measurement
        Of the other ways, on the same rows.
    remarks : tuple of str
    """

    folder: Path | None
    points: tuple[FrontierPoint, ...]
    rows: tuple[FrontierRow, ...]
    measurements: tuple[Measurement, ...]
    remarks: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "folder": None if self.folder is None else str(self.folder),
            "points": [_plain_row(row) for row in self.rows],
            "remarks": list(self.remarks),
        }


def frontier(
    table: Any,
    schema: SchemaSource = None,
    *,
    constraints: Constraints,
    model: str = "gradient_boosting",
    generator: Mapping[str, Any] | str | None = None,
    strengths: Sequence[float] | None = None,
    n_rows: int | None = None,
    test: str | None = None,
    use_sensitive_features: bool = True,
    out: str | Path | None = None,
    seed: int,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> FrontierResult:
    """Trace accuracy against fairness over the strength of constraints.

    Parameters
    ----------
    table : table or location
    schema : TableSchema, mapping of its keys, or path, optional
        What is not said is guessed.
    constraints : sequence or ConstraintWords
        The criteria that are measured, at every strength; their groups are mapped together.
    model : str, default "gradient_boosting"
        The learner that is judged.
    generator : mapping or str, optional
        As a recipe's key ``generator``.
    strengths : sequence of float, optional
        From 0 to parity of the outcome at 1, in six steps; to 1.6 for a model that does not see the sensitive
        features.
    n_rows : int, optional
        Rows of the draft; as for a run when not given.
    test : str, optional
        Location of held-out rows; a fifth of the table when not given.
    use_sensitive_features : bool, default True
    out : str or Path, optional
        A folder for ``frontier.html``, ``points.parquet`` and the generator.
    seed : int
    overwrite : bool, default False
    progress : callable, optional

    Returns
    -------
    FrontierResult

    Raises
    ------
    RecipeError, TableError, SchemaError, ConstraintError
        Everything that is wrong with what was asked for.
    OutputExistsError
        If the folder exists.
    """
    asked = _asked(read_asked(constraints))
    data = {"table": "-", "schema": {}, "models": [model], "constraints": list(asked)}
    keys = {"generator": generator} if generator else {}
    recipe = recipe_from_dict({**data, **keys, "split": {"test_table": test}, "seed": seed})
    check_can_constrain(recipe.generator.name, asked)
    recipe = replace(recipe, use_sensitive_features=use_sensitive_features)
    if out is not None:
        check_new_folder(Path(out), marker=POINTS_FILE, overwrite=overwrite)
    stages = StageProgress(progress, n_stages=4)
    rows = _rows(table, schema, recipe, stages)
    learned = _learn(rows, stages)
    found, drawn, labels = _trace(learned, rows, asked, strengths, n_rows, stages)
    measured = _baselines(rows, stages)
    place = "DIR" if out is None else str(out)
    points = _points(found, asked, f"{place}/generator", drawn, seed)
    remarks = (*rows.prepared.notes, *generator_remarks(learned), *labels)
    result = FrontierResult(
        None if out is None else Path(out),
        found,
        (*points, *_other_rows(measured, asked, rows)),
        tuple(measured),
        remarks,
    )
    if out is not None:
        page = _page(result, rows, asked)
        write_folder(Path(out), lambda folder: _write(folder, result, page, learned))
    return result


def _asked(constraints: Sequence[FairnessConstraint]) -> tuple[FairnessConstraint, ...]:
    """Return constraints whose strength is traced; what has no frontier is refused."""
    problems = [
        Problem(f"constraint {one.name!r}", "a criterion on the outcome", "one on proxies", "leave it out")
        for one in constraints
        if one.criterion == "bounded_proxies"
    ]
    problems += [
        Problem(
            f"constraint {one.name!r}",
            "no strength of its own",
            f"{one.strength:g}",
            "--strengths lists them",
        )
        for one in constraints
        if one.strength is not None
    ]
    problems += [
        Problem(f"constraint {one.name!r}, mapping", "'coupled', which has strengths", repr(one.mapping))
        for one in constraints
        if one.mapping != "coupled"
    ]
    problems += [
        Problem(f"constraint {one.name!r}, places", "'sampling'", "'training' only", "equitab fit trains")
        for one in constraints
        if "sampling" not in one.places
    ]
    if not constraints:
        advice = "name one: --constraint demographic_parity"
        problems.append(Problem("constraints", "at least one", "none", advice))
    if problems:
        raise RecipeError(problems)
    return tuple(constraints)


def _rows(table: Any, schema: SchemaSource, recipe: Recipe, stages: StageProgress) -> RunRows:
    stages.begin("reading the table")
    learners = tuple(learner({"name": held.name, "parameters": held.parameters}) for held in recipe.models)
    prepared = prepare_table(table, schema, recipe, learners)
    splits = split_rows(
        prepared.frame,
        prepared.schema,
        test_share=recipe.split.test,
        validation_share=recipe.split.validation,
        test_rows=prepared.is_test,
        seed=recipe.seed,
    )
    stages.finish(f"{len(splits.train):,} training, {len(splits.test):,} test rows")
    return RunRows(prepared, splits)


def _learn(rows: RunRows, stages: StageProgress) -> Any:
    recipe, schema = rows.prepared.recipe, rows.prepared.schema
    stages.begin(f"learning the table with {recipe.generator.name}")
    generator = new_generator(recipe.generator, stages=stages)
    generator.fit(
        rows.training.frame,
        schema,
        condition_on=default_conditions(schema),
        constraints=[one for one in recipe.constraints if "training" in one.places],
        max_seconds=recipe.generator.max_seconds,
        seed=recipe.seed,
    )
    stages.finish(f"{len(rows.training.frame):,} rows learned")
    return generator


def _trace(
    generator: Any,
    rows: RunRows,
    asked: tuple[FairnessConstraint, ...],
    strengths: Sequence[float] | None,
    n_rows: int | None,
    stages: StageProgress,
) -> tuple[tuple[FrontierPoint, ...], int, tuple[str, ...]]:
    """Return the points, how many rows were drawn, and what the draft has to say."""
    recipe, count = rows.prepared.recipe, count_rows(n_rows, len(rows.training.frame))
    stages.begin("tracing the frontier")
    draft = generator.draft(count, seed=recipe.seed)
    wanted = default_strengths(recipe.use_sensitive_features) if strengths is None else sorted(set(strengths))
    found: list[FrontierPoint] = []
    for place, strength in enumerate(wanted):
        stages.advance(place / len(wanted), f"strength {strength:g}")
        found += trace_frontier(
            draft,
            asked,
            rows.prepared.learners[0],
            strengths=[strength],
            schema=rows.prepared.schema,
            judged=rows.test,
            stage="test",
            use_sensitive_features=recipe.use_sensitive_features,
            seed=recipe.seed,
        )
    remarks = draft.table([replace(one, strength=0.0) for one in asked]).remarks
    stages.finish(f"{len(found)} strengths, {count:,} rows drawn once")
    return tuple(found), count, tuple(remarks)


def _baselines(rows: RunRows, stages: StageProgress) -> list[Measurement]:
    """Measure what needs no constraint: no treatment, reweighing, SMOTE-NC and moved thresholds."""
    stages.begin("training and judging other ways")
    recipe, training = rows.prepared.recipe, rows.training
    leading = leading_constraint(recipe.constraints)
    criterion = leading.criterion if leading else ""
    protocol = Protocol(
        schema=rows.prepared.schema,
        validation=rows.validation,
        test=rows.test,
        compared=rows.compared,
        use_sensitive_features=recipe.use_sensitive_features,
        threshold_optimizer=True,
        threshold_constraint=THRESHOLD_CRITERION.get(criterion, "demographic_parity"),
    )
    none = training.modeled.head(0)
    tables = training_tables(
        training,
        added=none,
        synthetic=none,
        mitigation=("reweighing",),
        baselines=("smote_nc",),
        seed=recipe.seed,
    )
    kept = ((held, rows.prepared.learners) for held in tables if _is_shown(held))
    found = train_all(kept, protocol, n_models=3, progress=stages, seed=recipe.seed)
    stages.finish(f"{len(found.results)} models")
    return found.measurements


def _is_shown(held: TrainingTable) -> bool:
    return held.treatment in BASELINES


def _points(
    found: Sequence[FrontierPoint],
    asked: tuple[FairnessConstraint, ...],
    place: str,
    n_rows: int,
    seed: int,
) -> list[FrontierRow]:
    return [
        FrontierRow(
            way="constrained",
            strength=point.strength,
            gaps=tuple(
                (one.name, point.model_gaps.get(one.name), point.table_gaps.get(one.name)) for one in asked
            ),
            auroc=point.performance.get("auroc"),
            accuracy=point.performance.get("accuracy"),
            share_changed=point.share_changed,
            command=sampling_command(place, asked, n_rows=n_rows, seed=seed, strength=point.strength),
        )
        for point in found
    ]


def _other_rows(
    measured: Sequence[Measurement], asked: tuple[FairnessConstraint, ...], rows: RunRows
) -> list[FrontierRow]:
    """Return the other ways, on test rows at the threshold 0.5."""
    held = {
        (one.treatment, one.metric, one.sensitive_features): one.value
        for one in measured
        if one.stage == "test" and one.operating_point == HALF and one.group in ("", "(all others)")
    }
    schema = rows.prepared.schema
    return [
        FrontierRow(
            way=way,
            strength=None,
            gaps=tuple(
                (
                    one.name,
                    held.get((way, METRIC_OF.get(one.criterion, ""), features_name(one, schema))),
                    None,
                )
                for one in asked
            ),
            auroc=held.get((way, "auroc", "")),
            accuracy=held.get((way, "accuracy", "")),
        )
        for way in BASELINES
        if (way, "accuracy", "") in held
    ]


def _page(result: FrontierResult, rows: RunRows, asked: tuple[FairnessConstraint, ...]) -> str:
    prepared = rows.prepared
    contents = ReportContents(
        title=f"Frontier: {prepared.name}",
        summary=summary_of(prepared.name, len(prepared.frame), prepared.schema),
        curves=tuple(_curves(result, rows, asked)),
        metrics=metric_descriptions(METRIC_OF.values()),
        guesses=prepared.schema.notes,
        remarks=result.remarks,
        constraints=tuple(
            AskedConstraint(
                criterion=one.criterion,
                sensitive_features=features_name(one, prepared.schema),
                metric=METRIC_OF.get(one.criterion, ""),
                tolerance=one.tolerance,
                bound=one.bound,
                aim=one.aim,
                places=one.places,
            )
            for one in asked
        ),
    )
    return render_frontier(contents, result.rows)


def _curves(result: FrontierResult, rows: RunRows, asked: tuple[FairnessConstraint, ...]) -> list[CurvePoint]:
    schema = rows.prepared.schema
    own = candidate_curves(result.points, asked, schema)
    return own + baseline_curves(result.measurements, asked, schema, stage="test", treatments=BASELINES)


def _write(folder: Path, result: FrontierResult, page: str, generator: Any) -> None:
    folder.mkdir(parents=True)
    write_text_atomically(folder / "frontier.html", page)
    plain = [_plain_row(row) for row in result.rows]
    write_table(
        frame_from_columns({name: [row[name] for row in plain] for name in plain[0]}), folder / POINTS_FILE
    )
    generator.save(folder / "generator")


def _plain_row(row: FrontierRow) -> dict[str, Any]:
    """Return one point as the columns of a table."""
    gaps = {
        f"{whose}_gap: {name}": value
        for name, model, table in row.gaps
        for whose, value in (("model", model), ("table", table))
    }
    return {
        "way": row.way,
        "strength": row.strength,
        **gaps,
        "auroc": row.auroc,
        "accuracy": row.accuracy,
        "share_changed": row.share_changed,
        "command": row.command,
    }
