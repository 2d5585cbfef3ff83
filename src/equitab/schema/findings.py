"""What is worth knowing about a table before it is learned, though none of it stops the work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from equitab.dataframe import Frame
from equitab.schema.column_facts import ColumnFacts
from equitab.schema.column_reading import labels, numbers
from equitab.schema.reading import favorable, group_codes, has_target, sensitive_groups
from equitab.schema.sensitive_guesses import MAX_GROUPS
from equitab.schema.table_schema import TableSchema

Severity = Literal["info", "warning"]

LEAK_AUROC = 0.95
"""A single column that ranks outcomes at least this well may have been recorded after them."""

MAX_LEVELS = 200
_N_BINS = 20
_MAX_LISTED = 10


@dataclass(frozen=True)
class Finding:
    """Something about a table that the reader should know.

    Parameters
    ----------
    code : str
        A short name of the kind of finding, such as ``tiny_groups``.
    severity : {"info", "warning"}
        A warning is likely to change results.
    where : str
        The column or group it is about.
    text : str
        A sentence, with counts.

    Examples
    --------
    >>> print(Finding("constant_column", "warning", "column 'x'", "It has one value in 120 rows."))
    column 'x': It has one value in 120 rows.
    """

    code: str
    severity: Severity
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def find_all(
    frame: Frame, schema: TableSchema, facts: dict[str, ColumnFacts], *, min_group_size: int
) -> tuple[Finding, ...]:
    """Return every finding about a table that has no blocking problems."""
    found = [
        *_tiny_groups(frame, schema, min_group_size),
        *_missing_sensitive(schema, facts),
        *_many_groups(schema, facts),
        *_missing_target(schema, facts),
        *_constant_columns(schema, facts),
        *_nearly_unique_columns(schema, facts),
        *_duplicate_rows(frame, schema),
        *_duplicate_columns(frame, schema, facts),
        *_determined_columns(frame, schema, facts),
        *_leaks(frame, schema, facts),
        *_spelling_variants(schema, facts),
    ]
    return tuple(sorted(found, key=lambda finding: finding.severity != "warning"))


def _tiny_groups(frame: Frame, schema: TableSchema, min_group_size: int) -> Iterator[Finding]:
    groups = sensitive_groups(frame, schema)
    if not groups.features:
        yield Finding("no_sensitive_features", "warning", "schema", "No sensitive feature is named.")
        return
    counts = groups.counts(group_codes(frame, schema, groups))
    tiny = [code for code in np.argsort(counts, kind="stable") if 0 < counts[code] < min_group_size]
    if tiny:
        named = ", ".join(f"{groups.label(int(code))} ({counts[code]:,})" for code in tiny[:_MAX_LISTED])
        more = f" and {len(tiny) - _MAX_LISTED} more" if len(tiny) > _MAX_LISTED else ""
        verb = "group has" if len(tiny) == 1 else "groups have"
        few = f"fewer than {min_group_size} people"
        text = f"{len(tiny)} {verb} {few}: {named}{more}. Rates of so few are unsure."
        yield Finding("tiny_groups", "warning", f"groups by {' × '.join(groups.features)}", text)
    empty = int((counts == 0).sum())
    if empty:
        text = f"{empty} of {groups.n_groups} combinations have nobody."
        yield Finding("empty_groups", "info", f"groups by {' × '.join(groups.features)}", text)


def _missing_sensitive(schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Finding]:
    for name in schema.sensitive_names:
        n_missing = facts[name].n_missing
        if n_missing:
            fate = (
                "a group of their own" if schema.missing_sensitive == "group" else "left out of comparisons"
            )
            text = f"It is missing for {n_missing:,} of {facts[name].n_rows:,} people, who are {fate}."
            yield Finding("missing_sensitive", "warning", f"sensitive feature {name!r}", text)


def _many_groups(schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Finding]:
    for feature in schema.sensitive_features:
        n_groups = facts[feature.name].n_distinct
        if not feature.bins and n_groups > MAX_GROUPS:
            advice = "consider --bins or a coarser column"
            text = f"It has {n_groups:,} groups; comparisons of so many are unsure: {advice}."
            yield Finding("many_groups", "warning", f"sensitive feature {feature.name!r}", text)


def _missing_target(schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Finding]:
    target = facts[schema.target]
    if target.n_missing:
        text = f"It is missing in {target.n_missing:,} of {target.n_rows:,} rows, which are not used."
        yield Finding("missing_target", "warning", f"target {schema.target!r}", text)


def _constant_columns(schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Finding]:
    for name in schema.feature_columns:
        if facts[name].n_distinct == 1 and not facts[name].n_missing:
            rows = f"all {facts[name].n_rows:,} rows"
            text = f"It has the same value in {rows} and says nothing; --ignore {name!r}."
            yield Finding("constant_column", "warning", f"column {name!r}", text)


def _nearly_unique_columns(schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Finding]:
    for name in schema.feature_columns:
        column = facts[name]
        if schema.column(name).kind == "categorical" and column.n_distinct > max(
            MAX_LEVELS, column.n_present / 2
        ):
            text = (
                f"It has {column.n_distinct:,} categories in {column.n_present:,} rows, too many to learn; "
                f"--ignore {name!r}, or make it coarser."
            )
            yield Finding("nearly_unique_column", "warning", f"column {name!r}", text)


def _duplicate_rows(frame: Frame, schema: TableSchema) -> Iterator[Finding]:
    arrow = frame.to_native().select(list(schema.modeled_columns))
    n_repeated = len(arrow) - len(arrow.group_by(arrow.column_names).aggregate([]))
    if n_repeated:
        text = f"{n_repeated:,} of {len(arrow):,} rows repeat an earlier one in every modeled column."
        yield Finding("duplicate_rows", "info", "table", text)


def _duplicate_columns(frame: Frame, schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Finding]:
    arrow = frame.to_native()
    reported: set[str] = set()
    for first, second in combinations(schema.modeled_columns, 2):
        one, other = facts[first], facts[second]
        if reported & {first, second}:
            continue
        may_be = (
            one.storage == other.storage and one.n_null == other.n_null and one.n_distinct == other.n_distinct
        )
        if may_be and one.n_distinct > 1 and arrow[first].equals(arrow[second]):
            reported.add(second)
            text = f"It holds the same values as {first!r} in every row; --ignore {second!r}."
            yield Finding("duplicate_column", "warning", f"column {second!r}", text)


def _determined_columns(
    frame: Frame, schema: TableSchema, facts: dict[str, ColumnFacts]
) -> Iterator[Finding]:
    """Find columns of labels of which one says what the other is, the way education says education-num."""
    codes = {
        name: labels(frame, name, missing_tokens=schema.missing_tokens).codes + 1
        for name in schema.modeled_columns
        if 2 < facts[name].n_distinct <= min(MAX_LEVELS, facts[name].n_rows // 5)
    }
    arrow = frame.to_native()
    for first, second in combinations(codes, 2):
        if arrow[first].equals(arrow[second]):
            continue
        n_first, n_second, n_pairs = _level_counts(codes[first], codes[second])
        if n_pairs == max(n_first, n_second):
            by, what = (first, second) if n_first >= n_second else (second, first)
            both = " and the other way round" if n_first == n_second else ""
            text = f"It says what {what!r} is in every row{both}."
            yield Finding("determined_column", "info", f"column {by!r}", text)


def _level_counts(first: np.ndarray, second: np.ndarray) -> tuple[int, int, int]:
    width = int(second.max()) + 1
    pairs = np.bincount(first * width + second, minlength=(int(first.max()) + 1) * width)
    table = pairs.reshape(-1, width) > 0
    return int(table.any(axis=1).sum()), int(table.any(axis=0).sum()), int(table.sum())


def _leaks(frame: Frame, schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Finding]:
    known = has_target(frame, schema)
    good = favorable(frame, schema)[known]
    for name in schema.feature_columns:
        if name in schema.sensitive_names or facts[name].n_distinct < 1:
            continue
        ranked = auroc_of_groups(_binned_codes(frame, schema, facts[name])[known], good)
        if ranked >= LEAK_AUROC:
            text = (
                f"On its own it tells favorable outcomes from others almost perfectly (AUROC {ranked:.3f}). "
                f"If it is known only after the outcome, leave it out: --ignore {name!r}."
            )
            yield Finding("leak_suspected", "warning", f"column {name!r}", text)


def auroc_of_groups(codes: np.ndarray, is_favorable: np.ndarray) -> float:
    """Return how well the best ranking of some groups tells favorable outcomes from others.

    Parameters
    ----------
    codes : ndarray of int, shape (n_rows,)
        The group of each row, from 0.
    is_favorable : ndarray of bool, shape (n_rows,)

    Returns
    -------
    float
        The area under the ROC curve when groups are ranked by their own share of favorable outcomes, from
        0.5 (says nothing) to 1 (says everything).

    Examples
    --------
    >>> auroc_of_groups(np.array([0, 0, 1, 1]), np.array([True, True, False, False]))
    1.0
    """
    n = np.bincount(codes).astype(float)
    good = np.bincount(codes, weights=is_favorable)
    bad = n - good
    if not good.sum() or not bad.sum():
        return 0.5
    order = np.argsort(np.divide(good, n, out=np.zeros_like(n), where=n > 0), kind="stable")
    below = np.cumsum(bad[order]) - bad[order]
    return float((good[order] * (below + bad[order] / 2)).sum() / (good.sum() * bad.sum()))


def _binned_codes(frame: Frame, schema: TableSchema, column: ColumnFacts) -> np.ndarray:
    """Return a code for each row: 0 missing, a category (rare ones together) or a range of numbers."""
    kind = schema.column(column.name)
    if kind.kind in {"numeric", "integer", "datetime"}:
        values = numbers(frame, kind, missing_tokens=schema.missing_tokens)
        cuts = np.unique(np.nanquantile(values, np.linspace(0, 1, _N_BINS + 1)[1:-1]))
        return np.where(np.isnan(values), 0, np.searchsorted(cuts, values, side="right") + 1)
    codes = labels(frame, column.name, missing_tokens=schema.missing_tokens).codes + 1
    is_rare = np.bincount(codes) < column.n_rows / MAX_LEVELS
    is_rare[0] = False
    return np.where(is_rare[codes], codes.max() + 1, codes)


def _spelling_variants(schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Finding]:
    """Find categories that differ only in case or blanks; sensitive values are named, others counted."""
    for name in schema.modeled_columns:
        column = facts[name]
        if not column.is_text or schema.column(name).kind != "categorical":
            continue
        spellings: dict[str, list[str]] = {}
        for value in column.values:
            spellings.setdefault(" ".join(value.split()).casefold(), []).append(value)
        twice = [values for values in spellings.values() if len(values) > 1]
        if twice:
            named = ": " + "; ".join(" and ".join(map(repr, values)) for values in twice[:4])
            shown = named if name in schema.sensitive_names else ""
            what = "value is" if len(twice) == 1 else "values are"
            text = f"{len(twice)} {what} spelled in several ways that differ only in case or blanks{shown}."
            yield Finding("spelling_variants", "warning", f"column {name!r}", text)
