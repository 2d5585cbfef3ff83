"""What a headline answers: fair for whom, by which criterion, at what cost, against which baselines."""

from __future__ import annotations

from dataclasses import dataclass

from equitab.evaluation.protocol import HALF
from equitab.evaluation.results import Measurement
from equitab.metrics import METRICS

BASELINES = ("original", "smote_nc", "random_oversampling", "random_undersampling", "threshold_optimizer")


@dataclass(frozen=True, kw_only=True)
class HeadlineQuestion:
    """What the headline answers.

    Parameters
    ----------
    criterion : str, default "demographic_parity_difference"
        A fairness metric of `METRICS`.
    sensitive_features : str
        For whom: the name of a comparison (``sex``, ``sex × race``).
    performance : str, default "balanced_accuracy"
        By what the cost is measured; more is better.
    tolerance : float, default 0.1
        The distance from fair that was asked for.
    operating_point : str, default "0.5"
    is_asked : bool, default False
        Whether somebody asked for this tolerance: then a baseline that surely exceeds it is no answer, however
        well it performs.
    baselines : tuple of str
        Treatments that nobody has to install equitab for; they are compared with, never chosen.
    yardsticks : tuple of str
        Treatments that are there to measure something else (``synthetic``: train on synthetic, test on real);
        ``unguided``: the same rows without guidance); they are chosen only where there is nothing else.
    """

    sensitive_features: str
    criterion: str = "demographic_parity_difference"
    performance: str = "balanced_accuracy"
    tolerance: float = 0.1
    is_asked: bool = False
    operating_point: str = HALF
    baselines: tuple[str, ...] = BASELINES
    yardsticks: tuple[str, ...] = ("synthetic", "unguided")

    def gap(self, held: Measurement) -> float:
        """Return the distance from fair; infinite where the metric is undefined."""
        return (
            float("inf") if held.value is None else abs(held.value - (METRICS[self.criterion].ideal or 0.0))
        )
