"""Results over splits and syntheses: means, their intervals, and what was asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Mean:
    """A mean over splits with its interval (Student's t over splits); None without two of them."""

    value: float
    low: float | None
    high: float | None
    n: int

    def text(self, digits: int = 3) -> str:
        """Return the mean and its interval."""
        if self.low is None or self.high is None:
            return f"{self.value:.{digits}f}"
        return f"{self.value:.{digits}f} [{self.low:.{digits}f}, {self.high:.{digits}f}]"


def mean_of(values: Iterable[float | None]) -> Mean | None:
    """Return mean and interval of the values that there are.

    Examples
    --------
    >>> mean_of([1.0, 2.0, 3.0]).text(1)
    '2.0 [-0.5, 4.5]'
    """
    from scipy.stats import t

    held = [float(value) for value in values if value is not None and math.isfinite(value)]
    if not held:
        return None
    value = sum(held) / len(held)
    if len(held) < 2:
        return Mean(value, None, None, len(held))
    spread = math.sqrt(sum((one - value) ** 2 for one in held) / (len(held) - 1) / len(held))
    half = float(t.ppf((1 + CONFIDENCE) / 2, len(held) - 1)) * spread
    return Mean(value, value - half, value + half, len(held))


@dataclass(frozen=True)
class Wanted:
    """One number of the issue, and where it is found.

    Parameters
    ----------
    words : str
    bar : float
    sign : int
        1 where more is better, -1 where less is.
    values : callable
        Returns the values over splits or syntheses.
    digits : int
    """

    words: str
    bar: float
    sign: int
    values: Callable[[Sequence[Record]], list[float]]
    digits: int = 3

    def row(self, records: Sequence[Record]) -> tuple[str, str, str, str, str]:
        """Return what was asked, the bar, what was found, over how many, and a verdict."""
        found = mean_of(self.values(records))
        bar = f"{'≥' if self.sign > 0 else '≤'} {self.bar:g}"
        if found is None:
            return self.words, bar, "not measured", "", ""
        is_reached = self.sign * (found.value - self.bar) >= -1e-9
        return (
            self.words,
            bar,
            found.text(self.digits),
            str(found.n),
            "reached" if is_reached else "not reached",
        )


def judged_values(
    records: Sequence[Record], metric: str, *, part: str = "models", **wanted: Any
) -> list[float]:
    """Return a number of the test rows for every split of one contender."""
    return [
        record["test"][metric]
        for record in records
        if record["part"] == part
        and all(record.get(name) == value for name, value in wanted.items())
        and metric in record["test"]
    ]


def table_values(
    records: Sequence[Record], table: str, arm: str, read: Callable[[Mapping[str, Any]], float | None]
) -> list[float]:
    """Return a number of every synthesis."""
    held = [record for record in records if record["part"] == "data" and record["table"] == table]
    found = [read(record["arms"][arm]) for record in held if arm in record["arms"]]
    return [value for value in found if value is not None]
