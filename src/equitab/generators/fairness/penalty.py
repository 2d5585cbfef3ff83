r"""A fairness criterion as a smooth penalty on the probabilities that a generator learns.

With :math:`p_i = P(\text{favorable} \mid \text{row } i)` as the generator has it, the rate :math:`r_g` of a group is

=====================  ==============================================================================
criterion              :math:`r_g`
=====================  ==============================================================================
demographic_parity     mean of :math:`p` over the group
equal_opportunity      mean of :math:`p` over the group's rows whose outcome is favorable
equalized_odds         that, and the mean over the other rows: two terms that are added
predictive_parity      :math:`\sum p_i y_i / \sum p_i` over the group, :math:`y` the outcome
minimum_rate           as for demographic parity
=====================  ==============================================================================

all of them weighted where rows have weights. With the groups' shares :math:`s_g` of the rows that count, the penalty
is the share of the outcome's variance that lies between the groups,

.. math:: c \, \lambda \, \frac{\sum_g s_g (r_g - r)^2}{r (1 - r)},
   \qquad \text{for minimum\_rate} \quad
   c \, \lambda \, \frac{\sum_g s_g \max(0, b - r_g)^2}{b (1 - b)} ,

with :math:`r = \sum_g s_g r_g`, but for demographic parity :math:`r` the share of favorable outcomes among the rows,
so that the groups meet where the outcome's rate stays as it was; :math:`\lambda` the weight and :math:`c` =
`FULL_STRENGTH`. It is meant to be added to the *mean* negative log-likelihood of the outcome.

Where a learner's predictions are called for (:math:`\hat y`), the generator's own :math:`p` stands in for them. The
outcome is that of the training rows; or, so that a model does not meet the criterion by knowing these rows by heart,
how likely it is out of fold (`FairnessPenalty.with_outcomes`).

How far a weight goes: boosted trees on 10,000 rows of Adult, by sex, judged on 10,000 others.

======  ===================  ========  =====
weight  gap of :math:`p`     log-loss  AUROC
======  ===================  ========  =====
0       .200                 .290      .921
0.05    .102                 .300      .914
0.2     .028                 .322      .896
1       .000                 .332      .889
======  ===================  ========  =====

References
----------
Krchova et al. (MOSTLY AI), Representative and Fair Synthetic Data, 2021: a parity penalty beside the generator's
loss.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from equitab.errors import ConstraintError, Problem, closest

Codes = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
PenaltyCriterion = Literal[
    "demographic_parity", "equal_opportunity", "equalized_odds", "predictive_parity", "minimum_rate"
]

FULL_STRENGTH = 20.0
"""The factor that makes a weight of 1 mean: nearly the whole way."""

FEWEST_ROWS = 30
"""A group of fewer rows (of rows that the criterion looks at) takes no part."""

SMALLEST_VARIANCE = 1e-4


@dataclass(frozen=True, eq=False)
class RateTerm:
    """The rates of some groups that are held together.

    Parameters
    ----------
    codes : ndarray of int64, shape (n_rows,)
        The group of each row; -1 where a row does not count.
    n_groups : int
    weights : ndarray of float64, shape (n_rows,)
        0 where a row does not count.
    outcome : ndarray of float64, shape (n_rows,), optional
        For predictive parity: the rates are those of this outcome (0, 1, or how likely it is), weighted by `p`.
    bound : float, optional
        For a minimum rate: the lowest rate that costs nothing.
    rate : float, optional
        Where the groups are to meet; at their own overall rate when not given.
    """

    codes: Codes
    n_groups: int
    weights: Shares
    outcome: Shares | None = None
    bound: float | None = None
    rate: float | None = None

    @cached_property
    def masses(self) -> Shares:
        """The weight of every group, shape (n_groups,)."""
        return self._sums(self.weights)

    @cached_property
    def shares(self) -> Shares:
        """The share of every group among the rows that count, shape (n_groups,)."""
        return self.masses / max(float(self.masses.sum()), 1e-300)

    def rates(self, p: Shares) -> Shares:
        """Return the rate of every group, shape (n_groups,); the overall one where a group has nobody."""
        over, under = self._parts(p)
        overall = over.sum() / max(float(under.sum()), 1e-300)
        return np.where(under > 0, over / np.where(under > 0, under, 1.0), overall)

    def slopes(self, p: Shares) -> Shares:
        """Return by how much a row's `p` moves the rate of its group, shape (n_rows,); 0 where it does not count."""
        under = self._parts(p)[1]
        place = np.maximum(self.codes, 0)
        held = np.where(under > 0, under, np.inf)[place]
        if self.outcome is None:
            return self.weights / held
        return self.weights * (self.outcome - self.rates(p)[place]) / held

    def value(self, rates: Shares) -> float:
        """Return the penalty of some rates, before any factor."""
        if self.bound is not None:
            short = np.maximum(0.0, self.bound - rates)
            return float(self.shares @ short**2 / _variance(self.bound))
        rate = self._meeting_rate(rates)
        return float(self.shares @ (rates - rate) ** 2 / _variance(rate))

    def gradient(self, rates: Shares) -> Shares:
        """Return the derivative of `value` by every rate, shape (n_groups,)."""
        if self.bound is not None:
            return -2 * self.shares * np.maximum(0.0, self.bound - rates) / _variance(self.bound)
        rate = self._meeting_rate(rates)
        is_fixed = self.rate is not None or _variance(rate) <= SMALLEST_VARIANCE
        turn = 0.0 if is_fixed else (1 - 2 * rate) * self.value(rates)
        return self.shares * (2 * (rates - rate) - turn) / _variance(rate)

    def model(self, rates: Shares, ahead: Shares) -> tuple[Shares, npt.NDArray[np.float64]]:
        """Return slope and curvature of a quadratic model of `value` at some rates.

        Parameters
        ----------
        rates : ndarray of float64, shape (n_groups,)
        ahead : ndarray of float64, shape (n_groups,)
            The rates after the step: with a bound, the model is that of the side on which they are.

        Returns
        -------
        slope : ndarray of float64, shape (n_groups,)
        curvature : ndarray of float64, shape (n_groups, n_groups)
            Never negative: the denominator is held as it is.
        """
        if self.bound is not None:
            steepness = 2 * self.shares * (ahead < self.bound) / _variance(self.bound)
            return steepness * (rates - self.bound), np.diag(steepness)
        spread = np.diag(self.shares)
        if self.rate is None:
            spread -= np.outer(self.shares, self.shares)
        return self.gradient(rates), 2 * spread / _variance(self._meeting_rate(rates))

    def _meeting_rate(self, rates: Shares) -> float:
        return float(self.shares @ rates) if self.rate is None else self.rate

    def _parts(self, p: Shares) -> tuple[Shares, Shares]:
        if self.outcome is None:
            return self._sums(self.weights * p), self.masses
        return self._sums(self.weights * p * self.outcome), self._sums(self.weights * p)

    def _sums(self, values: Shares) -> Shares:
        counts = self.codes >= 0
        sums = np.bincount(self.codes[counts], weights=values[counts], minlength=self.n_groups)
        return sums.astype(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class FairnessPenalty:
    """One criterion over one set of groups, as a penalty.

    Parameters
    ----------
    criterion : str
        See the table above.
    codes : ndarray of int64, shape (n_rows,)
        The group of each row; -1 for a row that is left out.
    n_groups : int
    is_favorable : ndarray of bool, shape (n_rows,)
        The outcomes of the rows.
    weights : ndarray of float64, shape (n_rows,), optional
    bound : float, optional
        Of ``minimum_rate``: the lowest rate, in (0, 1).
    weight : float, default 1.0
        How much it counts, at least 0; 1 for nearly the whole way.
    fewest_rows : int, default 30
        A group of fewer rows takes no part, and is named in `remarks`. Rows are those that the criterion looks at:
        the favorable ones for equal opportunity, each of the two outcomes for equalized odds.
    labels : tuple of str, optional
        The names of the groups.
    rate : float, optional
        Of demographic parity: where the groups are to meet; the share of favorable outcomes when not given.
    outcome_shares : ndarray of float64, shape (n_rows,), optional
        How likely each outcome is to be favorable, in place of the outcomes themselves; see `with_outcomes`.

    Raises
    ------
    ConstraintError
        If the criterion has no such penalty, or the arrays do not fit together.

    Examples
    --------
    Two groups of equal size with the rates 0.5 and 0.3, to meet at 0.5: the variance between them is 0.02, that of
    the outcome 0.25.

    >>> codes, outcome = np.array([0, 0, 1, 1]), np.array([True, False, True, False])
    >>> penalty = FairnessPenalty(
    ...     criterion="demographic_parity", codes=codes, n_groups=2, is_favorable=outcome, fewest_rows=1
    ... )
    >>> penalty.rates(np.array([0.6, 0.4, 0.3, 0.3])).round(3).tolist()
    [[0.5, 0.3]]
    >>> round(penalty.value(np.array([0.6, 0.4, 0.3, 0.3])) / FULL_STRENGTH, 4)
    0.08
    """

    criterion: PenaltyCriterion
    codes: Codes
    n_groups: int
    is_favorable: Mask
    weights: Shares | None = None
    bound: float | None = None
    weight: float = 1.0
    fewest_rows: int = FEWEST_ROWS
    labels: tuple[str, ...] = ()
    rate: float | None = None
    outcome_shares: Shares | None = None

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise ConstraintError(problems)

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self.codes)

    @property
    def factor(self) -> float:
        """What the terms are multiplied with: the weight times `FULL_STRENGTH`."""
        return self.weight * FULL_STRENGTH

    @cached_property
    def terms(self) -> tuple[RateTerm, ...]:
        """The rates that are held together: one set, two for equalized odds."""
        codes = self._counted_codes
        held = np.ones(self.n_rows) if self.weights is None else np.asarray(self.weights, dtype=np.float64)
        found = []
        for looked_at in self._shares_looked_at:
            weights = held * looked_at * (codes >= 0)
            rate = self._meeting_rate(weights)
            outcome = self._outcomes if self.criterion == "predictive_parity" else None
            term_codes = np.where(weights > 0, codes, -1)
            found.append(RateTerm(term_codes, self.n_groups, weights, outcome, self.bound, rate))
        return tuple(found)

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """Which groups are too small to take part, if any; what that leaves."""
        small = [code for code in range(self.n_groups) if not self._is_large[code] and self._occurs[code]]
        found = []
        if small:
            names = ", ".join(self.labels[code] if self.labels else f"group {code}" for code in small)
            found.append(
                f"{self.criterion} in training: groups of fewer than {self.fewest_rows} rows take no part: {names}"
            )
        if self._is_idle:
            found.append(
                f"{self.criterion} in training: fewer than two groups are large enough, nothing is done"
            )
        return tuple(found)

    def rates(self, p: Shares) -> npt.NDArray[np.float64]:
        """Return the groups' rates in every term, shape (n_terms, n_groups).

        Parameters
        ----------
        p : ndarray of float64, shape (n_rows,)
            P(favorable | row).
        """
        held = np.asarray(p, dtype=np.float64)
        return np.array([term.rates(held) for term in self.terms])

    def value(self, p: Shares) -> float:
        """Return the penalty, at least 0, in the unit of a mean negative log-likelihood.

        Parameters
        ----------
        p : ndarray of float64, shape (n_rows,)
        """
        held = np.asarray(p, dtype=np.float64)
        return self.factor * sum(term.value(term.rates(held)) for term in self.terms)

    def gradient(self, p: Shares) -> Shares:
        """Return the derivative of `value` by every row's probability, shape (n_rows,).

        Parameters
        ----------
        p : ndarray of float64, shape (n_rows,)
        """
        held, total = np.asarray(p, dtype=np.float64), np.zeros(self.n_rows)
        for term in self.terms:
            total += term.gradient(term.rates(held))[np.maximum(term.codes, 0)] * term.slopes(held)
        return self.factor * total

    def take(self, rows: Codes | Mask) -> FairnessPenalty:
        """Return the penalty of some rows; groups take part that take part here.

        Parameters
        ----------
        rows : ndarray of int64 or of bool
        """
        return replace(
            self,
            codes=self._counted_codes[rows],
            is_favorable=self.is_favorable[rows],
            weights=None if self.weights is None else self.weights[rows],
            outcome_shares=None if self.outcome_shares is None else self.outcome_shares[rows],
            fewest_rows=0,
            rate=self.terms[0].rate,
        )

    def _meeting_rate(self, weights: Shares) -> float | None:
        """Return where demographic parity lets the groups meet; None for other criteria."""
        if self.criterion != "demographic_parity" or self.rate is not None:
            return self.rate
        return float(weights @ self.is_favorable / max(float(weights.sum()), 1e-300))

    @property
    def _strata(self) -> tuple[Mask, ...]:
        """Return the rows that have to be there in every group, term by term."""
        if self.criterion == "equal_opportunity":
            return (self.is_favorable,)
        if self.criterion == "equalized_odds":
            return self.is_favorable, ~self.is_favorable
        return (np.ones(self.n_rows, dtype=bool),)

    def with_outcomes(self, shares: Shares) -> FairnessPenalty:
        """Return the penalty relative to how likely outcomes are, in place of the outcomes themselves.

        A model that sees the outcomes of its training rows fits them more closely than those of other people: among
        them, chances of the favorable rows look more alike than they are. Probabilities from models that did not see
        the row stand for the outcomes of others like it.

        Parameters
        ----------
        shares : ndarray of float64, shape (n_rows,)
            P(favorable | row), out of fold.
        """
        return replace(self, outcome_shares=np.asarray(shares, dtype=np.float64))

    @property
    def looks_at_outcomes(self) -> bool:
        """Whether the rates are relative to outcomes."""
        return self.criterion in {"equal_opportunity", "equalized_odds", "predictive_parity"}

    @property
    def _outcomes(self) -> Shares:
        return self.is_favorable.astype(np.float64) if self.outcome_shares is None else self.outcome_shares

    @property
    def _shares_looked_at(self) -> tuple[Shares, ...]:
        """Return how much of every row each term looks at."""
        if self.criterion == "equal_opportunity":
            return (self._outcomes,)
        if self.criterion == "equalized_odds":
            return self._outcomes, 1 - self._outcomes
        return (np.ones(self.n_rows),)

    @property
    def _counted_codes(self) -> Codes:
        """Return the groups' codes, -1 for those that are too small."""
        if self._is_idle:
            return np.full(self.n_rows, -1)
        takes_part = np.append(self._is_large, False)  # what code -1 finds
        return np.where(takes_part[self.codes], self.codes, -1)

    @cached_property
    def _occurs(self) -> Mask:
        return np.bincount(self.codes[self.codes >= 0], minlength=self.n_groups) > 0

    @cached_property
    def _is_large(self) -> Mask:
        """Which groups have enough rows in every term, shape (n_groups,)."""
        counts = [
            np.bincount(self.codes[rows & (self.codes >= 0)], minlength=self.n_groups)
            for rows in self._strata
        ]
        return np.min(counts, axis=0) >= self.fewest_rows

    @property
    def _is_idle(self) -> bool:
        """Whether there are no two groups to compare; of taken rows, that was asked before."""
        is_one = (self._is_large & self._occurs).sum() < 2
        return bool(is_one and self.criterion != "minimum_rate" and self.fewest_rows > 0)


def _variance(rate: float) -> float:
    return max(rate * (1 - rate), SMALLEST_VARIANCE)


def _problems(penalty: FairnessPenalty) -> list[Problem]:
    where, known = f"penalty {penalty.criterion!r}", get_args(PenaltyCriterion)
    problems = []
    if penalty.criterion not in known:
        advice = (
            closest(str(penalty.criterion), known) or "enforce it when rows are drawn: places=('sampling',)"
        )
        problems.append(Problem(where, f"one of {', '.join(known)}", "another criterion", advice))
    n_rows = len(penalty.codes)
    for name, held in (
        ("is_favorable", penalty.is_favorable),
        ("weights", penalty.weights),
        ("outcome_shares", penalty.outcome_shares),
    ):
        if held is not None and held.shape != (n_rows,):
            problems.append(Problem(f"{where}, {name}", f"shape ({n_rows},)", f"shape {held.shape}"))
    if n_rows and not -1 <= penalty.codes.min() <= penalty.codes.max() < penalty.n_groups:
        problems.append(Problem(f"{where}, codes", f"from -1 to {penalty.n_groups - 1}", "others"))
    if (penalty.criterion == "minimum_rate") != (penalty.bound is not None):
        problems.append(
            Problem(f"{where}, bound", "a bound for minimum_rate, and for it only", repr(penalty.bound))
        )
    if penalty.bound is not None and not 0 < penalty.bound < 1:
        problems.append(Problem(f"{where}, bound", "a rate in (0, 1)", repr(penalty.bound)))
    if not penalty.weight >= 0:
        problems.append(Problem(f"{where}, weight", "a number of at least 0", repr(penalty.weight)))
    return problems
