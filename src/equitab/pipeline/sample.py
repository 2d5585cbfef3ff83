"""Drawing rows from a saved generator: so many, with given values, for a population, or what if."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from equitab.augmentation import (
    Margins,
    Missing,
    PopulationPlan,
    Unseen,
    draws_in_chunks,
)
from equitab.dataframe import Frame, as_frame
from equitab.errors import ConstraintError, OutputExistsError, Problem, RecipeError, closest
from equitab.generators import Generator
from equitab.pipeline.constraints.draw import ConstrainedRows, Constraints, read_asked
from equitab.pipeline.draw_size import SMALL_REQUEST, check_size, measure_draw
from equitab.pipeline.population_words import PopulationWords
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.run_folder import RUN_FILE
from equitab.pipeline.sample_request import Draw, SampleRequest, listed_names
from equitab.pipeline.written_rows import WrittenRows, keep_chunks, keep_rows
from equitab.schema import FairnessConstraint

GENERATOR_FILE = "generator.json"


def sample(
    generator: str | Path,
    n_rows: int | None = None,
    *,
    given: Mapping[str, Any] | Sequence[str] | None = None,
    given_table: Any = None,
    population: Margins | PopulationWords | Mapping[str, Any] | None = None,
    what_if: Mapping[str, Any] | Sequence[str] | None = None,
    redraw: Sequence[str] | None = None,
    missing: Missing | None = None,
    unseen: Unseen | None = None,
    constraints: Constraints = (),
    model: str | None = None,
    columns: Sequence[str] | None = None,
    seed: int,
    out: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> WrittenRows:
    """Draw rows from a saved generator.

    Parameters
    ----------
    generator : str or Path
        The folder of a generator, or of a run.
    n_rows : int, optional
        Left out when `given_table` is given.
    given : mapping, or sequence of ``column=value``, optional
        Values that every row has; text is cast to the column's type.
    given_table : table or location, optional
        One row of values for each wanted row; with `what_if`, the rows that are changed.
    population : Margins, PopulationWords or mapping, optional
        Shares and means that the rows are to have; a mapping is what `Margins.from_dict` takes.
    what_if : mapping, or sequence of ``column=value``, optional
        Values that every row of `given_table` is changed to.
    redraw : sequence of str, optional
        With `what_if`: the columns that are drawn again; the target when not given.
    missing : {"learned", "filled"}, optional
        Whether drawn values may be missing.
    unseen : {"refuse", "nearest", "extrapolate"}, optional
        What becomes of given values that no training row has together.
    constraints : sequence or ConstraintWords
        Fairness constraints: values, names or mappings as in a recipe. From a run's folder the strengths that it
        found for the same constraints are used; else say a strength, or aim at the table.
    model : str, optional
        With the constraints of a run: which of its models they were tuned to; the chosen one when not given.
    columns : sequence of str, optional
        The columns that are kept; all when not given.
    seed : int
        Same seed, same machine, same rows.
    out : str or Path, optional
        A file to write. More rows than fit into memory are drawn in chunks and written one after the other.
    overwrite : bool, default False
    progress : callable, optional

    Returns
    -------
    WrittenRows

    Raises
    ------
    SavedFormatError
        If there is no generator, or it is damaged.
    RecipeError
        If the options do not go together; all problems at once.
    ConstraintError
        If the generator cannot be asked for this, or the rows do not fit into memory.
    OutputExistsError
        If the file exists and `overwrite` is False.
    """
    request = SampleRequest.of(n_rows, given, given_table, population, what_if, redraw, missing, unseen)
    asked_fairness = read_asked(constraints, Path(generator), model=model)
    _check_together(request, asked_fairness)
    _check_place(out, overwrite)
    stages = StageProgress(progress, n_stages=3 if request.population else 2)
    loaded = _loaded(generator, stages)
    kept = _checked_columns(columns, loaded)
    if request.what_if:
        return _changed(request, loaded, kept, stages, out, overwrite, seed)
    plan = request.plan(loaded, stages, seed)
    asked = replace(request.given_of(loaded, plan), constraints=asked_fairness)
    can_chunk = draws_in_chunks(loaded) and out is not None and asked.n_rows > SMALL_REQUEST
    if not can_chunk:
        _check_size(loaded, asked, out is not None, seed)
    stages.begin("drawing rows")
    if can_chunk:
        chunks = _watched(asked.chunks(loaded, seed), kept, asked.n_rows, stages)
        rows = keep_chunks(chunks, str(out), overwrite=overwrite)
    elif asked_fairness:
        rows = _keep_constrained(asked.constrained(loaded, seed), kept, out, overwrite)
    else:
        drawn, remarks = asked.rows_and_remarks(loaded, seed)
        rows = keep_rows(_select(drawn, kept), out, overwrite=overwrite)
        rows = _with_remarks(rows, remarks)
    stages.finish(f"{rows.n_rows:,} rows")
    if plan is None:
        return rows
    lines = (*str(plan).splitlines(), *rows.lines)
    return replace(rows, details={"plan": plan.to_dict(), **rows.details}, lines=lines)


def plan_sample(
    generator: str | Path,
    n_rows: int | None,
    *,
    population: Margins | PopulationWords | Mapping[str, Any],
    given: Mapping[str, Any] | Sequence[str] | None = None,
    given_table: Any = None,
    what_if: Mapping[str, Any] | Sequence[str] | None = None,
    redraw: Sequence[str] | None = None,
    missing: Missing | None = None,
    unseen: Unseen | None = None,
    columns: Sequence[str] | None = None,
    seed: int,
    progress: Progress | None = None,
) -> PopulationPlan:
    """Return the plan of a population's rows without drawing them; parameters and errors as for `sample`."""
    request = SampleRequest.of(n_rows, given, given_table, population, what_if, redraw, missing, unseen)
    stages = StageProgress(progress, n_stages=2)
    if not request.population:
        advice = "say one: --margin sex=Female:0.5,Male:0.5"
        raise RecipeError(Problem("flags", "a population to plan", "none", advice))
    loaded = _loaded(generator, stages)
    _checked_columns(columns, loaded)
    plan = request.plan(loaded, stages, seed)
    assert plan is not None, "a population was asked for"
    return plan


def generator_folder(place: str | Path) -> Path:
    """Return the folder of a generator: the place itself, or ``generator/`` in a run's folder."""
    path = Path(place)
    is_run = (path / RUN_FILE).exists() and not (path / GENERATOR_FILE).exists()
    return path / "generator" if is_run else path


def _check_place(out: str | Path | None, overwrite: bool) -> None:
    """Refuse a place before an hour of drawing, not after it."""
    if out is not None and Path(out).exists() and not overwrite:
        raise OutputExistsError(f"{out} exists; choose another name or allow overwriting (--overwrite)")


def _check_together(request: SampleRequest, constraints: Sequence[FairnessConstraint]) -> None:
    if constraints and request.what_if:
        advice = "draw the changed rows without constraints"
        raise RecipeError(Problem("flags", "--what-if or --constraint", "both", advice))


def _keep_constrained(
    drawn: ConstrainedRows, kept: tuple[str, ...] | None, out: str | Path | None, overwrite: bool
) -> WrittenRows:
    rows = keep_rows(_select(drawn.frame, kept), out, overwrite=overwrite)
    return replace(rows, details={"constraints": drawn.to_dict()}, lines=tuple(drawn.lines()))


def _with_remarks(rows: WrittenRows, remarks: tuple[str, ...]) -> WrittenRows:
    if not remarks:
        return rows
    lines = tuple(f"Note: {remark}" for remark in remarks)
    return replace(rows, details={"remarks": list(remarks)}, lines=lines)


def _changed(
    request: SampleRequest,
    generator: Generator,
    kept: tuple[str, ...] | None,
    stages: StageProgress,
    out: str | Path | None,
    overwrite: bool,
    seed: int,
) -> WrittenRows:
    """Return the rows of the given table, changed, with what answers to the change drawn again."""
    stages.begin("drawing what answers to the change")
    answer = request.answer(generator, seed)
    rows = keep_rows(_select(answer.frame, kept), out, overwrite=overwrite)
    stages.finish(f"{rows.n_rows:,} rows")
    lines = tuple(f"Note: {remark}" for remark in answer.remarks)
    return replace(rows, details={"remarks": list(answer.remarks)}, lines=lines)


def _loaded(place: str | Path, stages: StageProgress) -> Generator:
    from equitab.generators import load_generator

    stages.begin("loading the generator")
    loaded = load_generator(generator_folder(place))
    stages.finish(loaded.name)
    return loaded


def _checked_columns(columns: Sequence[str] | None, generator: Generator) -> tuple[str, ...] | None:
    if columns is None:
        return None
    known = generator.schema_.modeled_columns
    listed = listed_names(columns)
    problems = [
        Problem(f"column {name!r}", "a learned column of the table", "no such column", closest(name, known))
        for name in listed
        if name not in known
    ]
    if problems:
        raise ConstraintError(problems)
    return tuple(name for name in known if name in listed)


def _select(frame: Frame, columns: tuple[str, ...] | None) -> Frame:
    return frame if columns is None else frame.select(list(columns))


def _check_size(generator: Generator, asked: Draw, has_place: bool, seed: int) -> None:
    if asked.n_rows <= SMALL_REQUEST:
        return

    def draw(n_rows: int) -> Frame:
        return asked.first(n_rows).rows(generator, seed)

    size = measure_draw(draw, asked.n_rows)
    check_size(size, has_place=has_place, can_chunk=draws_in_chunks(generator), generator=generator.name)


def _watched(
    chunks: Iterator[Any], columns: tuple[str, ...] | None, n_rows: int, stages: StageProgress
) -> Iterator[Frame]:
    """Yield chunks as frames, and say how far the draw is."""
    n_drawn = 0
    for chunk in chunks:
        frame = _select(as_frame(chunk), columns)
        n_drawn += len(frame)
        yield frame
        stages.advance(n_drawn / n_rows, f"{n_drawn:,} rows written")
