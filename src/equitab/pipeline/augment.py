"""Adding the rows of a plan to a table, as a stage of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.augmentation import AugmentedTable, RebalancingPlan, augment
from equitab.dataframe import Frame, write_table
from equitab.errors import OutputExistsError
from equitab.pipeline.fit import default_conditions, new_generator
from equitab.pipeline.plan_choice import make_plan
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.recipe import GeneratorChoice, recipe_from_dict
from equitab.pipeline.sample import GENERATOR_FILE, generator_folder
from equitab.pipeline.schema_resolution import SchemaSource, resolve_schema
from equitab.pipeline.table_overlap import overlap_remarks
from equitab.pipeline.table_source import open_table
from equitab.pipeline.treatments import TrainingRows
from equitab.schema import TableSchema, validate_table


@dataclass(frozen=True, eq=False)
class AugmentResult:
    """A table with the rows that a plan added.

    Attributes
    ----------
    table : AugmentedTable
    frame : Frame
        Its rows, with the weights that a model should learn with.
    place : Path or None
        Where it was written.
    remarks : tuple of str
    """

    table: AugmentedTable
    frame: Frame
    place: Path | None
    remarks: tuple[str, ...] = ()

    @property
    def plan(self) -> RebalancingPlan:
        """What was added, for whom."""
        return self.table.plan

    def lines(self) -> list[str]:
        """Return what to tell the caller."""
        return [*str(self.plan).splitlines(), *(f"Note: {remark}" for remark in self.remarks)]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "file": None if self.place is None else str(self.place),
            "rows": len(self.frame),
            "rows_added": self.plan.total,
            "plan": self.plan.to_dict(),
            "remarks": list(self.remarks),
        }


def augment_table(
    table: Any,
    schema: SchemaSource = None,
    *,
    generator: Mapping[str, Any] | str | Path | None = None,
    plan: Mapping[str, Any] | str | None = None,
    mitigation: tuple[str, ...] = (),
    test: Any = None,
    out: str | Path | None = None,
    seed: int,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> AugmentResult:
    """Add synthetic rows to a table, as many as a plan says for each group and outcome.

    Parameters
    ----------
    table : table or location
        Training rows: leave out those that a model is to be judged on.
    schema : TableSchema, mapping of its keys, or path, optional
        What is not said is guessed.
    generator : mapping, str or Path, optional
        The folder of a saved generator (or of a run), which learned these rows; or the keys of a recipe's
        generator, which then learns them now.
    plan : mapping or str, optional
        As a recipe's key ``plan``.
    mitigation : tuple of str
        With ``reweighing`` the column ``equitab_weight`` makes group and outcome independent.
    test : table or location, optional
        Held-out rows: it is counted how many of them, and of their people, are among the rows learned.
    out : str or Path, optional
        A file to write.
    seed : int
    overwrite : bool, default False
    progress : callable, optional

    Returns
    -------
    AugmentResult

    Raises
    ------
    RecipeError, TableError, SchemaError, ConstraintError
        Everything that is wrong with what was asked for.
    """
    saved = _saved_generator(generator)
    keys = {} if saved is not None or generator is None else {"generator": generator}
    chosen = {"plan": plan} if plan else {}
    recipe = recipe_from_dict({"table": "-", "schema": {}, "mitigation": list(mitigation), **keys, **chosen})
    if out is not None and Path(out).exists() and not overwrite:
        raise OutputExistsError(
            f"{str(out)!r} exists. Next: --overwrite replaces it, or choose another --out."
        )
    stages = StageProgress(progress, n_stages=3)
    stages.begin("reading the table")
    opened = open_table(table)
    resolved = resolve_schema(opened.frame, schema)
    findings = validate_table(opened.frame, resolved)
    overlap = () if test is None else overlap_remarks(opened.frame, open_table(test).frame, resolved)
    made = make_plan(recipe.plan, opened.frame, resolved)
    stages.finish(f"{len(opened.frame):,} rows, {made.total:,} to add")
    learned = (
        _loaded(saved, resolved, stages)
        if saved is not None
        else _learned(opened.frame, resolved, recipe.generator, seed, stages)
    )
    stages.begin("drawing rows")
    augmented = augment(opened.template.restore(opened.frame), resolved, learned, made, seed=seed)
    rows = TrainingRows.of(opened.frame, resolved)
    frame = rows.with_final_weights(augmented.frame, recipe.mitigation)
    stages.finish(f"{made.total:,} rows")
    if out is not None:
        write_table(frame, out, overwrite=overwrite)
    warnings = [str(finding) for finding in findings if finding.severity == "warning"]
    remarks = (*opened.notes, *resolved.notes, *warnings, *overlap, *augmented.remarks)
    return AugmentResult(augmented, frame, None if out is None else Path(out), remarks)


def _saved_generator(generator: Any) -> Path | None:
    """Return the folder of a saved generator, if one was named."""
    name = generator.get("name") if isinstance(generator, Mapping) else generator
    if not isinstance(name, str | Path):
        return None
    folder = generator_folder(name)
    return folder if (folder / GENERATOR_FILE).is_file() else None


def _loaded(folder: Path, schema: TableSchema, stages: StageProgress) -> Any:
    from equitab.generators import check_same_schema, load_generator

    stages.begin("loading the generator")
    loaded = load_generator(folder)
    check_same_schema(loaded.schema_, schema)
    stages.finish(loaded.name)
    return loaded


def _learned(
    frame: Frame, schema: TableSchema, choice: GeneratorChoice, seed: int, stages: StageProgress
) -> Any:
    stages.begin(f"learning the table with {choice.name}")
    generator = new_generator(choice, stages=stages)
    conditions = default_conditions(schema)
    generator.fit(frame, schema, condition_on=conditions, max_seconds=choice.max_seconds, seed=seed)
    stages.finish(f"{len(frame):,} rows learned")
    return generator
