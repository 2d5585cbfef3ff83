"""How the numbers of a column are laid out on a line before their distribution is learned.

Three layouts, chosen by `choose_scale`:

- `RankedValues`: a column of few distinct values; the layout is the rank of the value, and any value, however
  large, comes back exactly;
- `Lattice`: whole multiples of a step (integers, prices with two decimals, dates, limits in thousands); the
  layout is the multiple, and decoding gives multiples of the step only;
- `RealLine`: anything else, as it is, or logarithmically where a column spans many orders of magnitude.

Every layout has a `cell`: the width that one value occupies (1 for ranks and multiples, 0 on the real line).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

FEW_DISTINCT = 32
"""A numeric column with at most this many distinct values is laid out by rank."""

MOST_DECIMALS = 9
WIDEST_LATTICE = 2.0**52
WIDEST_DECIMALS = 1e12
"""Whole numbers lie below the first; numbers with decimals, once these are removed, below the second."""
LOGARITHMIC_FROM = 1e4
"""The real line is logarithmic where the largest size exceeds the median size by this factor."""


@dataclass(frozen=True)
class RankedValues:
    """Few distinct values, each at its rank.

    Parameters
    ----------
    values : ndarray, shape (n_values,)
        Sorted; of type int64 or float64.
    """

    values: np.ndarray
    cell: ClassVar[float] = 1.0

    def place(self, numbers: np.ndarray) -> np.ndarray:
        """Return the ranks of some numbers; one that was not among the values gets the nearest rank."""
        after = np.clip(np.searchsorted(self.values, numbers), 1, max(len(self.values) - 1, 1))
        low, high = after - 1, np.minimum(after, len(self.values) - 1)
        wide = np.asarray(numbers, dtype=np.float64)  # distances of int64 could overflow
        is_nearer = wide - self.values[low].astype(np.float64) > self.values[high].astype(np.float64) - wide
        is_high = (numbers == self.values[high]) | (is_nearer & (numbers != self.values[low]))
        return np.where(is_high, high, low).astype(np.float64)

    @property
    def ends(self) -> tuple[float, float]:
        """The smallest and the largest value."""
        return self.values[0], self.values[-1]

    def read(self, places: np.ndarray) -> np.ndarray:
        """Return the values at some places on the line."""
        return self.values[np.clip(np.rint(places), 0, len(self.values) - 1).astype(np.int64)]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"layout": "ranked", "values": self.values.tolist(), "dtype": str(self.values.dtype)}


@dataclass(frozen=True)
class Lattice:
    """Whole multiples of a step, counted from the smallest value.

    Parameters
    ----------
    origin : int
        The smallest value, times ``10 ** decimals``.
    step : int
        The greatest common divisor of the distances between values, times ``10 ** decimals``.
    n_steps : int
        The largest value, in steps from the origin.
    decimals : int
        Decimals of the column.
    is_integer : bool
        Whether numbers come and go as int64.
    """

    origin: int
    step: int
    n_steps: int
    decimals: int
    is_integer: bool
    cell: ClassVar[float] = 1.0

    def place(self, numbers: np.ndarray) -> np.ndarray:
        """Return how many steps from the origin some numbers lie, within the range."""
        whole = _scaled_integers(numbers, self.decimals) if not self.is_integer else numbers
        low, high = self.origin, self.origin + self.n_steps * self.step
        steps = np.rint((np.clip(whole, low, high) - self.origin) / self.step)
        return np.asarray(steps, dtype=np.float64)

    @property
    def ends(self) -> tuple[float, float]:
        """The smallest and the largest number."""
        low, high = self.read(np.array([0, self.n_steps]))
        return low, high

    def read(self, places: np.ndarray) -> np.ndarray:
        """Return the numbers at some places on the line."""
        steps = np.clip(np.rint(places), 0, self.n_steps).astype(np.int64)
        whole = self.origin + steps * self.step
        return whole if self.is_integer else whole / 10.0**self.decimals

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"layout": "lattice", **self.__dict__}


@dataclass(frozen=True)
class RealLine:
    r"""Numbers as they are, or ``sign(x) log(1 + |x| / size)`` where `size` is above zero.

    Parameters
    ----------
    size : float
        The median size of the column's numbers; 0 for a line that is not logarithmic.
    low, high : float
        The range that numbers are held within: logarithms are not exact in the last digit.
    is_integer : bool
        Whether numbers come and go as int64.
    """

    size: float
    low: float
    high: float
    is_integer: bool
    cell: ClassVar[float] = 0.0

    def place(self, numbers: np.ndarray) -> np.ndarray:
        """Return the places of some numbers on the line."""
        numbers = np.asarray(numbers, dtype=np.float64)
        if self.size == 0:
            return numbers
        with np.errstate(divide="ignore"):
            logarithm = np.log(np.abs(numbers)) - np.log(self.size)
        return np.sign(numbers) * np.logaddexp(0.0, logarithm)

    @property
    def ends(self) -> tuple[float, float]:
        """The smallest and the largest number."""
        return self.low, self.high

    def read(self, places: np.ndarray) -> np.ndarray:
        """Return the numbers at some places on the line."""
        numbers = places if self.size == 0 else np.sign(places) * self._sizes(np.abs(places))
        numbers = np.clip(numbers, self.low, self.high)
        if not self.is_integer:
            return numbers
        # The largest float64 below 2**63: casting 2**63 itself would wrap round.
        return np.clip(np.rint(numbers), -(2.0**63), 2.0**63 - 1024).astype(np.int64)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"layout": "real", **self.__dict__}

    def _sizes(self, places: np.ndarray) -> np.ndarray:
        """Undo the logarithm without overflow: expm1 near zero, exp of a sum far from it."""
        near = np.expm1(np.minimum(places, 1.0)) * self.size
        far = np.exp(np.minimum(places + np.log(self.size), 709.782)) - self.size
        return np.where(places < 1.0, near, far)


Scale: TypeAlias = RankedValues | Lattice | RealLine


def choose_scale(numbers: np.ndarray) -> Scale:
    """Return the layout for a column's numbers.

    Parameters
    ----------
    numbers : ndarray, shape (n_present,)
        At least one number, of type int64 or float64, all finite.

    Examples
    --------
    >>> import numpy as np
    >>> choose_scale(np.arange(100) * 500)
    Lattice(origin=0, step=500, n_steps=99, decimals=0, is_integer=True)
    """
    distinct = np.unique(numbers)
    if len(distinct) <= FEW_DISTINCT:
        return RankedValues(distinct)
    is_integer = bool(np.issubdtype(numbers.dtype, np.integer))
    ends = float(distinct[0]), float(distinct[-1])
    return _lattice(distinct, is_integer) or RealLine(_logarithmic_size(distinct), *ends, is_integer)


def scale_from_dict(data: dict[str, Any]) -> Scale:
    """Return the layout that `to_dict` described."""
    known = {name: value for name, value in data.items() if name != "layout"}
    if data["layout"] == "ranked":
        return RankedValues(np.array(known["values"], dtype=np.dtype(known["dtype"])))
    return Lattice(**known) if data["layout"] == "lattice" else RealLine(**known)


def _lattice(distinct: np.ndarray, is_integer: bool) -> Lattice | None:
    decimals = 0 if is_integer else _decimals(distinct)
    if decimals is None or float(distinct[-1]) - float(distinct[0]) >= WIDEST_LATTICE / 10.0**decimals:
        return None
    whole = distinct if is_integer else _scaled_integers(distinct, decimals).astype(np.int64)
    step = int(np.gcd.reduce(np.diff(whole)))
    return Lattice(int(whole[0]), step, int(whole[-1] - whole[0]) // step, decimals, is_integer)


def _decimals(distinct: np.ndarray) -> int | None:
    """Return the fewest decimals that write every number exactly, or None."""
    for decimals in range(MOST_DECIMALS + 1):
        whole = _scaled_integers(distinct, decimals)
        if np.abs(whole).max() >= (WIDEST_DECIMALS if decimals else WIDEST_LATTICE):
            return None
        if np.array_equal(whole / 10.0**decimals, distinct):
            return decimals
    return None


def _scaled_integers(numbers: np.ndarray, decimals: int) -> np.ndarray:
    with np.errstate(over="ignore"):
        return np.rint(numbers * 10.0**decimals)


def _logarithmic_size(distinct: np.ndarray) -> float:
    sizes = np.abs(distinct[distinct != 0].astype(np.float64))
    median = float(np.median(sizes))
    return median if sizes.max() / LOGARITHMIC_FROM > median else 0.0
