r"""The context of a choice as a sparse row: what the first layer of a network looks up.

A category is one entry of weight 1. A number :math:`x` between two neighbouring knots :math:`a \le x \le b` is two
entries, with the weights

.. math:: \frac{b - x}{b - a}, \qquad \frac{x - a}{b - a},

so that a layer of one vector for each entry is a continuous, piecewise linear function of it. Knots lie where rows
are, more sparingly where many rows share a value; each is a value that several rows share, or lies between two rows'
values. Missing numbers have an entry of their own. A category without a row while learning has one whose vector stays
zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]

FEWEST_ROWS = 5
"""A knot that is the value of rows itself is the value of so many."""


@dataclass(frozen=True, eq=False)
class Feature:
    """One feature of a context.

    Parameters
    ----------
    n_values : int
        Categories; 0 for a number.
    knots : ndarray of float32, shape (n_knots,)
        Rising; of a number.
    """

    n_values: int
    knots: Floats

    @property
    def n_entries(self) -> int:
        """How many entries there are: values or knots, and one for all else."""
        return (self.n_values or len(self.knots)) + 1

    def read(self, values: Floats) -> tuple[list[Codes], list[Floats]]:
        """Return the entries of some values and their weights, each of shape (n_rows,)."""
        if self.n_values:
            return [np.minimum(values.astype(np.int64), self.n_values)], [np.ones(len(values), np.float32)]
        is_missing, last = np.isnan(values), len(self.knots) - 1
        held = np.clip(np.where(is_missing, self.knots[0], values), self.knots[0], self.knots[-1])
        low = np.clip(np.searchsorted(self.knots, held, side="right") - 1, 0, max(last - 1, 0))
        high = np.minimum(low + 1, last)
        width = self.knots[high] - self.knots[low]
        above = np.where(width > 0, (held - self.knots[low]) / np.where(width > 0, width, 1), 0)
        above = np.where(is_missing, 0, above).astype(np.float32)
        entries = [np.where(is_missing, last + 1, end).astype(np.int64) for end in (low, high)]
        return entries, [1 - above, above]


@dataclass(frozen=True, eq=False)
class Features:
    """All features of a context, side by side.

    Parameters
    ----------
    features : tuple of Feature
    """

    features: tuple[Feature, ...]

    @property
    def n_entries(self) -> int:
        """How many entries there are in all."""
        return sum(feature.n_entries for feature in self.features)

    @property
    def spare_entries(self) -> list[int]:
        """The entries of categories without a row."""
        ends = np.cumsum([feature.n_entries for feature in self.features])
        return [int(end) - 1 for end, feature in zip(ends, self.features, strict=True) if feature.n_values]

    def read(self, context: Floats) -> tuple[Codes, Floats]:
        """Return the entries of some rows and their weights, each of shape (n_rows, n_slots).

        Parameters
        ----------
        context : ndarray of float32, shape (n_rows, n_features)
        """
        entries: list[Codes] = []
        weights: list[Floats] = []
        start = 0
        for place, feature in enumerate(self.features):
            found, held = feature.read(context[:, place])
            entries += [start + codes for codes in found]
            weights += held
            start += feature.n_entries
        return np.stack(entries, axis=1), np.stack(weights, axis=1)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return plain data."""
        return [
            {"n_values": feature.n_values, "knots": feature.knots.astype(float).tolist()}
            for feature in self.features
        ]

    @classmethod
    def from_dict(cls, data: Sequence[dict[str, Any]]) -> Features:
        """Return the features that `to_dict` described."""
        return cls(tuple(Feature(held["n_values"], np.array(held["knots"], np.float32)) for held in data))


def fit_features(context: Floats, categorical: Sequence[int], *, n_knots: int) -> Features:
    """Return the features of a context.

    Parameters
    ----------
    context : ndarray of float32, shape (n_rows, n_features)
    categorical : sequence of int
        The features that hold codes of categories.
    n_knots : int
        Of every number, at most.
    """
    none = np.zeros(0, np.float32)
    return Features(
        tuple(
            Feature(int(values.max()) + 1, none)
            if place in categorical
            else Feature(0, find_knots(values, n_knots))
            for place, values in enumerate(context.T)
        )
    )


def find_knots(values: Floats, n_knots: int) -> Floats:
    """Return where the knots of a number lie.

    Parameters
    ----------
    values : ndarray of float32, shape (n_rows,)
    n_knots : int

    Examples
    --------
    >>> find_knots(np.repeat(np.array([3, 1, 8], np.float32), 9), 32).tolist()
    [1.0, 3.0, 8.0]
    >>> find_knots(np.arange(90, dtype=np.float32), 4).tolist()
    [0.5, 30.5, 60.5, 88.5]
    """
    found, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    is_shared = counts >= FEWEST_ROWS
    if len(found) <= n_knots and (is_shared.all() or is_shared.sum() > 1):
        return found[is_shared]
    if len(found) < 2:
        return np.zeros(1, np.float32)
    # The square root: a value of many rows takes part of the knots, not nearly all.
    reached = np.cumsum(np.sqrt(counts))
    wanted = np.linspace(reached[0], reached[-1], n_knots)
    places = np.unique(np.clip(np.searchsorted(reached, wanted), 0, len(found) - 2))
    return ((found[places] + found[places + 1]) / 2).astype(np.float32)
