"""Rebalancing plans: who gets how many rows, and why.

Every strategy looks at the training rows only, counts rows (not weights), and returns a `RebalancingPlan`.
A cell is one intersectional group with one outcome. A cell with fewer than `min_rows` real rows is not filled: its
people would be invented, not learned. With ``few_rows="parent"`` it borrows from its parent group (see
`equitab.augmentation.parents`). The plan says which, and what it cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equitab.augmentation.cells import cell_codes, index_cells
from equitab.augmentation.plan import RebalancingPlan
from equitab.augmentation.plan_limits import MIN_ROWS, CountedCells, FewRows, IntArray, PlanLimits
from equitab.dataframe import Frame
from equitab.errors import ConstraintError, Problem
from equitab.schema import TableSchema


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
    cells = count_cells(frame, schema, sensitive_features)
    if n_rows < 0:
        raise ConstraintError(Problem("append", "0 rows or more", str(n_rows), "a plan never removes rows"))
    if not keep_joint:
        return cells.plan("append", np.zeros_like(cells.counts), n_free=n_rows)
    return cells.plan("append", apportion(n_rows, cells.counts))


def fill_groups(
    frame: Frame,
    schema: TableSchema,
    *,
    sensitive_features: Sequence[str] | None = None,
    min_rows: int = MIN_ROWS,
    few_rows: FewRows = "refuse",
    max_growth: float | None = None,
) -> RebalancingPlan:
    """Fill every intersectional group up to the largest; outcomes keep their shares within each group.

    Gives groups equal say in training without touching their rates. A group without any row (or, where it borrows,
    with fewer than `min_rows`) has no shares of its own and gets those of the whole table. Parameters as for
    `fill_both`.
    """
    limits = PlanLimits(min_rows=min_rows, few_rows=few_rows, max_growth=max_growth)
    cells = count_cells(frame, schema, sensitive_features)
    table, sizes = cells.table, cells.table.sum(axis=1)
    shares = [own_shares(row, table, limits) for row in table]
    added = [apportion(int(sizes.max() - size), row) for size, row in zip(sizes, shares, strict=True)]
    return limits.plan("fill_groups", cells, cells.index.flat(np.array(added)))


def fill_outcomes(
    frame: Frame,
    schema: TableSchema,
    *,
    sensitive_features: Sequence[str] | None = None,
    min_rows: int = MIN_ROWS,
    few_rows: FewRows = "refuse",
    max_growth: float | None = None,
) -> RebalancingPlan:
    """Fill every outcome up to the most frequent one; groups keep their shares within each outcome.

    Against imbalance of the target alone. Parameters as for `fill_both`.
    """
    limits = PlanLimits(min_rows=min_rows, few_rows=few_rows, max_growth=max_growth)
    cells = count_cells(frame, schema, sensitive_features)
    table = cells.table.T
    sizes = table.sum(axis=1)
    added = [apportion(int(sizes.max() - size), row) for size, row in zip(sizes, table, strict=True)]
    return limits.plan("fill_outcomes", cells, cells.index.flat(np.array(added).T))


def fill_both(
    frame: Frame,
    schema: TableSchema,
    *,
    sensitive_features: Sequence[str] | None = None,
    min_rows: int = MIN_ROWS,
    few_rows: FewRows = "refuse",
    max_growth: float | None = None,
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
        A cell with fewer real rows is not filled from its own rows.
    few_rows : {"refuse", "parent"}, default "refuse"
        Such a cell is refused, or filled all the same by borrowing from its parent group; this needs a generator
        that learned a model in which groups share strength.
    max_growth : float, optional
        No cell grows to more than this many times its real rows.

    Returns
    -------
    RebalancingPlan
        In `refusals`: how many cells were not filled or filled less, and why.

    Raises
    ------
    ConstraintError
        If a bound makes no sense, or there are too many cells.
    """
    limits = PlanLimits(min_rows=min_rows, few_rows=few_rows, max_growth=max_growth)
    cells = count_cells(frame, schema, sensitive_features)
    return limits.plan("fill_both", cells, cells.counts.max(initial=0) - cells.counts)


def fill_within_outcomes(
    frame: Frame,
    schema: TableSchema,
    *,
    sensitive_features: Sequence[str] | None = None,
    min_rows: int = MIN_ROWS,
    few_rows: FewRows = "refuse",
    max_growth: float | None = None,
) -> RebalancingPlan:
    r"""Make groups equally large within every outcome, and keep the overall share of every outcome.

    Groups get equal say and equal rates, and a model still learns how frequent each outcome is. Costs more rows than
    `equal_rates`, which leaves the sizes of groups alone. Parameters as for `fill_both`.

    Notes
    -----
    Every filled group gets :math:`\alpha N_y / G` rows with the outcome *y*, where :math:`N_y` rows have it now, *G*
    groups are filled, and :math:`\alpha` is the smallest number with which no group loses rows. Where groups are
    refused, the others share what the refused ones leave over: the share of every outcome stays as it is up to the
    rounding of the rows (half a row for each group), unless `max_growth` cuts or no group has an outcome to learn.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature
    >>> people = frame_from_columns({"sex": ["F"] * 6 + ["M"] * 9, "hired": ["no", "no", "yes"] * 5})
    >>> schema = TableSchema(
    ...     (Column("sex", "categorical"), Column("hired", "categorical")),
    ...     "hired",
    ...     favorable_outcome=("yes",),
    ...     sensitive_features=(SensitiveFeature("sex"),),
    ... )
    >>> fill_within_outcomes(people, schema).afterwards
    (6, 6, 3, 3)
    """
    limits = PlanLimits(min_rows=min_rows, few_rows=few_rows, max_growth=max_growth)
    cells = count_cells(frame, schema, sensitive_features)
    table, can_fill = cells.table, cells.index.by_group(limits.can_fill(cells))
    totals = table.sum(axis=0)
    left_over = np.where(can_fill, 0, table).sum(axis=0)  # rows of refused groups: they stay, and count
    n_filled = can_fill.sum(axis=0)
    needed = np.where(can_fill, table, 0).max(axis=0, initial=0) * n_filled + left_over
    growth = np.divide(needed, totals, out=np.ones(len(totals)), where=(totals > 0) & (n_filled > 0)).max()
    shared = np.where(n_filled > 0, (growth * totals - left_over) / np.maximum(n_filled, 1), 0)
    unshared = growth * totals / len(table)
    target = np.rint(np.where(n_filled > 0, shared, unshared)).astype(np.int64)
    return limits.plan("fill_within_outcomes", cells, cells.index.flat(np.maximum(target - table, 0)))


def equal_rates(
    frame: Frame,
    schema: TableSchema,
    *,
    rate: float | None = None,
    sensitive_features: Sequence[str] | None = None,
    min_rows: int = MIN_ROWS,
    few_rows: FewRows = "refuse",
    max_growth: float | None = None,
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
    min_rows, few_rows, max_growth
        As for `fill_both`.

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
    limits = PlanLimits(min_rows=min_rows, few_rows=few_rows, max_growth=max_growth)
    cells = count_cells(frame, schema, sensitive_features)
    good, table = np.array(cells.index.is_favorable), cells.table
    favorable_rows, sizes = table[:, good].sum(axis=1), table.sum(axis=1)
    share = favorable_rows.sum() / max(sizes.sum(), 1) if rate is None else rate
    if not 0 < share < 1:
        advice = "give a rate, or look at the favorable outcome"
        raise ConstraintError(Problem("equal_rates", "a rate above 0 and below 1", f"{share:g}", advice))
    more_good = np.rint(np.maximum(share * sizes - favorable_rows, 0) / (1 - share)).astype(np.int64)
    more_bad = np.rint(np.maximum(favorable_rows / share - sizes, 0)).astype(np.int64)
    added = np.zeros_like(table)
    for group, row in enumerate(table):
        for side, more in ((good, more_good), (~good, more_bad)):
            added[group, side] = apportion(int(more[group]), own_shares(row[side], table[:, side], limits))
    return limits.plan("equal_rates", cells, cells.index.flat(added))


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


def count_cells(
    frame: Frame, schema: TableSchema, sensitive_features: Sequence[str] | None = None
) -> CountedCells:
    """Return the cells of a table and how many rows each has."""
    index = index_cells(frame, schema, sensitive_features=sensitive_features)
    codes = cell_codes(frame, schema, index)
    return CountedCells(index, index.groups.counts(codes).astype(np.int64), int((codes < 0).sum()))


def own_shares(row: IntArray, table: IntArray, limits: PlanLimits) -> IntArray:
    """Return how often a group has each outcome; as often as everybody where it has too few rows to say."""
    fewest = limits.min_rows if limits.few_rows == "parent" else 1
    return row if row.sum() >= fewest else table.sum(axis=0)
