"""Which pairs of values occur together: so that a request for people who are not in the data is noticed.

Only pairs of categories are kept, and of columns that nobody was told would be asked for only pairs that several
rows share: what is stored tells nothing about a single person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Pair = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Support:
    """The pairs of values that occur.

    Parameters
    ----------
    pairs : mapping of (str, str) to ndarray of bool, shape (n_values of one, n_values of the other)
    counts : mapping of str to ndarray of int64, shape (n_values,)
        How many rows hold each value.
    """

    pairs: Mapping[Pair, npt.NDArray[np.bool_]]
    counts: Mapping[str, Codes]

    def unknown(self, codes: Mapping[str, Codes]) -> dict[Pair, npt.NDArray[np.bool_]]:
        """Return for pairs of columns which rows hold a pair of values that does not occur."""
        found = {}
        for first, second in self._pairs_of(codes):
            is_unknown = ~self.pairs[first, second][codes[first], codes[second]]
            if is_unknown.any():
                found[first, second] = is_unknown
        return found

    def nearest(self, codes: Mapping[str, Codes], movable: Sequence[str]) -> dict[str, Codes]:
        """Return the rows with as few values changed as it takes for every pair to occur.

        Parameters
        ----------
        codes : mapping of str to ndarray of int64, shape (n_rows,)
        movable : sequence of str
            Which column gives way first, the most willing first.

        Returns
        -------
        mapping of str to ndarray
            A value that occurs with all others of its row, the most frequent of those; rows for which no single
            change is enough change one column after the other, and may stay as they are.
        """
        found = {name: held.copy() for name, held in codes.items()}
        for name in movable:
            is_unknown = self._rows_with_unknown(found, name)
            if not is_unknown.any():
                continue
            rows = np.flatnonzero(is_unknown)
            options = np.ones((len(rows), len(self.counts[name])), dtype=bool)
            for other in found:
                if other != name and (pair := self._oriented(name, other)) is not None:
                    options &= pair[:, found[other][rows]].T
            best = np.argmax(np.where(options, self.counts[name], -1), axis=1)
            possible = options.any(axis=1)
            found[name][rows[possible]] = best[possible]
        return found

    def _rows_with_unknown(self, codes: Mapping[str, Codes], name: str) -> npt.NDArray[np.bool_]:
        n_rows = len(next(iter(codes.values())))
        held = [rows for pair, rows in self.unknown(codes).items() if name in pair]
        return np.any(held, axis=0) if held else np.zeros(n_rows, dtype=bool)

    def _oriented(self, name: str, other: str) -> npt.NDArray[np.bool_] | None:
        if (name, other) in self.pairs:
            return self.pairs[name, other]
        return self.pairs[other, name].T if (other, name) in self.pairs else None

    def _pairs_of(self, codes: Mapping[str, Codes]) -> list[Pair]:
        return [pair for pair in self.pairs if pair[0] in codes and pair[1] in codes]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data and nothing else: see `arrays` for the rest."""
        return {"pairs": [list(pair) for pair in self.pairs], "columns": list(self.counts)}

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays to save."""
        pairs = {f"support_pair_{place}": np.packbits(held) for place, held in enumerate(self.pairs.values())}
        return {
            **pairs,
            **{f"support_count_{place}": held for place, held in enumerate(self.counts.values())},
        }

    @classmethod
    def from_saved(cls, data: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Support:
        """Return the support that `to_dict` and `arrays` described."""
        counts = {name: arrays[f"support_count_{place}"] for place, name in enumerate(data["columns"])}
        pairs = {}
        for place, (first, second) in enumerate(data["pairs"]):
            shape = (len(counts[first]), len(counts[second]))
            bits = np.unpackbits(arrays[f"support_pair_{place}"], count=shape[0] * shape[1])
            pairs[first, second] = bits.reshape(shape).astype(bool)
        return cls(pairs, counts)


def find_support(
    codes: Mapping[str, Codes], sizes: Mapping[str, int], *, asked_for: Sequence[str], fewest_rows: int
) -> Support:
    """Count the pairs of values of a table.

    Parameters
    ----------
    codes : mapping of str to ndarray of int64, shape (n_rows,)
    sizes : mapping of str to int
        How many values each column has.
    asked_for : sequence of str
        Columns among which one row is enough.
    fewest_rows : int
        Rows that a pair of other columns needs.
    """
    pairs = {}
    for first, second in combinations(codes, 2):
        joint = np.bincount(
            codes[first] * sizes[second] + codes[second], minlength=sizes[first] * sizes[second]
        )
        needed = 1 if first in asked_for and second in asked_for else max(fewest_rows, 1)
        pairs[first, second] = joint.reshape(sizes[first], sizes[second]) >= needed
    # Counts are only compared with each other, so rounding them up to tens tells nothing about a few people.
    counts = {name: -(-np.bincount(held, minlength=sizes[name]) // 10) * 10 for name, held in codes.items()}
    return Support(pairs, counts)
