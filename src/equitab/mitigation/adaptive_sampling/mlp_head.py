"""A small network as a head, in PyTorch."""

from __future__ import annotations

import copy
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from equitab.mitigation.adaptive_sampling.cells import FloatArray, IntArray
from equitab.mitigation.adaptive_sampling.heads import kept_share
from equitab.mitigation.adaptive_sampling.last_layer import last_layer_rows
from equitab.mitigation.adaptive_sampling.objectives import LastLayerRows, log_probabilities


class MlpHead:
    """A network with rectified layers, trained by Adam; an average of its weights predicts.

    Parameters
    ----------
    n_features, n_labels : int
    hidden : tuple of int, default (64, 64)
        Width of each hidden layer.
    learning_rate : float, default 1e-3
    penalty : float, default 0
        Weight decay.
    seed : int

    Examples
    --------
    >>> head = MlpHead(1, 2, seed=0)
    >>> head.predict_proba(np.zeros((3, 1))).shape
    (3, 2)
    """

    def __init__(
        self,
        n_features: int,
        n_labels: int,
        *,
        hidden: tuple[int, ...] = (64, 64),
        learning_rate: float = 1e-3,
        penalty: float = 0.0,
        seed: int,
    ) -> None:
        widths = [n_features, *hidden]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            inner = [
                layer
                for width, following in pairwise(widths)
                for layer in (nn.Linear(width, following), nn.ReLU())
            ]
            self.last_layer = nn.Linear(widths[-1], n_labels)
        self.network = nn.Sequential(*inner, self.last_layer)
        self._optimiser = torch.optim.Adam(
            self.network.parameters(), lr=learning_rate, weight_decay=penalty, fused=True
        )
        self.average = copy.deepcopy(self.network)
        self._n_steps = 0

    def train_on(self, features: FloatArray, labels: IntArray, weights: FloatArray | None) -> float:
        """Take one step down the mean loss of a batch, and return that loss."""
        losses = nn.functional.cross_entropy(
            self.network(_tensor(features)), torch.from_numpy(labels), reduction="none"
        )
        loss = losses.mean() if weights is None else (losses * _tensor(weights)).mean()
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        self._follow()
        return float(loss.detach())

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the average a little towards the weights."""
        self._n_steps += 1
        averages: list[Tensor] = [*self.average.parameters()]
        weights: list[Tensor] = [*self.network.parameters()]
        torch._foreach_lerp_(averages, weights, 1 - kept_share(self._n_steps))

    def look(self, features: FloatArray, labels: IntArray, groups: IntArray) -> LastLayerRows:
        """Return what the last layer receives and gives, as the network is now."""
        return last_layer_rows(self.network, self.last_layer, _tensor(features), labels, groups)

    @torch.no_grad()
    def predict_proba(self, features: FloatArray) -> FloatArray:
        """Return the probability of each label, shape (n_rows, n_labels)."""
        return np.exp(log_probabilities(self.average(_tensor(features)).double().numpy()))

    def copy(self) -> MlpHead:
        """Return a network of its own in the same state."""
        return copy.deepcopy(self)


def _tensor(values: FloatArray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
