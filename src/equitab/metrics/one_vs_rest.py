"""How well scores tell several groups apart: each against the rest, and the mean of all of them.

References
----------
Hand, Till (2001), A simple generalisation of the area under the ROC curve for multiple class classification.
DeLong, DeLong, Clarke-Pearson (1988), Comparing the areas under two or more correlated ROC curves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import raise_problems
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.intervals import Interval, normal_quantile

__all__ = ["GroupSeparation", "balanced_decisions", "separate_groups"]

CodeArray = npt.NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class GroupSeparation:
    """Areas under the ROC curve of several groups, each against everybody else.

    Parameters
    ----------
    areas : ndarray of float, shape (n_groups,)
    influence : ndarray of float, shape (n_rows,)
        How much each row moves the mean area; its mean square over n is the variance.
    """

    areas: FloatArray
    influence: FloatArray

    @property
    def mean(self) -> float:
        """The unweighted mean of the areas: 0.5 where nothing can be told, 1 where everything can."""
        return float(self.areas.mean())

    @property
    def variance(self) -> float:
        """Of the mean area (with two groups, DeLong's up to a factor n / (n - 1))."""
        return float(np.square(self.influence).mean() / len(self.influence))

    def interval(self, *, confidence: float = 0.95) -> Interval:
        """Return the interval of the mean area, computed on its logit so that it stays within 0 and 1."""
        value = self.mean
        if value in (0.0, 1.0) or self.variance == 0:
            return Interval.undefined(
                "no interval: the groups are told apart so cleanly that the variance is 0"
            )
        half = normal_quantile(confidence) * math.sqrt(self.variance) / (value * (1 - value))
        logit = math.log(value / (1 - value))
        low, high = (0.5 * (1 + math.tanh((logit + side * half) / 2)) for side in (-1, 1))
        return Interval(low, high, "delong_logit")

    def drop_to(self, other: GroupSeparation, *, confidence: float = 0.95) -> tuple[float, Interval]:
        """Return how much larger this mean area is than another one of the same rows, with its interval."""
        value = self.mean - other.mean
        variance = float(np.square(self.influence - other.influence).mean() / len(self.influence))
        half = normal_quantile(confidence) * math.sqrt(variance)
        return value, Interval(max(value - half, -1.0), min(value + half, 1.0), "normal")


def separate_groups(
    codes: CodeArray, scores: FloatArray, *, groups: Sequence[int] | None = None
) -> GroupSeparation:
    r"""Return how well scores tell each group from everybody else.

    Parameters
    ----------
    codes : ndarray of int, shape (n_rows,)
        The group of each row, a column of `scores`.
    scores : ndarray of float, shape (n_rows, n_groups)
        Higher where a row is more likely to belong to the group.
    groups : sequence of int, optional
        The groups that count; all by default. The others are only part of everybody else.

    Returns
    -------
    GroupSeparation

    Raises
    ------
    InputError
        If shapes do not fit, or a group that counts has nobody or everybody.

    Notes
    -----
    With the placements :math:`V_i` (the share of the other side's rows that row i is rightly ordered against,
    ties half) the influence of a row on the area A of a group of share p is :math:`(V_i - A) / p` for its
    members and :math:`(V_i - A) / (1 - p)` for the rest.

    Examples
    --------
    >>> scores = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]])
    >>> separate_groups(np.array([0, 0, 1, 1]), scores).areas.tolist()
    [0.75, 0.75]
    """
    raise_problems(_problems(codes, scores))
    chosen = list(range(scores.shape[1])) if groups is None else list(groups)
    sizes = np.bincount(codes, minlength=scores.shape[1])[chosen]
    n_bad = int(((sizes == 0) | (sizes == len(codes))).sum())
    if n_bad or not chosen:
        received = f"{n_bad} of {len(chosen)} with nobody or everybody"
        raise_problems([Problem("groups", "groups of some of the rows", received)])
    found = [_area(codes == code, scores[:, code]) for code in chosen]
    influence = np.mean([held for _, held in found], axis=0)
    return GroupSeparation(np.array([area for area, _ in found]), influence)


def _area(is_member: npt.NDArray[np.bool_], score: FloatArray) -> tuple[float, FloatArray]:
    """Return the area of one group against the rest, and each row's influence on it."""
    inside, outside = np.sort(score[is_member]), np.sort(score[~is_member])
    placement = np.empty(len(score))
    placement[is_member] = _share_below(score[is_member], outside)
    placement[~is_member] = 1 - _share_below(score[~is_member], inside)
    area = float(placement[is_member].mean())
    share = is_member.mean()
    return area, (placement - area) / np.where(is_member, share, 1 - share)


def _share_below(values: FloatArray, ordered: FloatArray) -> FloatArray:
    """Return the share of some ordered numbers below each value, ties half."""
    below, up_to = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return np.asarray((below + up_to) / (2 * len(ordered)), dtype=np.float64)


def balanced_decisions(
    codes: CodeArray, scores: FloatArray, *, groups: Sequence[int], confidence: float = 0.95
) -> tuple[float, Interval]:
    r"""Return the balanced accuracy of guesses that are made without regard to how large groups are.

    Parameters
    ----------
    codes, scores
        As in `separate_groups`; scores are probabilities.
    groups : sequence of int
        The groups that are guessed among, each with rows; other rows are left out.
    confidence : float, default 0.95
        In (0, 1).

    Returns
    -------
    value : float
        Mean share of each group's rows that are guessed right; 1 / n_groups by chance.
    interval : Interval

    Notes
    -----
    Guessed is the group whose probability is largest *relative to its share of the rows*,
    :math:`\arg\max_k p_k / \pi_k`. The variance is that of a mean of independent shares,
    :math:`\frac{1}{K^2} \sum_k r_k (1 - r_k) / n_k`.

    Examples
    --------
    >>> scores = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.2, 0.8]])
    >>> balanced_decisions(np.array([0, 0, 0, 1]), scores, groups=[0, 1])[0]
    0.8333333333333333
    """
    chosen = np.asarray(groups)
    kept = np.isin(codes, chosen)
    place = np.searchsorted(np.sort(chosen), codes[kept])
    sizes = np.bincount(place, minlength=len(chosen))
    relative = scores[kept][:, np.sort(chosen)] / sizes
    right = np.bincount(place, weights=relative.argmax(1) == place, minlength=len(chosen)) / sizes
    value = float(right.mean())
    half = normal_quantile(confidence) * math.sqrt(float((right * (1 - right) / sizes).sum())) / len(chosen)
    return value, Interval(max(value - half, 0.0), min(value + half, 1.0), "normal")


def _problems(codes: CodeArray, scores: FloatArray) -> list[Problem]:
    """Return what is wrong with codes and scores."""
    if scores.ndim != 2 or codes.shape != scores.shape[:1]:
        received = f"shapes {codes.shape} and {scores.shape}"
        return [Problem("codes and scores", "(n_rows,) and (n_rows, n_groups)", received)]
    n_bad = int(((codes < 0) | (codes >= scores.shape[1])).sum())
    if n_bad:
        return [Problem("codes", f"from 0 to {scores.shape[1] - 1}", f"others in {n_bad} rows")]
    n_bad = int((~np.isfinite(scores)).any(1).sum())
    return [Problem("scores", "finite numbers", f"others in {n_bad} rows")] if n_bad else []
