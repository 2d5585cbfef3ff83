"""Which groups differ from everybody else by more than chance, with the number of groups taken into account.

Of twenty equal groups one differs at the 5% level by chance alone. So p-values come from exact tests, which
hold for small groups too, and are corrected so that a fair table has any group called different with at most
the chance asked for.

References
----------
Fisher (1935), The logic of inductive inference. Holm (1979), A simple sequentially rejective multiple test
procedure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import raise_problems
from equitab.metrics.count_measures import label_problems
from equitab.metrics.group_rates import FloatArray, divide_or_nan

__all__ = ["Correction", "GroupTests", "compare_with_overall"]

Correction = Literal["holm", "bonferroni", "none"]


@dataclass(frozen=True)
class GroupTests:
    """What was found about every group.

    Parameters
    ----------
    labels : tuple of str
    sizes : tuple of int
        Rows of each group.
    rates : tuple of float
        NaN for an empty group.
    overall : float
        The rate that groups were compared with.
    p_values, adjusted : tuple of float
        Before and after correction; NaN for a group too small to be compared.
    confidence : float
        Family-wise: the chance that no group of a fair table is called different is at least this.
    correction : str
    min_group_size : int
    """

    labels: tuple[str, ...]
    sizes: tuple[int, ...]
    rates: tuple[float, ...]
    overall: float
    p_values: tuple[float, ...]
    adjusted: tuple[float, ...]
    confidence: float
    correction: Correction
    min_group_size: int

    @property
    def differing(self) -> tuple[str, ...]:
        """The groups whose rate is not that of the others."""
        level = 1 - self.confidence
        return tuple(name for name, p in zip(self.labels, self.adjusted, strict=True) if p <= level)

    @property
    def too_small(self) -> tuple[str, ...]:
        """The groups with too few rows to say, the empty ones left out."""
        pairs = zip(self.labels, self.sizes, strict=True)
        return tuple(name for name, size in pairs if 0 < size < self.min_group_size)

    @property
    def n_compared(self) -> int:
        """How many groups were large enough."""
        return int(np.isfinite(self.p_values).sum())


def compare_with_overall(
    successes: npt.ArrayLike,
    sizes: npt.ArrayLike,
    *,
    labels: Sequence[str],
    rate: float | None = None,
    min_group_size: int = 50,
    confidence: float = 0.95,
    correction: Correction = "holm",
) -> GroupTests:
    r"""Test for every group whether its rate is that of all others.

    Parameters
    ----------
    successes, sizes : array-like of int, shape (n_groups,)
        Favorable rows and rows of each group.
    labels : sequence of str
        Names of the groups, all different.
    rate : float, optional
        A known rate that groups are held against; that of all these rows when not given.
    min_group_size : int, default 50
        Smaller groups are not tested, and are named (`GroupTests.too_small`).
    confidence : float, default 0.95
        Family-wise, in (0, 1).
    correction : {"holm", "bonferroni", "none"}, default "holm"
        Holm's finds all that Bonferroni's finds, and more, at the same guarantee.

    Returns
    -------
    GroupTests

    Raises
    ------
    InputError
        If counts or settings cannot be used; all problems at once.

    Notes
    -----
    Without `rate`: given the totals, the number of favorable rows of a group of n among N rows with K
    favorable ones is hypergeometric if groups do not differ (Fisher). With `rate`: it is binomial. The p-value
    is twice the smaller tail, at most 1. Bonferroni multiplies by the number m of groups tested; Holm
    multiplies the i-th smallest by m - i + 1 and never lets a later one be smaller.

    Examples
    --------
    >>> found = compare_with_overall([60, 20, 3], [100, 100, 10], labels=["a", "b", "c"])
    >>> found.differing, found.too_small
    (('a', 'b'), ('c',))
    """
    hits, rows = np.asarray(successes), np.asarray(sizes)
    raise_problems([*_count_problems(hits, rows), *label_problems(labels, rows.size)])
    raise_problems(_setting_problems(rate, confidence, min_group_size))
    overall = float(divide_or_nan(hits.sum(), rows.sum())) if rate is None else rate
    p_values = np.full(rows.size, np.nan)
    large = (rows >= min_group_size) & (rows > 0)
    p_values[large] = _two_sided(hits[large], rows[large], hits.sum(), rows.sum(), rate)
    return GroupTests(
        tuple(labels),
        tuple(int(size) for size in rows),
        tuple(float(held) for held in divide_or_nan(hits, rows)),
        overall,
        tuple(float(p) for p in p_values),
        tuple(float(p) for p in _adjusted(p_values, correction)),
        confidence,
        correction,
        min_group_size,
    )


def _two_sided(
    hits: npt.NDArray[np.integer],
    rows: npt.NDArray[np.integer],
    n_hits: int,
    n_rows: int,
    rate: float | None,
) -> FloatArray:
    """Return twice the smaller tail of what a group would have if it did not differ."""
    from scipy import stats  # scipy is not loaded by `import equitab`

    law = stats.hypergeom(n_rows, n_hits, rows) if rate is None else stats.binom(rows, rate)
    smaller = np.minimum(law.cdf(hits), law.sf(hits - 1))
    return np.asarray(np.minimum(2 * smaller, 1.0), dtype=np.float64)


def _adjusted(p_values: FloatArray, correction: Correction) -> FloatArray:
    """Return p-values corrected for their number; NaN stays NaN and does not count."""
    tested = np.flatnonzero(np.isfinite(p_values))
    found = p_values.copy()
    if correction == "none" or not tested.size:
        return found
    order = tested[np.argsort(p_values[tested], kind="stable")]
    factors = np.full(order.size, order.size)
    if correction == "holm":
        factors = np.arange(order.size, 0, -1)
    raised = factors * p_values[order]
    found[order] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return found


def _count_problems(hits: npt.NDArray[np.integer], rows: npt.NDArray[np.integer]) -> list[Problem]:
    """Return what is wrong with counts."""
    if hits.shape != rows.shape or rows.ndim != 1 or not {hits.dtype.kind, rows.dtype.kind} <= set("iu"):
        received = f"shapes {hits.shape} and {rows.shape} of types {hits.dtype} and {rows.dtype}"
        return [Problem("successes and sizes", "whole numbers, one of each for every group", received)]
    n_bad = int(((hits < 0) | (hits > rows)).sum())
    return (
        [Problem("successes", "from 0 to the size of the group", f"others in {n_bad} groups")]
        if n_bad
        else []
    )


def _setting_problems(rate: float | None, confidence: float, min_group_size: int) -> list[Problem]:
    """Return what is wrong with settings."""
    problems = []
    if rate is not None and not 0 <= rate <= 1:
        problems.append(Problem("rate", "a number in [0, 1], or None", f"{rate}"))
    if not 0 < confidence < 1:
        problems.append(Problem("confidence", "a number in (0, 1)", f"{confidence}"))
    if min_group_size < 1:
        problems.append(Problem("min_group_size", "at least 1", f"{min_group_size}"))
    return problems
