"""The accuracy-fairness frontier: what each treatment and model costs, and what it buys."""

from __future__ import annotations

from collections.abc import Iterable

from equitab.evaluation.fairness import ALL_OTHERS
from equitab.evaluation.protocol import HALF
from equitab.evaluation.results import CurvePoint, Measurement
from equitab.metrics import METRICS


def frontier_points(
    measurements: Iterable[Measurement],
    *,
    criteria: Iterable[str] = ("demographic_parity_difference", "equalized_odds_difference"),
    performance: str = "balanced_accuracy",
    operating_point: str = HALF,
) -> list[CurvePoint]:
    """Return one point for each treatment and model, for each criterion and comparison.

    Parameters
    ----------
    measurements : iterable of Measurement
        Of one seed, or averaged over seeds; those of the test rows are used.
    criteria : iterable of str
        Fairness metrics.
    performance : str, default "balanced_accuracy"
    operating_point : str, default "0.5"

    Returns
    -------
    list of CurvePoint
        Figure ``frontier/<sensitive features>/<criterion>``, series ``<treatment>|<model>``; `x` is the
        distance from fair (left is better), `y` the performance with its interval (up is better). Undefined
        ones are left out.

    Examples
    --------
    >>> kept = {"model": "tree", "treatment": "original", "stage": "test", "operating_point": "0.5"}
    >>> gap = Measurement(metric="demographic_parity_difference", value=0.2, sensitive_features="sex", **kept)
    >>> cost = Measurement(metric="balanced_accuracy", value=0.8, **kept)
    >>> [(point.figure, point.x, point.y) for point in frontier_points([gap, cost])]
    [('frontier/sex/demographic_parity_difference', '0.200000', 0.8)]
    """
    judged = [
        held for held in measurements if held.stage == "test" and held.operating_point == operating_point
    ]
    cost = {
        (held.treatment, held.model): held
        for held in judged
        if held.metric == performance and not held.sensitive_features and held.value is not None
    }
    wanted = set(criteria)
    return [
        _point(held, cost[held.treatment, held.model])
        for held in judged
        if held.metric in wanted
        and held.group in ("", ALL_OTHERS)
        and held.value is not None
        and (held.treatment, held.model) in cost
    ]


def _point(fairness: Measurement, cost: Measurement) -> CurvePoint:
    assert fairness.value is not None, "filtered by the caller"
    assert cost.value is not None, "filtered by the caller"
    return CurvePoint(
        figure=f"frontier/{fairness.sensitive_features}/{fairness.metric}",
        series=f"{fairness.treatment}|{fairness.model}",
        x=f"{abs(fairness.value - (METRICS[fairness.metric].ideal or 0.0)):.6f}",
        y=cost.value,
        low=cost.low,
        high=cost.high,
        n=cost.n,
    )
