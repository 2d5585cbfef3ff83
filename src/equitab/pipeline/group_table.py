"""Groups of people: how many they are, and how often their outcome is favorable."""

from __future__ import annotations

import numpy as np

from equitab.dataframe import Frame
from equitab.evaluation import Comparison, plan_comparisons
from equitab.metrics.intervals import effective_size, wilson_interval
from equitab.report import GroupRow
from equitab.schema import TableSchema, favorable, has_target, row_weights

CONFIDENCE = 0.95
SMALL_GROUP = 30
"""Groups with fewer rows are marked as too small for firm statements."""


def group_rows(frame: Frame, schema: TableSchema, *, added: Frame | None = None) -> tuple[GroupRow, ...]:
    """Return one row for every group of every comparison without control features.

    Parameters
    ----------
    frame : Frame
        The real rows.
    schema : TableSchema
    added : Frame, optional
        Synthetic rows, to be counted beside the real ones.

    Returns
    -------
    tuple of GroupRow
        Groups without rows are left out. With survey weights shares and rates are weighted, `n` is not, and
        the interval rests on Kish's effective size.
    """
    known = has_target(frame, schema)
    good = favorable(frame, schema)
    weights = row_weights(frame, schema)
    held = np.ones(len(frame)) if weights is None else weights
    rows: list[GroupRow] = []
    for comparison in plan_comparisons(frame, schema):
        if not comparison.control_feature:
            more = None if added is None else comparison.codes(added, schema)
            rows += _rows_of(comparison, comparison.codes(frame, schema), good, known, held, more)
    return tuple(rows)


def _rows_of(
    comparison: Comparison,
    codes: np.ndarray,
    good: np.ndarray,
    known: np.ndarray,
    weights: np.ndarray,
    added: np.ndarray | None,
) -> list[GroupRow]:
    total = float(weights[codes >= 0].sum())
    rows = []
    for code, label in enumerate(comparison.groups.labels):
        inside = codes == code
        n = int(inside.sum())
        if n == 0:
            continue
        rate, low, high = _base_rate(good[inside & known], weights[inside & known])
        rows.append(
            GroupRow(
                sensitive_features=comparison.name,
                group=label,
                n=n,
                share=float(weights[inside].sum()) / total if total else 0.0,
                base_rate=rate,
                low=low,
                high=high,
                confidence=None if rate is None else CONFIDENCE,
                is_reference=code == comparison.reference,
                is_small=n < SMALL_GROUP,
                n_added=None if added is None else int((added == code).sum()),
                reason="" if rate is not None else "no row of the group has a target",
            )
        )
    return rows


def _base_rate(good: np.ndarray, weights: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """Return the share of favorable outcomes and Wilson's interval; None where there is nobody."""
    total = float(weights.sum())
    if not total > 0:
        return None, None, None
    rate = float(weights[good].sum()) / total
    size = float(effective_size(total, float((weights**2).sum())))
    low, high = wilson_interval(rate * size, size, confidence=CONFIDENCE)
    return rate, float(low), float(high)
