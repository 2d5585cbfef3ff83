"""A plan that follows a table of one's own: rows to add, or rows wanted, for each group and outcome."""

from __future__ import annotations

from typing import Any

import numpy as np

from equitab.augmentation.plan import RebalancingPlan
from equitab.augmentation.plan_limits import CountedCells, FewRows, IntArray, PlanLimits
from equitab.augmentation.strategies import apportion, count_cells, own_shares
from equitab.dataframe import Frame, as_frame
from equitab.errors import ConstraintError, Problem, closest
from equitab.schema import Column, IntersectionalGroups, TableSchema, numbers, texts

ROWS_TO_ADD, ROWS_WANTED = "rows_to_add", "rows_wanted"
SHOWN = ("share", "rows", "afterwards", "parent")
"""Columns of `RebalancingPlan.to_frame`, which may stay in a table that was made of one."""


def from_table(
    frame: Frame,
    schema: TableSchema,
    table: Any,
    *,
    min_rows: int = 1,
    few_rows: FewRows = "refuse",
    max_growth: float | None = None,
) -> RebalancingPlan:
    """Follow a table of one's own.

    Parameters
    ----------
    frame : Frame
        Training rows.
    schema : TableSchema
    table : pandas, polars or pyarrow table
        Columns named as sensitive features, the target, or both, and either ``rows_to_add`` or ``rows_wanted``
        (fill up to so many). For a numeric feature with cut points, values are the names of its bins; for a missing
        value, ``(missing)``. Without the target, outcomes keep their shares within each group. Rows to add for the
        same cell add up; rows wanted are said once.
    min_rows : int, default 1
        Who asks for rows of a group knows it: one real row is enough here.
    few_rows, max_growth
        As for `fill_both`.

    Returns
    -------
    RebalancingPlan

    Raises
    ------
    ConstraintError
        With everything that is wrong in the table.
    """
    limits = PlanLimits(min_rows=min_rows, few_rows=few_rows, max_growth=max_growth)
    wanted = as_frame(table)
    names, amount = _checked_columns(wanted, schema)
    cells = count_cells(frame, schema, names)
    has_outcome = schema.target in wanted.columns
    columns = (*names, schema.target) if has_outcome else names
    levels = cells.index.groups.levels[: len(columns)]
    codes, problems = _codes(wanted, columns, levels)
    amounts, wrong = _amounts(wanted, amount)
    if problems or wrong:
        raise ConstraintError([*problems, *wrong])
    n_codes = int(np.prod([len(level) for level in levels]))
    have = cells.counts if has_outcome else cells.table.sum(axis=1)
    asked = np.bincount(codes, weights=amounts, minlength=n_codes).astype(np.int64)
    if amount == ROWS_WANTED:
        asked = _lacking(asked, have, codes)
    return limits.plan("from_table", cells, asked if has_outcome else _by_outcome(asked, cells, limits))


def _by_outcome(asked: IntArray, cells: CountedCells, limits: PlanLimits) -> IntArray:
    """Return rows for each cell: those of a group in the shares that its outcomes have."""
    shares = [own_shares(row, cells.table, limits) for row in cells.table]
    return cells.index.flat(np.array([apportion(int(n), row) for n, row in zip(asked, shares, strict=True)]))


def _lacking(wanted: IntArray, have: IntArray, codes: IntArray) -> IntArray:
    """Return how many rows are missing to what is wanted, for the cells that the table names."""
    n_named = np.bincount(codes, minlength=len(have))
    problems = []
    n_twice = int((n_named > 1).sum())
    if n_twice:
        advice = "say once how many rows it shall have"
        problems.append(Problem("plan table", "each group once", f"{n_twice} groups more than once", advice))
    n_fewer = int(((n_named == 1) & (wanted < have)).sum())
    if n_fewer:
        received = f"fewer in {n_fewer} of {len(codes)} rows"
        advice = "a plan never removes rows; the baseline random_undersampling does"
        problems.append(
            Problem(f"column {ROWS_WANTED!r}", "at least the rows that are there", received, advice)
        )
    if problems:
        raise ConstraintError(problems)
    return np.where(n_named == 1, wanted - have, 0)


def _amounts(wanted: Frame, name: str) -> tuple[np.ndarray, list[Problem]]:
    amounts = numbers(wanted, Column(name, "integer"))
    n_bad = int((~(amounts >= 0) | (np.rint(amounts) != amounts)).sum())
    if not n_bad:
        return amounts, []
    received = f"others in {n_bad} of {len(wanted)} rows"
    return amounts, [Problem(f"column {name!r}", "whole numbers of at least 0", received)]


def _checked_columns(wanted: Frame, schema: TableSchema) -> tuple[tuple[str, ...], str]:
    """Return the sensitive features that a plan table names, and its column of numbers."""
    allowed = (*schema.sensitive_names, schema.target, ROWS_TO_ADD, ROWS_WANTED, *SHOWN)
    problems = [
        Problem(
            f"column {name!r}", "a sensitive feature or the target", "another name", closest(name, allowed)
        )
        for name in wanted.columns
        if name not in allowed
    ]
    amounts = [name for name in (ROWS_TO_ADD, ROWS_WANTED) if name in wanted.columns]
    if len(amounts) != 1:
        where, received = f"column {ROWS_TO_ADD!r} or {ROWS_WANTED!r}", "both" if amounts else "neither"
        problems.append(
            Problem(where, "one of them", received, "remove one" if amounts else "add one of them")
        )
    if not {*schema.sensitive_names, schema.target} & set(wanted.columns):
        problems.append(Problem("plan table", "a sensitive feature or the target", "neither", "add a column"))
    if problems:
        raise ConstraintError(problems)
    return tuple(name for name in schema.sensitive_names if name in wanted.columns), amounts[0]


def _codes(
    wanted: Frame, columns: tuple[str, ...], levels: tuple[tuple[str, ...], ...]
) -> tuple[np.ndarray, list[Problem]]:
    """Return the code of each row of a plan table over some columns, and values that do not occur."""
    groups, problems, indices = IntersectionalGroups(columns, levels), [], []
    for name, level in zip(columns, levels, strict=True):
        held = texts(wanted, name).to_pylist()
        place = {value: code for code, value in enumerate(level)}
        unknown = sorted({str(value) for value in held if value not in place})
        problems += [
            Problem(f"{name!r} in the plan table", "a value of the table", repr(value), closest(value, level))
            for value in unknown
        ]
        indices.append([place.get(value, 0) for value in held])
    return groups.encode(np.array(indices).T), problems
