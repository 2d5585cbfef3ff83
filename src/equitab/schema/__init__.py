"""What a table means: columns, outcome, sensitive features, groups."""

from equitab.schema.groups import IntersectionalGroups
from equitab.schema.reading import (
    Labels,
    codes_of,
    favorable,
    group_codes,
    has_target,
    labels,
    numbers,
    reference_code,
    row_weights,
    sensitive_groups,
    sensitive_labels,
    texts,
    value_name,
)
from equitab.schema.table_schema import (
    MISSING_GROUP,
    Column,
    ColumnKind,
    SensitiveFeature,
    TableSchema,
    Threshold,
    Value,
    parse_threshold,
)

__all__ = [
    "MISSING_GROUP",
    "Column",
    "ColumnKind",
    "IntersectionalGroups",
    "Labels",
    "SensitiveFeature",
    "TableSchema",
    "Threshold",
    "Value",
    "codes_of",
    "favorable",
    "group_codes",
    "has_target",
    "labels",
    "numbers",
    "parse_threshold",
    "reference_code",
    "row_weights",
    "sensitive_groups",
    "sensitive_labels",
    "texts",
    "value_name",
]
