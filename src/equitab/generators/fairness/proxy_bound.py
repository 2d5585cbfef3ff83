r"""Sensitive features that the other columns tell less of: some rows exchange theirs.

The sensitive features of a share :math:`\kappa` of the rows, chosen at random, are permuted among these rows. What it
does to the AUROC with which any fixed score of the other columns tells a group from everybody else can be worked out.
With the scores' distributions :math:`F_1` in the group and :math:`F_0` outside, both become mixtures with that of
everybody; the area is linear in either distribution, and the mixed terms add up to

.. math:: A' - \tfrac12 = (1 - \kappa) (A - \tfrac12) .

The order in which the best score puts rows does not change, so this holds for it too, for every group of several, and
for their mean. A model that has to *learn* the score from the changed table does a little worse.

What stays exactly: the size of every group and of every combination of groups, and every set of columns without a
sensitive one. What changes with it: every pair of a sensitive feature and another column, the outcome too, is diluted
by the same factor. Where that is not wanted, rows exchange only *within* the values of the outcome: then each group
keeps its outcomes exactly, and the AUROC falls towards what the outcome alone tells, not towards 0.5.

What it does not do: it limits what can be inferred about the sensitive feature *from this table*, and with models that
learned to infer it there. Real people keep their proxies. A model of the outcome that is trained on the table meets
them as before, and treats groups as unequally as the columns and the outcome make it; for that there are the
constraints on the outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, replace_cells, take_rows
from equitab.errors import ConstraintError, Problem

Codes: TypeAlias = npt.NDArray[np.int64]
Measure: TypeAlias = Callable[[Frame], float]
"""Returns the AUROC of telling the sensitive features in a table, such as `equitab.evaluation.proxy_auroc` does."""

CLOSE_ENOUGH = 0.005
MOST_TRIES = 3


@dataclass(frozen=True, eq=False)
class BoundedTable:
    """A table whose sensitive features are harder to guess.

    Parameters
    ----------
    frame : Frame
    share : float
        Share of the rows that exchanged their sensitive features.
    before : float
        The AUROC that was measured or given.
    after : float or None
        The AUROC that was measured afterwards; None where no measure was handed in.
    remarks : tuple of str
    """

    frame: Frame
    share: float
    before: float
    after: float | None
    remarks: tuple[str, ...]


def exchange_to_bound(
    frame: Frame,
    names: Sequence[str],
    *,
    bound: float,
    auroc: float | Measure,
    followers: Sequence[str] = (),
    within: Codes | None = None,
    floor: float = 0.5,
    seed: int,
) -> BoundedTable:
    """Let so many rows exchange their sensitive features that these can be told with a bounded AUROC only.

    Parameters
    ----------
    frame : Frame
    names : sequence of str
        The sensitive features; they move together.
    bound : float
        The greatest AUROC, in [0.5, 1).
    auroc : float or callable
        How well they can be told, or what measures it. A measure is asked again afterwards, and the share raised
        where the bound is not kept.
    followers : sequence of str
        Columns that a sensitive feature determines; they move along, else they would give it away.
    within : ndarray of int, shape (n_rows,), optional
        Rows exchange only with rows of the same code, such as that of the outcome.
    floor : float, default 0.5
        What the AUROC falls towards: 0.5, or with `within` what its codes alone tell.
    seed : int
        The same seed and a larger share: the same rows and more.

    Returns
    -------
    BoundedTable

    Raises
    ------
    ConstraintError
        If the bound is out of range or at most the floor where something is to be told, or there is no such column.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> table = frame_from_columns({"sex": ["F", "M"] * 500, "title": ["Ms", "Mr"] * 500})
    >>> found = exchange_to_bound(table, ["sex"], bound=0.7, auroc=1.0, seed=0)
    >>> same = sum(s[0] == {"Ms": "F", "Mr": "M"}[t] for s, t in found.frame.rows())
    >>> round(found.share, 3), 0.67 < same / 1000 < 0.73
    (0.6, True)
    """
    _check(frame, [*names, *followers], bound)
    before = float(auroc(frame)) if callable(auroc) else float(auroc)
    share = share_for(before, bound, floor=floor)
    measure = auroc if callable(auroc) else None
    found, after = frame, before if measure else None
    for _ in range(MOST_TRIES if share else 0):
        random = np.random.default_rng(seed)
        found = exchange_groups(frame, [*names, *followers], share=share, random=random, within=within)
        after = float(measure(found)) if measure else None
        if after is None or after <= bound + CLOSE_ENOUGH or share == 1.0:
            break
        share = min(share + (after - bound) / (before - floor), 1.0)
    return BoundedTable(found, share, before, after, (_remark(names, share, before, after, bound),))


def exchange_groups(
    frame: Frame,
    names: Sequence[str],
    *,
    share: float,
    random: np.random.Generator,
    within: Codes | None = None,
) -> Frame:
    """Return a table in which some rows exchanged some columns, all of these together.

    Parameters
    ----------
    frame : Frame
    names : sequence of str
        The sensitive features, and the columns that they determine.
    share : float
        Share of the rows that take part, in [0, 1].
    random : Generator
    within : ndarray of int, shape (n_rows,), optional
        Rows exchange only with rows of the same code.

    Returns
    -------
    Frame
        The same rows in all other columns, in the same order.
    """
    chosen = random.permutation(len(frame))[: round(share * len(frame))]
    if len(chosen) < 2:
        return frame
    sources = random.permutation(chosen)
    if within is not None:  # both in the order of their codes: position by position the codes are the same
        chosen = chosen[np.argsort(within[chosen], kind="stable")]
        sources = sources[np.argsort(within[sources], kind="stable")]
    return replace_cells(frame, chosen, take_rows(frame.select(list(names)), sources))


def share_for(auroc: float, bound: float, *, floor: float = 0.5) -> float:
    r"""Return the share of rows that brings an AUROC down to a bound.

    Parameters
    ----------
    auroc, bound : float
        What is, and what is wanted at most.
    floor : float, default 0.5
        What the AUROC falls towards when all rows exchange.

    Returns
    -------
    float
        In [0, 1]; 0 where the bound is kept already.

    Raises
    ------
    ConstraintError
        If the bound lies below the floor, and is not kept already.

    Notes
    -----
    :math:`\kappa = 1 - (b - f) / (A - f)`.

    Examples
    --------
    >>> share_for(0.9, 0.6), share_for(0.55, 0.6)
    (0.75, 0.0)
    """
    if auroc <= bound:
        return 0.0
    if bound < floor:
        advice = "allow more, or let rows exchange across outcomes"
        received = f"{bound:g}, where the outcome alone tells {floor:.3f}"
        raise ConstraintError(
            Problem("constraint 'bounded_proxies', bound", "one that can be reached", received, advice)
        )
    return 1 - (bound - floor) / (auroc - floor)


def _check(frame: Frame, names: Sequence[str], bound: float) -> None:
    where = "constraint 'bounded_proxies'"
    problems = [
        Problem(f"{where}, column {name!r}", "a column of the table", "no such column")
        for name in names
        if name not in frame.columns
    ]
    if not 0.5 <= bound < 1:
        problems.append(Problem(f"{where}, bound", "an AUROC in [0.5, 1)", f"{bound:g}"))
    if problems:
        raise ConstraintError(problems)


def _remark(names: Sequence[str], share: float, before: float, after: float | None, bound: float) -> str:
    """Return what was done, in a sentence."""
    whom = " × ".join(names)
    if not share:
        return f"{whom}: told with an AUROC of {before:.3f}, at most {bound:g} as asked; no row was changed"
    reached = f"{after:.3f} measured" if after is not None else f"about {bound:g} expected"
    missed = "" if after is None or after <= bound + CLOSE_ENOUGH else ", more than asked"
    return (
        f"{whom}: exchanged among {share:.1%} of the rows; AUROC {before:.3f} before, {reached} after{missed}"
    )
