r"""Fairness penalties in mini-batches: a small batch cannot tell a group's rate, so rates are remembered.

A penalty :math:`V(r_1, \dots, r_G)` of the groups' rates (see `fairness.penalty`) has the derivative by the
probability :math:`p_i` of a row

.. math:: \frac{\partial V}{\partial p_i} = \frac{\partial V}{\partial r_g}(r) \, \frac{\partial r_g}{\partial p_i} .

Rates in the first factor are those of the last batches, sums that fade by `MEMORY` with every batch; the second is
exact for the row, with the group's mass in the whole table. A batch's sum of these derivatives has therefore (nearly)
the expectation of the whole table's: squares of a small batch's own rates would mostly be noise, and would push all
probabilities towards the mean.

NOTE[DEPARTURE]: the paper takes the rates of the mini-batch itself.

References
----------
Krchova et al. (MOSTLY AI), Representative and Fair Synthetic Data, 2021.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.generators.fairness.class_penalty import ClassPenalty
from equitab.generators.fairness.penalty import RateTerm

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Shares = npt.NDArray[np.float64]

MEMORY = 0.9


class RunningPenalty:
    """Penalties on the rows of a table that come in batches.

    Parameters
    ----------
    penalty : ClassPenalty
        Over all rows.
    memory : float, default 0.9
        What is kept of the sums of the batches before; 0 for the rates of each batch alone.
    """

    def __init__(self, penalty: ClassPenalty, *, memory: float = MEMORY) -> None:
        self.favorable = penalty.favorable
        self._terms = [
            RunningTerm(term, part.factor, memory=memory) for part in penalty.parts for term in part.terms
        ]

    def slopes(self, rows: Codes, p: Shares) -> Floats:
        """Return the derivative of the penalties by the probabilities of a batch, times the batches that there are.

        Parameters
        ----------
        rows : ndarray of int64, shape (n_batch,)
            Which rows of the table these are.
        p : ndarray of float64, shape (n_batch,)
            P(favorable | row).
        """
        return np.sum([term.slopes(rows, p) for term in self._terms], axis=0).astype(np.float32)


class RunningTerm:
    """One set of rates, remembered over batches.

    Parameters
    ----------
    term : RateTerm
        Over all rows.
    factor : float
    memory : float
    """

    def __init__(self, term: RateTerm, factor: float, *, memory: float) -> None:
        self._term, self._factor, self._memory = term, factor, memory
        self._over = np.zeros(term.n_groups)
        self._under = np.zeros(term.n_groups)
        self._n_batches = 0.0

    def slopes(self, rows: Codes, p: Shares) -> Shares:
        """Return the derivative of one term; see `RunningPenalty.slopes`."""
        term = self._term
        codes, weights = term.codes[rows], term.weights[rows]
        hits = weights * p if term.outcome is None else weights * p * term.outcome[rows]
        self._n_batches = self._memory * self._n_batches + 1
        self._over = self._memory * self._over + self._sums(codes, hits)
        self._under = self._memory * self._under + self._sums(
            codes, weights if term.outcome is None else weights * p
        )
        rates = self._rates()
        place = np.maximum(codes, 0)
        turn = weights if term.outcome is None else weights * (term.outcome[rows] - rates[place])
        masses = self._masses(rows)[place]
        pull = term.gradient(rates)[place] * turn / np.where(masses > 0, masses, np.inf)
        return np.asarray(self._factor * pull, dtype=np.float64)

    def _rates(self) -> Shares:
        """Return the remembered rates; the overall one for a group that no batch had yet."""
        overall = self._over.sum() / max(self._under.sum(), 1e-300)
        return np.where(self._under > 0, self._over / np.where(self._under > 0, self._under, 1.0), overall)

    def _masses(self, rows: Codes) -> Shares:
        """Return what a batch of so many rows holds of each group on average."""
        if self._term.outcome is None:
            return self._term.masses * (len(rows) / len(self._term.codes))
        return self._under / self._n_batches

    def _sums(self, codes: Codes, values: Shares) -> Shares:
        counts = codes >= 0
        sums = np.bincount(codes[counts], weights=values[counts], minlength=self._term.n_groups)
        return sums.astype(np.float64)
