"""Real and synthetic values side by side, as curves of shares; no rare value is named.

A category of fewer than ten real records stands in ``(other)``, unless it is a value of a sensitive feature.
The ends of a numeric axis are quantiles, never one person's value.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.evaluation.comparisons import MIN_NAMED_RECORDS
from equitab.evaluation.results import CurvePoint
from equitab.schema import Column, TableSchema, labels, numbers

FloatArray = npt.NDArray[np.float64]

MAX_BARS = 20
OTHER, MISSING = "(other)", "(missing)"


def measure_distributions(
    tables: Mapping[str, Frame], schema: TableSchema, *, reference: str = "real"
) -> list[CurvePoint]:
    """Return the shares of every modeled column's values in several tables.

    Parameters
    ----------
    tables : mapping of str to Frame
        By the name of the series (``real``, ``synthetic``).
    schema : TableSchema
    reference : str, default "real"
        The table that decides which values are named and where bins lie.

    Returns
    -------
    list of CurvePoint
        Figure ``distribution/<column>``; `x` is a category, or the middle of a bin; `y` the share; `n` the
        rows of the table.
    """
    points: list[CurvePoint] = []
    for name in schema.modeled_columns:
        shares = _shares(tables, schema, schema.column(name), reference)
        points += [
            CurvePoint(figure=f"distribution/{name}", series=series, x=x, y=y, n=len(tables[series]))
            for series, bars in shares.items()
            for x, y in bars.items()
        ]
    return points


def _shares(
    tables: Mapping[str, Frame], schema: TableSchema, column: Column, reference: str
) -> dict[str, dict[str, float]]:
    """Return the share of each bar in each table."""
    is_number = column.kind in {"numeric", "integer", "datetime"}
    if is_number and not _is_short_list(tables[reference], schema, column):
        return _number_shares(tables, schema, column, reference)
    held = {
        series: labels(frame, column.name, missing_tokens=schema.missing_tokens)
        for series, frame in tables.items()
    }
    named = _named_values(held[reference].codes, held[reference].names, column.name in schema.sensitive_names)
    found = {}
    for series, values in held.items():
        bars = [_bar(code, values.names, named) for code in range(-1, len(values.names))]
        counts = np.bincount(values.codes + 1, minlength=len(values.names) + 1)
        found[series] = _summed(bars, counts, [*named, OTHER, MISSING])
    return _without_empty(found)


def _is_short_list(frame: Frame, schema: TableSchema, column: Column) -> bool:
    """Whether a column of numbers has so few values that each can have its bar."""
    return (
        column.kind == "integer"
        and len(labels(frame, column.name, missing_tokens=schema.missing_tokens).names) <= MAX_BARS
    )


def _named_values(codes: npt.NDArray[np.int64], names: tuple[str, ...], is_sensitive: bool) -> list[str]:
    """Return the values that have a bar of their own, in their order."""
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    frequent = np.argsort(-counts, kind="stable")[:MAX_BARS]
    return [names[code] for code in sorted(frequent) if is_sensitive or counts[code] >= MIN_NAMED_RECORDS]


def _bar(code: int, names: tuple[str, ...], named: list[str]) -> str:
    if code < 0:
        return MISSING
    return names[code] if names[code] in named else OTHER


def _summed(bars: list[str], counts: npt.NDArray[np.int64], order: list[str]) -> dict[str, float]:
    total = max(int(counts.sum()), 1)
    sums = dict.fromkeys(order, 0.0)
    for bar, count in zip(bars, counts, strict=True):
        sums[bar] += float(count) / total
    return sums


def _without_empty(found: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Leave out the bars for other and missing values where no table has any."""
    unused = [bar for bar in (OTHER, MISSING) if not any(bars.get(bar) for bars in found.values())]
    return {
        series: {bar: y for bar, y in bars.items() if bar not in unused} for series, bars in found.items()
    }


def _number_shares(
    tables: Mapping[str, Frame], schema: TableSchema, column: Column, reference: str
) -> dict[str, dict[str, float]]:
    values = {
        series: numbers(frame, column, missing_tokens=schema.missing_tokens)
        for series, frame in tables.items()
    }
    edges = _edges(values[reference], whole=column.kind == "integer")
    middles = (edges[1:] + edges[:-1]) / 2
    names = [_position(middle, column) for middle in middles]
    found = {}
    for series, held in values.items():
        present = held[np.isfinite(held)]
        bins = np.clip(np.searchsorted(edges, present, side="right") - 1, 0, len(middles) - 1)
        counts = np.append(np.bincount(bins, minlength=len(middles)), held.size - present.size)
        found[series] = _summed([*names, MISSING], counts, [*names, MISSING])
    return _without_empty(found)


def _edges(values: FloatArray, *, whole: bool) -> FloatArray:
    """Return bin edges between quantiles that at least ten records lie beyond."""
    present = values[np.isfinite(values)]
    if not present.size:
        return np.array([0.0, 1.0])
    tail = min(max(0.01, MIN_NAMED_RECORDS / present.size), 0.5)
    low, high = np.quantile(present, [tail, 1 - tail])
    if low == high:
        return np.array([low - 0.5, low + 0.5])
    if whole:
        step = max(np.ceil((high - low) / MAX_BARS), 1.0)
        return np.arange(np.floor(low) - 0.5, high + step, step)
    return np.linspace(low, high, MAX_BARS + 1)


def _position(middle: float, column: Column) -> str:
    if column.kind == "datetime":
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=float(middle))).date().isoformat()
    return f"{middle:.6g}"
