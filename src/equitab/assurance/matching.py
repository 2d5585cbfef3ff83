"""Which measurements a condition is about.

What `where` leaves out means:

``stage``
    every stage but ``validation``, whose rows helped to choose the model;
``model``, ``treatment``, ``operating_point``
    ``chosen``: of models on real rows, what the run chose and nothing else (everything, where it is not said what was
    chosen); of tables, those that were made, not the original and held-out rows beside them;
``group``
    for a metric of one set of rows or of two tables, everybody; for a rate of a group or a comparison with a
    reference group, every single group;
``sensitive_features``, ``reference_group``
    every one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from equitab.assurance.measurement_table import TEXTS, IntArray, MeasurementTable
from equitab.assurance.requirement import CHOSEN, EACH, EARLIER, EVERY, Condition
from equitab.errors import closest
from equitab.metrics import METRICS

__all__ = ["ALL_OTHERS", "Matches", "find_matches"]

ALL_OTHERS = "(all others)"
_MODEL_STAGES = ("test", "validation", "explanation")
_WITHOUT_THRESHOLD = ("explanation",)
"""Stages that measure a model's scores, whatever is decided from them."""
_TABLES_BESIDE = ("original", "holdout")
_OF_CHOSEN = ("model", "treatment", "operating_point")


@dataclass(frozen=True, eq=False)
class Matches:
    """The measurements that a condition compares.

    Parameters
    ----------
    condition : Condition
    table : MeasurementTable
    rows : ndarray of int
        Positions in `table`.
    other : MeasurementTable or None
        Where the measurements lie that are subtracted; None where a value is compared as it is.
    other_rows : ndarray of int
        Positions there, as many as `rows`; -1 where there is none.
    reason : str
        Why nothing matches; empty if something does.
    """

    condition: Condition
    table: MeasurementTable
    rows: IntArray
    other: MeasurementTable | None = None
    other_rows: IntArray | None = None
    reason: str = ""


def find_matches(
    condition: Condition,
    table: MeasurementTable,
    *,
    chosen: Mapping[str, str],
    before: MeasurementTable | None,
) -> Matches:
    """Return the measurements that a condition is about.

    Parameters
    ----------
    condition : Condition
    table : MeasurementTable
    chosen : mapping of str to str
        The run's model, treatment and operating point, as far as they are known.
    before : MeasurementTable or None
        What was measured the time before.
    """
    rows, reason = _rows(condition, table, chosen)
    if reason or not condition.against:
        return Matches(condition, table, rows, reason=reason)
    is_earlier = condition.against.get("table") == EARLIER
    if is_earlier and before is None:
        nothing = np.array([], dtype=np.int64)
        return Matches(condition, table, nothing, reason="there is no earlier table or run to compare with")
    other = before if is_earlier and before is not None else table
    return Matches(condition, table, rows, other, _partners(condition, table, rows, other, chosen))


def _rows(condition: Condition, table: MeasurementTable, chosen: Mapping[str, str]) -> tuple[IntArray, str]:
    """Return positions, or why there are none."""
    rows = np.flatnonzero(table.has("metric", (condition.metric,)))
    if not rows.size:
        return rows, f"{condition.metric} was not measured"
    rows = rows[table.counts[rows]]
    for key, values in _full_where(condition).items():
        kept = rows[_fits(key, values, table, rows, chosen)]
        if not kept.size:
            return kept, _nothing_left(condition.metric, key, values, table.names(key, rows), chosen)
        rows = kept
    return rows, ""


def _full_where(condition: Condition) -> dict[str, tuple[str, ...]]:
    """Return what a condition asks of each column, defaults spelled out."""
    defaults: dict[str, tuple[str, ...]] = {"stage": ("",), **dict.fromkeys(_OF_CHOSEN, (CHOSEN,))}
    full = {**defaults, "group": _default_group(condition.metric), **condition.where}
    return {key: values for key, values in full.items() if EVERY not in values}


def _default_group(metric: str) -> tuple[str, ...]:
    if metric not in METRICS:
        return (EVERY,)
    definition = METRICS[metric]
    if definition.scope == "reference" or definition.family == "group_rate" or _is_of_one_group(metric):
        return (EACH,)
    return ("",)


def _is_of_one_group(metric: str) -> bool:
    """Return whether a metric of two tables is measured in single groups only."""
    from equitab.metrics.group_truth_definitions import GROUP_TRUTH

    return any(definition.name == metric for definition in GROUP_TRUTH)


def _fits(
    key: str, values: tuple[str, ...], table: MeasurementTable, rows: IntArray, chosen: Mapping[str, str]
) -> np.ndarray:
    """Return which rows have what is asked of one column."""
    if key == "stage" and values == ("",):
        return ~table.has("stage", ("validation",), rows)
    fits = table.has(key, values, rows)
    if key == "group" and EACH in values:
        fits |= ~table.has("group", ("", ALL_OTHERS), rows)
    if CHOSEN in values and key in _OF_CHOSEN:
        fits |= _is_chosen(key, table, rows, chosen)
    return fits


def _is_chosen(key: str, table: MeasurementTable, rows: IntArray, chosen: Mapping[str, str]) -> np.ndarray:
    is_of_model = table.has("stage", _MODEL_STAGES, rows)
    fits_model = table.has(key, (chosen[key],), rows) if key in chosen else np.ones(rows.size, dtype=bool)
    if key == "operating_point":
        fits_model |= table.has("stage", _WITHOUT_THRESHOLD, rows)
    fits_table = np.ones(rows.size, dtype=bool)
    if key == "treatment":
        fits_table = table.has("stage", ("audit",), rows) | ~table.has(key, _TABLES_BESIDE, rows)
    return np.where(is_of_model, fits_model, fits_table)


def _partners(
    condition: Condition,
    table: MeasurementTable,
    rows: IntArray,
    other: MeasurementTable,
    chosen: Mapping[str, str],
) -> IntArray:
    """Return for each row the one to subtract: alike in all but what `against` says; -1 where there is none."""
    changed = {key: (value,) for key, value in condition.against.items() if key not in ("metric", "table")}
    metric = condition.against.get("metric", condition.metric)
    asked = replace(condition, metric=metric, where={**condition.where, **changed}, against={})
    candidates, reason = _rows(asked, other, chosen)
    if reason:
        return np.full(rows.size, -1, dtype=np.int64)
    shared = [name for name in TEXTS if name not in condition.against]
    wanted, held = table.keys(shared)[rows], other.keys(shared, like=table)[candidates]
    order = np.argsort(held, kind="stable")
    place = np.minimum(np.searchsorted(held[order], wanted), candidates.size - 1)
    found = order[place]
    return np.where(held[found] == wanted, candidates[found], -1)


def _nothing_left(
    metric: str, key: str, values: tuple[str, ...], held: list[str], chosen: Mapping[str, str]
) -> str:
    """Say which column rules everything out, and what is there instead."""
    if values == (CHOSEN,):
        wanted = f"the chosen {key} {chosen[key]!r}" if key in chosen else f"a made table as {key}"
        return f"{metric} was not measured for {wanted}"
    if key == "stage" and values == ("",):
        return f"{metric} was measured on validation rows only"
    if key == "group" and values in ((EACH,), ("",)):
        return f"{metric} was not measured for {'single groups' if values == (EACH,) else 'everybody'}"
    words = " or ".join(repr(value) for value in values)
    return f"no measurement of {metric} has {key} {words}; {closest(values[0], [one for one in held if one])}".rstrip(
        "; "
    )
