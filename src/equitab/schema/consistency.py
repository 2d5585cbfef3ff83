"""What contradicts itself within a schema, before any table is looked at."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any, get_args

from equitab.errors import Problem, closest
from equitab.schema.parts import ColumnKind, SensitiveFeature


def contradictions(schema: Any) -> list[Problem]:
    """Return everything that contradicts itself within a `TableSchema` (which calls this, so is not named)."""
    return [
        *_bad_columns(schema),
        *_roles_without_column(schema),
        *_role_conflicts(_roles(schema)),
        *_bad_outcome(schema),
        *(problem for feature in schema.sensitive_features for problem in _bad_feature(feature)),
        *_bad_choice(schema),
    ]


def _roles(schema: Any) -> list[tuple[str, str]]:
    single = {
        "target": schema.target,
        "weight": schema.weight,
        "identifier": schema.identifier,
        "split": schema.split,
    }
    roles = [(role, name) for role, name in single.items() if name is not None]
    roles += [("sensitive feature", name) for name in schema.sensitive_names]
    roles += [("control feature", name) for name in schema.control_features]
    return roles + [("ignored column", name) for name in schema.ignore]


def _bad_columns(schema: Any) -> list[Problem]:
    counts = Counter(schema.column_names)
    problems = [
        Problem(f"column {name!r}", "to be described once", f"{count} times", "remove the repetition")
        for name, count in counts.items()
        if count > 1
    ]
    kinds = get_args(ColumnKind)
    return problems + [
        Problem(
            f"kind of column {column.name!r}", "a known kind", repr(column.kind), closest(column.kind, kinds)
        )
        for column in schema.columns
        if column.kind not in kinds
    ]


def _roles_without_column(schema: Any) -> list[Problem]:
    names = schema.column_names
    return [
        Problem(f"{role} {name!r}", "a column of the table", "no such column", closest(name, names))
        for role, name in _roles(schema)
        if name not in names
    ]


def _role_conflicts(roles: list[tuple[str, str]]) -> list[Problem]:
    """Find columns with two roles; a sensitive feature may also be a control feature."""
    problems = []
    seen: dict[str, str] = {}
    for role, name in roles:
        earlier = seen.setdefault(name, role)
        is_shared = {earlier, role} == {"sensitive feature", "control feature"}
        if earlier != role and not is_shared:
            received = f"{earlier} and {role}"
            problems.append(Problem(f"column {name!r}", "one role", received, "remove one of the two"))
    repeated = [pair for pair, count in Counter(roles).items() if count > 1]
    return problems + [
        Problem(f"{role} {name!r}", "to be named once", "more than once", "remove the repetition")
        for role, name in repeated
    ]


def _bad_outcome(schema: Any) -> list[Problem]:
    if bool(schema.favorable_outcome) != bool(schema.favorable_threshold):
        return []
    where = f"favorable outcome of {schema.target!r}"
    received = "both" if schema.favorable_threshold else "neither"
    advice = "give --favorable-outcome or --favorable-threshold"
    return [Problem(where, "values or a threshold, one of the two", received, advice)]


def _bad_feature(feature: SensitiveFeature) -> list[Problem]:
    if not feature.bins:
        return []
    if any(not low < high for low, high in pairwise(feature.bins)):
        where, advice = f"bins of {feature.name!r}", f"--bins {feature.name}=25,60"
        return [Problem(where, "cut points from low to high", "another order", advice)]
    if feature.reference is not None and feature.reference not in feature.bin_labels:
        where, received = f"reference of {feature.name!r}", repr(feature.reference)
        return [Problem(where, "the name of a bin", received, closest(feature.reference, feature.bin_labels))]
    return []


def _bad_choice(schema: Any) -> list[Problem]:
    if schema.missing_sensitive in {"group", "exclude"}:
        return []
    received = repr(schema.missing_sensitive)
    return [Problem("missing_sensitive", "'group' or 'exclude'", received, "choose one of the two")]
