"""Models that learn from batches and show their last layer: the logistic one here, a network in `mlp_head`."""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np

from equitab.mitigation.adaptive_sampling.cells import FloatArray, IntArray
from equitab.mitigation.adaptive_sampling.objectives import LastLayerRows, log_probabilities

MOMENTS = (0.9, 0.999)
SMALLEST = 1e-8
DECAY = 9
"""What predicts is an average over about the last tenth of all steps (polynomial decay, Shamir and Zhang 2013)."""


def kept_share(n_steps: int) -> float:
    """Return the part of the average that stays after so many steps.

    Examples
    --------
    >>> kept_share(1), kept_share(891)
    (0.1, 0.99)
    """
    return n_steps / (n_steps + DECAY)


class Head(Protocol):
    """A model that is trained one batch at a time."""

    def train_on(self, features: FloatArray, labels: IntArray, weights: FloatArray | None) -> float:
        """Take one step down the mean loss of a batch, and return that loss."""
        ...

    def look(self, features: FloatArray, labels: IntArray, groups: IntArray) -> LastLayerRows:
        """Return what the last layer receives and gives, as the model is now."""
        ...

    def predict_proba(self, features: FloatArray) -> FloatArray:
        """Return the probability of each label, shape (n_rows, n_labels)."""
        ...

    def copy(self) -> Self:
        """Return a model of its own in the same state."""
        ...


class LogisticHead:
    """Softmax regression, trained by Adam; one logit for two labels.

    Parameters
    ----------
    n_features, n_labels : int
    learning_rate : float, default 5e-3
    penalty : float, default 0
        Weight of half the squared norm of the coefficients, the intercept left out.

    Attributes
    ----------
    weights : ndarray, shape (n_outputs, n_features + 1)
        The intercept stands last.
    average : ndarray
        Moving average of the weights, with which it predicts.

    Examples
    --------
    >>> head = LogisticHead(1, 2, learning_rate=0.1)
    >>> x, y = np.array([[-1.0], [1.0]]), np.array([0, 1])
    >>> losses = [head.train_on(x, y, None) for _ in range(200)]
    >>> losses[0] > 0.69, losses[-1] < 0.1
    (True, True)
    """

    def __init__(
        self, n_features: int, n_labels: int, *, learning_rate: float = 5e-3, penalty: float = 0.0
    ) -> None:
        n_outputs = 1 if n_labels == 2 else n_labels
        self.weights: FloatArray = np.zeros((n_outputs, n_features + 1))
        self.average = self.weights.copy()
        self.learning_rate, self.penalty = learning_rate, penalty
        self._first, self._second = np.zeros_like(self.weights), np.zeros_like(self.weights)
        self._n_steps = 0

    def train_on(self, features: FloatArray, labels: IntArray, weights: FloatArray | None) -> float:
        """Take one step down the mean loss of a batch, and return that loss."""
        rows = self.look(features, labels, labels)
        counts = np.ones(len(labels)) if weights is None else weights
        gradient = (rows.residuals * counts[:, None]).T @ rows.features / len(labels)
        gradient[:, :-1] += self.penalty * self.weights[:, :-1]
        self._move(gradient)
        return float((rows.losses * counts).mean())

    def _move(self, gradient: FloatArray) -> None:
        """Take a step of Adam and follow it with the average."""
        self._n_steps += 1
        self._first = MOMENTS[0] * self._first + (1 - MOMENTS[0]) * gradient
        self._second = MOMENTS[1] * self._second + (1 - MOMENTS[1]) * gradient**2
        first = self._first / (1 - MOMENTS[0] ** self._n_steps)
        second = self._second / (1 - MOMENTS[1] ** self._n_steps)
        self.weights = self.weights - self.learning_rate * first / (np.sqrt(second) + SMALLEST)
        kept = kept_share(self._n_steps)
        self.average = kept * self.average + (1 - kept) * self.weights

    def look(self, features: FloatArray, labels: IntArray, groups: IntArray) -> LastLayerRows:
        """Return what the last layer receives, which are the features themselves, and gives."""
        extended = np.hstack([features, np.ones((len(features), 1))])
        with np.errstate(invalid="ignore", over="ignore"):  # who reads the logits refuses what is not finite
            logits = extended @ self.weights.T
        return LastLayerRows(extended, logits, labels, groups)

    def predict_proba(self, features: FloatArray) -> FloatArray:
        """Return the probability of each label, shape (n_rows, n_labels)."""
        return np.exp(log_probabilities(features @ self.average[:, :-1].T + self.average[:, -1]))

    def copy(self) -> LogisticHead:
        """Return a model of its own in the same state."""
        twin = LogisticHead.__new__(LogisticHead)
        twin.__dict__ = {
            name: value.copy() if isinstance(value, np.ndarray) else value
            for name, value in vars(self).items()
        }
        return twin
