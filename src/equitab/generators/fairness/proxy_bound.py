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

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, replace_cells, take_rows
from equitab.errors import ConstraintError, Problem

Codes: TypeAlias = npt.NDArray[np.int64]


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
