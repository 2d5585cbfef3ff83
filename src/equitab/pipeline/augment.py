"""Adding the rows of a plan to a table, as a stage of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.augmentation import RebalancingPlan, augment, augment_to_file
from equitab.augmentation.augment import CHUNK_ROWS
from equitab.dataframe import Frame, read_table, write_table
from equitab.errors import OutputExistsError
from equitab.pipeline.fit import default_conditions, new_generator
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.recipe import GeneratorChoice
from equitab.pipeline.schema_resolution import SchemaSource
from equitab.pipeline.table_plan import TablePlan, read_and_plan, read_words
from equitab.pipeline.treatments import TrainingRows
from equitab.schema import TableSchema


@dataclass(frozen=True, eq=False)
class AugmentResult:
    """A table with the rows that a plan added.

    Attributes
    ----------
    plan : RebalancingPlan
        What was added, for whom.
    n_rows : int
        Real and new rows.
    held : Frame or None
        All rows, with the weights that a model should learn with; None where they went to the file in pieces.
    place : Path or None
        Where they were written.
    remarks : tuple of str
    """

    plan: RebalancingPlan
    n_rows: int
    held: Frame | None
    place: Path | None
    remarks: tuple[str, ...] = ()

    @property
    def frame(self) -> Frame:
        """All rows; those that went to a file in pieces are read from it."""
        if self.held is not None:
            return self.held
        assert self.place is not None, "rows are held, or in a file"
        return read_table(self.place)

    def lines(self) -> list[str]:
        """Return what to tell the caller."""
        others = (
            remark for remark in self.remarks if remark not in self.plan.refusals
        )  # which the plan says itself
        return [*str(self.plan).splitlines(), *(f"Note: {remark}" for remark in others)]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "file": None if self.place is None else str(self.place),
            "rows": self.n_rows,
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
    max_bytes: int | None = None,
    chunk_rows: int = CHUNK_ROWS,
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
        As a recipe's key ``plan``; `plan_table` shows it before anything is learned.
    mitigation : tuple of str
        With ``reweighing`` the column ``equitab_weight`` makes group and outcome independent.
    test : table or location, optional
        Held-out rows: it is counted how many of them, and of their people, are among the rows learned, and groups
        that only they have are named.
    out : str or Path, optional
        A file to write.
    max_bytes : int, optional
        The memory that the new rows may take, half of what is free when not given. More rows than that are drawn
        and written in pieces; without a file they are refused before anything is learned.
    chunk_rows : int, default 100,000
        Rows of one piece. It never changes the rows.
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
    recipe, saved = read_words(generator, plan, mitigation)
    check_target(out, overwrite=overwrite)
    stages = StageProgress(progress, n_stages=3)
    stages.begin("reading the table")
    read = read_and_plan(table, schema, recipe.plan, test=test, max_bytes=max_bytes)
    if out is None:
        advice = "name a file, then they are drawn and written in pieces (out=...), or bound them (max_rows)"
        read.size.check(advice=advice)
    elif "://" not in str(out):
        read.size.check_disk(Path(out))
    stages.finish(f"{len(read.opened.frame):,} rows, {read.plan.total:,} to add")
    learned = (
        loaded_generator(saved, read.schema, stages)
        if saved is not None
        else learned_generator(read.opened.frame, read.schema, recipe.generator, seed, stages)
    )
    stages.begin("drawing rows")
    draw = _AugmentDraw(read, learned, recipe.mitigation_names, stages, seed)
    if read.size.fits:
        result = draw.at_once(out, overwrite=overwrite)
    else:
        assert out is not None, "checked: more rows than fit have a file"
        result = draw.in_pieces(out, chunk_rows=chunk_rows, overwrite=overwrite)
    stages.finish(f"{read.plan.total:,} rows")
    return result


@dataclass(frozen=True, eq=False)
class _AugmentDraw:
    """A plan, a generator that learned the rows, and the two ways to carry the one out with the other."""

    read: TablePlan
    generator: Any
    mitigation: tuple[str, ...]
    stages: StageProgress
    seed: int

    def at_once(self, out: str | Path | None, *, overwrite: bool) -> AugmentResult:
        read = self.read
        table = read.opened.template.restore(read.opened.frame)
        augmented = augment(table, read.schema, self.generator, read.plan, seed=self.seed)
        frame = self._training_rows().with_final_weights(augmented.frame, self.mitigation)
        if out is not None:
            write_table(frame, out, overwrite=overwrite)
        return self._result(len(frame), frame, out)

    def in_pieces(self, out: str | Path, *, chunk_rows: int, overwrite: bool) -> AugmentResult:
        read = self.read
        finish = None
        if "reweighing" in self.mitigation:
            finish = self._training_rows().planned_reweighing(read.plan)
        written = augment_to_file(
            read.opened.frame,
            read.schema,
            self.generator,
            read.plan,
            out,
            chunk_rows=chunk_rows,
            finish=finish,
            on_written=self._report,
            seed=self.seed,
            overwrite=overwrite,
        )
        return self._result(written.n_rows, None, out)

    def _training_rows(self) -> TrainingRows:
        return TrainingRows.of(self.read.opened.frame, self.read.schema)

    def _result(self, n_rows: int, frame: Frame | None, out: str | Path | None) -> AugmentResult:
        place = None if out is None else Path(out)
        return AugmentResult(self.read.plan, n_rows, frame, place, self.read.remarks)

    def _report(self, n_written: int) -> None:
        n_rows = len(self.read.opened.frame) + self.read.plan.total
        self.stages.advance(n_written / n_rows, f"{n_written:,} rows written")


def check_target(out: str | Path | None, *, overwrite: bool) -> None:
    """Refuse a file that exists, before anything is learned."""
    if out is not None and Path(out).exists() and not overwrite:
        raise OutputExistsError(
            f"{str(out)!r} exists. Next: --overwrite replaces it, or choose another --out."
        )


def loaded_generator(folder: Path, schema: TableSchema, stages: StageProgress) -> Any:
    """Return a saved generator, if it learned a table of this schema."""
    from equitab.generators import check_same_schema, load_generator

    stages.begin("loading the generator")
    loaded = load_generator(folder)
    check_same_schema(loaded.schema_, schema)
    stages.finish(loaded.name)
    return loaded


def learned_generator(
    frame: Frame, schema: TableSchema, choice: GeneratorChoice, seed: int, stages: StageProgress
) -> Any:
    """Return a generator that has learned these rows, and can be asked for the columns of any plan."""
    stages.begin(f"learning the table with {choice.name}")
    generator = new_generator(choice, stages=stages)
    conditions = default_conditions(schema)
    generator.fit(frame, schema, condition_on=conditions, max_seconds=choice.max_seconds, seed=seed)
    stages.finish(f"{len(frame):,} rows learned")
    return generator
