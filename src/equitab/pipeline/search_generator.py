"""A generator chosen by what it is for, as a step of its own: tried, chosen, saved as any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.dataframe import Frame, frame_from_columns, write_table, write_text_atomically
from equitab.errors import OutputExistsError
from equitab.pipeline.choosing_rows import divide_to_choose
from equitab.pipeline.preparation import check_names
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.recipe import Recipe, recipe_from_dict
from equitab.pipeline.report_contents import metric_descriptions, summary_of
from equitab.pipeline.sample import GENERATOR_FILE
from equitab.pipeline.schema_resolution import SchemaSource, resolve_schema
from equitab.pipeline.search_report import search_contents
from equitab.pipeline.search_stage import N_JOBS, choose_for_rows, search_text
from equitab.pipeline.storage import check_new_folder, write_folder
from equitab.pipeline.table_source import open_table
from equitab.report import ReportContents, render_search
from equitab.schema import TableSchema, validate_table
from equitab.search import Choice

_PAGES = (".html", ".htm")


@dataclass(frozen=True, eq=False)
class SearchResult:
    """A generator that was chosen among several.

    Attributes
    ----------
    choice : Choice
        Every candidate with its score, and the generator.
    name : str
        The table's.
    schema : TableSchema
    n_training : int
        The rows that the generators learned from.
    folder : Path or None
        Where the chosen generator was saved.
    report : Path or None
    remarks : tuple of str
        What was guessed about the table, and what the search says.
    """

    choice: Choice
    name: str
    schema: TableSchema
    n_training: int
    folder: Path | None
    report: Path | None
    remarks: tuple[str, ...] = ()

    @property
    def generator(self) -> Any:
        """The chosen generator."""
        return self.choice.generator

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            **self.choice.to_dict(),
            "folder": None if self.folder is None else str(self.folder),
            "report": None if self.report is None else str(self.report),
            "training_rows": self.n_training,
            "remarks": list(self.remarks),
        }


def search_generator(
    table: Any,
    schema: SchemaSource = None,
    *,
    generator: Mapping[str, Any] | str | None = None,
    search: Mapping[str, Any] | None = None,
    plan: Mapping[str, Any] | str | None = None,
    model: Mapping[str, Any] | str = "random_forest",
    validation: float = 0.2,
    out: str | Path | None = None,
    report: str | Path | None = None,
    n_jobs: int = N_JOBS,
    seed: int,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> SearchResult:
    """Try generators on a table, and keep the one whose rows help a downstream model most.

    Parameters
    ----------
    table : table or location
        Rows to learn from and to choose by. Rows that a split column calls test rows take no part.
    schema : TableSchema, mapping of its keys, or path, optional
        What is not said is guessed.
    generator : mapping or str, optional
        As a recipe's key ``generator``.
    search : mapping, optional
        As a recipe's key ``generator.search``: ``grid``, ``guidance``, ``checkpoints``, ``metric``, ``over``,
        ``rule``, ``n_draws``, ``n_settings``, ``max_seconds``.
    plan : mapping or str, optional
        As a recipe's key ``plan``: the rows that are drawn for every candidate.
    model : str or mapping, default "random_forest"
        The downstream model.
    validation : float, default 0.2
        Share of the rows that choose, drawn by group and outcome; not used where a split column says which.
    out : str or Path, optional
        A folder for the chosen generator.
    report : str or Path, optional
        A page (``.html``), everything as plain data (``.json``), or the candidates as a table.
    n_jobs : int, default 2
        Settings tried side by side; no score depends on it.
    seed : int
    overwrite : bool, default False
    progress : callable, optional

    Returns
    -------
    SearchResult

    Raises
    ------
    RecipeError, TableError, SchemaError, ConstraintError
        Everything that is wrong with what was asked for.
    OutputExistsError
        If a place to write to exists.

    Examples
    --------
    >>> found = search_generator(
    ...     "people.csv",
    ...     {"target": "income", "sensitive_features": ["sex"]},
    ...     generator="smote",
    ...     search={"grid": {"n_neighbors": [2, 5]}},
    ...     plan="fill_both",
    ...     model="gaussian_naive_bayes",
    ...     n_jobs=1,
    ...     seed=0,
    ... )
    >>> len(found.choice.candidates), found.generator.name
    (2, 'smote')
    """
    recipe = _recipe(generator, search, plan, model, validation, seed)
    _check_places(out, report, overwrite=overwrite)
    check_names(recipe)
    stages = StageProgress(progress, n_stages=2)
    stages.begin("reading the table")
    opened = open_table(table)
    resolved = resolve_schema(opened.frame, schema)
    findings = validate_table(opened.frame, resolved)
    training, judged = divide_to_choose(opened.frame, resolved, validation=validation, seed=seed)
    stages.finish(f"{len(training.frame):,} training, {len(judged):,} validation rows")
    stages.begin(f"trying settings of {recipe.generator.name}")
    choice = choose_for_rows(recipe, training, judged, n_jobs=n_jobs, seed=seed, progress=stages)
    stages.finish(f"{len(choice.candidates)} candidates, chosen: {choice.chosen.label}")
    if out is not None:
        write_folder(Path(out), choice.generator.save)
    warnings = [str(finding) for finding in findings if finding.severity == "warning"]
    remarks = (*opened.notes, *resolved.notes, *warnings, *choice.remarks)
    result = SearchResult(
        choice,
        opened.name,
        resolved,
        len(training.frame),
        None if out is None else Path(out),
        None if report is None else Path(report),
        remarks,
    )
    if report is not None:
        _save_report(result, Path(report), len(opened.frame), overwrite=overwrite)
    return result


def _recipe(
    generator: Mapping[str, Any] | str | None,
    search: Mapping[str, Any] | None,
    plan: Mapping[str, Any] | str | None,
    model: Mapping[str, Any] | str,
    validation: float,
    seed: int,
) -> Recipe:
    """Return everything that was asked for as a recipe, which says all that is wrong with it."""
    keys: dict[str, Any] = {"name": generator} if isinstance(generator, str) else dict(generator or {})
    keys["search"] = {**(keys.get("search") or {}), **(search or {})}
    data: dict[str, Any] = {"table": "-", "schema": {}, "generator": keys, "models": [model], "seed": seed}
    data["split"] = {"validation": validation}
    return recipe_from_dict({**data, **({"plan": plan} if plan else {})})


def _check_places(out: str | Path | None, report: str | Path | None, *, overwrite: bool) -> None:
    if out is not None:
        check_new_folder(Path(out), marker=GENERATOR_FILE, overwrite=overwrite)
    if report is not None and Path(report).exists() and not overwrite:
        raise OutputExistsError(
            f"{str(report)!r} exists. Next: --overwrite replaces it, or choose another --report."
        )


def _save_report(result: SearchResult, place: Path, n_rows: int, *, overwrite: bool) -> None:
    """Write a page, plain data or the candidates as a table, by the ending of the name."""
    if place.suffix.lower() in _PAGES:
        write_text_atomically(place, _page(result, n_rows), overwrite=overwrite)
    elif place.suffix.lower() == ".json":
        write_text_atomically(place, search_text(result.choice), overwrite=overwrite)
    else:
        write_table(_candidate_table(result.choice), place, overwrite=overwrite)


def _page(result: SearchResult, n_rows: int) -> str:
    found = search_contents(result.choice.to_dict())
    assert found is not None, "a choice is never empty"
    contents = ReportContents(
        title=f"Choosing a generator: {result.name}",
        summary=summary_of(result.name, n_rows, result.schema),
        metrics=metric_descriptions([result.choice.metric]),
        guesses=result.schema.notes,
    )
    return render_search(contents, found)


def _candidate_table(choice: Choice) -> Frame:
    """Return one row for each candidate, the baseline first."""
    rows = [held.to_dict() for held in (choice.baseline, *choice.candidates)]
    plain = ("label", "step", "guidance", "score", "low", "high", "n_added", "seconds", "fit_seconds")
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in (*plain, "is_chosen")}
    return frame_from_columns(
        columns, types={"step": "int64", "guidance": "float64", "low": "float64", "high": "float64"}
    )
