"""How well an attack on a synthetic table tells the people it was learned from (members) from others.

An attack gives each person a score, higher where it believes in membership. Over all thresholds that is the
area under its ROC curve, 0.5 for a blind attack. An attacker who must be sure cares for one end of the curve:
how many members are found while at most 1% of the others are accused.

References
----------
Carlini et al. (2022), Membership inference attacks from first principles (true positives at few false ones).
van Breugel et al. (2023), Membership inference attacks against synthetic data through overfitting detection.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from equitab.metrics.array_checks import confidence_problems, raise_problems, score_problems
from equitab.metrics.count_measures import result_of
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.intervals import Interval, clopper_pearson_interval
from equitab.metrics.performance import roc_area
from equitab.metrics.results import MetricResult

__all__ = ["FALSE_POSITIVE_RATE", "membership_metrics"]

FALSE_POSITIVE_RATE = 0.01


def membership_metrics(
    members: npt.ArrayLike,
    others: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    group: str | None = None,
) -> list[MetricResult]:
    """Measure a membership inference attack by its scores.

    Parameters
    ----------
    members : array-like of float, shape (n_members,)
        Scores of people that the generator learned from.
    others : array-like of float, shape (n_others,)
        Scores of people of the same population that it did not learn from.
    confidence : float, default 0.95
        Of the intervals, in (0, 1).
    group : str, optional
        Whom both belong to, for the record.

    Returns
    -------
    list of MetricResult
        ``membership_auroc`` with DeLong's interval, and ``membership_tpr_1``, the share of members above the
        threshold that at most 1% of the others exceed, with Clopper and Pearson's.

    Raises
    ------
    InputError
        If scores are not finite.

    Notes
    -----
    The interval of ``membership_tpr_1`` takes the threshold as given; with few others it is itself uncertain.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> area, share = membership_metrics(rng.normal(5, 1, 300), rng.normal(0, 1, 300))
    >>> round(area.value, 2), round(share.value, 1)
    (1.0, 1.0)
    """
    scores = [np.asarray(held, dtype=np.float64) for held in (members, others)]
    raise_problems(
        [
            *score_problems("members", scores[0]),
            *score_problems("others", scores[1]),
            *confidence_problems(confidence),
        ]
    )
    return [_area(scores, confidence, group), _sure_share(scores[0], scores[1], confidence, group)]


def _area(scores: Sequence[FloatArray], confidence: float, group: str | None) -> MetricResult:
    """Return the area under the ROC curve of members against others."""
    n = sum(len(held) for held in scores)
    area = roc_area(np.repeat([True, False], [len(held) for held in scores]), np.concatenate(scores))
    if math.isnan(area.value):
        reason = "needs members and others"
        return MetricResult.undefined("membership_auroc", reason=reason, n=n, group=group)
    interval = area.interval(confidence=confidence)
    return result_of("membership_auroc", area.value, interval, confidence=confidence, n=n, group=group)


def _sure_share(
    members: FloatArray, others: FloatArray, confidence: float, group: str | None
) -> MetricResult:
    """Return the share of members found at a false positive rate of at most 1%."""
    allowed, n = int(FALSE_POSITIVE_RATE * len(others)), len(members)
    if allowed == 0 or n == 0:
        reason = f"needs 100 people that nobody learned from and a member; has {len(others)} and {n}"
        return MetricResult.undefined("membership_tpr_1", reason=reason, n=n, group=group)
    threshold = np.partition(others, len(others) - allowed - 1)[len(others) - allowed - 1]
    n_found = int((members > threshold).sum())
    low, high = (float(end) for end in clopper_pearson_interval(n_found, n, confidence=confidence))
    interval = Interval(low, high, "clopper_pearson")
    return result_of("membership_tpr_1", n_found / n, interval, confidence=confidence, n=n, group=group)
