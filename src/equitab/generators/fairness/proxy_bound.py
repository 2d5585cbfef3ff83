r"""Sensitive features that the other columns tell less of: some rows exchange theirs.

Whatever else the rows say stays: the sizes of the groups, and every pair of columns without a sensitive one. The
features of a share of the rows, chosen at random, are permuted among these rows; how well the other columns tell them
then falls about linearly,

.. math:: A' - 1/2 \approx (1 - \kappa) (A - 1/2)

with the share :math:`\kappa` and an AUROC of :math:`A`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equitab.dataframe import Frame, replace_cells, take_rows


def exchange_groups(
    frame: Frame, names: Sequence[str], *, share: float, random: np.random.Generator
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
    """
    chosen = random.permutation(len(frame))[: round(share * len(frame))]
    if len(chosen) < 2:
        return frame
    return replace_cells(frame, chosen, take_rows(frame.select(list(names)), random.permutation(chosen)))


def share_for(auroc: float, bound: float) -> float:
    """Return the share of rows that brings an AUROC down to a bound.

    Examples
    --------
    >>> share_for(0.9, 0.6), share_for(0.55, 0.6)
    (0.75, 0.0)
    """
    return 0.0 if auroc <= bound else 1 - (bound - 0.5) / (auroc - 0.5)
