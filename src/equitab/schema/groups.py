r"""The index of intersectional groups: mixed radix over any number of sensitive features.

With :math:`K_i` values of feature *i* and cumulative products :math:`P_0 = 1,\ P_i = K_1 \cdots K_i`, the
group of the values :math:`u_i` has the code

.. math:: y = \sum_i u_i P_{i-1}, \qquad u_i = \lfloor y / P_{i-1} \rfloor \bmod K_i .

NOTE[DEPARTURE]: the inverse printed in the MCRAGE paper, :math:`(y \bmod K_i - y \bmod K_{i-1}) / P_{i-1}`, has
single :math:`K_i` where cumulative products belong: for K = (2, 3) and u = (1, 2) it turns the code 5 into (1, 1/2).

References
----------
Behal, Chen, Fikes, Xiao, MCRAGE: Synthetic Healthcare Data for Fairness, 2023 (arXiv 2310.18430).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from equitab.errors import Problem, SchemaError, closest


@dataclass(frozen=True)
class IntersectionalGroups:
    """Every combination of the values of some features, with a code for each.

    Parameters
    ----------
    features : tuple of str
        Names of the features; empty for one group of everybody.
    levels : tuple of tuple of str
        For each feature, the names of its values.

    Examples
    --------
    >>> groups = IntersectionalGroups(("sex", "race"), (("F", "M"), ("B", "W", "O")))
    >>> groups.n_groups, groups.label(3), groups.values(3)
    (6, 'M × W', ('M', 'W'))
    >>> int(groups.code(("M", "W")))
    3
    """

    features: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]

    @property
    def n_groups(self) -> int:
        """How many combinations there are, occupied or not."""
        return prod(len(level) for level in self.levels)

    @property
    def labels(self) -> tuple[str, ...]:
        """The name of every group, by code."""
        return tuple(self.label(code) for code in range(self.n_groups))

    def label(self, code: int) -> str:
        """Return the name of a group: its values joined by ``×``, or ``everybody`` without features."""
        return " × ".join(self.values(code)) or "everybody"

    def values(self, code: int) -> tuple[str, ...]:
        """Return the names of the values that make up a group."""
        indices = self.decode(np.array([code]))[0]
        return tuple(level[index] for level, index in zip(self.levels, indices, strict=True))

    def code(self, values: tuple[str, ...]) -> int:
        """Return the code of the group with these values, one for each feature.

        Raises
        ------
        SchemaError
            If a value is not one of its feature's.
        """
        problems = [
            Problem(
                f"group value of {feature!r}", "a value of the feature", repr(value), closest(value, level)
            )
            for feature, level, value in zip(self.features, self.levels, values, strict=True)
            if value not in level
        ]
        if problems:
            raise SchemaError(problems)
        return int(
            self.encode(
                np.array([[level.index(value) for level, value in zip(self.levels, values, strict=True)]])
            )[0]
        )

    def encode(self, indices: np.ndarray) -> np.ndarray:
        """Return codes of rows of value indices.

        Parameters
        ----------
        indices : ndarray of int, shape (n_rows, n_features)
            A negative index (a person left out) makes the code -1.

        Returns
        -------
        ndarray of int64, shape (n_rows,)
        """
        indices = np.atleast_2d(np.asarray(indices, dtype=np.int64))
        codes = indices @ self._strides()
        return np.where((indices < 0).any(axis=1), -1, codes)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Return value indices, shape (n_rows, n_features): the exact inverse of `encode`."""
        sizes = np.array([len(level) for level in self.levels], dtype=np.int64)
        return np.asarray(codes, dtype=np.int64)[:, None] // self._strides()[None, :] % sizes[None, :]

    def counts(self, codes: np.ndarray, *, weights: np.ndarray | None = None) -> np.ndarray:
        """Return the number (or weight) of rows in each group, shape (n_groups,); code -1 is not counted."""
        codes = np.asarray(codes)
        kept = codes >= 0
        held = None if weights is None else np.asarray(weights)[kept]
        return np.bincount(codes[kept], weights=held, minlength=self.n_groups)

    def shares(self, codes: np.ndarray, *, weights: np.ndarray | None = None) -> np.ndarray:
        """Return each group's share of the rows (or weight) of all groups, shape (n_groups,); 0 without any rows."""
        held = self.counts(codes, weights=weights)
        return held / held.sum() if held.sum() > 0 else np.zeros(self.n_groups)

    def deficits(self, codes: np.ndarray) -> np.ndarray:
        """Return how many rows each group lacks to be as large as the largest, shape (n_groups,).

        Examples
        --------
        >>> IntersectionalGroups(("sex",), (("F", "M", "X"),)).deficits(np.array([0, 1, 1, 1])).tolist()
        [2, 0, 3]
        """
        held = self.counts(codes)
        return held.max(initial=0) - held

    def _strides(self) -> np.ndarray:
        sizes = [1, *(len(level) for level in self.levels)]
        return np.cumprod(sizes[: len(self.levels)], dtype=np.int64)
