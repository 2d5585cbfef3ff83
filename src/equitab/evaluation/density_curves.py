"""Smooth densities of numbers in a sample of people: with a band, and silent where too few people are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_N_KNOTS = 513
_REACH = 3.0
"""Bandwidths from a place within which a value counts as near it; beyond, it adds next to nothing."""


@dataclass(frozen=True, eq=False)
class Density:
    """A density over places.

    Attributes
    ----------
    height, low, high : ndarray of float64, shape (n_places,)
        The density and its pointwise 95% interval.
    n_near : ndarray of int64, shape (n_places,)
        Values within three bandwidths of each place.
    """

    height: FloatArray
    low: FloatArray
    high: FloatArray
    n_near: npt.NDArray[np.int64]


def choose_bandwidth(values: FloatArray, *, at_least: float = 0.0) -> float:
    """Return Silverman's bandwidth: 0.9 times the smaller of standard deviation and IQR / 1.34, times n^(-1/5).

    Parameters
    ----------
    values : ndarray of float
        At least one, all finite.
    at_least : float, default 0
        Half a unit, say, for whole numbers.

    Examples
    --------
    >>> round(choose_bandwidth(np.arange(1.0, 101.0)), 2)
    10.34
    """
    spread = float(values.std())
    middle = float(np.subtract(*np.quantile(values, [0.75, 0.25]))) / 1.34
    width = 0.9 * (min(spread, middle) if middle > 0 else spread) * len(values) ** -0.2
    return max(width, at_least, 1e-9 * max(float(np.abs(values).max()), 1.0))


def estimate_density(
    values: FloatArray, places: FloatArray, *, bandwidth: float, n_replicates: int = 200, seed: int = 0
) -> Density:
    r"""Return a Gaussian kernel density of values at rising places, with a bootstrap interval.

    Parameters
    ----------
    values : ndarray of float, shape (n_values,)
    places : ndarray of float, shape (n_places,)
        In rising order.
    bandwidth : float
    n_replicates : int, default 200
        Of the bootstrap; 0 for no interval (it is the curve then).
    seed : int

    Notes
    -----
    .. math:: \hat f(x) = \frac{1}{n h} \sum_i \varphi\left(\frac{x - v_i}{h}\right)

    Every value is first shared out between the two nearest of 513 knots, so that the time does not depend on how
    many they are; the replicates redraw these counts. Values far beyond the places count in n and nowhere else.

    Examples
    --------
    >>> found = estimate_density(np.zeros(50), np.array([-1.0, 0.0, 1.0]), bandwidth=1.0)
    >>> found.height.round(3).tolist(), found.n_near.tolist()
    ([0.242, 0.399, 0.242], [50, 50, 50])
    """
    margin = (_REACH + 1) * bandwidth
    knots = np.linspace(places[0] - margin, places[-1] + margin, _N_KNOTS)
    counts = _share_out(values, knots)
    kernel = np.exp(-0.5 * ((places[:, None] - knots) / bandwidth) ** 2) / (bandwidth * np.sqrt(2 * np.pi))
    n = len(values)
    height = kernel @ counts / n
    low, high = _interval(kernel, counts, n, n_replicates, seed) if n_replicates else (height, height)
    ordered = np.sort(values)
    reach = _REACH * bandwidth
    near = np.searchsorted(ordered, places + reach, "right") - np.searchsorted(
        ordered, places - reach, "left"
    )
    return Density(height, low, high, near)


def _share_out(values: FloatArray, knots: FloatArray) -> FloatArray:
    """Return how many values each knot has; a value between two belongs to both, more to the nearer."""
    inside = values[(values >= knots[0]) & (values <= knots[-1])]
    place = (inside - knots[0]) / (knots[1] - knots[0])
    below = np.clip(place.astype(np.int64), 0, len(knots) - 2)
    share = np.clip(place - below, 0.0, 1.0)  # rounding may carry a value at the last knot beyond it
    size = len(knots)
    held = np.bincount(below, 1 - share, size) + np.bincount(below + 1, share, size)
    return held.astype(np.float64)


def _interval(
    kernel: FloatArray, counts: FloatArray, n: int, n_replicates: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    shares = np.append(counts, max(n - counts.sum(), 0.0))
    shares /= shares.sum()
    redrawn = np.random.default_rng(seed).multinomial(n, shares, size=n_replicates)[:, :-1]
    low, high = np.quantile(redrawn @ kernel.T / n, [0.025, 0.975], axis=0)
    return low, high
