"""Turns values into positions, and finds round numbers for an axis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class LinearScale:
    """Values from `low` to `high` lie between the positions `start` and `stop`.

    Examples
    --------
    >>> LinearScale(0.0, 1.0, 100.0, 300.0, (0.0, 0.5, 1.0), 1).position(0.25)
    150.0
    """

    low: float
    high: float
    start: float
    stop: float
    ticks: tuple[float, ...]
    decimals: int

    def position(self, value: float) -> float:
        """Return where a value lies."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.stop - self.start)

    def tick_label(self, tick: float) -> str:
        """Return a tick's number with as many decimals as all the ticks need; thousands end in *k*."""
        for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
            if max(abs(self.low), abs(self.high)) >= 10 * size:
                return f"{tick / size + 0.0:g}{sign if tick else ''}".replace("-", "−")
        return f"{tick + 0.0:,.{self.decimals}f}".replace("-", "−")


def fit_scale(values: Iterable[float | None], start: float, stop: float, *, n_ticks: int = 4) -> LinearScale:
    """Return a scale that holds all finite values and begins and ends at round numbers.

    Parameters
    ----------
    values : iterable of float or None
        None and infinite values are passed over; without any value the scale goes from 0 to 1.
    start, stop : float
        Positions of the lowest and the highest value.
    n_ticks : int
        About how many steps the axis has.

    Returns
    -------
    LinearScale

    Examples
    --------
    >>> fit_scale([-0.18, 0.04], 0, 100).ticks
    (-0.2, -0.1, 0.0, 0.1)
    """
    known = [value for value in values if value is not None and math.isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    if high - low < 1e-9 * max(abs(low), abs(high), 1.0):
        margin = max(abs(low) * 0.1, 0.05)
        low, high = low - margin, high + margin
    step = _round_step((high - low) / n_ticks)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(index * step, 12) for index in range(first, last + 1))
    return LinearScale(ticks[0], ticks[-1], start, stop, ticks, _decimals(step))


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))
