"""The context that rows are drawn under: what was seen, how often, and how a request is completed.

Rows are drawn under the training table's joint distribution of the context columns. A request that fixes some
of them leaves the others to be drawn from the training rows that agree with it; where none agrees with all of
it, from those that agree with the most of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from equitab.encoding import EncodedTable

N_BANDS = 20
"""Numeric requests are compared with training rows within bands that hold a twentieth of the rows each."""


@dataclass(frozen=True)
class ContextTable:
    """The distinct rows of the context columns and their shares.

    Parameters
    ----------
    encoded : EncodedTable
        Distinct rows.
    share : ndarray of shape (n_rows,)
        How much of the training table each stands for; sums to 1.

    Examples
    --------
    >>> codes = np.array([[0], [1], [1], [1]])
    >>> rows = EncodedTable(np.zeros((4, 0)), codes, (2,), (), ("sex",))
    >>> ContextTable.of(rows, None).share
    array([0.25, 0.75])
    """

    encoded: EncodedTable
    share: np.ndarray

    @classmethod
    def of(cls, encoded: EncodedTable, weights: np.ndarray | None) -> ContextTable:
        """Return the distinct rows of some training rows, and their weighted shares."""
        held = np.ones(encoded.n_rows) if weights is None else weights
        keys = np.column_stack([encoded.categorical, encoded.numeric])
        _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        share = np.bincount(inverse.ravel(), weights=held, minlength=len(first))
        return cls(encoded.take(first), share / share.sum())

    def draw(self, n_rows: int, asked: EncodedTable | None, *, seed: int) -> EncodedTable:
        """Return one context row for each wanted row.

        Parameters
        ----------
        n_rows : int
        asked : EncodedTable, optional
            Values that are fixed, one row for each wanted row, with a part of the context's columns.
        seed : int
        """
        generator = np.random.default_rng([seed, n_rows])
        if asked is None:
            chosen = self._choose(np.arange(len(self.share)), generator.random(n_rows))
            return self.encoded.take(chosen)
        numeric_at = [self.encoded.numeric_names.index(name) for name in asked.numeric_names]
        codes_at = [self.encoded.categorical_names.index(name) for name in asked.categorical_names]
        drawn = self.encoded.take(self._agreeing(asked, numeric_at, codes_at, generator))
        numeric, categorical = drawn.numeric.copy(), drawn.categorical.copy()
        numeric[:, numeric_at] = asked.numeric
        categorical[:, codes_at] = asked.categorical
        return drawn.replaced(numeric, categorical)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "numeric": self.encoded.numeric.tolist(),
            "categorical": self.encoded.categorical.tolist(),
            "cardinalities": list(self.encoded.cardinalities),
            "numeric_names": list(self.encoded.numeric_names),
            "categorical_names": list(self.encoded.categorical_names),
            "share": self.share.tolist(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ContextTable:
        """Return the table that `to_dict` described."""
        n_rows = len(data["share"])
        encoded = EncodedTable(
            np.array(data["numeric"], dtype=np.float64).reshape(n_rows, len(data["numeric_names"])),
            np.array(data["categorical"], dtype=np.int64).reshape(n_rows, len(data["categorical_names"])),
            tuple(data["cardinalities"]),
            tuple(data["numeric_names"]),
            tuple(data["categorical_names"]),
        )
        return cls(encoded, np.array(data["share"], dtype=np.float64))

    def _agreeing(
        self,
        asked: EncodedTable,
        numeric_at: list[int],
        codes_at: list[int],
        generator: np.random.Generator,
    ) -> np.ndarray:
        """Return for each request a training row that agrees with as much of it as any does."""
        held = np.column_stack(
            [self.encoded.categorical[:, codes_at], _bands(self.encoded.numeric[:, numeric_at])]
        )
        wanted = np.column_stack([asked.categorical, _bands(asked.numeric)])
        distinct, inverse = np.unique(wanted, axis=0, return_inverse=True)
        uniform = generator.random(len(wanted))
        chosen = np.zeros(len(wanted), dtype=np.int64)
        for place, row in enumerate(distinct):
            n_equal = (held == row).sum(1)
            rows = np.flatnonzero(inverse.ravel() == place)
            chosen[rows] = self._choose(np.flatnonzero(n_equal == n_equal.max()), uniform[rows])
        return chosen

    def _choose(self, candidates: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        cumulative = np.cumsum(self.share[candidates])
        places = np.searchsorted(cumulative, uniform * cumulative[-1], side="right")
        return candidates[np.minimum(places, len(candidates) - 1)]


def _bands(scores: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return np.floor(ndtr(scores) * N_BANDS).astype(np.int64)
