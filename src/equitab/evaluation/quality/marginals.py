"""Shares of values, pairs and triples of a synthetic table, against those of fresh real rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equitab.evaluation.quality.plan import QualityPlan, draw_rows
from equitab.evaluation.quality.tables import HOLDOUT, SYNTHETIC, TRAINING, CodeArray, GroupedRows
from equitab.evaluation.results import CurvePoint, Measurement, Treatment
from equitab.metrics import (
    MARGINAL_ERRORS,
    MarginalErrors,
    MetricResult,
    fidelity_metrics,
    marginal_errors,
    representation_metrics,
)
from equitab.metrics.marginal_errors import Order

ORDERS: tuple[Order, ...] = (1, 2, 3)
GROUP_ORDERS: tuple[Order, ...] = (1, 2)
TREATMENTS: dict[int, Treatment] = {SYNTHETIC: "synthetic", HOLDOUT: "holdout"}
_ASPECT = 1
_ERRORS = frozenset(MARGINAL_ERRORS.values())


def measure_marginals(plan: QualityPlan) -> tuple[list[Measurement], list[CurvePoint]]:
    """Measure errors of columns, pairs and triples, and information, beside equally many held-out rows.

    Returns
    -------
    tuple of list of Measurement and list of CurvePoint
        For treatment ``synthetic`` and, as the floor, ``holdout``; the points are the errors of each column.
    """
    rows = _equal_rows(plan, [np.arange(size) for size in plan.tables.sizes])
    found: list[Measurement] = []
    points: list[CurvePoint] = []
    for order in ORDERS:
        errors = _errors(plan, rows, order)
        for result, treatment in _results(plan, errors):
            found.append(plan.measurement(result, "fidelity", treatment=treatment))
        points += _column_points(plan, errors) if order == 1 else []
    for table in range(SYNTHETIC, len(rows)):
        likeness = fidelity_metrics(plan.tables.column_pairs(table, rows[table], rows[TRAINING]))
        found += [
            plan.measurement(result, "fidelity", treatment=TREATMENTS[table])
            for result in likeness
            if result.metric not in _ERRORS  # those are measured above, with intervals
        ]
    if not plan.tables.has_holdout:
        found += plan.without_holdout([f"excess_{name}" for name in MARGINAL_ERRORS.values()], "fidelity")
    return found, points


def _equal_rows(plan: QualityPlan, rows: Sequence[CodeArray]) -> list[CodeArray]:
    """Return some of the rows of every table: equally many synthetic and held-out ones."""
    rng, most = plan.random(_ASPECT), plan.limits.marginal_rows
    size = min([most, *(len(held) for held in rows[SYNTHETIC:])])
    sizes = [most, *[size] * (len(rows) - 1)]
    return [draw_rows(held, n_rows, rng) for held, n_rows in zip(rows, sizes, strict=True)]


def _errors(plan: QualityPlan, rows: Sequence[CodeArray], order: Order) -> MarginalErrors:
    """Return the errors of some synthetic and held-out rows against some training rows."""
    reference, *tables = (held[kept] for held, kept in zip(plan.tables.binned, rows, strict=True))
    return marginal_errors(reference, tables, order=order, seed=plan.seed)


def _results(
    plan: QualityPlan, errors: MarginalErrors, group: str | None = None
) -> list[tuple[MetricResult, Treatment]]:
    """Return the error of each table, and of the synthetic one beyond the other's, with their treatments."""
    confidence = plan.settings.confidence
    found = [
        (errors.result(place, confidence=confidence, group=group), TREATMENTS[place + SYNTHETIC])
        for place in range(len(errors.sizes))
    ]
    if len(errors.sizes) > 1:
        found.append((errors.excess(confidence=confidence, group=group), "synthetic"))
    return found


def _column_points(plan: QualityPlan, errors: MarginalErrors) -> list[CurvePoint]:
    """Return the error of every column as a point of the figure ``column_error``."""
    return [
        CurvePoint(
            figure="column_error", series=TREATMENTS[place + SYNTHETIC], x=column.name, y=float(y), n=n
        )
        for place, n in enumerate(errors.sizes)
        for column, y in zip(plan.tables.columns, errors.errors[place], strict=True)
    ]


def measure_group_marginals(plan: QualityPlan) -> list[Measurement]:
    """Measure errors of columns and pairs within every group, each beside its own held-out rows."""
    if not plan.tables.has_holdout:
        return []
    found: list[Measurement] = []
    excess: dict[tuple[str, int], MetricResult] = {}
    for held in plan.tables.groups:
        for code in held.occupied():
            for result, treatment in _group_results(plan, held, code):
                if result.metric == "excess_bivariate_error":
                    excess[held.name, code] = result
                else:
                    row = plan.measurement(result, "fidelity", treatment=treatment, compared=held.name)
                    found.append(row)
    return found + plan.compared_groups(
        lambda held, code: excess[held.name, code], "fidelity", worst="highest", no_better_than=0.0
    )


def _group_results(plan: QualityPlan, held: GroupedRows, code: int) -> list[tuple[MetricResult, Treatment]]:
    """Return the errors of one group with their treatments, or why there are none."""
    sizes, label = plan.group_sizes(held, code), held.labels[code]
    reason = plan.too_small(**sizes)
    if not reason:
        rows = _equal_rows(plan, [held.rows(table, code) for table in range(len(sizes))])
        return [
            one for order in GROUP_ORDERS for one in _results(plan, _errors(plan, rows, order), group=label)
        ]
    kinds: list[tuple[str, Treatment]] = [("", "synthetic"), ("", "holdout"), ("excess_", "synthetic")]
    return [
        (_undefined(f"{prefix}{MARGINAL_ERRORS[order]}", reason, sizes["synthetic"], label), treatment)
        for order in GROUP_ORDERS
        for prefix, treatment in kinds
    ]


def _undefined(metric: str, reason: str, n: int, group: str) -> MetricResult:
    return MetricResult.undefined(metric, reason=reason, n=n, group=group)


def measure_representation(plan: QualityPlan) -> list[Measurement]:
    """Measure how large a part of the synthetic table every group is, against the training table."""
    by_comparison: dict[str, dict[str | None, MetricResult]] = {}
    for held in plan.tables.groups:
        counts = [
            np.bincount(codes[codes >= 0], minlength=len(held.labels)) for codes in held.codes[:HOLDOUT]
        ]
        results = representation_metrics(
            counts[SYNTHETIC],
            counts[TRAINING],
            group_labels=held.labels,
            confidence=plan.settings.confidence,
        )
        by_comparison[held.name] = {result.group: result for result in results}
    return plan.compared_groups(
        lambda held, code: by_comparison[held.name][held.labels[code]], "fidelity", worst="lowest"
    )
