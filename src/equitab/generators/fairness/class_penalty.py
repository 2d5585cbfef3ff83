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
groups, by Woodbury's identity. Of a minimum rate, the model is that of the side of the bound on which a rate will be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.generators.fairness.penalty import Codes, FairnessPenalty, Mask, RateTerm, Shares

Floats = npt.NDArray[np.float32]

MOST_TILT = 8.0
MOST_TURNS = 4
"""How often a step is worked out again because a rate would cross its bound."""


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

    @property
    def looks_at_outcomes(self) -> bool:
        """Whether any penalty is relative to outcomes."""
        return any(part.looks_at_outcomes for part in self.parts)

    def with_outcomes(self, shares: npt.NDArray[np.floating]) -> ClassPenalty:
        """Return the penalties relative to how likely outcomes are; see `FairnessPenalty.with_outcomes`.

        Parameters
        ----------
        shares : ndarray, shape (n_rows, n_classes)
            The probabilities of the classes, out of fold.
        """
        p = np.clip(shares @ self.favorable, 0.0, 1.0)
        return ClassPenalty(tuple(part.with_outcomes(p) for part in self.parts), self.favorable)

    def take(self, rows: Codes | Mask) -> ClassPenalty:
        """Return the penalties of some rows."""
        return ClassPenalty(tuple(part.take(rows) for part in self.parts), self.favorable)

    def of_classes(self, classes: Codes) -> ClassPenalty:
        """Return the penalties of a choice among some of the classes only."""
        return ClassPenalty(self.parts, self.favorable[classes])

    def start(self, shares: Shares) -> Shares:
        """Return where to start before anything is known of a row, shape (n_classes,): the classes' shares.

        But for a minimum rate above the overall one: no tree can lift everybody, as no split does it, so that the
        favorable classes are lifted here as far as likelihood and penalty agree on.

        Parameters
        ----------
        shares : ndarray of float64, shape (n_classes,)
            Of the training rows, all above 0.
        """
        if all(part.criterion != "minimum_rate" for part in self.parts):
            return shares
        from scipy.optimize import minimize_scalar

        n_rows = self.parts[0].n_rows

        def loss(tilt: float) -> float:
            held = _tilted(shares, self.favorable, tilt)
            penalty = self.value(np.broadcast_to(held, (n_rows, len(held))))
            return penalty - float(shares @ np.log(held))

        found = float(minimize_scalar(loss, bounds=(0.0, MOST_TILT), method="bounded").x)
        return _tilted(shares, self.favorable, found) if loss(found) < loss(0.0) else shares

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
        p = shares @ self.favorable
        turns, terms = self._turns(shares, p), self._terms
        moves = np.concatenate([_moves(term, p, turns, leaves, len(pull)) for _, term in terms])
        rates = np.concatenate([term.rates(p) for _, term in terms])
        ahead = rates
        for _ in range(MOST_TURNS):
            slope, curvature = self._model(rates, ahead)
            step = _joint_step(moves, scale * slope, scale * curvature, pull.ravel(), diagonal.ravel())
            reached = rates + moves @ step
            if not self._changes_side(ahead, reached):
                break
            ahead = reached
        return step.reshape(pull.shape)

    @property
    def _terms(self) -> list[tuple[float, RateTerm]]:
        return [(part.factor, term) for part in self.parts for term in part.terms]

    def _model(self, rates: Shares, ahead: Shares) -> tuple[Shares, Shares]:
        """Return slope and curvature by all rates, of the side on which they will be."""
        slopes, blocks, start = [], [], 0
        for factor, term in self._terms:
            place = slice(start, start + term.n_groups)
            slope, curvature = term.model(rates[place], ahead[place])
            slopes.append(factor * slope)
            blocks.append(factor * curvature)
            start += term.n_groups
        return np.concatenate(slopes), _block_diagonal(blocks)

    def _changes_side(self, ahead: Shares, reached: Shares) -> bool:
        """Whether a rate crosses its bound, so that another quadratic model holds there."""
        bounds = np.concatenate(
            [np.full(term.n_groups, -np.inf if term.bound is None else term.bound) for _, term in self._terms]
        )
        return bool(((ahead < bounds) != (reached < bounds)).any())

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


def _tilted(shares: Shares, favorable: Shares, tilt: float) -> Shares:
    found = shares * np.exp(tilt * favorable)
    return np.asarray(found / found.sum())


def _joint_step(moves: Shares, slope: Shares, curvature: Shares, pull: Shares, diagonal: Shares) -> Shares:
    """Return the step that solves the quadratic model, by Woodbury's identity."""
    step = (pull - moves.T @ slope) / diagonal
    softened = moves / diagonal
    inner = np.eye(len(moves)) + curvature @ (softened @ moves.T)
    return step - softened.T @ np.linalg.solve(inner, curvature @ (moves @ step))


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
