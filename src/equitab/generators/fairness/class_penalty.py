r"""Fairness penalties on a choice among classes: what they ask of its logits.

A choice has the probabilities :math:`q_{ik}`, and :math:`f_k` says how favorable class :math:`k` is (0 or 1; for the
cells of a number the share of its rows on the favorable side). Then :math:`p_i = \sum_k q_{ik} f_k`, and a penalty
:math:`V(p)` has the derivative by the logits

.. math:: \frac{\partial V}{\partial z_{ik}} = \frac{\partial V}{\partial p_i} \, q_{ik} (f_k - p_i) .

A step :math:`\theta` in the leaves of a tree moves the groups' rates by :math:`U \theta`, with one row of :math:`U`
a rate. Leaves of the same group add up, so a step that looks at each leaf alone would overshoot by as much as the
penalty is stronger than the likelihood. The joint step solves the quadratic model of both,

.. math:: (D + U^\top C U) \, \theta = -g ,

:math:`D` the likelihood's diagonal and :math:`C` the penalty's curvature by the rates: as many unknowns as there are
groups, by Woodbury's identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.generators.fairness.penalty import Codes, FairnessPenalty, Mask, RateTerm, Shares

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ClassPenalty:
    """Penalties on how likely a choice's favorable classes are.

    Parameters
    ----------
    parts : tuple of FairnessPenalty
        Over the same rows; they are added.
    favorable : ndarray of float64, shape (n_classes,)
        How favorable each class is, from 0 to 1.

    Examples
    --------
    >>> codes, outcome = np.array([0, 0, 1, 1]), np.array([True, False, True, False])
    >>> part = FairnessPenalty(
    ...     criterion="demographic_parity", codes=codes, n_groups=2, is_favorable=outcome, fewest_rows=1
    ... )
    >>> shares = np.array([[0.3, 0.7], [0.4, 0.6], [0.7, 0.3], [0.7, 0.3]])
    >>> np.sign(ClassPenalty((part,), np.array([0.0, 1.0])).gradient(shares))[[0, 3]].tolist()
    [[-1.0, 1.0], [1.0, -1.0]]
    """

    parts: tuple[FairnessPenalty, ...]
    favorable: Shares

    def value(self, shares: npt.NDArray[np.floating]) -> float:
        """Return the sum of the penalties.

        Parameters
        ----------
        shares : ndarray, shape (n_rows, n_classes)
            The probabilities of the classes.
        """
        p = shares @ self.favorable
        return sum(part.value(p) for part in self.parts)

    def gradient(self, shares: npt.NDArray[np.floating]) -> Floats:
        """Return the derivative of `value` by the logits, shape (n_rows, n_classes).

        Parameters
        ----------
        shares : ndarray, shape (n_rows, n_classes)
        """
        p = shares @ self.favorable
        slope = np.sum([part.gradient(p) for part in self.parts], axis=0)
        return np.asarray(slope[:, None] * self._turns(shares, p), dtype=np.float32)

    def take(self, rows: Codes | Mask) -> ClassPenalty:
        """Return the penalties of some rows."""
        return ClassPenalty(tuple(part.take(rows) for part in self.parts), self.favorable)

    def of_classes(self, classes: Codes) -> ClassPenalty:
        """Return the penalties of a choice among some of the classes only."""
        return ClassPenalty(self.parts, self.favorable[classes])

    def leaf_steps(
        self,
        shares: npt.NDArray[np.floating],
        leaves: npt.NDArray[np.integer],
        pull: Shares,
        diagonal: Shares,
        *,
        scale: float,
    ) -> Shares:
        """Return the joint step of likelihood and penalties in every leaf, shape (n_leaves, n_classes).

        Parameters
        ----------
        shares : ndarray, shape (n_rows, n_classes)
        leaves : ndarray of int, shape (n_rows,)
            The leaf of every row.
        pull : ndarray, shape (n_leaves, n_classes)
            The likelihood's derivative by the leaves.
        diagonal : ndarray, shape (n_leaves, n_classes)
            How steeply it falls, above 0.
        scale : float
            What a mean is multiplied with to be in the likelihood's unit: the weight of all rows.
        """
        moves, slope, curvature = self._response(shares, leaves, pull.shape, scale)
        step = (pull.ravel() - moves.T @ slope) / diagonal.ravel()
        softened = moves / diagonal.ravel()
        inner = np.eye(len(moves)) + curvature @ (softened @ moves.T)
        return (step - softened.T @ np.linalg.solve(inner, curvature @ (moves @ step))).reshape(pull.shape)

    def _response(
        self,
        shares: npt.NDArray[np.floating],
        leaves: npt.NDArray[np.integer],
        shape: tuple[int, ...],
        scale: float,
    ) -> tuple[Shares, Shares, Shares]:
        """Return how leaves move all rates, and the penalties' slope and curvature by the rates."""
        p = shares @ self.favorable
        turns = self._turns(shares, p)
        moves, slopes, blocks = [], [], []
        for factor, term in self._terms():
            rates = term.rates(p)
            moves.append(_moves(term, p, turns, leaves, shape[0]))
            slopes.append(factor * scale * term.gradient(rates))
            blocks.append(factor * scale * term.curvature(rates))
        return np.concatenate(moves), np.concatenate(slopes), _block_diagonal(blocks)

    def _terms(self) -> Iterator[tuple[float, RateTerm]]:
        for part in self.parts:
            for term in part.terms:
                yield part.factor, term

    def _turns(self, shares: npt.NDArray[np.floating], p: Shares) -> Shares:
        """Return how every logit moves the probability of what is favorable."""
        return np.asarray(shares * (self.favorable - p[:, None]), dtype=np.float64)


def favorable_classes(
    codes: Codes, is_favorable: Mask, n_classes: int, weights: npt.NDArray[np.floating] | None = None
) -> Shares:
    """Return which share of every class's rows is favorable, shape (n_classes,); 0 for a class without rows.

    Parameters
    ----------
    codes : ndarray of int64, shape (n_rows,)
        The class of each row.
    is_favorable : ndarray of bool, shape (n_rows,)
    n_classes : int
    weights : ndarray, shape (n_rows,), optional
    """
    held = np.ones(len(codes)) if weights is None else np.asarray(weights, dtype=np.float64)
    total = np.bincount(codes, weights=held, minlength=n_classes)
    found = np.bincount(codes, weights=held * is_favorable, minlength=n_classes)
    return np.where(total > 0, found / np.where(total > 0, total, 1.0), 0.0)


def _moves(
    term: RateTerm, p: Shares, turns: Shares, leaves: npt.NDArray[np.integer], n_leaves: int
) -> Shares:
    """Return how a leaf's logits move every rate of a term, shape (n_groups, n_leaves * n_classes)."""
    from scipy.sparse import csr_matrix

    rows = np.flatnonzero(term.codes >= 0)
    places = term.codes[rows] * n_leaves + leaves[rows]
    size = (term.n_groups * n_leaves, len(p))
    gather = csr_matrix((term.slopes(p)[rows], (places, rows)), shape=size)
    return np.asarray(gather @ turns).reshape(term.n_groups, -1)


def _block_diagonal(blocks: list[Shares]) -> Shares:
    found = np.zeros((sum(map(len, blocks)),) * 2)
    start = 0
    for block in blocks:
        found[start : start + len(block), start : start + len(block)] = block
        start += len(block)
    return found
