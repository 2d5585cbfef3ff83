"""FairBatch's rule: after an epoch, the group that fares worst within an outcome gets a little more of it.

References
----------
Roh, Lee, Whang, Suh (2021), FairBatch: batch selection for model fairness. ICLR.
"""

from __future__ import annotations

import numpy as np

from equitab.mitigation.adaptive_sampling.cells import BoolArray, FloatArray
from equitab.mitigation.adaptive_sampling.objectives import LastLayerRows, OuterObjective
from equitab.mitigation.adaptive_sampling.ratios import DataRatios

ALPHA = 0.005


def move_by_fairbatch(
    ratios: DataRatios,
    rows: LastLayerRows,
    objective: OuterObjective,
    compared: BoolArray,
    *,
    alpha: float = ALPHA,
) -> None:
    """Move the shares of two groups within one outcome by alpha.

    Parameters
    ----------
    ratios : DataRatios
        They are changed.
    rows : LastLayerRows
        All rows on which groups are compared.
    objective : OuterObjective
        Equalized odds looks at the outcome with the widest gap of mean losses, equal opportunity at the favorable
        one; demographic parity compares losses against the favorable outcome, summed over an outcome's rows and
        divided by the size of the group.
    compared : ndarray of bool, shape (n_labels, n_groups)
    alpha : float, default 0.005

    Notes
    -----
    NOTE[DEPARTURE]: with more than two groups, the two at the ends of the gap change shares; the rule is written
    for two.
    """
    moved = _disadvantage(rows, objective, compared.shape)
    allowed = compared.copy()
    if objective.name == "equal_opportunity":
        allowed &= (np.arange(len(compared)) == objective.favorable_label)[:, None]
    high, low = np.where(allowed, moved, -np.inf), np.where(allowed, moved, np.inf)
    gaps = np.where(allowed.sum(axis=1) > 1, high.max(axis=1) - low.min(axis=1), 0.0)
    label = int(gaps.argmax())
    if gaps[label] > 0:
        _exchange(ratios, label, int(high[label].argmax()), int(low[label].argmin()), alpha)


def _exchange(ratios: DataRatios, label: int, gains: int, loses: int, alpha: float) -> None:
    """Give one group a share of another, at most what it has."""
    shares = ratios.group_shares
    given = min(alpha, shares[label, loses])
    shares[label, gains] += given
    shares[label, loses] -= given
    ratios.set_group_shares(shares)


def _disadvantage(rows: LastLayerRows, objective: OuterObjective, shape: tuple[int, int]) -> FloatArray:
    """Return for each cell how much its group would gain by a larger share, shape (n_labels, n_groups)."""
    codes = rows.labels * shape[1] + rows.groups
    size = shape[0] * shape[1]
    if objective.name == "demographic_parity":
        chance = rows.probabilities[:, objective.favorable_label]
        sums = np.bincount(codes, -np.log(np.maximum(chance, 1e-12)), size).reshape(shape)
        per_group = np.maximum(np.bincount(rows.groups, minlength=shape[1]), 1)
        towards = np.where(np.arange(shape[0]) == objective.favorable_label, 1.0, -1.0)
        return towards[:, None] * sums / per_group
    counts = np.maximum(np.bincount(codes, minlength=size), 1)
    return (np.bincount(codes, rows.losses, size) / counts).reshape(shape)
