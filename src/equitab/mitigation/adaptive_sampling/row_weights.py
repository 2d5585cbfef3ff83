"""Learned ratios as weights of rows, for learners that take weights instead of batches."""

from __future__ import annotations

from typing import Any

import numpy as np

from equitab.errors import InputError, Problem
from equitab.mitigation.adaptive_sampling.cells import FloatArray, make_cells
from equitab.mitigation.adaptive_sampling.ratios import DataRatios


def learned_weights(
    ratios: DataRatios | FloatArray, labels: Any, groups: Any, is_generated: Any
) -> FloatArray:
    r"""Return weights with which a learner sees the mixture that batches of these ratios would have.

    Parameters
    ----------
    ratios : DataRatios or ndarray of shape (2, n_labels, n_groups)
        Ratios, or their `batch_shares`.
    labels, groups : array-like of int, shape (n_rows,)
        Codes as the ratios were learned with.
    is_generated : array-like of bool, shape (n_rows,)

    Returns
    -------
    ndarray of float, shape (n_rows,)
        Mean 1; 0 for a row that batches would never hold.

    Raises
    ------
    InputError
        If codes do not fit the ratios, or no row has a share.

    Notes
    -----
    A real row of cell c has a weight in proportion to :math:`\pi_y \lambda_c \mu_c / n^{real}_c`, a generated one to
    :math:`\pi_y \lambda_c (1 - \mu_c) / n^{gen}_c`, with the counts of the rows handed in.

    Examples
    --------
    >>> ratios = DataRatios(np.array([[2], [2]]), np.array([[0], [2]]))
    >>> learned_weights(ratios, [0, 0, 1, 1, 1, 1], [0] * 6, [0, 0, 0, 0, 1, 1]).round(2).tolist()
    [1.5, 1.5, 0.75, 0.75, 0.75, 0.75]
    """
    shares = ratios.batch_shares if isinstance(ratios, DataRatios) else np.asarray(ratios, dtype=np.float64)
    n_labels, n_groups = shares.shape[1:]
    cells = make_cells(
        labels, groups, is_generated, n_labels=n_labels, n_groups=n_groups, what="rows to weight"
    )
    counts = np.stack([cells.n_real, cells.n_generated])
    each = np.divide(shares, counts, out=np.zeros_like(shares), where=counts > 0)
    weights = each[cells.is_generated.astype(int), cells.labels, cells.groups]
    if not weights.sum() > 0:
        raise InputError(Problem("rows to weight", "at least one in a cell with a share", "none"))
    return weights * (len(weights) / weights.sum())
