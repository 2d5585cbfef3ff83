r"""Groups of people under models of the Maghool study: rates, gaps, and how far they can be told apart.

Every person is scored :math:`R` times by models that did not learn from them. With the rates
:math:`r_g` of group :math:`g`, means over the repeats, the gaps are

.. math:: \Delta_{TPR} = TPR_{other} - TPR_{reference}, \quad \Delta_{FPR} = FPR_{other} - FPR_{reference}

(the paper's equal opportunity and equal mis-opportunity), and the equalized odds gap is the larger of their sizes. A
bootstrap draws people and repeats, the same for all arms, so that differences are paired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.studies.mostly_scores import ranking_measures

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

REFERENCE, OTHER = 0, 1
RATES = ("tpr_reference", "tpr_other", "fpr_reference", "fpr_other")
GAP_METRICS: Mapping[str, str] = {
    "tpr_gap": "equal opportunity gap (TPR)",
    "fpr_gap": "equal mis-opportunity gap (FPR)",
}
"""Signed gaps; with ``_size`` their distance from 0, whose differences say whether a gap shrank."""
HEADLINES: Mapping[str, str] = {
    "odds_gap": "equalized odds gap",
    "accuracy": "accuracy",
    "auroc": "AUROC",
}
_BATCH = 100
"""Replicates whose areas are computed at once: a bound on memory."""


@dataclass(frozen=True, eq=False)
class Judges:
    """Real people whom no model learned from.

    Parameters
    ----------
    truth : ndarray of bool, shape (n_rows,)
        Favorable or not.
    group : ndarray of int, shape (n_rows,)
        `REFERENCE`, `OTHER`, or -1 for those who take no part in gaps.
    """

    truth: BoolArray
    group: IntArray


@dataclass(frozen=True, eq=False)
class Draws:
    """A bootstrap; the first draw is everybody once.

    Parameters
    ----------
    people : ndarray of float, shape (1 + n_replicates, n_rows)
        How often each person is drawn.
    repeats : ndarray of float, shape (1 + n_replicates, n_repeats)
        The weight of each repeat; a draw's weights sum to 1.
    """

    people: FloatArray
    repeats: FloatArray

    @classmethod
    def make(cls, n_rows: int, n_repeats: int, n_replicates: int, *, seed: int) -> Draws:
        """Draw people, and repeats, with replacement."""
        rng = np.random.default_rng(seed)
        people = np.ones((1 + n_replicates, n_rows))
        people[1:] = rng.multinomial(n_rows, np.full(n_rows, 1 / n_rows), size=n_replicates)
        repeats = np.full((1 + n_replicates, n_repeats), 1 / n_repeats)
        repeats[1:] = (
            rng.multinomial(n_repeats, np.full(n_repeats, 1 / n_repeats), size=n_replicates) / n_repeats
        )
        return cls(people, repeats)


def measure_arm(score: FloatArray, judges: Judges, draws: Draws) -> dict[str, FloatArray]:
    """Return an arm's rates, gaps and performance, for every draw.

    Parameters
    ----------
    score : ndarray of float, shape (n_rows, n_repeats)
        Predicted favorable from 0.5 on.
    judges : Judges
    draws : Draws

    Returns
    -------
    dict of str to ndarray of shape (1 + n_replicates,)
        `RATES`, `GAP_METRICS` with their ``_size``, and `HEADLINES`. NaN where a draw has nobody to say.

    Examples
    --------
    >>> judges = Judges(np.array([True, True, False, False] * 2), np.array([0] * 4 + [1] * 4))
    >>> score = np.array([[0.9], [0.2], [0.6], [0.1], [0.8], [0.7], [0.3], [0.2]])
    >>> found = measure_arm(score, judges, Draws.make(8, 1, 20, seed=0))
    >>> [float(found[name][0]) for name in ("tpr_gap", "fpr_gap", "odds_gap", "accuracy")]
    [0.5, -0.5, 0.5, 0.75]
    """
    predicted = (score >= 0.5).astype(np.float64)
    found: dict[str, FloatArray] = {}
    for name, outcome in (("tpr", True), ("fpr", False)):
        for place, group in ((REFERENCE, "reference"), (OTHER, "other")):
            rows = np.flatnonzero((judges.group == place) & (judges.truth == outcome))
            found[f"{name}_{group}"] = _share(predicted[rows], rows, draws)
        found[f"{name}_gap"] = found[f"{name}_other"] - found[f"{name}_reference"]
        found[f"{name}_gap_size"] = np.abs(found[f"{name}_gap"])
    found["odds_gap"] = np.maximum(found["tpr_gap_size"], found["fpr_gap_size"])
    right = (predicted == judges.truth[:, None]).astype(np.float64)
    found["accuracy"] = _share(right, np.arange(len(score)), draws)
    found["auroc"] = _areas(score, judges.truth, draws)
    return found


def _share(marked: FloatArray, rows: IntArray, draws: Draws) -> FloatArray:
    """Return the share of marked rows in every draw, a mean over repeats."""
    weights = draws.people[:, rows]
    total = weights.sum(axis=1)
    shares = np.divide(
        weights @ marked,
        total[:, None],
        out=np.full((len(weights), marked.shape[1]), np.nan),
        where=total[:, None] > 0,
    )
    return np.asarray((shares * draws.repeats).sum(axis=1))


def _areas(score: FloatArray, truth: BoolArray, draws: Draws) -> FloatArray:
    """Return the area under the ROC curve in every draw, a mean over repeats."""
    found = np.empty((len(draws.people), score.shape[1]))
    with np.errstate(invalid="ignore", divide="ignore"):  # a draw without one of the outcomes has no area
        for start in range(0, len(draws.people), _BATCH):
            weights = draws.people[start : start + _BATCH]
            for repeat in range(score.shape[1]):
                found[start : start + _BATCH, repeat] = ranking_measures(score[:, repeat], truth, weights)[0]
    return np.asarray((found * draws.repeats).sum(axis=1))


@dataclass(frozen=True)
class Range:
    """A value and the middle 95% of its replicates; None where too few of them are defined."""

    value: float | None
    low: float | None
    high: float | None


def middle(values: FloatArray, *, confidence: float = 0.95) -> Range:
    """Return the value of the first draw with the percentiles of the others.

    Examples
    --------
    >>> found = middle(np.array([0.5, *np.linspace(0, 1, 101)]))
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (0.5, 0.025, 0.975)
    """
    first, others = float(values[0]), values[1:][np.isfinite(values[1:])]
    if not np.isfinite(first):
        return Range(None, None, None)
    if others.size < 0.95 * (values.size - 1):
        return Range(first, None, None)
    tail = (1 - confidence) / 2
    low, high = (float(end) for end in np.quantile(others, (tail, 1 - tail)))
    return Range(first, min(low, first), max(high, first))
