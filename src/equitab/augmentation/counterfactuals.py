"""What if: rows of a table with some values changed, and the values that follow from them drawn again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from equitab.augmentation.abilities import Missing, Unseen, draw_rows, has_option, option_problems
from equitab.augmentation.imputation.request import refused_cells
from equitab.dataframe import Frame, TableTemplate, as_frame, concatenate, frame_from_columns, take_rows
from equitab.errors import ConstraintError, Problem, closest
from equitab.generators import Generator
from equitab.schema import labels

MOST_VALUES = 200
"""A column of more different values is not looked through for combinations that no training row has."""


@dataclass(frozen=True, eq=False)
class WhatIfRows:
    """The changed rows.

    Attributes
    ----------
    frame : Frame
    template : TableTemplate
        The caller's kind of table.
    remarks : tuple of str
        Which combinations were extrapolated, and which values the generator could not be told.
    """

    frame: Frame
    template: TableTemplate
    remarks: tuple[str, ...] = ()

    @property
    def table(self) -> Any:
        """The rows as the caller's kind of table."""
        return self.template.restore(self.frame)


def what_if(
    generator: Generator,
    table: Any,
    changes: Mapping[str, Any],
    *,
    redraw: Sequence[str] | None = None,
    unseen: Unseen | None = None,
    missing: Missing | None = None,
    seed: int,
) -> WhatIfRows:
    """Change columns for all rows of a table, and draw others again given everything else.

    Parameters
    ----------
    generator : Generator
        Fitted, and able to be asked for every column that is kept (`boosted_trees` is).
    table : pandas, polars or pyarrow table
        Real or synthetic rows.
    changes : mapping
        Column to the value that every row gets (``{"sex": "Female"}``; None for a missing value).
    redraw : sequence of str, optional
        The columns that may answer to the change; the target when not given. All others stay as they are.
    unseen : {"refuse", "nearest", "extrapolate"}, optional
        What becomes of combinations that no training row has, such as a husband who is changed to a woman, and
        of numbers beyond what was learned. When nothing is said the generator extrapolates, and `remarks` names
        the columns.
    missing : {"learned", "filled"}, optional
        Whether drawn values may be missing.
    seed : int

    Returns
    -------
    WhatIfRows
        One row for each row of `table`, in its order, with the table's columns. A value that the generator never
        saw (a category too rare to be learned) stays as it is, and the row is drawn without telling it.

    Raises
    ------
    ConstraintError
        With everything that is wrong: unknown columns, a column both changed and drawn, one that the generator
        cannot be given.

    Notes
    -----
    The answer is a conditional distribution of the learned table, not a causal effect: columns that stay as
    they are may themselves be consequences of what was changed. Which columns may answer is for the asker to
    say.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.generators import make_generator
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"sex": ["F", "M", "M"] * 20, "hired": ["no", "yes"] * 30})
    >>> schema = TableSchema((Column("sex", "categorical"), Column("hired", "categorical")), "hired", ("yes",))
    >>> generator = make_generator("independent_marginals").fit(people, schema, seed=0)
    >>> set(what_if(generator, people, {"sex": "F"}, seed=0).table["sex"])
    {'F'}
    """
    frame = as_frame(table)
    problems = option_problems(generator, unseen=unseen, missing=missing)
    if problems:
        raise ConstraintError(problems)
    given = changed_rows(generator, frame, changes, redraw=redraw)
    kept = [name for name in given.columns if name not in changes]
    said = "extrapolate" if unseen is None and has_option(generator, "unseen") else unseen
    drawn, untold = _drawn(generator, given, kept, {"unseen": said, "missing": missing}, seed)
    remarks = [
        f"column {name!r}: the generator never saw the value of {int(rows.sum())} rows; drawn without telling it"
        for name, rows in untold.items()
    ]
    if unseen is None and said is not None:
        remarks += _extrapolated(generator, given, changes, kept, seed)
    return WhatIfRows(_laid_over(frame, drawn, untold), TableTemplate.of(table), tuple(remarks))


def changed_rows(
    generator: Generator, table: Any, changes: Mapping[str, Any], *, redraw: Sequence[str] | None = None
) -> Frame:
    """Return the values that the rows of `what_if` are drawn with: those kept and those changed."""
    frame = as_frame(table)
    schema = generator.schema_
    drawn = (schema.target,) if redraw is None else tuple(redraw)
    kept = [name for name in schema.modeled_columns if name not in drawn and name in frame.columns]
    problems = _problems(generator, frame, changes, drawn)
    problems += [
        _not_given(generator, name)
        for name in dict.fromkeys([*kept, *changes])
        if name in schema.modeled_columns and name not in generator.conditionable_columns_
    ]
    if problems:
        raise ConstraintError(problems)
    columns = {name: frame.to_native()[name] for name in kept}
    constant = {
        name: frame_from_columns({name: [value] * len(frame)}).to_native()[name]
        for name, value in changes.items()
    }
    return frame_from_columns({**columns, **constant})


def _drawn(
    generator: Generator, given: Frame, kept: Sequence[str], options: dict[str, Any], seed: int
) -> tuple[Frame, dict[str, np.ndarray]]:
    """Return drawn rows, and by column the rows whose value the generator was not told because it knows it not."""
    try:
        return as_frame(draw_rows(generator, given=given.to_native(), **options, seed=seed)), {}
    except ConstraintError:
        untold = refused_cells(generator, given, kept)
        if not untold:
            raise
    masks = np.column_stack(list(untold.values()))
    patterns, which = np.unique(masks, axis=0, return_inverse=True)
    which = which.reshape(-1)
    parts = []
    for number, pattern in enumerate(patterns):
        left_out = [name for name, is_left_out in zip(untold, pattern, strict=True) if is_left_out]
        told = take_rows(given.drop(left_out), which == number).to_native()
        parts.append(as_frame(draw_rows(generator, given=told, **options, seed=seed)))
    return take_rows(concatenate(parts), np.argsort(np.argsort(which, kind="stable"))), untold


def _laid_over(frame: Frame, drawn: Frame, untold: Mapping[str, np.ndarray]) -> Frame:
    """Return the table with drawn values; values that the generator was not told stay."""
    columns = {name: frame.to_native()[name] for name in frame.columns}
    for name in drawn.columns:
        values = drawn.to_native()[name]
        if name not in untold:
            columns[name] = values
    return frame_from_columns(columns)


def _extrapolated(
    generator: Generator, given: Frame, changes: Mapping[str, Any], kept: Sequence[str], seed: int
) -> list[str]:
    """Return which kept columns hold values that no training row has together with what was changed."""
    found = []
    for name in kept:
        known = labels(given, name)
        first = np.unique(known.codes, return_index=True)[1]
        if len(first) > MOST_VALUES:
            continue
        asked = take_rows(given.select([*changes, name]), first).to_native()
        if _is_refused(generator, asked, "refuse", seed) and not _is_refused(
            generator, asked, "extrapolate", seed
        ):
            found.append(name)
    listed = ", ".join(repr(name) for name in found)
    changed = ", ".join(f"{name}={value!r}" for name, value in changes.items())
    return (
        [f"extrapolated: no training row has {changed} with some of the values in {listed}"] if found else []
    )


def _is_refused(generator: Generator, given: Any, unseen: Unseen, seed: int) -> bool:
    try:
        draw_rows(generator, given=given, unseen=unseen, seed=seed)
    except ConstraintError:
        return True
    return False


def _problems(
    generator: Generator, frame: Frame, changes: Mapping[str, Any], drawn: tuple[str, ...]
) -> list[Problem]:
    known = generator.schema_.modeled_columns
    problems = [] if changes else [Problem("changes", "at least one column and its value", "none")]
    if not drawn:
        problems.append(Problem("redraw", "at least one column to draw again", "none"))
    problems += [
        Problem(f"{word} {name!r}", "a learned column of the table", "no such column", closest(name, known))
        for word, names in (("change of", tuple(changes)), ("redraw", drawn))
        for name in names
        if name not in known
    ]
    problems += [
        Problem(
            f"column {name!r}",
            "to be changed, or to be drawn again",
            "both",
            "leave it out of one of the two",
        )
        for name in changes
        if name in drawn
    ]
    problems += [
        Problem(f"column {name!r}", "a column of the table whose rows are changed", "no such column", advice)
        for name in known
        for advice in ["add the column, or draw it again: redraw"]
        if name not in drawn and name not in changes and name not in frame.columns
    ]
    return problems


def _not_given(generator: Generator, name: str) -> Problem:
    expected = f"a column that {generator.name!r} can be given"
    advice = f"fit the generator with condition_on including {name!r}, fit 'boosted_trees', or draw it again: redraw"
    return Problem(f"column {name!r}", expected, "another column of the table", advice)
