r"""Data ratios: what share of a batch each cell has, and how much of that share is real.

For outcome y and group z

.. math::
    \lambda_{yz} = \frac{e^{a_{yz}}}{\sum_{z'} e^{a_{yz'}}}, \qquad \mu_{yz} = \frac{1}{1 + e^{-b_{yz}}}

lambda is the share of group z among the rows of outcome y, mu the real part of the cell. The shares pi of the
outcomes themselves stay as they are in the real rows, as published, or are learned like the others:

.. math:: \pi_y = \frac{e^{c_y}}{\sum_{y'} e^{c_{y'}}}

References
----------
Roh, Nie, Huang, Whang, Vahdat, Liu (2023), Dr-Fairness: dynamic data ratio adjustment for fair training on real and
generated data. Transactions on Machine Learning Research.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from equitab.mitigation.adaptive_sampling.cells import Cells, FloatArray, IntArray

LabelShares = Literal["kept", "learned"]

STEP_SIZE = 0.005
FIRST_REAL_LOGIT = 0.01
MOMENTS = (0.9, 0.999)
SMALLEST = 1e-8
CERTAIN = 1e3
"""A logit at which a cell is of one source alone."""
LARGEST_LABEL_SHIFT = 2.0
"""The odds of one outcome against another in a batch stay within this factor of those in the real rows. Without a
bound, a gap is closed by a model that gives nobody the rare outcome, and costs little accuracy."""


class DataRatios:
    """The tables of ratios, and the steps that move them.

    Parameters
    ----------
    n_real, n_generated : ndarray of int, shape (n_labels, n_groups)
        Rows to draw from.
    step_size : float, default 0.005
        Step of Adam for all tables of logits.
    learns_labels : bool, default False
        Whether the shares of the outcomes are moved too.

    Attributes
    ----------
    group_logits, real_logits : ndarray, shape (n_labels, n_groups)
        a and b. They begin at the shares of the real rows, and at half real.
    label_shares : ndarray, shape (n_labels,)
        Share of each outcome in a batch.

    Notes
    -----
    NOTE[DEPARTURE]: published label shares are those of the real rows. One group's rows weighed against another's
    can make the gap of true positives small, or that of false positives; where groups are not equally easy to tell
    apart, only a model that calls fewer (or more) people favorable makes both small.

    A cell without real rows has share 0: nothing says how its generated rows compare with real ones. A cell
    without generated rows is all real.

    Examples
    --------
    >>> ratios = DataRatios(np.array([[6, 2], [2, 2]]), np.array([[9, 9], [9, 0]]))
    >>> ratios.group_shares.round(2).tolist()
    [[0.75, 0.25], [0.5, 0.5]]
    >>> ratios.real_shares.round(2).tolist()
    [[0.5, 0.5], [0.5, 1.0]]
    """

    def __init__(
        self,
        n_real: IntArray,
        n_generated: IntArray,
        *,
        step_size: float = STEP_SIZE,
        learns_labels: bool = False,
    ) -> None:
        self.n_real, self.n_generated, self.step_size = n_real, n_generated, step_size
        self.learns_labels = learns_labels
        self.label_shares: FloatArray = n_real.sum(axis=1) / max(n_real.sum(), 1)
        self.group_logits = _logs(n_real / np.maximum(n_real.sum(axis=1, keepdims=True), 1))
        self.real_logits = np.full(n_real.shape, FIRST_REAL_LOGIT)
        self._has_generated = n_generated > 0
        self._first_label_logits = _logs(self.label_shares)
        self._label_shifts = np.zeros(len(n_real))
        self._moments = np.zeros((4, *n_real.shape))
        self._label_moments = np.zeros((2, len(n_real)))
        self.n_steps = 0

    @property
    def group_shares(self) -> FloatArray:
        """Lambda, shape (n_labels, n_groups): rows sum to 1 but for outcomes that do not occur, which have 0."""
        largest = self.group_logits.max(axis=1, keepdims=True)
        raised = np.exp(self.group_logits - np.where(np.isfinite(largest), largest, 0.0))
        return raised / np.maximum(raised.sum(axis=1, keepdims=True), np.finfo(float).tiny)

    @property
    def real_shares(self) -> FloatArray:
        """Mu, shape (n_labels, n_groups): the real part of each cell, from 0 to 1."""
        return np.where(self._has_generated, logistic(self.real_logits), 1.0)

    @property
    def batch_shares(self) -> FloatArray:
        """Shares of a batch, shape (2, n_labels, n_groups): real rows first, generated ones second; sum 1."""
        cells = self.label_shares[:, None] * self.group_shares
        real = self.real_shares
        return np.stack([cells * real, cells * (1 - real)])

    def step(
        self,
        group_gradient: FloatArray,
        real_gradient: FloatArray,
        label_gradient: FloatArray | None = None,
        *,
        scale: float = 1.0,
    ) -> None:
        """Move all tables that are learned one step of Adam down a gradient.

        Parameters
        ----------
        group_gradient, real_gradient : ndarray, shape (n_labels, n_groups)
            Derivatives of the outer objective with respect to a and b.
        label_gradient : ndarray, shape (n_labels,), optional
            With respect to c; not needed where shares of outcomes stay.
        scale : float, default 1
            How many times `step_size` the step is.
        """
        self.n_steps += 1
        self.group_logits = self.group_logits - scale * self._move(group_gradient, self._moments[:2])
        self.real_logits = self.real_logits - scale * self._move(real_gradient, self._moments[2:])
        if self.learns_labels and label_gradient is not None:
            self._move_labels(scale * self._move(label_gradient, self._label_moments))

    def _move_labels(self, step: FloatArray) -> None:
        """Move the shares of outcomes, within `LARGEST_LABEL_SHIFT` for every two of them."""
        most = np.log(LARGEST_LABEL_SHIFT) / 2
        self._label_shifts = np.clip(self._label_shifts - step, -most, most)
        logits = self._first_label_logits + self._label_shifts
        raised = np.exp(logits - logits.max())
        self.label_shares = raised / raised.sum()

    def _move(self, gradient: FloatArray, moments: FloatArray) -> FloatArray:
        """Return the step that Adam takes, and remember its moments."""
        for place, (power, decay) in enumerate(zip((1, 2), MOMENTS, strict=True)):
            moments[place] = decay * moments[place] + (1 - decay) * gradient**power
        mean, square = (
            moment / (1 - decay**self.n_steps) for moment, decay in zip(moments, MOMENTS, strict=True)
        )
        return self.step_size * mean / (np.sqrt(square) + SMALLEST)

    def set_group_shares(self, shares: FloatArray) -> None:
        """Set lambda, as rules do that do not follow a gradient."""
        self.group_logits = _logs(shares)

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next step depends on, as plain numbers and lists."""
        return {
            "group_logits": self.group_logits.tolist(),
            "real_logits": self.real_logits.tolist(),
            "moments": self._moments.tolist(),
            "label_shifts": self._label_shifts.tolist(),
            "label_moments": self._label_moments.tolist(),
            "n_steps": self.n_steps,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` returned."""
        self.group_logits = np.asarray(state["group_logits"], dtype=np.float64)
        self.real_logits = np.asarray(state["real_logits"], dtype=np.float64)
        self._moments = np.asarray(state["moments"], dtype=np.float64)
        self._label_moments = np.asarray(state["label_moments"], dtype=np.float64)
        self.n_steps = int(state["n_steps"])
        if self.learns_labels:
            self._label_shifts = np.asarray(state["label_shifts"], dtype=np.float64)
            self._move_labels(np.zeros_like(self._label_shifts))


def learned_ratios(cells: Cells, *, step_size: float = STEP_SIZE, learns_labels: bool = False) -> DataRatios:
    """Return the ratios with which learning begins: groups as in the real rows, cells half real."""
    return DataRatios(cells.n_real, cells.n_generated, step_size=step_size, learns_labels=learns_labels)


def real_ratios(cells: Cells) -> DataRatios:
    """Return the ratios of the real rows, without generated ones."""
    return DataRatios(cells.n_real, np.zeros_like(cells.n_real))


def pooled_ratios(cells: Cells) -> DataRatios:
    """Return the ratios of all rows taken together, whoever made them."""
    return _mixed(cells, cells.n_real, cells.n_generated)


def balanced_ratios(cells: Cells) -> DataRatios:
    """Return ratios with which every cell has the same share, filled up with generated rows.

    A cell is filled to the size of the largest; where it lacks generated rows for that, what it has is repeated.
    """
    target = cells.n_real.max()
    used = np.minimum(np.maximum(target - cells.n_real, 0), cells.n_generated)
    ratios = _mixed(cells, cells.n_real, used)
    occupied = (cells.n_real + used) > 0
    ratios.set_group_shares(occupied / np.maximum(occupied.sum(axis=1, keepdims=True), 1))
    ratios.label_shares = occupied.sum(axis=1) / occupied.sum()
    return ratios


def _mixed(cells: Cells, n_real: IntArray, n_generated: IntArray) -> DataRatios:
    """Return ratios that are in proportion to counts of both kinds of rows."""
    ratios = DataRatios(cells.n_real, cells.n_generated)
    both = n_real + n_generated
    ratios.label_shares = both.sum(axis=1) / max(both.sum(), 1)
    ratios.set_group_shares(both / np.maximum(both.sum(axis=1, keepdims=True), 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(n_real) - np.log(n_generated)
    ratios.real_logits = np.nan_to_num(odds, nan=0.0, posinf=CERTAIN, neginf=-CERTAIN)
    return ratios


def logistic(values: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return np.exp(-np.logaddexp(0.0, -values))


def _logs(shares: FloatArray) -> FloatArray:
    """Return logarithms, minus infinity for a share of 0."""
    with np.errstate(divide="ignore"):
        return np.log(shares)
