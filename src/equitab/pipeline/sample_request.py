"""What `equitab sample` can be asked for: options read, checked together, and resolved for one generator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from equitab.augmentation import (
    Margins,
    Missing,
    PopulationPlan,
    Unseen,
    WhatIfRows,
    draw_chunks,
    draw_rows,
    plan_population,
    unseen_for_plan,
    what_if,
)
from equitab.dataframe import Frame, as_frame
from equitab.errors import Problem, RecipeError, closest
from equitab.generators import Generator
from equitab.pipeline.constraints.draw import ConstrainedRows, constrained_chunks, draw_constrained
from equitab.pipeline.population_words import PopulationWords
from equitab.pipeline.progress import StageProgress
from equitab.pipeline.schema_choice import split_assignment
from equitab.pipeline.table_source import open_table
from equitab.schema import FairnessConstraint


@dataclass(frozen=True, eq=False)
class Draw:
    """What the generator is asked for, once everything is resolved.

    Parameters
    ----------
    n_rows : int
    given : mapping, table or None
    missing, unseen : str or None
    constraints : tuple of FairnessConstraint
    """

    n_rows: int
    given: Any
    missing: Missing | None
    unseen: Unseen | None
    constraints: tuple[FairnessConstraint, ...] = ()

    def rows(self, generator: Generator, seed: int) -> Frame:
        """Draw all rows at once."""
        if self.constraints:
            return self.constrained(generator, seed).frame
        return as_frame(draw_rows(generator, self._count, given=self.given, seed=seed, **self._options))

    def rows_and_remarks(self, generator: Generator, seed: int) -> tuple[Frame, tuple[str, ...]]:
        """Draw all rows at once, and return what the generator says of them, where it says anything."""
        draw = getattr(generator, "draw", None)
        if draw is None or self.constraints or any(value is not None for value in self._options.values()):
            return self.rows(generator, seed), ()
        found = draw(self._count, given=self.given, seed=seed)
        return as_frame(found.table), tuple(found.remarks)

    def constrained(self, generator: Generator, seed: int) -> ConstrainedRows:
        """Draw all rows at once, and say what the constraints changed."""
        said = {name: value for name, value in self._options.items() if value is not None}
        return draw_constrained(generator, self._count, self.constraints, given=self.given, seed=seed, **said)

    def chunks(self, generator: Generator, seed: int) -> Iterator[Any]:
        """Draw the rows chunk by chunk."""
        if self.constraints:
            said = {name: value for name, value in self._options.items() if value is not None}
            return constrained_chunks(
                generator, self._count, self.constraints, given=self.given, seed=seed, **said
            )
        return draw_chunks(generator, self._count, given=self.given, seed=seed, **self._options)

    def first(self, n_rows: int) -> Draw:
        """Return the same for some of the rows."""
        is_table = self.given is not None and not isinstance(self.given, Mapping)
        given = as_frame(self.given).head(n_rows).to_native() if is_table else self.given
        return replace(self, n_rows=min(n_rows, self.n_rows), given=given)

    @property
    def _count(self) -> int | None:
        """How many rows to ask for; a table of given values says it itself."""
        return self.n_rows if self.given is None or isinstance(self.given, Mapping) else None

    @property
    def _options(self) -> dict[str, Any]:
        return {"missing": self.missing, "unseen": self.unseen}


@dataclass(frozen=True, eq=False)
class SampleRequest:
    """What was asked for, checked for options that do not go together.

    Parameters
    ----------
    n_rows : int or None
    given : dict
        Values that every row has.
    table : Frame or None
        One row of values for each wanted row, or rows to change.
    population : Margins, PopulationWords, mapping or None
    what_if : dict
        Values that every row of the table is changed to.
    redraw : tuple of str or None
    missing, unseen : str or None
    """

    n_rows: int | None
    given: dict[str, Any]
    table: Frame | None
    population: Any
    what_if: dict[str, Any]
    redraw: tuple[str, ...] | None
    missing: Missing | None
    unseen: Unseen | None

    @classmethod
    def of(
        cls,
        n_rows: int | None,
        given: Any,
        given_table: Any,
        population: Any,
        what_if: Any,
        redraw: Sequence[str] | None,
        missing: Any,
        unseen: Any,
    ) -> SampleRequest:
        """Return a request, or raise `RecipeError` with everything that does not go together."""
        problems: list[Problem] = []
        values = read_values(given, "--given", problems)
        changes = read_values(what_if, "--what-if", problems)
        problems += _combination_problems(
            n_rows, bool(values), given_table is not None, bool(population), bool(changes), redraw is not None
        )
        if isinstance(population, PopulationWords):
            problems += population.word_problems()
        problems += _word_problems("--missing", missing, get_args(Missing))
        problems += _word_problems("--unseen", unseen, get_args(Unseen))
        if problems:
            raise RecipeError(problems)
        table = None if given_table is None else open_table(given_table).frame
        if table is not None and n_rows not in {None, len(table)}:
            expected, advice = f"the {len(table):,} rows of the given table", "leave --rows out"
            raise RecipeError(Problem("flag --rows", expected, f"{n_rows:,}", advice))
        listed = None if redraw is None else listed_names(redraw)
        return cls(n_rows, values, table, population, changes, listed, missing, unseen)

    def plan(self, generator: Generator, stages: StageProgress, seed: int) -> PopulationPlan | None:
        """Return the plan of the population, if one was asked for."""
        if not self.population:
            return None
        assert self.n_rows is not None, "checked: a population has a number of rows"
        stages.begin("planning the population")
        plan = plan_population(
            generator, self._margins(generator), self.n_rows, given=self.given, unseen=self.unseen, seed=seed
        )
        stages.finish(f"{len(plan.lines)} shares and means")
        return plan

    def given_of(self, generator: Generator, plan: PopulationPlan | None) -> Draw:
        """Return what the generator is asked for."""
        if plan is not None:
            unseen = unseen_for_plan(generator)
            return Draw(plan.n_rows, plan.given.to_native(), self.missing, unseen)
        if self.table is None:
            assert self.n_rows is not None, "checked: rows or a table"
            return Draw(self.n_rows, self.given or None, self.missing, self.unseen)
        return Draw(len(self.table), self.table.to_native(), self.missing, self.unseen)

    def answer(self, generator: Generator, seed: int) -> WhatIfRows:
        """Return the table's rows with the changes asked for, and what answers to them drawn again."""
        return what_if(
            generator,
            self.table,
            self.what_if,
            redraw=self.redraw,
            unseen=self.unseen,
            missing=self.missing,
            seed=seed,
        )

    def _margins(self, generator: Generator) -> Margins:
        if isinstance(self.population, PopulationWords):
            return self.population.resolve(generator.schema_)
        if isinstance(self.population, Margins):
            return self.population
        return Margins.from_dict(self.population)


def _combination_problems(
    n_rows: int | None,
    has_given: bool,
    has_table: bool,
    has_population: bool,
    has_changes: bool,
    has_redraw: bool,
) -> list[Problem]:
    """Return which options do not go together."""
    problems = []
    if has_given and has_table:
        advice = "put the values into the table, or change its rows: --what-if"
        problems.append(Problem("flags", "--given or --given-table", "both", advice))
    if has_population and has_table:
        advice = "margins say how many rows have which values; a table says it row by row"
        problems.append(Problem("flags", "margins or --given-table", "both", advice))
    if has_changes and not has_table:
        problems.append(Problem("flag --what-if", "rows to change", "none", "add --given-table FILE"))
    if has_redraw and not has_changes:
        problems.append(
            Problem("flag --redraw", "a change that it answers to", "none", "add --what-if COLUMN=VALUE")
        )
    if n_rows is None and not has_table:
        problems.append(Problem("flags", "--rows, or --given-table", "neither", "say how many: --rows 1000"))
    return problems


def _word_problems(flag: str, word: Any, known: Sequence[str]) -> list[Problem]:
    if word is None or word in known:
        return []
    return [Problem(f"flag {flag}", f"one of {', '.join(known)}", repr(word), closest(word, known))]


def listed_names(words: Sequence[str]) -> tuple[str, ...]:
    """Return names that may also be separated by commas."""
    return tuple(dict.fromkeys(name.strip() for word in words for name in word.split(",") if name.strip()))


def read_values(given: Any, flag: str, problems: list[Problem]) -> dict[str, Any]:
    """Return column to value; words without ``=`` and columns said twice are problems."""
    if given is None or isinstance(given, Mapping):
        return dict(given or {})
    pairs = []
    for word in given:
        try:
            pairs.append(split_assignment(word, flag=flag))
        except RecipeError as error:
            problems += error.problems
    names = [name for name, _ in pairs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    problems += [Problem(f"flag {flag} {name}", "one value for a column", "several") for name in repeated]
    return dict(pairs)
