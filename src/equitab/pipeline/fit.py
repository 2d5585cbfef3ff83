"""Learning a table with a generator, and saving the generator."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.errors import Problem, RecipeError
from equitab.pipeline.constraints.draw import Constraints, read_asked
from equitab.pipeline.constraints.words import ConstraintWords
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.recipe import GeneratorChoice, recipe_from_dict
from equitab.pipeline.sample import GENERATOR_FILE
from equitab.pipeline.schema_resolution import resolve_schema
from equitab.pipeline.storage import check_new_folder, write_folder
from equitab.pipeline.table_overlap import overlap_remarks
from equitab.pipeline.table_source import open_table
from equitab.schema import FairnessConstraint, TableSchema, check_constraints, validate_table


@dataclass(frozen=True, eq=False)
class FitResult:
    """A generator that was learned and saved.

    Attributes
    ----------
    generator : Generator
    schema : TableSchema
    folder : Path or None
    n_rows : int
        The rows that it learned from.
    seconds : float
    remarks : tuple of str
        What was guessed about the table, and what the generator says.
    """

    generator: Any
    schema: TableSchema
    folder: Path | None
    n_rows: int
    seconds: float
    remarks: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return what to tell the caller."""
        columns = ", ".join(self.generator.conditionable_columns_) or "no columns"
        head = f"{self.generator.name} learned {self.n_rows:,} rows in {self.seconds:.0f} s; saved in {self.folder}."
        return [head, f"It can be asked for: {columns}.", *(f"Note: {remark}" for remark in self.remarks)]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "generator": self.generator.name,
            "folder": str(self.folder),
            "rows": self.n_rows,
            "seconds": round(self.seconds, 2),
            "conditionable_columns": list(self.generator.conditionable_columns_),
            "remarks": list(self.remarks),
        }


def fit(
    table: Any,
    schema: TableSchema | Mapping[str, Any] | str | Path | None = None,
    *,
    generator: Mapping[str, Any] | str | None = None,
    condition_on: Sequence[str] | None = None,
    constraints: Constraints = (),
    test: Any = None,
    out: str | Path | None = None,
    seed: int,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> FitResult:
    """Learn every row of a table with a generator, and save it.

    Parameters
    ----------
    table : table or location
        Every row is used: leave out those that the result is to be judged on.
    schema : TableSchema, mapping of its keys, or path, optional
        What is not said is inferred.
    generator : mapping or str, optional
        As a recipe's key ``generator``: name, preset, max_seconds, settings.
    condition_on : sequence of str, optional
        Columns that rows can later be asked for; target and sensitive features when not given.
    constraints : sequence or ConstraintWords
        Fairness constraints that the generator learns under (place ``training``).
    test : table or location, optional
        Held-out rows: it is counted how many of them, and of their people, are among the rows learned.
    out : str or Path, optional
        A folder for the generator.
    seed : int
    overwrite : bool, default False
    progress : callable, optional

    Returns
    -------
    FitResult
    """
    choice = recipe_from_dict({"table": "-", "schema": {}, "generator": generator or {}}).generator
    asked = _training_constraints(constraints)
    stages = StageProgress(progress, n_stages=2)
    if out is not None:
        check_new_folder(Path(out), marker=GENERATOR_FILE, overwrite=overwrite)
    stages.begin("reading the table")
    opened = open_table(table)
    resolved = resolve_schema(opened.frame, schema)
    findings = validate_table(opened.frame, resolved)
    check_constraints(asked, resolved)
    overlap = () if test is None else overlap_remarks(opened.frame, open_table(test).frame, resolved)
    stages.finish(f"{len(opened.frame):,} rows")
    stages.begin(f"learning the table with {choice.name}")
    started = time.monotonic()
    learned = new_generator(choice, stages=stages)
    columns = default_conditions(resolved) if condition_on is None else tuple(condition_on)
    learned.fit(
        opened.template.restore(opened.frame),
        resolved,
        condition_on=columns,
        constraints=asked,
        max_seconds=choice.max_seconds,
        seed=seed,
    )
    seconds = time.monotonic() - started
    stages.finish(f"{seconds:.0f} s")
    if out is not None:
        write_folder(Path(out), learned.save)
    warnings = tuple(str(finding) for finding in findings if finding.severity == "warning")
    remarks = (*opened.notes, *resolved.notes, *warnings, *overlap, *generator_remarks(learned))
    return FitResult(
        learned, resolved, None if out is None else Path(out), len(opened.frame), seconds, remarks
    )


def _training_constraints(constraints: Constraints) -> tuple[FairnessConstraint, ...]:
    """Return constraints to learn under: that is where flags enforce them unless they say otherwise."""
    if isinstance(constraints, ConstraintWords):
        return constraints.constraints(places=("training",)) if constraints else ()
    return read_asked(constraints)


def new_generator(
    choice: GeneratorChoice,
    *,
    stages: StageProgress | None = None,
    checkpoint_folder: Path | None = None,
) -> Any:
    """Return a generator that is not yet fitted; it reports and keeps checkpoints where it can.

    Parameters
    ----------
    choice : GeneratorChoice
    stages : StageProgress, optional
        Told of every step of the training.
    checkpoint_folder : Path, optional
        Where training that is interrupted can be taken up again.

    Raises
    ------
    RecipeError
        If several generators are to be tried: that needs validation rows.
    """
    from equitab.generators import generator_class, make_generator

    if choice.search is not None:
        expected, advice = "none where one generator learns", "equitab search, or equitab run, tries several"
        raise RecipeError(Problem("recipe key 'generator.search'", expected, "a search", advice))

    known = inspect.signature(generator_class(choice.name)).parameters
    offered: dict[str, Any] = {"checkpoint_folder": checkpoint_folder}
    if stages is not None:
        offered["progress"] = _step_reporter(stages)
    extra = {name: value for name, value in offered.items() if value is not None and name in known}
    return make_generator(choice.name, **{**extra, **choice.fixed_settings})


def _step_reporter(stages: StageProgress) -> Callable[..., None]:
    """Return what a generator calls with step, number of steps, seconds left and loss."""

    def report(step: int, n_steps: int, seconds_left: float | None, loss: float) -> None:
        stages.advance(
            step / max(n_steps, 1),
            f"step {step:,} of {n_steps:,}, loss {loss:.3f}",
            seconds_left=seconds_left,
        )

    return report


def default_conditions(schema: TableSchema) -> tuple[str, ...]:
    """Return the columns that a generator is conditioned on unless told: those that plans ask for."""
    names = (schema.target, *schema.sensitive_names)
    return tuple(name for name in names if name in schema.modeled_columns)


def generator_remarks(generator: Any) -> tuple[str, ...]:
    """Return what a fitted generator has to say about its training."""
    return tuple(getattr(generator, "remarks_", ()))
