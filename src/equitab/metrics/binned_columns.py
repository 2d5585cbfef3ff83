"""Columns as codes, numerics cut into deciles, and what tables of counts say about them.

Shares of codes, alone and jointly, in the real and in the synthetic table; the distance between them; and the
information that two columns hold about each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.metrics.column_pairs import ColumnPair
from equitab.metrics.group_rates import FloatArray

__all__ = [
    "N_BINS",
    "BinnedColumn",
    "decile_codes",
    "entropies",
    "joint_shares",
    "normalised_information",
    "shares_of_codes",
    "total_variation",
]

CodeArray = npt.NDArray[np.int64]
#: Number of bins into which a numeric column is cut, by the quantiles of the real table.
N_BINS = 10


def shares_of_codes(real: npt.NDArray[Any], synthetic: npt.NDArray[Any], n_codes: int) -> FloatArray:
    """Return the share of each code in both tables, shape (2, n_codes)."""
    return np.stack([np.bincount(codes, minlength=n_codes) / len(codes) for codes in (real, synthetic)])


def total_variation(shares: FloatArray) -> float:
    """Return half the summed absolute difference of two rows of shares."""
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def decile_codes(real: npt.ArrayLike, *others: npt.ArrayLike) -> list[CodeArray]:
    """Cut numbers into the deciles of the real ones, with bins of their own for point masses and for missing.

    Parameters
    ----------
    real : array-like of float, shape (n_rows,)
        The numbers whose deciles are the edges; NaN where missing.
    *others : array-like of float
        Numbers that are cut at the same edges.

    Returns
    -------
    list of ndarray of int
        Codes for `real` and each of `others`; 0 is missing.

    Notes
    -----
    A value that is several deciles at once (0 in a column that is mostly 0) is a bin of its own, else it
    could share one with everything above or below it.

    Examples
    --------
    >>> codes, = decile_codes([0.0] * 8 + [-1.0, 5.0, np.nan])
    >>> codes.tolist()
    [3, 3, 3, 3, 3, 3, 3, 3, 1, 4, 0]
    """
    numbers = np.asarray(real, dtype=np.float64)
    present = numbers[~np.isnan(numbers)]
    edges, repeats = np.unique(_inner_quantiles(present), return_counts=True)
    cuts = np.union1d(edges, np.nextafter(edges[repeats > 1], -np.inf))
    return [_cut(np.asarray(values, dtype=np.float64), cuts) for values in (numbers, *others)]


def _inner_quantiles(present: FloatArray) -> FloatArray:
    """Return the nine deciles that are values of the column; none of an empty column."""
    if present.size == 0:
        return present
    probabilities = np.arange(1, N_BINS) / N_BINS
    return np.asarray(np.quantile(present, probabilities, method="inverted_cdf"))


def _cut(values: FloatArray, cuts: FloatArray) -> CodeArray:
    """Return 0 for missing values, else 1 plus the number of cuts below the value."""
    return np.where(np.isnan(values), 0, np.searchsorted(cuts, values, side="left") + 1)


@dataclass(frozen=True, eq=False)
class BinnedColumn:
    """A column as codes in both tables, with their shares."""

    real: CodeArray
    synthetic: CodeArray
    n_codes: int
    shares: FloatArray

    @classmethod
    def of(cls, column: ColumnPair) -> BinnedColumn:
        """Return the column, cut into deciles when numeric; only codes that occur are kept."""
        if column.kind == "numeric":
            real, synthetic = decile_codes(column.real, column.synthetic)
        else:
            real, synthetic = column.real.astype(np.int64), column.synthetic.astype(np.int64)
        occurs = np.bincount(real, minlength=int(synthetic.max()) + 1) > 0
        occurs[np.unique(synthetic)] = True
        renumber = np.cumsum(occurs) - 1
        n_codes = int(occurs.sum())
        real, synthetic = renumber[real], renumber[synthetic]
        return cls(real, synthetic, n_codes, shares_of_codes(real, synthetic, n_codes))

    @property
    def entropies(self) -> FloatArray:
        """Entropy of the codes in either table, in nats."""
        return entropies(self.shares)


def entropies(shares: FloatArray) -> FloatArray:
    """Return the entropy of each row of shares; 0 ln 0 = 0."""
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return np.asarray(-(shares * logs).sum(-1))


def joint_shares(a: BinnedColumn, b: BinnedColumn) -> FloatArray:
    """Return the share of each combination of codes in both tables, shape (2, n_cells)."""
    joint = [a.real * b.n_codes + b.real, a.synthetic * b.n_codes + b.synthetic]
    n_cells = a.n_codes * b.n_codes
    if n_cells > 4 * (len(joint[0]) + len(joint[1])):  # mostly empty: number the cells that occur
        codes = np.unique(np.concatenate(joint), return_inverse=True)[1]
        joint, n_cells = [codes[: len(joint[0])], codes[len(joint[0]) :]], int(codes.max()) + 1
    return shares_of_codes(joint[0], joint[1], n_cells)


def normalised_information(a: FloatArray, b: FloatArray, joint: FloatArray) -> FloatArray:
    """Return 2 MI / (H_a + H_b) from entropies; 0 where both columns are constant."""
    total = a + b
    information = np.maximum(total - joint, 0.0)
    information[information < 1e-12] = 0.0  # independent columns: what rounding leaves is no information
    return np.divide(2 * information, total, out=np.zeros_like(total), where=total > 0)
