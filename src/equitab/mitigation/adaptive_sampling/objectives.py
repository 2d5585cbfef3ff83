r"""The outer objective: how unfair and how wrong a model is on real validation rows.

With l the mean cross-entropy of a cell

.. math::
    F(w) = \max_{y, z, z'} |\ell_{yz}(w) - \ell_{yz'}(w)| + k \sum_{yz} \frac{n_{yz}}{n} \ell_{yz}(w)

The first part stands in for equalized odds, the second for accuracy. Equal opportunity looks at the favorable
outcome alone. In the form ``gap="rate"`` the mean probability of the true outcome takes the place of the loss;
demographic parity compares the mean probability of the favorable outcome over groups, whatever their outcomes.
Logits are multiplied by a sharpness before, so that a mean probability comes close to the rate of decisions.

NOTE[DEPARTURE]: only the gap of losses for equalized odds is published. Groups whose mean losses are equal need not
have equal rates, and with little weight on accuracy the gap of losses overshoots; the sharpened rate does not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Self

import numpy as np

from equitab.mitigation.adaptive_sampling.cells import BoolArray, FloatArray, IntArray

Objective = Literal["equalized_odds", "equal_opportunity", "demographic_parity"]
Gap = Literal["loss", "rate"]

ACCURACY_WEIGHT = 20.0
RATE_WEIGHT = 0.5
SHARPNESS = 4.0


@dataclass(frozen=True)
class OuterObjective:
    """What is to be small on validation rows.

    Attributes
    ----------
    name : {"equalized_odds", "equal_opportunity", "demographic_parity"}
    gap : {"loss", "rate"}
        Compare mean losses, as published, or mean probabilities; demographic parity always compares the latter.
    accuracy_weight : float
        k: how much the mean loss counts beside the gap.
    favorable_label : int
        Code of the outcome that is good for the person.
    sharpness : float
        By how much logits are multiplied before rates are taken: the larger, the closer a mean probability is to the
        rate of decisions, and the fewer rows have a say.
    """

    name: Objective = "equalized_odds"
    gap: Gap = "loss"
    accuracy_weight: float = ACCURACY_WEIGHT
    favorable_label: int = 1
    sharpness: float = SHARPNESS


def weight_for(gap: Gap, accuracy_weight: float | None) -> float:
    """Return the accuracy weight, or the one that goes with a gap of losses (published) or of rates.

    Examples
    --------
    >>> weight_for("loss", None), weight_for("rate", None), weight_for("rate", 2.0)
    (20.0, 0.5, 2.0)
    """
    if accuracy_weight is not None:
        return accuracy_weight
    return ACCURACY_WEIGHT if gap == "loss" else RATE_WEIGHT


@dataclass(frozen=True, eq=False)
class LastLayerRows:
    """What the last layer of a model received and gave for some rows.

    Attributes
    ----------
    features : ndarray, shape (n_rows, n_features)
        Input of the last layer; a column of ones at its end where the layer has a bias.
    logits : ndarray, shape (n_rows, n_outputs)
        Its output: one for each label, or a single one for two labels.
    labels, groups : ndarray of int, shape (n_rows,)
    """

    features: FloatArray
    logits: FloatArray
    labels: IntArray
    groups: IntArray

    @cached_property
    def log_probabilities(self) -> FloatArray:
        """Logarithm of the probability of each label, shape (n_rows, n_labels)."""
        return log_probabilities(self.logits)

    @cached_property
    def probabilities(self) -> FloatArray:
        """Probability of each label, shape (n_rows, n_labels)."""
        return np.exp(self.log_probabilities)

    @cached_property
    def losses(self) -> FloatArray:
        """Cross-entropy of each row, shape (n_rows,)."""
        return -self.log_probabilities[np.arange(len(self.labels)), self.labels]

    @cached_property
    def residuals(self) -> FloatArray:
        """Derivative of the losses with respect to the logits, shape (n_rows, n_outputs)."""
        residuals = self.probabilities.copy()
        residuals[np.arange(len(residuals)), self.labels] -= 1
        return residuals[:, 1:] if self.logits.shape[1] == 1 else residuals


def log_probabilities(logits: FloatArray) -> FloatArray:
    """Return the logarithm of the softmax, shape (n_rows, n_labels); a single logit is label 1's against label 0."""
    if logits.shape[1] == 1:
        signed = np.concatenate([logits, -logits], axis=1)
        return -np.logaddexp(0.0, signed)
    above = logits - logits.max(axis=1, keepdims=True)
    return above - np.log(np.exp(above).sum(axis=1, keepdims=True))


def outer_sensitivity(
    objective: OuterObjective, rows: LastLayerRows, cell_shares: FloatArray, compared: BoolArray
) -> tuple[float, FloatArray]:
    """Return the outer objective and its derivative with respect to every row's logits.

    Parameters
    ----------
    objective : OuterObjective
    rows : LastLayerRows
        Real validation rows, drawn from each cell as one likes: cells are weighted by `cell_shares`.
    cell_shares : ndarray, shape (n_labels, n_groups)
        n_yz / n: the cells' shares of all validation rows.
    compared : ndarray of bool, shape (n_labels, n_groups)
        Cells that the gap looks at; the accuracy looks at all.

    Returns
    -------
    value : float
    sensitivity : ndarray, shape (n_rows, n_outputs)
    """
    means = CellMeans.of(rows, cell_shares.shape)
    shares = np.where(means.counts > 0, cell_shares, 0.0)
    shares = shares / max(float(shares.sum()), np.finfo(float).tiny)
    losses = means.table(rows.losses)
    value = objective.accuracy_weight * float((shares * losses).sum())
    sensitivity = means.spread(objective.accuracy_weight * shares)[:, None] * rows.residuals
    gap, of_gap = _gap(objective, rows, means, shares, compared & (means.counts > 0))
    return value + gap, sensitivity + of_gap


@dataclass(frozen=True, eq=False)
class CellMeans:
    """Means over the rows of each cell, and their way back.

    Attributes
    ----------
    codes : ndarray of int, shape (n_rows,)
    counts : ndarray of int, shape (n_labels, n_groups)
    """

    codes: IntArray
    counts: IntArray

    @classmethod
    def of(cls, rows: LastLayerRows, shape: tuple[int, ...]) -> Self:
        """Return the cells of rows."""
        codes = rows.labels * shape[1] + rows.groups
        return cls(codes, np.bincount(codes, minlength=shape[0] * shape[1]).reshape(shape))

    def table(self, values: FloatArray) -> FloatArray:
        """Return the mean of each cell, shape (n_labels, n_groups); 0 where empty."""
        sums = np.bincount(self.codes, values, self.counts.size).reshape(self.counts.shape)
        return sums / np.maximum(self.counts, 1)

    def spread(self, weights: FloatArray) -> FloatArray:
        """Return what each row counts when the mean of each cell counts as a table says, shape (n_rows,)."""
        each: FloatArray = (weights / np.maximum(self.counts, 1)).ravel()[self.codes]
        return each


def _gap(
    objective: OuterObjective, rows: LastLayerRows, means: CellMeans, shares: FloatArray, compared: BoolArray
) -> tuple[float, FloatArray]:
    """Return the unfair part and its derivative with respect to every row's logits."""
    if objective.name == "demographic_parity":
        return _parity_gap(objective, rows, means, shares, compared)
    if objective.name == "equal_opportunity":
        compared = compared & (np.arange(len(compared)) == objective.favorable_label)[:, None]
    if objective.gap == "loss":
        gap, signs = widest_pair(means.table(rows.losses), compared)
        return gap, means.spread(signs)[:, None] * rows.residuals
    sharp = replace(rows, logits=objective.sharpness * rows.logits)
    chance = np.exp(-sharp.losses)
    gap, signs = widest_pair(means.table(chance), compared)
    return gap, -objective.sharpness * (means.spread(signs) * chance)[:, None] * sharp.residuals


def _parity_gap(
    objective: OuterObjective, rows: LastLayerRows, means: CellMeans, shares: FloatArray, compared: BoolArray
) -> tuple[float, FloatArray]:
    """Return the gap of the mean favorable probability over groups, and its derivative."""
    kept = shares * compared
    within = kept / np.maximum(kept.sum(axis=0, keepdims=True), np.finfo(float).tiny)
    sharp = replace(rows, logits=objective.sharpness * rows.logits)
    rates = (within * means.table(sharp.probabilities[:, objective.favorable_label])).sum(axis=0)
    gap, signs = widest_pair(rates[None, :], kept.sum(axis=0, keepdims=True) > 0)
    return gap, objective.sharpness * means.spread(signs * within)[:, None] * _slope(objective, sharp)


def _slope(objective: OuterObjective, rows: LastLayerRows) -> FloatArray:
    """Return the derivative of the favorable probability with respect to the logits."""
    favorable = np.arange(rows.probabilities.shape[1]) == objective.favorable_label
    chance = rows.probabilities[:, objective.favorable_label, None]
    slope = chance * (favorable - rows.probabilities)
    return slope[:, 1:] if rows.logits.shape[1] == 1 else slope


def widest_pair(values: FloatArray, compared: BoolArray) -> tuple[float, FloatArray]:
    """Return the widest gap within a row of a table, and +1 and -1 at its ends.

    Examples
    --------
    >>> gap, signs = widest_pair(np.array([[0.25, 0.5], [0.5, 0.0]]), np.ones((2, 2), dtype=bool))
    >>> gap, signs.tolist()
    (0.5, [[0.0, 0.0], [1.0, -1.0]])
    """
    high, low = np.where(compared, values, -np.inf), np.where(compared, values, np.inf)
    gaps = np.where(compared.sum(axis=1) > 1, high.max(axis=1) - low.min(axis=1), 0.0)
    signs = np.zeros_like(values)
    row = int(gaps.argmax())
    if gaps[row] > 0:
        signs[row, high[row].argmax()], signs[row, low[row].argmin()] = 1.0, -1.0
    return float(gaps[row]), signs
