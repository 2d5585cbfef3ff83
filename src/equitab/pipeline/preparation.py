"""Everything that can be checked before a run writes its first file: recipe, table, schema, models, generator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from equitab.dataframe import Frame, concatenate
from equitab.errors import InputError, Problem, RecipeError, SchemaError, TableError, closest
from equitab.evaluation import Learner, learner
from equitab.pipeline.constraints.draw import check_can_constrain
from equitab.pipeline.fit import new_generator
from equitab.pipeline.mitigation_choice import feature_problems
from equitab.pipeline.recipe import Recipe
from equitab.pipeline.rounds_choice import rounds_problems
from equitab.pipeline.schema_resolution import SchemaSource, resolve_schema
from equitab.pipeline.search_choice import search_problems
from equitab.pipeline.table_source import OpenedTable, open_table, table_digest
from equitab.schema import TableSchema, check_constraints, validate_table


@dataclass(frozen=True, eq=False)
class PreparedRun:
    """A run that can begin.

    Attributes
    ----------
    recipe : Recipe
    name : str
        The table's.
    frame : Frame
        Every row, those of a test table last.
    schema : TableSchema
    is_test : ndarray of bool or None
        Which rows came from a test table.
    learners : tuple of Learner
    notes : tuple of str
        What was noticed while reading.
    """

    recipe: Recipe
    name: str
    frame: Frame
    schema: TableSchema
    is_test: np.ndarray | None
    learners: tuple[Learner, ...]
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> dict[str, str]:
        """Digests of all that the run depends on."""
        return {
            "recipe": self.recipe.digest(),
            "schema": self.schema.digest(),
            "table": table_digest(self.frame),
        }


def prepare_run(recipe: Recipe) -> PreparedRun:
    """Return a run that can begin.

    Parameters
    ----------
    recipe : Recipe

    Raises
    ------
    RecipeError
        If a model, the generator or its settings are unknown; all of them at once.
    TableError, SchemaError
        Everything that is wrong with the table or with what was said about it.
    """
    return prepare_table(recipe.table, recipe.schema, recipe, check_names(recipe))


def prepare_table(
    table: Any, described: SchemaSource, recipe: Recipe, learners: tuple[Learner, ...]
) -> PreparedRun:
    """Return what a run starts from, of a table that the caller may hold in memory.

    Parameters
    ----------
    table : table or location
    described : TableSchema, mapping of its keys, or path
    recipe : Recipe
        Its table and schema are not looked at.
    learners : tuple of Learner

    Raises
    ------
    TableError, SchemaError, ConstraintError
        Everything that is wrong with the table or with what was said about it.
    """
    opened = open_table(table)
    frame, is_test = _with_test_rows(opened, recipe.split.test_table)
    schema = resolve_schema(frame, described)
    _check_schema(schema, recipe)
    check_constraints(recipe.constraints, schema)
    findings = tuple(
        str(finding) for finding in validate_table(frame, schema) if finding.severity == "warning"
    )
    return PreparedRun(recipe, opened.name, frame, schema, is_test, learners, (*opened.notes, *findings))


def check_names(recipe: Recipe) -> tuple[Learner, ...]:
    """Return a recipe's models, unfitted; whatever their names or the generator's settings say is said at once."""
    problems: list[Problem] = []
    learners: list[Learner] = []
    for model in recipe.models:
        try:
            learners.append(learner({"name": model.name, "parameters": model.parameters}))
        except InputError as error:
            problems += error.problems
    try:
        new_generator(replace(recipe.generator, search=None))
        check_can_constrain(recipe.generator.name, recipe.constraints)
    except InputError as error:
        problems += error.problems
    if recipe.plan.rounds is not None and recipe.plan.rounds.learner is not None:
        problems += rounds_problems(recipe.plan.rounds, recipe.models)
    choice = recipe.generator
    if choice.search is not None and not problems:
        problems += search_problems(choice.search, choice.name, choice.fixed_settings, recipe.models)
    if problems:
        raise RecipeError(problems)
    return tuple(learners)


def _with_test_rows(opened: OpenedTable, test_table: str | None) -> tuple[Frame, np.ndarray | None]:
    """Return the table with the rows of a test table after its own, and which rows these are."""
    if test_table is None:
        return opened.frame, None
    test = open_table(test_table).frame
    _check_same_columns(opened.frame, test)
    frame = concatenate([opened.frame, test.select(opened.frame.columns)])
    return frame, np.arange(len(frame)) >= len(opened.frame)


def _check_same_columns(frame: Frame, test: Frame) -> None:
    problems = [
        Problem(
            f"column {name!r} of the test table",
            "as in the table",
            "no such column",
            closest(name, test.columns),
        )
        for name in frame.columns
        if name not in test.columns
    ]
    for name in frame.columns:
        if name in test.columns and _kind(frame, name) != _kind(test, name):
            received = f"{_kind(test, name)} where the table holds {_kind(frame, name)}"
            problems.append(
                Problem(f"column {name!r} of the test table", "the same kind of values", received)
            )
    if problems:
        raise TableError(problems)


def _kind(frame: Frame, name: str) -> str:
    dtype = frame.schema[name]
    return "numbers" if dtype.is_numeric() else str(dtype).lower()


def _check_schema(schema: TableSchema, recipe: Recipe) -> None:
    problems = []
    if not schema.sensitive_features:
        advice = "name them with --sensitive COLUMN, or under schema.sensitive_features"
        problems.append(
            Problem("sensitive features", "at least one column whose groups are compared", "none", advice)
        )
    time = recipe.split.time
    if time is not None and time not in schema.column_names:
        advice = closest(time, schema.column_names)
        problems.append(Problem("recipe key 'split.time'", "a column of the table", "no such column", advice))
    if schema.split is not None and (time is not None or recipe.split.test_table is not None):
        received = f"the split column {schema.split!r} and another way"
        problems.append(Problem("recipe key 'split'", "one way to choose test rows", received, "keep one"))
    problems += feature_problems(recipe.ratios, schema)
    if problems:
        raise SchemaError(problems)
