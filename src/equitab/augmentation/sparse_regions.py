"""The plan that adds rows where people are few, with the sensitive features or without naming any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from equitab.augmentation.cells import cell_codes
from equitab.augmentation.origins import real_rows
from equitab.augmentation.plan import RebalancingPlan
from equitab.augmentation.plan_limits import MIN_ROWS, CountedCells, FewRows, PlanLimits
from equitab.augmentation.strategies import apportion, count_cells
from equitab.dataframe import Frame, take_rows
from equitab.errors import ConstraintError, Problem
from equitab.generators.similarity import RealNeighborhood
from equitab.schema import TableSchema


def sparse_regions(
    frame: Frame,
    schema: TableSchema,
    n_rows: int | None = None,
    *,
    by_group: bool = False,
    steer: float = 1.0,
    sensitive_features: Sequence[str] | None = None,
    min_rows: int = MIN_ROWS,
    few_rows: FewRows = "refuse",
    max_growth: float | None = None,
    seed: int = 0,
) -> RebalancingPlan:
    r"""Add rows where people are few.

    People are few where the mean distance of a person to those most alike is large, by Gower's distance over all
    learned columns but the target. Rows are counted, not weights.

    Parameters
    ----------
    frame : Frame
        Training rows.
    schema : TableSchema
    n_rows : int, optional
        Rows to add; as many as there are when not given.
    by_group : bool, default False
        False: nobody's sensitive feature is named, the generator chooses groups and outcomes of the rows. True: every
        cell (group × outcome) gets rows in proportion to how sparse its people are, and within each cell they are added
        where people are few.
    steer : float, default 1
        0 for no look at the distances; the higher, the more rows go where people are fewest.
    sensitive_features : sequence of str, optional
        Those whose groups are counted; all when not given.
    min_rows, few_rows, max_growth
        With `by_group`, as for `fill_both`; they bound groups, and without it none is filled.
    seed : int, default 0
        For the search of neighbours in large tables.

    Returns
    -------
    RebalancingPlan
        With `steer`, which `augment` carries out with any generator.

    Raises
    ------
    ConstraintError
        If numbers are out of range, or bounds on groups are said without `by_group`.

    Notes
    -----
    With :math:`d_i` the mean distance of row i to its nearest ten, a cell gets rows in proportion to
    :math:`\sum_i (d_i / d_{max})^s` over its rows, s being `steer`: with 0 as the cells are, with 1 more for cells
    whose people are unlike others.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature
    >>> ages = [*range(30, 46), 20, 60, 71, 85]
    >>> people = frame_from_columns({"sex": ["M"] * 16 + ["F"] * 4, "age": ages, "hired": ["no", "yes"] * 10})
    >>> schema = TableSchema(
    ...     (Column("sex", "categorical"), Column("age", "integer"), Column("hired", "categorical")),
    ...     "hired",
    ...     favorable_outcome=("yes",),
    ...     sensitive_features=(SensitiveFeature("sex"),),
    ... )
    >>> sparse_regions(people, schema, 100, by_group=True).n_add      # four women, far from each other
    (52, 8, 33, 7)
    >>> sparse_regions(people, schema, 100).n_free
    100
    """
    n_wanted = len(frame) if n_rows is None else n_rows
    _check(n_wanted, steer, by_group=by_group, min_rows=min_rows, few_rows=few_rows, max_growth=max_growth)
    limits = PlanLimits(min_rows=min_rows, few_rows=few_rows, max_growth=max_growth)
    cells = count_cells(frame, schema, sensitive_features)
    if not by_group:
        plan = cells.plan("sparse_regions", np.zeros_like(cells.counts), n_free=n_wanted)
    else:
        shares = _sparseness_of_cells(frame, schema, cells, steer, seed)
        plan = limits.plan("sparse_regions", cells, apportion(n_wanted, shares))
    return replace(plan, steer=float(steer))


def _sparseness_of_cells(
    frame: Frame, schema: TableSchema, cells: CountedCells, steer: float, seed: int
) -> npt.NDArray[np.float64]:
    """Return for each cell how sparse its people are, all together."""
    is_real = real_rows(frame)
    codes = cell_codes(frame, schema, cells.index)[is_real]
    around = RealNeighborhood.of(take_rows(frame, is_real), schema, seed=seed)
    sought = around.sparseness(around.own_distances, steer)
    inside = codes >= 0
    found = np.bincount(codes[inside], weights=sought[inside], minlength=cells.index.n_cells)
    return found.astype(np.float64)


def _check(
    n_rows: int, steer: float, *, by_group: bool, min_rows: int, few_rows: FewRows, max_growth: float | None
) -> None:
    problems = []
    if n_rows < 0:
        problems.append(Problem("n_rows", "0 rows or more", str(n_rows), "a plan never removes rows"))
    if not 0 <= steer < np.inf:
        advice = "1 adds rows in proportion to the distances, 0 without a look at them"
        problems.append(Problem("steer", "a finite number of at least 0", f"{steer:g}", advice))
    bounds = {
        "min_rows": min_rows != MIN_ROWS,
        "few_rows": few_rows != "refuse",
        "max_growth": max_growth is not None,
    }
    if not by_group:
        said = [name for name, is_said in bounds.items() if is_said]
        received, advice = "no groups: the generator chooses them", "by_group=True, or leave it out"
        problems += [Problem(name, "groups that are filled", received, advice) for name in said]
    if problems:
        raise ConstraintError(problems)
