r"""Normal scores by an interpolated quantile grid with point masses.

The distribution function of a column is kept as knots :math:`(x_k, u_k)`, rising in both, with straight lines
between them. A value held by many rows (a point mass) has two knots: it occupies the interval of *u* that is
its share of the rows. The score of a value is

.. math:: z = \Phi^{-1}(u), \qquad u \sim U\bigl[F(x - c/2),\ F(x + c/2)\bigr],

with *c* the width that one value occupies on its scale. Scores of the table that the grid was learned from
are standard normal; decoding maps the whole interval back, so marginals are kept exactly.

Between point masses the grid has at most `MOST_KNOTS` knots, each an interpolation within
`ROWS_PER_KNOT` rows or more, and its ends there are rounded outwards: but for the smallest and the largest
value, which bound what is generated, no value of a single person is stored. (A column of few distinct values is
the exception: there every value is a point mass, see `equitab.encoding.scales`.)

References
----------
Kotelnikov et al., TabDDPM: Modelling Tabular Data with Diffusion Models, 2023 (quantile transformation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

PointMasses = Literal["frequent", "spikes"]
"""Which values are point masses: those that many rows share, or also those that stand out locally."""

MOST_KNOTS = 1000
ROWS_PER_KNOT = 5
POINT_MASS_SHARE = 0.01
POINT_MASS_ROWS = 5
SPIKE_ROWS = 10
SPIKE_RATIO = 5.0
SPIKE_NEIGHBORS = 16
MOST_SPIKES = 48
FEW_VALUES = 128
"""A spike is shared by at least `SPIKE_ROWS` rows and `SPIKE_RATIO` times as many as its `SPIKE_NEIGHBORS`
neighbours on either side hold on average; or one of at most `FEW_VALUES` distinct values."""


@dataclass(frozen=True)
class QuantileGrid:
    """A distribution function as knots, and the normal scores that follow from it.

    Parameters
    ----------
    places : ndarray of float64, shape (n_knots,)
        Rising; a place that stands twice is a point mass.
    shares : ndarray of float64, shape (n_knots,)
        The share of rows below each place, rising from at least 0 to at most 1.
    cell : float
        The width that one value occupies.

    Notes
    -----
    NOTE[DEPARTURE]: TabDDPM maps ties to one score and learns spikes; here ties are spread over their
    interval (a capital gain of 0 belongs to 91% of people), which a continuous model can learn.
    """

    places: np.ndarray
    shares: np.ndarray
    cell: float

    def encode(self, places: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """Return normal scores.

        Parameters
        ----------
        places : ndarray, shape (n_rows,)
            Within the range of the grid.
        uniform : ndarray, shape (n_rows,)
            Draws from [0, 1), which place each value within its interval.

        Returns
        -------
        ndarray of float64, shape (n_rows,)
        """
        from scipy.special import ndtri

        low, high = self.intervals(places)
        width = high - low
        # Away from the interval's ends, so that rounding cannot reach the neighbouring value: a little where
        # the interval is wide, far where it is close to the resolution of floating point.
        margin = np.where(width > 1e-9, 1e-5, 0.25)
        return np.asarray(ndtri(low + width * (margin + (1 - 2 * margin) * uniform)), dtype=np.float64)

    def decode(self, scores: np.ndarray) -> np.ndarray:
        """Return the places of some scores; scores beyond the grid give its ends."""
        from scipy.special import ndtr

        shares = np.clip(ndtr(np.asarray(scores, dtype=np.float64)), self.shares[0], self.shares[-1])
        after = np.clip(np.searchsorted(self.shares, shares, side="right"), 1, len(self.shares) - 1)
        low, high = self.shares[after - 1], self.shares[after]
        part = np.where(high > low, (shares - low) / np.where(high > low, high - low, 1.0), 1.0)
        start, end = self.places[after - 1], self.places[after]
        return np.where(start == end, start, start * (1 - part) + end * part)

    def intervals(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the ends of the intervals of shares that values at some places occupy."""
        half = self.cell / 2
        return self._share_at(places - half, "left"), self._share_at(places + half, "right")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; floating point survives it exactly."""
        return {"places": self.places.tolist(), "shares": self.shares.tolist(), "cell": self.cell}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> QuantileGrid:
        """Return the grid that `to_dict` described."""
        return cls(
            np.array(data["places"], dtype=float), np.array(data["shares"], dtype=float), float(data["cell"])
        )

    def _share_at(self, places: np.ndarray, side: Any) -> np.ndarray:
        """Return the share below (side "left") or up to (side "right") some places."""
        after = np.clip(np.searchsorted(self.places, places, side=side), 1, len(self.places) - 1)
        start, end = (
            self.places[after - 1] / 2,
            self.places[after] / 2,
        )  # halves: the distance cannot overflow
        distance = np.where(end > start, end - start, 1.0)
        part = np.where(end > start, (places / 2 - start) / distance, 1.0 if side == "right" else 0.0)
        low, high = self.shares[after - 1], self.shares[after]
        return low + (high - low) * np.clip(part, 0.0, 1.0)


def fit_quantile_grid(
    places: np.ndarray,
    *,
    cell: float,
    all_point_masses: bool = False,
    point_masses: PointMasses = "frequent",
    weights: np.ndarray | None = None,
) -> QuantileGrid:
    """Learn a grid from the places of a column's values.

    Parameters
    ----------
    places : ndarray, shape (n_rows,)
        At least one.
    cell : float
        The width that one value occupies; 0 on the real line.
    all_point_masses : bool
        Whether every distinct value is a point mass, not only those with a share of the rows of at least
        `POINT_MASS_SHARE` and at least `POINT_MASS_ROWS` rows.
    point_masses : {"frequent", "spikes"}
        Whether values that stand out from their neighbourhood are point masses too; see `find_spikes`.
    weights : ndarray, shape (n_rows,), optional
        Weights of the rows; equal when not given.

    Examples
    --------
    >>> import numpy as np
    >>> grid = fit_quantile_grid(np.array([0.0, 0.0, 0.0, 1.0]), cell=1.0, all_point_masses=True)
    >>> grid.shares
    array([0.  , 0.75, 0.75, 1.  ])
    """
    values, positions, counts = np.unique(places, return_inverse=True, return_counts=True)
    held = np.ones(len(places)) if weights is None else np.asarray(weights, dtype=np.float64)
    masses = np.bincount(positions, weights=held, minlength=len(values))
    masses = masses / masses.sum() if masses.sum() > 0 else counts / counts.sum()
    is_mass = (masses >= POINT_MASS_SHARE) & (counts >= POINT_MASS_ROWS)
    if point_masses == "spikes":
        is_mass |= find_spikes(values, counts, cell=cell)
    is_mass |= all_point_masses or len(values) == 1
    knots = _knots(values, masses, counts, is_mass, cell / 2)
    # Half a row beyond each end that is no point mass: the ends' scores stay finite.
    low, high = (0.0 if is_mass[end] else 0.5 / len(places) for end in (0, -1))
    shares = low + np.clip(knots[:, 1], 0.0, 1.0) * (1 - low - high)
    return QuantileGrid(knots[:, 0].copy(), shares, cell)


def find_spikes(values: np.ndarray, counts: np.ndarray, *, cell: float) -> np.ndarray:
    """Return which values many more rows share than their neighbourhood lets expect.

    Round salaries, usual working hours, the few sums that a tax form allows: such values must come back
    exactly, while the values between them may be interpolated.

    Parameters
    ----------
    values : ndarray, shape (n_values,)
        Distinct places, sorted.
    counts : ndarray of int, shape (n_values,)
        Rows at each place.
    cell : float
        The width that one value occupies; 0 on the real line, where no value is expected twice.

    Returns
    -------
    ndarray of bool, shape (n_values,)
        At most `MOST_SPIKES` values, unless there are at most `FEW_VALUES` in all.

    Examples
    --------
    >>> import numpy as np
    >>> places = np.arange(1000.0)
    >>> counts = np.where(places % 100 == 0, 50, 4)
    >>> int(find_spikes(places, counts, cell=1.0).sum())
    10
    """
    is_shared = counts >= SPIKE_ROWS
    if len(values) <= FEW_VALUES or cell == 0:
        found = is_shared
    else:
        total = np.concatenate([[0], np.cumsum(counts)])
        order = np.arange(len(values))
        low = np.maximum(order - SPIKE_NEIGHBORS, 0)
        high = np.minimum(order + SPIKE_NEIGHBORS, len(values) - 1)
        others = total[high + 1] - total[low] - counts
        expected = others * cell / np.maximum(values[high] - values[low], cell)
        found = is_shared & (counts >= SPIKE_RATIO * expected)
    if len(values) > FEW_VALUES and found.sum() > MOST_SPIKES:
        ranked = np.argsort(np.where(found, -counts, 0), kind="stable")
        found = np.isin(np.arange(len(values)), ranked[:MOST_SPIKES])
    return found


def _knots(
    values: np.ndarray, masses: np.ndarray, counts: np.ndarray, is_mass: np.ndarray, half: float
) -> np.ndarray:
    """Return knots (place, share), shape (n_knots, 2): point masses and the stretches between them."""
    below = np.concatenate([[0.0], np.cumsum(masses)])
    pieces, start = [], 0
    for stop in [*np.flatnonzero(is_mass).tolist(), len(values)]:
        if stop > start:
            low = values[start - 1] + half if start else None
            high = values[stop] - half if stop < len(values) else None
            inside = slice(start, stop)
            stretch = _stretch(values[inside], masses[inside], int(counts[inside].sum()), half, low, high)
            pieces.append(np.add(stretch, [0.0, below[start]]))
        if stop < len(values):
            pieces.append(
                np.array([[values[stop] - half, below[stop]], [values[stop] + half, below[stop + 1]]])
            )
        start = stop + 1
    # Sums of shares differ in the last digit between the pieces; a grid must rise.
    return np.maximum.accumulate(np.vstack(pieces))


def _stretch(
    values: np.ndarray, masses: np.ndarray, n_rows: int, half: float, low: float | None, high: float | None
) -> np.ndarray:
    """Return knots of the values between two point masses (None: the range ends there), shares from 0."""
    mass = float(masses.sum())
    middles = np.cumsum(masses) - masses / 2
    n_knots = max(1, min(n_rows // ROWS_PER_KNOT, round(MOST_KNOTS * mass)))
    shares = np.linspace(0.0, mass, n_knots + 1)
    places = np.interp(shares, middles, values)  # between two values: hardly ever at one
    first, last = values[0] - half, values[-1] + half
    places[0] = first if low is None else _end(first, low, np.floor, beyond=half == 0)
    places[-1] = last if high is None else _end(last, high, np.ceil, beyond=half == 0)
    return np.column_stack([places, shares])


def _end(place: float, bound: float, rounding: Any, *, beyond: bool) -> float:
    """Return a place rounded towards a bound, not past it.

    With `beyond`, strictly between the two: a value without width at the very end of its stretch would share
    its place in the distribution with the next point mass.
    """
    low, high = min(place, bound), max(place, bound)
    rounded = min(max(_rounded(place, rounding), low), high)
    return place / 2 + bound / 2 if beyond and not low < rounded < high else rounded


def _rounded(place: float, rounding: Any) -> float:
    """Return a place rounded to two significant digits, downwards (floor) or upwards (ceil)."""
    unit = 10.0 ** (np.floor(np.log10(abs(place))) - 1) if place else 0.0
    return float(rounding(place / unit) * unit) if unit > 0 else place
