"""How well sensitive features can be told from the other columns, and which columns give them away.

A table without a column of sex still tells it where another column stands for it. Gradient boosting guesses
every sensitive feature, and their combination, from all columns that are no sensitive feature: without the
outcome and with it, over three folds, so that no row is guessed by a model that learned from it. Which columns
carry the guess is asked in two ways: how much of it is lost when one column is shuffled among held-out rows
(little, where another column says the same), and how much one column tells alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from equitab.dataframe import Frame, as_frame, take_rows
from equitab.errors import Problem, TableError
from equitab.evaluation.proxy_audit import ProxyAudit
from equitab.evaluation.proxy_targets import read_targets
from equitab.evaluation.results import CurvePoint, Measurement
from equitab.metrics.intervals import normal_quantile
from equitab.schema import IntersectionalGroups, TableSchema, sensitive_groups

MAX_ROWS = 20_000


def audit_proxies(
    table: Any,
    schema: TableSchema,
    *,
    reference: Any = None,
    treatments: tuple[str, str] = ("synthetic", "original"),
    confidence: float = 0.95,
    max_rows: int = MAX_ROWS,
    seed: int,
) -> ProxyAudit:
    """Measure how well every sensitive feature can be told from the other columns, and from which.

    Parameters
    ----------
    table : Frame or any supported table
    schema : TableSchema
        Numeric sensitive features count by their bins.
    reference : Frame or any supported table, optional
        A table to compare with, such as the one before a treatment; audited in the same way.
    treatments : tuple of two str
        What the table and its reference are called.
    confidence : float, default 0.95
    max_rows : int, default 20,000
        Of a larger table so many rows are drawn; the reasons say so.
    seed : int
        Of that draw, the folds, the models and the shuffles.

    Returns
    -------
    ProxyAudit
        For every sensitive feature, and for all of them together: ``proxy_auroc`` and
        ``proxy_balanced_accuracy``, once without the outcome and once with it (`operating_point`); for every
        column (its name in `model`) ``proxy_auroc_drop``, lost when it is shuffled, and ``column_proxy_auroc``,
        told by it alone; with a reference ``proxy_auroc_change``.

    Raises
    ------
    TableError
        If the schema has no sensitive feature or no other column.

    Notes
    -----
    AUROC is the unweighted mean over groups of telling each from everybody else. Groups of fewer than 50 of the
    rows asked are not averaged (they are guessed together, and named). The combination of features has no
    ``proxy_auroc_drop``: its carriers are those of the single features.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature
    >>> columns = (Column("sex", "categorical"), Column("title", "categorical"), Column("y", "boolean"))
    >>> schema = TableSchema(columns, "y", favorable_outcome=(True,), sensitive_features=(SensitiveFeature("sex"),))
    >>> table = frame_from_columns(
    ...     {"sex": ["F", "M"] * 100, "title": ["Ms", "Mr"] * 100, "y": [True, True, False, False] * 50}
    ... )
    >>> found = audit_proxies(table, schema, seed=0)
    >>> found.auroc("sex"), found.carriers("sex")[0][0]
    (1.0, 'title')
    """
    frames = [as_frame(table)] + ([] if reference is None else [as_frame(reference)])
    _check(frames, schema)
    rng = np.random.default_rng(seed)
    asked = [_some_rows(frame, max_rows, rng) for frame in frames]
    found: list[Measurement] = []
    points: list[CurvePoint] = []
    for groups in _planned(frames[-1], schema):
        targets = read_targets(
            asked, groups, schema, treatments, [len(frame) for frame in frames], confidence, seed
        )
        results = [list(target.measure()) for target in targets]
        found += [one for held in results for one in held]
        points += [point for held in results for point in _column_points(held)]
        if len(results) > 1:
            found += list(_changes(*results, confidence=confidence))
    return ProxyAudit(tuple(found), tuple(points), treatments[: len(frames)])


def proxy_auroc(
    table: Any,
    schema: TableSchema,
    *,
    sensitive_features: Sequence[str] = (),
    with_outcome: bool = False,
    max_rows: int = MAX_ROWS,
    seed: int,
) -> float:
    """Return how well some sensitive features, taken together, can be told from the other columns.

    The one number of `audit_proxies` that a bound is about, faster.

    Parameters
    ----------
    table : Frame or any supported table
    schema : TableSchema
    sensitive_features : sequence of str
        All of the schema's when empty.
    with_outcome : bool, default False
    max_rows : int, default 20,000
    seed : int

    Returns
    -------
    float
        AUROC; 0.5 where fewer than two groups are large enough to be told apart.

    Raises
    ------
    TableError
        As `audit_proxies`.
    """
    frame = as_frame(table)
    _check([frame], schema)
    groups = sensitive_groups(frame, schema, tuple(sensitive_features) or None)
    asked = _some_rows(frame, max_rows, np.random.default_rng(seed))
    target = read_targets([asked], groups, schema, ("", ""), [len(frame)], 0.95, seed)[0]
    return target.separation(target.guesses(with_outcome, 0)).mean if len(target.counted) > 1 else 0.5


def measure_proxy(
    table: Any,
    schema: TableSchema,
    *,
    sensitive_features: Sequence[str] = (),
    treatment: str = "synthetic",
    confidence: float = 0.95,
    max_rows: int = MAX_ROWS,
    seed: int,
) -> list[Measurement]:
    """Measure how well some sensitive features, taken together, can be told from the other columns.

    What a constraint ``bounded_proxies`` is held against; `audit_proxies` says also which columns tell.

    Parameters
    ----------
    table, schema, sensitive_features, max_rows, seed
        As in `proxy_auroc`.
    treatment : str, default "synthetic"
        What the table is called.
    confidence : float, default 0.95

    Returns
    -------
    list of Measurement
        ``proxy_auroc`` and ``proxy_balanced_accuracy``, without the outcome and with it.

    Raises
    ------
    TableError
        As `audit_proxies`.
    """
    frame = as_frame(table)
    _check([frame], schema)
    groups = sensitive_groups(frame, schema, tuple(sensitive_features) or None)
    asked = _some_rows(frame, max_rows, np.random.default_rng(seed))
    target = read_targets([asked], groups, schema, (treatment, ""), [len(frame)], confidence, seed)[0]
    return list(target.told(rows_shuffled=0))


def _check(frames: Sequence[Frame], schema: TableSchema) -> None:
    problems = []
    if not schema.sensitive_names:
        problems.append(Problem("schema", "a sensitive feature", "none", "say which: --sensitive COLUMN"))
    if not set(schema.feature_columns) - set(schema.sensitive_names):
        problems.append(Problem("table", "a column besides target and sensitive ones", "none"))
    problems += [Problem("table", "rows", "none") for frame in frames if not len(frame)]
    if problems:
        raise TableError(problems)


def _some_rows(frame: Frame, max_rows: int, rng: np.random.Generator) -> Frame:
    if len(frame) <= max_rows:
        return frame
    return take_rows(frame, np.sort(rng.choice(len(frame), max_rows, replace=False)))


def _planned(frame: Frame, schema: TableSchema) -> Iterator[IntersectionalGroups]:
    """Yield the groups of every sensitive feature, then those of all of them together."""
    for name in schema.sensitive_names:
        yield sensitive_groups(frame, schema, (name,))
    if len(schema.sensitive_names) > 1:
        yield sensitive_groups(frame, schema)


def _changes(
    table: Sequence[Measurement], reference: Sequence[Measurement], *, confidence: float
) -> Iterator[Measurement]:
    """Yield how much better a sensitive feature can be told than in the reference (below 0: worse)."""
    before = {one.operating_point: one for one in reference if one.metric == "proxy_auroc"}
    for one in table:
        other = before.get(one.operating_point)
        if one.metric != "proxy_auroc" or other is None or one.value is None or other.value is None:
            continue
        value = one.value - other.value
        half = normal_quantile(confidence) * float(np.hypot(_error(one), _error(other)))
        has_interval = np.isfinite(half)
        yield replace(
            one,
            metric="proxy_auroc_change",
            value=value,
            low=max(value - half, -1.0) if has_interval else None,
            high=min(value + half, 1.0) if has_interval else None,
            interval_method="normal" if has_interval else "",
            confidence=confidence if has_interval else None,
            reference_group=other.treatment,
        )


def _error(one: Measurement) -> float:
    """Return the standard error that an interval implies; NaN without one."""
    if one.low is None or one.high is None or one.confidence is None:
        return float("nan")
    return (one.high - one.low) / (2 * normal_quantile(one.confidence))


def _column_points(measured: Sequence[Measurement]) -> Iterator[CurvePoint]:
    """Yield the bars of the figure of columns."""
    series: dict[str, Callable[[Measurement], str]] = {
        "column_proxy_auroc": lambda one: f"{one.treatment}|alone",
        "proxy_auroc_drop": lambda one: f"{one.treatment}|lost when shuffled",
    }
    for one in measured:
        if one.metric in series and one.value is not None:
            yield CurvePoint(
                figure=f"proxy_columns/{one.sensitive_features}",
                series=series[one.metric](one),
                x=one.model,
                y=one.value,
                low=one.low,
                high=one.high,
                n=one.n,
            )
