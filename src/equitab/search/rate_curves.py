r"""Rates of a model as smooth functions of the strength: what a few noisy candidates say together.

The rate of every group is fitted, on the logit scale, by a polynomial of the strength through all candidates, those
near the strength in question counting most. One candidate's luck (of its drawn outcomes, of its learner) then decides
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.generators.fairness import PARTS, largest_shortfall
from equitab.schema import FairnessConstraint

Floats = npt.NDArray[np.float64]

REACH = 0.6
"""How far, in strength, a candidate still counts for much."""

EDGE = 0.002
"""Rates stay this far from 0 and 1 on the logit scale."""


@dataclass(frozen=True, eq=False)
class RateCurves:
    """The rates of one constraint's groups, over the strength.

    Parameters
    ----------
    constraint : FairnessConstraint
    strengths : ndarray, shape (n_candidates,)
    rates : mapping of str to ndarray, shape (n_candidates, n_groups)
    counts : mapping of str to ndarray, shape (n_groups,)
        By kind of rate: how many real rows it rests on.
    is_large : ndarray of bool, shape (n_groups,)
    """

    constraint: FairnessConstraint
    strengths: Floats
    rates: Mapping[str, Floats]
    counts: Mapping[str, Floats]
    is_large: npt.NDArray[np.bool_]

    def at(self, strength: float) -> dict[str, Floats]:
        """Return the smoothed rates at a strength, each of shape (n_groups,)."""
        return {part: self._smoothed(part, strength) for part in PARTS[self.constraint.criterion]}

    def gap(self, strength: float) -> float:
        """Return the smoothed distance from the criterion at a strength."""
        return largest_shortfall(self.constraint, self.at(strength), is_large=self.is_large)

    def noise(self, strength: float) -> float:
        """Return the largest standard error of a difference, as the number of real rows has it."""
        return max((self._error(part, held) for part, held in self.at(strength).items()), default=0.0)

    def beyond(self, strength: float) -> float:
        """Return by how much the distance exceeds what is aimed at, the largest over the kinds of rate.

        Aimed at is one standard error below the tolerance, no difference where that is less: rates that so many rows
        show exactly (false positives, say) may use more of the tolerance than those that they do not.
        """
        found = []
        for part, held in self.at(strength).items():
            error = self._error(part, held)
            if self.constraint.criterion == "minimum_rate":
                lowest = held[self.is_large & ~np.isnan(held)].min(initial=1.0)
                found.append((self.constraint.bound or 0.0) + error - float(lowest))
                continue
            gap = _part_gap(self.constraint, part, held, self.is_large)
            found.append(gap - max(self.constraint.tolerance - error, 0.0))
        return max(found)

    def _error(self, part: str, held: Floats) -> float:
        known = self.is_large & ~np.isnan(held)
        if not known.any():
            return 0.0
        variance = held * (1 - held) / np.maximum(self.counts[part], 1)
        low = int(np.argmin(np.where(known, held, np.inf)))
        high = int(np.argmax(np.where(known, held, -np.inf)))
        sides = [low] if self.constraint.criterion == "minimum_rate" else [low, high]
        return float(np.sqrt(variance[sides].sum()))

    def _smoothed(self, part: str, strength: float) -> Floats:
        from scipy.special import expit, logit

        held = self.rates[part]
        weights = np.exp(-np.abs(self.strengths - strength) / REACH)
        degree = 2 if len(self.strengths) >= 4 else 1
        powers = np.vander(self.strengths - strength, degree + 1, increasing=True)
        found = np.full(held.shape[1], np.nan)
        for group in range(held.shape[1]):
            known = ~np.isnan(held[:, group])
            if known.sum() <= degree:
                continue
            scale = np.sqrt(weights[known])
            logits = logit(np.clip(held[known, group], EDGE, 1 - EDGE))
            fitted = np.linalg.lstsq(powers[known] * scale[:, None], logits * scale, rcond=None)[0]
            found[group] = expit(fitted[0])
        return found


def best_strength(curves: Sequence[RateCurves], strengths: Floats) -> tuple[float, float]:
    """Return the strength nearest to 0 at which all constraints are as near to their goals as they can be.

    Parameters
    ----------
    curves : sequence of RateCurves
        One for each constraint.
    strengths : ndarray
        Those to choose from.

    Returns
    -------
    strength : float
    excess : float
        The largest distance beyond a tolerance there; 0 or less where all of them hold.
    """
    beyond = np.array([max(curve.beyond(s) for curve in curves) for s in strengths])
    noise = max(curve.noise(float(strengths[int(np.argmin(beyond))])) for curve in curves)
    enough = np.flatnonzero(beyond <= max(0.0, beyond.min() + 0.1 * noise))
    chosen = float(strengths[enough[np.argmin(np.abs(strengths[enough]))]])
    return chosen, max(curve.gap(chosen) - _tolerance(curve.constraint) for curve in curves)


def _part_gap(one: FairnessConstraint, part: str, held: Floats, is_large: npt.NDArray[np.bool_]) -> float:
    """Return the distance of one kind of rate."""
    others = dict.fromkeys(PARTS[one.criterion], np.full(len(held), np.nan))
    return largest_shortfall(one, {**others, part: held}, is_large=is_large)


def _tolerance(one: FairnessConstraint) -> float:
    return 0.0 if one.criterion == "minimum_rate" else one.tolerance
