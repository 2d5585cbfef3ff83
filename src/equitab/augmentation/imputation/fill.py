"""Missing cells filled by asking a generator for them, given what is known of the same row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import narwhals as nw
import numpy as np

from equitab.augmentation.imputation.followers import (
    Follower,
    fill_what_follows,
    find_followers,
    follow,
    without_rings,
)
from equitab.augmentation.imputation.guesses import Guess, best_guesses
from equitab.augmentation.imputation.patterns import (
    MissingPattern,
    content_ranks,
    find_patterns,
    missing_cells,
    sorted_rows,
)
from equitab.augmentation.imputation.probabilities import values_by_probability
from equitab.augmentation.imputation.request import draw_cells, refused_cells, seed_for
from equitab.augmentation.imputation.types import in_types_of
from equitab.dataframe import (
    Frame,
    TableTemplate,
    as_frame,
    concatenate,
    frame_from_columns,
    replace_cells,
    take_rows,
)
from equitab.errors import ConstraintError, Problem, TableError, closest
from equitab.generators import Generator
from equitab.schema import TableSchema

ImputationStrategy = Literal["draw", "mean", "median", "mode"]
STRATEGIES: tuple[ImputationStrategy, ...] = ("draw", "mean", "median", "mode")
DRAW_COLUMN = "equitab_draw"
DRAWS_PER_GUESS = 25


@dataclass(frozen=True, eq=False)
class ImputedTable:
    """A table whose missing cells were filled, once or several times.

    Parameters
    ----------
    frames : tuple of Frame
        The completed tables: one, or with several draws one for each.
    template : TableTemplate
        The caller's kind of table.
    columns : tuple of str
        The columns that were to be filled.
    is_imputed : ndarray of bool, shape (n_rows, n_columns)
        Which cells of `columns` were filled.
    strategy : {"draw", "mean", "median", "mode"}
    remarks : tuple of str
        What a reader should know.
    index : object
        The index of a pandas frame, which comes back with it.
    """

    frames: tuple[Frame, ...]
    template: TableTemplate
    columns: tuple[str, ...]
    is_imputed: np.ndarray
    strategy: ImputationStrategy
    remarks: tuple[str, ...] = ()
    index: Any = None

    @property
    def n_draws(self) -> int:
        """How many completed tables there are."""
        return len(self.frames)

    @property
    def n_imputed(self) -> int:
        """How many cells were filled in each of them."""
        return int(self.is_imputed.sum())

    @property
    def counts(self) -> dict[str, int]:
        """For each column how many of its cells were filled."""
        return {name: int(held.sum()) for name, held in zip(self.columns, self.is_imputed.T, strict=True)}

    @property
    def mask(self) -> Frame:
        """Which cells were filled: the table's columns, with True where a value was imputed."""
        held = dict(zip(self.columns, self.is_imputed.T, strict=True))
        untouched = np.zeros(len(self.is_imputed), dtype=bool)
        return frame_from_columns({name: held.get(name, untouched) for name in self.frames[0].columns})

    @property
    def stacked(self) -> Frame:
        """All completed tables under each other, with the column ``equitab_draw`` from 1 on; one alone as it is."""
        if self.n_draws == 1:
            return self.frames[0]
        return concatenate([_numbered(frame, place) for place, frame in enumerate(self.frames, start=1)])

    def to_native(self, draw: int = 0) -> Any:
        """Return one of the completed tables as the caller's kind of frame."""
        frame = self.frames[draw]
        native = self.template.restore(frame)
        if self.template.columns != tuple(frame.columns):
            native = nw.from_native(native, eager_only=True).select(frame.columns).to_native()
        if self.index is not None:
            native.index = self.index
        return native


def impute(
    table: Any,
    schema: TableSchema,
    generator: Generator,
    *,
    columns: Sequence[str] | None = None,
    given_columns: Sequence[str] | None = None,
    strategy: ImputationStrategy = "draw",
    n_draws: int | None = None,
    reference: Any = None,
    seed: int,
) -> ImputedTable:
    """Fill the missing cells of a table.

    Every row is asked of the generator as it is: its known values are given, its missing ones drawn. Rows that miss
    the same columns are asked together. A cell that follows from a known one is looked up, not drawn.

    Parameters
    ----------
    table : pandas, polars or pyarrow table
        Never changed. It may lack modeled columns (the target, in rows that a model is to judge): these are neither
        given nor filled.
    schema : TableSchema
        Missing is what it says: nulls and its missing tokens.
    generator : Generator
        Fitted on this table or on rows like it.
    columns : sequence of str, optional
        The columns to fill; all that have missing cells, but for the target, when not given.
    given_columns : sequence of str, optional
        The columns that values may be drawn by; all modeled ones when not given. Leave the target out where a model
        is to learn from the table what it will not know of new rows.
    strategy : {"draw", "mean", "median", "mode"}
        ``draw``: a value drawn at random from those that fit the row, so that the table keeps its spread.
        ``mean``, ``median``, ``mode``: one best value; numbers and dates get the mean, median or mode of their draws,
        all other columns their most frequent draw. Best for each cell on its own, with less spread than real rows.
    n_draws : int, optional
        For ``draw``, how many completed tables (1). Otherwise how many draws stand behind each value (25).
    reference : table, optional
        The rows that show which columns follow from which, and how many decimals a column has; the table itself when
        not given. Name the training rows where the table is a few rows that a model is to judge.
    seed : int
        Same seed, same table, same values, in any process; the order of the rows does not matter.

    Returns
    -------
    ImputedTable

    Raises
    ------
    ConstraintError
        If a column cannot be filled: unknown, not learned, without any value to learn from.
    TableError
        If the table has no rows, or a drawn value does not fit the column's type.

    Notes
    -----
    A missing cell that is not to be filled is unknown, not "missing as a value": it is drawn along and thrown away,
    which averages over it. Values are right where cells are missing at random given what is known of the row.

    References
    ----------
    Rubin (1987), Multiple imputation for nonresponse in surveys.
    van Buuren (2018), Flexible imputation of missing data, second edition.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.generators import make_generator
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"age": [31, None, 52] * 9, "hired": ["no", "yes", "yes"] * 9})
    >>> schema = TableSchema(
    ...     (Column("age", "integer"), Column("hired", "categorical")), "hired", favorable_outcome=("yes",)
    ... )
    >>> generator = make_generator("independent_marginals").fit(people, schema, seed=0)
    >>> imputed = impute(people, schema, generator, seed=0)
    >>> imputed.counts, int(imputed.to_native()["age"].isna().sum())
    ({'age': 9}, 0)
    """
    frame = as_frame(table)
    wanted = _wanted_columns(frame, schema, generator, columns)
    known, unasked = _known_columns(frame, schema, generator, given_columns)
    _check_request(frame, strategy, n_draws)
    is_wanted = missing_cells(frame, schema, wanted)
    is_given = ~missing_cells(frame, schema, known)
    model = frame if reference is None else as_frame(reference)
    parents = [name for name in dict.fromkeys([*known, *wanted]) if name in model.columns]
    children = [name for name in wanted if name in model.columns]
    followers = find_followers(model, schema, children, parents) if is_wanted.any() else ()
    task = _Task(
        frame,
        schema,
        generator,
        wanted,
        known,
        is_wanted,
        is_given,
        model,
        followers,
        strategy,
        n_draws,
        seed,
    )
    frames, refused = _filled(_after_what_follows(task))
    template = _template(table, frame, frames[0])
    index = getattr(table, "index", None) if template.kind == "pandas" else None
    remarks = (*_remarks(task, unasked, is_asked=columns is not None), *refused)
    return ImputedTable(frames, template, wanted, is_wanted, strategy, remarks, index)


@dataclass(frozen=True, eq=False)
class _Task:
    """What is to be filled, from what, how."""

    frame: Frame
    schema: TableSchema
    generator: Generator
    wanted: tuple[str, ...]
    known: tuple[str, ...]
    is_wanted: np.ndarray
    is_given: np.ndarray
    reference: Frame
    followers: tuple[Follower, ...]
    strategy: ImputationStrategy
    n_draws: int | None
    seed: int

    @property
    def n_tables(self) -> int:
        return (self.n_draws or 1) if self.strategy == "draw" else 1


def _after_what_follows(task: _Task) -> _Task:
    """Return what is left to do once cells that follow from known ones are filled; these are known from then on."""
    is_open = dict(zip(task.wanted, task.is_wanted.T, strict=True))
    is_known = dict(zip(task.known, task.is_given.T, strict=True))
    frame, filled = fill_what_follows(task.frame, task.followers, is_open=is_open, is_known=is_known)
    no_cells = np.zeros(len(frame), dtype=bool)
    is_wanted = [is_open[name] & ~filled[name] for name in task.wanted]
    is_given = [is_known[name] | filled.get(name, no_cells) for name in task.known]
    return replace(
        task,
        frame=frame,
        is_wanted=np.column_stack([np.empty((len(frame), 0), dtype=bool), *is_wanted]),
        is_given=np.column_stack([np.empty((len(frame), 0), dtype=bool), *is_given]),
    )


def _filled(task: _Task) -> tuple[tuple[Frame, ...], list[str]]:
    """Return the completed tables; values that the generator refuses are not given, and counted."""
    try:
        return _with_given(task, task.is_given), []
    except ConstraintError:
        asked = take_rows(task.frame, np.flatnonzero(task.is_wanted.any(axis=1)))
        refused = refused_cells(task.generator, asked, task.known)
        if not refused:
            raise
    rows = np.flatnonzero(task.is_wanted.any(axis=1))
    is_given, remarks = task.is_given.copy(), []
    for name, held in refused.items():
        is_given[rows[held], task.known.index(name)] = False
        remarks.append(
            f"column {name!r}: the generator does not know the value of {int(held.sum())} rows: filled without it"
        )
    return _with_given(task, is_given), remarks


def _with_given(task: _Task, is_given: np.ndarray) -> tuple[Frame, ...]:
    """Return the completed tables, values being drawn by the cells that may be given."""
    patterns = find_patterns(task.is_wanted, is_given, columns=task.wanted, known=task.known)
    ranks = content_ranks(task.frame, task.known) if patterns else {}
    followers = without_rings(task.followers)
    rows = [sorted_rows(pattern, ranks) for pattern in patterns]
    return tuple(
        _put_in_place(
            task.frame,
            rows,
            [
                _values(task, pattern, held, followers, table)
                for pattern, held in zip(patterns, rows, strict=True)
            ],
        )
        for table in range(task.n_tables)
    )


def _values(
    task: _Task, pattern: MissingPattern, rows: np.ndarray, followers: Sequence[Follower], table: int
) -> Frame:
    """Return the values for the rows of one pattern, in the types of the table."""
    guess: Guess | None = None if task.strategy == "draw" else task.strategy
    seed = seed_for(task.seed, table, pattern.number)
    if len(pattern.missing) == 1 and pattern.given:
        told = values_by_probability(
            task.generator,
            take_rows(task.frame.select(list(pattern.given)), rows),
            pattern.missing[0],
            task.schema,
            guess=guess,
            observed=task.reference,
            seed=seed,
        )
        if told is not None:
            return in_types_of(task.frame, told)
    n_draws = 1 if guess is None else task.n_draws or DRAWS_PER_GUESS
    many = np.tile(rows, n_draws)
    given = take_rows(task.frame.select(list(pattern.given)), many) if pattern.given else None
    drawn = draw_cells(
        task.generator,
        given,
        columns=pattern.missing,
        schema=task.schema,
        n_rows=len(many),
        seed=seed,
    )
    drawn = in_types_of(task.frame, drawn)
    if guess is not None:
        drawn = best_guesses(drawn, n_draws, task.schema, observed=task.reference, guess=guess)
    return follow(drawn, followers)


def _put_in_place(frame: Frame, rows: Sequence[np.ndarray], values: Sequence[Frame]) -> Frame:
    """Return a table with the values of each pattern in its rows; all other cells are the table's own."""
    columns = {name: frame.to_native()[name] for name in frame.columns}
    for name in frame.columns:
        held = [(place, part) for place, part in zip(rows, values, strict=True) if name in part.columns]
        if not held:
            continue
        new = concatenate([part.select(name) for _, part in held])
        where = np.concatenate([place for place, _ in held])
        if frame[name].null_count() == len(frame):  # it has no type of its own, and all its cells are filled
            filled = take_rows(new, np.argsort(where))
        else:
            filled = replace_cells(frame.select(name), where, new)
        columns[name] = filled.to_native()[name]
    return frame_from_columns(columns)


def _wanted_columns(
    frame: Frame, schema: TableSchema, generator: Generator, columns: Sequence[str] | None
) -> tuple[str, ...]:
    """Return the columns to fill, in the order of the table."""
    learned = generator.schema_.modeled_columns
    modeled = [name for name in frame.columns if name in schema.modeled_columns]
    if columns is None:
        offered = [name for name in modeled if name in learned and name != schema.target]
        is_missing = missing_cells(frame, schema, offered).sum(axis=0) > 0
        return tuple(name for name, held in zip(offered, is_missing, strict=True) if held)
    problems = []
    for name in dict.fromkeys(columns):
        if name not in frame.columns:
            advice = closest(name, modeled)
            problems.append(Problem(f"column {name!r}", "a column of the table", "no such column", advice))
        elif name not in modeled or name not in learned:
            received = "a column that takes no part (weight, identifier, split or ignored)"
            received = received if name not in modeled else "a column that the generator did not learn"
            advice = closest(name, [held for held in modeled if held in learned])
            problems.append(Problem(f"column {name!r}", "a column that can be filled", received, advice))
    if problems:
        raise ConstraintError(problems)
    return tuple(name for name in frame.columns if name in set(columns))


def _known_columns(
    frame: Frame, schema: TableSchema, generator: Generator, given_columns: Sequence[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns to go by, and those whose values the generator cannot be given."""
    usable = [name for name in frame.columns if name in schema.modeled_columns]
    usable = [name for name in usable if name in generator.schema_.modeled_columns]
    if given_columns is not None:
        problems = [
            Problem(
                f"given column {name!r}",
                "a modeled column of the table",
                "another name",
                closest(name, usable),
            )
            for name in given_columns
            if name not in usable
        ]
        if problems:
            raise ConstraintError(problems)
        usable = [name for name in usable if name in set(given_columns)]
    askable = generator.conditionable_columns_
    return tuple(name for name in usable if name in askable), tuple(
        name for name in usable if name not in askable
    )


def _check_request(frame: Frame, strategy: str, n_draws: int | None) -> None:
    problems = []
    if strategy not in STRATEGIES:
        problems.append(Problem("strategy", "a known one", repr(strategy), closest(strategy, STRATEGIES)))
    is_count = isinstance(n_draws, int | np.integer) and not isinstance(n_draws, bool) and n_draws >= 1
    if n_draws is not None and not is_count:
        problems.append(Problem("n_draws", "a whole number of at least 1", repr(n_draws)))
    if problems:
        raise ConstraintError(problems)
    if len(frame) == 0:
        raise TableError(Problem("table", "at least one row", "no rows", "check the file and its filters"))


def _remarks(task: _Task, unasked: tuple[str, ...], *, is_asked: bool) -> list[str]:
    """Return what a reader should know of what was and was not done."""
    rows = task.is_wanted.any(axis=1)
    remarks = []
    if not rows.any():
        remarks.append("no missing cells in the columns to fill: the table comes back as it is")
    elif is_asked:
        full = [name for name, held in zip(task.wanted, task.is_wanted.T, strict=True) if not held.any()]
        remarks += [f"no missing cells in {_listed(full)}"] if full else []
    if rows.any() and unasked:
        remarks.append(
            f"the generator {task.generator.name!r} cannot be given {_listed(unasked)}: cells were filled without"
        )
    blind = int((rows & ~task.is_given.any(axis=1)).sum())
    if blind:
        remarks.append(f"{blind} rows have no known value to go by: drawn as new rows")
    kept = [name for name in task.frame.columns if name in task.schema.modeled_columns]
    kept = [name for name in kept if name not in task.wanted]
    left = missing_cells(task.frame, task.schema, kept).sum(axis=0)
    for name, n_cells in zip(kept, left, strict=True):
        if n_cells:
            why = "filled only when asked" if name == task.schema.target else "not to be filled"
            remarks.append(f"column {name!r} keeps {int(n_cells)} missing cells: {why}")
    return remarks


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(repr(name) for name in names[:8]) + more


def _numbered(frame: Frame, draw: int) -> Frame:
    columns = {name: frame.to_native()[name] for name in frame.columns}
    return frame_from_columns({DRAW_COLUMN: np.full(len(frame), draw, dtype=np.int64), **columns})


def _template(table: Any, frame: Frame, filled: Frame) -> TableTemplate:
    """Return the caller's kind of table; a column without any value, so without a type, is free to get one."""
    whole = TableTemplate.of(table)
    before, after = frame.to_native(), filled.to_native()
    kept = tuple(pair for pair in whole.dtypes if before[pair[0]].type.equals(after[pair[0]].type))
    return TableTemplate(whole.kind, kept, whole.categories, whole.ordered)
