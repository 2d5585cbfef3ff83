"""Asking a generator for the cells that rows miss.

Some generators fill cells so that none of them is missing, and reach beyond the rows that they learned; the others
are asked again, or not told the values they refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from equitab.augmentation.abilities import has_option
from equitab.augmentation.imputation.patterns import missing_cells
from equitab.dataframe import Frame, as_frame, replace_cells, take_rows
from equitab.errors import ConstraintError, Problem
from equitab.generators import Generator
from equitab.schema import TableSchema, labels

MOST_ROUNDS = 20
"""How often a generator that may draw missing values is asked again for the cells that came back missing."""
MOST_PROBES = 256
"""How many questions are asked about a column to find the values that a generator refuses."""


def draw_cells(
    generator: Generator,
    given: Frame | None,
    *,
    columns: Sequence[str],
    schema: TableSchema,
    n_rows: int,
    seed: int,
) -> Frame:
    """Return values of some columns for rows of which others are known; none of them is missing.

    Parameters
    ----------
    generator : Generator
    given : Frame or None
        The known values, one row for each wanted row.
    columns : sequence of str
        The columns to draw.
    schema : TableSchema
        Says what missing means.
    n_rows : int
    seed : int

    Raises
    ------
    ConstraintError
        If the generator refuses what is given, or keeps drawing missing values.

    Notes
    -----
    A generator that cannot be told to fill is asked again for the rows in which it drew a missing value: the values
    follow its distribution, given that they are there.
    """
    rows = _asked(generator, given, n_rows, seed).select(list(columns))
    for attempt in range(1, MOST_ROUNDS + 1):
        bad = np.flatnonzero(missing_cells(rows, schema, columns).any(axis=1))
        if not len(bad):
            return rows
        part = None if given is None else take_rows(given, bad)
        again = _asked(generator, part, len(bad), seed_for(seed, attempt)).select(list(columns))
        rows = replace_cells(rows, bad, again)
    is_missing = missing_cells(rows, schema, columns)
    if not is_missing.any():
        return rows
    raise ConstraintError(_still_missing(generator, columns, is_missing))


def refused_cells(generator: Generator, frame: Frame, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Return, for each column, the rows whose value the generator does not accept.

    Parameters
    ----------
    generator : Generator
    frame : Frame
    names : sequence of str
        Columns that the generator can be asked for.

    Returns
    -------
    dict of str to ndarray of bool, shape (n_rows,)
        Columns without such rows are left out.

    Notes
    -----
    The protocol has no question "do you know this value?", so values are offered to `sample`, each once, and halves
    of what is refused again until single values are left.
    """
    found = {}
    for name in names:
        codes = labels(frame, name).codes
        known, first = np.unique(codes, return_index=True)
        first = first[known >= 0]
        refused = _refused(generator, take_rows(frame.select(name), first))
        if len(refused):
            found[name] = np.isin(codes, codes[first[refused]])
    return found


def seed_for(*numbers: int) -> int:
    """Return a seed that a call of the generator gets, made of several numbers."""
    return int(np.random.SeedSequence(list(numbers)).generate_state(1)[0])


def _asked(generator: Generator, given: Frame | None, n_rows: int, seed: int) -> Frame:
    request: dict[str, Any] = {"n_rows": n_rows} if given is None else {"given": given.to_native()}
    wished = {"missing": "filled", "unseen": "extrapolate"}
    options: dict[str, Any] = {name: value for name, value in wished.items() if has_option(generator, name)}
    return as_frame(generator.sample(**request, **options, seed=seed))


def _refused(generator: Generator, values: Frame) -> np.ndarray:
    """Return the positions of values that are refused; once there are too many questions, all that are open."""
    open_parts, refused = [np.arange(len(values))], []
    for n_probes in range(2 * MOST_PROBES):
        if not open_parts:
            break
        part = open_parts.pop()
        if n_probes >= MOST_PROBES or not len(part):
            refused.append(part)
        elif _accepts(generator, take_rows(values, part)):
            continue
        elif len(part) == 1:
            refused.append(part)
        else:
            open_parts += [part[: len(part) // 2], part[len(part) // 2 :]]
    return np.concatenate([np.empty(0, dtype=np.int64), *refused, *open_parts])


def _accepts(generator: Generator, values: Frame) -> bool:
    try:
        _asked(generator, values, len(values), 0)
    except ConstraintError:
        return False
    return True


def _still_missing(generator: Generator, columns: Sequence[str], is_missing: np.ndarray) -> list[Problem]:
    advice = "leave the column out, or use a generator that learned rows in which it has values"
    return [
        Problem(
            f"column {name!r}",
            "values to fill in",
            f"missing values again in {int(held.sum())} of {len(held)} rows after {MOST_ROUNDS} draws of the "
            f"generator {generator.name!r}",
            advice,
        )
        for name, held in zip(columns, is_missing.T, strict=True)
        if held.any()
    ]
