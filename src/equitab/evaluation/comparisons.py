"""Who is compared with whom: each sensitive feature, all of them together, and each within control features.

A comparison is made once, from the real table, so that every split and every model shares its group codes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equitab.dataframe import Frame
from equitab.schema import (
    IntersectionalGroups,
    TableSchema,
    codes_of,
    group_codes,
    labels,
    reference_code,
    sensitive_groups,
)

MAX_CONTROL_VALUES = 20
MIN_NAMED_RECORDS = 10


@dataclass(frozen=True)
class Comparison:
    """Groups that are compared, among all people or among those with one value of a control feature.

    Parameters
    ----------
    name : str
        ``sex``, ``sex × race``, or ``sex | region=North``.
    groups : IntersectionalGroups
    reference : int or None
        Code of the reference group.
    control_feature, control_value : str
        Empty, or among whom.
    """

    name: str
    groups: IntersectionalGroups
    reference: int | None = None
    control_feature: str = ""
    control_value: str = ""

    def codes(self, frame: Frame, schema: TableSchema) -> np.ndarray:
        """Return the group code of every row, shape (n_rows,); -1 for a row that takes no part."""
        found = group_codes(frame, schema, self.groups)
        if not self.control_feature:
            return found
        tokens = schema.missing_tokens
        inside = codes_of(frame, self.control_feature, (self.control_value,), missing_tokens=tokens) == 0
        return np.where(inside, found, -1)


def plan_comparisons(frame: Frame, schema: TableSchema) -> tuple[Comparison, ...]:
    """Return every comparison that a schema asks for.

    Parameters
    ----------
    frame : Frame
        The whole real table: its groups are the groups everywhere.
    schema : TableSchema

    Returns
    -------
    tuple of Comparison
        One for each sensitive feature, then, where there are several, one for their intersection; then each
        of them within every value of every control feature. A control feature with over 20 values, and a
        value of under 10 records, is left out.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature
    >>> columns = (Column("sex", "categorical"), Column("race", "categorical"), Column("y", "boolean"))
    >>> features = (SensitiveFeature("sex", "M"), SensitiveFeature("race"))
    >>> schema = TableSchema(columns, "y", favorable_outcome=(True,), sensitive_features=features)
    >>> table = frame_from_columns({"sex": ["F", "M"], "race": ["A", "B"], "y": [True, False]})
    >>> [(comparison.name, comparison.reference) for comparison in plan_comparisons(table, schema)]
    [('sex', 1), ('race', None), ('sex × race', None)]
    """
    sets: list[tuple[str, ...]] = [(name,) for name in schema.sensitive_names]
    if len(schema.sensitive_names) > 1:
        sets.append(schema.sensitive_names)
    plain = []
    for names in sets:
        groups = sensitive_groups(frame, schema, names)
        plain.append(Comparison(" × ".join(names), groups, reference_code(groups, schema)))
    return (*plain, *_within_controls(frame, schema, plain))


def _within_controls(frame: Frame, schema: TableSchema, plain: list[Comparison]) -> list[Comparison]:
    found = []
    for control in schema.control_features:
        for value in _control_values(frame, schema, control):
            found += [
                Comparison(f"{held.name} | {control}={value}", held.groups, held.reference, control, value)
                for held in plain
                if control not in held.groups.features
            ]
    return found


def _control_values(frame: Frame, schema: TableSchema, name: str) -> tuple[str, ...]:
    held = labels(frame, name, missing_tokens=schema.missing_tokens)
    if len(held.names) > MAX_CONTROL_VALUES:
        return ()
    counts = np.bincount(held.codes[held.codes >= 0], minlength=len(held.names))
    return tuple(value for value, n in zip(held.names, counts, strict=True) if n >= MIN_NAMED_RECORDS)
