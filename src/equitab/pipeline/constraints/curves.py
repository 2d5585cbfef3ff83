"""The candidates of a constraint as points of figures: what fairness costs, over the strength."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from equitab.evaluation import HALF, CurvePoint, Measurement
from equitab.pipeline.constraints.question import METRIC_OF, features_name
from equitab.schema import FairnessConstraint, TableSchema
from equitab.search import FrontierPoint

PRICES = ("auroc", "accuracy")


def candidate_curves(
    points: Sequence[FrontierPoint], constraints: Sequence[FairnessConstraint], schema: TableSchema
) -> list[CurvePoint]:
    """Return the figures of candidates.

    Parameters
    ----------
    points : sequence of FrontierPoint
        Of one model, judged on the same rows.
    constraints : sequence of FairnessConstraint
        The criteria that were judged.
    schema : TableSchema

    Returns
    -------
    list of CurvePoint
        Figures ``price/<stage>/<features>/<criterion>/<performance>/<model>`` with the series
        ``model|<strength>`` and ``table|<strength>`` (x: the gap, y: the performance of the model), and
        ``strength/<stage>/<features>/<criterion>/<model>`` with the series ``gap|model``, ``gap|table`` and one for
        each kind of performance over the strength. The n of a strength's point is its place among the candidates.
    """
    found: list[CurvePoint] = []
    for one in constraints:
        if one.criterion == "bounded_proxies":
            continue
        for place, point in enumerate(points, start=1):
            found += _points(one, point, features_name(one, schema), place)
    return found


def baseline_curves(
    measurements: Iterable[Measurement],
    constraints: Sequence[FairnessConstraint],
    schema: TableSchema,
    *,
    stage: str,
    treatments: Sequence[str],
) -> list[CurvePoint]:
    """Return the points of treatments for the same figures: series ``<treatment>|``, x the gap.

    Parameters
    ----------
    measurements : iterable of Measurement
        Those at the threshold 0.5 and at the stage are used; baselines without any there are taken on test rows,
        in the series ``<treatment>|test``.
    """
    judged = [held for held in measurements if held.operating_point == HALF and held.value is not None]
    found: list[CurvePoint] = []
    for one in constraints:
        if one.criterion in METRIC_OF:
            found += _baselines(judged, one, features_name(one, schema), stage, treatments)
    return found


def _points(one: FairnessConstraint, point: FrontierPoint, features: str, place: int) -> Iterator[CurvePoint]:
    where = f"{point.stage}/{features}/{one.criterion}"
    gaps = {"model": point.model_gaps.get(one.name), "table": point.table_gaps.get(one.name)}
    strength = f"{point.strength:g}"
    for price in PRICES:
        for whose, gap in gaps.items():
            if gap is not None and point.performance.get(price) is not None:
                yield CurvePoint(
                    figure=f"price/{where}/{price}/{point.model}",
                    series=f"{whose}|{strength}",
                    x=f"{gap:.6f}",
                    y=point.performance[price],
                    n=place,
                )
    figure = f"strength/{where}/{point.model}"
    for whose, gap in gaps.items():
        if gap is not None:
            yield CurvePoint(figure=figure, series=f"gap|{whose}", x=strength, y=gap, n=place)
    for price in PRICES:
        yield CurvePoint(figure=figure, series=price, x=strength, y=point.performance[price], n=place)


def _baselines(
    judged: Sequence[Measurement],
    one: FairnessConstraint,
    features: str,
    stage: str,
    treatments: Sequence[str],
) -> Iterator[CurvePoint]:
    metric = METRIC_OF[one.criterion]
    gaps = [held for held in judged if held.metric == metric and held.sensitive_features == features]
    prices = {
        (held.metric, held.treatment, held.model, held.stage): held
        for held in judged
        if held.metric in PRICES and not held.sensitive_features
    }
    shown = {(held.treatment, held.model) for held in gaps if held.stage == stage}
    for gap in gaps:
        is_here = gap.stage == stage
        is_late = gap.stage == "test" and (gap.treatment, gap.model) not in shown
        if gap.treatment not in treatments or not (is_here or is_late):
            continue
        for name in PRICES:
            price = prices.get((name, gap.treatment, gap.model, gap.stage))
            if price is not None and gap.value is not None and price.value is not None:
                yield CurvePoint(
                    figure=f"price/{stage}/{features}/{one.criterion}/{name}/{gap.model}",
                    series=f"{gap.treatment}|{'' if is_here else 'test'}",
                    x=f"{gap.value:.6f}",
                    y=price.value,
                    low=price.low,
                    high=price.high,
                    n=price.n,
                )
