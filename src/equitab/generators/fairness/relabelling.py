r"""Outcomes drawn again with the same random number that explains the old ones.

A uniform number :math:`u` explains an outcome drawn with the probability :math:`p` if it is favorable exactly where
:math:`u < p`. The new outcome is favorable where :math:`u < p'`: as few outcomes as possible change. So that no group
is fairer or less fair than it should be by the luck of the draw, the comparison is shifted, on the logit scale, until
each cell has as many favorable rows as it should.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.generators.fairness.mapping import NEAREST

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def explaining(probability: Floats, is_favorable: Mask, random: np.random.Generator) -> Floats:
    """Return uniform numbers that explain some outcomes, shape (n_rows,): below `probability` where favorable.

    Examples
    --------
    >>> u = explaining(np.array([0.3, 0.3]), np.array([True, False]), np.random.default_rng(0))
    >>> bool(u[0] < 0.3 <= u[1])
    True
    """
    drawn = random.random(len(probability))
    return np.where(is_favorable, drawn * probability, probability + drawn * (1 - probability))


def relabelled(
    uniform: Floats,
    probability: Floats,
    strata: Codes,
    *,
    wanted: Floats,
    rounding: Floats,
    is_favorable: Mask,
) -> Mask:
    """Return the new outcomes, shape (n_rows,).

    Parameters
    ----------
    uniform : ndarray of float64, shape (n_rows,)
        The numbers that explain the old outcomes.
    probability : ndarray of float64, shape (n_rows,)
        The new probabilities.
    strata : ndarray of int64, shape (n_rows,)
        Rows of one stratum get a number of favorable outcomes together; a row of -1 keeps its outcome.
    wanted : ndarray of float64, shape (n_strata,)
        How many.
    rounding : ndarray of float64, shape (n_strata,)
        Uniform numbers that round these numbers, up or down, without bias.
    is_favorable : ndarray of bool, shape (n_rows,)
        The old outcomes.
    """
    from scipy.special import logit

    margin = logit(np.clip(probability, NEAREST, 1 - NEAREST)) - logit(np.clip(uniform, 1e-12, 1 - 1e-12))
    kept = np.flatnonzero(strata >= 0)
    n_wanted = np.floor(wanted + rounding).astype(np.int64)
    order = kept[np.lexsort((-margin[kept], strata[kept]))]
    starts = np.searchsorted(strata[order], np.arange(len(wanted)))
    rank = np.arange(len(order)) - starts[strata[order]]
    found = is_favorable.copy()
    found[order] = rank < n_wanted[strata[order]]
    return found
