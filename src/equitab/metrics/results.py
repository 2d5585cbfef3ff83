"""What every metric answers with: one value, how sure it is, and for whom, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

__all__ = ["IntervalMethod", "MetricResult", "Status"]

Status = Literal["ok", "undefined"]
IntervalMethod = Literal[
    "none",
    "percentile_bootstrap",
    "simultaneous_bootstrap",
    "wilson",
    "wilson_effective_size",
    "clopper_pearson",
    "delong_logit",
    "weighted_delong_logit",
    "normal",
]


@dataclass(frozen=True)
class MetricResult:
    """One measured metric with its interval, or *undefined* with the reason.

    A metric that cannot be computed is never 0, 1 or a warning: it has no value and says why. A value whose
    interval cannot be computed keeps the value, has no interval, and says why too.

    Parameters
    ----------
    metric : str
        Name of the metric, as in `equitab.metrics.METRICS`.
    value : float or None
        The estimate; None when undefined. Always finite.
    low, high : float or None
        Ends of the confidence interval; None when there is none. Then ``low <= value <= high``.
    confidence : float or None
        Coverage that the interval aims at, in (0, 1); None without an interval.
    interval_method : str
        How the interval was computed; "none" without one.
    n : int
        Number of rows that the value rests on.
    group : str or None
        The group that the value belongs to; None for a value about all rows or all groups together.
    reference_group : str or None
        The group it is compared with; None where nothing is compared.
    status : {"ok", "undefined"}
        Whether there is a value.
    reason : str
        Why there is no value or no interval, or which groups were left out. Never empty when undefined.

    Examples
    --------
    >>> MetricResult("accuracy", 0.9, 0.8, 0.95, 0.95, "wilson", 50).status
    'ok'
    >>> MetricResult.undefined("accuracy", reason="no rows", n=0).value is None
    True
    """

    metric: str
    value: float | None
    low: float | None
    high: float | None
    confidence: float | None
    interval_method: IntervalMethod
    n: int
    group: str | None = None
    reference_group: str | None = None
    status: Status = "ok"
    reason: str = ""

    def __post_init__(self) -> None:
        assert (self.status == "undefined") == (self.value is None), "undefined means: no value"
        assert self.value is None or math.isfinite(self.value), "a value is finite"
        assert self.status == "ok" or self.reason, "an undefined metric has a reason"
        assert (self.low is None) == (self.high is None) == (self.interval_method == "none")

    @classmethod
    def undefined(
        cls,
        metric: str,
        *,
        reason: str,
        n: int,
        group: str | None = None,
        reference_group: str | None = None,
    ) -> MetricResult:
        """Return a result without a value.

        Parameters
        ----------
        metric : str
            Name of the metric.
        reason : str
            Why it cannot be computed, in words for the reader of a report.
        n : int
            Number of rows that were there.
        group, reference_group : str or None
            As in the class.

        Returns
        -------
        MetricResult
            With status "undefined".
        """
        return cls(metric, None, None, None, None, "none", n, group, reference_group, "undefined", reason)
