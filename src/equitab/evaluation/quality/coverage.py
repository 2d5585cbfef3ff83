"""How varied a synthetic table is, for everybody and for every group: whose neighbourhood it never reaches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equitab.evaluation.quality.plan import QualityPlan, draw_rows
from equitab.evaluation.quality.tables import HOLDOUT, SYNTHETIC, TRAINING, CodeArray, GroupedRows
from equitab.evaluation.results import Measurement, Treatment
from equitab.metrics import MetricResult, coverage_metrics

_ASPECT = 2
_TREATMENTS: tuple[Treatment, ...] = ("synthetic", "holdout", "synthetic")


def measure_coverage(plan: QualityPlan) -> list[Measurement]:
    """Measure coverage of training rows by synthetic rows, beside equally many held-out rows, and by group.

    Returns
    -------
    list of Measurement
        ``coverage`` for treatments ``synthetic`` and ``holdout``, and ``coverage_shortfall``. Of a group,
        only its own rows are asked: men do not cover women.
    """
    if not plan.tables.has_holdout:
        return plan.without_holdout(["coverage", "coverage_shortfall"], "fidelity")
    everybody = _measured(plan, [np.arange(size) for size in plan.tables.sizes], None)
    found = [
        plan.measurement(result, "fidelity", treatment=treatment)
        for result, treatment in zip(everybody, _TREATMENTS, strict=True)
    ]
    shortfall: dict[tuple[str, int], MetricResult] = {}
    for held in plan.tables.groups:
        for code in held.occupied():
            *shares, shortfall[held.name, code] = _of_group(plan, held, code)
            found += [
                plan.measurement(result, "fidelity", treatment=treatment, compared=held.name)
                for result, treatment in zip(shares, _TREATMENTS[:2], strict=True)
            ]
    return found + plan.compared_groups(
        lambda held, code: shortfall[held.name, code], "fidelity", worst="highest", no_better_than=0.0
    )


def _of_group(plan: QualityPlan, held: GroupedRows, code: int) -> list[MetricResult]:
    rows = [held.rows(table, code) for table in range(len(plan.tables.sizes))]
    return _measured(plan, rows, held.labels[code], reason=plan.too_small(**plan.group_sizes(held, code)))


def _measured(
    plan: QualityPlan, rows: Sequence[CodeArray], group: str | None, *, reason: str = ""
) -> list[MetricResult]:
    """Return coverage by equally many rows of either table, and the difference."""
    size = min(plan.limits.distance_rows, *(len(held) for held in rows))
    reason = reason or ("" if size > 5 else "needs 6 rows of each table")
    if reason:
        names = ("coverage", "coverage", "coverage_shortfall")
        return [MetricResult.undefined(name, reason=reason, n=len(rows[0]), group=group) for name in names]
    rng = plan.random(_ASPECT)
    drawn = [plan.tables.places[table][draw_rows(held, size, rng)] for table, held in enumerate(rows)]
    return coverage_metrics(
        drawn[TRAINING],
        drawn[SYNTHETIC],
        drawn[HOLDOUT],
        confidence=plan.settings.confidence,
        group=group,
    )
