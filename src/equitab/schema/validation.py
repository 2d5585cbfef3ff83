"""Compare a table with its schema: stop at what cannot work, and report what is worth knowing.

Everything that blocks is collected first and raised at once; `equitab.schema.findings` has the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from equitab.dataframe import Frame
from equitab.errors import InputError, Problem, SchemaError, TableError, closest
from equitab.schema.column_facts import NAMEABLE, ColumnFacts, facts_of
from equitab.schema.column_reading import numbers, value_name
from equitab.schema.findings import Finding, find_all
from equitab.schema.parts import MISSING_GROUP, Column
from equitab.schema.reading import favorable, has_target, sensitive_labels
from equitab.schema.split_words import split_problem
from equitab.schema.splits import split_parts
from equitab.schema.table_schema import TableSchema

MIN_ROWS = 20
"""A table of fewer rows cannot be split, learned and measured."""

MIN_GROUP_SIZE = 30


def validate_table(
    frame: Frame, schema: TableSchema, *, min_group_size: int = MIN_GROUP_SIZE
) -> tuple[Finding, ...]:
    """Check that a table is what its schema says and can be worked with.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    min_group_size : int, default 30
        Intersectional groups of fewer people are reported as tiny.

    Returns
    -------
    tuple of Finding
        What does not block the work, warnings first: tiny groups, constant, duplicate and determined columns,
        duplicate rows, columns that may leak the target.

    Raises
    ------
    TableError or SchemaError
        With every blocking problem at once: columns of the schema that the table lacks and the reverse, too
        few rows, a target without two outcomes, favorable outcomes or references that do not occur, sensitive
        features of one group, columns without values, infinite numbers, text among numbers, bad weights,
        identifiers or split columns.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature
    >>> people = frame_from_columns({"sex": ["F", "M"] * 50, "hired": ["no", "yes", "yes", "no"] * 25})
    >>> schema = TableSchema(
    ...     columns=(Column("sex", "categorical"), Column("hired", "categorical")),
    ...     target="hired",
    ...     favorable_outcome=("yes",),
    ...     sensitive_features=(SensitiveFeature("sex", reference="M"),),
    ... )
    >>> [finding.code for finding in validate_table(people, schema)]
    ['duplicate_rows']
    """
    about_names = list(_differing_columns(frame, schema))
    present = [name for name in schema.column_names if name in frame.columns]
    facts = {name: facts_of(frame, name, missing_tokens=schema.missing_tokens) for name in present}
    about_values = [
        *_too_few_rows(frame),
        *_bad_values(frame, schema, facts),
        *_bad_target(frame, schema, facts),
        *_bad_sensitive_features(frame, schema, facts),
        *_bad_weights(frame, schema, facts),
        *_bad_identifier(schema, facts),
        *_bad_split(frame, schema, facts),
    ]
    if about_names or about_values:
        error: type[InputError] = TableError if about_values else SchemaError
        raise error([*about_names, *about_values])
    return find_all(frame, schema, facts, min_group_size=min_group_size)


def _differing_columns(frame: Frame, schema: TableSchema) -> Iterator[Problem]:
    lacking = [name for name in schema.column_names if name not in frame.columns]
    unknown = [name for name in frame.columns if name not in schema.column_names]
    if lacking:
        advice = "give the table these columns, or make a schema for this table"
        received = f"a table without {_quoted(lacking)}"
        yield Problem("columns", "every column of the schema", received, advice)
    if unknown:
        advice = "drop them from the table, or add them to the schema"
        yield Problem("columns", "only columns of the schema", f"{_quoted(unknown)} besides", advice)


def _too_few_rows(frame: Frame) -> Iterator[Problem]:
    if len(frame) < MIN_ROWS:
        advice = "check that the whole table was read"
        yield Problem("table", f"at least {MIN_ROWS} rows", f"{len(frame)}", advice)


def _bad_values(frame: Frame, schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Problem]:
    """Columns without values, infinite numbers, and values that are not of the column's kind."""
    for name in schema.modeled_columns:
        if name not in facts:
            continue
        if facts[name].n_present == 0:
            if name != schema.target:
                yield Problem(
                    f"column {name!r}", "values", f"none in {len(frame):,} rows", f"--ignore {name!r}"
                )
            continue
        yield from _values_of_another_kind(frame, schema, schema.column(name), facts[name])


def _values_of_another_kind(
    frame: Frame, schema: TableSchema, column: Column, facts: ColumnFacts
) -> Iterator[Problem]:
    where = f"column {column.name!r}"
    if column.kind == "datetime" and facts.is_text and facts.spelling is None:
        advice = "write all dates in one pattern such as 2024-12-31, or treat the column as categorical"
        yield Problem(where, "dates written in one pattern", "other text, or several patterns", advice)
    elif column.kind == "boolean" and facts.storage != "boolean":
        yield Problem(
            where, "booleans", f"a column of kind {facts.storage}", "treat the column as categorical"
        )
    elif column.kind in {"numeric", "integer"}:
        try:
            values = numbers(frame, column, missing_tokens=schema.missing_tokens)
        except TableError as error:
            yield from error.problems
            return
        yield from _bad_numbers(where, values, column)


def _bad_numbers(where: str, values: np.ndarray, column: Column) -> Iterator[Problem]:
    n_infinite = int(np.isinf(values).sum())
    if n_infinite:
        received = f"infinite ones in {n_infinite:,} of {len(values):,} rows"
        advice = "replace them by the largest real value or a missing one, or ignore the column"
        yield Problem(where, "finite numbers", received, advice)
    finite = values[np.isfinite(values)]
    n_fractions = int((finite != np.rint(finite)).sum())
    if column.kind == "integer" and n_fractions:
        received = f"fractions in {n_fractions:,} of {len(values):,} rows"
        yield Problem(where, "whole numbers", received, "call the column numeric in the schema")


def _bad_target(frame: Frame, schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Problem]:
    if schema.target not in facts:
        return
    target, where = facts[schema.target], f"target {schema.target!r}"
    if target.n_present == 0:
        yield Problem(where, "values", f"none in {target.n_rows:,} rows", "choose another target")
    elif target.n_distinct == 1:
        received = f"one value in {target.n_present:,} rows"
        yield Problem(where, "at least two different values", received, "choose another target")
    elif schema.favorable_threshold is not None:
        yield from _bad_threshold(frame, schema)
    else:
        yield from _bad_favorable_values(schema, target)


def _bad_threshold(frame: Frame, schema: TableSchema) -> Iterator[Problem]:
    where = f"favorable threshold '{schema.favorable_threshold}' of {schema.target!r}"
    try:
        share = favorable(frame, schema)[has_target(frame, schema)].mean()
    except TableError as error:
        if schema.column(schema.target).kind not in {"numeric", "integer"}:
            yield from error.problems
        return
    if share in {0.0, 1.0}:
        received = "all rows on its favorable side" if share else "no row on its favorable side"
        yield Problem(where, "rows on both sides", received, "choose a bound within the target's values")


def _bad_favorable_values(schema: TableSchema, target: ColumnFacts) -> Iterator[Problem]:
    names = [value_name(value) for value in schema.favorable_outcome]
    for name in names:
        if name not in target.values:
            expected = f"a value of the target {schema.target!r}"
            advice = closest(name, _common(target))
            yield Problem(f"favorable outcome {name!r}", expected, "one that does not occur", advice)
    if set(target.values) <= set(names):
        where = f"favorable outcome of {schema.target!r}"
        advice = "leave out the values that are bad for the person"
        yield Problem(where, "some outcomes that are not favorable", "every value of the target", advice)


def _common(column: ColumnFacts) -> list[str]:
    pairs = zip(column.values, column.counts, strict=True)
    return [value for value, count in pairs if count >= NAMEABLE]


def _bad_sensitive_features(
    frame: Frame, schema: TableSchema, facts: dict[str, ColumnFacts]
) -> Iterator[Problem]:
    for feature in schema.sensitive_features:
        if feature.name not in facts:
            continue
        where = f"sensitive feature {feature.name!r}"
        try:
            found = sensitive_labels(frame, schema, feature)
        except TableError:  # text among numbers that are to be binned: reported with the column's values
            continue
        occupied = [found.names[code] for code in np.unique(found.codes[found.codes >= 0])]
        if len(occupied) < 2:
            received = f"{len(occupied)} in {len(frame):,} rows"
            yield Problem(where, "at least two groups", received, "leave it out, or choose other bins")
        reference = None if feature.reference is None else value_name(feature.reference)
        if reference is not None and reference not in occupied:
            known = [name for name in occupied if name != MISSING_GROUP]
            received = f"{reference!r}, which does not occur"
            yield Problem(
                f"reference of {feature.name!r}", "one of its groups", received, closest(reference, known)
            )


def _bad_weights(frame: Frame, schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Problem]:
    if schema.weight is None or schema.weight not in facts:
        return
    where = f"weight {schema.weight!r}"
    try:
        weights = numbers(frame, Column(schema.weight, "numeric"), missing_tokens=schema.missing_tokens)
    except TableError as error:
        yield from error.problems
        return
    faults = {
        "missing": np.isnan(weights),
        "infinite": np.isinf(weights),
        "negative": weights < 0,
    }
    received = [f"{word} ones in {int(rows.sum()):,} rows" for word, rows in faults.items() if rows.any()]
    if not received and not weights.sum() > 0:
        received = ["nothing but zeros"]
    if received:
        advice = "correct them, or do without the weight"
        yield Problem(where, "numbers of zero or more", " and ".join(received), advice)


def _bad_identifier(schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Problem]:
    if schema.identifier is None or schema.identifier not in facts:
        return
    column = facts[schema.identifier]
    if column.n_missing:
        received = f"none in {column.n_missing:,} of {column.n_rows:,} rows"
        advice = "fill it in: rows of one person must not meet in two splits"
        yield Problem(f"identifier {column.name!r}", "a value in every row", received, advice)
    if column.n_distinct == 1:
        advice = "choose another column"
        yield Problem(
            f"identifier {column.name!r}", "several different values", "the same in every row", advice
        )


def _bad_split(frame: Frame, schema: TableSchema, facts: dict[str, ColumnFacts]) -> Iterator[Problem]:
    if schema.split is None or schema.split not in facts:
        return
    problem = split_problem(frame, schema.split)
    if problem is not None:
        yield problem
        return
    parts = split_parts(frame, schema)
    where = f"split column {schema.split!r}"
    if "train" not in parts:
        yield Problem(where, "rows for training", "none", "call the rows to learn from 'train'")
    if schema.target in facts and facts[schema.target].n_distinct > 1:
        yield from _one_outcome_in_a_part(frame, schema, parts, where)


def _one_outcome_in_a_part(
    frame: Frame, schema: TableSchema, parts: np.ndarray, where: str
) -> Iterator[Problem]:
    try:
        known, good = has_target(frame, schema), favorable(frame, schema)
    except TableError:  # text among numbers: reported with the column's values
        return
    if good.all() or not good.any():  # reported with the target
        return
    for part in dict.fromkeys(parts.tolist()):
        rows = known & (parts == part)
        if good[rows].all() or not good[rows].any():
            received = f"only {'favorable' if good[rows].any() else 'other'} ones in {int(rows.sum()):,} rows"
            advice = "divide the rows again, or leave the split column out"
            yield Problem(f"{where}, part {part!r}", "favorable and other outcomes", received, advice)


def _quoted(names: list[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(repr(name) for name in names[:12]) + more
