r"""The rates of a table under fair probabilities, as an ideal reference learner would have them.

A learner that knows :math:`p` predicts :math:`\hat y = [p \ge 1/2]`. For a group :math:`g` of weighted rows

.. math::
   P(y = 1) = \bar p, \quad
   P(\hat y = 1 \mid y = 1) = \frac{\sum p \, \hat y}{\sum p}, \quad
   P(\hat y = 1 \mid y = 0) = \frac{\sum (1 - p) \, \hat y}{\sum (1 - p)}, \quad
   P(y = 1 \mid \hat y = 1) = \frac{\sum p \, \hat y}{\sum \hat y} .
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from equitab.schema import FairnessConstraint

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

PARTS: Mapping[str, tuple[str, ...]] = {
    "demographic_parity": ("rate",),
    "minimum_rate": ("rate",),
    "equal_opportunity": ("true_positive_rate",),
    "equalized_odds": ("true_positive_rate", "false_positive_rate"),
    "predictive_parity": ("precision",),
}
"""Which rates a criterion compares."""


def ideal_rates(probability: Floats, weights: Floats, groups: Codes, n_groups: int) -> dict[str, Floats]:
    """Return every rate of every group, NaN where nobody counts; each of shape (n_groups,).

    Parameters
    ----------
    probability, weights : ndarray of float64, shape (n_rows,)
    groups : ndarray of int64, shape (n_rows,)
        -1 for rows left out.
    n_groups : int
    """
    kept = groups >= 0
    p, w, g = probability[kept], weights[kept], groups[kept]
    predicted = (p >= 0.5).astype(np.float64)

    def total(values: Floats) -> Floats:
        return np.bincount(g, weights=w * values, minlength=n_groups).astype(np.float64)

    return {
        "rate": _ratio(total(p), total(np.ones_like(p))),
        "true_positive_rate": _ratio(total(p * predicted), total(p)),
        "false_positive_rate": _ratio(total((1 - p) * predicted), total(1 - p)),
        "precision": _ratio(total(p * predicted), total(predicted)),
    }


def largest_shortfall(
    constraint: FairnessConstraint, rates: Mapping[str, Floats], *, is_large: npt.NDArray[np.bool_]
) -> float:
    """Return how far from a criterion the groups are: the largest difference, or what is missing to the bound.

    Parameters
    ----------
    constraint : FairnessConstraint
    rates : mapping of str to ndarray, shape (n_groups,)
        As `ideal_rates` returns them, or those of a model.
    is_large : ndarray of bool, shape (n_groups,)
        The groups that are compared.

    Returns
    -------
    float
        0 where fewer than two groups can be compared.
    """
    worst = 0.0
    for part in PARTS[constraint.criterion]:
        held = rates[part][is_large]
        held = held[~np.isnan(held)]
        if constraint.criterion == "minimum_rate":
            worst = max(worst, float(constraint.bound or 0.0) - float(held.min(initial=1.0)))
        elif len(held) > 1:
            worst = max(worst, float(held.max() - held.min()))
    return worst


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
