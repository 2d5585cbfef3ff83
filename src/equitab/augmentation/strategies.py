"""Rebalancing plans: who gets how many rows, and why.

Every strategy looks at the training rows only, counts rows (not weights), and returns a `RebalancingPlan`.
A cell is one intersectional group with one outcome. A cell with fewer than `min_rows` real rows is never filled:
its people would be invented, not learned. The plan says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from equitab.augmentation.cells import CellIndex, cell_codes, index_cells
from equitab.augmentation.plan import PlanStrategy, RebalancingPlan
from equitab.dataframe import Frame, as_frame
from equitab.errors import ConstraintError, Problem, closest
from equitab.schema import Column, IntersectionalGroups, TableSchema, numbers, texts

MIN_ROWS = 2
ROWS_TO_ADD = "rows_to_add"


def append(
    frame: Frame,
    schema: TableSchema,
    n_rows: int,
    *,
    keep_joint: bool = False,
    sensitive_features: Sequence[str] | None = None,
) -> RebalancingPlan:
    """Add some number of rows without moving the balance: more of the same.

    Parameters
    ----------
    frame : Frame
        Training rows.
    schema : TableSchema
    n_rows : int
        Rows to add, 0 or more.
    keep_joint : bool
        False: the generator chooses groups and outcomes. True: they are kept exactly as in the table.
    sensitive_features : sequence of str, optional
        Those whose groups are counted; all when not given.

    Returns
    -------
    RebalancingPlan
        Adds exactly `n_rows`.
    """
    index, counts = _counted(frame, schema, sensitive_features)
    if n_rows < 0:
        raise ConstraintError(Problem("append", "0 rows or more", str(n_rows), "a plan never removes rows"))
    if not keep_joint:
        return _plan("append", index, counts, np.zeros_like(counts), n_free=n_rows)
    return _plan("append", index, counts, apportion(n_rows, counts))


def fill_groups(
    frame: Frame,
    schema: TableSchema,
    *,
    sensitive_features: Sequence[str] | None = None,
    min_rows: int = MIN_ROWS,
) -> RebalancingPlan:
    """Fill every intersectional group up to the largest; outcomes keep their shares within each group.

    Gives groups equal say in training without touching their rates. Parameters as for `fill_both`.
    """
    index, counts = _counted(frame, schema, sensitive_features)
    table = index.by_group(counts)
    sizes = table.sum(axis=1)
    added = [apportion(int(sizes.max() - size), row) for size, row in zip(sizes, table, strict=True)]
    return _refusing("fill_groups", index, counts, index.flat(np.array(added)), min_rows)


def fill_outcomes(
    frame: Frame,
    schema: TableSchema,
    *,
    sensitive_features: Sequence[str] | None = None,
    min_rows: int = MIN_ROWS,
) -> RebalancingPlan:
    """Fill every outcome up to the most frequent one; groups keep their shares within each outcome.

    Against imbalance of the target alone. Parameters as for `fill_both`.
    """
    index, counts = _counted(frame, schema, sensitive_features)
    table = index.by_group(counts).T
    sizes = table.sum(axis=1)
    added = [apportion(int(sizes.max() - size), row) for size, row in zip(sizes, table, strict=True)]
    return _refusing("fill_outcomes", index, counts, index.flat(np.array(added).T), min_rows)


def fill_both(
    frame: Frame,
    schema: TableSchema,
    *,
    sensitive_features: Sequence[str] | None = None,
    min_rows: int = MIN_ROWS,
) -> RebalancingPlan:
    """Fill every group × outcome up to the largest: equal groups, equal outcomes, equal rates.

    Parameters
    ----------
    frame : Frame
        Training rows.
    schema : TableSchema
    sensitive_features : sequence of str, optional
        Those that define the groups; all when not given.
    min_rows : int, default 2
        A cell with fewer real rows is not filled.

    Returns
    -------
    RebalancingPlan
        In `refusals`: how many cells were not filled, and why.
    """
    index, counts = _counted(frame, schema, sensitive_features)
    return _refusing("fill_both", index, counts, counts.max(initial=0) - counts, min_rows)


def equal_rates(
    frame: Frame,
    schema: TableSchema,
    *,
    rate: float | None = None,
    sensitive_features: Sequence[str] | None = None,
    min_rows: int = MIN_ROWS,
) -> RebalancingPlan:
    r"""Add the fewest rows after which every group has the same share of favorable outcomes.

    Parameters
    ----------
    frame : Frame
        Training rows.
    schema : TableSchema
    rate : float, optional
        Above 0 and below 1; the table's overall rate when not given.
    sensitive_features : sequence of str, optional
        Those that define the groups; all when not given.
    min_rows : int, default 2
        Rows are added to a group only where it has this many real rows with such an outcome.

    Returns
    -------
    RebalancingPlan

    Raises
    ------
    ConstraintError
        If the rate is not between 0 and 1.

    Notes
    -----
    A group of *n* rows with *k* favorable ones, below the rate *r*, gets :math:`(rn - k)/(1 - r)` favorable rows;
    above it, :math:`k/r - n` unfavorable ones, rounded to whole rows.
    """
    index, counts = _counted(frame, schema, sensitive_features)
    good = np.array(index.is_favorable)
    table = index.by_group(counts)
    favorable_rows, sizes = table[:, good].sum(axis=1), table.sum(axis=1)
    share = favorable_rows.sum() / max(sizes.sum(), 1) if rate is None else rate
    if not 0 < share < 1:
        advice = "give a rate, or look at the favorable outcome"
        raise ConstraintError(Problem("equal_rates", "a rate above 0 and below 1", f"{share:g}", advice))
    more_good = np.rint(np.maximum(share * sizes - favorable_rows, 0) / (1 - share)).astype(np.int64)
    more_bad = np.rint(np.maximum(favorable_rows / share - sizes, 0)).astype(np.int64)
    added = np.zeros_like(table)
    for group in range(len(table)):
        added[group, good] = apportion(int(more_good[group]), table[group, good])
        added[group, ~good] = apportion(int(more_bad[group]), table[group, ~good])
    return _refusing("equal_rates", index, counts, index.flat(added), min_rows)


def from_table(frame: Frame, schema: TableSchema, table: Any) -> RebalancingPlan:
    """Follow a table of one's own.

    Parameters
    ----------
    frame : Frame
        Training rows.
    schema : TableSchema
    table : pandas, polars or pyarrow table
        A column ``rows_to_add``, and columns named as sensitive features, the target, or both. For a numeric
        feature with cut points, values are the names of its bins; for a missing value, ``(missing)``.
        Without the target, outcomes keep their shares within each group. Rows for the same cell add up.

    Raises
    ------
    ConstraintError
        With everything that is wrong in the table. A cell without any real row to learn from is refused.
    """
    wanted = as_frame(table)
    names = _checked_columns(wanted, schema)
    index, counts = _counted(frame, schema, names)
    has_outcome = schema.target in wanted.columns
    columns = (*names, schema.target) if has_outcome else names
    levels = index.groups.levels[: len(columns)]
    codes, problems = _codes(wanted, columns, levels)
    amounts = numbers(wanted, _amount_column())
    n_bad = int((~(amounts >= 0) | (np.rint(amounts) != amounts)).sum())
    if n_bad:
        received = f"others in {n_bad} of {len(wanted)} rows"
        problems.append(Problem(f"column {ROWS_TO_ADD!r}", "whole numbers of at least 0", received))
    if problems:
        raise ConstraintError(problems)
    n_codes = int(np.prod([len(level) for level in levels]))
    asked = np.bincount(codes, weights=amounts, minlength=n_codes).astype(np.int64)
    if not has_outcome:
        rows = index.by_group(counts)
        asked = index.flat(np.array([apportion(int(n), row) for n, row in zip(asked, rows, strict=True)]))
    return _refusing("from_table", index, counts, asked, 1)


def apportion(total: int, shares: np.ndarray) -> np.ndarray:
    """Return whole numbers in proportion to some shares that sum exactly to a total (largest remainder).

    Examples
    --------
    >>> apportion(10, np.array([1, 1, 1]))
    array([4, 3, 3])
    """
    shares = np.asarray(shares, dtype=np.float64)
    if len(shares) == 0 or total == 0:
        return np.zeros(len(shares), dtype=np.int64)
    exact = total * (shares / shares.sum() if shares.sum() > 0 else np.full(len(shares), 1 / len(shares)))
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def _counted(
    frame: Frame, schema: TableSchema, sensitive_features: Sequence[str] | None
) -> tuple[CellIndex, np.ndarray]:
    index = index_cells(frame, schema, sensitive_features=sensitive_features)
    return index, index.groups.counts(cell_codes(frame, schema, index)).astype(np.int64)


def _refusing(
    strategy: PlanStrategy, index: CellIndex, counts: np.ndarray, added: np.ndarray, min_rows: int
) -> RebalancingPlan:
    """Make a plan without the cells that have too few real rows, and say how many these were."""
    if min_rows < 1:
        advice = "a group without any real row cannot be learned"
        raise ConstraintError(Problem("min_rows", "at least 1", str(min_rows), advice))
    is_refused = (counts < min_rows) & (added > 0)
    refusals = []
    for few, of_kind in (("no real rows", counts == 0), (f"fewer than {min_rows} real rows", counts > 0)):
        n_cells, n_rows = int((is_refused & of_kind).sum()), int(added[is_refused & of_kind].sum())
        if n_cells:
            refusals.append(f"{n_rows} rows for {n_cells} groups by outcome with {few} to learn from")
    return _plan(strategy, index, counts, np.where(is_refused, 0, added), refusals=tuple(refusals))


def _plan(
    strategy: PlanStrategy,
    index: CellIndex,
    counts: np.ndarray,
    added: np.ndarray,
    *,
    n_free: int = 0,
    refusals: tuple[str, ...] = (),
) -> RebalancingPlan:
    return RebalancingPlan(strategy, index, tuple(counts.tolist()), tuple(added.tolist()), n_free, refusals)


def _checked_columns(wanted: Frame, schema: TableSchema) -> tuple[str, ...]:
    allowed = (*schema.sensitive_names, schema.target, ROWS_TO_ADD, "rows")
    problems = [
        Problem(
            f"column {name!r}", "a sensitive feature or the target", "another name", closest(name, allowed)
        )
        for name in wanted.columns
        if name not in allowed
    ]
    if ROWS_TO_ADD not in wanted.columns:
        problems.append(Problem(f"column {ROWS_TO_ADD!r}", "to be given", "nothing", "add it"))
    if not {*schema.sensitive_names, schema.target} & set(wanted.columns):
        problems.append(Problem("plan table", "a sensitive feature or the target", "neither", "add a column"))
    if problems:
        raise ConstraintError(problems)
    return tuple(name for name in schema.sensitive_names if name in wanted.columns)


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


def _amount_column() -> Column:
    return Column(ROWS_TO_ADD, "integer")
