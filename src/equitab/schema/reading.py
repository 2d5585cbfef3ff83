"""Arrays of a frame, read through its schema: outcomes, groups, weights.

Everything here is a function of a frame and a schema. Missing means: missing in the frame, or one of the
schema's missing tokens.
"""

from __future__ import annotations

import numpy as np

from equitab.dataframe import Frame
from equitab.schema.column_reading import (
    Labels,
    favorable_rows,
    feature_labels,
    has_value,
    numbers,
    value_name,
)
from equitab.schema.groups import IntersectionalGroups
from equitab.schema.parts import SensitiveFeature
from equitab.schema.table_schema import TableSchema


def favorable(frame: Frame, schema: TableSchema) -> np.ndarray:
    """Return which rows are favorable, shape (n_rows,), bool; False where the target is missing."""
    return favorable_rows(
        frame,
        schema.column(schema.target),
        outcome=schema.favorable_outcome,
        threshold=schema.favorable_threshold,
        missing_tokens=schema.missing_tokens,
    )


def has_target(frame: Frame, schema: TableSchema) -> np.ndarray:
    """Return which rows have a target, shape (n_rows,), bool."""
    return has_value(frame, schema.target, missing_tokens=schema.missing_tokens)


def row_weights(frame: Frame, schema: TableSchema) -> np.ndarray | None:
    """Return the survey weights, shape (n_rows,), or None where the schema names no weight."""
    return None if schema.weight is None else numbers(frame, schema.column(schema.weight))


def sensitive_labels(frame: Frame, schema: TableSchema, feature: SensitiveFeature) -> Labels:
    """Return codes and names of one sensitive feature's groups.

    A missing value belongs to the group ``(missing)``, or has code -1 when the schema says ``exclude``.
    """
    return feature_labels(
        frame,
        schema.column(feature.name),
        feature,
        missing_tokens=schema.missing_tokens,
        missing_sensitive=schema.missing_sensitive,
    )


def sensitive_groups(
    frame: Frame, schema: TableSchema, features: tuple[str, ...] | None = None
) -> IntersectionalGroups:
    """Return the index of the intersectional groups of some sensitive features (all of them by default).

    The groups are those of the frame given: pass the whole table, so that every split shares the index.
    """
    names = schema.sensitive_names if features is None else features
    found = [sensitive_labels(frame, schema, schema.sensitive_feature(name)).names for name in names]
    return IntersectionalGroups(tuple(names), tuple(found))


def group_codes(frame: Frame, schema: TableSchema, groups: IntersectionalGroups) -> np.ndarray:
    """Return the code of every row's intersectional group, shape (n_rows,); -1 for a row left out.

    A value that the index does not hold (one that the table it was made from never had) is left out too.
    """
    if not groups.features:
        return np.zeros(len(frame), dtype=np.int64)
    columns = []
    for name, level in zip(groups.features, groups.levels, strict=True):
        found = sensitive_labels(frame, schema, schema.sensitive_feature(name))
        position = {label: code for code, label in enumerate(level)}
        table = np.array([*(position.get(label, -1) for label in found.names), -1], dtype=np.int64)
        columns.append(table[found.codes])
    return groups.encode(np.column_stack(columns))


def reference_code(groups: IntersectionalGroups, schema: TableSchema) -> int | None:
    """Return the code of the group in which every feature has its reference value; None if one has none."""
    references = [schema.sensitive_feature(name).reference for name in groups.features]
    if not references or any(reference is None for reference in references):
        return None
    names = tuple(value_name(reference) for reference in references if reference is not None)
    return (
        groups.code(names) if all(n in level for n, level in zip(names, groups.levels, strict=True)) else None
    )
